"""Beyond most people: a promise for every district, what each would take, and the network safe in failure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from iqgeo import siting
from iqgeo.access.fairness import attendance, attending, fairness_of
from iqgeo.choices import Suggestion, Unmet
from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief, plain_rows, plain_value
from iqgeo.suggestions import Siting

LEVELS_PCT: Final = (80.0, 90.0, 95.0, 100.0)
MODELS: Final = ("full-cover", "max-cover")


@dataclass(frozen=True, repr=False)
class DistrictPromise(Brief):
    """An answer in which every district has its share, or what it can have.

    Attributes
    ----------
    suggestion : Suggestion
        The towns, as from any other model.
    districts : pd.DataFrame
        ``ags, name, people, promised, possible, covered`` (people); ``promised`` is the share asked for, cut
        to ``possible``.
    price : float
        People covered less than without the promise (``max-cover``; NaN otherwise, and where there is no
        answer).
    """

    suggestion: Suggestion
    share_pct: float
    districts: pd.DataFrame
    price: float

    @property
    def short(self) -> pd.DataFrame:
        """Districts that cannot have the share from any of the candidates."""
        asked = self.districts["people"] * self.share_pct / 100
        return self.districts[self.districts["possible"] < asked * (1 - 1e-12)]

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data for JSON."""
        return {
            **self.suggestion.to_dict(),
            "district_share_pct": self.share_pct,
            "price": plain_value(self.price),
            "districts": plain_rows(self.districts),
        }


def district_promise(
    task: Siting,
    share_pct: float,
    *,
    model: str = "full-cover",
    new: int = 0,
    control: siting.Control | None = None,
) -> DistrictPromise:
    """Fewest new offices (``full-cover``) or most people with ``new`` (``max-cover``), each district served.

    Raises
    ------
    InputError
        A share that is none, another model, contradicting rules.
    """
    problems = []
    if not 0 < share_pct <= 100:
        problems.append(Problem("share_pct", column="district-share-pct", value=f"{share_pct:g}"))
    if model not in MODELS:
        details = {"known": ", ".join(MODELS)}
        problems.append(Problem("district_share_model", column="model", value=model, details=details))
    if problems:
        raise InputError(problems)
    parts, keys = parts_of(task)
    price = float("nan")
    if model == "full-cover":
        found = siting.fewest_for_parts(task.sets, parts, share_pct / 100, task.rules, control)
    else:
        found = siting.most_for_parts(task.sets, parts, share_pct / 100, new, task.rules, control)
        quick = replace(control or siting.Control(), progress=None)
        free = siting.max_cover(task.sets, new, task.rules, quick)
        # What cannot be had has no price.
        if found.answer.status != "infeasible":
            price = free.covered_after - found.answer.covered_after
    suggestion = task.suggestion_of(found.answer, control=control)
    if model == "max-cover" and found.answer.status == "infeasible":
        suggestion = replace(suggestion, unmet=_too_few(task, parts, share_pct, new, control))
    names = task.start.district_names
    districts = pd.DataFrame(
        {
            "ags": keys,
            "name": [names.get(key, key) for key in keys],
            "people": found.total,
            "promised": found.promised,
            "possible": found.possible,
            "covered": found.reached,
        }
    )
    return DistrictPromise(suggestion, share_pct, districts, price)


def _too_few(
    task: Siting, parts: siting.Parts, share_pct: float, new: int, control: siting.Control | None
) -> Unmet | None:
    """How many offices a promise for every district takes where ``new`` are too few."""
    quick = replace(control or siting.Control(), progress=None)
    found = siting.fewest_for_parts(task.sets, parts, share_pct / 100, task.rules, quick).answer
    if found.status == "infeasible":
        # No number of offices does it: the rules for towns contradict each other.
        return task.unmet("max-cover", new, control)
    fewest = None if np.isnan(found.objective) else round(found.objective)
    return Unmet(("every_district",), new, fewest, max(new + 1, round(found.bound)))


def parts_of(task: Siting) -> tuple[siting.Parts, list[str]]:
    """The districts of the demand as parts, and their AGS by number."""
    keys, number = np.unique(task.start.places["district_ags"].to_numpy(dtype=str), return_inverse=True)
    return siting.Parts(number.astype(np.int64), task.people), [str(key) for key in keys]


