"""What osmnx makes of an extract is as long as what it was made of, in whatever file it is kept."""

import json
import random
import warnings

import networkx as nx
import numpy as np
import osmnx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.distances.roads import pairs_within
from iqgeo.distances.roads.build import built_here, form_of, from_child
from iqgeo.errors import InputError

from .test_network import codes

CLASSES = ["primary", "tertiary", "residential", "service", "living_street", "motorway"]
SIGNS = [
    {}, {}, {"oneway": "yes"}, {"maxspeed": "30"}, {"maxspeed": "DE:urban"}, {"access": "private"},
    {"access": "destination"}, {"tunnel": "yes"}, {"area": "yes"}, {"service": "driveway"}, {"highway": ""},
]  # fmt: skip


def extract(seed):
    """Streets of any kind between the crossings of a crooked grid, as OpenStreetMap has them."""
    drawn, count = random.Random(seed), 4
    places = {
        row * count + column + 1: (9.7 + (row + drawn.uniform(-0.3, 0.3)) / 50, 52.3 + column / 70)
        for row in range(count)
        for column in range(count)
    }
    ways = []
    for _ in range(14):
        at, refs, before = drawn.choice(list(places)), [], None
        for _ in range(drawn.randint(2, 5)):
            refs.append(at)
            near = [at + step for step in (-count, count) if at + step in places]
            near += [at - 1] if at % count != 1 else []
            near += [at + 1] if at % count else []
            before, at = at, drawn.choice([it for it in near if it != before])
        tags = {"highway": drawn.choice(CLASSES), **drawn.choice(SIGNS)}
        ways.append((refs, {key: it for key, it in tags.items() if it}))
    return places, ways


def write(path, places, ways):
    nodes = [f'<node id="{it}" lon="{lon:.7f}" lat="{lat:.7f}"/>' for it, (lon, lat) in places.items()]
    drawn = [
        f'<way id="{at}">'
        + "".join(f'<nd ref="{it}"/>' for it in refs)
        + "".join(f'<tag k="{key}" v="{it}"/>' for key, it in tags.items())
        + "</way>"
        for at, (refs, tags) in enumerate(ways, start=1)
    ]
    path.write_text(f'<osm version="0.6">{"".join([*nodes, *drawn])}</osm>')


def read(path, nodes=None):
    return from_child(built_here(str(path), form_of(path), nodes and str(nodes), 0.0))[0]


def lengths(network, graph):
    """Km and minutes between all nodes of the graph."""
    lon, lat = (np.array([data[it] for data in graph.nodes.values()]) for it in "xy")
    found = []
    for seen in (network, network.by_time) if network.info.has_minutes else (network,):
        pairs = pairs_within(seen, lon, lat, lon, lat, 500.0)
        table = np.full((len(lon), len(lon)), np.inf)
        table[pairs.place_index, pairs.candidate_index] = pairs.distance_km
        found.append(table)
    return found


def graphml(graph, path):
    osmnx.save_graphml(graph, path)


def edges(graph):
    return osmnx.graph_to_gdfs(graph)[1]


def in_lists(graph, path):
    path.write_text(edges(graph).reset_index().to_json(drop_id=True))


def beside(graph, path):
    pd.DataFrame(edges(graph).drop(columns="geometry")).to_csv(path)
    nodes = path.with_name("nodes.parquet")
    osmnx.graph_to_gdfs(graph)[0][["x", "y", "geometry"]].to_parquet(nodes)
    return nodes


def node_link(graph, path):
    """Numbers of numpy, which JSON does not know, become text of ends whose nodes stay numbers."""
    plain = nx.MultiDiGraph(**{key: str(it) for key, it in graph.graph.items()})
    plain.add_nodes_from((it, {"x": data["x"], "y": data["y"]}) for it, data in graph.nodes(data=True))
    for tail, head, data in graph.edges(data=True):
        plain.add_edge(tail, head, **{key: it for key, it in data.items() if key != "geometry"})
    written = nx.node_link_data(plain, edges="links")
    for link in written["links"]:
        link |= {"source": str(link["source"]), "target": str(link["target"])}
    path.write_text(json.dumps(written, default=str))


