"""Sites: operations against plain lists; an id means one place among all lists."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo import sites
from iqgeo.sites import Site

PLACES = st.sampled_from([(9.0, 52.0), (9.5, 52.5), (10.0, 53.0)])
SITES = st.lists(
    st.builds(
        lambda key, place, opened, closed: Site(key, f"Ort {key}", *place, opened=opened, closed=closed),
        st.sampled_from(list("abcdef")), PLACES, st.none() | st.integers(2000, 2030),
        st.none() | st.integers(2000, 2030),
    ),
    max_size=6,
    unique_by=lambda it: it.id,
)  # fmt: skip


@given(SITES, st.integers(1999, 2031))
def test_open_in_a_year(given_sites: list[Site], year: int) -> None:
    found = sites.ids(sites.open_in(sites.sites_frame(given_sites), year))
    assert list(found) == [
        it.id
        for it in given_sites
        if (it.opened is None or it.opened <= year) and (it.closed is None or it.closed > year)
    ]


@given(SITES, SITES)
def test_with_without_and_since(first: list[Site], second: list[Site]) -> None:
    one, other = sites.sites_frame(first), sites.sites_frame(second)
    have = {it.id for it in first}
    assert list(sites.ids(sites.with_(one, other))) == [
        *(it.id for it in first), *(it.id for it in second if it.id not in have)
    ]  # fmt: skip
    assert list(sites.ids(sites.without(one, [it.id for it in second]))) == [
        it.id for it in first if it.id not in {other.id for other in second}
    ]
    assert list(sites.ids(sites.opened_since(one, other))) == [it.id for it in second if it.id not in have]


@given(SITES, SITES)
def test_an_id_means_one_place(offices: list[Site], candidates: list[Site]) -> None:
    lists = [("offices", sites.sites_frame(offices)), ("candidates", sites.sites_frame(candidates))]
    first, second = sites.distinct(lists)
    assert list(sites.ids(first)) == [it.id for it in offices]
    place = {it.id: (it.lon, it.lat) for it in offices}
    for key, it in zip(sites.ids(second), candidates, strict=True):
        same = place.get(it.id) in (None, (it.lon, it.lat))
        assert key == (it.id if same else f"candidates:{it.id}")
    every = pd.concat([first, second])
    assert every.groupby("id")[["lon", "lat"]].nunique().to_numpy().max(initial=1) == 1


def test_an_unknown_id_is_no_site() -> None:
    with pytest.raises(KeyError):
        sites.named(sites.sites_frame([Site("a", "A", 9.0, 52.0)]), ["b"])
