"""A file that is given as one kind and is of another: said first, before what it lacks as the one asked."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from iqgeo.errors import InputError, Problem
from iqgeo.inputs.area_columns import holds_numbers
from iqgeo.inputs.columns import find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake
from iqgeo.inputs.table import Table

# People by area are told from people by place where that is asked for.
_BY_AREA: Final = "people_by_area"
_OF_COLUMNS: Final = frozenset(
    {_BY_AREA, "column_missing", "figure_unclear", "row_unclear", "distances_unit", "coordinates_missing"}
)
"""What is said where the columns of a kind are not there; other faults are those of a file of that kind."""

_SAID: Final = "other_kind_"
# All have positions; a number beside them may be the one that was meant, in other words.
_ALIKE: Final = frozenset({("demand", "offices"), ("demand", "candidates")})
_Given = ParamSpec("_Given")
_Reader = Callable[Concatenate[Table, _Given], Intake]


def kind_said(problem: Problem) -> str | None:
    """The kind that a problem says a file is of."""
    if problem.code == _BY_AREA:
        return "shares"
    return problem.code.removeprefix(_SAID) if problem.code.startswith(_SAID) else None


def _has_figures(table: Table) -> bool:
    """Whether a table of positions has a number beside them and its ids."""
    known = find_columns(table, Findings(table.file), (), ("lon", "lat", "id"))
    return {"lon", "lat"} <= known.keys() and any(
        holds_numbers(table.frame[it]) for it in table.columns if it not in known.values()
    )


def or_other_kind(kind: str) -> Callable[[_Reader[_Given]], _Reader[_Given]]:
    """Let the reader of a ``kind`` say what a table is that it cannot read, where that is plain."""

    def around(read: _Reader[_Given]) -> _Reader[_Given]:
        @wraps(read)
        def reading(table: Table, /, *args: _Given.args, **options: _Given.kwargs) -> Intake:
            try:
                return read(table, *args, **options)
            except InputError as error:
                if not any(it.code in _OF_COLUMNS for it in error.problems):
                    raise
                # It asks all readers, this one, too.
                from iqgeo.inputs.check import other_kind

                other = other_kind(table, kind)
                if other is None or ((kind, other) in _ALIKE and _has_figures(table)):
                    raise
                if other == "shares" and any(it.code == _BY_AREA for it in error.problems):
                    raise
                of_file = [
                    it for it in error.problems if it.row is None and it.code not in (_BY_AREA, "more_rows")
                ]
                raise InputError([Problem(f"{_SAID}{other}", table.file), *of_file]) from error

        return reading

    return around
