"""Answers of routing services as tables of distances: their two ends are positions, which the ids say.

OSRM (and Mapbox), openrouteservice and Valhalla give the positions that they measured between; whoever
knows places and sites matches them (:mod:`iqgeo.scenario.by_position`). Answers without positions are
refused by the name of the service, with what to save instead.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo.distances.own import id_of_position
from iqgeo.errors import InputError, Problem
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.lengths import KM, METRES, MILES
from iqgeo.inputs.table import Table, numbered
from iqgeo.inputs.values import Floats

_OSRM: Final = "OSRM"
_ORS: Final = "openrouteservice"
_VALHALLA: Final = "Valhalla"
_UNIT: Final[Mapping[str, str]] = {
    "m": METRES, "km": KM, "mi": MILES, "kilometers": KM, "kilometres": KM, "miles": MILES,
}  # fmt: skip
_TIMES: Final = ("durations", "times", "travelTimes")


def table_of_answer(document: Any, file: str, max_rows: int) -> Table | None:
    """Pairs of an answer, ``None`` for what is none.

    Raises
    ------
    InputError
        If a service could not answer, gave times alone, or does not say between which positions.
    """
    service = _service_of(document)
    if service is None:
        return None
    if service not in (_OSRM, _ORS, _VALHALLA):
        raise InputError(Problem("routing_without_positions", file, value=service))
    code = document.get("code", "Ok")
    if code != "Ok":
        details = {"reason": str(document.get("message", code))[:200]}
        raise InputError(Problem("routing_failed", file, value=service, details=details))
    try:
        lengths = _lengths_of(document, service)
        ends = [_positions(document.get(it)) for it in ("sources", _targets(service))]
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        raise InputError(Problem("routing_broken", file, value=service)) from error
    if lengths is None:
        raise InputError(Problem("routing_only_times", file, value=service))
    if not all(ends):
        raise InputError(Problem("routing_without_positions", file, value=service))
    if lengths.shape != (len(ends[0]), len(ends[1])):
        raise InputError(Problem("routing_broken", file, value=service))
    if lengths.size > max_rows:
        raise InputError(Problem("too_many_rows", file, details={"limit": float(max_rows)}))
    return _table(lengths, ends, _unit_of(document, service), service, file)


def _service_of(document: Any) -> str | None:
    """Whose answer a document is; ``None`` if nobody's."""
    first = document[0] if isinstance(document, list) and document else None
    if isinstance(first, dict) and {"originIndex", "destinationIndex"} <= first.keys():
        return "Google"
    if not isinstance(document, dict):
        return None
    metadata = document.get("metadata")
    measured = any(_is_matrix(document.get(it)) for it in ("distances", *_TIMES))
    said = {
        _VALHALLA: "sources_to_targets" in document,
        "Google": _has_elements(document.get("rows")),
        "HERE": isinstance(document.get("matrix"), dict) and "numOrigins" in document["matrix"],
        _ORS: isinstance(metadata, dict) and metadata.get("service") == "matrix",
        _OSRM: isinstance(document.get("code"), str) and (measured or "message" in document),
        "GraphHopper": measured,
    }
    return next((service for service, is_its in said.items() if is_its), None)


def _has_elements(rows: Any) -> bool:
    return isinstance(rows, list) and bool(rows) and isinstance(rows[0], dict) and "elements" in rows[0]


def _is_matrix(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(it, list) for it in found)


def _targets(service: str) -> str:
    return "targets" if service == _VALHALLA else "destinations"


def _lengths_of(document: Mapping[str, Any], service: str) -> Floats | None:
    """Lengths, a row for each source, infinite where there is no way; ``None`` for times alone."""
    found = document.get("distances")
    if service == _VALHALLA:
        answer = document["sources_to_targets"]
        if isinstance(answer, dict):
            found = answer.get("distances")
        else:
            found = [[cell.get("distance") for cell in row] for row in answer]
    if not _is_matrix(found):
        return None
    assert isinstance(found, list)
    numbers = np.array([[np.inf if it is None else it for it in row] for row in found], dtype=np.float64)
    # Where it was not asked for, Valhalla gives none at all.
    return None if not np.isfinite(numbers).any() else numbers


def _positions(ends: Any) -> list[str]:
    """The positions of one side as text; none where they are not all there."""
    if isinstance(ends, list) and len(ends) == 1 and isinstance(ends[0], list):
        # Valhalla gives lists of lists.
        ends = ends[0]
    if not isinstance(ends, list):
        return []
    found = []
    for end in ends:
        at = end.get("location", [end.get("lon"), end.get("lat")]) if isinstance(end, dict) else None
        if not isinstance(at, list) or len(at) != 2 or None in at:
            return []
        found.append(id_of_position(float(at[0]), float(at[1])))
    return found


def _unit_of(document: Mapping[str, Any], service: str) -> str:
    if service == _OSRM:
        return METRES
    if service == _VALHALLA:
        return _UNIT.get(str(document.get("units", "kilometers")), KM)
    query = document["metadata"].get("query")
    return _UNIT.get(str(query.get("units", "m")) if isinstance(query, dict) else "m", METRES)


def _table(lengths: Floats, ends: list[list[str]], unit: str, service: str, file: str) -> Table:
    sources, targets = ends
    frame = pd.DataFrame(
        {
            "place": pd.Series(np.repeat(np.array(sources, dtype=object), len(targets)), dtype="str"),
            "candidate": pd.Series(np.tile(np.array(targets, dtype=object), len(sources)), dtype="str"),
            unit: lengths.ravel(),
        }
    )
    notice = Notice("routing_answer", "hint", file, value=service, count=len(frame))
    return Table(file, frame, numbered(len(frame), 1), [notice])
