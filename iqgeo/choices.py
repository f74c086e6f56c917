"""What a siting model answers, in towns, districts and people."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.frames import plain_value


@dataclass(frozen=True)
class SiteChoice:
    """A town the answer opens (or an office it keeps), with its reasons.

    Attributes
    ----------
    gain : people it adds to the sites before it in the list (km saved for p-median)
    only_here : people within the target of this site and of no other open one
    districts : AGS of the districts it helps with the people it adds there, most first
    runner_up, runner_up_loss : best town to take instead with all others kept, and the people that
        loses; empty and NaN if there is none or the model has none
    refusal_loss : people lost if this town is ruled out and all is chosen anew (at least, at most);
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
class Suggestion:
    """An answer: which towns, what it brings, and how sure that is.

    ``status`` is ``optimal`` only with a proof; ``bound`` is what no other choice can beat and
    ``gap`` the relative distance to it. ``before`` and ``after`` are the coverages without and with
    the answer. ``unreachable`` lists places that no permitted site reaches: ``id, ags,
    district_ags, people, nearest_km``. ``closed`` names the offices ``keep-best`` gives up.
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
            "closed": list(self.closed),
            "target_km": plain_value(self.before.target_km),
            "distance": self.before.measure.kind,
            "weight": self.before.demand.weight,
            "year": self.before.demand.year,
            "stage": self.before.stage,
        }
