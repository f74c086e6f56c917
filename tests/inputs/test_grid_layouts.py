"""Grids of the censuses in their other layouts: classes, attributes, citizens, cells as areas."""

import io

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_demand

DRAW = np.random.default_rng(3)
CELLS = pd.DataFrame(
    {"x": 4_100_500 + 1000 * np.arange(24), "y": 3_000_500, "people": DRAW.integers(40, 9_000, 24)}
)
FOREIGN = CELLS["people"] // 8


def keys(form, size=1000):
    west, south = CELLS["x"] // size * size, CELLS["y"] // size * size
    short = f"{size // 1000}km" if size >= 1000 else f"{size}m"
    pairs = zip(west, south, strict=True)
    return [
        f"CRS3035RES{size}mN{n}E{e}" if form == 2022 else f"{short}N{n // size}E{e // size}" for e, n in pairs
    ]


def grid(year=2022, name="gitter_1km.csv", **columns):
    """A file of cells of a kilometre as the census of that year writes it."""
    heading = "GITTER_ID_1km" if year == 2022 else "Gitter_ID_1km"
    frame = pd.DataFrame({heading: keys(year), "x_mp_1km": CELLS["x"], "y_mp_1km": CELLS["y"], **columns})
    return (frame.to_csv(index=False, sep=";").encode(), name)


def attributes(form):
    rows = [
        (key, kind, value, count)
        for key, people, foreign in zip(keys(form, 100), CELLS["people"], FOREIGN, strict=True)
        for kind, value, count in (
            (" INSGESAMT", "Einheiten insgesamt", people), ("GESCHLECHT", "Männlich", people // 2),
            ("STAATSANGE_KURZ", "Deutschland", people - foreign), ("STAATSANGE_KURZ", "Ausland", foreign),
        )
    ]  # fmt: skip
    columns = ["Gitter_ID_100m", "Merkmal", "Auspraegung_Text", "Anzahl"]
    return (
        pd.DataFrame(rows, columns=columns).to_csv(index=False, sep=";").encode("cp1252"),
        "Bevoelkerung100M.csv",
    )


@pytest.mark.parametrize("form", [2011, 2022])
def test_rows_of_attributes_are_cells_with_their_foreigners(form):
    for weight, wanted in (("population", CELLS["people"]), ("foreigners", FOREIGN)):
        read = read_demand(attributes(form), weight=weight)
        np.testing.assert_allclose(read.frame["people"], wanted)
        assert read.year == 2011
    # A hundred metres from the corner of the kilometre, not five hundred.
    east, north = (
        gpd.GeoSeries.from_xy(read.frame["lon"], read.frame["lat"], crs=4326).to_crs(3035).iloc[0].coords[0]
    )
    corner = np.array([CELLS["x"][0], CELLS["y"][0]]) // 100 * 100
    np.testing.assert_allclose([east, north], corner + 50, atol=0.2)


def test_classes_are_no_inhabitants():
    classed = grid(2011, "Zensus_klassierte_Werte_1km-Gitter.csv", Einwohner=np.arange(24) % 6 + 1)
    assert [it.code for it in check_file(classed).problems] == ["grid_classified"]
    # A village of six is one.
    assert read_demand((b"\n".join(grid(2011, Einwohner=6)[0].splitlines()[:5]), "a.csv")).rows == 4


def test_counts_of_citizens_are_shares_and_grids_of_two_censuses_meet():
    counts = {
        "Insgesamt_Bevoelkerung": CELLS["people"],
        "Deutschland": CELLS["people"] - FOREIGN,
        "Ausland": "e",
    }
    citizens = grid(name="Zensus2022_Staatsangehoerigkeit_1km-Gitter.csv", **counts)
    # Where somebody was born is not whose citizen they are.
    born = grid(name="Zensus2022_Geburtsland_1km-Gitter.csv", **counts)
    people = grid(2011, Einwohner=CELLS["people"])
    read = read_demand(people, weight="foreigners", grid_shares=citizens)
    np.testing.assert_allclose(read.frame["people"], FOREIGN)
    for other, code in ((born, "grid_without_shares"), (attributes(2011), "grid_shares_apart")):
        with pytest.raises(InputError) as error:
            read_demand(people, weight="foreigners", grid_shares=other)
        assert {it.code for it in error.value.problems} == {code}


@pytest.mark.parametrize("year", [2011, 2022])
def test_the_key_of_a_cell_alone_says_where_it_lies(year):
    raw, name = grid(year, Einwohner=CELLS["people"])
    whole = read_demand((raw, name)).frame
    table = pd.read_csv(io.BytesIO(raw), sep=";").drop(columns=["x_mp_1km", "y_mp_1km"])
    alone = read_demand((table.to_csv(index=False, sep=";").encode(), name)).frame
    np.testing.assert_allclose(alone[["lon", "lat", "people"]], whole[["lon", "lat", "people"]], atol=1e-6)
    table.iloc[3, 0] = "1km?"
    with pytest.raises(InputError) as refused:
        read_demand((table.to_csv(index=False, sep=";").encode(), name))
    assert [(it.code, it.row, it.value) for it in refused.value.problems] == [("cell_unreadable", 5, "1km?")]


def test_cells_as_areas_stand_for_their_middle_and_codes_for_no_figure(tmp_path):
    shapes = [box(x - 500, y - 500, x + 500, y + 500) for x, y in zip(CELLS["x"], CELLS["y"], strict=True)]
    people = CELLS["people"].where(CELLS.index > 0, -99997)
    frame = gpd.GeoDataFrame(
        {"crs28992res": keys(2022), "aantal_inwoners": people}, geometry=shapes, crs=3035
    )
    frame.to_file(tmp_path / "cbs_vk.gpkg")
    assert check_file(tmp_path / "cbs_vk.gpkg").kind == "demand"
    read = read_demand(tmp_path / "cbs_vk.gpkg").frame
    assert read["people"].sum() == CELLS["people"][1:].sum()
    middles = gpd.GeoSeries.from_xy(CELLS["x"], CELLS["y"], crs=3035).to_crs(4326)[1:]
    np.testing.assert_allclose(read[["lon", "lat"]], middles.get_coordinates(), atol=1e-6)
