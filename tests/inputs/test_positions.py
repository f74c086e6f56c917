"""Where sites are: degrees, metres of any system, keys of grid cells, and towns by their name."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from iqgeo.errors import InputError
from iqgeo.inputs.gazetteer import match_places
from iqgeo.inputs.places import read_demand
from iqgeo.inputs.read import read_table
from iqgeo.inputs.sites import read_candidates, read_offices
from iqgeo.inputs.source import open_source
from iqgeo.inputs.systems import cell_centres, readings
from iqgeo.reading import Reading
from iqgeo.region import load_region
from iqgeo.systems import SYSTEMS, to_degrees

REGION = load_region()
NEAR = (REGION, 35.0)
AGREED = Reading(agreed=True)
GERMAN = [it for it in SYSTEMS if it.code in {
    "EPSG:25832", "EPSG:25833", "EPSG:3035", "EPSG:4647", "EPSG:5650", "EPSG:31466", "EPSG:31467",
    "EPSG:31468", "EPSG:31469", "EPSG:3857",
}]  # fmt: skip
# Two towns of each country far from each other, the systems its offices use, and its ends in degrees.
ABROAD = {
    "Schweiz": ((6.14, 46.20), (9.53, 46.85), (5.9, 45.8, 10.5, 47.9), ("EPSG:2056", "EPSG:21781")),
    "France": ((-1.55, 47.22), (7.75, 48.57), (-4.8, 42.3, 8.2, 51.1), ("EPSG:2154",)),
    "Nederland": ((4.48, 51.92), (6.57, 53.22), (3.3, 50.7, 7.3, 53.6), ("EPSG:28992",)),
    "Danmark": ((9.92, 57.05), (12.57, 55.68), (8.0, 54.5, 15.2, 57.8), ("EPSG:25832",)),
    "Belgique": ((3.72, 51.05), (5.57, 50.63), (2.5, 49.5, 6.4, 51.5), ("EPSG:31370", "EPSG:3812")),
    # Around its capital east and north are nearly the same number: there both readings fit.
    "Luxemburg": ((6.03, 50.05), (6.00, 50.12), (5.7, 49.4, 6.6, 50.2), ("EPSG:2169",)),
    "Österreich": ((14.29, 48.31), (16.37, 48.21), (9.5, 46.4, 17.2, 49.1), ("EPSG:31287",)),
    "Polska": ((16.93, 52.41), (21.01, 52.23), (14.1, 49.0, 24.2, 54.9), ("EPSG:2180",)),
    "Malawi": ((33.77, -13.96), (35.01, -15.79), (32.6, -17.2, 36.0, -9.3), ("EPSG:32736",)),
}


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """What of a region says in which system its lists are."""

    bounds: tuple[float, float, float, float]
    crs: str
    settlements: pd.DataFrame


def listed(frame: pd.DataFrame) -> tuple[bytes, str]:
    return frame.to_csv(index=False, sep=";").encode(), "a.csv"


@pytest.mark.parametrize("system", [it.code for it in GERMAN])
def test_metres_of_every_system_become_degrees(system):
    names = [("lon", "lat"), ("Rechtswert", "Hochwert"), ("UTM-Ost", "UTM-Nord")][len(system) % 3]
    towns = REGION.towns.head(30)
    east, north = Transformer.from_crs(4326, system, always_xy=True).transform(towns["lon"], towns["lat"])
    frame = pd.DataFrame({"id": range(30), "name": towns["name"], names[0]: east, names[1]: north})
    if system in ("EPSG:31466", "EPSG:31469", "EPSG:5650"):
        # Only what lies in the zone is written in it.
        read = read_offices(listed(frame), near=NEAR, reading=Reading(crs=system))
    else:
        read = read_offices(listed(frame), near=NEAR)
    np.testing.assert_allclose(read.frame[["lon", "lat"]], towns[["lon", "lat"]], atol=1e-5)


@settings(max_examples=12, deadline=None)
@given(
    country=st.sampled_from(sorted(ABROAD)), at=st.integers(0, 1), exchanged=st.booleans(), slip=st.booleans()
)
def test_metres_of_other_countries_lie_where_the_region_is(country, at, exchanged, slip):
    """One reading alone fits the region, whichever axis stands first; a slip of the pen does not hide it."""
    one, other, bounds, systems = ABROAD[country]
    code = systems[at % len(systems)]
    lived = pd.DataFrame([one, other], columns=["lon", "lat"])
    own = code if country == "Malawi" else "EPSG:32631"
    region = Elsewhere(bounds, own, lived)
    lon, lat = np.array([one, other, one, other]).T
    east, north = Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
    if slip:
        east[-1] *= 10
    found, turned = readings(*((north, east) if exchanged else (east, north)), region)
    assert code in {it.code for it in found}
    assert turned == exchanged
    assert len(found) == 1


def test_north_before_east_and_a_row_without_metres():
    towns = REGION.towns.head(6)
    east, north = Transformer.from_crs(4326, 31467, always_xy=True).transform(towns["lon"], towns["lat"])
    # In surveys x is north.
    frame = pd.DataFrame({"name": towns["name"], "x": north.round(1), "y": east.round(1)})
    frame.loc[5, ["x", "y"]] = 0.0
    with pytest.raises(InputError) as error:
        read_offices(listed(frame), near=NEAR)
    assert {it.code for it in error.value.problems} == {"coordinates_no_metres", "rows_aside_offer"}
    read = read_offices(listed(frame), near=NEAR, reading=AGREED)
    np.testing.assert_allclose(read.frame[["lon", "lat"]], towns[["lon", "lat"]].head(5), atol=1e-5)
    assert {"axes_turned", "system_found", "rows_aside"} <= {it.code for it in read.repairs}


def test_metres_that_can_be_two_systems_are_asked_about_without_a_region():
    written = b"id,name,x,y\n1,a,550000,5800000\n2,b,560000,5810000\n"
    with pytest.raises(InputError) as error:
        read_offices((written, "a.csv"))
    assert {it.code for it in error.value.problems} == {"coordinates_metric"}
    assert "--crs EPSG:25832" in str(error.value)
    read = read_offices((written, "a.csv"), reading=Reading(crs="EPSG:25832"))
    assert read.frame["lon"].between(9, 11).all()
    with pytest.raises(InputError):
        read_offices((written, "a.csv"), reading=Reading(crs="EPSG:nonsense"))


@settings(max_examples=15)
@given(st.integers(2700, 3500), st.integers(4000, 4600), st.sampled_from([100, 1000, 10_000]))
def test_the_key_of_a_cell_is_its_centre(north, east, size):
    n, e = north * 1000 // size * size, east * 1000 // size * size
    short = f"{size // 1000}km" if size >= 1000 else f"{size}m"
    keys = pd.Series([f"{short}N{n // size}E{e // size}", f"CRS3035RES{size}mN{n}E{e}"])
    lon, lat = cell_centres(keys)
    expected = to_degrees("EPSG:3035", np.array([e + size / 2]), np.array([n + size / 2]))
    np.testing.assert_allclose([lon, lat], [[expected[0][0]] * 2, [expected[1][0]] * 2], atol=1e-9)


def test_candidates_by_the_key_of_their_cell():
    lon, lat = REGION.towns["lon"].head(5).to_numpy(), REGION.towns["lat"].head(5).to_numpy()
    east, north = Transformer.from_crs(4326, 3035, always_xy=True).transform(lon, lat)
    keys = [f"1kmN{int(n // 1000)}E{int(e // 1000)}" for e, n in zip(east, north, strict=True)]
    frame = pd.DataFrame({"id": range(5), "name": list("abcde"), "Gitter_ID_1km": keys})
    read = read_candidates(listed(frame), near=NEAR)
    assert np.hypot(read.frame["lon"] - lon, read.frame["lat"] - lat).max() < 0.02


@settings(max_examples=8)
@given(st.lists(st.integers(0, len(REGION.towns) - 1), min_size=1, max_size=8, unique=True), st.data())
def test_towns_are_found_by_name_and_misspelt_ones_offered(chosen, data):
    """The very name is found as itself; a letter left out is offered and never taken unasked."""
    towns = REGION.towns.iloc[chosen]
    spoilt = data.draw(st.integers(0, len(chosen) - 1))
    names = towns["name"].tolist()
    word = names[spoilt]
    at = data.draw(st.integers(1, max(1, len(word) - 2)))
    names[spoilt] = word[:at] + word[at + 1 :]
    frame = pd.DataFrame({"id": range(len(names)), "name": names, "Ort": names})
    found = match_places(read_table(open_source(listed(frame)), max_rows=100), REGION)
    for position, match in enumerate(found):
        if position != spoilt and match.found:
            assert (match.score, match.ags) == (100.0, towns["ags"].iloc[position])
    with pytest.raises(InputError) as error:
        read_offices(listed(frame), near=NEAR)
    codes = {it.code for it in error.value.problems}
    assert codes <= {"place_match", "place_guess", "place_unknown", "rows_aside_offer", "more_rows"}


def test_towns_count_once_they_are_agreed_to():
    frame = pd.DataFrame(
        {"Einrichtung": ["A", "B", "C"], "Ort": ["Lüneburg, Hansestadt", "Luneburg", "Atlantis"]}
    )
    read = read_offices(listed(frame), near=NEAR, reading=AGREED)
    town = REGION.towns[REGION.towns["name"].eq("Lüneburg")].iloc[0]
    assert read.frame["name"].tolist() == ["A", "B"]
    np.testing.assert_allclose(read.frame[["lon", "lat"]], [[town["lon"], town["lat"]]] * 2)
    codes = [it.code for it in read.repairs]
    assert {"places_matched", "place_guessed", "rows_aside", "ids_made"} <= set(codes)


def test_the_key_of_the_municipality_decides_between_towns_of_one_name():
    frame = pd.DataFrame({"name": ["A"], "Gemeinde": ["Atlantis"], "AGS": ["3241001"]})
    read = read_offices(listed(frame), near=NEAR, reading=AGREED)
    assert read.frame["lon"].between(9.6, 9.9).all()


def test_rows_without_coordinates_are_left_aside_once_agreed():
    written = b"id,name,lon,lat\n1,Stade,9.47,53.6\n2,Leer,,\n3,Emden,k.A.,53.3\n1,Celle,10.08,52.62\n"
    with pytest.raises(InputError) as error:
        read_offices((written, "a.csv"), near=NEAR)
    offer = error.value.problems[-1]
    assert (offer.code, offer.details["good"], offer.details["bad"]) == ("rows_aside_offer", 2, 2)
    read = read_offices((written, "a.csv"), near=NEAR, reading=AGREED)
    assert read.frame["id"].tolist() == ["1", "1-2"]
    assert read.row_numbers.tolist() == [2, 5]
    assert {it.code for it in read.repairs} >= {"rows_aside", "ids_doubled"}


@settings(max_examples=20)
@given(st.lists(st.sampled_from(REGION.towns.index.tolist()), min_size=1, max_size=6), st.data())
def test_people_whose_axes_are_exchanged_are_asked_about_and_nobody_else(chosen, data):
    turned = data.draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen)))
    towns = REGION.towns.loc[chosen]
    lon, lat = (np.where(turned, towns[it], towns[other]) for it, other in (("lat", "lon"), ("lon", "lat")))
    # Who lives far away either way is no slip of the pen.
    frame = pd.DataFrame({"lon": [*lon, -3.7], "lat": [*lat, 40.4], "people": 10})
    if not any(turned):
        assert len(read_demand(listed(frame), REGION).frame) == len(frame)
        return
    with pytest.raises(InputError) as error:
        read_demand(listed(frame), REGION)
    assert [(it.code, it.row) for it in error.value.problems] == [
        ("coordinates_swapped", row + 2) for row in np.flatnonzero(turned).tolist()
    ]
    answers = {row + 2: "swap" for row in np.flatnonzero(turned).tolist()}
    read = read_demand(listed(frame), REGION, reading=Reading(rows=answers)).frame
    np.testing.assert_allclose(read[["lon", "lat"]][:-1], towns[["lon", "lat"]])


def test_a_national_list_is_cut_to_the_region_and_counted():
    outside = pd.DataFrame({"id": range(50), "name": [f"W{i}" for i in range(50)], "lon": 16.37, "lat": 48.2})
    inside = REGION.towns.head(7)[["id", "name", "lon", "lat"]]
    read = read_offices(listed(pd.concat([outside, inside])), near=NEAR)
    assert read.frame["name"].tolist() == inside["name"].tolist()
    (said,) = [it for it in read.repairs if it.code == "sites_outside"]
    assert "7 von 57" in said.sentence("de")
    with pytest.raises(InputError) as error:
        read_offices(listed(outside), near=NEAR)
    assert [it.code for it in error.value.problems] == ["sites_elsewhere"]


def test_columns_that_the_user_named():
    written = "Kürzel;Wo;Grad O;Grad N\n1;Stade;9,47;53,6\n"
    named = {"name": "Wo", "lon": "Grad O", "lat": "Grad N", "id": "Kürzel"}
    read = read_offices((written.encode(), "a.csv"), reading=Reading(columns=named))
    assert read.frame[["name", "lon", "lat"]].to_numpy().tolist() == [["Stade", 9.47, 53.6]]
    with pytest.raises(InputError):
        read_offices((written.encode(), "a.csv"), reading=Reading(columns={**named, "lon": "Länge X"}))


def test_similar_names_are_looked_for_once_each_and_for_so_many_only(monkeypatch):
    monkeypatch.setattr("iqgeo.inputs.gazetteer.MOST_SOUGHT", 1)
    names = ["Lünebrug", "Lünebrug", "Göttingn", "Celle"]
    written = listed(pd.DataFrame({"Einrichtung": list("abcd"), "Ort": names}))
    found = match_places(read_table(open_source(written), max_rows=100), REGION)
    assert [it.found for it in found] == ["Lüneburg", "Lüneburg", "", "Celle"]
    monkeypatch.setattr("iqgeo.inputs.gazetteer.MOST_SOUGHT", 0)
    read = read_offices(written, near=NEAR, reading=AGREED)
    assert read.frame["name"].tolist() == ["d"]
    assert "places_not_sought" in {it.code for it in read.repairs}
