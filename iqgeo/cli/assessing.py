"""``iqgeo coverage`` and ``iqgeo gaps``: where are we, and who is left out."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from iqgeo.cli.options import JsonOption, Options, help_text, option, with_options


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(help=help_text("coverage"))(coverage)
    app.command(help=help_text("gaps"))(gaps)


def write_json(target: str, content: dict[str, Any]) -> None:
    """Write JSON to a file, or to standard output for ``-``."""
    from iqgeo.safe.write import json_bytes, write_bytes

    if target == "-":
        # JSON is UTF-8 whatever the terminal speaks.
        sys.stdout.flush()
        sys.stdout.buffer.write(json_bytes(content))
    else:
        write_bytes(Path(target), json_bytes(content))


@with_options
def coverage(options: Options, json_file: JsonOption = None) -> None:
    """Who is within the target of an office."""
    from iqgeo.cli.show import show_coverage, show_repairs
    from iqgeo.cli.study import prepare

    lang = options.spoken
    study = prepare(options)
    show_repairs(study.repairs, lang)
    if json_file is not None:
        write_json(json_file, study.coverage.to_dict())
    if json_file != "-":
        show_coverage(study.coverage, lang)


@with_options
def gaps(
    options: Options,
    out: Annotated[Path | None, option("out")] = None,
    per_district: Annotated[Path | None, option("per_district")] = None,
    plain_csv: Annotated[bool, option("plain_csv")] = False,
) -> None:
    """Who is left out, as a table or a file."""
    from iqgeo.cli.show import show_gaps, show_repairs, show_written
    from iqgeo.cli.study import prepare
    from iqgeo.gaps import find_gaps
    from iqgeo.reports.gap_list import check_suffix, write_gap_list, write_gap_lists_by_district

    lang = options.spoken
    if out is not None:
        check_suffix(out)
    study = prepare(options)
    show_repairs(study.repairs, lang)
    found = find_gaps(study.coverage, study.region)
    if out is not None:
        show_written([write_gap_list(out, found, study.region, lang, plain_csv=plain_csv)], lang)
    if per_district is not None:
        show_written(write_gap_lists_by_district(per_district, found, study.region, lang), lang)
    if out is None and per_district is None:
        show_gaps(found, lang)
