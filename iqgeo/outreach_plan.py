"""New offices with places served on days: what was chosen, whom it serves, what is proven of it."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iqgeo import siting
from iqgeo.access.outreach import Outreach
from iqgeo.choices import Suggestion
from iqgeo.frames import plain_value


@dataclass(frozen=True)
class DayPlace:
    """A town served on days; ``people`` have it as the nearest place in reach and no office."""

    id: str
    name: str
    lon: float
    lat: float
    home: str
    home_name: str
    home_km: float
    people: float


@dataclass(frozen=True)
class Obvious:
    """Why the offices that alone reach most people do not do: whom no place served from them reaches.

    ``names`` are the new ones among them, ``districts`` holds AGS and people, most first.
    """

    names: tuple[str, ...]
    people: float
    districts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class OutreachPlan:
    """New offices with places served on days.

    Attributes
    ----------
    offices : Suggestion
        The new offices as a suggestion of their own; its ``after`` counts offices only.
    status, goals : str, tuple[siting.GoalProof, ...]
        Of the joint search: the first goal's status, and value and bound of each.
    people_with_office, people_on_days, people_not_served : float
        The three classes, together everyone.
    on_days : NDArray[np.bool_]
        Whether each place of the demand is served on days only, shape ``(n,)``.
    given_up : tuple[tuple[str, str], ...]
        Ids and names of places served on days so far that are no longer.
    least : str
        What was kept low, one of :data:`iqgeo.proof.LEAST`.
    obvious : Obvious | None
        Why the offices that alone reach most fail; ``None`` if they do not.
    """

    offices: Suggestion
    places: tuple[DayPlace, ...]
    outreach: Outreach
    status: str
    goals: tuple["siting.GoalProof", ...]
    people_with_office: float
    people_on_days: float
    people_not_served: float
    goal_met: bool
    on_days: NDArray[np.bool_]
    obvious: Obvious | None
    given_up: tuple[tuple[str, str], ...] = ()
    least: str = "places"

    def __repr__(self) -> str:
        chosen = f"{len(self.offices.sites)} new, {len(self.places)} on days ({self.status})"
        return f"<OutreachPlan: {chosen}; {self.people_with_office + self.people_on_days:,.0f} people served>"

    @property
    def km_a_year(self) -> float:
        """Kilometres driven in a year between homes and places."""
        return math.fsum(self.outreach.km_a_year(place.home_km) for place in self.places)

    @property
    def posts(self) -> float:
        """Posts of presence in new offices and places, with the hours on the road."""
        return self.outreach.posts(len(self.offices.sites), len(self.places), self.km_a_year)

    @property
    def euros(self) -> float:
        """Euros a year for these posts and the km driven."""
        return self.outreach.euros(self.posts, self.km_a_year)

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data for JSON: the suggestion's keys, the places and the classes."""
        obvious = self.obvious
        return {
            **self.offices.to_dict(),
            "status": self.status,
            "goal_met": self.goal_met,
            "places": [
                {
                    "id": place.id, "name": place.name, "lon": place.lon, "lat": place.lat,
                    "home": place.home, "home_name": place.home_name, "home_km": place.home_km,
                    "people": place.people,
                }
                for place in self.places
            ],
            "places_given_up": [{"id": key, "name": name} for key, name in self.given_up],
            "people_with_office": self.people_with_office,
            "people_on_days": self.people_on_days,
            "people_not_served": self.people_not_served,
            "goals": [
                {
                    "goal": goal.goal, "value": plain_value(goal.value), "bound": plain_value(goal.bound),
                    "proven": goal.proven,
                }
                for goal in self.goals
            ],
            "home_km": self.outreach.home_km,
            "places_per_office": self.outreach.per_office,
            "days_per_month": self.outreach.days_per_month,
            "rarely": self.outreach.rarely,
            "km_a_year": self.km_a_year,
            "posts_of_presence": self.posts,
            "euros_a_year": self.euros,
            "least": self.least,
            "obvious": None
            if obvious is None
            else {
                "offices": list(obvious.names), "stranded_people": obvious.people,
                "districts": [{"ags": ags, "people": people} for ags, people in obvious.districts],
            },
        }  # fmt: skip
