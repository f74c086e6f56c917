"""Answers of routing services: read by the positions that they name, or refused by the service's name."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.distances import great_circle_km
from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_distances
from iqgeo.scenario.load import load
from iqgeo.scenario.model import OwnFile, Scenario
from iqgeo.texts import LANGUAGES

SERVICES = ("osrm", "ors", "ors km", "valhalla", "valhalla lists", "valhalla miles")


def answer(service, sources, targets, km):
    """What a service says of lengths from ``sources`` to ``targets``; no way is null."""
    per_km = {"osrm": 1000, "ors": 1000, "valhalla miles": 1 / 1.609344}.get(service, 1)
    cells = [[None if np.isinf(it) else it * per_km for it in row] for row in km]
    if service.startswith("valhalla"):
        units = "miles" if service.endswith("miles") else "kilometers"
        ends = [[{"lon": lon, "lat": lat} for lon, lat in it] for it in (sources, targets)]
        cells = [
            [{"distance": it, "time": 60, "from_index": 0, "to_index": 0} for it in row] for row in cells
        ]
        if service.endswith("lists"):
            ends, cells = (
                [[it] for it in ends],
                {"distances": [[it["distance"] for it in row] for row in cells]},
            )
        return {"sources_to_targets": cells, "units": units, "sources": ends[0], "targets": ends[1]}
    ends = [[{"location": list(at), "name": "Weg"} for at in it] for it in (sources, targets)]
    found = {"distances": cells, "durations": [[1.0 for _ in row] for row in cells],
             "sources": ends[0], "destinations": ends[1]}  # fmt: skip
    if service == "osrm":
        return {"code": "Ok", **found}
    query = {"profile": "driving-car", "units": "km" if service.endswith("km") else "m"}
    return {**found, "metadata": {"service": "matrix", "query": query}}


def as_file(document, name="antwort.json"):
    return (json.dumps(document).encode(), name)


@settings(max_examples=15, deadline=None)
@given(
    service=st.sampled_from(SERVICES), shape=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    holes=st.integers(0, 3), seed=st.integers(0, 999),
)  # fmt: skip
def test_every_length_of_an_answer_is_a_row_between_its_positions(service, shape, holes, seed):
    random = np.random.default_rng(seed)
    km = random.uniform(0.1, 90, shape)
    km.flat[random.integers(0, km.size, holes)] = np.inf
    km[0, 0] = 12.5
    ends = [[(9 + at / 10, 52 + side / 10) for at in range(count)] for side, count in enumerate(shape)]
    source = as_file(answer(service, *ends, km))
    assert check_file(source).kind == "distances"
    read = read_distances(source).frame.set_index(["place", "candidate"])["km"]
    texts = [[f"{lon:.6f} {lat:.6f}" for lon, lat in it] for it in ends]
    expected = {
        (one, other): km[at, to]
        for at, one in enumerate(texts[0]) for to, other in enumerate(texts[1]) if np.isfinite(km[at, to])
    }  # fmt: skip
    assert read.to_dict() == pytest.approx(expected)


def scene(folder, moved=0.0):
    """Files of two offices and four places; positions as a service has moved them."""
    offices = [("a", 9.5, 52.5), ("b", 9.9, 52.4)]
    places = [("p", 9.51, 52.52), ("q", 9.7, 52.45), ("r", 9.91, 52.41), ("s", 9.5, 52.5)]
    (folder / "off.csv").write_text(
        "id,name,lon,lat\n" + "".join(f"{i},N{i},{x},{y}\n" for i, x, y in offices)
    )
    (folder / "dem.csv").write_text(
        "id,lon,lat,people\n" + "".join(f"{i},{x},{y},100\n" for i, x, y in places)
    )
    snapped = [[(x + moved, y) for _, x, y in it] for it in (offices, places)]
    km = np.array([[1.3 * float(great_circle_km(x, y, u, v)) for u, v in snapped[0]] for x, y in snapped[1]])
    return snapped, km


def loaded(folder, document):
    """A scenario with an answer as its distances."""
    (folder / "d.json").write_text(json.dumps(document))
    files = {"offices": "off.csv", "demand": "dem.csv", "distances": "d.json"}
    own = tuple(OwnFile(kind, folder / name) for kind, name in files.items())
    return load(Scenario(files=own))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("asked", ["places first", "offices first", "all to all"])
def test_positions_are_those_of_places_and_offices(tmp_path, service, asked):
    (offices, places), km = scene(tmp_path, moved=0.001)
    ends, lengths = (places, offices), km
    if asked == "offices first":
        ends, lengths = (offices, places), km.T
    elif asked == "all to all":
        every = [*places, *offices]
        lengths = np.array([[1.3 * float(great_circle_km(*one, *other)) for other in every] for one in every])
        ends = (every, every)
    found = loaded(tmp_path, answer(service, *ends, lengths))
    read = found.measure.table
    assert len(read) == 8
    own = {(site, place): km[to, at] for at, site in enumerate("ab") for to, place in enumerate("pqrs")}
    bare = [it.rpartition(":")[2] for it in read["candidate"]]
    assert dict(zip(zip(bare, read["place"], strict=True), read["km"], strict=True)) == pytest.approx(own)
    assert "distances_by_position" in {it.code for it in found.notices}


def test_a_position_that_is_nobodys_is_named(tmp_path):
    (offices, places), km = scene(tmp_path)
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, answer("osrm", [*places[:-1], (11.0, 53.0)], offices, km))
    assert [it.code for it in caught.value.problems] == ["routing_positions"]
    assert "11.000000 53.000000" in caught.value.problems[0].sentence("en")
    assert "500 m" in caught.value.problems[0].sentence("en")


@pytest.mark.parametrize(("document", "code", "service"), [
    ({"rows": [{"elements": [{"distance": {"value": 1}}]}]}, "routing_without_positions", "Google"),
    ([{"originIndex": 0, "destinationIndex": 0, "distanceMeters": 5}], "routing_without_positions", "Google"),
    ({"distances": [[1, 2]], "info": {}}, "routing_without_positions", "GraphHopper"),
    ({"matrix": {"numOrigins": 1, "distances": [1]}}, "routing_without_positions", "HERE"),
    ({"code": "Ok", "durations": [[1.0]], "sources": [], "destinations": []}, "routing_only_times", "OSRM"),
    ({"code": "NoSegment", "message": "no street near 3"}, "routing_failed", "OSRM"),
    ({"code": "Ok", "distances": [[1.0, 2.0]], "sources": [{"location": [9, 52]}],
      "destinations": [{"location": [9, 52]}]}, "routing_broken", "OSRM"),
    ({"code": "Ok", "distances": [["x"]], "sources": [1], "destinations": {}}, "routing_broken", "OSRM"),
    ({"code": "Ok", "distances": [[10**400]], "sources": [], "destinations": []}, "routing_broken", "OSRM"),
])  # fmt: skip
def test_other_answers_are_refused_by_the_name_of_the_service(document, code, service):
    with pytest.raises(InputError) as caught:
        read_distances(as_file(document))
    assert [it.code for it in caught.value.problems] == [code]
    assert all(service in caught.value.problems[0].sentence(lang) for lang in LANGUAGES)
