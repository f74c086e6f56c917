"""Sentences that are kept as keys and values: short, said in any language, whatever stands in the store."""

from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import Problem
from iqgeo.store.limits import CHANGE_CHARS
from iqgeo.texts import LANGUAGES, later

NAMES = st.lists(
    st.one_of(st.text(min_size=1, max_size=200), st.sampled_from(["\0" * 60, '"' * 200])),
    min_size=1,
    max_size=50,
)
UNITS = st.sampled_from(["km", "min"])
CLAUSES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["added", "closed", "reopened"]), st.fixed_dictionaries({"names": NAMES})),
        st.tuples(
            st.just("target"),
            st.fixed_dictionaries(
                dict.fromkeys(
                    ("before", "after"), st.builds(lambda unit, it: {unit: it}, UNITS, st.floats(1, 500))
                )
            ),
        ),
        st.just(("settings", {})),
    ),
    max_size=6,
)  # fmt: skip


@given(CLAUSES)
def test_what_is_kept_is_short_and_said_in_every_language(clauses):
    kept = later.written(clauses)
    assert len(kept) <= CHANGE_CHARS
    for lang in LANGUAGES:
        assert later.said(kept, lang).count("; ") >= len(clauses) - 1
        assert '"said"' not in later.said(kept, lang) or any('"said"' in str(it) for it in clauses)


def test_names_are_listed_or_counted():
    few = later.written([("added", {"names": list("ABCDEF")})])
    many = later.written([("added", {"names": list("ABCDEFGH")}), ("settings", {})])
    assert later.said(few, "de") == "A, B, C, D, E, F dazu"
    assert later.said(many, "en") == "A, B, C, D, E and 3 more added; settings changed"
    target = later.written([("target", {"before": {"km": 27.5}, "after": {"min": 30}})])
    assert later.said(target, "nl") == "doel 27,5 km naar 30 min"
    conflict = Problem(
        "store_conflict", details={"who": "Ada", "theirs": later.Later((few,)), "mine": later.Later(("",))}
    )
    assert "(A, B, C, D, E, F added)" in conflict.what("en")
    assert "(…)" in conflict.what("de")


@given(st.one_of(
    st.text(),
    st.text().map('{{"said":{}'.format),
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text(), st.sampled_from(["added", "target", "names", "km"])),
        lambda it: st.one_of(st.lists(it), st.dictionaries(st.text(), it)),
    ).map(lambda it: later.json.dumps({"said": it}, separators=(",", ":"))),
))  # fmt: skip
def test_what_nobody_wrote_by_us_is_shown_as_it_stands(kept):
    """Sentences of older stores, of users, and of whoever spoils a store."""
    words = later.said(kept, "de")
    assert isinstance(words, str)
    if not kept.startswith('{"said":'):
        assert words == kept
