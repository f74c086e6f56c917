"""Nothing reaches compiled code before its indices have been looked at."""

import copy
import importlib
from pathlib import Path

import numpy as np
import pytest

import iqgeo
from iqgeo.compiled import GATES

MODULES = (
    "distances.roads.chains",
    "distances.roads.hierarchy_kernel",
    "distances.roads.kernel",
    "distances.roads.pbf_kernel",
    "distances.roads.sweep_kernel",
    "siting.list_kernels",
    "siting.search_kernels",
    "siting.median_kernels",
    "siting.cover_kernels",
    "siting.tabu_kernels",
)
for module in MODULES:
    importlib.import_module(f"iqgeo.{module}")


def i32(*values):
    return np.array(values, dtype=np.int32)


def i64(*values):
    return np.array(values, dtype=np.int64)


def f64(*values):
    return np.array(values, dtype=np.float64)


def yes(count):
    return np.ones(count, dtype=bool)


# Three lists over four entries, and the same the other way round.
LISTS = {"start": i64(0, 2, 3, 5), "index": i32(0, 1, 2, 1, 3)}
BACK = {"back_start": i64(0, 1, 3, 4, 5), "back_index": i32(0, 0, 2, 1, 2)}
COVER = {"site_start": LISTS["start"], "site_row": LISTS["index"]}
COVER |= {"row_start": BACK["back_start"], "row_site": BACK["back_index"]}
LIMITS = {"member_start": i64(0, 1, 2, 2), "member": i32(0, 0), "low": i64(0), "high": i64(2)}
MEDIAN = {"start": BACK["back_start"], "site": BACK["back_index"], "value": f64(5, 4, 3, 2, 1)}
STATE = np.array([88172645463325252], dtype=np.uint64)
PATH = i32(0, 1, 2), i32(1, 2, 3), i32(5, 7, 9)

LENGTHS_SWEPT = ("up.2", "back", "sources.2", "exits.2", "direct.2")

