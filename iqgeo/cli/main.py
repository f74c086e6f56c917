"""The command ``iqgeo``: 0 for a result, 2 for an input that cannot be used, 1 for a fault of ours."""

import io
import os
import sys
from functools import cache
from importlib import import_module
from typing import Annotated, Final

import typer

from iqgeo import __version__
from iqgeo.cli.options import HELP_LANGUAGE, help_text
from iqgeo.cli.plain import PlainCommand, PlainGroup
from iqgeo.cli.usage import Refused, usage_problem
from iqgeo.errors import InputError, IqgeoError
from iqgeo.safe.clean import terminal_text
from iqgeo.texts import Lang, language_called, text

# In the order of the help.
_ROOMS: Final = ("assessing", "planning", "story", "network", "preparing", "plans", "sweeping")
# The commands whose answer comes so fast that to make all the others is felt.
_QUICK: Final = {"coverage": "assessing", "gaps": "assessing", "suggest": "planning", "report": "planning"}


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"iqgeo {__version__}")
        raise typer.Exit


def _entry(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=help_text("version"))
    ] = False,
) -> None:
    """Hold the options of the command without a subcommand."""


def made(first: str = "") -> typer.Typer:
    """The command line; where the first word of a call names a quick command, only those of its room."""
    found = typer.Typer(
        cls=PlainGroup,
        help=help_text("app"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    # Also where there is but one command, it is called by its name.
    found.callback()(_entry)
    for room in (_QUICK[first],) if first in _QUICK else _ROOMS:
        import_module(f"iqgeo.cli.{room}").register(found)
    _plain(found)
    return found


def _plain(app: typer.Typer) -> None:
    """Make commands, and commands of commands, of our kinds."""
    for command in app.registered_commands:
        command.cls = PlainCommand
    for group in app.registered_groups:
        group.cls = PlainGroup
        if group.typer_instance is not None:
            _plain(group.typer_instance)


def __getattr__(name: str) -> typer.Typer:
    """``app``: the command line with all commands."""
    if name != "app":
        raise AttributeError(f"module 'iqgeo.cli.main' has no attribute {name!r}")
    return _whole()


@cache
def _whole() -> typer.Typer:
    return made()


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that does not know a letter shows another instead of ending the work.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = made("".join(sys.argv[1:2]))(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except InputError as error:
        sys.stderr.write(terminal_text(error.message(_spoken())) + "\n")
        sys.exit(2)
    except IqgeoError as error:
        sys.stderr.write(terminal_text(f"{error}\n"))
        sys.exit(1)
    except Refused as error:
        problem = usage_problem(error)
        if problem is None:
            # Help for a call without anything, and what there are no words for.
            error.show()  # type: ignore[attr-defined]  # its class is known only by its base
        else:
            sys.stderr.write(terminal_text(problem.sentence(_spoken())) + "\n")
        sys.exit(2)
    except typer.Abort:
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        # A fault of ours: said in a sentence; the traceback is for those who ask for it.
        if os.environ.get("IQGEO_DEBUG"):
            raise
        sentence = text("cli.fault", _spoken(), kind=type(error).__name__, reason=error)
        sys.stderr.write(terminal_text(sentence) + "\n")
        sys.exit(1)


def _spoken() -> Lang:
    """The language of an error, which can come before the options are parsed."""
    for position, argument in enumerate(sys.argv):
        wished = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang":
            wished = "".join(sys.argv[position + 1 : position + 2])
        lang = language_called(wished)
        if lang is not None:
            return lang
    return HELP_LANGUAGE
