"""The network's years as one progression, and what of a change comes from people and what from offices.

Numbers only. All networks are counted on the same figures; the first also on the earlier ones, so that the
step between them is known to the person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from iqgeo import sites
from iqgeo.coverage import DAYS, Coverage
from iqgeo.demand import Demand, build_demand, choose_year, years_of
from iqgeo.errors import InputError, Problem
from iqgeo.frames import plain_rows, plain_value
from iqgeo.region import Region
from iqgeo.scenario.load import OFFICES, Loaded
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.networks import coverage_of, with_days


@dataclass(frozen=True, eq=False)
class NetworkYear:
    """The network of a year on the figures that all years are counted with.

    Attributes
    ----------
    coverage : Coverage
        By the offices alone.
    earlier : Coverage | None
        The same offices on the earlier figures; ``None`` if all is counted on one set.
    opened, closed : tuple[str, ...]
        Names of the offices that are new, or gone, since the year before.
    days : tuple[str, ...]
        Names of the places that are served on days.
    on_days : float
        People whom only these places reach.
    """

    year: int
    coverage: Coverage
    earlier: Coverage | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    on_days: float = 0.0

    def __repr__(self) -> str:
        return f"<NetworkYear: {self.year}; {self.coverage.in_short()}>"


@dataclass(frozen=True)
class NetworkChange:
    """What other offices change from the year before to ``year``: people too far, less if negative."""

    year: int
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    people: float


@dataclass(frozen=True)
class Split:
    """Where a difference comes from; ``before + more_people + other_offices = after`` to the person.

    Attributes
    ----------
    before, after : float
        People too far: of the first network on the earlier figures, of the last on the later.
    more_people : float
        What other figures change while the network stays the first.
    changes : tuple[NetworkChange, ...]
        What other offices change on the later figures, year by year.
    """

    before: float
    after: float
    more_people: float
    changes: tuple[NetworkChange, ...]

    @property
    def other_offices(self) -> float:
        """What other offices change in all."""
        return sum(it.people for it in self.changes)


@dataclass(frozen=True, eq=False)
class Story:
    """The years of a network, ascending.

    Attributes
    ----------
    breaks : tuple[int, ...]
        Years in which the figures began to be counted otherwise, after the earlier figures and up to the
        later ones.
    """

    region: Region
    years: tuple[NetworkYear, ...]
    breaks: tuple[int, ...] = ()

    def __repr__(self) -> str:
        years = ", ".join(str(it.year) for it in self.years)
        return f"<Story: {self.region.name}; {years}; then {self.last.coverage.in_short()}>"

    @property
    def first(self) -> NetworkYear:
        """The earliest network."""
        return self.years[0]

    @property
    def last(self) -> NetworkYear:
        """The latest network."""
        return self.years[-1]

    @property
    def start(self) -> Coverage:
        """The first network on the figures it was planned with."""
        return self.first.earlier or self.first.coverage

    @property
    def figures(self) -> tuple[int | None, int | None]:
        """The years of the earlier and of the later figures."""
        return self.start.demand.year, self.last.coverage.demand.year

    @property
    def one_count(self) -> bool:
        """Whether all is counted on one set of figures: then no difference comes from people."""
        return self.first.earlier is None

    @cached_property
    def split(self) -> Split:
        """Where the difference between the first and the last year comes from."""
        changes = tuple(
            NetworkChange(it.year, it.opened, it.closed, it.coverage.uncovered - before.coverage.uncovered)
            for before, it in zip(self.years, self.years[1:], strict=False)
        )
        before = self.start.uncovered
        more = self.first.coverage.uncovered - before
        return Split(before, self.last.coverage.uncovered, more, changes)

    def table(self) -> pd.DataFrame:
        """One row a year.

        ``year, offices, opened, closed, days, people, covered, uncovered, share, on_days``, and where there
        are earlier figures ``earlier_people, earlier_uncovered, earlier_share``. Names joined by commas.
        """
        rows = []
        for it in self.years:
            row: dict[str, Any] = {
                "year": it.year,
                "offices": len(it.coverage.offices),
                "opened": ", ".join(it.opened),
                "closed": ", ".join(it.closed),
                "days": ", ".join(it.days),
                "people": it.coverage.people,
                "covered": it.coverage.covered,
                "uncovered": it.coverage.uncovered,
                "share": it.coverage.share,
                "on_days": it.on_days,
            }
            if it.earlier is not None:
                row |= {
                    "earlier_people": it.earlier.people,
                    "earlier_uncovered": it.earlier.uncovered,
                    "earlier_share": it.earlier.share,
                }
            rows.append(row)
        return pd.DataFrame(rows)

    def by_district(self) -> pd.DataFrame:
        """The split of every district: ``ags, name, before, more_people, other_offices, after``.

        ``before + more_people + other_offices = after`` in every row, and the rows add up to
        :attr:`split`. By key.
        """
        columns = {
            "before": _too_far(self.start),
            "between": _too_far(self.first.coverage),
            "after": _too_far(self.last.coverage),
        }
        frame = pd.DataFrame(columns).fillna(0.0)
        names = self.last.coverage.district_names
        return pd.DataFrame(
            {
                "ags": frame.index.astype(str),
                "name": [names.get(str(ags), str(ags)) for ags in frame.index],
                "before": frame["before"].to_numpy(),
                "more_people": (frame["between"] - frame["before"]).to_numpy(),
                "other_offices": (frame["after"] - frame["between"]).to_numpy(),
                "after": frame["after"].to_numpy(),
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """The progression as plain data for JSON."""
        split, last = self.split, self.last.coverage
        return {
            "figures": {"earlier": self.figures[0], "later": self.figures[1], "breaks": list(self.breaks)},
            "weight": last.demand.weight,
            "target": last.target.value,
            "target_unit": last.target.unit,
            "distance": last.measure.kind,
            "detour_factor": last.measure.factor,
            "years": [
                {**row, "opened": list(it.opened), "closed": list(it.closed), "days": list(it.days)}
                for it, row in zip(self.years, plain_rows(self.table()), strict=True)
            ],
            "split": {
                "before": split.before,
                "more_people": split.more_people,
                "other_offices": split.other_offices,
                "after": split.after,
                "changes": [
                    {
                        "year": it.year,
                        "opened": list(it.opened),
                        "closed": list(it.closed),
                        "people": plain_value(it.people),
                    }
                    for it in split.changes
                ],
            },
            "districts": plain_rows(self.by_district()),
        }


def _too_far(coverage: Coverage) -> pd.Series:
    people = coverage.places["people"].to_numpy(dtype=float) * ~coverage.is_covered
    found: pd.Series = pd.Series(people).groupby(coverage.places["district_ags"].to_numpy()).sum()
    return found


def network_years(loaded: Loaded) -> tuple[int, ...]:
    """The years for which the network is known: the region's, or else those in which its offices change."""
    if loaded.region.stages and not loaded.own_offices:
        return tuple(loaded.region.stages)
    years = pd.concat([loaded.offices[name] for name in sites.YEARS]).dropna()
    return tuple(sorted({int(it) for it in years}))