EXAMPLES = {
    "distances.roads.chains.contract": {
        "tail": i32(0, 1, 2),
        "head": i32(1, 2, 0),
        "two_way": yes(3),
        "kind": np.zeros(3, np.uint8),
        "count": 3,
    },
    "distances.roads.chains.joined_by": {"one": i32(0, 2), "other": i32(1, 3), "count": 4},
    "distances.roads.chains.order_of_ends": {"tail": i32(2, 0, 1), "head": i32(0, 1, 2), "count": 3},
    "distances.roads.kernel.arcs_between": {
        "ends": PATH[:2],
        "two_way": yes(3),
        "used": yes(3),
        "wanted": yes(4),
        "mm": PATH[2],
    },
    "distances.roads.kernel.search_within": {
        "graph": (i32(0, 1, 2, 3, 3), i32(1, 2, 3), i32(5, 7, 9)),
        "sources": (i32(0, 1), i32(0), i32(0)),
        "limit_mm": i32(100),
        "behind": (i32(0, 1, 2, 3, 4), i32(0, 1, 2, 3), i32(0, 0, 0, 0)),
        "direct": (i32(0, 1), i32(2), i32(4)),
        "places": 4,
    },
    "distances.roads.chains.lay_out": {
        "vertices": i32(0, 1, 2, 2, 0),
        "segments": i32(0, 1, 2),
        "first_vertex": i64(3, 0),
        "first_segment": i64(2, 0),
        "counts": i64(1, 2),
        "lon": f64(9, 9.1, 9.2),
        "lat": f64(52, 52, 52),
        "mm": i64(5, 7, 9),
        "minutes": f64(1, 2, 3),
    },
    "distances.roads.hierarchy_kernel.contract_nodes": {
        "ends": PATH[:2],
        "two_way": yes(3),
        "mm": PATH[2],
        "count": 4,
        "most": 1_000,
    },
    "distances.roads.sweep_kernel.sweep_within": {
        "up": (i32(0, 0, 1, 3), i32(0, 0, 1), i32(5, 7, 9)),
        "back": i32(5, 7, 9),
        "sources": (i32(0, 1), i32(2), i32(0)),
        "limit": 100,
        "exits": (i32(0, 1), i32(2), i32(0)),
        "direct": (i32(0, 1), i32(0), i32(4)),
        "order": i64(0),
    },
    "distances.roads.pbf_kernel.read_ways": {
        "data": np.frombuffer(bytes([26, 9, 8, 1, 18, 1, 1, 26, 1, 2]), np.uint8),
        "wanted": i64(1),
    },
    "distances.roads.pbf_kernel.read_points": {
        "data": np.frombuffer(bytes([10, 6, 8, 4, 64, 2, 72, 4]), np.uint8),
        "wanted": i64(2, 3),
        "lon": f64(0, 0),
        "lat": f64(0, 0),
        "scale": f64(1, 0, 0),
        "marks": i64(1),
    },
    "siting.list_kernels.transpose": {**LISTS, "n_columns": 4},
    "siting.list_kernels.group_pairs": {
        "first": i32(0, 1),
        "second": i32(2, 0),
        "n_first": 2,
        "n_second": 3,
    },
    "siting.list_kernels.drop_repeats": LISTS,
    "siting.list_kernels.hash_sets": {**LISTS, "keys": np.arange(4, dtype=np.uint64)},
    "siting.list_kernels.merge_equal": {
        **LISTS,
        "hashes": np.arange(3, dtype=np.uint64),
        "order": i64(0, 1, 2),
    },
    "siting.list_kernels.take_lists": {**LISTS, "wanted": i64(2, 0)},
    "siting.list_kernels.renumber_lists": {**LISTS, "new_number": i32(0, -1, 1, 2)},
    "siting.list_kernels.list_sums": {**LISTS, "weight": f64(1, 2, 3, 4)},
    "siting.list_kernels.covered_rows": {
        "site_start": LISTS["start"],
        "site_row": LISTS["index"],
        "chosen": i64(0, 2),
        "n_rows": 4,
    },
    "siting.list_kernels.contained_lists": {**LISTS, **BACK, "label": i64(0, 0, 0)},
    "siting.list_kernels.containing_lists": {
        **LISTS,
        "back_start": BACK["back_start"],
        "order": i64(1, 0, 2),
    },
    "siting.search_kernels.swap_allowed": {
        "out": 0,
        "new": 1,
        **LIMITS,
        "chosen_of": i64(1),
    },
    "siting.search_kernels.greedy_fill": {
        **COVER,
        "weight": f64(1, 2, 3, 4),
        **LIMITS,
        "family_of": i32(-1),
        "n_families": 0,
        "chosen": i64(0),
        "n_sites": 2,
        "gain_out": np.zeros(2),
    },
    "siting.search_kernels.improve": {
        **COVER,
        "weight": f64(1, 2, 3, 4),
        **LIMITS,
        "chosen": i64(0),
        "kicks": 2,
        "state": STATE,
        "prefer_low": False,
    },
    "siting.tabu_kernels.neighbours": COVER,
    "siting.tabu_kernels.tabu": {
        **COVER,
        "weight": f64(1, 2, 3, 4),
        **LIMITS,
        "near_start": i64(0, 1, 2, 3),
        "near": i32(0, 1, 2),
        "chosen": i64(0),
        "steps": 5,
        "patience": 2,
        "enough": np.inf,
        "state": STATE,
    },
    "siting.median_kernels.best_values": {**MEDIAN, "inside": yes(3)},
    "siting.median_kernels.median_gains": {**MEDIAN, "inside": ~yes(3), "gain": np.zeros(3)},
    "siting.median_kernels.median_improve": {
        **MEDIAN,
        **LIMITS,
        "chosen": i64(0),
        "n": 3,
        "kicks": 2,
        "state": STATE,
        "prefer_low": False,
    },
    "siting.median_kernels.median_cuts": {
        **MEDIAN,
        "group": i32(0, 0, 1, 1),
        "n_groups": 2,
        "opened": f64(0.5, 0.5, 1),
        "table": np.zeros((2, 3)),
    },
    "siting.median_kernels.short_rows": {
        **MEDIAN,
        "needy": yes(4),
        "opened": f64(0.5, 0, 0),
        "most": 3,
    },
    "siting.cover_kernels.covering_cuts": {
        **COVER,
        "weight": f64(1, 2, 3, 4),
        "group": i32(0, 0, 1, 1),
        "n_groups": 2,
        "opened": f64(0.5, 0.5, 1),
        "reach": np.zeros(4),
        "table": np.zeros((2, 3)),
    },
    "siting.cover_kernels.cover_search": {**COVER, "chosen": i64(0, 1, 2), "steps": 5, "state": STATE},
}
# The last takes no list of values for a median; the loop knows none.
EXAMPLES["siting.median_kernels.short_rows"].pop("value")
_NEAR = {"start": MEDIAN["start"], "site": MEDIAN["site"], "km": MEDIAN["value"][::-1].copy()}
_LIMIT = np.full(len(MEDIAN["start"]) - 1, 2.0)
EXAMPLES["siting.median_kernels.saved_below"] = {
    **_NEAR, "weight": _LIMIT.copy(), "limit": _LIMIT, "saved": np.zeros(3)
}  # fmt: skip
EXAMPLES["siting.median_kernels.chosen_below"] = {**_NEAR, "limit": _LIMIT, "inside": yes(3)}


