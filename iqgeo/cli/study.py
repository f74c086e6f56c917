"""From the options of a command to a study: every input read, every problem gathered."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from iqgeo.cli.options import Gathering, Options, parse_number, parse_swaps, parse_whole
from iqgeo.cli.reading import Readings
from iqgeo.coverage import DEFAULT_TARGET_KM, Coverage, assess, check_target, measure_of
from iqgeo.demand import Demand, build_demand, demand_from_shares
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
    import pandas as pd

    from iqgeo.inputs import Intake, Notice


@dataclass(frozen=True)
class Study:
    """A region, its demand and the coverage by the offices asked for; the user's candidates, if given."""

    region: Region
    coverage: Coverage
    repairs: tuple["Notice", ...] = ()
    candidates: "pd.DataFrame | None" = None


def prepare(options: Options, candidates: Path | None = None) -> Study:
    """Read every input and assess the coverage.

    Raises
    ------
    InputError
        With the problems of all inputs and settings together.
    """
    gathering = Gathering()
    region, region_read = load_region(), False
    repairs: list[Notice] = []
    target_km, factor = DEFAULT_TARGET_KM, DEFAULT_DETOUR_FACTOR
    stage, year = None, None
    swaps: frozenset[str] = frozenset()
    readings = Readings()
    demand: Demand | None = None
    offices, towns = None, None
    with gathering:
        region, region_read = load_region(options.region), True
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
    with gathering:
        readings = options.readings
        files = {"offices": options.offices, "candidates": candidates, "demand": options.demand}
        swaps = parse_swaps(options.swap_coordinates, files)
    if stage is None and options.offices is None:
        stage = region.default_stage
    with gathering:
        demand, found = read_demand(options, region, year, stage, readings, swap="demand" in swaps)
        repairs += found
    # People of one's own can live anywhere, and a region that cannot be read is nowhere.
    near = (region, target_km) if region_read and options.demand is None else None
    if options.offices is not None:
        with gathering:
            intake = read_sites("offices", options.offices, swaps, near, readings)
            repairs += intake.repairs
            offices = open_in(intake.frame, stage)
    else:
        offices = region_offices(region, stage, across_border=options.across_border, planned=options.planned)
    if candidates is not None:
        with gathering:
            intake = read_sites("candidates", candidates, swaps, near, readings)
            repairs += intake.repairs
            towns = intake.frame
    measure = None
    with gathering:
        measure = read_measure(options, region, factor, demand)
    gathering.finish()
    assert measure is not None
    coverage = assess(region, offices, demand=demand, stage=stage, distance=measure, target_km=target_km)
    return Study(region, coverage, tuple(repairs), towns)


def read_sites(
    kind: str,
    file: Path,
    swaps: frozenset[str],
    near: tuple[Region, float] | None,
    readings: Readings,
) -> "Intake":
    """The user's offices or candidates."""
    from iqgeo.inputs import read_candidates, read_offices

    read = read_offices if kind == "offices" else read_candidates
    return read(
        file,
        layer=readings.sheet(kind),
        swap_coordinates=kind in swaps,
        near=near,
        reading=readings.of(kind),
    )


def read_demand(
    options: Options,
    region: Region,
    year: int | None,
    stage: int | None,
    readings: Readings,
    *,
    swap: bool = False,
) -> tuple[Demand, tuple["Notice", ...]]:
    """People per place: from the user's file, the user's shares, or the region's figures."""
    if options.demand is not None:
        from iqgeo.inputs import demand_of
        from iqgeo.inputs import read_demand as read

        sheet, reading = readings.sheet("demand"), readings.of("demand")
        intake = read(options.demand, region, layer=sheet, swap_coordinates=swap, reading=reading)
        return demand_of(intake), intake.repairs
    if options.shares is not None:
        from iqgeo.inputs import read_shares, shares_pct

        intake = read_shares(options.shares, region)
        return demand_from_shares(region, shares_pct(intake)), intake.repairs
    return build_demand(region, options.weight, year=year, stage=stage), ()


def read_measure(options: Options, region: Region, factor: float, demand: Demand | None) -> Measure:
    """The way of measuring: by name, or on roads."""
    name = options.distance or ("road" if options.roads is not None else "detour")
    if name != "road":
        return measure_of(name, factor)
    snap_limit_km = parse_number("snap-limit-km", options.snap_limit_km, DEFAULT_SNAP_LIMIT_KM)
    points = None if demand is None else Points.of(demand.places["lon"], demand.places["lat"])
    return road_measure(options.roads, region.directory, points, snap_limit_km)
