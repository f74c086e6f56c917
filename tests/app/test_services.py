"""What pages ask for agrees with the library."""

import gc

import numpy as np
import pytest

from iqgeo.api import assess
from iqgeo.app import services, uploads
from iqgeo.app.services import EMBEDDED, GapFilter
from iqgeo.app.state import PlannedSite, default_view
from iqgeo.app.uploads import SessionFolder
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.gaps import Gaps, gaps_within
from iqgeo.region import Region
from tests.app import second

GOETTINGEN = PlannedSite("GOE", "Göttingen", 9.9355, 51.5413)


def test_default_view_is_the_coverage_of_2012(region: Region, coverage_2012: Coverage) -> None:
    assert second.coverage(region, default_view(region)).covered == coverage_2012.covered


def test_plan_and_its_change_add_up(coverage_2012: Coverage) -> None:
    after = second.with_plan(coverage_2012, [GOETTINGEN], ["NI-H"])
    assert len(after.offices) == len(coverage_2012.offices)
    change = services.change(coverage_2012, after)
    assert change.gained > 0
    assert change.lost > 0
    assert after.covered == coverage_2012.covered + change.gained - change.lost
    assert change.districts["gained"].sum() == change.gained
    assert change.districts["lost"].sum() == change.lost
    assert change.districts["change"].is_monotonic_decreasing
    nothing = services.change(coverage_2012, second.with_plan(coverage_2012, []))
    assert (nothing.gained, nothing.lost, len(nothing.districts)) == (0, 0, 0)


def test_without_any_office_nobody_is_reached(coverage_2012: Coverage) -> None:
    closed = second.with_plan(coverage_2012, [], list(coverage_2012.offices["id"]))
    figures = services.figures(closed)
    assert (figures.offices, figures.share) == (0, 0)
    assert np.isnan(figures.median_km)


def test_figures_are_those_of_the_people(coverage_2012: Coverage) -> None:
    figures = services.figures(coverage_2012)
    places = coverage_2012.places
    # Every person a row of its own: the plain median.
    everyone = np.repeat(places["distance_km"].to_numpy(), places["people"].astype(int))
    assert figures.median_km == pytest.approx(np.median(everyone[np.isfinite(everyone)]), abs=0.01)
    assert figures.low < figures.share < figures.high


def test_a_click_finds_the_town(region: Region) -> None:
    assert services.nearest_town(region, 9.84, 52.98).name == "Soltau"


def test_filters_narrow_the_gap_list(gaps_2012: Gaps) -> None:
    every = gaps_2012.by_municipality
    assert services.filtered(every, GapFilter()).equals(every)
    stade = services.filtered(every, GapFilter(districts=("03359",), least_people=100))
    assert set(stade["district"]) == {"Stade"}
    assert stade["people"].min() >= 100
    near = services.filtered(every, GapFilter(to_km=40))
    assert near["distance_km"].max() <= 40
    unsure = services.filtered(every, GapFilter(reasons=(services.DEPENDS_ON_ROAD,)))
    assert unsure["depends_on_road"].all()
    assert len(unsure)
    assert set(services.filtered(every, GapFilter(name="buxte"))["name"]) == {"Buxtehude"}
    with_bracket = services.filtered(every, GapFilter(name="("))
    assert with_bracket["name"].str.contains("(", regex=False).all()
    islands = services.filtered(every, GapFilter(reasons=("ferry_only",)))
    assert np.isinf(islands["distance_km"]).all()


def test_narrowed_gaps_count_their_people_anew(gaps_2012: Gaps) -> None:
    rows = services.filtered(gaps_2012.by_municipality, GapFilter(regions=(1, 3), least_people=500))
    part = gaps_within(gaps_2012, rows)
    assert part.people == rows["people"].sum()
    assert sum(region.people for region in part.regions) == part.people
    assert {region.number for region in part.regions} == {1, 3}
    assert set(part.by_municipality["ags"]) == set(rows["ags"])