def call(name, given):
    module, function = name.rsplit(".", 1)
    return getattr(importlib.import_module(f"iqgeo.{module}"), function)(**given)


def changed(given, name, value):
    """The arguments with one of them, or one part of one, made another by ``value``."""
    first, *parts = name.split(".")
    result = {key: copy.deepcopy(it) for key, it in given.items()}
    if parts:
        whole = list(result[first])
        whole[int(parts[0])] = value(whole[int(parts[0])])
        result[first] = tuple(whole)
    else:
        result[first] = value(result[first])
    return result


def with_one(bad):
    """A value put in place of each entry in turn, by which one is looked for at every position."""

    def at(position):
        def change(values):
            if np.ndim(values) == 0:
                return bad
            other = values.copy()
            other[position] = bad
            return other

        return change

    return at


def broken(name):
    """Every way to break a law of the gate of a function, one at a time, with a word for it."""
    gate, given = GATES[f"iqgeo.{name}"], EXAMPLES[name]
    for laws, lowest in ((gate.index, -1), (gate.or_missing, -2)):
        for array in laws:
            value = given
            for part in array.split("."):
                value = value[int(part) if part.isdecimal() else part]
            for bad in (lowest, np.iinfo(np.int32).min, np.iinfo(np.int32).max, 1_000):
                for position in range(np.size(value)):
                    yield f"{array}={bad}", changed(given, array, with_one(bad)(position))
    for array in gate.cuts:
        for position in (0, -1):
            for bad in (-1, 1_000, np.iinfo(np.int32).max):
                yield f"{array}={bad}", changed(given, array, with_one(bad)(position))
        yield f"{array} falls", changed(given, array, lambda it: it[::-1].copy())
        yield f"{array} empty", changed(given, array, lambda it: it[:0])
    for array in gate.at_least:
        yield f"{array} short", changed(given, array, lambda it: it[:-1])


def test_every_loop_stands_behind_the_gate():
    assert {f"iqgeo.{name}" for name in EXAMPLES} == set(GATES)
    package = Path(iqgeo.__file__).parent
    direct = [
        path.name
        for path in package.rglob("*.py")
        if "njit" in path.read_text() and path.name not in ("compiled.py", "compiled_cache.py")
    ]
    assert direct == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_sound_runs_and_what_leads_astray_does_not(name):
    call(name, {key: copy.deepcopy(it) for key, it in EXAMPLES[name].items()})
    tried = 0
    for word, given in broken(name):
        with pytest.raises(IndexError, match=name.rsplit(".", 1)[1]):
            raise AssertionError(f"{word}: {call(name, given)}")
        tried += 1
    gate = GATES[f"iqgeo.{name}"]
    # Loops over bytes hold every read against the end themselves.
    assert tried or not (gate.index or gate.cuts or gate.at_least)


def test_lengths_that_overflow_are_no_lengths():
    name = "distances.roads.kernel.search_within"
    for bad in (-1, 2**31 - 1):
        for part in ("graph.2", "sources.2", "behind.2", "direct.2"):
            with pytest.raises(IndexError):
                call(name, changed(EXAMPLES[name], part, with_one(bad)(0)))
    with pytest.raises(IndexError):
        call(name, changed(EXAMPLES[name], "limit_mm", lambda it: it.astype(np.int64)))


def test_chains_that_lead_past_the_end_are_none():
    name = "distances.roads.chains.lay_out"
    for count in (0, -1, 2, 2**31):
        with pytest.raises(IndexError):
            call(name, changed(EXAMPLES[name], "counts", with_one(count)(0)))


def test_shortcuts_that_lead_down_or_lengths_beyond_32_bits_are_refused():
    name = "distances.roads.sweep_kernel.sweep_within"
    for part, bad in (("up.1", 2), *((it, k) for it in LENGTHS_SWEPT for k in (-1, 2**30))):
        with pytest.raises(IndexError):
            call(name, changed(EXAMPLES[name], part, with_one(bad)(-1)))
    for limit in (-(2**30), 2**30 - 1):
        with pytest.raises(IndexError):
            call(name, {**EXAMPLES[name], "limit": limit})
    name = "distances.roads.hierarchy_kernel.contract_nodes"
    with pytest.raises(IndexError):
        call(name, changed(EXAMPLES[name], "mm", with_one(-1)(0)))


def test_a_row_that_no_site_reaches_cannot_be_covered():
    name = "siting.cover_kernels.cover_search"
    given = changed(EXAMPLES[name], "row_start", lambda it: i64(0, 1, 3, 4, 4))
    with pytest.raises(IndexError):
        call(name, given)
