"""The commands of iqgeo."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from iqgeo.cli import options as opt
from iqgeo.errors import InputError, IqgeoError
from iqgeo.texts import LANGUAGES, Lang, text

app = typer.Typer(
    help=opt.help_text("app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def language(chosen: str | None) -> Lang:
    """The language asked for, else that of the environment."""
    if chosen is None:
        return opt.HELP_LANGUAGE
    for lang in LANGUAGES:
        if chosen.lower() == lang:
            return lang
    from iqgeo.errors import Problem

    raise InputError(Problem("language_unknown", column="lang", value=chosen))


def write_json(target: str, content: dict[str, Any]) -> None:
    """Write JSON to a file, or to standard output for ``-``."""
    written = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.write(written)
        return
    from iqgeo.reports.write import write_bytes

    write_bytes(Path(target), written.encode("utf-8"))


@app.command(help=opt.help_text("coverage"))
def coverage(
    region: opt.RegionOption = None,
    offices: opt.OfficesOption = None,
    stage: opt.StageOption = None,
    demand: opt.DemandOption = None,
    shares: opt.SharesOption = None,
    weight: opt.WeightOption = None,
    year: opt.YearOption = None,
    distance: opt.DistanceOption = None,
    detour_factor: opt.FactorOption = None,
    roads: opt.RoadsOption = None,
    target_km: opt.TargetOption = None,
    across_border: opt.BorderOption = False,
    planned: opt.PlannedOption = False,
    json_file: opt.JsonOption = None,
    lang: opt.LangOption = None,
) -> None:
    """Who is within the target of an office."""
    from iqgeo.cli.show import show_coverage, show_repairs
    from iqgeo.cli.study import Options, prepare

    spoken = language(lang)
    study = prepare(
        Options(
            region, offices, stage, demand, shares, weight, year, distance, detour_factor, roads, target_km,
            across_border, planned,
        )
    )  # fmt: skip
    show_repairs(study.repairs, spoken)
    if json_file is not None:
        write_json(json_file, study.coverage.to_dict())
    if json_file != "-":
        show_coverage(study.coverage, spoken)


@app.command(name="app", help=opt.help_text("open_app"))
def open_app(
    port: Annotated[int, typer.Option("--port", help=opt.help_text("port"))] = 8501,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help=opt.help_text("browser"))] = True,
) -> None:
    """Open the app on this machine."""
    import subprocess
    from importlib.util import find_spec

    router = find_spec("iqgeo.app.router")
    assert router is not None and router.origin is not None
    command = [
        sys.executable, "-m", "streamlit", "run", router.origin,
        f"--server.port={port}", "--server.address=127.0.0.1", f"--server.headless={str(not browser).lower()}",
    ]  # fmt: skip
    raise typer.Exit(subprocess.call(command))


def main() -> None:
    """Run the command line: 0 for a result, 2 for an input that cannot be used, 1 for a fault of ours."""
    try:
        app(standalone_mode=True)
    except InputError as error:
        sys.stderr.write(error.message(_spoken()) + "\n")
        sys.exit(2)
    except IqgeoError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 -- the last line of defence: a sentence, never a traceback
        if os.environ.get("IQGEO_DEBUG"):
            raise
        sys.stderr.write(text("cli.fault", _spoken(), kind=type(error).__name__, reason=error) + "\n")
        sys.exit(1)


def _spoken() -> Lang:
    """The language of an error, which can come before the options are parsed."""
    arguments = sys.argv
    for position, argument in enumerate(arguments):
        wished = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang" and position + 1 < len(arguments):
            wished = arguments[position + 1]
        for lang in LANGUAGES:
            if wished == lang:
                return lang
    return opt.HELP_LANGUAGE

