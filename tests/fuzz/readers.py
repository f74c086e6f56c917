"""What is fuzzed: each reader with good files to begin with; called in this process, where paths are counted."""

import gzip
import importlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from iqgeo.distances.roads import build, stored
from iqgeo.errors import InputError
from iqgeo.inputs import check_file, limits, read
from iqgeo.inputs.source import open_source
from iqgeo.region import Region, load_region
from iqgeo.scenario.bundle import open_plan
from iqgeo.store import plans
from iqgeo.store.backup import checked_here
from iqgeo.store.database import sqlite_store
from iqgeo.store.records import NewVersion
from iqgeo.workers.plain import from_bytes, to_bytes
from tests.distances.roads import bombs as roads
from tests.inputs import bombs, shapefiles
from tests.inputs.conftest import FULL, GRID, SITES, excel, parquet, points
from tests.inputs.test_routing_answers import SERVICES, answer

STAGES = b'[[stages]]\nname = "a"\nyear = 2012\n'
PLAN = b'version = 2\nname = "Plan"\n[target]\nkm = 35\n' + STAGES
BUNDLED = PLAN + b'[offices]\nfile = "offices.csv"\n'


@dataclass(frozen=True)
class Harness:
    """One reader: the file name its input goes by, the call, and good files."""

    file: str
    call: Callable[[bytes, str], object]
    seeds: Callable[[], list[bytes]]
    packed: bool = False


def here(function: str, /, *arguments: Any, **_options: Any) -> Any:
    """Call in this process what else a child is asked for; what comes and goes is plain data all the same."""
    module, _, name = function.partition(":")
    given = from_bytes(to_bytes(list(arguments)))
    return from_bytes(to_bytes(getattr(importlib.import_module(module), name)(*given)))


def apart_no_more() -> None:
    """Let every reader work in this process."""
    for module in (read, build, stored):
        module.run = here  # type: ignore[attr-defined]


@cache
def _region() -> Region:
    return load_region()


def table(content: bytes, file: str) -> object:
    report = check_file((content, file), _region())
    return [it.sentence(lang) for it in (*report.problems, *report.repairs) for lang in ("de", "en")]


def outlines(content: bytes, file: str) -> object:
    return read.read_table(open_source((content, file)), max_rows=limits.OUTLINES)


def _in_file(call: Callable[[Path], object]) -> Callable[[bytes, str], object]:
    def with_file(content: bytes, file: str) -> object:
        with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
            path = Path(folder) / file
            path.write_bytes(content)
            return call(path)

    return with_file


def plan(content: bytes, file: str) -> object:
    with open_plan((content, file)) as opened:
        return opened.name


def plain(content: bytes, _file: str) -> object:
    try:
        return from_bytes(content)
    except ValueError:
        return None


def _backup() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        path.touch()
        plans.create(sqlite_store(path), NewVersion("Plan", "text", "key"))
        return [path.read_bytes()]


def _backup_read(path: Path) -> object:
    return checked_here(str(path), path.name, str(path.with_name("copy.db")))


def _network() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.osm"
        ring = "".join(f'<node id="{n}" lat="{53 + n / 100}" lon="9"/>' for n in range(1, 9))
        refs = "".join(f'<nd ref="{n}"/>' for n in [*range(1, 9), 1])
        path.write_text(
            f'<osm version="0.6">{ring}<way id="1">{refs}<tag k="highway" v="primary"/></way></osm>',
            encoding="utf-8",
        )
        build.build_roads(path, least_part_km=0).save(Path(folder) / "a.parquet")
        return [(Path(folder) / "a.parquet").read_bytes()]


def _pbf() -> bytes:
    import osmium

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for at in (1, 2, 3):
                writer.add_node(osmium.osm.mutable.Node(id=at, location=(9 + at / 100, 53)))
            way = osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3], tags={"highway": "primary"})
            writer.add_way(way)
        return path.read_bytes()


def _graph() -> bytes:
    there = roads.street()
    edge = there[there.index(b"<edge") :]
    back = edge.replace(b'source="1" target="2"', b'source="2" target="1"')
    return roads.graphml(there + back)


def _drawn() -> Any:
    import networkx as nx

    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for number in range(1, 5):
        graph.add_node(number, x=9 + number / 100, y=53.0)
    for number in range(1, 4):
        graph.add_edge(number, number + 1, length=700.0, highway="residential", oneway="no")
    return graph


def _gexf() -> bytes:
    import networkx as nx

    return "\n".join(nx.generate_gexf(_drawn())).encode()


def _node_link() -> list[bytes]:
    import networkx as nx

    return [json.dumps(nx.node_link_data(_drawn(), edges=it)).encode() for it in ("edges", "links")]


def _edges() -> bytes:
    return b"from,to,km,minutes,oneway,from_lon,from_lat,to_lon,to_lat\n" + b"".join(
        b"%d,%d,1.5,2,no,9.%d,53,9.%d,53\n" % (n, n + 1, n, n + 1) for n in range(1, 6)
    )


def _overpass() -> bytes:
    nodes = [{"type": "node", "id": n, "lon": 9 + n / 100, "lat": 53} for n in range(1, 5)]
    way = {"type": "way", "id": 9, "nodes": [1, 2, 3, 4, 1], "tags": {"highway": "primary", "oneway": "-1"}}
    return json.dumps({"version": 0.6, "osm3s": {}, "elements": [*nodes, way]}).encode()


