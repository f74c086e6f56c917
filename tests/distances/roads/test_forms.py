"""One graph in every form that people save graphs in: the same network."""

import bz2
import gzip
import json
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from iqgeo.cli.main import app
from iqgeo.distances import roads
from iqgeo.distances.roads.build import built_here, form_of, from_child
from iqgeo.errors import InputError
from iqgeo.region import embedded_directory
from tests.draws import draws

from .test_layouts import saved as layouts_saved
from .test_layouts import street_graphs, two_streets
from .test_network import codes

NEAR = [9.0, 52.0, 10.0, 53.0]
PACKING = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress}


def built(path, nodes=None, told="", near=None):
    nodes = None if nodes is None else str(nodes)
    return from_child(built_here(str(path), form_of(path), nodes, 0.0, told, near))[0]


def in_metres(lon, lat, code="EPSG:25832"):
    from pyproj import Transformer

    return Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)


def as_node_link(path, graph, key):
    path.write_text(json.dumps(nx.node_link_data(graph, edges=key)))
    return path


def as_gexf(path, graph, _):
    nx.write_gexf(graph, path)
    return path


def tables(graph, unit):
    miles = dict.fromkeys(("length_mi", "lengthMiles", "length"), 1 / 1.609344)
    per_km = {"km": 1.0, "length_ft": 1 / 0.3048e-3, **miles}[unit]
    edges = pd.DataFrame(
        [(a, b, said["length"] / 1000 * per_km, "yes") for a, b, said in graph.edges(data=True)],
        columns=["u", "v", unit, "oneway"],
    )
    if unit == "length":
        edges["unit"] = "miles"
    nodes = pd.DataFrame(
        [(node, said["x"], said["y"]) for node, said in graph.nodes(data=True)],
        columns=["osmid", "x", "y"],
    )
    return edges, nodes


def as_workbook(path, graph, unit):
    edges, nodes = tables(graph, unit)
    with pd.ExcelWriter(path) as book:
        edges.to_excel(book, sheet_name="Strecken", index=False, startrow=2)
        nodes.to_excel(book, sheet_name="Knoten", index=False)
    return path


def as_csv(path, graph, unit):
    edges, nodes = tables(graph, unit)
    nodes["x"], nodes["y"] = in_metres(nodes["x"], nodes["y"])
    edges.to_csv(path, index=False)
    nodes.to_csv(path.with_name(path.name.replace("edges", "nodes")), index=False)
    return path


GRAPHS = {"links": as_node_link, "edges": as_node_link, "gexf": as_gexf}
NAMES = {"links": "g.json", "edges": "g.json", "gexf": "g.gexf"}
TABLES = [(as_workbook, "a.xlsx"), (as_csv, "a_edges.csv")]


@given(
    street_graphs(),
    st.sampled_from(sorted(PACKING)),
    st.sampled_from(sorted(GRAPHS)),
    st.sampled_from(TABLES),
    st.sampled_from(["km", "length_mi", "length_ft", "lengthMiles", "length"]),
)
@settings(max_examples=draws(10, 100), suppress_health_check=list(HealthCheck), deadline=None)
def test_a_graph_is_the_same_network_in_whatever_form_it_is_saved(
    tmp_path_factory, graph, packing, form, table, unit
):
    folder = tmp_path_factory.mktemp("forms")
    nx.write_graphml(graph, folder / "g.graphml")
    try:
        whole = built(folder / "g.graphml")
    except InputError:
        assume(False)
    saved = GRAPHS[form](folder / NAMES[form], graph, form)
    packed = saved.with_name(saved.name + packing)
    packed.write_bytes(PACKING[packing](saved.read_bytes()))
    assert built(packed).checksum() == whole.checksum()
    # Of a table without classes, where each row is a one-way.
    whole = built(layouts_saved(folder, graph, "table"))
    write, name = table
    rows = built(write(folder / name, graph, unit), near=NEAR)
    assert rows.link_count == whole.link_count
    np.testing.assert_allclose(np.sort(rows.link_mm), np.sort(whole.link_mm), atol=2)
    np.testing.assert_array_equal(np.sort(rows.link_two_way), np.sort(whole.link_two_way))
    np.testing.assert_allclose(np.sort(rows.shape_lon), np.sort(whole.shape_lon), atol=2e-7)


def metres_of_two_streets():
    graph = two_streets()
    del graph.graph["crs"]
    for said in dict(graph.nodes(data=True)).values():
        said["x"], said["y"] = in_metres(said["x"], said["y"])
    return graph


def test_a_region_that_nobody_named_decides_no_system(tmp_path):
    """Metres of Berlin (UTM 33) lie in Lower Saxony as UTM 32: the command asks, unless it is told where."""
    nx.write_graphml(metres_of_two_streets(), tmp_path / "g.graphml")
    command = [
        "roads",
        "build",
        str(tmp_path / "g.graphml"),
        "--out",
        str(tmp_path / "g.parquet"),
        "--lang",
        "en",
    ]
    asked = CliRunner().invoke(app, command)
    assert isinstance(asked.exception, InputError)
    assert not (tmp_path / "g.parquet").exists()
    told = CliRunner().invoke(app, [*command, "--region", str(embedded_directory())])
    assert told.exit_code == 0, told.output
    assert "EPSG:25832" in told.output


