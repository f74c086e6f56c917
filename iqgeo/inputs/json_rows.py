"""JSON that is no collection of features: one feature, a feature or an object a line, a list of objects."""

import json
from collections.abc import Callable
from typing import Any, Final

# As a heading of several rows is read: the last part says what the column is.
_WITHIN: Final = " | "


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
    return [_flat(it) for it in document] if _is_records(document) else None


def _is_feature(found: Any) -> bool:
    return isinstance(found, dict) and found.get("type") == "Feature"


def _is_records(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(it, dict) for it in found)


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
