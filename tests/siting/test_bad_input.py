"""Requests that make no sense: every problem at once, a sentence for each in both languages."""

import math

import numpy as np
import pytest

from iqgeo.errors import InputError
from iqgeo.siting import (
    CoverSets,
    DistanceTable,
    SiteRules,
    alternatives,
    curve,
    full_cover,
    keep_best,
    max_cover,
    p_center,
    p_median,
    robust,
    smallest_target_km,
    stages,
    vary,
)
from iqgeo.siting.rules import PlaceRules

SETS = CoverSets.from_sets([{0}, {0, 1}, {2}], [1.0, 2.0, 3.0], 4)
TABLE = DistanceTable.from_pairs([0, 1, 2], [0, 1, 2], [5.0, 6.0, 7.0], [1.0, 2.0, 3.0], 4)
FAR = CoverSets.from_sets([set(), set()], [1.0, 2.0], 3)

BAD = {
    "negative": (lambda: max_cover(SETS, -1), {"siting_new_negative"}),
    "too many": (lambda: max_cover(SETS, 5), {"siting_new_too_many"}),
    "too many left": (lambda: max_cover(SETS, 4, SiteRules(forbid=(1,))), {"siting_new_too_many"}),
    "both": (
        lambda: max_cover(SETS, 2, SiteRules(require=(1,), forbid=(1,))),
        {"siting_required_and_forbidden"},
    ),
    "stands": (
        lambda: max_cover(SETS, 1, SiteRules(existing=(1,), forbid=(1,))),
        {"siting_existing_and_forbidden"},
    ),
    "no candidates": (
        lambda: max_cover(SETS, 0, SiteRules(existing=(0, 1), forbid=(2, 3))),
        {"siting_no_candidates"},
    ),
    "out of reach": (lambda: max_cover(FAR, 1), {"siting_all_out_of_reach"}),
    "unknown": (
        lambda: max_cover(SETS, 1, SiteRules((9,), (4,), (-1,), ((0, 7),))),
        {"siting_unknown_site"},
    ),
    "required": (lambda: max_cover(SETS, 1, SiteRules(require=(0, 1))), {"siting_required_too_many"}),
    "all at once": (
        lambda: max_cover(SETS, -2, SiteRules(require=(1, 9), forbid=(1,))),
        {"siting_new_negative", "siting_required_and_forbidden", "siting_unknown_site"},
    ),
    "weights": (
        lambda: CoverSets.from_sets([{0}] * 30, [math.nan, -1.0, *([math.inf] * 28)], 1),
        {"siting_bad_weight", "siting_bad_weights_more"},
    ),
    "no sites": (lambda: CoverSets.from_pairs([], [], [1.0], 0), {"siting_no_candidates"}),
    "pairs": (lambda: CoverSets.from_pairs([0, 5], [0, 0], [1.0], 2), {"siting_pair_outside"}),
    "uneven": (lambda: CoverSets.from_pairs([0, 1], [0], [1.0], 2), {"siting_pairs_uneven"}),
    "distance": (
        lambda: DistanceTable.from_pairs([0, 1], [0, 0], [math.nan, -3.0], [1.0], 2),
        {"siting_bad_distance"},
    ),
    "target": (lambda: TABLE.within(math.nan), {"siting_bad_target"}),
    "share": (lambda: full_cover(SETS, 1.5), {"siting_bad_share"}),
    "keep": (lambda: keep_best(SETS, [0, 1], 3), {"siting_keep_too_many"}),
    "keep negative": (lambda: keep_best(SETS, [0, 8], -1), {"siting_new_negative", "siting_unknown_site"}),
    "beyond": (lambda: p_median(TABLE, 1, beyond_km=3.0), {"siting_bad_beyond"}),
    "center": (lambda: p_center(TABLE, 9), {"siting_new_too_many"}),
    "curve": (lambda: curve(SETS, 9), {"siting_new_too_many"}),
    "stages": (lambda: stages(SETS, []), {"siting_no_stages"}),
    "stage sizes": (
        lambda: stages(SETS, [3, -1], stage_weights=[1.0]),
        {"siting_new_negative", "siting_bad_stage_weights"},
    ),
    "alternatives": (
        lambda: alternatives(SETS, max_cover(SETS, 1), within_pct=-1, differ=0),
        {"siting_bad_percentage", "siting_bad_differ"},
    ),
    "instances": (lambda: robust([], 1), {"siting_bad_instances"}),
    "ranges": (
        lambda: vary(TABLE, 0, 1, target_km=(5.0, 1.0), weights=[np.ones(7)]),
        {"siting_bad_instances", "siting_bad_range", "siting_weights_misfit"},
    ),
    "smallest": (lambda: smallest_target_km(TABLE, 2.0), {"siting_bad_share"}),
    "no blocks": (lambda: CoverSets.from_blocks([]), {"siting_no_candidates"}),
}


@pytest.mark.parametrize("name", BAD)
def test_every_problem_is_named(name):
    request, codes = BAD[name]
    with pytest.raises(InputError) as caught:
        request()
    assert {problem.code for problem in caught.value.problems} == codes
    for problem in caught.value.problems:
        for lang in ("de", "en"):
            sentence = problem.sentence(lang)
            assert len(sentence) > 20
            assert "{" not in sentence


def test_every_problem_of_places_is_named_beside_those_of_offices():
    rules = SiteRules(existing=(0,), require=(1,), forbid=(2,))
    found = PlaceRules(require=(0, 1, 2, 3, 9), forbid=(3, -1)).problems(4, rules, 4)
    assert sorted((it.code, it.value) for it in found) == [
        ("siting_place_is_office", "0"), ("siting_place_is_office", "1"),
        ("siting_required_and_forbidden", "2"), ("siting_required_and_forbidden", "3"),
        ("siting_required_places", "4"),
        ("siting_unknown_site", "-1"), ("siting_unknown_site", "9"),
    ]  # fmt: skip
    unknown = [*found, *SiteRules(require=(4,)).problems(4)]
    assert {it.details["limit"] for it in unknown if it.code == "siting_unknown_site"} == {3}
    assert PlaceRules(require=(2, 3)).problems(4, SiteRules(), 2) == []
    assert PlaceRules(require=(2, 3)).problems(4, SiteRules(), None) == []


def test_nothing_asked_for_is_an_answer():
    answer = max_cover(SETS, 0)
    assert (answer.status, answer.sites, answer.objective) == ("optimal", (), 0.0)
    assert full_cover(SETS, 0.0).sites == ()


def test_unreachable_weight_is_named_and_the_rest_solved():
    sets = CoverSets.from_sets([{0}, set(), {1}], [1.0, 2.0, 3.0], 3)
    answer = full_cover(sets)
    assert answer.status == "optimal"
    assert sorted(answer.sites) == [0, 1]
    assert (answer.unreachable, answer.unreachable_weight, answer.goal_met) == ((1,), 2.0, False)
    ruled_out = full_cover(sets, rules=SiteRules(forbid=(1,)))
    assert ruled_out.unreachable == (1, 2)
    assert ruled_out.unreachable_weight == 5.0
    # Weights are counted in a unit of their own inside, and told in the caller's.
    parts = CoverSets.from_sets([{0}, set(), {1}], [0.25, 0.5, 0.75], 3)
    assert full_cover(parts, rules=SiteRules(forbid=(1,))).unreachable_weight == 1.25
