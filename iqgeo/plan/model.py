"""What a plan is: a region and its settings, and stages of a network of offices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from iqgeo.coverage import DEFAULT_TARGET_KM, Coverage
from iqgeo.demand import DEFAULT_WEIGHT
from iqgeo.distances import DEFAULT_DETOUR_FACTOR
from iqgeo.errors import InputError, Problem
from iqgeo.frames import rows
from iqgeo.offices import open_in, region_offices
from iqgeo.region import Region, load_region
from iqgeo.texts import Lang
from iqgeo.weights import OWN_WEIGHT

if TYPE_CHECKING:
    from iqgeo.plan.evaluate import Evaluation

VERSION: Final = 2
OFFICE_COLUMNS: Final = ("id", "name", "lon", "lat", "state")


@dataclass(frozen=True)
class DataFile:
    """A file of the user's that a plan rests on; ``sha256`` is empty if it was never recorded."""

    path: Path
    sha256: str = ""


@dataclass(frozen=True)
class Site:
    """A place for an office that is neither a documented office nor a town of the region."""

    id: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Search:
    """A question to a siting model whose answer a stage opens (or, with ``keep-best``, keeps)."""

    model: str = "max-cover"
    new: int | None = None
    keep: int | None = None
    share_pct: float | None = None
    time_limit_s: float = 60.0


@dataclass(frozen=True)
class Robustness:
    """How often the last search is repeated under drawn assumptions, and the seed of the drawing."""

    variations: int = 20
    seed: int = 0


@dataclass(frozen=True)
class Stage:
    """A state of the network.

    Begins with the offices documented for ``year``, or without a year with those of the stage before;
    ``opened`` are added and ``closed`` taken away, both ids. A ``search`` adds its answer to that.
    """

    name: str
    year: int | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    search: Search | None = None


