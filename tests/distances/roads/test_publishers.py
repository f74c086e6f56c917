"""Streets as publishers of maps have them: what is no street for cars is none, directions are known."""

import json
import zipfile

import geopandas
import networkx as nx
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.distances.roads.build import form_of
from iqgeo.distances.roads.osm_columns import OTHER_KEYS, ways_of, with_other_tags
from iqgeo.distances.roads.read_graph import segments_of_graph
from iqgeo.distances.roads.read_json import read_json
from iqgeo.distances.roads.read_osm import read_answer
from iqgeo.distances.roads.read_table import read_edge_table
from iqgeo.distances.roads.rules import NOT_FOR_CARS
from iqgeo.distances.roads.zipped import unpacked
from iqgeo.errors import InputError

from .test_network import codes

LINES = [
    shapely.LineString(it)
    for it in ([(9, 52), (9.06, 52)], [(9, 52), (9.03, 52.05)], [(9.03, 52.05), (9.06, 52)])
]
ALONG, AGAINST, BOTH = 1, -1, 0


def read(folder, columns, name="t.geojson"):
    frame = geopandas.GeoDataFrame(columns, geometry=LINES, crs=4326)
    (folder / name).unlink(missing_ok=True)
    frame.to_file(folder / name)
    return read_edge_table(folder / name)


def notes_of(info):
    return {reason: count for reason, count, _ in info.notes}


def lengths(segments):
    """Where each segment begins and ends, and whether it runs both ways."""
    at = [(round(float(x), 4), round(float(y), 4)) for x, y in zip(segments.lon, segments.lat, strict=True)]
    return {
        (at[a], at[b], bool(both))
        for a, b, both in zip(segments.tail, segments.head, segments.two_way, strict=True)
    }


@pytest.mark.parametrize(
    ("column", "street", "other"),
    [
        ("MTFCC", "S1400", "R1011"),
        ("MTFCC", "S1200", "S1710"),
        ("BST_CODE", "HR", "FP"),
        ("OBJART_TXT", "AX_Strassenachse", "AX_Bahnstrecke"),
        ("OBJART", "42003", "42014"),
        ("NATURE", "Route à 1 chaussée", "Sentier"),
        ("objektart", "10m Strasse", "1m Weg"),
        ("verkehrsbeschraenkung", "Keine", "Allgemeines Fahrverbot"),
        ("fclass", "rail", "rail"),
        ("Straßenart", "Kreisstraße", "Fuß- und Radweg"),
        ("typ", "Gemeindestraße", "Wirtschaftsweg"),
        ("type", "Main street", "Cycle path"),
        ("typeVeg", "Enkel bilveg", "Gang- og sykkelveg"),
        ("zustand", "In Betrieb", "Außer Betrieb, stillgelegt"),
        ("status", "open", "under construction"),
        ("gesperrt", "nein", "ja"),
        ("closed", 0, 1),
    ],
)
def test_what_a_publisher_calls_no_street_for_cars_is_none(tmp_path, column, street, other):
    segments, info = read(tmp_path, {column: [other, street, street]})
    shut = 3 if street == other else 1
    assert len(segments.tail) == 3 - shut
    assert notes_of(info)["not_for_cars"] == shut


def test_ferries_of_publishers_are_ferries(tmp_path):
    segments, _ = read(tmp_path, {"NATURE": ["Bac ou liaison maritime", "Route à 1 chaussée", "Rond-point"]})
    assert sorted(segments.road_class.tolist()) == [0, 0, 2]


@pytest.mark.parametrize(
    ("column", "along", "against", "both"),
    [
        ("RIJRICHTNG", "H", "T", "B"),
        ("rijrichting", "H", "T", None),
        ("directionality", "in direction", "in opposite direction", "both directions"),
        ("directionality", "inDirection", "inOppositeDirection", "bothDirections"),
        ("SENS", "Sens direct", "Sens inverse", "Double sens"),
        ("sens_de_circulation", "Sens direct", "Sens inverse", "Sans objet"),
        ("DIR_TRAVEL", "F", "T", "B"),
    ],
)
def test_directions_are_known_in_the_words_of_publishers(tmp_path, column, along, against, both):
    segments, info = read(tmp_path, {column: [along, against, both]})
    assert lengths(segments) == {
        ((9.0, 52.0), (9.06, 52.0), False),
        ((9.03, 52.05), (9.0, 52.0), False),
        ((9.03, 52.05), (9.06, 52.0), True),
    }
    assert "direction_aside" not in notes_of(info)