def story_of(
    scenario: Scenario,
    loaded: Loaded,
    *,
    years: Sequence[int] = (),
    figures: tuple[int, int] | None = None,
) -> Story:
    """The years of the network under the settings of a scenario; its plan and stage do not matter.

    Parameters
    ----------
    scenario : Scenario
        Its settings count.
    loaded : Loaded
        People, measure and the offices of all years.
    years : Sequence[int]
        Of the networks, at least two; by default all that are known.
    figures : tuple[int, int] | None
        Years of the earlier and the later figures. By default those known when the first and the last network
        were planned; people of one's own, or a year that the scenario asks for and that is not the one known
        for its network, are the only ones.

    Raises
    ------
    InputError
        If fewer than two years are known, or there are no figures of a year.
    """
    known = network_years(loaded)
    chosen = tuple(sorted(set(years))) or known
    strange = [it for it in chosen if it not in known]
    if strange or len(chosen) < 2:
        told = {"known": ", ".join(map(str, known)) or "–"}
        raise InputError(
            [Problem("story_year_unknown", column="years", value=str(it), details=told) for it in strange]
            or Problem("story_one_year", details=told)
        )
    earlier, later = _figures(scenario, loaded, chosen, figures)
    found: list[NetworkYear] = []
    before: pd.DataFrame | None = None
    for year in chosen:
        network, days = _network(loaded, year)
        coverage = _counted(scenario, loaded, later, network, year)
        names = tuple(days["name"].astype(str))
        reached = 0.0
        if len(days):
            reached = with_days(scenario, loaded, coverage, days).people_by(DAYS)
        found.append(
            NetworkYear(
                year, coverage,
                None if earlier is None else _among(coverage, earlier)
                or _counted(scenario, loaded, earlier, network, year),
                () if before is None else _names(sites.opened_since(before, network)),
                () if before is None else _names(sites.opened_since(network, before)),
                names, reached,
            )
        )  # fmt: skip
        before = network
    breaks = () if earlier is None else _breaks(loaded.region, earlier, later)
    return Story(loaded.region, tuple(found), breaks)


