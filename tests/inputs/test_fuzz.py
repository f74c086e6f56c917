"""Damage of every kind: a reader answers with a table or with an InputError, never with anything else."""

import gzip
import json
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from iqgeo.errors import InputError
from iqgeo.inputs import (
    check_file,
    read_candidates,
    read_demand,
    read_distances,
    read_districts,
    read_offices,
    read_shares,
)
from tests.draws import draws

from .conftest import FULL, GRID, excel, parquet, points, zipped

WORDS = (
    b"NaN", b"Infinity", b"-9", b'"', b";", b",", b"\x00", b"\xff", b"1e999", b"{{7*7}}", b"=1+1", b"9" * 400,
    "\u202e".encode(), b"\xed\xa0\x80", b"[", b"{", b"null", b"\n\n", b"\r", b"'", b"..", b"-", b"x", b"\t",
)  # fmt: skip


def _geopackage(frame: gpd.GeoDataFrame, folder) -> bytes:
    path = folder / "seed.gpkg"
    path.unlink(missing_ok=True)
    frame.to_file(path, layer="a")
    return path.read_bytes()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory) -> dict[str, bytes]:
    """Good files of every form, to be damaged."""
    folder = tmp_path_factory.mktemp("seeds")
    outlines = gpd.GeoDataFrame(
        {"ags": ["03241", "03254"]}, geometry=[box(9, 52, 10, 53), box(10, 52, 11, 53)], crs=4326
    )
    return {
        "a.csv": FULL.to_csv(index=False).encode(),
        "b.csv": FULL.to_csv(index=False, sep=";", decimal=",").encode("cp1252"),
        "c.csv": FULL.to_csv(index=False, sep="\t").encode("utf-16"),
        "d.csv": b"ags;share\n3241;12,5 %\n03254;3,4\n",
        "e.csv": b"candidate,place,km\na,b,3\na,c,4\n",
        "f.csv": GRID,
        "g.zip": zipped(a__csv=GRID),
        "h.csv.gz": gzip.compress(GRID),
        "i.xlsx": excel(a=FULL),
        "j.parquet": parquet(FULL),
        "k.geojson": points(FULL).to_json().encode(),
        "l.geojson": outlines.to_json().encode(),
        "m.gpkg": _geopackage(points(FULL), folder),
        "n.gpkg": _geopackage(outlines.to_crs(25832), folder),
    }


@st.composite
def damage(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A few cuts, flips, insertions and repetitions at places given as shares of the length."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["flip", "insert", "delete", "cut", "repeat"]),
                st.floats(0, 1),
                st.integers(0, 255),
                st.sampled_from(WORDS),
            ),
            min_size=1,
            max_size=6,
        )
    )

    def apply(content: bytes) -> bytes:
        data = bytearray(content)
        for kind, where, value, word in steps:
            at = int(where * len(data))
            if kind == "flip" and at < len(data):
                data[at] = value
            elif kind == "insert":
                data[at:at] = word
            elif kind == "delete":
                del data[at : at + value // 8]
            elif kind == "cut" and value < 64:
                del data[at:]
            elif kind == "repeat":
                data[at:at] = data[at : at + value]
        return bytes(data)

    return apply


def _answers(reader: Callable[[], object]) -> None:
    refused: InputError | None = None
    answer: object = None
    try:
        answer = reader()
    except InputError as error:
        refused = error
    if refused is not None:
        assert refused.problems
        assert all(refused.message(lang) for lang in ("de", "en"))
    for notice in getattr(answer, "repairs", ()):
        assert notice.sentence("de")
        assert notice.sentence("en")


def test_damaged_files(seeds, region):
    readers = (
        read_offices,
        read_candidates,
        lambda source: read_demand(source, region),
        lambda source: read_shares(source, region),
        read_distances,
        read_districts,
        lambda source: check_file(source, region),
    )

    @settings(max_examples=draws(80))
    @given(st.sampled_from(sorted(seeds)), damage(), st.sampled_from(range(len(readers))))
    def check(name, damaged, which):
        _answers(lambda: readers[which]((damaged(seeds[name]), name)))

    check()


@settings(max_examples=draws(40))
@given(
    st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.gpkg", "a.geojson", "a.parquet", "a.zip"])
)
def test_noise(content, name):
    for reader in (read_offices, read_demand, read_districts, read_distances):
        _answers(lambda reader=reader: reader((content, name)))


@settings(max_examples=draws(32))
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=4, max_size=4),
        max_size=6,
    )
)
def test_any_cells_in_good_columns(rows):
    frame = pd.DataFrame(rows, columns=["id", "name", "lon", "lat"], dtype="str")
    _answers(lambda: read_offices((frame.to_csv(index=False, quoting=1).encode(), "a.csv")))


@settings(max_examples=draws(40))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from(["features", "geometry", "coordinates", "properties", "crs"]),
)
def test_any_json_in_any_place(value, place):
    feature = {
        "type": "Feature",
        "properties": {"id": "A", "name": "a"},
        "geometry": {"type": "Point", "coordinates": [9, 53]},
    }
    document = {"type": "FeatureCollection", "features": [feature]}
    if place in ("geometry", "properties"):
        feature[place] = value
    elif place == "coordinates":
        feature["geometry"]["coordinates"] = value
    else:
        document[place] = value
    content = json.dumps(document).encode()
    for reader in (read_offices, read_districts):
        _answers(lambda reader=reader: reader((content, "a.geojson")))