def promised_shares(task: Siting, share_pct: float) -> dict[str, float]:
    """Share of its people (0 to 1) that a promise for every district means in each, by AGS.

    What is asked for, or what all candidates together reach of it where that is less; NaN without people.
    """
    parts, keys = parts_of(task)
    share = share_pct / 100
    possible = siting.reachable_of_parts(task.sets, parts, task.rules)
    people = np.bincount(parts.of_demand, parts.weight, parts.number)
    with np.errstate(invalid="ignore", divide="ignore"):
        most = np.array(possible) / people
    return dict(zip(keys, np.minimum(share, most).tolist(), strict=True))


def district_needs(
    task: Siting, levels_pct: Sequence[float] = LEVELS_PCT, control: siting.Control | None = None
) -> pd.DataFrame:
    """What it would take in each district: the fewest new offices for each level, and which.

    Columns: ``ags, name, level_pct, new, sites`` (names), ``possible`` (False where no choice of candidates
    does it: ``new`` is for what can be had) and ``status``.
    """
    parts, keys = parts_of(task)
    shares = [level / 100 for level in levels_pct]
    found = siting.needs_of_parts(task.sets, parts, shares, task.rules, control)
    names = task.start.district_names
    return pd.DataFrame(
        [
            {
                "ags": key,
                "name": names.get(key, key),
                "level_pct": level,
                "new": len(answer.sites),
                "sites": ", ".join(task.sites["name"].iloc[list(answer.sites)]),
                "possible": answer.goal_met,
                "status": answer.status,
            }
            for key, of_district in zip(keys, found, strict=True)
            for level, answer in zip(levels_pct, of_district, strict=True)
        ]
    )


@dataclass(frozen=True)
class SafeSuggestion:
    """An answer judged by what is left after the worst single failure.

    Attributes
    ----------
    suggestion : Suggestion
        The towns; objective and bound are people left after the worst failure.
    after_worst_failure : float
        People with an office in reach when the worst office fails.
    worst_failure : tuple[str, str]
        Id and name of that office.
    price : float
        People covered less than by the choice that covers most while nothing fails.
    plain_after_worst : float
        What that other choice is left with.
    """

    suggestion: Suggestion
    after_worst_failure: float
    worst_failure: tuple[str, str]
    price: float
    plain_after_worst: float

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data for JSON."""
        return {
            **self.suggestion.to_dict(),
            "after_worst_failure": plain_value(self.after_worst_failure),
            "worst_failure": {"id": self.worst_failure[0], "name": self.worst_failure[1]},
            "price": plain_value(self.price),
            "plain_after_worst_failure": plain_value(self.plain_after_worst),
        }


def safe_network(task: Siting, new: int, control: siting.Control | None = None) -> SafeSuggestion:
    """The ``new`` offices with which most people keep an office when the worst one fails, and the price."""
    found = siting.safe_cover(task.sets, new, task.rules, control)
    plain = found.plain
    opened = [*range(task.existing), *plain.sites]
    lost = siting.lost_without(task.sets, opened)
    worst = ("", "")
    if found.worst >= 0:
        site = task.sites.iloc[found.worst]
        worst = (str(site["id"]), str(site["name"]))
    return SafeSuggestion(
        task.suggestion_of(found.answer, control=control),
        found.after_worst,
        worst,
        plain.covered_after - found.answer.covered_after,
        plain.covered_after - float(lost.max(initial=0.0)),
    )


@dataclass(frozen=True)
class FairSuggestion:
    """An answer judged by the spread of the ways (`kolm-pollak`) or by who comes (`attendance`).

    Attributes
    ----------
    suggestion : Suggestion
        The towns; objective and bound in km (``kolm-pollak``) or people (``attendance``).
    before, after : float
        The same measure without and with the answer.
    parameter : float
        The aversion a km, or the km after which half as many come.
    """

    suggestion: Suggestion
    before: float
    after: float
    parameter: float

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data for JSON."""
        return {
            **self.suggestion.to_dict(),
            "measure_before": plain_value(self.before),
            "measure_after": plain_value(self.after),
            "parameter": self.parameter,
        }


