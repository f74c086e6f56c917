"""The five commands in Austria, Denmark, the Netherlands and Malawi, on files in their published layouts.

Sums are held against geopandas: which cell lies in which area, drawn in the country's own system.
"""

import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from iqgeo.demand import build_demand
from iqgeo.region import load_region
from tests.inputs.test_five_commands import app_opened_on, run

NAMES = {
    "at": ["Bludenz", "Bregenz", "Dornbirn"], "dk": ["Hedensted", "Esbjerg", "Vejle"],
    "nl": ["Arnhem", "Nijmegen", "Ede"], "mw": ["Lilongwe", "Dedza", "Salima"],
}  # fmt: skip
KEYS = {
    "at": ["801", "802", "803"], "dk": ["0766", "0561", "0630"], "nl": ["GM0202", "GM0268", "GM0228"],
    "mw": ["MW206", "MW205", "MW209"],
}  # fmt: skip
# The country's own system, and where the south-west corner lies in it, in whole kilometres.
SYSTEM = {"at": 31287, "dk": 25832, "nl": 28992, "mw": 32736}
CORNER = {
    "at": (130_000, 380_000),
    "dk": (500_000, 6_150_000),
    "nl": (180_000, 430_000),
    "mw": (580_000, 8_450_000),
}
# The system of the cells, and how one is named by its south-west corner.
CELLS = {
    "at": (3035, lambda x, y: f"CRS3035RES1000mN{y}E{x}"),
    "dk": (25832, lambda x, y: f"1km_{y // 1000}_{x // 1000}"),
    "nl": (28992, lambda x, y: f"E{x // 100:04}N{y // 100:04}"), "mw": (4326, None),
}  # fmt: skip
HEADING = {"at": "GRD_ID", "dk": "KN1kmDK", "nl": "c28992r500", "mw": ""}
PEOPLE = {"at": "TOT_P_2021", "dk": "antal_personer", "nl": "aantal_inwoners", "mw": "Z"}
SHARES = {"at": "Ausländeranteil in %", "dk": "Andel i procent", "nl": "Aandeel (%)", "mw": "share_pct"}


def areas(country):
    """Three areas beside each other, 20 by 30 km."""
    west, south = CORNER[country]
    shapes = [box(west + 20_000 * at, south, west + 20_000 * (at + 1), south + 30_000) for at in range(3)]
    return gpd.GeoSeries(shapes, crs=SYSTEM[country])


