"""Collects everything found wrong with a file, so that all of it is said at once."""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.intake import Notice, Rows
from iqgeo.inputs.words import shown
from iqgeo.reading import AS_IT_IS, Reading


class Findings:
    """Problems and notices of one file. ``rows`` numbers the rows under inspection.

    ``reading`` is what the user said about the file.
    """

    def __init__(self, file: str, rows: Rows | None = None, reading: Reading = AS_IT_IS) -> None:
        self.file = file
        self.reading = reading
        self.rows: Rows = np.empty(0, np.int64) if rows is None else rows
        self.notices: list[Notice] = []
        # Problems of single rows that the user may answer by leaving these rows aside.
        self.optional_rows: frozenset[str] = frozenset()
        self.aside: NDArray[np.bool_] = np.zeros(len(self.rows), dtype=bool)
        # Row number -> what is wrong with it first, for every row of a file of moderate length.
        self.doubts: dict[int, str] = {}
        self._of_file: list[Problem] = []
        self._of_rows: list[Problem] = []
        self._offers: list[Problem] = []
        # (code, column) -> [listed, left out, last row left out]
        self._counts: dict[tuple[str, str | None], list[int]] = {}

    @property
    def problems(self) -> list[Problem]:
        """Everything wrong: what concerns the file, then row by row, then the counts of the rest."""
        by_row = sorted(self._of_rows, key=lambda problem: problem.row or 0)
        rest = [
            Problem(
                "more_rows",
                self.file,
                column=column,
                details={"count": left_out, "last": last, "listed": listed},
            )
            for (_, column), (listed, left_out, last) in self._counts.items()
            if left_out
        ]
        return [*self._of_file, *by_row, *rest, *self._offers]

    def problem(self, code: str, column: str | None = None, value: object = None, **details: object) -> None:
        """Note a problem of the file as a whole or of a column."""
        written = None if value is None else shown(value)
        self._of_file.append(Problem(code, self.file, column=column, value=written, details=details))

    def offer(self, code: str, **details: object) -> None:
        """Note last what the user can do about everything before."""
        self._offers.append(Problem(code, self.file, details=details))

    def flag(
        self,
        mask: NDArray[np.bool_],
        code: str,
        column: str | None = None,
        values: Sequence[object] | NDArray[np.generic] | None = None,
        **details: object,
    ) -> None:
        """Note a problem for every row where ``mask`` holds; the first ones by row, the rest by count.

        ``values`` holds what stands there, one a row.
        """
        positions = np.flatnonzero(mask)
        if not len(positions):
            return
        if code in self.optional_rows and len(mask) == len(self.aside):
            self.aside |= mask
            if self.reading.agreed:
                return
        if len(self.rows) <= limits.SITES:
            for row in self.rows[positions].tolist():
                self.doubts.setdefault(row, code)
        counts = self._counts.setdefault((code, column), [0, 0, 0])
        named = positions[: max(0, limits.LISTED - counts[0])]
        for position in named.tolist():
            value = None if values is None else shown(values[position])
            row = int(self.rows[position])
            self._of_rows.append(Problem(code, self.file, row, column, value, details))
        counts[0] += len(named)
        if len(positions) > len(named):
            counts[1] += len(positions) - len(named)
            counts[2] = int(self.rows[positions[-1]])

    def add(self, problems: Iterable[Problem]) -> None:
        """Take over problems found elsewhere."""
        self._of_file.extend(problems)

    def note(
        self,
        code: str,
        column: str | None = None,
        *,
        mask: NDArray[np.bool_] | None = None,
        value: object = None,
        kind: Literal["repair", "hint"] = "repair",
        number: int = 1,
        **details: object,
    ) -> None:
        """Note a repair or hint: for the rows where ``mask`` holds, or ``number`` things of the file."""
        row, count = None, number
        if mask is not None:
            positions = np.flatnonzero(mask)
            if not len(positions):
                return
            row, count = int(self.rows[positions[0]]), len(positions)
        written = None if value is None else shown(value)
        self.notices.append(Notice(code, kind, self.file, column, row, count, written, details))

    @property
    def any(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._of_file or self._of_rows)

    def stop_if_any(self) -> None:
        """Raise everything found wrong so far.

        Raises
        ------
        InputError
            With all problems, if there is one.
        """
        if self.any:
            raise InputError(self.problems)