def _figures(
    scenario: Scenario, loaded: Loaded, years: Sequence[int], asked: tuple[int, int] | None
) -> tuple[Demand | None, Demand]:
    """The earlier people, ``None`` if they are the later ones, and the later."""
    settings, region = scenario.settings, loaded.region
    own = loaded.own_people or scenario.file("shares") is not None
    if own:
        if asked is not None:
            raise InputError(Problem("story_own_figures", column="figures"))
        return None, loaded.demand
    weight = settings.weight
    if asked is None and weight in region.weights and years_of(region, weight):
        # A plan that names the year it would have anyway asks for nothing else.
        usual = settings.year in (None, choose_year(region, weight, scenario.base_year))
        first, last = (choose_year(region, weight, it) for it in (years[0], years[-1]))
        asked = (first, last) if usual or settings.year is None else (settings.year, settings.year)
    if asked is None:
        # Whoever has no figures of these people is told so by who spreads them.
        return None, build_demand(region, weight, year=settings.year)
    later = _people(loaded, weight, asked[1])
    if asked[0] == asked[1]:
        return None, later
    return _people(loaded, weight, asked[0]), later


def _people(loaded: Loaded, weight: str, year: int) -> Demand:
    """The region's people of a year; those that are there already are not spread again."""
    if (loaded.demand.weight, loaded.demand.year) == (weight, year):
        return loaded.demand
    return build_demand(loaded.region, weight, year=year)


def _counted(
    scenario: Scenario, loaded: Loaded, demand: Demand, network: pd.DataFrame, year: int
) -> Coverage:
    return coverage_of(scenario, replace(loaded, demand=demand, kept={}), network, year)


def _among(coverage: Coverage, demand: Demand) -> Coverage | None:
    """The same offices among other people of the same places, not measured again; ``None`` if they differ."""
    places, others, offices = coverage.places, demand.places, coverage.offices
    apart, index = others.columns.drop("people"), pd.Index(offices["id"])
    same = set(apart) <= set(places.columns) and others[apart].equals(places[apart])
    if not same or len(coverage.day_places) or not index.is_unique:
        return None
    people, covered = others["people"].to_numpy(), coverage.is_covered
    office = index.get_indexer(places["nearest_office_id"][covered])
    served = np.bincount(office, weights=people.astype(float)[covered], minlength=len(offices))
    return replace(
        coverage, demand=demand, places=places.assign(people=people),
        offices=offices.assign(people_nearest=served),
    )  # fmt: skip


def _network(loaded: Loaded, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The offices of a year, and the places of the same list that are served on days."""
    network = sites.offices(sites.open_in(loaded.offices, year))
    known = loaded.known[(loaded.known["list"] == OFFICES) & (loaded.known["kind"] == sites.OUTREACH)]
    if not loaded.own_offices:
        known = known[known["state"] == loaded.region.ags]
    days = sites.open_in(known, year)
    return network, days[list(sites.COLUMNS)]


def _names(frame: pd.DataFrame) -> tuple[str, ...]:
    return tuple(frame["name"].astype(str))


def _breaks(region: Region, earlier: Demand, later: Demand) -> tuple[int, ...]:
    """The breaks of the series between two sets of figures, as its source names them."""
    if earlier.year is None or later.year is None:
        return ()
    low, high = sorted((earlier.year, later.year))
    named = region.sources.get(later.source, {}).get("breaks", [])
    return tuple(int(it) for it in named if isinstance(it, (int, np.integer)) and low < int(it) <= high)
