"""Look a sentence up in the catalogue."""

import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from iqgeo.texts.languages import LANGUAGES, Lang

_FOLDER: Final = Path(__file__).parent
SINGULAR: Final = "_singular"
"""What the key of a sentence ends in that speaks of one."""
SAME: Final = "_same"
"""What the key of a sentence ends in whose ends, ``low`` and ``high``, are written alike."""

_BESIDE: Final = ("de", "en")
"""The languages that stand side by side in the files of this folder; every other has a folder of its own."""


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _flat(prefix: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text of nested tables under its names joined by dots."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}.{key}", value)
        else:
            yield f"{prefix}.{key}", value


@cache
def _written(name: str) -> dict[str, str]:
    """The texts of one file of this folder: ``area.key.de`` and ``area.key.en``."""
    return dict(_flat(name, _read(_FOLDER / f"{name}.toml")))


@cache
def _room(name: str, lang: str) -> dict[str, str]:
    """The sentences of one file in a language as ``{"area.key": sentence}``; none if there is no file."""
    if lang not in _BESIDE:
        return dict(_flat(name, _read(_FOLDER / lang / f"{name}.toml")))
    ending = f".{lang}"
    return {
        key.removesuffix(ending): sentence for key, sentence in _written(name).items() if key.endswith(ending)
    }


def sentences(lang: str) -> dict[str, str]:
    """All sentences of a language as ``{"area.key": sentence}``, of one not yet offered, too."""
    folder = _FOLDER if lang in _BESIDE else _FOLDER / lang
    rooms = (_room(it.stem, lang) for it in sorted(folder.glob("*.toml")))
    return {key: sentence for room in rooms for key, sentence in room.items()}


def languages_written() -> tuple[str, ...]:
    """The languages that have files: those offered, and those that are still being translated."""
    own = sorted(it.name for it in _FOLDER.iterdir() if any(it.glob("*.toml")))
    return (*_BESIDE, *own)


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All sentences as ``{"area.key": {"de": ..., "en": ...}}``; nested tables join their names with dots."""
    found: dict[str, dict[str, str]] = {}
    for lang in LANGUAGES:
        for key, sentence in sentences(lang).items():
            found.setdefault(key, {})[lang] = sentence
    return found


def words_of(key: str) -> dict[str, str]:
    """The sentence ``area.key`` in every language, as it stands; empty if there is none."""
    name = key.partition(".")[0]
    found = {lang: _room(name, lang).get(key) for lang in LANGUAGES}
    return {lang: sentence for lang, sentence in found.items() if sentence is not None}


def placeholders(sentence: str) -> set[str]:
    """The names of what is filled in."""
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


@cache
def _of_one(key: str, lang: str) -> tuple[str, str] | None:
    """What is counted in a sentence that stands in the singular, too, and that one."""
    room = _room(key.partition(".")[0], lang)
    singular = room.get(key + SINGULAR)
    if singular is None:
        return None
    (counted,) = placeholders(room[key]) - placeholders(singular)
    return counted, singular


def sentence_for(key: str, lang: Lang, values: Mapping[str, object]) -> str:
    """Return the sentence ``area.key`` as it stands, or ``area.key_singular`` where what is counted is one.

    Counted is what the singular does not fill in: "{count} Zeilen fehlen." and "Eine Zeile fehlt."
    Where ``low`` and ``high`` are written alike it is ``area.key_same``, if there is one.

    Raises
    ------
    KeyError
        If the catalogue has no such sentence (a fault of ours).
    """
    one = _of_one(key, lang)
    if one is not None and str(values.get(one[0])) == "1":
        return one[1]
    room = _room(key.partition(".")[0], lang)
    if "low" in values and values["low"] == values.get("high"):
        return room.get(key + SAME, room[key])
    return room[key]


def text(key: str, lang: Lang = "de", /, **values: object) -> str:
    """Return the sentence ``area.key`` in ``lang`` with ``{placeholders}`` filled from ``values``.

    Of one it is the sentence in the singular, where there is one (:func:`sentence_for`). Numbers must come
    formatted (see :mod:`iqgeo.texts.numbers`): a sentence never formats.

    Raises
    ------
    KeyError
        If the catalogue has no such sentence or a placeholder has no value (a fault of ours).
    """
    return sentence_for(key, lang, values).format_map(values)
