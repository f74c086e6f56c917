"""A scenario from coverages already computed, for the Python door. Opens no file."""

from collections.abc import Sequence
from dataclasses import replace

from iqgeo import sites
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError, Problem
from iqgeo.frames import rows
from iqgeo.offices import region_offices
from iqgeo.region import Region, embedded_directory
from iqgeo.scenario.model import Outpost, OwnFile, Scenario, Stage
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.written import table_checksums
from iqgeo.sites import Site
from iqgeo.weights import OWN_WEIGHT


def scenario_of_coverages(
    coverages: Sequence[Coverage], region: Region, name: str, files: Sequence[OwnFile]
) -> Scenario:
    """A scenario with a stage for each coverage, all with the first one's settings.

    Parameters
    ----------
    coverages : Sequence[Coverage]
        One a stage.
    region : Region
        What they are about.
    name : str
        What the scenario is called.
    files : Sequence[OwnFile]
        The user's own that the coverages rest on.

    Returns
    -------
    Scenario
        It computes to the same coverages.

    Raises
    ------
    InputError
        If the people came from a table of the user's and no file is given: a plan can only name one.
    """
    first = coverages[0]
    own = first.demand.weight == OWN_WEIGHT
    if own and not any(it.kind == "demand" for it in files):
        raise InputError(Problem("plan_needs_demand_file"))
    documented = {*sites.ids(region.offices), *sites.ids(region.towns)}
    places: dict[str, Site] = {}
    for coverage in coverages:
        for frame in (coverage.offices, coverage.day_places):
            for row in rows(sites.without(frame[["id", "name", "lon", "lat"]], documented)):
                places[str(row.id)] = Site(str(row.id), str(row.name), float(row.lon), float(row.lat))
    settings = replace(
        Settings(),
        stage=first.stage,
        year=first.demand.year,
        distance=first.measure.kind,
        target_km=first.target_km,
        weight=Settings().weight if own else first.demand.weight,
        detour_factor=Settings().detour_factor if first.measure.factor is None else first.measure.factor,
    )
    base = set() if first.stage is None else set(sites.ids(region_offices(region, first.stage)))
    return Scenario(
        name=name,
        stages=_stages_of(coverages, region, name, sorted(base)),
        settings=settings,
        sites=tuple(places.values()),
        files=tuple(files),
        empty=first.stage is None,
        region_name=region.name,
        region_directory=None if region.directory == embedded_directory() else region.directory,
        checksums=table_checksums(region),
    )


def _stages_of(
    coverages: Sequence[Coverage], region: Region, name: str, base: Sequence[str]
) -> tuple[Stage, ...]:
    """Stages that give the offices of these coverages; a documented network is named by its year."""
    stages: list[Stage] = []
    before = list(base)
    for number, coverage in enumerate(coverages, start=1):
        keys = list(sites.ids(coverage.offices))
        year = coverage.stage
        places = tuple(Outpost(str(it.id), str(it.home)) for it in rows(coverage.day_places))
        network = {*keys, *(it.id for it in places)}
        documented = year is not None and set(sites.ids(region_offices(region, year))) == network
        if documented:
            stages.append(Stage(str(year), None if number == 1 else year))
        else:
            opened = tuple(key for key in keys if key not in before)
            closed = tuple(key for key in before if key not in keys)
            title = name if len(coverages) == 1 else f"{name} {number}"
            stages.append(Stage(title, None, opened, closed, places=places))
        before = keys
    return tuple(stages)
