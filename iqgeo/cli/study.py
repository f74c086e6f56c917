"""From the options of a command to a scenario, and to what comes of it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from iqgeo.cli.options import Options, parse_swaps, settings_of
from iqgeo.cli.reading import Readings
from iqgeo.coverage import Coverage
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.region import Region, load_region
from iqgeo.scenario.evaluate import Evaluation, evaluate
from iqgeo.scenario.load import Loaded, load
from iqgeo.scenario.model import OwnFile, Rules, Scenario, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.start import start_of

if TYPE_CHECKING:
    from iqgeo.inputs import Notice
    from iqgeo.siting import Control


@dataclass(frozen=True, eq=False)
class Study:
    """A scenario with its data, not computed yet."""

    scenario: Scenario
    loaded: Loaded

    @property
    def region(self) -> Region:
        """The region."""
        return self.loaded.region

    @property
    def repairs(self) -> tuple["Notice", ...]:
        """What was repaired in the user's files."""
        return self.loaded.notices

    def evaluate(self, control: "Control | None" = None, *, refusals: bool = False) -> Evaluation:
        """Compute it."""
        return evaluate(self.scenario, self.loaded, control, refusals=refusals)

    def coverage(self) -> Coverage:
        """Today's coverage."""
        return evaluate(replace(self.scenario, stages=()), self.loaded).base.coverage


def scenario_of(
    options: Options,
    *,
    candidates: Path | None = None,
    distances: Path | None = None,
    stages: tuple[Stage, ...] = (),
    rules: Rules | None = None,
    least_people: int | None = None,
) -> tuple[Scenario, list[Problem]]:
    """The scenario that was asked for, and everything that could not be read of it."""
    gathering = Gathering()
    start, swaps = Settings(), frozenset[str]()
    with suppress(InputError):
        # What is wrong with the region is said by who loads it.
        start = start_of(load_region(options.region), options.offices is not None)
    paths = {
        "offices": options.offices, "candidates": candidates, "demand": options.demand,
        "grid_shares": options.grid_shares, "shares": options.shares, "distances": distances,
        "factors": options.factors, "roads": options.roads,
    }  # fmt: skip
    if options.factors is not None:
        start = replace(start, distance="detour")
    if options.roads is not None:
        start = replace(start, distance="road")
    if least_people is not None:
        start = replace(start, least_people=least_people)
    settings, unread = settings_of(options.settings, start)
    gathering.problems += unread
    if "target_min" in options.settings and settings.distance != "road":
        # Kilometres would be counted in its place.
        written = options.settings["target_min"]
        gathering.problems.append(Problem("minutes_need_roads", column="target-min", value=written))
    readings = Readings()
    with gathering:
        readings = options.readings
    with gathering:
        swappable = ("offices", "candidates", "demand")
        swaps = parse_swaps(options.swap_coordinates, {name: paths[name] for name in swappable})
    scenario = Scenario(
        stages=stages,
        settings=settings,
        rules=Rules() if rules is None else rules,
        files=tuple(
            OwnFile(kind, path, "", kind in swaps, readings.sheet(kind), readings.of(kind))
            for kind, path in paths.items()
            if path is not None
        ),
        region_directory=options.region,
    )
    return scenario, gathering.problems


def prepare(options: Options, asked: tuple[Scenario, list[Problem]] | None = None) -> Study:
    """Read every input of what was asked for.

    Raises
    ------
    InputError
        With the problems of all inputs and settings together.
    """
    scenario, problems = scenario_of(options) if asked is None else asked
    gathering = Gathering()
    gathering.problems += problems
    loaded: Loaded | None = None
    with gathering:
        loaded = load(scenario)
    gathering.finish()
    assert loaded is not None
    return Study(scenario, loaded)


@contextmanager
def opened_study(options: Options, plan: Path | None) -> Iterator[Study]:
    """The study of a plan file, or of the options; the data of a bundle are there until the context ends.

    Raises
    ------
    InputError
        If both are given, or an input cannot be used.
    """
    if plan is None:
        yield prepare(options)
        return
    gathering = Gathering()
    gathering.problems += [
        Problem("option_with_plan", column=name.replace("_", "-")) for name in _typed(options)
    ]
    gathering.finish()
    from iqgeo.cli.own_files import opened_plan

    with opened_plan(plan) as scenario:
        yield Study(scenario, load(scenario))


def _typed(options: Options) -> list[str]:
    """The options that say something a plan says itself."""
    names = (
        "region", "offices", "demand", "grid_shares", "shares", "factors", "roads",
        "swap_coordinates", "column", "sheet", "decimal", "crs", "agree", "without", "row",
    )  # fmt: skip
    return [name for name in names if getattr(options, name)] + list(options.settings)
