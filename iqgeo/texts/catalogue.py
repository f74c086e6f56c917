"""Look a sentence up in the catalogue."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

Lang = Literal["de", "en"]
LANGUAGES: tuple[Lang, ...] = ("de", "en")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All sentences as ``{"area.key": {"de": ..., "en": ...}}``; nested tables join their names with dots."""
    sentences: dict[str, dict[str, str]] = {}

    def collect(prefix: str, table: dict[str, Any]) -> None:
        if all(isinstance(value, str) for value in table.values()):
            sentences[prefix] = table
            return
        for name, value in table.items():
            collect(f"{prefix}.{name}", value)

    for file in sorted(resources.files(__package__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            collect(file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
    return sentences


def text(key: str, lang: Lang = "de", /, **values: object) -> str:
    """Return the sentence ``area.key`` in ``lang`` with ``{placeholders}`` filled from ``values``.

    Numbers must come formatted (see :mod:`iqgeo.texts.numbers`): a sentence never formats.

    Raises
    ------
    KeyError
        If the catalogue has no such sentence or a placeholder has no value (a fault of ours).
    """
    return catalogue()[key][lang].format_map(values)
