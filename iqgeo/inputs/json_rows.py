"""JSON that is no collection of features: one feature, a feature or an object a line, a list of objects."""

import json
from collections.abc import Callable
from typing import Any, Final

# As a heading of several rows is read: the last part says what the column is.
_WITHIN: Final = " | "
_ELEMENTS: Final = ("node", "way", "relation")
_OF_THE_MAP: Final = ("type", "center", "nodes", "members", "bounds", "geometry")
"""What of an object of OpenStreetMap says how it is drawn, and nothing of the place."""


def lines_of(written: str, parsed: Callable[[str], Any]) -> list[Any] | None:
    """What stands in a text with an object a line, ``None`` where a line is none; ``parsed`` reads one."""
    # The sign before a line of a GeoJSON sequence (RFC 8142).
    lines = [it.strip("\x1e \t\r") for it in written.split("\n")]
    try:
        found = [parsed(it) for it in lines if it]
    except ValueError:
        return None
    return found if all(isinstance(it, dict) for it in found) else None


def as_collection(document: Any) -> Any:
    """A collection of features for one feature or a list of them; everything else as it is."""
    features = [document] if isinstance(document, dict) else document
    if isinstance(features, list) and features and all(map(_is_feature, features)):
        return {"type": "FeatureCollection", "features": features}
    return document


def records_of(document: Any) -> list[dict[str, Any]] | None:
    """The objects of a list, at the top or as the only one of its kind in an object; else ``None``."""
    if isinstance(document, dict) and "type" not in document:
        lists = [it for it in document.values() if _is_records(it)]
        document = lists[0] if len(lists) == 1 else None
    return [_flat(_of_openstreetmap(it)) for it in document] if _is_records(document) else None


def _is_feature(found: Any) -> bool:
    return isinstance(found, dict) and found.get("type") == "Feature"


def _is_records(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(it, dict) for it in found)


def _of_openstreetmap(record: dict[str, Any]) -> dict[str, Any]:
    """What an object of OpenStreetMap says of itself; one that is no point stands where its ``center`` is.

    So its own interface answers ``out center``. Other objects stay as they are.
    """
    if record.get("type") not in _ELEMENTS or "id" not in record:
        return record
    middle = record.get("center")
    place = {it: middle[it] for it in ("lat", "lon") if it in middle} if isinstance(middle, dict) else {}
    return place | {key: value for key, value in record.items() if key not in _OF_THE_MAP}


def _flat(record: dict[str, Any], before: str = "") -> dict[str, Any]:
    """A record of plain cells: objects within become columns, lists the text they are."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            flat.update(_flat(value, f"{name}{_WITHIN}"))
        else:
            flat[name] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return flat
