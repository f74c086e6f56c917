"""What the user says about files that do not speak for themselves: columns, sheets, decimals, systems."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from iqgeo.errors import InputError, Problem
from iqgeo.reading import ANSWERS, AS_IT_IS, DECIMALS, ROLES, Reading, is_answer

KINDS = (
    "offices", "candidates", "demand", "shares", "settlements", "municipalities", "districts", "towns",
    "distances", "factors", "grid_shares", "cells",
)  # fmt: skip


@dataclass(frozen=True)
class Readings:
    """The readings of several files by kind, and the sheets that were named."""

    every: Reading = AS_IT_IS
    of_kind: Mapping[str, Reading] | None = None
    sheets: Mapping[str, str] | None = None

    def of(self, kind: str) -> Reading:
        """What was said about the file of a kind."""
        return (self.of_kind or {}).get(kind, self.every)

    def sheet(self, kind: str) -> str | None:
        """The sheet, layer or table of the file of a kind; ``None`` if none was named."""
        sheets = self.sheets or {}
        return sheets.get(kind) or sheets.get("")

    @overload
    def source(self, kind: str, path: Path) -> str | Path: ...
    @overload
    def source(self, kind: str, path: Path | None) -> str | Path | None: ...
    def source(self, kind: str, path: Path | None) -> str | Path | None:
        """A file with the sheet that was named for its kind."""
        named = (self.sheets or {}).get(kind)
        return path if path is None or named is None else f"{path}#{named}"


def _answers(typed: Iterable[str]) -> tuple[dict[int, str], list[Problem]]:
    """Answers about single rows, and what is none."""
    answers: dict[int, str] = {}
    problems = []
    for it in typed:
        row, _, answer = it.partition("=")
        if is_answer(row.strip(), answer.strip()):
            answers[int(row)] = answer.strip()
        else:
            details = {"known": ", ".join(ANSWERS)}
            problems.append(Problem("row_option", column="row", value=it, details=details))
    return answers, problems


def parse_readings(
    columns: Iterable[str],
    sheets: Iterable[str],
    decimal: str | None,
    crs: str | None,
    *,
    agreed: bool,
    without: Iterable[str] = (),
    rows: Iterable[str] = (),
) -> Readings:
    """Read ``[KIND.]ROLE=COLUMN``, ``[KIND=]SHEET`` and ``ROW=ANSWER`` as typed.

    Raises
    ------
    InputError
        Naming everything that is none.
    """
    problems: list[Problem] = []
    named: dict[str, dict[str, str]] = {"": {}}
    for typed in columns:
        role, mark, column = typed.partition("=")
        kind, dot, rest = role.strip().rpartition(".")
        if not mark or not column.strip() or rest not in ROLES or (dot and kind not in KINDS):
            known = {"roles": ", ".join(ROLES), "kinds": ", ".join(KINDS)}
            problems.append(Problem("column_option", column="column", value=typed, details=known))
        else:
            named.setdefault(kind, {})[rest] = column.strip()
    if decimal is not None and decimal not in DECIMALS:
        known = {"known": ", ".join(DECIMALS)}
        problems.append(Problem("decimal_option", column="decimal", value=decimal, details=known))
    answers, wrong = _answers(rows)
    problems += wrong
    if problems:
        raise InputError(problems)
    every = Reading(named[""], decimal or "", crs or "", agreed, tuple(without), answers)
    of_kind = {kind: replace(every, columns={**named[""], **own}) for kind, own in named.items()}
    found = {}
    for typed in sheets:
        kind, mark, sheet = typed.partition("=")
        found[kind.strip() if mark and kind.strip() in KINDS else ""] = (
            sheet.strip() if mark and kind.strip() in KINDS else typed
        )
    return Readings(every, of_kind, found)
