"""Where to open next, or what to keep: from a coverage and candidate towns to a proven answer.

Turns places and towns into the sets and distances that :mod:`iqgeo.siting` works on, and its numbers
back into towns, districts and people. The engine knows no geography; this module knows no solver.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo import remembered, siting
from iqgeo.choices import MODELS, TRAVEL, SiteChoice, Suggestion, Unmet
from iqgeo.coverage import Coverage
from iqgeo.distances import Pairs, Points, Straight
from iqgeo.errors import InputError, Problem
from iqgeo.offices import points_of
from iqgeo.reach import MeasuredReach
from iqgeo.region import Region
from iqgeo.spread import sets_by_tiles

__all__ = [
    "DEFAULT_NEW",
    "DEFAULT_TOWN_PEOPLE",
    "MODELS",
    "TRAVEL",
    "SiteChoice",
    "Siting",
    "Suggestion",
    "candidate_towns",
]

DEFAULT_TOWN_PEOPLE: Final = 10_000
"""Towns from this size are candidates: with every village allowed, the optimum names villages nobody
would open an office in."""
MOST_IN_A_TABLE: Final = 10_000_000
"""Pairs of places and sites that the models of travel hold at once; beyond that they measure as they go."""
DEFAULT_NEW: Final = 4


@dataclass(frozen=True, eq=False)
class Siting:
    """A coverage with its candidate towns, ready to be asked: existing offices first, then candidates.

    Attributes
    ----------
    start : Coverage
        The coverage to improve; its offices are the existing ones.
    candidates : pd.DataFrame
        Frame ``id, name, lon, lat`` (and what else it came with).
    require, forbid : tuple[str, ...]
        Ids of candidates that must or must not open.
    per_district : bool
        Demand an office in every district that has a candidate.
    require_places, forbid_places : tuple[str, ...]
        Ids of candidates that must, or must not, be served on days; a required one opens as no office.
    place_homes : Mapping[str, str]
        The home that a required place has already and keeps, by id.
    """

    start: Coverage
    candidates: pd.DataFrame
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    per_district: bool = False
    require_places: tuple[str, ...] = ()
    forbid_places: tuple[str, ...] = ()
    place_homes: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Siting: {len(self.candidates)} candidates; {self.start.in_short()}>"

    @property
    def existing(self) -> int:
        """Number of existing offices: sites below this number are offices."""
        return len(self.start.offices)

    @cached_property
    def sites(self) -> pd.DataFrame:
        """All sites in their order: ``id, name, lon, lat``."""
        columns = ["id", "name", "lon", "lat"]
        return pd.concat([self.start.offices[columns], self.candidates[columns]], ignore_index=True)

    @cached_property
    def rules(self) -> siting.SiteRules:
        """The rules in the numbers of the engine.

        Raises
        ------
        InputError
            Naming every id that is no candidate.
        """
        number = {str(key): self.existing + i for i, key in enumerate(self.candidates["id"])}
        problems = [
            Problem("site_unknown", column=name, value=key)
            for name, keys in (("require", self.require), ("forbid", self.forbid))
            for key in keys
            if key not in number
        ]
        problems += [
            Problem("site_required_and_forbidden", value=self._name_of(key))
            for key in sorted(set(self.require) & set(self.forbid))
            if key in number
        ]
        if not len(self.candidates):
            problems.append(Problem("candidates_empty"))
        if problems:
            raise InputError(problems)
        return siting.SiteRules(
            existing=tuple(range(self.existing)),
            require=tuple(number[key] for key in self.require),
            forbid=tuple(number[key] for key in self.forbid),
            groups=tuple(self.district_sites.values()) if self.per_district else (),
        )

    @property
    def barred(self) -> tuple[str, ...]:
        """Ids of candidates that may not open as offices."""
        return tuple(dict.fromkeys((*self.forbid, *self.require_places)))

    def _name_of(self, key: str) -> str:
        return str(self.candidates.loc[self.candidates["id"] == key, "name"].iloc[0])

    @cached_property
    def district_sites(self) -> dict[str, tuple[int, ...]]:
        """Sites by the AGS of the district they stand in, for every district with a candidate."""
        places = self.start.places
        # The district of the inhabited place next to it, whatever ways are measured with.
        beside = Straight().nearest(
            Points.of(self.sites["lon"], self.sites["lat"]), Points.of(places["lon"], places["lat"])
        )
        district = places["district_ags"].to_numpy()[beside.office]
        candidate = np.arange(len(self.sites)) >= self.existing
        return {
            str(ags): tuple(int(i) for i in np.flatnonzero(district == ags))
            for ags in np.unique(district[candidate])
        }

    @cached_property
    def people(self) -> NDArray[np.float64]:
        """People of every place."""
        return self.start.places["people"].to_numpy(dtype=float)

    @cached_property
    def points(self) -> tuple[Points, Points]:
        """Where the sites are, in their order, and where people live."""
        return points_of(self.sites, self.start.demand), self.start.demand.points

    def pairs(self, limit_km: float) -> Pairs:
        """Distances from places to sites up to a limit."""
        return self.start.measure.pairs(*self.points, limit_km)

    @cached_property
    def sets(self) -> "siting.CoverSets":
        """Which sites are within the target of which places."""
        return sets_by_tiles(self.start.measure, *self.points, self.people, self.start.target.value)

    @cached_property
    def table(self) -> "siting.DistanceTable":
        """All distances, for the models of travel."""
        pairs = self.pairs(np.inf)
        return siting.DistanceTable.from_pairs(
            pairs.candidate, pairs.place, pairs.distance_km, self.people, len(self.sites)
        )

    @property
    def too_many_for_a_table(self) -> bool:
        """Whether the models of travel measure as they go along instead of on a table of all distances."""
        return len(self.sites) * len(self.people) > MOST_IN_A_TABLE

    @cached_property
    def reach(self) -> MeasuredReach:
        """Distances measured when a model asks for them."""
        return MeasuredReach(self.start.measure, *self.points, self.people)

    def coverage_with(self, opened: Sequence[int]) -> Coverage:
        """The coverage by exactly these sites (numbers), computed anew, not taken from a solver."""
        number = np.asarray(opened, dtype=np.int64)
        existing = self.start.offices.iloc[number[number < self.existing]]
        new = self.candidates.iloc[number[number >= self.existing] - self.existing]
        offices = pd.concat([existing, new[["id", "name", "lon", "lat"]]], ignore_index=True)
        return self.start.again(offices=offices)

    def solve(
        self,
        model: str = "max-cover",
        *,
        new: int = DEFAULT_NEW,
        keep: int | None = None,
        share_pct: float = 100.0,
        control: "siting.Control | None" = None,
        reasons: bool = True,
        refusals: bool = False,
    ) -> Suggestion:
        """Ask one model.

        Parameters
        ----------
        model : str
            One of :data:`MODELS`.
        new : int
            Number of new offices (``max-cover``, ``p-median``, ``p-center``).
        keep : int | None
            Number of today's offices to keep (``keep-best``).
        share_pct : float
            Per cent of the people to bring within the target (``full-cover``).
        control : siting.Control | None
            Time limit, stop and progress.
        reasons : bool
            Explain each site (gain, districts, runner-up).
        refusals : bool
            Also what it costs to refuse a site: solves anew for each one.

        Raises
        ------
        InputError
            If the question cannot be asked: every problem at once.
        """
        full = model == "full-cover"
        started = time.perf_counter()
        asked = (model, new, keep, share_pct)
        answer = remembered.answer(self, asked, lambda: self._ask(*asked, control))
        found = self.suggestion_of(
            answer, share_pct=share_pct if full else 100.0, control=control, reasons=reasons,
            refusals=refusals, asked=None if full else new,
        )  # fmt: skip
        # Whoever waits does so for the distances and the reasons, too, not only for the search.
        return replace(found, seconds=time.perf_counter() - started)

    def suggestion_of(
        self,
        answer: siting.CoverAnswer | siting.TravelAnswer,
        *,
        share_pct: float = 100.0,
        control: "siting.Control | None" = None,
        reasons: bool = True,
        refusals: bool = False,
        asked: int | None = None,
    ) -> Suggestion:
        """An answer of the engine in towns, districts and people; ``asked`` new offices were asked for."""
        kept = answer.model == "keep-best"
        opened = list(answer.sites) if kept else [*range(self.existing), *answer.sites]
        explained: tuple[siting.SiteReason, ...] = ()
        if reasons and isinstance(answer, siting.CoverAnswer) and answer.sites and not kept:
            explained = self._explained(answer, control, refusals=refusals)
        unreachable, smallest_km = self._unreachable(share_pct)
        closed = [it for it in range(self.existing) if kept and it not in answer.sites]
        return Suggestion(
            model=answer.model,
            status=answer.status,
            objective=answer.objective,
            bound=answer.bound,
            gap=answer.gap,
            seconds=answer.seconds,
            sites=self._choices(answer, explained),
            before=self.start,
            after=self.coverage_with(opened),
            candidates=self.existing if kept else len(self.candidates) - len(self.barred),
            unreachable=unreachable,
            goal_met=answer.goal_met if isinstance(answer, siting.CoverAnswer) else not len(unreachable),
            smallest_target_km=smallest_km,
            closed=tuple(str(self.sites["name"].iloc[number]) for number in closed),
            unmet=self.unmet(answer.model, asked, control) if answer.status == "infeasible" else None,
        )

    def explained(
        self, chosen: Sequence[str], control: "siting.Control | None" = None
    ) -> tuple[SiteChoice, ...]:
        """Why each of some candidates (ids) stands among the others: its gain alone, its runner-up.

        For a choice that was made before, e.g. one that a plan carries with its proof; ids that are no
        candidate are left out.
        """
        number_of = {str(key): at for at, key in enumerate(self.sites["id"]) if at >= self.existing}
        sites = tuple(number_of[key] for key in chosen if key in number_of)
        answer = siting.CoverAnswer(
            "max-cover", "feasible", np.nan, np.nan, np.nan, 0.0, sites, (), self.rules,
            np.nan, np.nan, np.nan, np.nan, (), np.nan, goal_met=False,
        )  # fmt: skip
        reasons = self._explained(answer, control, refusals=False)
        return tuple(self._choice(it.site, it.gain, it) for it in reasons)

    def _explained(
        self, answer: siting.CoverAnswer, control: "siting.Control | None", *, refusals: bool
    ) -> tuple[siting.SiteReason, ...]:
        if refusals:
            return siting.explain(self.sets, answer, control)
        asked = "explain", answer.model, answer.sites
        return remembered.reasons(self, asked, lambda: siting.explain(self.sets, answer, refusals=False))

    def unmet(self, model: str, asked: int | None, control: "siting.Control | None" = None) -> Unmet:
        """Why a model has no answer with ``asked`` new offices (``None``: with any number)."""
        # Where there is no table of all distances, who is reached at all is not known as a whole.
        travels = model in TRAVEL and not self.too_many_for_a_table
        everyone = self.table.within(np.inf) if travels else None
        found = siting.conflict(len(self.sites), self.rules, asked, control, reach=everyone)
        empty = [list(self.district_sites)[at] for at in found.empty_groups]
        return Unmet.of(found, [self.start.district_names.get(ags, ags) for ags in empty])

    def _ask(
        self, model: str, new: int, keep: int | None, share_pct: float, control: "siting.Control | None"
    ) -> siting.CoverAnswer | siting.TravelAnswer:
        if model == "max-cover":
            return siting.max_cover(self.sets, new, self.rules, control)
        if model == "full-cover":
            if not 0 < share_pct <= 100:
                raise InputError(Problem("share_pct", column="share-pct", value=f"{share_pct:g}"))
            return siting.full_cover(self.sets, share_pct / 100, self.rules, control)
        if model in {"p-median", "p-center"}:
            return self._ask_of_travel(model, new, control)
        if model == "keep-best":
            kept = self.existing if keep is None else keep
            return siting.keep_best(self.sets, range(self.existing), kept, control)
        raise InputError(Problem("model_unknown", column="model", value=model))

    def _ask_of_travel(self, model: str, new: int, control: "siting.Control | None") -> siting.TravelAnswer:
        if self.too_many_for_a_table:
            growing = siting.p_median_growing if model == "p-median" else siting.p_center_growing
            return growing(self.reach, new, self.rules, control)
        whole = siting.p_median if model == "p-median" else siting.p_center
        return whole(self.table, new, self.rules, control)

    def _choices(
        self, answer: siting.Answer, explained: tuple[siting.SiteReason, ...]
    ) -> tuple[SiteChoice, ...]:
        reason_of = {reason.site: reason for reason in explained}
        return tuple(
            self._choice(site, gain, reason_of.get(site))
            for site, gain in zip(answer.sites, answer.gains, strict=True)
        )

    def _choice(self, number: int, gain: float, reason: siting.SiteReason | None) -> SiteChoice:
        site = self.sites.iloc[number]
        plain = SiteChoice(str(site["id"]), str(site["name"]), float(site["lon"]), float(site["lat"]), gain)
        if reason is None:
            return plain
        won = np.asarray(reason.gained_demand, dtype=np.int64)
        helped = pd.Series(self.people[won]).groupby(self.start.places["district_ags"].to_numpy()[won]).sum()
        helped = helped.sort_values(ascending=False, kind="stable")
        runner_up = self.sites.iloc[reason.runner_up] if reason.runner_up >= 0 else None
        return replace(
            plain,
            only_here=reason.gain,
            districts=tuple((str(ags), float(people)) for ags, people in helped.items() if people > 0),
            runner_up="" if runner_up is None else str(runner_up["name"]),
            runner_up_id="" if runner_up is None else str(runner_up["id"]),
            runner_up_loss=float("nan") if runner_up is None else reason.runner_up_loss,
            refusal_loss=reason.refusal_loss,
        )

    @cached_property
    def best_journey(self) -> NDArray[np.float64]:
        """The way of every place to the nearest site that is permitted, in the target's unit."""
        barred = set(self.rules.forbid)
        sites, places = self.points
        allowed = [i for i in range(len(self.sites)) if i not in barred]
        nearest = self.start.measure.nearest(places, sites.some(allowed))
        return nearest.journey(self.start.target.unit)

    def _unreachable(self, share_pct: float) -> tuple[pd.DataFrame, float]:
        """Places that no permitted site reaches, and the smallest target that brings in the share."""
        target, nearest, places = self.start.target, self.best_journey, self.start.places
        out = ~target.met_by(nearest) & (self.people > 0)
        columns = ["id", "ags", "district_ags", "people"]
        unreachable = places.loc[out, columns].assign(nearest_km=nearest[out])
        order = np.argsort(nearest, kind="stable")
        reached = np.cumsum(self.people[order])
        goal = share_pct / 100 * self.people.sum()
        enough = np.flatnonzero(reached >= goal * (1 - 1e-12))
        smallest = float(nearest[order[enough[0]]]) if len(enough) else float("inf")
        return unreachable.sort_values("people", ascending=False, kind="stable"), smallest


def candidate_towns(
    region: Region, least_people: int = DEFAULT_TOWN_PEOPLE, *, every_district: bool = False
) -> pd.DataFrame:
    """The region's towns from ``least_people`` inhabitants, as candidate sites.

    With ``every_district`` a district without a town of that size gives its largest one: otherwise nobody
    could be promised anything there.
    """
    towns = region.towns
    large = (towns["population"] >= least_people).to_numpy(dtype=bool)
    if every_district:
        ordered = towns.sort_values(["population", "id"], ascending=[False, True])
        first = ordered.drop_duplicates("district_ags")
        bare = first[~first["district_ags"].isin(towns.loc[large, "district_ags"])]
        large = large | towns.index.isin(bare.index)
    return towns[large].reset_index(drop=True)
