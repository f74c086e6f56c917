"""What a command reads it never writes over, be it named by an option or by a plan."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from iqgeo.errors import InputError, Problem

if TYPE_CHECKING:
    from iqgeo.scenario.model import Scenario

_RESULTS: Final = ("--out", "--json", "--map")
"""Options that name a file for a result."""

_SOURCE: Final = "source"
"""An argument that is a file or the name of a place."""

_SCREEN: Final = "-"
_ASKED: ContextVar[tuple[Path, ...]] = ContextVar("results of the command", default=())
"""Where the command that runs was asked to write."""


def refuse_own_files(options: Mapping[str, tuple[str, ...]], values: Mapping[str, Any]) -> None:
    """Refuse a result that would take the place of a file that is read, or of another result.

    Parameters
    ----------
    options : Mapping[str, tuple[str, ...]]
        What each parameter is called on the command line.
    values : Mapping[str, Any]
        What was given for each.

    Raises
    ------
    InputError
        ``output_is_input``, ``outputs_are_one``.
    """
    results = {
        name: Path(value)
        for name, value in values.items()
        if value not in (None, _SCREEN) and not set(_RESULTS).isdisjoint(options.get(name, ()))
    }
    read = [it for name, value in values.items() if name not in results for it in _paths(name, value)]
    problems = _taking_the_place(results.values(), read)
    whole = [str(it.absolute()) for it in results.values()]
    problems += [Problem("outputs_are_one", it) for it in sorted(set(whole)) if whole.count(it) > 1]
    if problems:
        raise InputError(problems)
    _ASKED.set(tuple(results.values()))


@contextmanager
def opened_plan(file: Path) -> "Iterator[Scenario]":
    """Open a plan for a command, see :func:`iqgeo.scenario.bundle.open_plan`, before it writes anything.

    Raises
    ------
    InputError
        If it cannot be used, or a result would take the place of a file that it names.
    """
    from iqgeo.scenario.bundle import open_plan

    with open_plan(file) as scenario:
        problems = _taking_the_place(_ASKED.get(), [it.path for it in scenario.files])
        if problems:
            raise InputError(problems)
        yield scenario


def _taking_the_place(results: Iterable[Path], read: Iterable[Path]) -> list[Problem]:
    known = list(read)
    return [Problem("output_is_input", str(it)) for it in results if any(_are_one(it, own) for own in known)]


def _paths(name: str, value: Any) -> list[Path]:
    """The files that a parameter names."""
    if isinstance(value, list | tuple):
        return [it for it in value if isinstance(it, Path)]
    return [Path(value)] if isinstance(value, Path) or (name == _SOURCE and value) else []


def _are_one(result: Path, own: Path) -> bool:
    """Whether both names lead to one file that is there, be it by a link."""
    try:
        return result.is_file() and own.is_file() and result.samefile(own)
    except (OSError, ValueError):
        # A name that no file can have is told of by whoever opens it.
        return False