def test_metres_are_read_where_one_system_fits_and_asked_about_where_several_do(tmp_path):
    nx.write_graphml(metres_of_two_streets(), tmp_path / "g.graphml")
    with pytest.raises(InputError, match=r"EPSG:25832 \(UTM 32\), EPSG:25833 \(UTM 33\)") as caught:
        built(tmp_path / "g.graphml")
    assert codes(caught) == ["roads_crs_unclear"]
    for known in ({"told": "EPSG:25832"}, {"near": NEAR}):
        network = built(tmp_path / "g.graphml", **known)
        assert network.info.source == "g.graphml (EPSG:25832)"
        assert network.shape_lon.min() == pytest.approx(9.0, abs=1e-6)
    with pytest.raises(InputError) as caught:
        roads.build_roads(tmp_path / "g.graphml", unsaid=roads.UnsaidSystem("EPSG:32"))
    assert codes(caught) == ["crs_unknown"]


@pytest.mark.parametrize(
    ("code", "near"),
    [("EPSG:4647", None), ("EPSG:31467", None), ("EPSG:28992", [6.0, 52.0, 7.0, 53.0])],
)
def test_columns_of_metres_name_their_system_or_lie_where_only_one_is_used(tmp_path, code, near):
    lon, lat = np.array([6.4, 6.42, 6.44]), np.full(3, 52.6)
    east, north = in_metres(lon, lat, code)
    nodes = pd.DataFrame({"id": [1, 2, 3], "Rechtswert": east, "Hochwert": north})
    edges = pd.DataFrame({"from": [1, 2], "to": [2, 3], "km": [1.4, 1.4]})
    edges.to_csv(tmp_path / "a_edges.csv", index=False)
    for columns in ({}, {"EPSG": code.removeprefix("EPSG:")}):
        nodes.assign(**columns).to_csv(tmp_path / "a_nodes.csv", index=False)
        network = built(tmp_path / "a_edges.csv", near=None if columns else near)
        np.testing.assert_allclose(np.unique(network.shape_lon), lon, atol=2e-7)
    # In surveys x is north: known by where the region is.
    nodes.rename(columns={"Rechtswert": "y", "Hochwert": "x"}).to_csv(tmp_path / "a_nodes.csv", index=False)
    np.testing.assert_allclose(
        np.unique(built(tmp_path / "a_edges.csv", near=[6.0, 52.0, 7.0, 53.0]).shape_lon), lon, atol=2e-7
    )
    ends = edges.assign(from_x=east[:2], from_y=north[:2], to_x=east[1:], to_y=north[1:]).drop(
        columns=["from", "to"]
    )
    ends.to_csv(tmp_path / "b.csv", index=False)
    np.testing.assert_allclose(np.unique(built(tmp_path / "b.csv", near=near).shape_lon), lon, atol=2e-7)


def moved(graph: nx.MultiGraph, kind: str) -> dict[str, object]:
    """The graph as node-link JSON, its nodes told in another way."""
    at = {node: (said["x"], said["y"]) for node, said in graph.nodes(data=True)}
    if kind == "ids":
        graph = nx.relabel_nodes(graph, at)
    for node, said in graph.nodes(data=True):
        said.clear()
        if kind == "pos":
            said["pos"] = at[node]
    for *_, said in graph.edges(data=True):
        said["weight"] = said.pop("length")
    data = nx.node_link_data(graph, edges="links")
    if kind == "counted":
        number = {it["id"]: at for at, it in enumerate(data["nodes"])}
        data["nodes"] = [{"name": str(it["id"]), "pos": list(at[it["id"]])} for it in data["nodes"]]
        for it in data["links"]:
            it["source"], it["target"] = number[it["source"]], number[it["target"]]
    return data


@pytest.mark.parametrize("kind", ["pos", "ids", "counted"])
def test_nodes_of_other_programs_lie_where_their_pair_says(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps(moved(two_streets(), kind)))
    network = built(tmp_path / "a.json")
    assert network.link_mm.sum() == 2 * 1_367_000
    assert network.shape_lon.max() == pytest.approx(9.04)


@pytest.mark.parametrize("missing", [None, "", float("nan"), "NaN"])
def test_an_edge_of_a_graph_without_an_end_is_named(tmp_path, missing):
    data = nx.node_link_data(two_streets(), edges="edges")
    data["edges"][1]["target"] = missing
    (tmp_path / "a.json").write_text(json.dumps(data))
    with pytest.raises(InputError) as caught:
        built(tmp_path / "a.json")
    assert [(it.code, it.row, it.column) for it in caught.value.problems] == [
        ("roads_end_missing", 2, "target")
    ]