def test_directions_in_unknown_words_are_said(tmp_path):
    segments, info = read(tmp_path, {"directionality": ["links", "rechts", "links"]})
    assert segments.two_way.all()
    assert notes_of(info)["direction_aside"] == 3


@pytest.mark.parametrize("closed", [-1, 1e6, None])
def test_costs_that_are_the_only_lengths_close_a_direction(tmp_path, closed):
    """PgRouting: the length is that of the open direction; a street that is closed both ways is none."""
    frame = geopandas.pd.DataFrame(
        {
            "source": [1, 2, 1, 3], "target": [2, 3, 3, 1],
            "cost": [4.2, closed, 6.0, -1], "reverse_cost": [closed, 6.5, 6.0, -1],
        }
    )  # fmt: skip
    frame.to_csv(tmp_path / "t_edges.csv", index=False)
    (tmp_path / "t_nodes.csv").write_text("id,lon,lat\n1,9,52\n2,9.06,52\n3,9.03,52.05\n")
    segments, info = read_edge_table(tmp_path / "t_edges.csv")
    assert sorted((segments.mm / 1e6).tolist()) == [4.2, 6.0, 6.5]
    assert lengths(segments) == {
        ((9.0, 52.0), (9.06, 52.0), False),
        ((9.03, 52.05), (9.06, 52.0), False),
        ((9.0, 52.0), (9.03, 52.05), True),
    }
    assert notes_of(info)["not_for_cars"] == 1


@given(
    st.lists(
        st.sampled_from([("highway", "primary"), *[(it, "yes") for it in OTHER_KEYS[:8]], None]), min_size=1
    ),
    st.booleans(),
    st.booleans(),
)
def test_lines_of_openstreetmap_that_are_no_roads_are_none(rows, packed, numbered):
    """A line without a class is a road where a program has drawn it, and none where a tag calls it other."""
    columns = {key: [it[1] if it and it[0] == key else None for it in rows] for key, _ in filter(None, rows)}
    frame = geopandas.pd.DataFrame({"highway": [None] * len(rows)} | columns)
    if packed:
        tags = [f'"{it[0]}"=>"{it[1]}"' if it and it[0] != "highway" else None for it in rows]
        frame = with_other_tags(frame[["highway"]].assign(other_tags=tags))
    if numbered:
        frame["osm_id"] = [None if it is None else "7" for it in rows]
    roads = [way is not None for way in ways_of(frame, [])]
    assert roads == [it is None or it[0] == "highway" for it in rows]


@pytest.mark.parametrize(
    "shut", [*[{"highway": it} for it in sorted(NOT_FOR_CARS)[:6]], {"access": "private"}]
)
@pytest.mark.parametrize("several", [False, True])
def test_footways_and_closed_streets_of_a_graph_are_said(shut, several):
    """Whoever saved the graph has chosen them: they count, and the user is told."""
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for node, (x, y) in enumerate([(9, 52), (9.06, 52), (9.03, 52.05)]):
        graph.add_node(node, x=x, y=y)
    way = {key: [it, it] if several else it for key, it in shut.items()}
    for tail, head, tags in ((0, 1, way), (0, 2, {}), (2, 1, {})):
        for pair in ((tail, head), (head, tail)):
            graph.add_edge(*pair, **({"highway": "primary", "length": 6500.0} | tags))
    segments, info = segments_of_graph(graph, "g")
    assert len(segments.tail) == 3
    assert notes_of(info)["closed_but_kept"] == 2


@pytest.mark.parametrize("metres", [1 / 0.3048, 100.0])
def test_lengths_of_a_graph_in_another_unit_are_said(metres):
    """Feet are three times as many as metres: no street of a whole network is so bent."""
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for node, (x, y) in enumerate([(9, 52), (9.06, 52), (9.03, 52.05)]):
        graph.add_node(node, x=x, y=y)
    for tail, head, km in ((0, 1, 4.3), (0, 2, 7.1), (2, 1, 6.1)):
        graph.add_edge(tail, head, length=km * 1000 * metres)
    assert notes_of(segments_of_graph(graph, "g")[1]) == {"long_lengths": 3}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.osc", "<osmChange/>", "roads_history"),
        ("a.net.xml", "<?xml version='1.0'?><!-- x --><net version='1'/>", "roads_of_other_program"),
        ("network.xml", "<!DOCTYPE network SYSTEM 'x'><network/>", "roads_of_other_program"),
        ("a.osm", "<?xml version='1.0'?><net/>", "roads_of_other_program"),
        ("a.xodr", "<OpenDRIVE/>", "roads_of_other_program"),
        ("a.kml", "<kml/>", "roads_of_map_program"),
        ("a.xml", "<gml:FeatureCollection xmlns:gml='x'/>", "roads_of_map_program"),
        ("a.gpx", "<gpx/>", "roads_of_map_program"),
        ("a.xml", "<something/>", "roads_form_unknown"),
    ],
)
def test_files_of_other_programs_are_told_by_what_they_are(tmp_path, name, text, code):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as caught:
        form_of(tmp_path / name)
    assert codes(caught) == [code]


