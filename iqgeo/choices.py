"""What a siting model answers, in towns, districts and people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from iqgeo import cards
from iqgeo.coverage import Coverage
from iqgeo.frames import plain_value
from iqgeo.texts import Lang, listed, number, text

if TYPE_CHECKING:
    from iqgeo.siting import Conflict

TRAVEL: Final = ("p-median", "p-center")
MODELS: Final = ("max-cover", "full-cover", "p-median", "p-center", "keep-best")


def unit_of(model: str, coverage: Coverage) -> str:
    """What the objective of a model counts, see :attr:`Suggestion.objective_unit`."""
    unit = coverage.target.unit
    journeys = {"p-median": f"person_{unit}", "p-center": unit}
    return "offices" if model == "full-cover" else journeys.get(model, "people")


@dataclass(frozen=True)
class SiteChoice:
    """A town the answer opens (or an office it keeps), with its reasons.

    Attributes
    ----------
    gain : float
        People it adds to the sites before it in the list (km saved for p-median)
    only_here : float
        People within the target of this site and of no other open one
    districts : tuple[tuple[str, float], ...]
        AGS of the districts it helps with the people it adds there, most first
    runner_up, runner_up_loss : str
        Best town to take instead with all others kept, and the people that
        loses; empty and NaN if the model has none or any other would lose all that this one adds
    refusal_loss : tuple[float, float] | None
        People lost if this town is ruled out and all is chosen anew (at least, at most);
        ``None`` if not asked for
    """

    id: str
    name: str
    lon: float
    lat: float
    gain: float
    only_here: float = float("nan")
    districts: tuple[tuple[str, float], ...] = ()
    runner_up: str = ""
    runner_up_id: str = ""
    runner_up_loss: float = float("nan")
    refusal_loss: tuple[float, float] | None = None


@dataclass(frozen=True)
class Unmet:
    """Why there is no answer: the rules that contradict each other, and the number that would do.

    Attributes
    ----------
    rules : tuple[str, ...]
        Some of ``one_per_district``, ``reach`` (everyone who can reach a town reaches an office),
        ``require`` and ``forbid``; with any one of them dropped there would be an answer. Empty if the
        time did not suffice to find them. ``every_district``: the share promised to every district.
    asked : int | None
        New offices asked for; ``None`` for any number
    fewest, least : int | None
        The smallest number found that meets every rule, and what it is proven not to be
        below; equal if proven. ``fewest`` is ``None`` if none was found, both are if there is none.
    districts : tuple[str, ...]
        Names of the districts in which no town is permitted, though each needs one
    """

    rules: tuple[str, ...]
    asked: int | None
    fewest: int | None
    least: int | None
    districts: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: "Conflict", districts: Sequence[str]) -> "Unmet":
        """What the engine found, with the names of the districts that no site can fill."""
        asked, fewest, least = (None if it < 0 else it for it in (found.asked, found.fewest, found.least))
        rules = tuple("one_per_district" if rule == "groups" else rule for rule in found.rules)
        return cls(rules, asked, fewest, least, tuple(districts))

    def sentence(self, lang: Lang = "de") -> str:
        """Which rules cannot be met, and what would do."""
        key = "unknown"
        if self.rules and self.least is None:
            key = "never_in" if self.districts else "never"
        elif self.rules and self.fewest is None:
            key = "more_needed"
        elif self.rules:
            key = "too_few" if self.fewest == self.least else "too_few_open"
        numbers = {"asked": self.asked, "fewest": self.fewest, "least": self.least}
        return text(
            f"suggestions.unmet.{key}",
            lang,
            rules=listed(text(f"suggestions.unmet.{rule}", lang) for rule in self.rules),
            districts=listed(self.districts),
            **{name: number(it, lang) for name, it in numbers.items() if it is not None},
        )


@dataclass(frozen=True)
class Suggestion:
    """An answer: which towns, what it brings, and how sure that is.

    Attributes
    ----------
    model : str
        What was asked: ``max-cover``, ``full-cover``, ``p-median``, ``p-center``, ``keep-best`` ...
    status : {'optimal', 'feasible', 'infeasible'}
        ``optimal`` only with a proof.
    objective, bound : float
        What the answer is worth and what no other choice can beat, in :attr:`objective_unit`; NaN without
        an answer.
    gap : float
        Their relative distance, 0 if optimal.
    seconds : float
        Clock time taken.
    sites : tuple[SiteChoice, ...]
        The towns, the one that adds most first; for ``keep-best`` the offices kept.
    before, after : Coverage
        Without and with the answer.
    candidates : int
        Number of towns to choose from.
    unreachable : pd.DataFrame
        Places that no permitted site reaches: ``id, ags, district_ags, people, nearest_km``.
    goal_met : bool
        Whether the share asked for is reached.
    smallest_target_km : float
        The target at which it could be, in km; NaN if not asked for.
    closed : tuple[str, ...]
        Ids of the offices that ``keep-best`` gives up.
    unmet : Unmet | None
        Why there is no answer.
    """

    model: str
    status: str
    objective: float
    bound: float
    gap: float
    seconds: float
    sites: tuple[SiteChoice, ...]
    before: Coverage
    after: Coverage
    candidates: int
    unreachable: pd.DataFrame
    goal_met: bool
    smallest_target_km: float
    closed: tuple[str, ...] = ()
    unmet: Unmet | None = None

    def __repr__(self) -> str:
        towns = ", ".join(it.name for it in self.sites) or "no town"
        return f"<Suggestion: {towns} ({self.model}, {self.status}); {self.after.in_short()}>"

    def _repr_html_(self) -> str:
        return cards.suggestion_card(self)

    @property
    def objective_unit(self) -> str:
        """What the objective and its bound count: ``people, offices``, or a journey.

        ``person_km`` (or ``person_min``) is the way of all together, ``km`` (or ``min``) the longest.
        """
        return unit_of(self.model, self.before)

    @property
    def gain_unit(self) -> str:
        """What the gains of the sites count: people, or the journey that is saved."""
        unit = self.objective_unit
        return "people" if unit == "offices" else unit

    @property
    def unreachable_people(self) -> float:
        """People whom no permitted site reaches."""
        return float(self.unreachable["people"].sum())

    def by_district(self) -> pd.DataFrame:
        """Who wins and who loses: ``ags, name, people, before, after, change``, largest change first."""
        before, after = (coverage.by_district() for coverage in (self.before, self.after))
        table = before[["ags", "name", "people"]].assign(before=before["covered"], after=after["covered"])
        table["change"] = table["after"] - table["before"]
        return table.sort_values(
            ["change", "ags"], key=lambda it: -it.abs() if it.name == "change" else it, ignore_index=True
        )

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data for JSON."""
        return {
            "model": self.model,
            "status": self.status,
            "objective": plain_value(self.objective),
            "objective_unit": self.objective_unit,
            "bound": plain_value(self.bound),
            "gap": plain_value(self.gap),
            "seconds": self.seconds,
            "sites": [
                {
                    "id": site.id,
                    "name": site.name,
                    "lon": site.lon,
                    "lat": site.lat,
                    "gain": plain_value(site.gain),
                    "only_here": plain_value(site.only_here),
                    "districts": [{"ags": ags, "people": people} for ags, people in site.districts],
                    "runner_up": site.runner_up_id or None,
                    "runner_up_name": site.runner_up or None,
                    "runner_up_loss": plain_value(site.runner_up_loss),
                    "refusal_loss": site.refusal_loss,
                }
                for site in self.sites
            ],
            "covered_before": self.before.covered,
            "covered_after": self.after.covered,
            "people": self.before.people,
            "unreachable_people": self.unreachable_people,
            "goal_met": self.goal_met,
            "smallest_target_km": plain_value(self.smallest_target_km),
            "candidates": self.candidates,
            "gain_unit": self.gain_unit,
            "closed": list(self.closed),
            "unmet": None if self.unmet is None else asdict(self.unmet),
            "target_km": plain_value(self.before.target_km),
            "distance": self.before.measure.kind,
            "weight": self.before.demand.weight,
            "year": self.before.demand.year,
            "stage": self.before.stage,
        }
