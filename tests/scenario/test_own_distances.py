"""Own distances whose ids stand in both lists: the way round in which every row fits is meant."""

from types import SimpleNamespace

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.distances.own import OwnTable
from iqgeo.scenario.own_distances import _as_meant


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
