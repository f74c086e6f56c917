"""Outlines as they are handed out: keys of what they lie in, metres called degrees, labels among areas."""

import gzip
import io
import json

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, Point, box

from iqgeo.errors import InputError
from iqgeo.inputs import read_candidates, read_demand, read_districts
from iqgeo.inputs.layout import district_layer, municipality_layer
from iqgeo.inputs.outlines import KEY_WORDS
from iqgeo.reading import Reading

from .bombs import zipped
from .conftest import csv

SHAPES = [box(9 + at / 2, 52, 9.4 + at / 2, 52.4) for at in range(3)]
NAMES = ["Nord", "Mitte", "Süd"]


def upload(frame, name="a.geojson", crs=None):
    """GeoJSON as older programs write it: the system is named, whatever the numbers are."""
    document = json.loads(frame.set_crs(4326, allow_override=True).to_json(drop_id=True))
    document["crs"] = {"type": "name", "properties": {"name": crs}} if crs else None
    return json.dumps(document).encode(), name


def frame(shapes=SHAPES, **columns):
    return gpd.GeoDataFrame(columns or {"ags": ["A1", "A2", "A3"], "name": NAMES}, geometry=shapes, crs=4326)


@settings(max_examples=8)
@given(
    st.sampled_from(KEY_WORDS),
    st.sampled_from(["", "X7", "DE"]),
    st.sampled_from(["ID_3", "kennzahl", "Gebiet"]),
)
def test_a_code_that_outlines_share_is_no_key(shared, prefix, own):
    """``ISO`` is that of the country, ``nuts`` may be that of the region: districts would become one."""
    keys = ["301", "302", "303"] if own != "Gebiet" else ["Q1", "Q2", "Q3"]
    given_columns = {shared: [f"{prefix}9"] * 3, own: keys, "name": NAMES}
    read = read_districts(upload(frame(**given_columns))).frame
    assert read["name"].tolist() == NAMES
    assert read["ags"].is_unique


@pytest.mark.parametrize("word", ["ags", "nuts", "iso", "code"])
def test_parts_of_one_key_are_one_district_all_the_same(word):
    read = read_districts(upload(frame(**{word: ["A1", "A1", "A2"], "name": ["Nord", "Nord", "Süd"]}))).frame
    assert read[["ags", "name"]].to_numpy().tolist() == [["A1", "Nord"], ["A2", "Süd"]]


def test_the_regional_key_comes_before_that_of_europe():
    columns = {"NUTS": ["DE911", "DE912", "DE913"], "ARS": ["03101", "03102", "03103"], "GEN": NAMES}
    assert read_districts(upload(frame(**columns))).frame["ags"].tolist() == columns["ARS"]


@pytest.mark.parametrize(
    "declared", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4258"]
)
@pytest.mark.parametrize("system", [25832, 3035])
def test_metres_that_a_file_calls_degrees_are_metres(declared, system, problems_of):
    source = upload(frame().to_crs(system), crs=declared)
    if system == 25832:
        assert {it.code for it in problems_of(read_districts, source)} == {"coordinates_metric"}
    read = read_districts(source, reading=Reading(crs=f"EPSG:{system}")).frame
    np.testing.assert_allclose(read.total_bounds, frame().total_bounds, atol=0.02)


@pytest.mark.parametrize("system", ["EPSG:25832", "EPSG:3857"])
def test_a_system_of_metres_is_none_of_the_degrees_in_another_file(system):
    """One ``--crs`` is said for all files of a command: degrees stay where they are."""
    told = Reading(crs=system)
    places = csv("id,name,lon,lat,people\nA,x,9.1,52.1,5\nB,y,9.6,52.2,7\n")
    for read, source in ((read_demand, places), (read_candidates, places), (read_districts, upload(frame()))):
        plain, asked = read(source), read(source, reading=told)
        if read is read_districts:
            assert asked.frame.geometry.geom_equals(plain.frame.geometry).all()
            continue
        assert asked.frame[["lon", "lat"]].equals(plain.frame[["lon", "lat"]])
        assert {it.code for it in asked.repairs} - {it.code for it in plain.repairs} == {"crs_of_others"}


