"""Places of other countries: keys that look German are none, names without keys are kept."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from iqgeo.inputs import new_region, read_demand

from .conftest import csv

# Where the south-west corner lies, keys of districts, and of the municipality in each.
COUNTRIES = {
    "Burgenland": (16.5, 47.5, ["101", "102"], ["10101", "10201"]),
    "Drenthe": (6.1, 52.8, ["0106", "1680"], ["0106", "1680"]),
    "Ain": (5.3, 46.0, ["011", "012"], ["01004", "01005"]),
    "Rogaland": (6.0, 59.0, ["1103", "1101"], ["1103", "1101"]),
    "Luzern": (8.1, 47.0, ["0301", "0302"], ["1061", "1002"]),
    "Nowhere": (-121.0, 37.0, ["06001", "06037"], ["", ""]),
}
TOWNS = ["Nordhausen am See", "Süderstadt"]


def made(folder, lon, lat, districts, municipalities):
    outlines = gpd.GeoDataFrame(
        {"code": districts, "name": ["Eins", "Zwei"]},
        geometry=[box(lon + at / 2, lat, lon + 0.4 + at / 2, lat + 0.4) for at in range(2)],
        crs=4326,
    )
    lines = [
        f"{key};{name};{lon + at / 2 + 0.1:.2f};{lat + 0.2:.2f};{1000 * (at + 1)}"
        for at, (key, name) in enumerate(zip(municipalities, TOWNS, strict=True))
    ]
    keyed = any(municipalities)
    rows = [it if keyed else it.partition(";")[2] for it in ["gkz;name;lon;lat;people", *lines]]
    return new_region(
        folder / "r", name="R", year=2020, districts=(outlines.to_json().encode(), "a.geojson"),
        settlements=csv("\n".join(rows) + "\n"),
    )  # fmt: skip


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_place_keeps_its_key_and_its_name(country, tmp_path):
    lon, lat, districts, municipalities = COUNTRIES[country]
    report = made(tmp_path, lon, lat, districts, municipalities)
    places = report.region.settlements.sort_values("population")
    assert places["ags"].tolist() == municipalities
    assert places["district_ags"].tolist() == districts
    assert set(report.region.towns["name"]) >= set(TOWNS) or municipalities == districts
    assert not {"key_zero", "districts_moved"} & {it.code for it in report.notices}


def test_places_of_one_name_without_keys_are_told_apart(tmp_path):
    frame = gpd.GeoDataFrame(
        {"code": ["A1", "A2"], "name": ["Eins", "Zwei"]},
        geometry=[box(20, 41, 21, 42), box(21, 41, 22, 42)], crs=4326,
    )  # fmt: skip
    rows = pd.DataFrame(
        {"name": ["Neustadt", "Neustadt"], "lon": [20.5, 21.5], "lat": 41.5, "people": [900, 700]}
    )
    report = new_region(
        tmp_path / "r", name="R", year=2020, districts=(frame.to_json().encode(), "a.geojson"),
        settlements=csv(rows.to_csv(index=False)),
    )  # fmt: skip
    assert sorted(report.region.towns["name"]) == ["Neustadt (Eins)", "Neustadt (Zwei)"]


@pytest.mark.parametrize("nothing", ["nan", "NaN", "None", "NULL", "<NA>", "#NV"])
def test_words_of_programs_for_nothing_are_no_district(nothing):
    written = csv(f"id;lon;lat;people;ags\n1;14.2;40.8;5;NA\n2;14.3;40.9;7;{nothing}\n")
    assert read_demand(written).frame["district_ags"].tolist() == ["NA", ""]
