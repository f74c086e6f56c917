"""``iqgeo story``: the network over the years, and where the difference comes from."""

from pathlib import Path
from typing import Annotated

import typer

from iqgeo.cli.assessing import PlanOption, write_json
from iqgeo.cli.options import JsonOption, Options, help_text, option, with_options
from iqgeo.errors import InputError, Problem


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(help=help_text("story"))(story)


@with_options
def story(
    options: Options,
    years: Annotated[str | None, option("story_years", "--years")] = None,
    figures: Annotated[str | None, option("story_figures", "--figures")] = None,
    out: Annotated[Path | None, option("story_out", "--out")] = None,
    plain_csv: Annotated[bool, option("plain_csv")] = False,
    plan: PlanOption = None,
    json_file: JsonOption = None,
) -> None:
    """How many are too far in each year, and what comes from people and what from offices."""
    from iqgeo.case import case_of
    from iqgeo.cli.show import show_repairs, show_written
    from iqgeo.cli.show_story import show_progress
    from iqgeo.cli.study import opened_study
    from iqgeo.errors import Gathering
    from iqgeo.reports import registry
    from iqgeo.story import story_of

    lang = options.spoken
    gathering = Gathering()
    chosen: tuple[int, ...] = ()
    pair: tuple[int, ...] = ()
    with gathering:
        chosen = _years("years", years)
    with gathering:
        pair = _years("figures", figures)
        if figures is not None and len(pair) != 2:
            raise InputError(Problem("story_figures", column="figures", value=figures))
    with gathering:
        if out is not None:
            registry.writer_of(out, "story")
    gathering.finish()
    with opened_study(options, plan) as study:
        show_repairs(study.repairs, lang)
        two = (pair[0], pair[1]) if pair else None
        asked = study.scenario.settings.year
        if two is None and "year" in options.settings and asked is not None:
            two = (asked, asked)
        found = story_of(study.scenario, study.loaded, years=chosen, figures=two)
        if out is not None:
            wished = registry.WriterOptions(plain_csv=plain_csv, story=found)
            written = registry.write(out, case_of(study.evaluate()), lang, "story", options=wished)
            show_written([written], lang, beside=json_file)
    if json_file is not None:
        write_json(json_file, found.to_dict())
    if json_file != "-" and out is None:
        show_progress(found, lang)


def _years(name: str, typed: str | None) -> tuple[int, ...]:
    """Years as typed, separated by commas."""
    if typed is None:
        return ()
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    strange = [part for part in parts if not (part.isascii() and part.isdigit() and len(part) == 4)]
    if strange or not parts:
        raise InputError(
            [Problem("whole_number_expected", column=name, value=part) for part in strange or [typed]]
        )
    return tuple(int(part) for part in parts)
