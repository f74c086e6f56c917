"""``iqgeo sweep``: the same question under many assumptions, on one core, on many, or on a cluster."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from iqgeo.cli.options import LangOption, argument, help_text, language, option
from iqgeo.texts import Lang, number, percent, text

if TYPE_CHECKING:
    from iqgeo.errors import Problem
    from iqgeo.scenario.sweep import Sweep
    from iqgeo.workers.executor import Executor
    from iqgeo.workers.results import RunOutcome, RunStep

# Towns and reasons named one by one.
_LISTED: Final = 10


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(help=help_text("sweep"))(sweep)


def sweep(
    file: Annotated[Path, argument("study_file")],
    out: Annotated[Path | None, option("sweep_out", "--out")] = None,
    executor: Annotated[str, option("executor")] = "serial",
    lang: LangOption = None,
) -> None:
    """Solve every combination of a study and write one table."""
    from iqgeo.errors import InputError, Problem
    from iqgeo.scenario.sweep import solve
    from iqgeo.scenario.sweep_file import opened_sweep
    from iqgeo.workers.executor import Sounded, executor_of
    from iqgeo.workers.results import run_tasks

    spoken = language(lang)
    target = file.with_suffix(".parquet") if out is None else out
    if target.suffix.lower() != ".parquet":
        details = {"known": ".parquet"}
        raise InputError(Problem("output_kind_unknown", str(target), value=target.suffix, details=details))
    with opened_sweep(file) as study, executor_of(executor) as workers:
        asked: Executor = workers
        if workers.name != "serial":
            asked = Sounded(workers, lambda left, each: _say_cost(workers, left, each, spoken))
        with _progress(spoken) as progress:
            outcome = run_tasks(asked, solve, study.tasks, target, progress)
        _show(study, outcome, spoken)
        if outcome.failed:
            raise InputError(_failures(study, outcome, spoken))


def _failures(study: "Sweep", outcome: "RunOutcome", lang: Lang) -> list["Problem"]:
    """What went wrong, a problem a reason, with a task that it happened to."""
    from iqgeo.errors import Problem

    tasks: dict[str, list[str]] = {}
    for key, done in outcome.failed.items():
        tasks.setdefault(done.reason(lang), []).append(study.tasks[key].varied or study.name)
    return [
        Problem("study_task_failed", value=names[0], details={"reason": reason, "count": len(names)})
        for reason, names in list(tasks.items())[:_LISTED]
    ]


def _say_cost(workers: "Executor", left: int, each_s: float, lang: Lang) -> None:
    """What the rest would take in a row and as asked, before anything is started for it."""
    from iqgeo.cli.screen import console
    from iqgeo.workers.executor import faster_in_a_row

    slower = faster_in_a_row(workers, left, each_s)
    words = text(
        "cli.sweep.slower" if slower else "cli.sweep.cost",
        lang,
        left=number(left, lang),
        each=number(each_s, lang, 2),
        row=number(left * each_s, lang, 1),
        asked=number(workers.cost(left, each_s), lang, 1),
        executor=workers.name,
    )
    console(to_error=True).print(words)


@contextmanager
def _progress(lang: Lang) -> Iterator[Callable[["RunStep"], None]]:
    """A line on standard error; where that is no terminal, every tenth of the way."""
    from iqgeo.cli.screen import console

    out = console(to_error=True)

    def words(step: "RunStep") -> str:
        key = "running_failed" if step.failed else "running"
        ended, count, failed = (number(it, lang) for it in (step.ended, step.count, step.failed))
        return text(f"cli.sweep.{key}", lang, ended=ended, count=count, failed=failed)

    if not out.is_terminal:
        told = [0]

        def tell(step: "RunStep") -> None:
            tenth = 10 * step.ended // step.count
            if tenth > told[0]:
                told[0] = tenth
                out.print(words(step))

        yield tell
        return
    with out.status(text("cli.sweep.starting", lang)) as status:
        yield lambda step: status.update(words(step))


def _show(study: "Sweep", outcome: "RunOutcome", lang: Lang) -> None:
    """How the run ended, which towns are chosen most often, and where the table lies."""
    from iqgeo.cli.screen import console
    from iqgeo.cli.show import show_written

    out = console()
    counts = {"done": outcome.done, "kept": outcome.kept, "failed": len(outcome.failed)}
    shown = {key: number(it, lang) for key, it in counts.items()}
    out.print(text("cli.sweep.done", lang, name=study.name, **shown), bold=True)
    answers, chosen = _chosen(outcome.path)
    if chosen:
        names = [
            text("cli.sweep.town", lang, town=town, share=percent(times / answers, lang))
            for town, times in sorted(chosen.items(), key=lambda it: (-it[1], it[0]))[:_LISTED]
        ]
        out.print(
            text("cli.sweep.chosen", lang, answers=number(answers, lang), towns="; ".join(names)),
        )
    show_written([outcome.path], lang)


def _chosen(path: Path) -> tuple[int, Counter[str]]:
    """Rows with an answer, and how many of them open each town."""
    import pyarrow.parquet as pq

    names = pq.read_schema(path).names
    if "opened_names" not in names:
        return 0, Counter()
    rows = pq.read_table(path, columns=["opened_names", "model"]).to_pylist()
    asked = [row for row in rows if row["model"] is not None]
    return len(asked), Counter(town for row in asked for town in row["opened_names"].split("; ") if town)
