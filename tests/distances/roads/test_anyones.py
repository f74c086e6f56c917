"""Graphs, tables and extracts as people really have them: nothing doubled, nothing lost unsaid."""

import geopandas
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.distances import roads
from iqgeo.distances.roads.build import finish, form_of
from iqgeo.distances.roads.joining import join_loose_ends
from iqgeo.distances.roads.links import Links, once_each, segments_of
from iqgeo.distances.roads.osm_columns import ways_of
from iqgeo.distances.roads.progress import silent
from iqgeo.distances.roads.read_osm import read_extract
from iqgeo.distances.roads.read_table import read_edge_table
from iqgeo.distances.roads.snap import snap
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError
from tests.draws import draws

from .test_network import codes
from .test_read_osm import node, osm, way, written

KM_LON = 1 / 67.8
"""A kilometre eastwards at 52.5 degrees north, in degrees, near enough."""


@pytest.fixture(scope="module")
def town(test_only_data):
    import osmnx

    return osmnx.graph_from_xml(test_only_data / "osm" / "osnabrueck_martini.osm.xml", simplify=False)


def saved(folder, graph, form):
    """The graph in each form that osmnx writes."""
    import osmnx

    if form == "graphml":
        osmnx.save_graphml(graph, folder / "g.graphml")
        return folder / "g.graphml"
    if form == "undirected":
        osmnx.save_graphml(osmnx.convert.to_undirected(graph), folder / "u.graphml")
        return folder / "u.graphml"
    osmnx.save_graph_geopackage(graph, folder / "g.gpkg", directed=form == "gpkg directed")
    return folder / "g.gpkg"


@pytest.mark.parametrize("form", ["graphml", "undirected", "gpkg directed", "gpkg undirected"])
def test_houses_in_the_middle_of_a_street_are_as_far_as_networkx_says(town, tmp_path, form):
    """The graph is simplified and saved; the oracle runs on all points, cut where house and office are."""
    import osmnx

    network = roads.build_roads(saved(tmp_path, osmnx.simplify_graph(town.copy()), form))
    one_ways = [edge for edge in town.edges if not town.has_edge(edge[1], edge[0])]
    assert one_ways
    split, spots = nx.DiGraph(), []
    for k, (a, b, data) in enumerate(sorted(town.edges(data=True), key=lambda edge: edge[:2])):
        half = data["length"] / 2
        middle = ("middle", *sorted((a, b)), round(data["length"], 3))
        nx.add_path(split, (a, middle, b), weight=half)
        if k % 4 == 0 and data["length"] > 8:
            spots.append((middle, *(np.mean([town.nodes[it][axis] for it in (a, b)]) for axis in "xy")))
    lon, lat = (np.array([spot[axis] for spot in spots]) for axis in (1, 2))
    at = snap(network, lon, lat, 2.0)
    # Where the street is in no large part, or another one crosses just here, there is nothing to compare.
    alone = np.flatnonzero((np.bincount(at.point, minlength=len(spots)) == 1) & (at.snap_km < 1e-4))
    assert len(alone) > 100
    wrong = compared = 0
    for office in alone[:: len(alone) // 12].tolist():
        found = roads.nearest_offices(network, lon, lat, lon[[office]], lat[[office]]).distance_km
        away = nx.single_source_dijkstra_path_length(split.reverse(), spots[office][0])
        expected = np.array([away.get(spot, np.inf) / 1000 for spot, *_ in spots])
        compare = alone[np.isfinite(expected[alone])]
        compared += len(compare)
        wrong += int((~(np.abs(found[compare] - expected[compare]) <= 1e-3)).sum())
    assert compared > 1_000
    assert wrong == 0


LENGTHS = st.integers(1, 2_000_000)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), LENGTHS, st.booleans()), min_size=1), st.data()
)
def test_a_table_that_lists_streets_twice_says_no_more_than_one_that_lists_them_once(rows, data):
    """Once per direction, lengths different in the last digit, in any order."""
    tail, head, mm, one_way = (np.array(column) for column in zip(*rows, strict=True))
    links = Links(
        lon=9 + np.arange(5) / 50,
        lat=52 + np.arange(5) % 2 / 50,
        tail=tail,
        head=head,
        mm=mm.astype(float),
        minutes=np.full(len(rows), np.nan),
        two_way=~one_way,
        road_class=np.zeros(len(rows), dtype=np.uint8),
    )
    doubled = np.concatenate([np.arange(len(rows)), np.flatnonzero(~one_way)])
    turned = np.arange(len(doubled)) >= len(rows)
    order = np.array(data.draw(st.permutations(range(len(doubled)))))
    twice = Links(
        lon=links.lon,
        lat=links.lat,
        tail=np.where(turned, head[doubled], tail[doubled])[order],
        head=np.where(turned, tail[doubled], head[doubled])[order],
        mm=(mm[doubled] + turned * 1e-3)[order],
        minutes=np.full(len(doubled), np.nan),
        two_way=np.zeros(len(doubled), dtype=bool),
        road_class=np.zeros(len(doubled), dtype=np.uint8),
    )
    once, again = once_each(links), once_each(twice)
    assert len(again.tail) <= len(links.tail)

    def arcs(of):
        found = {}
        for a, b, length, both in zip(of.tail, of.head, np.rint(of.mm), of.two_way, strict=True):
            for key in ((a, b), (b, a)) if both else ((a, b),):
                found[key] = min(found.get(key, np.inf), length)
        return found

    assert arcs(again) == pytest.approx(arcs(once), abs=2)


