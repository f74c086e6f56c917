"""What single tools do in a way of their own: signs of closed directions, notes, times, defaults."""

import csv
import io
import sqlite3
from contextlib import closing

import geopandas
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.distances.roads.read_graph import read_graphml
from iqgeo.distances.roads.read_table import read_edge_table
from iqgeo.errors import InputError

from .test_column_words import PLACES, STREETS, arcs_read, arcs_wanted
from .test_network import codes


def edges(**more):
    """The streets as a plain table; one-ways only where a column says so."""
    rows = [(a, b, *PLACES[a], *PLACES[b], metres / 1000) for a, b, metres, _ in STREETS]
    frame = pd.DataFrame(rows, columns=["source", "target", "x1", "y1", "x2", "y2", "km"])
    return frame.assign(**more)


def arcs_of(folder, frame, **options):
    frame.to_csv(folder / "t.csv", index=False, **options)
    return arcs_read(folder / "t.csv")[0]


@pytest.mark.parametrize("closed", [-1, 1_000_000.0, 99_999, 1e9, "inf", "", " ", "NULL", "<Null>"])
def test_a_direction_that_no_cost_opens_is_closed(tmp_path, closed):
    """PgRouting writes -1 or nothing, osm2po a million."""
    cost = [metres / 1000 if way >= 0 else closed for *_, metres, way in STREETS]
    back = [metres / 1000 if way <= 0 else closed for *_, metres, way in STREETS]
    assert arcs_of(tmp_path, edges(cost=cost, reverse_cost=back)) == arcs_wanted()


def test_a_column_of_costs_that_holds_none_says_nothing(tmp_path):
    both = arcs_of(tmp_path, edges())
    assert arcs_of(tmp_path, edges(cost=1.0, reverse_cost=None)) == both
    assert arcs_of(tmp_path, edges(cost=0.0, reverse_cost=0.0)) == both


def test_numbers_of_osm2pgrouting_say_the_direction(tmp_path):
    """1 along, -1 against, 2 both ways, 0 unknown, 3 by the hour, where at least half run both ways."""
    said = {0: 2, 1: 1, -1: -1}
    frame = edges(one_way=[said[way] for *_, way in STREETS])
    assert arcs_of(tmp_path, frame) == arcs_wanted()
    shut = frame.assign(one_way=[2, 2, 2, 2, 0, 3])
    assert ("e", "b") not in arcs_of(tmp_path, shut)
    with pytest.raises(InputError) as caught:
        arcs_of(tmp_path, frame.assign(one_way=[1, 1, 1, 2, 1, 1]))
    assert codes(caught) == ["roads_oneway_unknown"]


@pytest.mark.parametrize("none", ["<Null>", "(null)", "#NV", "#N/A", "k.A.", "k. A.", "keine", "?", "\\N"])
def test_nothing_in_the_words_of_programs_is_no_one_way(tmp_path, none):
    words = {0: none, 1: "ja", -1: "-1"}
    frame = edges(oneway=[words[way] for *_, way in STREETS])
    assert arcs_of(tmp_path, frame) == arcs_wanted()


NOTES = ["Straßennetz, Stand 2024", "# exported by somebody", 'Quelle: "Amt"', "", "a;b", "Netz,Stand"]


@given(
    above=st.lists(st.sampled_from(NOTES), max_size=4),
    below=st.lists(st.sampled_from(["", "Quelle: Stadt Leer", "Stand: 2024"]), max_size=3),
    separator=st.sampled_from(",;\t|"),
    quoted=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    empty=st.booleans(),
)
def test_a_table_is_the_same_whatever_stands_around_it(
    tmp_path_factory, above, below, separator, quoted, newline, empty
):
    frame = edges(oneway=[way for *_, way in STREETS]).assign(**{"Bemerkung; mit, Zeichen\t|": 'a;b,c\t"d"|'})
    if empty:
        frame = pd.concat([frame.iloc[:2], pd.DataFrame([{}]), frame.iloc[2:], pd.DataFrame([{}])])
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    body = frame.to_csv(index=False, sep=separator, quoting=quoting)
    text = "".join(f"{it}\n" for it in above) + body + "".join(f"{it}\n" for it in below)
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(text.replace("\n", newline).encode())
    assert arcs_read(path)[0] == arcs_wanted()


def test_the_number_of_a_row_counts_the_lines_above(tmp_path):
    frame = edges()
    frame.loc[2, "km"] = -1
    text = "Netz\n\n" + frame.to_csv(index=False)
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_edge_table(tmp_path / "t.csv")
    assert [(it.code, it.row) for it in caught.value.problems] == [("roads_length_wrong", 6)]
    assert text.splitlines()[5].endswith("-1.0")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize("extra", ["", "x"])
