"""``run.json``: everything that a run rests on, and what it gave; enough to do it again and to compare."""

import hashlib
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from iqgeo import sites
from iqgeo.case import Case
from iqgeo.coverage import DAYS, RARELY
from iqgeo.frames import plain_rows, plain_value
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.written import checksum, scenario_text, table_checksums
from iqgeo.texts import Lang
from iqgeo.words.clauses import plain_words
from iqgeo.words.proof import proof_words, sentence

# What the numbers can depend on, beside the data.
_LIBRARIES: Final = (
    "geopandas", "highspy", "numba", "numpy", "pandas", "pyogrio", "pyproj", "scikit-learn", "scipy",
    "shapely", "typst", "xlsxwriter",
)  # fmt: skip


def record_of(
    source: Path, asked: Scenario, evaluation: Evaluation, case: Case, files: Sequence[Path], lang: Lang,
    times: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """What ``run.json`` says.

    ``stages`` are the numbers, the same wherever the plan is run on the same data; ``times`` and the
    machine are not. ``plan`` says which plan was asked for, and which came of it with its answers.
    """
    from iqgeo import __version__

    region, robustness = evaluation.loaded.region, evaluation.robustness
    solved = solved_scenario(evaluation)
    return {
        "plan": {
            "name": asked.name, "file": source.name, "sha256": checksum(source), "key": asked.key,
            "as_run": {"sha256": _hash(solved, lang), "key": solved.key},
        },
        "inputs": {
            "region": region.name,
            "tables": table_checksums(region),
            "files": {file.path.name: checksum(file.path) for file in asked.files},
        },
        "settings": _settings(asked, evaluation),
        "proof": None if case.tested is None else proof_words(case.tested, lang),
        "firmness": None if case.firmness is None else case.firmness.to_dict(),
        "stages": [_stage(evaluation, index, lang) for index in range(len(evaluation.states))],
        "robustness": None
        if robustness is None
        else {
            "variations": robustness.variations,
            "seed": robustness.seed,
            "towns": plain_rows(robustness.towns),
        },
        "versions": {
            "iqgeo": __version__,
            "commit": commit_of(Path(__file__).resolve().parent),
            "python": platform.python_version(),
            **{it: version(it) for it in _LIBRARIES},
        },
        "machine": {"system": platform.platform(), "processor": platform.machine()},
        **times,
        "files": {file.name: checksum(file) for file in files},
    }  # fmt: skip


def solved_scenario(evaluation: Evaluation) -> Scenario:
    """A scenario with its answers, the year of its figures and the checksums of its data.

    A proof keeps the seconds it took only where it was stopped: the same plan is the same text, on
    whatever machine it was solved.
    """
    region, demand = evaluation.loaded.region, evaluation.loaded.demand
    stages = tuple(
        replace(it, proof=replace(it.proof, seconds=math.nan))
        if it.proof is not None and it.proof.is_optimal
        else it
        for it in evaluation.scenario.stages
    )
    return replace(
        evaluation.scenario.with_settings(year=demand.year),
        stages=stages,
        region_name=region.name,
        checksums=table_checksums(region),
    )


def _hash(scenario: Scenario, lang: Lang) -> str:
    """Of the text of the plan as it was run, without a folder that it would lie in."""
    return hashlib.sha256(scenario_text(scenario, Path("/"), lang).encode()).hexdigest()


def _settings(asked: Scenario, evaluation: Evaluation) -> dict[str, Any]:
    """Every setting and rule, and what each stage was asked."""
    demand, robustness = evaluation.loaded.demand, asked.robustness
    return {
        **asdict(asked.settings),
        "weight": demand.weight,
        "year": demand.year,
        "distance": evaluation.loaded.measure.kind,
        "detour_factor": getattr(evaluation.loaded.measure, "factor", None),
        **{name: _plain(value) for name, value in asdict(asked.rules).items()},
        "begins_empty": asked.begins_empty,
        "robustness": None if robustness is None else asdict(robustness),
        "stages": [
            {
                "name": it.name, "year": it.year, "opened": list(it.opened), "closed": list(it.closed),
                "places": [asdict(place) for place in it.places],
                "search": None
                if it.search is None
                else {name: _plain(value) for name, value in asdict(it.search).items()},
            }
            for it in asked.stages
        ],
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, (tuple, frozenset)):
        return [_plain(it) for it in value]
    if isinstance(value, dict):
        return {str(key): _plain(it) for key, it in value.items()}
    return plain_value(value) if isinstance(value, float) else value


def _stage(evaluation: Evaluation, index: int, lang: Lang) -> dict[str, Any]:
    state, step = evaluation.states[index], evaluation.steps[index]
    coverage, proof = state.coverage, step.proof
    return {
        "name": state.name,
        "year": step.stage.year if step.stage.year is not None or index else evaluation.base.year,
        "offices": list(sites.ids(coverage.offices)),
        "people": coverage.people,
        "covered": coverage.covered,
        "uncovered": coverage.uncovered,
        "people_on_days": coverage.people_by(DAYS),
        "people_rarely": coverage.people_by(RARELY),
        "places": plain_rows(coverage.day_places),
        "share": None if math.isnan(coverage.share) else coverage.share,
        "band": None if coverage.band is None else asdict(coverage.band),
        "opened_by_hand": list(step.opened),
        "closed_by_hand": list(step.closed),
        "search": None
        if proof is None
        else {
            "model": proof.model,
            "status": proof.status,
            "gap": plain_value(proof.gap),
            "sites": list(proof.free + proof.required),
            "sentence": plain_words(sentence(proof, evaluation.names, lang), lang),
        },
    }


def commit_of(folder: Path) -> str | None:
    """The commit of the checkout that a folder lies in; ``None`` for what was installed.

    Read from git's own files, as git need not be there.
    """
    for parent in (folder, *folder.parents):
        entry = parent / ".git"
        try:
            if entry.is_file():
                # A worktree's .git names the folder where its state lies.
                state = (parent / entry.read_text(encoding="utf-8").split(":", 1)[1].strip()).resolve()
                return _head(
                    state, (state / (state / "commondir").read_text(encoding="utf-8").strip()).resolve()
                )
            if entry.is_dir():
                return _head(entry, entry)
        except (OSError, ValueError, IndexError):
            return None
    return None


def _head(state: Path, common: Path) -> str | None:
    head = (state / "HEAD").read_text(encoding="utf-8").strip()
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    if (common / name).is_file():
        return (common / name).read_text(encoding="utf-8").strip()
    packed = (common / "packed-refs").read_text(encoding="utf-8").splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {name}")), None)