def test_each_direction_in_a_row_of_its_own(tmp_path):
    ends = {"a": (9.5, 52.5), "b": (9.55, 52.5), "c": (9.55, 52.52)}
    rows = [(a, b, *ends[a], *ends[b], 3.4 if "c" not in (a, b) else 2.3) for a, b in ("ab", "bc")]
    rows += [(b, a, *ends[b], *ends[a], km + 1e-9) for (a, b, *_, km) in rows]
    columns = ["from", "to", "from_lon", "from_lat", "to_lon", "to_lat", "km"]
    frame = pd.DataFrame(rows, columns=columns).assign(oneway=1)
    frame.to_csv(tmp_path / "r.csv", index=False)
    network = roads.build_roads(tmp_path / "r.csv")
    assert network.link_two_way.all()
    found = roads.nearest_offices(network, [9.525], [52.5], [9.51], [52.5])
    assert found.distance_km[0] == pytest.approx(3.4 * 0.3, abs=1e-3)


@given(
    st.floats(0.05, 0.95), st.floats(0, 3.0), st.booleans(), st.sampled_from([0.0, 0.4, 1.0]), st.booleans()
)
@settings(max_examples=draws(30))
def test_lines_meet_where_a_hand_meant_them_to(share, gap_m, beyond, bend, backwards):
    """A side road that ends on, beside or a little beyond the main line; no end but that one is moved."""
    start, end = np.array([9.5, 52.5]), np.array([9.53, 52.5 + bend * 0.01])
    foot = start + share * (end - start)
    across = np.array([-(end - start)[1], (end - start)[0] * 0.37]) / 67_800 / KM_LON
    north = across / np.hypot(across[0] * 67.8e3, across[1] * 111.2e3)
    tip = foot + north * gap_m * (-1 if beyond else 1)
    side = [tuple(tip + north * 2_000), tuple(tip)]
    lines = [shapely.LineString([start, end]), shapely.LineString(side[::-1] if backwards else side)]
    links = plain_links(lines)
    segments = segments_of(links, joined_at_bends=True)
    joined, count = join_loose_ends(segments)
    graph = nx.Graph(zip(joined.tail.tolist(), joined.head.tolist(), strict=True))
    distance_m = shapely.distance(
        *(
            shapely.transform(shapely.force_2d(it), lambda xy: xy * [67_684, 111_250])
            for it in (lines[0], shapely.Point(tip))
        )
    )
    if distance_m < 0.9:
        assert count == 1
        assert nx.number_connected_components(graph) == 1
        assert joined.mm.sum() == pytest.approx(segments.mm.sum(), abs=10)
    if distance_m > 1.1 and not beyond:
        assert count == 0
        assert nx.number_connected_components(graph) == 2


