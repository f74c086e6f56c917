"""A region on both sides of 180 degrees counts, clusters and names as the same region elsewhere."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from iqgeo import assess, find_gaps
from iqgeo.inputs import new_region, read_candidates, read_offices
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
