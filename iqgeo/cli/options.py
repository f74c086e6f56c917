"""The options that commands share. Numbers come in as text: "35,5" is a number here."""

import inspect
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from iqgeo.cli.reading import Readings, parse_readings
from iqgeo.errors import InputError, Problem
from iqgeo.texts import LANGUAGES, Lang, text


def default_language() -> Lang:
    """German, unless the environment variable ``IQGEO_LANG`` says ``en``."""
    wished = os.environ.get("IQGEO_LANG", "").lower()[:2]
    return next((lang for lang in LANGUAGES if lang == wished), LANGUAGES[0])


HELP_LANGUAGE = default_language()


def help_text(name: str) -> str:
    """The help of an option or command, in the language of the environment."""
    return text(f"cli.help.{name}", HELP_LANGUAGE)


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
    """What the user asked for, as it was typed: the options of every command that computes."""

    region: Annotated[Path | None, option("region")] = None
    offices: Annotated[Path | None, option("offices")] = None
    stage: Annotated[str | None, option("stage")] = None
    demand: Annotated[Path | None, option("demand")] = None
    shares: Annotated[Path | None, option("shares")] = None
    weight: Annotated[str | None, option("weight")] = None
    year: Annotated[str | None, option("year")] = None
    distance: Annotated[str | None, option("distance")] = None
    detour_factor: Annotated[str | None, option("detour_factor")] = None
    roads: Annotated[Path | None, option("roads")] = None
    snap_limit_km: Annotated[str | None, option("snap_limit_km")] = None
    target_km: Annotated[str | None, option("target_km")] = None
    across_border: Annotated[bool, option("across_border")] = False
    planned: Annotated[bool, option("planned")] = False
    swap_coordinates: Annotated[str | None, option("swap_coordinates")] = None
    column: Annotated[list[str] | None, option("column")] = None
    sheet: Annotated[list[str] | None, option("sheet")] = None
    decimal: Annotated[str | None, option("decimal")] = None
    crs: Annotated[str | None, option("crs")] = None
    agree: Annotated[bool, option("agree")] = False
    lang: LangOption = None

    @property
    def spoken(self) -> Lang:
        """The language asked for."""
        return language(self.lang)

    @property
    def readings(self) -> Readings:
        """What was said about the files."""
        return parse_readings(self.column or (), self.sheet or (), self.decimal, self.crs, agreed=self.agree)


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
    for lang in LANGUAGES:
        if chosen.lower() == lang:
            return lang
    raise InputError(Problem("language_unknown", column="lang", value=chosen))


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``command(options, ...)`` the shared options beside its own."""
    own = list(inspect.signature(command).parameters.values())[1:]
    hints = get_type_hints(command, include_extras=True)
    shared = get_type_hints(Options, include_extras=True)
    parameters = [parameter.replace(annotation=hints[parameter.name]) for parameter in own] + [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=shared[field.name]
        )
        for field in fields(Options)
    ]

    @wraps(command)
    def wrapper(**typed: Any) -> None:
        options = Options(**{name: typed.pop(name) for name in shared})
        command(options, **typed)

    # Typer reads both to learn what a command takes.
    wrapper.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return wrapper


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


class Gathering:
    """Collects the problems of several inputs, so that all are named at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __enter__(self) -> "Gathering":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Keep what one part found wrong for the end."""
        if isinstance(error, InputError):
            self.problems += error.problems
            return True
        return False

    def finish(self) -> None:
        """Raise everything found."""
        if self.problems:
            raise InputError(self.problems)
