"""Any street graph, as osmnx of any version or a table saves it: journeys as networkx has them."""

from dataclasses import replace
from itertools import pairwise
from xml.sax.saxutils import escape

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iqgeo.distances import roads
from iqgeo.distances.roads import build
from iqgeo.distances.straight import great_circle_km
from iqgeo.errors import InputError
from tests.draws import draws

from .test_network import codes

SAME_M, NEAR_M = 0.012, 0.6
M_PER_DEGREE = 111_195


def metres(a, b):
    return float(great_circle_km(*a, *b)) * 1000


@st.composite
def street_graphs(draw):
    """Ways over few nodes: one-way, twice over one node or edge, rings, loops, two nodes at one place."""
    spot = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 999), st.integers(0, 999))
    spots = draw(st.lists(spot, min_size=3, max_size=10))
    node = st.integers(0, len(spots) - 1)
    kind = st.sampled_from(["residential", "primary", "service"])
    way = st.tuples(st.lists(node, min_size=2, max_size=7), st.booleans(), kind)
    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=False, created_date="2024-01-01 10:00:00")
    for k, (east, north, a, b) in enumerate(spots):
        x, y = 9.5 + east * 7e-4 + a * 1e-7, 52.4 + north * 5e-4 + b * 1e-7
        graph.add_node(100 + k, x=round(x, 7), y=round(y, 7), street_count=2)
    if draw(st.booleans()):
        graph.nodes[101].update({axis: graph.nodes[100][axis] for axis in "xy"})
    for number, (nodes, one_way, highway) in enumerate(draw(st.lists(way, min_size=1, max_size=7))):
        for a, b in pairwise(100 + k for k in nodes):
            length = metres(*((graph.nodes[k]["x"], graph.nodes[k]["y"]) for k in (a, b)))
            said = {"osmid": number, "highway": highway, "oneway": one_way, "length": length}
            graph.add_edge(a, b, reversed=False, **said)
            if not one_way:
                graph.add_edge(b, a, reversed=True, **said)
    graph.remove_nodes_from([k for k in graph if not graph.degree(k)])
    return graph


def saved_as_text(path, graph, crs):
    """As osmnx saved before 2.0: every value a text, be it a list, a truth or a number."""
    keys, rows = {}, []

    def data(kind, named):
        said = {name: it.wkt if name == "geometry" else it for name, it in named.items()}
        return "".join(
            f'<data key="{keys.setdefault((kind, name), f"d{len(keys)}")}">{escape(str(it))}</data>'
            for name, it in said.items()
        )

    rows += [f'<node id="{node}">{data("node", said)}</node>' for node, said in graph.nodes(data=True)]
    rows += [
        f'<edge source="{a}" target="{b}" id="{key}">{data("edge", said)}</edge>'
        for a, b, key, said in graph.edges(keys=True, data=True)
    ]
    rows.append(data("graph", {**graph.graph, "crs": crs}))
    declared = "".join(
        f'<key id="{key}" for="{kind}" attr.name="{name}" attr.type="string"/>'
        for (kind, name), key in keys.items()
    )
    space = "http://graphml.graphdrawing.org/xmlns"
    body = f'{declared}<graph edgedefault="directed">{"".join(rows)}</graph>'
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?><graphml xmlns="{space}">{body}</graphml>')
    return path


def saved(folder, graph, form):
    import osmnx

    if form == "0.x":
        return saved_as_text(folder / "g.graphml", graph, "{'init': 'epsg:4326'}")
    if form == "1.x":
        return saved_as_text(folder / "g.graphml", graph, "EPSG:4326")
    if form == "2.x":
        osmnx.save_graphml(graph, folder / "g.graphml")
        return folder / "g.graphml"
    edges = [(a, b, said["length"] / 1000, 1) for a, b, said in graph.edges(data=True)]
    nodes = [(node, said["x"], said["y"]) for node, said in graph.nodes(data=True)]
    pd.DataFrame(edges, columns=["from", "to", "km", "oneway"]).to_csv(folder / "x_edges.csv", index=False)
    pd.DataFrame(nodes, columns=["node_id", "lon", "lat"]).to_csv(folder / "x_nodes.csv", index=False)
    return folder / "x_edges.csv"


def drawn(graph, a, b, said):
    line = said.get("geometry")
    return [(graph.nodes[k]["x"], graph.nodes[k]["y"]) for k in (a, b)] if line is None else list(line.coords)


def parts_of(graph):
    return {node: k for k, part in enumerate(nx.strongly_connected_components(graph)) for node in part}


def kept_edges(graph):
    """Edges within a part; what leads nowhere is no road."""
    part = parts_of(graph)
    for a, b, key, said in graph.edges(keys=True, data=True):
        if part[a] == part[b] and not (a == b and said["length"] == 0):
            yield a, b, key, said


