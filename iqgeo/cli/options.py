"""The options that commands share. Numbers come in as text: "35,5" is a number here."""

import inspect
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from iqgeo.cli.reading import Readings, parse_readings
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.scenario.kinds import Flag, Number, Whole, Year
from iqgeo.scenario.settings import (
    OUT_OF_RANGE,
    Settings,
    kind_of,
    of_network,
    read,
)
from iqgeo.texts import LANGUAGES, Lang, language_called, text


def default_language() -> Lang:
    """German, unless the environment variable ``IQGEO_LANG`` says another language."""
    return language_called(os.environ.get("IQGEO_LANG", "")[:2]) or LANGUAGES[0]


HELP_LANGUAGE = default_language()


def help_text(name: str) -> str:
    """The help of an option or command, in the language of the environment."""
    return text(f"cli.help.{name}", HELP_LANGUAGE, languages=", ".join(LANGUAGES))


def option(name: str, *flags: str) -> Any:
    """An option with its help from the catalogue."""
    return typer.Option(
        *(flags or (f"--{name.replace('_', '-')}",)), help=help_text(name), show_default=False
    )


def argument(name: str) -> Any:
    """An argument with its help from the catalogue."""
    return typer.Argument(help=help_text(name), show_default=False, metavar=name.upper())


LangOption = Annotated[str | None, option("lang")]
JsonOption = Annotated[str | None, option("json")]


@dataclass(frozen=True)
class Options:
    """What the user asked for, as it was typed: the options of every command that computes.

    ``settings`` are the rows of :class:`iqgeo.scenario.settings.Settings` that were given.
    """

    region: Annotated[Path | None, option("region")] = None
    offices: Annotated[Path | None, option("offices")] = None
    demand: Annotated[Path | None, option("demand")] = None
    grid_shares: Annotated[Path | None, option("grid_shares")] = None
    shares: Annotated[Path | None, option("shares")] = None
    factors: Annotated[Path | None, option("factors")] = None
    roads: Annotated[Path | None, option("roads")] = None
    swap_coordinates: Annotated[str | None, option("swap_coordinates")] = None
    column: Annotated[list[str] | None, option("column")] = None
    sheet: Annotated[list[str] | None, option("sheet")] = None
    decimal: Annotated[str | None, option("decimal")] = None
    crs: Annotated[str | None, option("crs")] = None
    agree: Annotated[bool, option("agree")] = False
    without: Annotated[list[str] | None, option("without")] = None
    row: Annotated[list[str] | None, option("row")] = None
    lang: LangOption = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def spoken(self) -> Lang:
        """The language asked for."""
        return language(self.lang)

    @property
    def readings(self) -> Readings:
        """What was said about the files."""
        return parse_readings(
            self.column or (),
            self.sheet or (),
            self.decimal,
            self.crs,
            agreed=self.agree,
            without=self.without or (),
            rows=self.row or (),
        )


def _setting_options() -> dict[str, tuple[Any, Any]]:
    """Annotation and default of the option of every setting.

    Candidates, days away and posts are asked for by the commands that have some.
    """
    found: dict[str, tuple[Any, Any]] = {}
    for row in fields(Settings):
        if row.metadata["plan"].startswith("candidates.") or of_network(row.metadata["plan"]):
            continue
        flag = isinstance(row.metadata["kind"], Flag)
        found[row.name] = (
            Annotated[bool if flag else str | None, option(row.name)],
            False if flag else None,
        )
    return found


def parse_swaps(typed: str | None, given: Mapping[str, Path | None]) -> frozenset[str]:
    """The options whose files have longitude and latitude the other way round.

    ``given`` names the options that may be meant, with the file each was given.
    """
    names = frozenset(part.strip() for part in (typed or "").split(",") if part.strip())
    gathering = Gathering()
    for name in sorted(names):
        details = {"known": ", ".join(given)}
        if name not in given:
            problem = Problem("swap_unknown", column="swap-coordinates", value=name, details=details)
            gathering.problems.append(problem)
        elif given[name] is None:
            gathering.problems.append(Problem("swap_without_file", column="swap-coordinates", value=name))
    gathering.finish()
    return names


def language(chosen: str | None) -> Lang:
    """The language asked for, else that of the environment."""
    if chosen is None:
        return HELP_LANGUAGE
    lang = language_called(chosen)
    if lang is None:
        raise InputError(
            Problem("language_unknown", column="lang", value=chosen, details={"known": ", ".join(LANGUAGES)})
        )
    return lang


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``command(options, ...)`` the shared options and all settings beside its own."""
    own = list(inspect.signature(command).parameters.values())[1:]
    hints = get_type_hints(command, include_extras=True)
    shared = get_type_hints(Options, include_extras=True)
    files = {row.name: (shared[row.name], row.default) for row in fields(Options) if row.name != "settings"}
    settings = _setting_options()
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [parameter.replace(annotation=hints[parameter.name], kind=keyword) for parameter in own]
    parameters += [
        inspect.Parameter(name, keyword, default=default, annotation=annotation)
        for name, (annotation, default) in {**files, **settings}.items()
    ]

    @wraps(command)
    def wrapper(**typed: Any) -> None:
        given = {name: typed.pop(name) for name in settings}
        named = {
            name: "1" if it is True else it
            for name, it in given.items()
            if it is not None and it is not False
        }
        options = Options(**{name: typed.pop(name) for name in files}, settings=named)
        command(options, **typed)

    # Typer reads both to learn what a command takes; a function is not declared to have the first.
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return wrapper


def settings_of(given: Mapping[str, str], start: Settings) -> tuple[Settings, list[Problem]]:
    """The settings as typed, and everything that cannot be read: what can is used to look further."""
    found, refused = read(given, start)
    problems = []
    for name, written in refused.items():
        kind, column = kind_of(name), name.replace("_", "-")
        code = "setting_unusable"
        if isinstance(kind, (Whole, Year)):
            code = "whole_number_expected"
            if _is_number(written) and float(written) % 1 == 0:
                code = OUT_OF_RANGE.get(name, code)
        elif isinstance(kind, Number):
            code = OUT_OF_RANGE.get(name, code) if _is_number(written) else "number_expected"
        elif name == "distance":
            code = "distance_unknown"
        problems.append(Problem(code, column=column, value=written))
    return found, problems


def _is_number(written: str) -> bool:
    try:
        return math.isfinite(float(written.strip().replace(",", ".")))
    except ValueError:
        return False


def parse_number(name: str, typed: str | None, default: float) -> float:
    """A number as typed, with point or comma; ``default`` if nothing was typed."""
    if typed is None:
        return default
    try:
        value = float(typed.strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not math.isfinite(value):
        raise InputError(Problem("number_expected", column=name, value=typed))
    return value


def parse_whole(name: str, typed: str | None) -> int | None:
    """A whole number as typed; ``None`` if nothing was typed."""
    if typed is None:
        return None
    try:
        return int(typed.strip())
    except ValueError:
        raise InputError(Problem("whole_number_expected", column=name, value=typed)) from None