OFFICES = b"id,name,lon,lat\nA,Celle,10.08,52.62\nB,Stade,9.47,53.6\n"


def test_upload_replaces_only_its_kind(region: Region) -> None:
    upload = uploads.read_upload(
        "offices", OFFICES, "stellen.csv", region, target_km=35, swap=False, folder=SessionFolder()
    )
    own = uploads.take(EMBEDDED, upload)
    assert own.demand is None
    assert list(own.offices["name"]) == ["Celle", "Stade"]
    mine = second.coverage(region, default_view(region), own)
    assert mine.covered == assess(region, own.offices, stage=2012).covered
    again = uploads.take(own, upload)
    assert again.key == own.key
    assert uploads.without(own) is EMBEDDED
    assert uploads.without(own, "offices").key == ""


def test_people_replace_shares(region: Region) -> None:
    demand = b"id,lon,lat,people\n1,9.7,52.4,100\n2,9.8,52.3,50\n"
    upload = uploads.read_upload(
        "demand", demand, "menschen.csv", region, target_km=35, swap=False, folder=SessionFolder()
    )
    own = uploads.take(EMBEDDED, upload)
    assert own.demand.people == 150
    assert [it.kind for it in own.files] == ["demand"]
    assert second.coverage(region, default_view(region), own).people == 150


@pytest.mark.parametrize(
    ("kind", "raw", "name"),
    [
        ("offices", b"", "leer.csv"),
        ("offices", b"id,name\n1,Celle\n", "ohne-ort.csv"),
        ("offices", b"id,name,lon,lat\n1,A,52.6,10.1\n2,B,53.6,9.5\n", "vertauscht.csv"),
        ("shares", b"ags;share_pct\n3241;125\n", "anteile.csv"),
        ("demand", b"id,lon,lat,people\n1,9,52,-5\n", "menschen.csv"),
        ("roads", b"PAR1 no network", "netz.parquet"),
    ],
)
def test_bad_upload_names_its_problems(kind: str, raw: bytes, name: str, region: Region) -> None:
    with pytest.raises(InputError) as caught:
        uploads.read_upload(kind, raw, name, region, target_km=35, swap=False, folder=SessionFolder())
    for problem in caught.value.problems:
        assert problem.sentence("de")
        assert problem.sentence("en")


def test_two_sets_of_data_have_two_keys(region: Region) -> None:
    keys = set()
    for raw in (OFFICES, OFFICES.replace(b"Celle", b"Cella")):
        upload = uploads.read_upload(
            "offices", raw, "a.csv", region, target_km=35, swap=False, folder=SessionFolder()
        )
        keys.add(uploads.take(EMBEDDED, upload).key)
    assert len(keys) == 2


def test_session_folder_goes_with_its_session() -> None:
    folder = SessionFolder()
    path = folder.path
    assert path.is_dir()
    del folder
    gc.collect()
    assert not path.exists()


def test_ways_lead_from_the_largest_place_of_each_municipality(gaps_2012: Gaps) -> None:
    rows = gaps_2012.by_municipality.head(3)
    found = services.ways_of(gaps_2012, [*rows["ags"], "00000000"])
    assert len(found) == 3
    offices = gaps_2012.coverage.offices[["lon", "lat"]].to_numpy().tolist()
    for way in found:
        assert [way.lon[-1], way.lat[-1]] in offices
        start = gaps_2012.places[
            (gaps_2012.places["lon"] == way.lon[0]) & (gaps_2012.places["lat"] == way.lat[0])
        ]
        mine = gaps_2012.places[gaps_2012.places["ags"].isin(start["ags"])]
        assert start["people"].max() == mine["people"].max()
    assert len(services.ways_of(gaps_2012, gaps_2012.by_municipality["ags"])) <= services.MOST_WAYS
    assert services.ways_of(gaps_2012, []) == ()
