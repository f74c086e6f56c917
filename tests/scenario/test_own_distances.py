"""Own distances whose ids stand in both lists: the way round in which every row fits is meant."""

import unicodedata
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.distances.own import OwnTable
from iqgeo.scenario.own_distances import _as_meant, _by_name


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_a_table_is_read_the_way_round_in_which_every_row_fits(sites, more, data):
    """Offices and places are numbered from 1; there are more places than sites."""
    ids = [str(it + 1) for it in range(sites + more)]
    loaded = SimpleNamespace(
        demand=SimpleNamespace(places=pd.DataFrame({"id": ids})),
        meant=lambda key: {key} if key in ids[:sites] else set(),
    )
    some = st.lists(st.tuples(st.sampled_from(ids[:sites]), st.sampled_from(ids)), min_size=1, unique=True)
    pairs = [*data.draw(some), (ids[0], ids[-1])]
    table = pd.DataFrame(pairs, columns=["candidate", "place"]).drop_duplicates(ignore_index=True)
    table["km"] = range(len(table))
    turned = table.rename(columns={"candidate": "place", "place": "candidate"})
    for given_table, notes in ((table, []), (turned, ["distances_turned"])):
        notices = []
        found = _as_meant(OwnTable(given_table), loaded, notices)
        assert [it.code for it in notices] == notes
        pd.testing.assert_frame_equal(found.table[["candidate", "place", "km"]], table)


SITES = {"S1": "Beratung Süd", "S2": "Haus  der Hilfe", "É3": "Celle", "s 4": "Nienburg (Weser)"}
PLACES = ["p1", "Ö2", "10", "1.0"]
WRITTEN = [
    str.upper,
    str.lower,
    lambda it: unicodedata.normalize("NFD", it),
    lambda it: it.replace(" ", "\u00a0"),
    lambda it: f" {it}  ",
    str,
]


def meaning(sites):
    known = pd.DataFrame({"id": list(sites), "name": list(sites.values())})
    return SimpleNamespace(
        demand=SimpleNamespace(places=pd.DataFrame({"id": PLACES})),
        known=known,
        meant=lambda key: (key,) if key in sites else (),
    )


@given(st.data())
def test_whoever_is_called_otherwise_is_meant_all_the_same(data):
    """By name or by id, each site as it comes; capitals, blanks and the parts of an umlaut say nothing."""
    pairs = [(site, place) for site in SITES for place in PLACES]
    write = {it: data.draw(st.sampled_from(WRITTEN)) for it in (*SITES, *PLACES)}
    called = {site: data.draw(st.sampled_from([site, name])) for site, name in SITES.items()}
    # "10" and "1.0" are two ids.
    rows = [(write[site](called[site]), write[place](place)) for site, place in pairs]
    table = pd.DataFrame(rows, columns=["candidate", "place"], dtype="str").assign(km=range(len(rows)))
    notices = []
    found = _by_name(OwnTable(table), meaning(SITES), notices)
    assert list(found.table[["candidate", "place"]].itertuples(index=False, name=None)) == pairs
    assert found.table["km"].tolist() == table["km"].tolist()
    others = sum(table[column].nunique() for column in ("candidate", "place"))
    same = len({*table["candidate"]} & {*SITES}) + len({*table["place"]} & {*PLACES})
    assert sum(it.count for it in notices) == others - same


@pytest.mark.parametrize(
    ("keys", "more", "wanted"),
    [
        (["Celle", "Nobody"], {}, ["É3", "Nobody"]),
        (["Celle", "CELLE"], {}, ["Celle", "CELLE"]),
        (["Celle", "É3"], {}, ["Celle", "É3"]),
        (["Celle", "Nobody"], {"S9": "celle"}, ["Celle", "Nobody"]),
        (["s1", "Nobody"], {"S9": "s1"}, ["S1", "Nobody"]),
    ],
)
def test_nobody_is_meant_by_two_keys_or_by_the_name_of_two(keys, more, wanted):
    """What could be somebody else stays as it is, and is named as unknown; an id counts before a name."""
    table = pd.DataFrame({"candidate": keys, "place": "p1", "km": [1.0, 2.0]})
    assert _by_name(OwnTable(table), meaning(SITES | more), []).table["candidate"].tolist() == wanted