def plain_links(lines):
    ends = np.array([it.coords[end] for end in (0, -1) for it in lines])
    keys, number = np.unique(np.rint(ends * 1e7), axis=0, return_inverse=True)
    number = number.ravel()
    return Links(
        lon=keys[:, 0] / 1e7,
        lat=keys[:, 1] / 1e7,
        tail=number[: len(lines)],
        head=number[len(lines) :],
        mm=np.full(len(lines), np.nan),
        minutes=np.full(len(lines), np.nan),
        two_way=np.ones(len(lines), dtype=bool),
        road_class=np.zeros(len(lines), dtype=np.uint8),
        geometry=np.array(lines, dtype=object),
    )


def streets(**columns):
    drawn = [
        shapely.LineString([(9.50, 52.5), (9.52, 52.5), (9.54, 52.5)]),
        shapely.LineString([(9.52, 52.5), (9.52, 52.52)]),
        shapely.LineString([(9.52, 52.52), (9.54, 52.5)]),
    ]
    return geopandas.GeoDataFrame(columns, geometry=drawn, crs=4326)


def triangle(**columns):
    spots = [(9.50, 52.5), (9.54, 52.5), (9.52, 52.52)]
    drawn = [shapely.LineString([spots[k], spots[(k + 1) % 3]]) for k in range(3)]
    return geopandas.GeoDataFrame({"u": [1, 2, 3], "v": [2, 3, 1], **columns}, geometry=drawn, crs=4326)


def saved_as(path, frame):
    if path.suffix == ".csv":
        frame.to_wkt().to_csv(path, index=False)
    else:
        frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)
    return path


def of_table(path, **options):
    """The network of a table, read in this process: the child is tested once for all forms."""
    return finish(*read_edge_table(path), silent, **options)[0]


@pytest.mark.parametrize("empty", [None, np.nan, ""])
def test_ways_as_lines_meet_at_their_points_and_an_empty_one_way_is_none(tmp_path, empty):
    """QuickOSM: unsplit ways, one-way empty where it is not set, one column a tag."""
    frame = streets(
        highway=["primary", "residential", "footway"],
        oneway=pd.array([empty, "-1", empty], dtype=object),
        maxspeed=["DE:urban", empty, empty],
    )
    frame.to_file(tmp_path / "q.gpkg")
    network = of_table(tmp_path / "q.gpkg", least_part_km=0)
    assert ("not_for_cars", 1, 0.0) in network.info.notes
    # The residential street is one-way without a way back.
    assert [note[:2] for note in network.info.notes] == [("not_for_cars", 1), ("no_way_back", 1)]
    kmh = network.link_km.sum() / network.link_minutes.sum() * 60
    assert kmh == pytest.approx(50, rel=1e-3)


def test_ids_that_are_missing_or_contradict_the_lines_do_not_count(tmp_path):
    for name, ids in {
        "missing": {"u": [1, None, 3], "v": [2, 3, None]},
        "contradicting": {"u": [1, 1, 1], "v": [2, 2, 2]},
        "missing text": {"from": ["a", None, "c"], "to": ["b", "c", ""]},
    }.items():
        frame = streets(**ids)
        frame.to_parquet(tmp_path / f"{name}.parquet")
        network = of_table(tmp_path / f"{name}.parquet")
        assert network.info.vertices_kept == 4, name
    plain = pd.DataFrame({"from": ["a", None], "to": ["b", "c"], "km": [1.0, 2.0]})
    plain.to_parquet(tmp_path / "x_edges.parquet")
    points = pd.DataFrame({"node_id": ["a", "b", "c"], "lon": [9.0, 9.01, 9.02], "lat": [52.0, 52.01, 52.0]})
    points.to_parquet(tmp_path / "x_nodes.parquet")
    with pytest.raises(InputError) as caught:
        of_table(tmp_path / "x_edges.parquet")
    assert codes(caught) == ["roads_end_missing"]