def cells(country):
    """Cells of a kilometre (Dutch: half one) in and around the areas, with their people and centres."""
    system, name = CELLS[country]
    west, south, east, north = areas(country).to_crs(system).total_bounds
    draw = np.random.default_rng(len(country) + ord(country[0]))
    if name is None:
        x, y = draw.uniform(west, east, 300).round(6), draw.uniform(south, north, 300).round(6)
        return pd.DataFrame({"X": x, "Y": y, "people": draw.integers(1, 9_000, 300)}), gpd.GeoSeries.from_xy(
            x, y, crs=4326
        )
    side = 500 if country == "nl" else 1000
    x = (draw.integers(int(west) // 1000 - 2, int(east) // 1000 + 2, 400) * 1000).astype(int)
    y = (draw.integers(int(south) // 1000 - 2, int(north) // 1000 + 2, 400) * 1000).astype(int)
    keys = [name(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    frame = pd.DataFrame(
        {"key": keys, "people": draw.integers(1, 9_000, 400), "x": x + side / 2, "y": y + side / 2}
    )
    frame = frame.drop_duplicates("key", ignore_index=True)
    return frame, gpd.GeoSeries.from_xy(frame["x"], frame["y"], crs=system)


def outlines(country, folder):
    shapes = areas(country)
    columns = {
        "at": {"g_id": KEYS["at"], "g_name": NAMES["at"]},
        "dk": {"kommunekode": KEYS["dk"], "navn": NAMES["dk"], "regionskode": ["1083"] * 3},
        "nl": {"statcode": KEYS["nl"], "statnaam": NAMES["nl"], "rubriek": ["gemeente"] * 3},
        "mw": {"ADM2_EN": NAMES["mw"], "ADM2_PCODE": KEYS["mw"], "ADM1_EN": ["Central"] * 3,
               "ADM1_PCODE": ["MW2"] * 3},
    }[country]  # fmt: skip
    frame = gpd.GeoDataFrame(columns, geometry=shapes)
    if country == "at":
        frame.to_file(folder / "bezirke.shp")
        with zipfile.ZipFile(folder / "OGDEXT_POLBEZ.zip", "w") as archive:
            for path in folder.glob("bezirke.*"):
                archive.write(path, path.name)
        return folder / "OGDEXT_POLBEZ.zip"
    if country == "nl":
        frame.to_file(folder / "cbsgebiedsindelingen2024.gpkg", layer="gemeente_gegeneraliseerd_2024")
        return folder / "cbsgebiedsindelingen2024.gpkg"
    path = folder / f"{country}.geojson"
    path.write_text(frame.to_crs(4326).to_json(drop_id=True), encoding="utf-8")
    return path


def desk(country, folder):
    """Outlines, people, shares and a national list of sites, as published."""
    frame, centres = cells(country)
    written = frame.rename(columns={"key": HEADING[country], "people": PEOPLE[country]}).drop(
        columns=["x", "y"], errors="ignore"
    )
    if country == "mw":
        written.to_csv(folder / "mwi_ppp_2020.csv", index=False)
    else:
        written.to_csv(folder / "grid.csv", index=False, sep=";", encoding="utf-8-sig")
    people = folder / ("mwi_ppp_2020.csv" if country == "mw" else "grid.csv")
    # Names alone in Denmark, as its statistics bank has them; a decimal comma everywhere but in Malawi.
    comma = "," if country != "mw" else "."
    named = {"at": KEYS, "dk": NAMES, "nl": KEYS, "mw": KEYS}[country][country]
    heading = {"at": "Bezirk", "dk": "Område", "nl": "statcode", "mw": "ADM2_PCODE"}[country]
    lines = [f"{heading};{SHARES[country]}", *(f"{it};{10 + at}{comma}5" for at, it in enumerate(named))]
    encoding = "cp1252" if country in ("at", "dk") else "utf-8"
    (folder / "shares.csv").write_text("\n".join(lines) + "\n", encoding=encoding)
    middles = areas(country).centroid.to_crs(4326)
    sites = pd.DataFrame({"name": NAMES[country], "lat": middles.y.round(6), "lon": middles.x.round(6)})
    far = pd.DataFrame({"name": ["Anderswo", "Elsewhere"], "lat": [0.0, 1.0], "lon": [-60.0, -61.0]})
    listed = pd.concat([sites.head(1), far], ignore_index=True)
    listed["position"] = [f"{a}, {b}" for a, b in zip(listed["lat"], listed["lon"], strict=True)]
    listed[["name", "position"]].to_excel(folder / "sites.xlsx", index=False)
    return (
        outlines(country, folder),
        people,
        folder / "shares.csv",
        folder / "sites.xlsx",
        frame["people"],
        centres,
    )


@pytest.mark.parametrize("country", list(NAMES))
def test_my_country_in_five_commands(country, tmp_path, monkeypatch):
    drawn, grid, shares, sites, people, centres = desk(country, tmp_path)
    folder = tmp_path / "r"
    run("region", "new", folder, "--name", country, "--year", "2021", "--districts", drawn,
        "--settlements", grid, "--shares", shares, "--weight", "foreigners")  # fmt: skip
    region = load_region(folder)
    assert sorted(region.district_names) == sorted(KEYS[country])
    moved = centres.to_crs(SYSTEM[country])
    inside = {
        key: people[moved.within(shape).to_numpy()].sum()
        for key, shape in zip(KEYS[country], areas(country), strict=True)
    }
    assert region.settlements.groupby("district_ags")["population"].sum().to_dict() == inside
    demand = build_demand(region)
    by_district = demand.places.groupby("district_ags")["people"].sum().to_dict()
    assert by_district == {
        key: round(inside[key] * (10.5 + at) / 100) for at, key in enumerate(KEYS[country])
    }
    # A part of a district bears its name and the direction in which it lies.
    assert region.towns["name"].str.startswith(tuple(NAMES[country])).all()
    assert not region.towns["name"].duplicated().any()
    said = run("check", sites, "--region", folder, "--lang", "en")
    assert "1 of 3" in said
    said = run("suggest", "--region", folder, "--offices", sites, "--new", "1", "--target-km", "8")
    assert any(it in said for it in NAMES[country])
    run("report", "--region", folder, "--offices", sites, "--new", "1", "--target-km", "8", "--out",
        tmp_path / "r.html")  # fmt: skip
    assert (tmp_path / "r.html").stat().st_size > 5_000
    assert app_opened_on(folder, monkeypatch) == str(folder)