def test_cells_stay_under_their_names_where_rows_have_more_of_them(tmp_path, separator, many, extra):
    """Rows that end in a sign: pandas takes what is too much for names of rows, and all cells move."""
    frame = edges(oneway=[way for *_, way in STREETS])
    head, *rows = frame.to_csv(index=False, sep=separator).splitlines()
    end = separator * many + extra
    path = tmp_path / "t.csv"
    path.write_text("\n".join([head, *(row + end for row in rows)]) + "\n")
    if not extra:
        assert arcs_read(path)[0] == arcs_wanted()
        return
    with pytest.raises(InputError) as caught:
        read_edge_table(path)
    assert codes(caught) == ["roads_file_broken"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("at", [0, 3])
def test_a_line_of_very_many_points_hides_no_heading(tmp_path, separator, at):
    frame = edges(oneway=[way for *_, way in STREETS])
    lines = lines_of(frame)
    texts = [it.wkt for it in lines]
    texts[at] = lines[at].segmentize(lines[at].length / 10_000).wkt
    assert len(texts[at]) > 2**17
    frame = frame.drop(columns=["x1", "y1", "x2", "y2"]).assign(geom=texts)
    frame.to_csv(tmp_path / "t.csv", index=False, sep=separator)
    segments, _ = read_edge_table(tmp_path / "t.csv")
    assert segments.mm.sum() == pytest.approx(sum(metres for *_, metres, _ in STREETS) * 1000, abs=2e4)


def lines_of(frame):
    return [shapely.LineString([row[:2], row[2:]]) for row in frame[["x1", "y1", "x2", "y2"]].to_numpy()]


@pytest.mark.parametrize("written", ["LINESTRING (1 2, 3", "LINESTRING (a b)", "k.A."])
def test_a_line_that_cannot_be_read_is_named_and_not_drawn_straight(tmp_path, written):
    frame = edges()
    texts = [it.wkt for it in lines_of(frame)]
    texts[1] = written
    with pytest.raises(InputError) as caught:
        arcs_of(tmp_path, frame.drop(columns=["x1", "y1", "x2", "y2"]).assign(geom=texts))
    assert [(it.code, it.row, it.column) for it in caught.value.problems] == [("roads_not_lines", 3, "geom")]


@pytest.mark.parametrize("stated", [0, 2, 9, -3, 2**40, None])
def test_the_number_of_streets_that_a_geopackage_states_is_no_number_of_streets(tmp_path, stated):
    frame = edges(oneway=[bool(way) for *_, way in STREETS])
    lines = lines_of(frame)
    for at, (*_, way) in enumerate(STREETS):
        if way < 0:
            lines[at] = lines[at].reverse()
            frame.loc[at, ["source", "target"]] = frame.loc[at, ["target", "source"]].to_numpy()
    streets = geopandas.GeoDataFrame(frame.drop(columns=["x1", "y1", "x2", "y2"]), geometry=lines, crs=4326)
    streets.to_file(tmp_path / "t.gpkg")
    with closing(sqlite3.connect(tmp_path / "t.gpkg")) as database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = ?", (stated,))
        database.commit()
    assert arcs_read(tmp_path / "t.gpkg")[0] == arcs_wanted()


@pytest.mark.parametrize("name", ["geojson", "st_asgeojson", "geometry"])
def test_lines_as_postgis_writes_them_in_json(tmp_path, name):
    frame = edges(oneway=[way for *_, way in STREETS])
    texts = [shapely.to_geojson(it) for it in lines_of(frame)]
    frame = frame.drop(columns=["x1", "y1", "x2", "y2"]).assign(**{name: texts})
    assert arcs_of(tmp_path, frame) == arcs_wanted()


@pytest.mark.parametrize(
    ("column", "per_minute"),
    [("travel_time", 60), ("travel_tim", 60), ("travel_time", 1), ("Fahrzeit_s", 60), ("Reisezeit", 1)],
)
def test_times_are_those_of_the_table_in_the_unit_that_fits(tmp_path, column, per_minute):
    """Osmnx writes seconds, in a graph and in a table of its edges."""
    minutes = np.array([metres / 1000 / 50 * 60 for *_, metres, _ in STREETS])
    frame = edges(highway="primary", **{column: minutes * per_minute})
    frame.to_csv(tmp_path / "t.csv", index=False)
    segments, info = read_edge_table(tmp_path / "t.csv")
    assert info.has_minutes
    assert segments.minutes.sum() == pytest.approx(minutes.sum(), rel=1e-6)
    # Times that fit no car, or are not there for all, say nothing: then the classes do.
    for other in (minutes * per_minute * 3600, [*minutes[:-1] * per_minute, np.nan], [-1, *minutes[1:]]):
        frame.assign(**{column: other}).to_csv(tmp_path / "t.csv", index=False)
        segments, _ = read_edge_table(tmp_path / "t.csv")
        assert segments.minutes.sum() == pytest.approx(minutes.sum() * 50 / 65, rel=1e-3)


def graph(**crs):
    found = nx.MultiDiGraph(**crs)
    for name, (lon, lat) in PLACES.items():
        found.add_node(name, x=lon, y=lat)
    for start, end, metres, way in STREETS:
        pair = (start, end) if way >= 0 else (end, start)
        found.add_edge(*pair, length=metres, oneway=bool(way))
    return found


def arcs_of_graph(folder, drawn):
    nx.write_graphml(drawn, folder / "g.graphml")
    return arcs_of_graphml(folder / "g.graphml")


def arcs_of_graphml(path):
    segments, _ = read_graphml(path)
    at = {it: name for name, it in PLACES.items()}
    name = [at.get(it) for it in zip(segments.lon.tolist(), segments.lat.tolist(), strict=True)]
    found = {}
    for tail, head, mm, both in zip(segments.tail, segments.head, segments.mm, segments.two_way, strict=True):
        for one, other in ((tail, head), (head, tail)) if both else ((tail, head),):
            found[name[one], name[other]] = float(mm) / 1000
    return found


@pytest.mark.parametrize("names", [("lon", "lat"), ("Longitude", "Latitude"), ("LON", "Lat"), ("X", "Y")])
@pytest.mark.parametrize("drawn_at", [None, 50.0, 900.0])
def test_where_a_node_lies_is_no_matter_of_capitals_or_of_where_it_is_drawn(tmp_path, names, drawn_at):
    """Gephi writes beside what it was given where its picture has the node, as x and y."""
    found = graph()
    for at, data in enumerate(found.nodes.values()):
        for name, old in zip(names, "xy", strict=True):
            data[name] = data.pop(old)
        if drawn_at is not None and names[0] != "X":
            data |= {"x": at * drawn_at, "y": -at * drawn_at / 2}
    assert arcs_of_graph(tmp_path, found) == arcs_wanted()


def test_metres_of_a_graph_that_names_their_system_count_whatever_is_beside_them(tmp_path):
    import pyproj

    found = graph(crs="epsg:25832")
    turn = pyproj.Transformer.from_crs(4326, 25832, always_xy=True).transform
    for data in found.nodes.values():
        x, y = turn(data["x"], data["y"])
        data |= {"lon": data["x"], "lat": data["y"], "x": x, "y": y}
    nx.write_graphml(found, tmp_path / "g.graphml")
    segments, _ = read_graphml(tmp_path / "g.graphml")
    at = {(round(lon, 6), round(lat, 6)) for lon, lat in zip(segments.lon, segments.lat, strict=True)}
    assert at == set(PLACES.values())


def test_what_graphml_says_once_for_all_edges_counts_for_each(tmp_path):
    """A value in ``default`` stands for every edge and node that has none of its own."""
    buffer = io.BytesIO()
    found = graph()
    for *_, data in found.edges(data=True):
        if not data["oneway"]:
            del data["oneway"]
    nx.write_graphml(found, buffer)
    text = buffer.getvalue().decode()
    key = 'attr.name="oneway" attr.type="boolean"'
    assert key in text
    path = tmp_path / "g.graphml"
    path.write_text(text.replace(f"{key}/>", f"{key}><default>false</default></key>"))
    assert "<default>" in path.read_text()
    assert arcs_of_graphml(path) == arcs_wanted()


@given(
    units=st.lists(st.sampled_from(["km", "m", "mi", "ft", "KM", "Meter", ""]), min_size=6, max_size=6),
    comma=st.booleans(),
    heading=st.sampled_from(["km", "length", "Länge"]),
)
def test_a_cell_may_say_its_unit_itself(tmp_path_factory, units, comma, heading):
    """One without a unit is in that of its column; where that says none, such a table is refused."""
    per_km = {"km": 1, "m": 1000, "mi": 1 / 1.609344, "ft": 1 / 0.3048e-3, "": 1}
    factors = [per_km[{"meter": "m"}.get(it.lower(), it.lower())] for it in units]
    written = [
        f"{metres / 1000 * factor:.5f} {it}".strip().replace(".", "," if comma else ".")
        for (*_, metres, _), factor, it in zip(STREETS, factors, units, strict=True)
    ]
    folder = tmp_path_factory.mktemp("t")
    frame = edges(oneway=[way for *_, way in STREETS]).drop(columns="km").assign(**{heading: written})
    if heading == "km" or all(units):
        found = arcs_of(folder, frame)
        assert found.keys() == arcs_wanted().keys()
        assert list(found.values()) == pytest.approx([arcs_wanted()[it] for it in found], abs=0.02)
    elif any(units):
        with pytest.raises(InputError) as caught:
            arcs_of(folder, frame)
        assert {*codes(caught)} <= {"roads_length_wrong"}


def test_a_cell_that_is_no_length_is_named_as_it_stands_there(tmp_path):
    frame = edges().assign(km=["4,1 km", "ca. 3 km", "200 m", "1 km", "2 km", "3 Tage"])
    with pytest.raises(InputError) as caught:
        arcs_of(tmp_path, frame)
    assert [(it.code, it.row, it.value) for it in caught.value.problems] == [
        ("roads_length_wrong", 3, "ca. 3 km"),
        ("roads_length_wrong", 7, "3 Tage"),
    ]