FORMS = {
    "g.gpkg": lambda graph, path: osmnx.save_graph_geopackage(graph, path, directed=True),
    "e.csv": lambda graph, path: edges(graph).reset_index().to_csv(path, index=False),
    "rows.parquet": lambda graph, path: edges(graph).astype({"osmid": str, "reversed": str}).to_parquet(path),
    "e.geojson": in_lists,
    "e.shp": lambda graph, path: edges(graph).reset_index().astype(str).set_geometry(
        edges(graph).geometry.to_numpy(), crs=4326
    ).to_file(path),
    "beside.csv": beside,
    "g.json": node_link,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@given(seed=st.integers(0, 10**6), simplified=st.booleans())
def test_a_graph_is_as_long_in_every_file(tmp_path_factory, form, seed, simplified):
    folder = tmp_path_factory.mktemp("g")
    write(folder / "x.osm", *extract(seed))
    graph = osmnx.graph_from_xml(folder / "x.osm", simplify=simplified, retain_all=True)
    graphml(graph, folder / "g.graphml")
    nodes = FORMS[form](graph, folder / form)
    one, other = read(folder / "g.graphml"), read(folder / form, nodes)
    # Without the lines of streets one stands elsewhere beside those that nobody may join.
    drawn = form not in ("beside.csv", "g.json") or not simplified
    assert one.info.has_minutes == other.info.has_minutes
    for there, here in zip(lengths(one, graph), lengths(other, graph), strict=True):
        np.testing.assert_allclose(here, there, rtol=1e-4, atol=0.005) if drawn else None
    assert {note[:2] for note in one.info.notes} == {note[:2] for note in other.info.notes}
    assert other.link_km.sum() == pytest.approx(one.link_km.sum(), rel=1e-4)


@given(seed=st.integers(0, 10**6))
def test_what_cars_may_use_is_as_long_by_osmnx_as_in_the_extract(tmp_path_factory, seed):
    """Only of streets that both know alike: osmnx knows no motorway to be one-way, and closes no street."""
    folder = tmp_path_factory.mktemp("g")
    places, ways = extract(seed)
    other = ("access", "area", "service", "tunnel")
    alike = [(refs, tags) for refs, tags in ways if not set(other) & set(tags) and "highway" in tags]
    for _, tags in alike:
        tags["highway"] = tags["highway"].replace("motorway", "trunk")
    write(folder / "x.osm", places, alike)
    graph = osmnx.graph_from_xml(folder / "x.osm", simplify=False, retain_all=True)
    graphml(graph, folder / "g.graphml")
    of_extract, of_graph = (lengths(read(folder / it), graph) for it in ("x.osm", "g.graphml"))
    assert len(of_extract) == len(of_graph) == 2
    for there, here in zip(of_extract, of_graph, strict=True):
        np.testing.assert_allclose(here, there, rtol=1e-4, atol=0.005)


@given(seed=st.integers(0, 10**6), one_way=st.booleans())
def test_a_graph_that_osmnx_writes_as_xml_is_whole_or_refused(tmp_path_factory, seed, one_way):
    """Osmnx warns, and loses all but the first piece of two-way streets, unless told to make one-ways."""
    folder = tmp_path_factory.mktemp("g")
    places, ways = extract(seed)
    ways = [(refs, {"highway": "primary"}) for refs, _ in ways]
    write(folder / "x.osm", places, ways)
    before = osmnx.settings.all_oneway
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            osmnx.settings.all_oneway = one_way
            graph = osmnx.graph_from_xml(folder / "x.osm", simplify=False, retain_all=True)
            osmnx.save_graph_xml(graph, folder / "g.osm")
        finally:
            osmnx.settings.all_oneway = before
    if one_way:
        read_again, wanted = read(folder / "g.osm"), read(folder / "x.osm")
        np.testing.assert_allclose(lengths(read_again, graph), lengths(wanted, graph))
        return
    with pytest.raises(InputError) as caught:
        read(folder / "g.osm")
    assert codes(caught) == ["roads_pieces_lost"]


def test_every_piece_of_a_ferry_takes_its_part_of_the_time(tmp_path):
    """A graph of osmnx states on each piece how long the whole ferry takes."""
    places = {at: (7.0, 53.5 + at / 50) for at in range(5)} | {5: (7.05, 53.5), 6: (7.05, 53.58)}
    ferry = {"route": "ferry", "duration": "00:40"}
    write(
        tmp_path / "x.osm",
        places,
        [([5, 0], {"highway": "primary"}), ([4, 6], {"highway": "primary"}), ([0, 1, 2, 3, 4], ferry)],
    )
    before = list(osmnx.settings.useful_tags_way)
    try:
        osmnx.settings.useful_tags_way = [*before, "route", "duration"]
        graph = osmnx.graph_from_xml(tmp_path / "x.osm", simplify=False, retain_all=True)
    finally:
        osmnx.settings.useful_tags_way = before
    graphml(graph, tmp_path / "g.graphml")
    FORMS["e.csv"](graph, tmp_path / "e.csv")
    for name in ("x.osm", "g.graphml", "e.csv"):
        network = read(tmp_path / name)
        assert network.link_minutes[network.is_ferry].tolist() == pytest.approx([40], rel=1e-3)
