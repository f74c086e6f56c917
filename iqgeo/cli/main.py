"""The command ``iqgeo``: 0 for a result, 2 for an input that cannot be used, 1 for a fault of ours."""

import io
import os
import sys

import typer

from iqgeo.cli import assessing, network, planning, plans, preparing, story, sweeping
from iqgeo.cli.options import HELP_LANGUAGE, help_text
from iqgeo.errors import InputError, IqgeoError
from iqgeo.safe.clean import terminal_text
from iqgeo.texts import LANGUAGES, Lang, text

app = typer.Typer(
    help=help_text("app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
assessing.register(app)
planning.register(app)
story.register(app)
network.register(app)
preparing.register(app)
plans.register(app)
sweeping.register(app)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that does not know a letter shows another instead of ending the work.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(standalone_mode=True)
    except InputError as error:
        sys.stderr.write(terminal_text(error.message(_spoken())) + "\n")
        sys.exit(2)
    except IqgeoError as error:
        sys.stderr.write(terminal_text(f"{error}\n"))
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
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
        for lang in LANGUAGES:
            if wished == lang:
                return lang
    return HELP_LANGUAGE