@dataclass(frozen=True)
class Plan:
    """Everything needed to compute a plan again and get the same numbers.

    Attributes
    ----------
    stages : at least one, in their order
    sites : places that stages open and no table of the region knows
    region_name : for readers of the file
    region_directory : folder of a region of one's own; ``None`` for the embedded one
    checksums : SHA-256 of the region's tables by file name; empty if none were recorded
    year : year of the figures; by default the latest before the first stage's year
    demand_file, offices_file, candidates_file, roads_file : the user's own tables in place of the region's
    require, forbid : candidates that searches must, or must not, open
    document : the file it was read from, word by word, so that comments survive
    """

    name: str
    stages: tuple[Stage, ...]
    sites: tuple[Site, ...] = ()
    note: str = ""
    region_name: str = ""
    region_directory: Path | None = None
    checksums: Mapping[str, str] = field(default_factory=dict)
    weight: str = DEFAULT_WEIGHT
    year: int | None = None
    demand_file: DataFile | None = None
    offices_file: DataFile | None = None
    across_border: bool = False
    planned: bool = False
    distance: str = "detour"
    detour_factor: float = DEFAULT_DETOUR_FACTOR
    roads_file: DataFile | None = None
    snap_limit_km: float | None = None
    target_km: float = DEFAULT_TARGET_KM
    candidates_file: DataFile | None = None
    least_people: int = 10_000
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    robustness: Robustness | None = None
    document: str = field(default="", repr=False, compare=False)

    @classmethod
    def load(cls, path: str | Path, *, within: str | Path | None = None) -> "Plan":
        """Read a plan file of this or an older version.

        Parameters
        ----------
        within : for a stranger's plan, the only folder in which it may name files and folders, links
            followed; its comments are not kept

        Raises
        ------
        InputError
            If it cannot be read or used: every problem at once.
        """
        from iqgeo.plan.file import read_plan

        return read_plan(Path(path), None if within is None else Path(within))

    def save(self, path: str | Path, lang: Lang = "de") -> Path:
        """Write the plan file; comments of the file it was read from are kept.

        Paths are written relative to the file, so that a folder can be moved as a whole.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        from iqgeo.plan.file import plan_text
        from iqgeo.safe.write import write_bytes

        return write_bytes(path, plan_text(self, Path(path).absolute().parent, lang).encode())

    @classmethod
    def of(
        cls,
        coverages: Coverage | Sequence[Coverage],
        region: Region,
        *,
        name: str,
        demand_file: DataFile | None = None,
    ) -> "Plan":
        """A plan from coverages already computed, a stage each, all with the first one's settings.

        Parameters
        ----------
        demand_file : the table the people came from, if it was one of the user's own

        Raises
        ------
        InputError
            If the people came from a table of the user's and no file is given: a plan can only name one.
        """
        given = [coverages] if isinstance(coverages, Coverage) else list(coverages)
        first = given[0]
        own = first.demand.weight == OWN_WEIGHT
        if own and demand_file is None:
            raise InputError(Problem("plan_needs_demand_file"))
        from iqgeo.plan.file import table_checksums
        from iqgeo.region import embedded_directory

        documented = set(region.offices["id"].astype(str)) | set(region.towns["id"].astype(str))
        sites: dict[str, Site] = {}
        for coverage in given:
            columns = coverage.offices[["id", "name", "lon", "lat"]]
            for row in rows(columns[~columns["id"].isin(documented)]):
                sites[str(row.id)] = Site(str(row.id), str(row.name), float(row.lon), float(row.lat))
        measure = first.measure
        return cls(
            name=name,
            stages=_stages_of(given, region, name),
            sites=tuple(sites.values()),
            region_name=region.name,
            region_directory=None if region.directory == embedded_directory() else region.directory,
            checksums=table_checksums(region),
            weight=DEFAULT_WEIGHT if own else first.demand.weight,
            demand_file=demand_file,
            year=first.demand.year,
            distance=measure.kind,
            detour_factor=DEFAULT_DETOUR_FACTOR if measure.factor is None else measure.factor,
            target_km=first.target_km,
        )

    def region(self) -> Region:
        """The region of the plan."""
        return load_region(self.region_directory)

    def evaluate(self, region: Region | None = None) -> "Evaluation":
        """Compute every stage, searches included."""
        from iqgeo.plan.evaluate import evaluate

        return evaluate(self, self.region() if region is None else region)

    def coverage(self, stage: int = -1, region: Region | None = None) -> Coverage:
        """The coverage of a stage, by default the last."""
        return self.evaluate(region).coverages[stage]

    def offices(self, stage: int, region: Region) -> pd.DataFrame:
        """The offices open in a stage without what searches add: ``id, name, lon, lat, state``.

        Raises
        ------
        InputError
            If a stage names an id that nobody knows.
        """
        problems = self.problems(region)
        if problems:
            raise InputError(problems)
        known = self.known_sites(region)
        current: list[str] = []
        for it in self.stages[: range(len(self.stages))[stage] + 1]:
            if it.year is not None:
                current = [str(key) for key in self._documented(region, it.year)["id"]]
            current = [key for key in current if key not in it.closed]
            current += [key for key in it.opened if key not in current]
        return known.loc[current].reset_index()[list(OFFICE_COLUMNS)]

    def problems(self, region: Region) -> list[Problem]:
        """Ids that nobody knows, and closings of offices that are not open."""
        known = set(self.known_sites(region).index)
        found = []
        current: set[str] = set()
        for number, it in enumerate(self.stages, start=1):
            if it.year is not None:
                current = {str(key) for key in self._documented(region, it.year)["id"]}
            where = f"stages[{number}]"
            found += [
                Problem("plan_site_unknown", column=f"{where}.{kind}", value=key)
                for kind, keys in (("opened", it.opened), ("closed", it.closed))
                for key in keys
                if key not in known
            ]
            found += [
                Problem("plan_not_open", column=f"{where}.closed", value=key, details={"stage": it.name})
                for key in it.closed
                if key in known and key not in current
            ]
            if it.search is not None and it.search.model == "keep-best":
                # What such a search keeps is not known before it has run.
                continue
            current = (current - set(it.closed)) | set(it.opened)
        return found

    def _documented(self, region: Region, year: int | None) -> pd.DataFrame:
        if self.offices_file is None:
            return region_offices(region, year, across_border=self.across_border, planned=self.planned)
        return open_in(self._own_offices(), year)

    def _own_offices(self) -> pd.DataFrame:
        from iqgeo.inputs import read_offices

        assert self.offices_file is not None
        return read_offices(self.offices_file.path).frame

    def known_sites(self, region: Region) -> pd.DataFrame:
        """All sites a stage can name: ``name, lon, lat, state`` by id.

        Of equal ids the plan's own sites come first, then offices, then towns.
        """
        own = pd.DataFrame([vars(it) for it in self.sites], columns=["id", "name", "lon", "lat"])
        offices = region.offices if self.offices_file is None else self._own_offices()
        towns = self.candidate_frame(region, everyone=True)
        tables = [own.assign(state=region.ags), offices, towns.assign(state=region.ags)]
        filled = [table if "state" in table else table.assign(state="") for table in tables]
        columns = list(OFFICE_COLUMNS)
        every = pd.concat(
            [table[columns].astype({"id": str}) for table in filled if len(table)], ignore_index=True
        )
        return every.drop_duplicates("id").set_index("id")

    def candidate_frame(self, region: Region, *, everyone: bool = False) -> pd.DataFrame:
        """The towns searches choose from: ``id, name, lon, lat``; with ``everyone`` the small ones, too."""
        if self.candidates_file is not None:
            from iqgeo.inputs import read_candidates

            return read_candidates(self.candidates_file.path).frame[["id", "name", "lon", "lat"]]
        towns = region.towns
        large = towns if everyone else towns[towns["population"] >= self.least_people]
        return large[["id", "name", "lon", "lat"]].reset_index(drop=True)

    def with_stage(self, index: int, **changes: Any) -> "Plan":
        """A plan with one stage changed."""
        stages = list(self.stages)
        stages[index] = replace(stages[index], **changes)
        return replace(self, stages=tuple(stages))


def _stages_of(coverages: Sequence[Coverage], region: Region, name: str) -> tuple[Stage, ...]:
    """Stages that give the offices of these coverages; a documented network is named by its year."""
    stages: list[Stage] = []
    before: list[str] = []
    for number, coverage in enumerate(coverages, start=1):
        ids = [str(key) for key in coverage.offices["id"]]
        year = coverage.stage
        if year is not None and set(region_offices(region, year)["id"].astype(str)) == set(ids):
            stages.append(Stage(str(year), year))
        else:
            opened = tuple(key for key in ids if key not in before)
            closed = tuple(key for key in before if key not in ids)
            stages.append(Stage(name if len(coverages) == 1 else f"{name} {number}", None, opened, closed))
        before = ids
    return tuple(stages)