def test_several_parts_in_one_feature_and_rows_without_a_line(tmp_path):
    frame = streets()
    several = shapely.MultiLineString([frame.geometry[0], frame.geometry[1]])
    frame = geopandas.GeoDataFrame(geometry=[several, frame.geometry[2], None], crs=4326)
    frame.to_parquet(tmp_path / "m.parquet")
    network = of_table(tmp_path / "m.parquet")
    assert network.info.vertices_kept == 4
    assert ("no_line", 1, 0.0) in network.info.notes


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet", "csv"])
@pytest.mark.parametrize("empty", [None, shapely.LineString()])
def test_a_street_without_a_line_runs_straight_between_the_ends_of_others(tmp_path, suffix, empty):
    frame = triangle(highway="primary")
    at = [shapely.get_coordinates(it)[0] for it in frame.geometry]
    frame.loc[1, "geometry"] = empty
    path = tmp_path / f"s.{suffix}"

    network = of_table(saved_as(path, frame), least_part_km=0)
    found = roads.pairs_within(network, *np.array([at[2]]).T, *np.array([at[1]]).T, 100)
    assert found.distance_km == pytest.approx([float(great_circle_km(*at[1], *at[2]))], abs=1e-3)
    assert network.link_minutes.sum() == pytest.approx(network.link_km.sum() / 65 * 60, rel=1e-3)
    with pytest.raises(InputError) as caught:
        of_table(saved_as(path, frame.assign(v=[2, 9, 1])))
    assert [(it.code, it.row, it.value) for it in caught.value.problems] == [("roads_node_unknown", 3, "9")]


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "csv"])
@pytest.mark.parametrize("nowhere", [np.nan, np.inf])
def test_a_line_with_a_point_at_no_number_is_named(tmp_path, nowhere, suffix):
    frame = triangle()
    with np.errstate(invalid="ignore"):
        frame.loc[1, "geometry"] = shapely.LineString([(9.54, 52.5), (nowhere, 52.51), (9.52, 52.52)])
        saved_as(tmp_path / f"n.{suffix}", frame)
    with pytest.raises(InputError) as caught:
        of_table(tmp_path / f"n.{suffix}")
    assert [(it.code, it.row, it.column) for it in caught.value.problems] == [
        ("roads_not_degrees", 3, "geometry")
    ]


@pytest.mark.parametrize("said", ["[False, True]", "no;yes", "['no', 'yes']"])
def test_a_street_that_is_a_one_way_in_part_is_one(tmp_path, said):
    """As osmnx lists what it has joined."""
    frame = triangle(key=0, highway="residential", oneway=[said, "False", "False"])
    frame.to_parquet(tmp_path / "e.parquet")
    network = of_table(tmp_path / "e.parquet", least_part_km=0)
    assert sorted(network.link_two_way.tolist()) == [False, True]


def test_letters_of_geofabrik_say_the_direction(tmp_path):
    frame = streets(oneway=["B", "F", "F"])
    frame.to_parquet(tmp_path / "g.parquet")
    network = of_table(tmp_path / "g.parquet")
    assert network.link_two_way.sum() == 2
    frame.assign(oneway=["B", "T", "T"]).to_parquet(tmp_path / "g.parquet")
    against = of_table(tmp_path / "g.parquet")
    there, back = (
        roads.nearest_offices(it, [9.52], [52.5001], [9.53], [52.51]).distance_km[0]
        for it in (network, against)
    )
    assert (there, back) == pytest.approx((3.51, 2.67), abs=0.02)


