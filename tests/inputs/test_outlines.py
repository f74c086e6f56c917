"""District outlines: official files, and what is wrong with home-made ones."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from iqgeo.errors import InputError
from iqgeo.inputs import limits, read_districts
from iqgeo.inputs.outlines import districts_of
from iqgeo.inputs.table import Table


def _upload(frame: gpd.GeoDataFrame):
    return (frame.to_json().encode(), "kreise.geojson")


def _frame(shapes, **columns):
    return gpd.GeoDataFrame(
        {"ags": [f"{i:05}" for i in range(1, len(shapes) + 1)], **columns}, geometry=shapes, crs=4326
    )


def test_the_embedded_districts_go_round(region, tmp_path):
    path = tmp_path / "vg250.gpkg"
    official = region.districts.rename(columns={"ags": "AGS", "name": "GEN", "kind": "BEZ"})
    official.assign(GF=4, RS=official["AGS"]).to_crs(25832).to_file(path, layer="vg250_krs")
    frame = read_districts(path).frame
    assert frame.crs == "EPSG:4326"
    assert frame["ags"].tolist() == region.districts["ags"].tolist()
    assert frame["name"].tolist() == region.districts["name"].tolist()
    before, after = (it.to_crs(25832).area for it in (region.districts, frame))
    assert (after / before).to_numpy() == pytest.approx(1, abs=1e-6)


def test_nuts_keys_and_any_key():
    shapes = [box(9, 52, 10, 53), box(10, 52, 11, 53)]
    nuts = gpd.GeoDataFrame(
        {"NUTS_ID": ["DE911", "DE912"], "NAME_LATN": ["a", "b"]}, geometry=shapes, crs=4326
    )
    frame = read_districts(_upload(nuts)).frame
    assert frame[["ags", "name"]].to_numpy().tolist() == [["DE911", "a"], ["DE912", "b"]]
    own = gpd.GeoDataFrame({"feld": ["x", "y"]}, geometry=shapes, crs=4326)
    assert read_districts(_upload(own), key="feld").frame["ags"].tolist() == ["x", "y"]


@pytest.mark.parametrize(
    ("keys", "corner"),
    [
        (["03241", "03254"], (9, 52)), (["3241", "3254"], (9, 52)), (["DE911", "DE912"], (10, 52)),
        (["01001000", "01002000"], (9, 54)), (["091620000000", "091840000000"], (11, 48)),
    ],
)  # fmt: skip
def test_german_outlines_with_exchanged_axes_are_refused_themselves(keys, corner):
    x, y = corner
    shapes = [box(x + at / 2, y, x + (at + 1) / 2, y + 0.5) for at in range(2)]
    right = gpd.GeoDataFrame({"AGS": keys, "GEN": ["a", "b"]}, geometry=shapes, crs=4326)
    assert len(read_districts(_upload(right)).frame) == 2
    turned = right.set_geometry(shapely.transform(shapes, lambda it: it[:, ::-1]), crs=4326)
    with pytest.raises(InputError) as refused:
        read_districts(_upload(turned))
    assert [it.code for it in refused.value.problems] == ["outlines_exchanged"]
    # Areas of the horn of Africa are where they are.
    assert len(read_districts(_upload(turned.assign(AGS=["SO11", "SO12"]))).frame) == 2


def test_parts_are_joined_and_water_left_out():
    shapes = [box(9, 52, 10, 53), box(11, 52, 12, 53), box(8, 52, 9, 53)]
    frame = gpd.GeoDataFrame(
        {"AGS": ["1", "1", "1"], "GEN": ["a"] * 3, "GF": [4, 4, 2]}, geometry=shapes, crs=4326
    )
    intake = read_districts(_upload(frame))
    assert len(intake.frame) == 1
    assert intake.frame.geometry.iloc[0].area == pytest.approx(2)
    assert {it.code for it in intake.repairs} == {"outline_joined", "outline_sea"}


def test_a_ring_that_crosses_itself_is_repaired_visibly():
    bowtie = Polygon([(9, 52), (10, 53), (10, 52), (9, 53)])
    intake = read_districts(_upload(_frame([bowtie, box(11, 52, 12, 53)])))
    assert intake.frame.geometry.is_valid.all()
    assert intake.frame.geometry.iloc[0].area == pytest.approx(0.5)
    assert [it.code for it in intake.repairs] == ["outline_repaired"]


def test_districts_over_each_other(problems_of):
    shapes = [box(9, 52, 10, 53), box(9.5, 52, 10.5, 53), box(10.5, 52, 11, 53)]
    (problem,) = problems_of(read_districts, _upload(_frame(shapes, name=["West", "Mitte", "Ost"])))
    assert problem.code == "outlines_overlap"
    assert "West" in problem.what("de")
    assert "Mitte" in problem.what("de")


def test_what_is_no_outline(problems_of):
    shapes = [box(9, 52, 10, 53), None, Polygon(), MultiPolygon([box(10, 52, 11, 53)])]
    problems = problems_of(read_districts, _upload(_frame(shapes)))
    assert [(it.code, it.row) for it in problems] == [("geometry_missing", 2), ("geometry_missing", 3)]
    nameless = gpd.GeoDataFrame({"feld": ["x"]}, geometry=[box(9, 52, 10, 53)], crs=4326)
    assert problems_of(read_districts, _upload(nameless))[0].code == "column_missing"
    assert problems_of(read_districts, (b"ags,name\n1,a\n", "a.csv"))[0].code == "outlines_missing"
    flat = Polygon([(9, 52), (10, 52), (9, 52), (9, 52)])
    assert problems_of(read_districts, _upload(_frame([flat])))[0].code == "outline_empty"


def test_metres_without_a_system(region, problems_of):
    metric = region.districts.head(3).to_crs(25832)
    content = metric.set_crs(None, allow_override=True).to_json().encode()
    problems = problems_of(read_districts, (content, "a.geojson"))
    assert {it.code for it in problems} == {"coordinates_metric"}
    assert "EPSG:25832" in problems[0].what("de")


def test_a_key_column_that_is_not_there_is_named(problems_of):
    shapes = [box(9, 52, 10, 53), box(10, 52, 11, 53)]
    upload = _upload(_frame(shapes, own=["x", "y"]))
    assert read_districts(upload, key="own").frame["ags"].tolist() == ["x", "y"]
    (problem,) = problems_of(read_districts, upload, key="eigen")
    assert (problem.code, problem.column) == ("column_missing", "eigen")


B = [box(9, 50, 10, 51), box(10, 50, 11, 51), box(11, 50, 12, 51)]
NAMES = ["Eins", "Zwei", "Drei"]
# Keys and names as mapping agencies of several countries call them.
PUBLISHED = {
    "NUTS": ({"NUTS_ID": ["DE911", "DE912", "DE913"], "CNTR_CODE": ["DE"] * 3, "NAME_LATN": NAMES},
             "NUTS_ID"),
    "GADM": ({"GID_0": ["MWI"] * 3, "GID_1": ["MWI.1_1"] * 3, "NAME_1": ["Nord"] * 3,
              "GID_2": ["a", "b", "c"], "NAME_2": NAMES}, "GID_2"),
    "LAU": ({"GISCO_ID": ["x", "y", "z"], "CNTR_CODE": ["DK"] * 3, "LAU_ID": ["101", "147", "151"],
             "LAU_NAME": NAMES}, "LAU_ID"),
    "Statistik Austria": ({"g_id": ["101", "102", "103"], "g_name": NAMES}, "g_id"),
    "BEV": ({"BKZ": ["101", "102", "103"], "PB": NAMES, "BL": ["Burgenland"] * 3, "BL_KZ": ["1"] * 3}, "BKZ"),
    "DAGI": ({"kommunekode": ["0101", "0147", "0151"], "navn": NAMES, "regionskode": ["1084"] * 3},
             "kommunekode"),
    "DAGI regions": ({"REGIONKODE": ["1081", "1082", "1083"], "REGIONNAVN": NAMES}, "REGIONKODE"),
    "PDOK": ({"identificatie": ["GM0014", "GM0034", "GM0037"], "naam": NAMES,
              "ligtInProvincieCode": ["20"] * 3}, "identificatie"),
    "CBS": ({"id": [1, 2, 3], "statcode": ["GM14", "GM34", "GM37"], "statnaam": NAMES}, "statcode"),
    "COD-AB": ({"ADM2_EN": NAMES, "ADM2_PCODE": ["MW101", "MW102", "MW103"], "ADM1_EN": ["North"] * 3,
                "ADM1_PCODE": ["MW1"] * 3}, "ADM2_PCODE"),
    "geoBoundaries": ({"shapeName": NAMES, "shapeISO": [""] * 3, "shapeID": ["1A", "1B", "1C"]}, "shapeID"),
    "ONS": ({"LAD21CD": ["E1", "E2", "E3"], "LAD21NM": NAMES, "BNG_E": [1, 2, 3]}, "LAD21CD"),
    "only names": ({"Kreis": NAMES}, "Kreis"),
}  # fmt: skip


@pytest.mark.parametrize("publisher", list(PUBLISHED))
def test_outlines_of_every_publisher_have_their_key_and_name(publisher):
    columns, key = PUBLISHED[publisher]
    read = read_districts(_upload(gpd.GeoDataFrame(columns, geometry=B, crs=4326))).frame
    assert dict(zip(read["ags"], read["name"], strict=True)) == dict(zip(columns[key], NAMES, strict=True))


def test_of_several_levels_the_deepest_is_read():
    columns = {"NUTS_ID": ["DE", "DE9", "DE911", "DE912", "DE913"], "LEVL_CODE": [0, 1, 3, 3, 3]}
    mixed = gpd.GeoDataFrame(columns, geometry=[box(9, 50, 12, 51)] * 2 + B, crs=4326)
    read = read_districts(_upload(mixed))
    assert read.frame["ags"].tolist() == ["DE911", "DE912", "DE913"]
    assert [it.count for it in read.repairs if it.code == "outline_levels"] == [2]


@pytest.mark.parametrize(
    ("column", "keys"),
    [
        ("AGS", [3101, 3102, 16055]),
        ("ARS", [31010000000, 31020000000, 160550000000]),
        ("AGS", [3101000, 3102000, 16055000]),
    ],
)
def test_a_zero_that_a_program_took_is_given_back(column, keys):
    read = read_districts(_upload(gpd.GeoDataFrame({column: keys, "GEN": NAMES}, geometry=B, crs=4326)))
    assert read.frame["ags"].tolist() == ["03101", "03102", "16055"]
    assert {"key_zero", "key_shortened"} & {it.code for it in read.repairs}


def test_rings_that_take_for_ever_to_mend_are_a_sentence(monkeypatch):
    """A small file whose shapes keep whoever mends them busy is worked on where a limit holds."""
    monkeypatch.setattr(limits, "READER_S", 1)
    shell, hole = box(9, 52, 10, 53).exterior.coords, box(9.1, 52.1, 9.9, 52.9).exterior.coords
    shapes = np.array([Polygon(shell, [hole] * 60_000)], dtype=object)
    table = Table("a.geojson", pd.DataFrame({"ags": ["03241"]}), np.array([1]), geometry=shapes)
    with pytest.raises(InputError) as refused:
        districts_of(table)
    assert [it.code for it in refused.value.problems] == ["reader_slow"]