def test_timetables_are_told(tmp_path):
    with zipfile.ZipFile(tmp_path / "gtfs.zip", "w") as archive:
        for name in ("stops.txt", "trips.txt", "routes.txt"):
            archive.writestr(name, "a")
    with pytest.raises(InputError) as caught, unpacked(tmp_path / "gtfs.zip", [".csv"]):
        pass
    assert codes(caught) == ["roads_timetable"]
    (tmp_path / "stops.csv").write_text("stop_id,stop_lat,stop_lon\n1,52,9\n")
    with pytest.raises(InputError) as caught:
        read_edge_table(tmp_path / "stops.csv")
    assert codes(caught) == ["roads_timetable"]


@pytest.mark.parametrize(
    "answer",
    [
        {"code": "Ok", "routes": []},
        {"code": "Ok", "durations": [[0]]},
        {"trip": {}},
        {"paths": [], "info": {}},
    ],
)
def test_answers_of_routing_services_are_told(tmp_path, answer):
    (tmp_path / "a.json").write_text(json.dumps(answer))
    with pytest.raises(InputError) as caught:
        read_json(tmp_path / "a.json")
    assert codes(caught) == ["roads_of_routing"]


def answer_of(*ways, points):
    nodes = [{"type": "node", "id": at, "lon": lon, "lat": lat} for at, (lon, lat) in points.items()]
    roads = [
        {"type": "way", "id": at, "nodes": refs, "tags": {"highway": "primary"}, **more}
        for at, (refs, more) in enumerate(ways)
    ]
    return {"elements": nodes + roads}


@given(st.lists(st.booleans(), min_size=1, max_size=5))
def test_points_that_lie_in_one_place_and_are_two_are_said(same):
    """Side roads end at the main road's own point, or at one of their own in its place."""
    points, ways = {0: (9.0, 52.0)}, []
    main = [0]
    for at, own in enumerate(same, start=1):
        points |= {
            at: (9.0 + at / 100, 52.0),
            100 + at: (9.0 + at / 100, 52.0),
            200 + at: (9.0 + at / 100, 52.01),
        }
        main.append(at)
        ways.append(([at if own else 100 + at, 200 + at], {}))
    _, info = read_answer(answer_of((main, {}), *ways, points=points), "a")
    assert notes_of(info).get("points_alike", 0) == same.count(False)


@pytest.mark.parametrize("gone", [{"visible": False}, {"action": "delete"}])
def test_a_deleted_way_of_an_answer_is_no_road(gone):
    answer = answer_of(([1, 2], {}), ([1, 2], gone), points={1: (9, 52), 2: (9.1, 52)})
    assert len(read_answer(answer, "a")[0].tail) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("motor_vehicle", "no"), ("motor_vehicle", "private"), ("construction", "yes"),
        ("oneway:motorcar", "reversible"), ("motorcar:forward", "no"), ("maxspeed:forward", "30"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cut", [lambda it: it[:10], lambda it: it.replace(":", "_"), lambda it: it])
def test_keys_that_a_shapefile_cuts_are_the_keys(key, value, cut):
    frame = geopandas.pd.DataFrame({"highway": ["primary", "primary"], cut(key): [value, None]})
    way, plain = ways_of(frame, [])
    wanted, _ = ways_of(frame.rename(columns={cut(key): key}), [])
    assert way == wanted != plain
    assert plain.direction == 0


def test_a_railway_of_overture_is_no_road_of_unknown_class():
    frame = geopandas.pd.DataFrame({"highway": ["road", "primary"], "subtype": ["rail", "road"]})
    assert [it is None for it in ways_of(frame, [])] == [True, False]


def test_rows_of_a_graph_that_someone_chose_are_kept():
    """Osmnx has chosen its ways: what has no class there is one of them."""
    frame = geopandas.pd.DataFrame({"highway": [None, "primary"], "landuse": ["forest", None], "key": 0})
    assert None not in ways_of(frame, ["u", "v"])