def _map() -> list[bytes]:
    data = b'<ExtendedData><Data name="id"><value>A</value></Data></ExtendedData>'
    point = (
        b"<Placemark><name>A</name>" + data + b"<Point><coordinates>9,52,0</coordinates></Point></Placemark>"
    )
    ring = b"<LinearRing><coordinates>9,52 9.1,52 9.1,52.1 9,52</coordinates></LinearRing>"
    area = b"<Placemark><Polygon><outerBoundaryIs>" + ring + b"</outerBoundaryIs></Polygon></Placemark>"
    return [bombs.kml(point), bombs.kml(b"<Folder><name>a</name>" + point + area + b"</Folder>")]


def _collection() -> list[bytes]:
    ring = [[[9, 52], [10, 52], [10, 53], [9, 52]]]
    outline = bombs.feature(json.dumps({"type": "Polygon", "coordinates": ring}), '{"ags": "03241"}')
    records = FULL.to_dict("records")
    return [
        points(FULL).to_json().encode(), bombs.collection(outline), json.dumps({"found": records}).encode(),
        "\n".join(map(json.dumps, records)).encode(),
    ]  # fmt: skip


def _answers() -> list[bytes]:
    """Answers of services in JSON that are no list of rows."""
    ends, km = [[(9.7, 52.3), (9.8, 52.4)], [(10.5, 52.2)]], np.array([[12.5], [np.inf]])
    cube = {
        "version": "2.0",
        "class": "dataset",
        "id": ["geo", "year"],
        "size": [2, 2],
        "value": [1, 2, 3, None],
        "dimension": {
            "geo": {"category": {"index": ["03101", "03241"], "label": {"03101": "Braunschweig"}}},
            "year": {"category": {"index": {"2020": 0, "2021": 1}}},
        },
    }
    return [json.dumps(it).encode() for it in [cube, *(answer(it, *ends, km) for it in SERVICES)]]


_ROADS = _in_file(lambda path: build.build_roads(path, least_part_km=0))

READERS: dict[str, Harness] = {
    "csv": Harness("a.csv", table, lambda: [
        FULL.to_csv(index=False).encode(), FULL.to_csv(index=False, sep=";", decimal=",").encode("cp1252"),
        FULL.to_csv(index=False, sep="\t").encode("utf-16"), b"ags;share\n3241;12,5 %\n03254;3,4\n", GRID,
        b"candidate,place,km\na,b,3\na,c,4\n",
    ]),
    "csv.gz": Harness("a.csv.gz", table, lambda: [gzip.compress(GRID)]),
    "zip": Harness("a.zip", table, lambda: [bombs.zipped({"a.csv": GRID}), bombs.zipped({"a.csv": GRID, "b.csv": GRID})], packed=True),
    "xlsx": Harness("a.xlsx", table, lambda: [excel(a=FULL), excel(a=FULL, b=SITES)], packed=True),
    "ods": Harness("a.ods", table, lambda: [bombs.open_document(
        b'<table:table-row><table:table-cell office:value-type="string"><text:p>id</text:p></table:table-cell>'
        b'<table:table-cell table:number-columns-repeated="2"><text:p>lon</text:p></table:table-cell></table:table-row>'
    )], packed=True),
    "parquet": Harness("a.parquet", table, lambda: [parquet(FULL), parquet(points(FULL))]),
    "geojson": Harness("a.geojson", table, _collection),
    "kml": Harness("a.kml", table, _map),
    "answers": Harness("a.json", table, _answers),
    "gpkg": Harness("a.gpkg", table, lambda: [bombs.geopackage("")]),
    "shapefile": Harness("a.zip", outlines, lambda: [shapefiles.packed()], packed=True),
    "plan": Harness("a.toml", plan, lambda: [PLAN, b'name = "x"\ntarget_km = 30\n[[stages]]\nyear = 2012\n']),
    "bundle": Harness("a.zip", plan, lambda: [bombs.zipped({"plan.toml": BUNDLED, "offices.csv": FULL.to_csv().encode()})], packed=True),
    "osm": Harness("a.osm", _ROADS, lambda: [roads.osm(roads._WAY)]),
    "pbf": Harness("a.osm.pbf", _ROADS, lambda: [_pbf()]),
    "graphml": Harness("a.graphml", _ROADS, lambda: [_graph()]),
    "gexf": Harness("a.gexf", _ROADS, lambda: [_gexf()]),
    "node-link": Harness("a.json", _ROADS, _node_link),
    "overpass": Harness("a.json", _ROADS, lambda: [_overpass()]),
    "edges": Harness("a.csv", _ROADS, lambda: [_edges()]),
    "network": Harness("a.parquet", _in_file(stored.load), _network),
    "backup": Harness("a.db", _in_file(_backup_read), _backup),
    "plain": Harness("a", plain, lambda: [to_bytes(["value", {"a": [1, 2.5, None, b"x"], "f": FULL}])]),
}  # fmt: skip


def tried(harness: Harness, content: bytes) -> None:
    """Read it: a result or a refusal in both languages, and nothing else comes out."""
    refused: InputError | None = None
    try:
        harness.call(content, harness.file)
    except InputError as error:
        refused = error
    except MemoryError:
        # The child's own word for it; here the limit of this process.
        return
    if refused is not None:
        assert refused.problems
        assert all(refused.message(lang) for lang in ("de", "en"))


def repacked(content: bytes, change: Callable[[bytes], bytes], which: int) -> bytes:
    """A zip of which one file was changed, checksums and all; as it is if it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {it: archive.read(it) for it in archive.namelist()[:50]}
    except Exception:  # noqa: BLE001 -- whatever it has become, it is changed as bytes then
        return change(content)
    if not members:
        return change(content)
    name = sorted(members)[which % len(members)]
    return bombs.zipped({**members, name: change(members[name])})
