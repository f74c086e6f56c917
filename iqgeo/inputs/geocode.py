"""Coordinates for a list of addresses: looked up on request only, and for a person to confirm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError
from iqgeo.frames import Brief
from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.geocode_service import AddressMatch, Service, ServiceError
from iqgeo.inputs.intake import Rows, Source
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.word_cells import read_words
from iqgeo.inputs.words import folded
from iqgeo.texts import Lang, text

# The parts of an address in the order of writing, as `folded` leaves their columns' names. Parts of a
# group stand together, groups are separated by commas.
_PARTS: Final[tuple[Mapping[str, tuple[str, ...]], ...]] = (
    {"whole": ("adresse", "anschrift", "address", "postanschrift")},
    {
        "street": ("strasse", "street", "str", "strassehausnummer", "strasseundhausnummer"),
        "house": ("hausnummer", "hausnr", "housenumber"),
    },
    {
        "postcode": ("plz", "postleitzahl", "postcode", "zip"),
        "town": ("ort", "stadt", "town", "city", "gemeinde"),
    },
)
_ENOUGH: Final = ("whole", "street", "postcode")
_ADDED: Final = ("matched", "matches", "others", "confirmed")
_GIVE_UP_AFTER: Final = 3


@dataclass(frozen=True, eq=False, repr=False)
class Addresses(Brief):
    """A table of places without coordinates: all its columns as text, and what to ask for each row."""

    frame: pd.DataFrame
    file: str
    row_numbers: Rows
    questions: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Geocoded(Brief):
    """The table with ``lon`` and ``lat`` (EPSG:4326, NaN without a match) and columns to confirm by.

    ``missing`` and ``several`` are the rows without a match and with more than one; ``asked`` counts
    the questions that were sent, the others were answered from earlier ones.
    """

    frame: pd.DataFrame
    confirm: str
    asked: int
    missing: tuple[int, ...]
    several: tuple[int, ...]


def read_addresses(source: Source, lang: Lang = "de", *, layer: str | None = None) -> Addresses:
    """A table with a column of addresses, or with street, postcode and town.

    Raises
    ------
    InputError
        With every problem: no addresses, coordinates there already, rows without an address.
    """
    table = read_table(open_source(source, layer), max_rows=limits.GEOCODED_ROWS)
    findings = table.findings()
    frame = table.frame.drop(columns=_coordinates(table, findings))
    for name in (column_name(it, lang) for it in _ADDED):
        if name in frame.columns:
            findings.problem("geocode_column_taken", name)
    by_folded = {folded(column): column for column in reversed(table.columns)}
    groups = [
        {
            part: by_folded[word]
            for part, words in group.items()
            for word in reversed(words)
            if word in by_folded
        }
        for group in _PARTS
    ]
    if not any(part in group for group in groups for part in _ENOUGH):
        findings.problem("geocode_no_address", present=", ".join(table.columns[:20]))
    findings.stop_if_any()
    cells = [[_words(table, findings, column) for column in group.values()] for group in groups if group]
    questions = tuple(
        ", ".join(filter(None, (" ".join(filter(None, (words[row] for words in group))) for group in cells)))
        for row in range(len(frame))
    )
    empty = np.array([not question for question in questions], dtype=bool)
    findings.flag(empty, "geocode_address_empty")
    findings.stop_if_any()
    return Addresses(frame.apply(texts), table.file, table.rows, questions)


def column_name(name: str, lang: Lang) -> str:
    """What a column that geocoding adds is called: ``matched``, ``matches``, ``others``, ``confirmed``."""
    return text(f"inputs.geocode.{name}", lang)


def geocode(
    addresses: Addresses, service: Service, progress: Callable[[int, int], None] | None = None
) -> Geocoded:
    """Ask a service for every address, one after the other; ``progress`` hears of (done, all).

    Nothing is guessed: the first match is written down with its name, the number and names of the
    others, and an empty column in which a person confirms it.

    Raises
    ------
    InputError
        If the service fails, with every address concerned. After three failures in a row it is not asked
        any further. What it has answered is kept in the service's cache.
    """
    findings = Findings(addresses.file, addresses.row_numbers)
    found: list[tuple[AddressMatch, ...]] = []
    failures = 0
    count = len(addresses.questions)
    for position, question in enumerate(addresses.questions):
        try:
            found.append(service.search(question))
            failures = 0
        except ServiceError as fault:
            only = np.arange(count) == position
            asked = np.array(addresses.questions, dtype=object)
            findings.flag(only, fault.code, values=asked, service=service.shown, **fault.details)
            failures += 1
            if failures == _GIVE_UP_AFTER and position + 1 < count:
                findings.problem("geocode_stopped", service=service.shown, left=str(count - position - 1))
                break
        if progress is not None:
            progress(position + 1, count)
    if findings.any:
        raise InputError(findings.problems)
    return _confirmable(addresses, found, service)


def _confirmable(addresses: Addresses, found: list[tuple[AddressMatch, ...]], service: Service) -> Geocoded:
    names = {name: column_name(name, service.lang) for name in _ADDED}
    best = [matches[0] if matches else AddressMatch(np.nan, np.nan, "") for matches in found]
    frame = addresses.frame.assign(
        lon=[match.lon for match in best],
        lat=[match.lat for match in best],
        **{
            names["matched"]: [match.name for match in best],
            names["matches"]: [str(len(matches)) for matches in found],
            names["others"]: [" | ".join(match.name for match in matches[1:]) for matches in found],
            names["confirmed"]: "",
        },
    )
    numbers = addresses.row_numbers.tolist()
    counted = list(zip(numbers, map(len, found), strict=True))
    return Geocoded(
        frame,
        names["confirmed"],
        service.asked,
        tuple(row for row, count in counted if count == 0),
        tuple(row for row, count in counted if count > 1),
    )


def _coordinates(table: Table, findings: Findings) -> list[str]:
    """Empty columns of coordinates, which will be filled; filled ones are a problem."""
    columns = [
        column
        for role in ("lon", "lat")
        for column in table.columns
        if folded(column) in (role, *WORDS[role])
    ]
    filled = table.geometry is not None or any(
        texts(table.frame[it]).str.strip().ne("").any() for it in columns
    )
    if filled:
        findings.problem("geocode_has_coordinates", ", ".join(columns) or None)
    return columns


def _words(table: Table, findings: Findings, column: str) -> list[str]:
    return read_words(texts(table.frame[column]), findings, column).tolist()