@given(
    st.lists(st.sampled_from([Point(9, 52), LineString([(9, 52), (9.4, 52.4)])]), max_size=3), st.booleans()
)
def test_labels_and_lines_among_the_areas_are_passed_over(others, collected):
    shapes = [GeometryCollection([it, Point(9, 52)]) if collected else it for it in SHAPES]
    keys = [f"A{at}" for at in range(3 + len(others))]
    mixed = frame([*shapes, *others], ags=keys, name=[*NAMES, *keys[3:]])
    read = read_districts(upload(mixed))
    assert read.frame["ags"].tolist() == keys[:3]
    assert read.frame.geometry.geom_equals(frame().geometry).all()
    assert sum(it.count for it in read.repairs if it.code == "outlines_others") == len(others)


@pytest.mark.parametrize("ending", ["geojson", "json"])
def test_packed_outlines_are_those_within(ending):
    content, _ = upload(frame())
    for data, name in (
        (gzip.compress(content), f"a.{ending}.gz"),
        (zipped({f"x/areas.{ending}": content, "x/README": b"hello"}), "a.zip"),
    ):
        assert read_districts((data, name)).frame.equals(read_districts((content, "a.geojson")).frame)


def test_a_view_of_a_layer_is_no_other_layer():
    layers = ["v_vg250_gem", "v_vg250_krs", "vg250_gem", "vg250_krs", "vg250_lan"]
    for mixed in (layers, layers[::-1]):
        assert (district_layer(mixed), municipality_layer(mixed)) == ("vg250_krs", "vg250_gem")
    assert district_layer(["v_vg250_krs", "vg250_gem"]) == "v_vg250_krs"


@given(
    st.sampled_from([("03", "03241"), ("DE", "DE911"), ("X", "X1"), ("10", "10041001")]),
    st.integers(0, 6),
    st.integers(1, 3),
)
def test_what_others_are_parts_of_is_passed_over_where_all_its_parts_are_there(keys, at, drawn):
    """A state among its districts; where one of these is missing it is refused as lying over the others."""
    whole, first = keys
    of_parts = [first[: len(first) - 1] + str(it + 1) for it in range(3)]
    shapes, named = list(SHAPES[:drawn]), of_parts[:drawn]
    over = box(9, 52, 9.4, 52.4).union(SHAPES[1]).union(SHAPES[2])
    shapes.insert(at % (drawn + 1), over)
    named.insert(at % (drawn + 1), whole)
    given_outlines = upload(frame(shapes, ags=named, name=[f"Gebiet {it}" for it in named]))
    if drawn < 3:
        with pytest.raises(InputError) as refused:
            read_districts(given_outlines)
        assert {it.code for it in refused.value.problems} == {"outlines_overlap"}
        return
    read = read_districts(given_outlines)
    assert read.frame["ags"].tolist() == of_parts
    assert sum(it.count for it in read.repairs if it.code == "outline_levels") == 1


@pytest.mark.parametrize("called", [25832, 25833, 31467, 3857])
def test_degrees_that_a_file_calls_metres_lie_nowhere_near_the_areas_of_their_keys(called, problems_of):
    keys = {"ags": ["03241", "03242", "03243"], "name": NAMES}
    right = gpd.GeoDataFrame(keys, geometry=SHAPES, crs=4326)
    buffer = io.BytesIO()
    right.set_crs(called, allow_override=True).to_parquet(buffer)
    found = problems_of(lambda: read_districts((buffer.getvalue(), "a.parquet")))
    assert [it.code for it in found] == ["outlines_not_there"]
    buffer = io.BytesIO()
    right.to_crs(called).to_parquet(buffer)
    assert read_districts((buffer.getvalue(), "a.parquet")).frame["ags"].tolist() == keys["ags"]