def split_at(graph, spots):
    """Every edge cut where a spot lies on it; and the spots for which it is no matter of taste which do."""
    cut, clear = nx.MultiDiGraph(), np.ones(len(spots), dtype=bool)
    for a, b, key, said in kept_edges(graph):
        line = np.array(drawn(graph, a, b, said))
        steps = np.array([metres(*pair) for pair in pairwise(line)])
        along = np.concatenate([[0], np.cumsum(steps)])
        stops = []
        for k, spot in enumerate(spots):
            scale = M_PER_DEGREE * np.array([np.cos(np.radians(spot[1])), 1.0])
            start, step = (line[:-1] - spot) * scale, np.diff(line, axis=0) * scale
            squared = (step**2).sum(axis=1)
            share = np.divide(
                -(start * step).sum(axis=1), squared, out=np.zeros(len(step)), where=squared > 0
            )
            share = np.clip(share, 0, 1)
            off = np.hypot(*(start + share[:, None] * step).T)
            stops += [(along[j] + share[j] * steps[j], k) for j in np.flatnonzero(off < SAME_M)]
            clear[k] &= not ((off >= SAME_M) & (off < NEAR_M)).any()
        stretch, before, at = (said["length"] / along[-1] if along[-1] else 0), a, 0.0
        for stop, k in sorted(stops):
            here = ("cut", a, b, key, stop)
            cut.add_edge(before, here, m=(stop - at) * stretch)
            cut.add_edge(("from", k), here, m=0)
            cut.add_edge(here, ("to", k), m=0)
            before, at = here, stop
        cut.add_edge(before, b, m=said["length"] - at * stretch)
    return cut, clear


@given(street_graphs(), st.booleans(), st.sampled_from(["0.x", "1.x", "2.x", "table"]), st.data())
@settings(max_examples=draws(30), suppress_health_check=list(HealthCheck), deadline=None)
def test_journeys_between_points_are_those_of_networkx(tmp_path_factory, graph, merged, form, data):
    import osmnx

    if merged and form != "table":
        graph = osmnx.simplify_graph(graph)
    long = [edge for edge in kept_edges(graph) if edge[3]["length"] > 5]
    if not long:
        return
    choices = data.draw(st.lists(st.tuples(st.sampled_from(long), st.floats(0, 1)), min_size=2, max_size=8))
    spots = []
    for (a, b, _, said), share in choices:
        line = drawn(graph, a, b, said)
        reached = np.linspace(0, 1, len(line))
        spots.append(tuple(np.interp(share, reached, axis) for axis in np.array(line).T))
    lon, lat = np.array(spots).T
    path = saved(tmp_path_factory.mktemp("graph"), graph, form)
    network = roads.build_roads(path, least_part_km=0)
    found = roads.pairs_within(network, lon, lat, lon, lat, 1e5)
    table = np.full((len(spots), len(spots)), np.inf)
    table[found.place_index, found.candidate_index] = found.distance_km * 1000
    cut, clear = split_at(graph, spots)
    for k in np.flatnonzero(clear):
        away = nx.single_source_dijkstra_path_length(cut, ("from", k), weight="m")
        expected = np.array([away.get(("to", j), np.inf) for j in range(len(spots))])
        np.testing.assert_allclose(table[k, clear], expected[clear], rtol=0, atol=1.0)


def two_streets():
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for k in range(3):
        graph.add_node(k, x=9 + k / 50, y=52.0)
    for a, b in ((0, 1), (1, 0), (1, 2), (2, 1)):
        graph.add_edge(a, b, length=1367.0, highway="residential", oneway=False)
    return graph


def test_values_that_are_none_are_named_with_the_edge_or_the_node(tmp_path):
    for place, name, value, code in (
        ("edge", "length", "12 m", "roads_length_wrong"),
        ("edge", "length", "nan", "roads_length_wrong"),
        ("edge", "geometry", "POINT (9 52)", "roads_not_lines"),
        ("edge", "geometry", "LINESTRING (9 52, x", "roads_not_lines"),
        ("edge", "geometry", "LINESTRING (9 52, nan nan)", "roads_not_lines"),
        ("node", "x", "east", "roads_not_degrees"),
        ("node", "y", "95.0", "roads_not_degrees"),
        ("graph", "crs", "Mercator, perhaps", "roads_no_crs"),
    ):
        graph = two_streets()
        said = {"edge": graph.edges[0, 1, 0], "node": graph.nodes[0], "graph": graph.graph}[place]
        if name == "geometry":
            # Written as it is, not as the shape it stands for.
            said["geometry"] = type("Text", (), {"wkt": value})()
        else:
            said[name] = value
        path = saved_as_text(tmp_path / "g.graphml", graph, graph.graph["crs"])
        with pytest.raises(InputError) as caught:
            roads.build_roads(path)
        assert codes(caught) == [code], (name, value)


def test_a_file_is_read_in_a_child_that_may_use_so_much_and_tells_how_far_it_is(tmp_path, monkeypatch):
    path = saved(tmp_path, two_streets(), "2.x")
    here = roads.RoadNetwork
    whole = build.from_child(build.built_here(str(path), "graphml", None, 1.0))[0]
    steps = []

    def not_here(*_):
        raise AssertionError("read in this process")

    monkeypatch.setattr(build, "_read", not_here)
    network = roads.build_roads(path, progress=lambda it: steps.append((it.step, it.sentence("en"))))
    assert isinstance(network, here)
    assert network.info == whole.info
    assert network.checksum() == whole.checksum()
    assert [step for step, _ in steps] == ["reading_file", "connecting", "shortcuts", "done"]
    short = replace(build._bounds(path, None), answer_bytes=1_000)
    monkeypatch.setattr(build, "_bounds", lambda *_: short)
    with pytest.raises(InputError) as caught:
        roads.build_roads(path)
    assert codes(caught) == ["reader_memory"]


def test_what_no_reader_has_thought_of_is_a_sentence(tmp_path, monkeypatch):
    path = saved(tmp_path, two_streets(), "2.x")

    def trips(*_):
        raise LookupError("what is this?")

    monkeypatch.setattr(build, "_read", trips)
    with pytest.raises(InputError, match=r"what is this\?") as caught:
        build.built_here(str(path), "graphml", None, 1.0)
    assert codes(caught) == ["roads_file_broken"]
