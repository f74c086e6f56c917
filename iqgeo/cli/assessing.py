"""``iqgeo coverage`` and ``iqgeo gaps``: where are we, and who is left out."""

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from iqgeo.cli.options import JsonOption, Options, help_text, option, parse_whole, with_options
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.texts import Lang

if TYPE_CHECKING:
    from iqgeo.case import Case
    from iqgeo.cli.study import Study
    from iqgeo.reports.change_list import Earlier


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


PlanOption = Annotated[Path | None, option("report_plan", "--plan")]


@with_options
def coverage(
    options: Options,
    plan: PlanOption = None,
    cells: Annotated[Path | None, option("cells")] = None,
    json_file: JsonOption = None,
) -> None:
    """Who is within the target of an office."""
    from iqgeo.cli.show import show_coverage, show_repairs
    from iqgeo.cli.study import opened_study
    from iqgeo.words.states import Tense, tense_of

    lang = options.spoken
    gathering = Gathering()
    found, spread = None, None
    tense: Tense = ""
    with ExitStack() as opened:
        with gathering:
            study = opened.enter_context(opened_study(options, plan))
            show_repairs(study.repairs, lang)
            found = study.evaluate().coverages[-1]
            tense = tense_of(found, study.region)
        if cells is not None and found is not None:
            from iqgeo.access.spread import spread_by_cells
            from iqgeo.inputs import read_demand

            with gathering:
                reading = options.readings
                intake = read_demand(
                    cells, study.region, layer=reading.sheet("cells"), reading=reading.of("cells")
                )
                show_repairs(intake.repairs, lang)
                spread = spread_by_cells(found, intake.frame)
        gathering.finish()
    assert found is not None
    if json_file is not None:
        more = {} if spread is None else {"spread": spread.to_dict()}
        write_json(json_file, {**found.to_dict(), **more})
    if json_file != "-":
        show_coverage(found, lang, tense)
        if spread is not None:
            from iqgeo.cli.show_network import show_spread

            show_spread(spread, lang)


@with_options
def gaps(
    options: Options,
    out: Annotated[Path | None, option("out")] = None,
    plan: PlanOption = None,
    per_district: Annotated[Path | None, option("per_district")] = None,
    plain_csv: Annotated[bool, option("plain_csv")] = False,
    exact: Annotated[bool, option("exact")] = False,
    district: Annotated[str | None, option("gaps_district", "--district")] = None,
    since: Annotated[Path | None, option("since")] = None,
    since_year: Annotated[str | None, option("since_year")] = None,
) -> None:
    """Who is left out, today or after a plan, as a table or a file."""
    from iqgeo.case import case_of
    from iqgeo.cli.show import show_changes, show_gaps, show_proof, show_repairs, show_written
    from iqgeo.cli.study import opened_study
    from iqgeo.words.states import tense_of

    lang = options.spoken
    if out is not None:
        from iqgeo.reports import registry

        writer = registry.writer_of(out, "gaps")
        if (since or since_year) and writer.suffix not in (".xlsx", ".csv"):
            raise InputError(Problem("since_form", column="out", value=writer.suffix))
    if since and since_year:
        raise InputError(Problem("since_twice", column="since"))
    with opened_study(options, plan) as study:
        show_repairs(study.repairs, lang)
        case, which = _of_districts(case_of(study.evaluate()), district, lang)
        earlier = _earlier(study, since, parse_whole("since-year", since_year), lang)
        if out is not None:
            from iqgeo.reports.gap_tables import Excerpt

            wished = registry.WriterOptions(
                plain_csv=plain_csv, exact=exact, excerpt=Excerpt(which), since=earlier
            )
            show_written([registry.write(out, case, lang, "gaps", options=wished)], lang)
        if per_district is not None:
            from iqgeo.reports.gap_list import write_gap_lists_by_district

            written = write_gap_lists_by_district(
                per_district, case.shown_gaps, case.region, lang, origin=case.proposal, exact=exact
            )
            show_written(written, lang)
        if out is None and per_district is None:
            tense = tense_of(case.shown, case.region)
            show_gaps(case.shown_gaps, lang, which, tense)
            show_changes(case.shown_gaps, earlier, lang)
            show_proof(case, lang)


def _earlier(study: "Study", file: Path | None, year: int | None, lang: Lang) -> "Earlier | None":
    """The list that the new one is held against: of a file, a plan or a year."""
    if file is None and year is None:
        return None
    from iqgeo.cli.own_files import opened_plan
    from iqgeo.reports.change_list import earlier_of, read_earlier
    from iqgeo.scenario.evaluate import evaluate
    from iqgeo.scenario.load import load
    from iqgeo.texts import text

    if file is None:
        then = replace(study.scenario.with_settings(stage=year), stages=())
        return earlier_of(evaluate(then, study.loaded).gaps[-1], text("words.state", lang, year=year))
    if file.suffix.lower() not in (".toml", ".zip"):
        return read_earlier(file)
    with opened_plan(file) as scenario:
        return earlier_of(evaluate(scenario, load(scenario)).gaps[-1], scenario.name or file.stem)


def _of_districts(case: "Case", typed: str | None, lang: Lang) -> "tuple[Case, str]":
    """The case with the gaps of some districts, by name or key, and what of it that is in words.

    Raises
    ------
    InputError
        If a district is not known, or two have the name.
    """
    from iqgeo.gaps import gaps_within
    from iqgeo.texts import listed, text

    if typed is None:
        return case, ""
    known = {str(ags): str(name) for ags, name in case.shown.district_names.items()}
    gathering, chosen = Gathering(), []
    # Nothing but commas is not all of them, and not none.
    for wanted in [it.strip() for it in typed.split(",") if it.strip()] or [typed.strip()]:
        meant = [wanted] if wanted in known else [
            ags for ags, name in known.items() if name.casefold() == wanted.casefold()
        ] or [ags for ags, name in known.items() if wanted.casefold() in name.casefold()]  # fmt: skip
        if len(meant) == 1:
            chosen += meant
            continue
        details = {"known": listed([f"{known[ags]} ({ags})" for ags in meant or sorted(known)][:60])}
        code = "district_unclear" if meant else "district_unknown"
        gathering.problems.append(Problem(code, column="district", value=wanted, details=details))
    gathering.finish()
    rows = case.shown_gaps.by_municipality
    sentence = text("reports.gaps.of_districts", lang, names=listed([known[it] for it in chosen]))
    return case.with_gaps(gaps_within(case.shown_gaps, rows[rows["district_ags"].isin(chosen)])), sentence
