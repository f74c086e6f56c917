"""Look a sentence up in the catalogue."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

Lang = Literal["de", "en"]
_FOLDER: Final = Path(__file__).parent
LANGUAGES: tuple[Lang, ...] = ("de", "en")


@cache
def _room(name: str) -> dict[str, dict[str, str]]:
    """The sentences of one file; none if there is no such file."""
    sentences: dict[str, dict[str, str]] = {}

    def collect(prefix: str, table: dict[str, Any]) -> None:
        if all(isinstance(value, str) for value in table.values()):
            sentences[prefix] = table
            return
        for key, value in table.items():
            collect(f"{prefix}.{key}", value)

    file = _FOLDER / f"{name}.toml"
    if file.is_file():
        collect(name, tomllib.loads(file.read_text(encoding="utf-8")))
    return sentences


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All sentences as ``{"area.key": {"de": ..., "en": ...}}``; nested tables join their names with dots."""
    rooms = [_room(it.stem) for it in sorted(_FOLDER.glob("*.toml"))]
    return {key: sentence for room in rooms for key, sentence in room.items()}


def words_of(key: str) -> dict[str, str]:
    """The sentence ``area.key`` in every language, as it stands; empty if there is none."""
    return _room(key.partition(".")[0]).get(key, {})


def text(key: str, lang: Lang = "de", /, **values: object) -> str:
    """Return the sentence ``area.key`` in ``lang`` with ``{placeholders}`` filled from ``values``.

    Numbers must come formatted (see :mod:`iqgeo.texts.numbers`): a sentence never formats.

    Raises
    ------
    KeyError
        If the catalogue has no such sentence or a placeholder has no value (a fault of ours).
    """
    return _room(key.partition(".")[0])[key][lang].format_map(values)
