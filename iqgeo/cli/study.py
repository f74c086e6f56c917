"""From the options of a command to a study: every input read, every problem gathered."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from iqgeo.coverage import DEFAULT_TARGET_KM, Coverage, assess, check_target, measure_of
from iqgeo.demand import DEFAULT_WEIGHT, Demand, build_demand, demand_from_places, demand_from_shares
from iqgeo.distances import DEFAULT_DETOUR_FACTOR, Measure, Points
from iqgeo.errors import InputError, Problem
from iqgeo.offices import open_in, region_offices
from iqgeo.region import Region, load_region


@dataclass(frozen=True)
class Options:
    """What the user asked for, as it was typed."""

    region: Path | None = None
    offices: Path | None = None
    stage: str | None = None
    demand: Path | None = None
    shares: Path | None = None
    weight: str | None = None
    year: str | None = None
    distance: str | None = None
    detour_factor: str | None = None
    roads: Path | None = None
    target_km: str | None = None
    across_border: bool = False
    planned: bool = False


@dataclass(frozen=True)
class Study:
    """A region, its demand and the coverage by the offices asked for."""

    region: Region
    coverage: Coverage
    repairs: tuple[Problem, ...] = ()


class Gathering:
    """Collects the problems of several inputs, so that all are named at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    @contextmanager
    def part(self) -> Iterator[None]:
        """Run one part; what it finds wrong is kept for the end."""
        try:
            yield
        except InputError as error:
            self.problems += error.problems

    def finish(self) -> None:
        """Raise everything found."""
        if self.problems:
            raise InputError(self.problems)


def parse_number(name: str, typed: str | None, default: float) -> float:
    """A number as typed, with point or comma; ``default`` if nothing was typed."""
    if typed is None:
        return default
    try:
        value = float(typed.strip().replace(",", "."))
    except ValueError:
        raise InputError(Problem("number_expected", column=name, value=typed)) from None
    if not np.isfinite(value):
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


def prepare(options: Options) -> Study:
    """Read every input and assess the coverage.

    Raises
    ------
    InputError
        With the problems of all inputs and settings together.
    """
    gathering = Gathering()
    region, repairs = load_region(), []
    target_km, factor = DEFAULT_TARGET_KM, DEFAULT_DETOUR_FACTOR
    stage, year = None, None
    demand: Demand | None = None
    offices = None
    with gathering.part():
        region = load_region(options.region)
    with gathering.part():
        target_km = parse_number("target-km", options.target_km, DEFAULT_TARGET_KM)
        check_target(target_km)
    with gathering.part():
        factor = parse_number("detour-factor", options.detour_factor, DEFAULT_DETOUR_FACTOR)
    with gathering.part():
        stage = parse_whole("stage", options.stage)
    with gathering.part():
        year = parse_whole("year", options.year)
    if stage is None and options.offices is None:
        stage = region.default_stage
    with gathering.part():
        demand, found = read_demand(options, region, year, stage)
        repairs += found
    if options.offices is not None:
        with gathering.part():
            from iqgeo.inputs import check_sites_reach, read_offices

            intake = read_offices(options.offices)
            repairs += intake.repairs
            if demand is not None and options.demand is None and np.isfinite(target_km):
                check_sites_reach(intake.frame, demand, max(target_km, 0.0), options.offices.name)
            offices = open_in(intake.frame, stage)
    else:
        offices = region_offices(
            region, stage, across_border=options.across_border, planned=options.planned
        )
    measure = None
    with gathering.part():
        measure = read_measure(options, region, factor, demand)
    gathering.finish()
    assert measure is not None
    coverage = assess(region, offices, demand=demand, stage=stage, distance=measure, target_km=target_km)
    return Study(region, coverage, tuple(repairs))


def read_demand(
    options: Options, region: Region, year: int | None, stage: int | None
) -> tuple[Demand, tuple[Problem, ...]]:
    """People per place: from the user's file, the user's shares, or the region's figures."""
    if options.demand is not None:
        from iqgeo.inputs import read_demand as read

        intake = read(options.demand, region)
        return demand_from_places(intake.frame), intake.repairs
    if options.shares is not None:
        from iqgeo.inputs import read_shares

        intake = read_shares(options.shares, region)
        shares = dict(zip(intake.frame["area"], intake.frame["share_pct"], strict=True))
        return demand_from_shares(region, shares), intake.repairs
    return build_demand(region, options.weight or DEFAULT_WEIGHT, year=year, stage=stage), ()


def read_measure(options: Options, region: Region, factor: float, demand: Demand | None) -> Measure:
    """The way of measuring: by name, or on roads."""
    name = options.distance or ("road" if options.roads is not None else "detour")
    if name != "road":
        return measure_of(name, factor)
    from iqgeo.distances.road import road_measure

    assert demand is not None or options.demand is not None
    points = None if demand is None else Points.of(demand.places["lon"], demand.places["lat"])
    return road_measure(options.roads, region.directory, points)
