"""From the options of a command to a study: every input read, every problem gathered."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iqgeo.cli.options import Gathering, Options, parse_number, parse_whole
from iqgeo.coverage import DEFAULT_TARGET_KM, Coverage, assess, check_target, measure_of
from iqgeo.demand import DEFAULT_WEIGHT, Demand, build_demand, demand_from_shares
from iqgeo.distances import (
    DEFAULT_DETOUR_FACTOR,
    DEFAULT_SNAP_LIMIT_KM,
    Measure,
    Points,
    road_measure,
)
from iqgeo.offices import open_in, region_offices
from iqgeo.region import Region, load_region

if TYPE_CHECKING:
    from iqgeo.inputs import Notice


@dataclass(frozen=True)
class Study:
    """A region, its demand and the coverage by the offices asked for."""

    region: Region
    coverage: Coverage
    repairs: tuple["Notice", ...] = ()


def prepare(options: Options) -> Study:
    """Read every input and assess the coverage.

    Raises
    ------
    InputError
        With the problems of all inputs and settings together.
    """
    gathering = Gathering()
    region = load_region()
    repairs: list[Notice] = []
    target_km, factor = DEFAULT_TARGET_KM, DEFAULT_DETOUR_FACTOR
    stage, year = None, None
    demand: Demand | None = None
    offices = None
    with gathering:
        region = load_region(options.region)
    with gathering:
        wished_km = parse_number("target-km", options.target_km, DEFAULT_TARGET_KM)
        check_target(wished_km)
        target_km = wished_km
    with gathering:
        factor = parse_number("detour-factor", options.detour_factor, DEFAULT_DETOUR_FACTOR)
    with gathering:
        stage = parse_whole("stage", options.stage)
    with gathering:
        year = parse_whole("year", options.year)
    if stage is None and options.offices is None:
        stage = region.default_stage
    with gathering:
        demand, found = read_demand(options, region, year, stage)
        repairs += found
    if options.offices is not None:
        with gathering:
            from iqgeo.inputs import check_sites_reach, read_offices

            intake = read_offices(options.offices)
            repairs += intake.repairs
            if demand is not None and options.demand is None:
                check_sites_reach(intake, demand, target_km)
            offices = open_in(intake.frame, stage)
    else:
        offices = region_offices(region, stage, across_border=options.across_border, planned=options.planned)
    measure = None
    with gathering:
        measure = read_measure(options, region, factor, demand)
    gathering.finish()
    assert measure is not None
    coverage = assess(region, offices, demand=demand, stage=stage, distance=measure, target_km=target_km)
    return Study(region, coverage, tuple(repairs))


def read_demand(
    options: Options, region: Region, year: int | None, stage: int | None
) -> tuple[Demand, tuple["Notice", ...]]:
    """People per place: from the user's file, the user's shares, or the region's figures."""
    if options.demand is not None:
        from iqgeo.inputs import demand_of
        from iqgeo.inputs import read_demand as read

        intake = read(options.demand, region)
        return demand_of(intake), intake.repairs
    if options.shares is not None:
        from iqgeo.inputs import read_shares, shares_pct

        intake = read_shares(options.shares, region)
        return demand_from_shares(region, shares_pct(intake)), intake.repairs
    return build_demand(region, options.weight or DEFAULT_WEIGHT, year=year, stage=stage), ()


def read_measure(options: Options, region: Region, factor: float, demand: Demand | None) -> Measure:
    """The way of measuring: by name, or on roads."""
    name = options.distance or ("road" if options.roads is not None else "detour")
    if name != "road":
        return measure_of(name, factor)
    snap_limit_km = parse_number("snap-limit-km", options.snap_limit_km, DEFAULT_SNAP_LIMIT_KM)
    points = None if demand is None else Points.of(demand.places["lon"], demand.places["lat"])
    return road_measure(options.roads, region.directory, points, snap_limit_km)
