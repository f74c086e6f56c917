"""A region on both sides of 180 degrees counts, clusters and names as the same region elsewhere."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.affinity import translate
from shapely.geometry import Polygon, box
from shapely.ops import unary_union

from iqgeo import assess, find_gaps
from iqgeo.errors import InputError
from iqgeo.inputs import new_region, read_candidates, read_districts, read_offices
from iqgeo.inputs.region_tables import metric_crs
from iqgeo.reports.map import base_of

SOUTH, NORTH = -18.5, -16.5


def made(folder, shift):
    """Two districts beside each other, the border ``shift`` degrees from 180."""
    draw = np.random.default_rng(7)
    lon = np.concatenate([draw.uniform(178.0, 179.9, 40), draw.uniform(180.1, 181.4, 20)]) + shift
    turned = np.where(lon > 180, lon - 360, lon).round(6)
    places = pd.DataFrame(
        {
            "id": range(60),
            "ags": ["W"] * 40 + ["E"] * 20,
            "name": [f"Ort {at // 5}" for at in range(60)],
            "lon": turned,
            "lat": draw.uniform(SOUTH + 0.1, NORTH - 0.1, 60).round(6),
            "people": draw.integers(10, 1000, 60),
        }
    )
    west, middle, east = (it + shift for it in (177.5, 180.0, 181.5))

    def area(left, right):
        return box(left - 360, SOUTH, right - 360, NORTH) if left >= 180 else box(left, SOUTH, right, NORTH)

    outlines = gpd.GeoDataFrame(
        {"ags": ["W", "E"], "name": ["West", "Ost"]},
        geometry=[area(west, middle), area(middle, east)],
        crs=4326,
    )
    folder.mkdir()
    outlines.to_file(folder / "d.geojson", driver="GeoJSON")
    places.to_csv(folder / "p.csv", index=False)
    offices = pd.DataFrame({"id": ["A"], "name": ["Amt"], "lon": [179.9 + shift], "lat": [-17.5]})
    offices.to_csv(folder / "o.csv", index=False)
    return new_region(
        folder / "r", name="R", year=2020, districts=folder / "d.geojson", settlements=folder / "p.csv",
        offices=folder / "o.csv",
    ).region  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("turn")
    return made(folder / "there", 0.0), made(folder / "elsewhere", -12.0)


def test_people_distances_and_gaps_are_the_same_as_elsewhere(both):
    there, _ = both
    assert there.crs == "EPSG:32760"
    one, other = (assess(it, target_km=60.0) for it in both)
    assert one.covered == other.covered
    np.testing.assert_allclose(one.places["distance_km"], other.places["distance_km"], rtol=1e-9)
    gaps = [find_gaps(it) for it in (one, other)]
    assert [it.people for it in gaps[0].regions] == [it.people for it in gaps[1].regions]
    for a, b in zip(gaps[0].regions, gaps[1].regions, strict=True):
        assert a.lon == pytest.approx(b.lon + 12.0, abs=1e-6)


def test_the_map_is_one_piece(both):
    for region in both:
        west, _, east, _ = base_of(region).outline.bounds
        assert east - west == pytest.approx(4.0, abs=0.05)


def test_lists_are_read_beside_the_region(both, tmp_path):
    there, _ = both
    content = b"id,name,lon,lat\n1,Ost,-178.9,-17\n2,West,178.5,-17.2\n"
    for reader in (read_offices, read_candidates):
        frame = reader((content, "a.csv"), near=(there, 35.0)).frame
        assert frame["lon"].tolist() == [pytest.approx(181.1), 178.5]


# The same two districts, as programs write them: Fiji's east lies on both sides.
EAST = [(179.0, SOUTH), (181.5, SOUTH), (181.2, NORTH), (179.0, NORTH)]
HOLE = [(179.8, -17.6), (180.3, -17.6), (180.2, -17.3)]
WEST = box(177.0, SOUTH, 179.0, NORTH)


def turned(points, way):
    """A ring that runs on beyond 180, from below -180, or leaps to the other side."""
    lon = np.array([it[0] for it in points])
    written = {"on": lon, "before": lon - 360, "leaps": np.where(lon > 180, lon - 360, lon)}[way]
    return list(zip(written.tolist(), [it[1] for it in points], strict=True))


def drawn(way, reverse):
    shell, hole = ((it[::-1] if reverse else it) for it in (EAST, HOLE))
    if way == "split":
        whole = Polygon(shell, [hole])
        halves = [whole.intersection(box(179, -90, 180, 90))]
        halves.append(translate(whole.intersection(box(180, -90, 182, 90)), -360))
        return unary_union(halves)
    return Polygon(turned(shell, way), [turned(hole, way)])


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("way", ["split", "on", "before", "leaps"])
def test_an_area_across_180_degrees_is_the_same_however_it_is_drawn(way, reverse, tmp_path):
    outlines = gpd.GeoDataFrame(
        {"ags": ["W", "E"], "name": ["West", "Ost"]}, geometry=[WEST, drawn(way, reverse)], crs=4326
    )
    (tmp_path / "d.geojson").write_text(outlines.to_json(drop_id=True))
    read = read_districts(tmp_path / "d.geojson")
    assert ("outlines_split" in {it.code for it in read.repairs}) is (way != "split")
    bounds = read.frame.geometry.explode().bounds
    assert bounds["minx"].min() >= -180
    assert bounds["maxx"].max() <= 180
    places = pd.DataFrame(
        {
            "id": [1, 2, 3, 4, 5],
            "lon": [178.0, 179.5, -179.0, -178.7, 180.0],
            "lat": -17.9,
            "people": [1, 10, 100, 1000, 10_000],
        }
    )
    places.to_csv(tmp_path / "p.csv", index=False)
    region = new_region(
        tmp_path / "r", name="R", year=2020, districts=tmp_path / "d.geojson", settlements=tmp_path / "p.csv"
    ).region
    assert region.settlements.groupby("district_ags")["population"].sum().to_dict() == {"E": 11_110, "W": 1}
    whole = Polygon(EAST, [HOLE])
    east = region.districts.set_index("ags").geometry["E"]
    assert east.symmetric_difference(whole).area < 1e-9
    assert len(getattr(east, "geoms", [east])) == 1
    assert region.crs == "EPSG:32760"


@pytest.mark.parametrize(
    ("west", "south"), [(8.4, 53.1), (-71.2, -33.9), (174.2, -41.0), (-179.8, 51.2), (0.1, 5.0)]
)
def test_the_zone_of_a_region_is_the_one_that_geopandas_looks_up(west, south):
    outlines = gpd.GeoDataFrame(geometry=[box(west, south, west + 2.3, south + 1.4)], crs="EPSG:4326")
    assert metric_crs(outlines) == f"EPSG:{outlines.estimate_utm_crs().to_epsg()}"


@pytest.mark.parametrize("lon", [181.1, -178.9])
def test_sites_beyond_180_degrees(both, lon):
    there, _ = both
    points = gpd.GeoDataFrame(
        {"name": ["a", "b"]}, geometry=gpd.points_from_xy([178.5, lon], [-17.2, -17.0]), crs=4326
    )
    written = points.to_json(drop_id=True).encode()
    for source in ((written, "a.geojson"), (f"name,lon,lat\na,178.5,-17.2\nb,{lon},-17\n".encode(), "a.csv")):
        frame = read_offices(source, near=(there, 35.0)).frame
        assert frame["lon"].tolist() == [178.5, pytest.approx(181.1)]


def test_a_slip_of_the_pen_is_not_read_on():
    with pytest.raises(InputError) as refused:
        read_offices((b"name,lon,lat\na,190,52.3\nb,9.7,52.1\n", "a.csv"))
    assert {it.code for it in refused.value.problems} >= {"degrees_impossible"}


def test_an_outline_along_the_edge_of_the_map_is_left(tmp_path):
    world = gpd.GeoDataFrame({"ags": ["A"], "name": ["Welt"]}, geometry=[box(-180, -90, 180, -60)], crs=4326)
    world.to_file(tmp_path / "d.geojson", driver="GeoJSON")
    read = read_districts(tmp_path / "d.geojson")
    assert read.frame.geometry.iloc[0].equals(box(-180, -90, 180, -60))
    assert "outlines_split" not in {it.code for it in read.repairs}