def fair_network(
    task: Siting, new: int, kappa: float | None = None, control: siting.Control | None = None
) -> FairSuggestion:
    """The ``new`` offices with the least Kolm-Pollak way: a p-median on ``exp(kappa km)``.

    ``kappa`` is that of today's ways unless given. People nobody can reach are left out.

    Raises
    ------
    InputError
        If the question cannot be asked.
    """
    today = fairness_of(task.start, kappa)
    if not np.isfinite(today.kappa) or today.kappa <= 0:
        raise InputError(Problem("fair_kappa", value=f"{today.kappa:g}"))
    table = replace(task.table, km=np.exp(today.kappa * task.table.km))
    found = siting.p_median(table, new, task.rules, control)
    suggestion = task.suggestion_of(found, control=control)
    after = fairness_of(suggestion.after, today.kappa).kolm_pollak_km
    reached = float(task.people.sum()) - found.unreached_weight
    bound = float(np.log(found.bound / reached) / today.kappa) if found.bound > 0 and reached > 0 else np.nan
    return FairSuggestion(
        _restated(suggestion, "kolm-pollak", after, min(bound, after)),
        today.kolm_pollak_km, after, today.kappa,
    )  # fmt: skip


def attended_network(
    task: Siting, new: int, half_km: float, control: siting.Control | None = None
) -> FairSuggestion:
    """The ``new`` offices to which most people come, half as many after every ``half_km``.

    Raises
    ------
    InputError
        If the question cannot be asked.
    """
    table = replace(task.table, km=1.0 - attendance(task.table.km, half_km))
    found = siting.p_median(table, new, task.rules, control, beyond_km=1.0)
    suggestion = task.suggestion_of(found, control=control)
    after = attending(suggestion.after, half_km)
    bound = max(after, float(task.people.sum()) - found.bound)
    return FairSuggestion(
        _restated(suggestion, "attendance", after, bound), attending(task.start, half_km), after, half_km
    )


def _restated(suggestion: Suggestion, model: str, value: float, bound: float) -> Suggestion:
    """An answer whose numbers are those of the measure, not of the table it was found on."""
    proven = suggestion.status == "optimal"
    bound = value if proven else bound
    gap = abs(bound - value) / abs(value) if value else float("nan")
    sites = tuple(replace(site, gain=float("nan")) for site in suggestion.sites)
    return replace(suggestion, model=model, objective=value, bound=bound, gap=gap, sites=sites)


@dataclass(frozen=True)
class RoomSuggestion:
    """An answer in which no office serves more people than it has room for.

    ``served`` of the people within the target find room; ``full`` names the offices that are full together.
    ``plain`` names the new offices that reach most people, room or not, and ``plain_served`` find room then;
    ``room`` is that of each site of the task, today's offices first.
    """

    suggestion: Suggestion
    served: float
    full: tuple[str, ...]
    plain: tuple[str, ...]
    plain_served: float
    room: tuple[float, ...]

    @property
    def same(self) -> bool:
        """Whether the same towns are chosen as without a look at the room."""
        return {it.name for it in self.suggestion.sites} == set(self.plain)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data for JSON.

        Beside the keys of a suggestion: ``served`` (people who find an appointment), ``room`` (``id, name,
        people`` of every office), ``full`` (names of those full together), ``plain_offices`` and
        ``plain_served`` (the towns without a look at the room, and who finds an appointment there),
        ``same_as_plain``.
        """
        offices = self.suggestion.after.offices
        before = len(self.suggestion.before.offices)
        rooms = [*self.room[:before], *[self.room[-1]] * (len(offices) - before)]
        return {
            **self.suggestion.to_dict(),
            "served": plain_value(self.served),
            "full": list(self.full),
            "room": [
                {"id": str(key), "name": str(name), "people": plain_value(room)}
                for key, name, room in zip(offices["id"], offices["name"], rooms, strict=False)
            ],
            "plain_offices": list(self.plain),
            "plain_served": plain_value(self.plain_served),
            "same_as_plain": self.same,
        }


def network_with_room(
    task: Siting, new: int, room: Sequence[float], control: siting.Control | None = None
) -> RoomSuggestion:
    """The ``new`` offices that serve most people, ``room`` people at most at each site of the task.

    With posts, the people one post manages are its consultations divided by the rate.

    Raises
    ------
    InputError
        If the question cannot be asked.
    """
    found = siting.cover_with_room(task.sets, room, new, task.rules, control)
    full, plain = (
        tuple(str(name) for name in task.sites["name"].iloc[list(numbers)])
        for numbers in (found.full, found.plain)
    )
    suggestion = task.suggestion_of(found.answer, control=control, asked=new)
    return RoomSuggestion(suggestion, found.served, full, plain, found.plain_served, tuple(room))