@pytest.mark.parametrize(
    ("yes", "no"), [("t", "f"), ("WAHR", "FALSCH"), ("Y", "N"), ("true", "false"), (True, None), (1.0, 0.0)]
)
@pytest.mark.parametrize("tagged", [False, True])
def test_yes_and_no_of_databases_and_spreadsheets_say_the_direction(tmp_path, yes, no, tagged):
    frame = streets(oneway=[no, yes, yes])
    if tagged:
        frame["highway"] = "residential"
    frame.to_parquet(tmp_path / "g.parquet")
    if yes == "t" and not tagged:
        # Two letters that Geofabrik writes for something else.
        with pytest.raises(InputError) as caught:
            of_table(tmp_path / "g.parquet")
        assert set(codes(caught)) == {"roads_oneway_unknown"}
        return
    network = of_table(tmp_path / "g.parquet")
    assert network.link_two_way.sum() == 2
    there = roads.nearest_offices(network, [9.52], [52.5001], [9.53], [52.51]).distance_km[0]
    assert there == pytest.approx(3.51, abs=0.02)


@pytest.mark.parametrize("limits", ["[50, 30]", "['50', '30']", "['50' '30']", ["50", "30"], "50;30"])
def test_lists_of_limits_are_read_however_they_are_written(limits):
    frame = pd.DataFrame({"highway": ["primary"], "maxspeed": [limits]})
    ways = ways_of(frame, ("u", "v", "key"))
    assert [way.speed_kmh for way in ways] == [30.0]


def test_points_not_yet_uploaded_have_their_place(tmp_path):
    text = osm(node(1), node(2), node(3), way(7, 1, 2, 3, highway="primary"))
    for number in (1, 2, 3, 7):
        text = text.replace(f'id="{number}"', f'id="-{number}"').replace(
            f'ref="{number}"', f'ref="-{number}"'
        )
    drawn = roads.build_roads(written(tmp_path / "new.osm", text))
    kept = roads.build_roads(
        written(tmp_path / "old.osm", osm(node(1), node(2), node(3), way(7, 1, 2, 3, highway="primary")))
    )
    half = roads.build_roads(written(tmp_path / "half.osm", text.replace('"-1"', '"1"')))
    for network in (drawn, half):
        assert network.link_mm.tolist() == kept.link_mm.tolist()
        assert sorted(network.shape_lon) == sorted(kept.shape_lon)


@pytest.mark.parametrize("said", ["action='delete'", 'visible="true" action="delete"', 'visible="false"'])
@pytest.mark.parametrize("packing", ["", ".gz"])
def test_a_street_that_is_deleted_is_no_street(tmp_path, said, packing):
    """JOSM keeps what is deleted but not yet uploaded in the file."""
    import gzip

    gone = way(7, 2, 3, highway="primary").replace("<way", f"<way {said}")
    text = osm(node(1), node(2), node(3), way(6, 1, 2, highway="primary"), gone)
    text = text.replace("<osm ", "<osm generator='JOSM' ", 1)
    path = tmp_path / f"x.osm{packing}"
    path.write_bytes((gzip.compress if packing else bytes)(text.encode()))
    segments, _ = read_extract(path, form_of(path))
    assert len(segments.tail) == 1
    assert segments.lon[[segments.tail[0], segments.head[0]]].max() == pytest.approx(9.002)


@pytest.mark.parametrize("form", ["osm", "pbf"])
def test_a_street_of_several_classes_is_kept_and_counted(tmp_path, form):
    import osmium

    rows = [way(1, 1, 2, highway="residential;service"), way(2, 2, 3, highway="Primary; footway")]
    path = written(tmp_path / "x.osm", osm(node(1), node(2), node(3), *rows))
    if form == "pbf":
        with osmium.SimpleWriter(str(tmp_path / "x.osm.pbf")) as writer:
            for entity in osmium.FileProcessor(path):
                writer.add(entity)
        path = tmp_path / "x.osm.pbf"
    segments, info = read_extract(path, form)
    kmh = np.rint(segments.mm / 1e6 / segments.minutes * 60)
    assert kmh.tolist() == [15, 65]
    assert info.notes == (("several_classes", 1, 0.0),)
