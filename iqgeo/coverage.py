"""Coverage: the nearest office of every place, and who is within the target, at every level."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from iqgeo import cards
from iqgeo.demand import Demand, district_of_municipality, municipality_keys
from iqgeo.distances import DEFAULT_DETOUR_FACTOR, KM, Detour, Measure, Reach, Straight, Target
from iqgeo.errors import InputError, Problem
from iqgeo.frames import plain_rows, plain_value
from iqgeo.offices import points_of
from iqgeo.region import Region

if TYPE_CHECKING:
    from iqgeo.siting import CoverSets

DEFAULT_TARGET_KM: Final = 35.0
DEFAULT_TARGET_MIN: Final = 30.0

COVERED: Final = "covered"
TOO_FAR: Final = "too_far"
FERRY_ONLY: Final = "ferry_only"
NO_ROAD: Final = "no_road"
NO_WAY: Final = "no_way"
NO_OFFICE: Final = "no_office"
ON_DAYS: Final = "on_days"
RARELY: Final = "rarely"
STATUSES: Final = (COVERED, ON_DAYS, RARELY, TOO_FAR, FERRY_ONLY, NO_ROAD, NO_WAY, NO_OFFICE)

OFFICE, DAYS, NONE = "office", "days", "none"
CLASSES: Final = (OFFICE, DAYS, RARELY, NONE)
"""How people are served: by an office in reach, on days, rarely, not at all."""
CLASS_OF: Final[Mapping[str, str]] = {COVERED: OFFICE, ON_DAYS: DAYS, RARELY: RARELY}
"""The class of a status; all others are not served. Legends and columns go by this table."""

DAY_COLUMNS: Final = (
    "id", "name", "lon", "lat", "home", "home_name", "home_km", "people", "days_per_month", "day_hours",
    "beyond",
)  # fmt: skip
NO_DAY_PLACES: Final = pd.DataFrame(columns=list(DAY_COLUMNS))


@dataclass(frozen=True)
class Band:
    """How far an estimated coverage can be off.

    ``covered_low`` people are within the target even at the upper factor, ``covered_high`` at the
    lower one; ``covered_most`` is a proven ceiling: nobody whose straight line is longer than the
    target can have a shorter road.
    """

    factor_low: float
    factor_high: float
    covered_low: float
    covered_high: float
    covered_most: float


@dataclass(frozen=True, eq=False)
class Coverage:
    """Who is within the target of an office, and who is not.

    Attributes
    ----------
    demand : Demand
        The people, by place.
    offices : pd.DataFrame
        The offices counted; ``people_nearest`` are those within the target for whom it is the nearest
    places : pd.DataFrame
        One row a place: ``id, ags, district_ags, lon, lat, landmass, people, nearest_office,
        nearest_office_id, distance_km, straight_km, minutes, snap_km, status``; ``distance_km`` is
        ``inf`` where no office can be reached, ``status`` one of :data:`STATUSES`; with places served
        on days also ``day_place`` (number of the nearest one in reach among ``day_places``, else -1)
    target : Target
        The promise, in the unit of the measure
    measure : Measure
        How distances are measured.
    stage : int | None
        Year of the network; ``None`` for offices of one's own.
    region : Region | None
        What is planned for; ``None`` for people of one's own who live in none that is known
    district_names, municipality_names : Mapping[str, str]
        Name by AGS.
    day_places : pd.DataFrame
        Places served on days, :data:`DAY_COLUMNS`; ``people`` have it as the nearest, and no office
    """

    demand: Demand
    offices: pd.DataFrame
    places: pd.DataFrame
    target: Target
    measure: Measure
    stage: int | None = None
    region: Region | None = None
    district_names: Mapping[str, str] = field(default_factory=dict)
    municipality_names: Mapping[str, str] = field(default_factory=dict)
    day_places: pd.DataFrame = field(default_factory=lambda: NO_DAY_PLACES)

    def __repr__(self) -> str:
        return f"<Coverage: {self.in_short()}>"

    def in_short(self) -> str:
        """The result in a line for a terminal: share, people, target, offices, year."""
        share = f"{self.share:.1%} of {self.people:,.0f} people" if self.people else "nobody"
        network = "" if self.stage is None else f" of {self.stage}"
        count = f"{len(self.offices)} office{'' if len(self.offices) == 1 else 's'}"
        return f"{share} within {self.target.value:g} {self.target.unit} of {count}{network}"

    def _repr_html_(self) -> str:
        return cards.coverage_card(self)

    @property
    def target_km(self) -> float:
        """The target in km; NaN where it is in another unit."""
        return self.target.value if self.target.unit == KM else float("nan")

    @cached_property
    def people(self) -> float:
        """All people."""
        return float(self.places["people"].sum())

    @cached_property
    def covered(self) -> float:
        """People within the target."""
        # Summed by numpy: a matrix product starts threads, and their number decides the order of the sum.
        return float(self.places["people"].to_numpy()[self.is_covered].sum())

    @property
    def uncovered(self) -> float:
        """People not within the target."""
        return self.people - self.covered

    @property
    def without_road(self) -> float:
        """People whom the road network knows no road for: they count as not within the target."""
        return float(self.places.loc[self.places["status"] == NO_ROAD, "people"].sum())

    @property
    def share(self) -> float:
        """Share of people within the target, 0 to 1; NaN without people."""
        return self.covered / self.people if self.people else float("nan")

    @cached_property
    def is_covered(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each place is within the target, shape ``(n,)``."""
        return np.asarray(self.places["status"].to_numpy() == COVERED)

    @cached_property
    def service(self) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        """How each place is served, one of :data:`CLASSES`, shape ``(n,)``."""
        at, known = pd.factorize(self.places["status"])
        return np.array([CLASS_OF.get(it, NONE) for it in known], dtype=object)[at]

    def people_by(self, service: str) -> float:
        """People who are served in a way, one of :data:`CLASSES`."""
        return float(self.places["people"].to_numpy(dtype=float)[self.service == service].sum())

    @cached_property
    def office_sets(self) -> "CoverSets":
        """Which offices are within the target of which places."""
        return self.sets_of(self.offices)

    def sets_of(self, sites: pd.DataFrame) -> "CoverSets":
        """Which of some sites are within the target of which places; sites count in the frame's order."""
        from iqgeo.siting import CoverSets

        people = self.places["people"].to_numpy(dtype=float)
        if not len(sites):
            # A table has at least one site; one that reaches nobody adds nothing.
            return CoverSets.from_pairs([], [], people, 1)
        points = points_of(sites, self.demand), self.demand.points
        pairs = self.measure.pairs(*points, self.target.value)
        return CoverSets.from_pairs(pairs.candidate, pairs.place, people, len(sites))

    @cached_property
    def band(self) -> Band | None:
        """What the estimate leaves open; ``None`` where distances are not estimated."""
        if self.measure.band is None:
            return None
        low, high = self.measure.band
        straight = self.places["straight_km"].to_numpy()
        people = self.places["people"].to_numpy()
        certain, possible, most = (
            float(people[self.target.met_by(straight * factor)].sum()) for factor in (high, low, 1.0)
        )
        return Band(low, high, certain, possible, most)

    def by_district(self) -> pd.DataFrame:
        """One row a district, the same columns as in JSON.

        ``ags, name, people, covered, uncovered, share, mean_km, max_km, nearest_office``;
        ``mean_km`` is weighted by people; both lengths leave out places that cannot be reached.
        ``nearest_office`` is the one nearest to most people. With places served on days also
        ``on_days, rarely``: people of these classes, part of the uncovered.
        """
        return self._districts.copy()

    @cached_property  # pages show them at every click, papers several times
    def _districts(self) -> pd.DataFrame:
        return self._by(self.places["district_ags"], lambda key: self.district_names.get(key, key))

    def by_municipality(self) -> pd.DataFrame:
        """The same per municipality, with its ``district_ags``."""
        return self._municipalities.copy()

    @cached_property
    def _municipalities(self) -> pd.DataFrame:
        table = self._by(municipality_keys(self.places), self.municipality_name)
        table.insert(2, "district_ags", table["ags"].map(district_of_municipality(self.places)))
        return table

    def municipality_name(self, key: str) -> str:
        """The name of a municipality; a key without one stands for it, but no key of a district."""
        return self.municipality_names.get(key, "" if key in self.district_names else key)

    def again(self, *, offices: pd.DataFrame | None = None, target_km: float | None = None) -> "Coverage":
        """The same question with other offices or another target (in km), computed anew."""
        return assess_places(
            self.demand,
            self.offices if offices is None else offices,
            self.measure,
            self.target if target_km is None else Target(target_km),
            stage=self.stage,
            region=self.region,
            district_names=self.district_names,
            municipality_names=self.municipality_names,
        )

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data for JSON, with everything needed to read it.

        ``share`` is 0 to 1; missing and unreachable are ``None``; ``districts`` add up to the totals.
        """
        return {
            "target_km": plain_value(self.target_km),
            **({} if self.target.unit == KM else {"target_min": self.target.value}),
            "distance": self.measure.kind,
            "detour_factor": self.measure.factor,
            "weight": self.demand.weight,
            "year": self.demand.year,
            "stage": self.stage,
            "people": self.people,
            "covered": self.covered,
            "uncovered": self.uncovered,
            "share": plain_value(self.share),
            "band": None if self.band is None else asdict(self.band),
            "published_total": plain_value(self.demand.published_total),
            "uncovered_by_reason": {
                str(status): float(people)
                for status, people in self.places.groupby("status")["people"].sum().items()
                if status != COVERED
            },
            "people_on_days": self.people_by(DAYS),
            "people_rarely": self.people_by(RARELY),
            "people_not_served": self.people_by(NONE),
            "offices": plain_rows(self.offices),
            "places": plain_rows(self.day_places),
            "districts": plain_rows(self.by_district()),
        }

    def _by(self, key: pd.Series, called: Callable[[str], str]) -> pd.DataFrame:
        places = self.places
        row, keys = pd.factorize(key, sort=True)
        reachable = np.isfinite(places["distance_km"].to_numpy())
        people = places["people"].to_numpy(dtype=float)
        kilometres = np.where(reachable, places["distance_km"].to_numpy(), 0.0)

        def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(row, values, len(keys)).astype(np.float64)

        longest = np.full(len(keys), -np.inf)
        np.maximum.at(longest, row[reachable], kilometres[reachable])
        table = pd.DataFrame(
            {"people": total(people), "covered": total(people * self.is_covered)}, index=keys
        )
        table["max_km"] = np.where(np.isfinite(longest), longest, np.nan)
        table["on_days"] = total(people * (self.service == DAYS))
        table["rarely"] = total(people * (self.service == RARELY))
        table["uncovered"] = table["people"] - table["covered"]
        with np.errstate(invalid="ignore", divide="ignore"):
            table["share"] = table["covered"] / table["people"]
            table["mean_km"] = total(people * kilometres) / total(people * reachable)
        table["name"] = [called(key) for key in table.index]
        table["nearest_office"] = self._nearest_to_most(row, len(keys))
        order = [
            "ags", "name", "people", "covered", "uncovered", "share", "mean_km", "max_km", "nearest_office",
        ]  # fmt: skip
        if len(self.day_places):
            order += ["on_days", "rarely"]
        return table.rename_axis("ags").reset_index()[order]

    def _nearest_to_most(self, row: NDArray[np.int64], count: int) -> list[str]:
        """The office nearest to most people of each row of a table; empty where none can be reached."""
        reachable = np.isfinite(self.places["distance_km"].to_numpy())
        office, ids = pd.factorize(self.places["nearest_office_id"][reachable], sort=True)
        people = self.places["people"].to_numpy(dtype=float)[reachable]
        pair, which = np.unique(row[reachable] * max(1, len(ids)) + office, return_inverse=True)
        of_row, rank = np.divmod(pair, max(1, len(ids)))
        # Of equally many people the office whose id comes first.
        order = np.lexsort((rank, -np.bincount(which, people, len(pair)), of_row))
        found, first = np.unique(of_row[order], return_index=True)
        _, one = np.unique(office, return_index=True)
        name_of = self.places["nearest_office"][reachable].to_numpy(dtype=object)[one]
        names = [""] * count
        for at, best in zip(found.tolist(), rank[order][first].tolist(), strict=True):
            names[at] = str(name_of[best])
        return names


def assess_places(
    demand: Demand,
    offices: pd.DataFrame,
    measure: Measure,
    target: Target | float,
    *,
    stage: int | None = None,
    region: Region | None = None,
    district_names: Mapping[str, str] | None = None,
    municipality_names: Mapping[str, str] | None = None,
) -> Coverage:
    """Coverage of ``demand`` by exactly these ``offices``; a bare ``target`` is in the measure's unit.

    Raises
    ------
    InputError
        If the target is in another unit than the measure.
    """
    target = target if isinstance(target, Target) else Target(target, measure.unit)
    if target.unit != measure.unit:
        raise InputError(Problem("target_unit", value=target.unit, details={"unit": measure.unit}))
    places = demand.places
    nearest = measure.nearest(demand.points, points_of(offices, demand))
    reachable = np.isfinite(nearest.distance_km)
    covered = reachable & target.met_by(nearest.journey(target.unit))
    status = np.where(reachable, STATUSES.index(TOO_FAR), STATUSES.index(NO_OFFICE))
    for reach, named in ((Reach.FERRY_ONLY, FERRY_ONLY), (Reach.NO_ROAD, NO_ROAD), (Reach.NO_WAY, NO_WAY)):
        status[nearest.reach == reach] = STATUSES.index(named)
    status[covered] = STATUSES.index(COVERED)
    names = np.append(offices["name"].to_numpy(dtype=object), "")
    ids = np.append(offices["id"].to_numpy(dtype=object), "")
    office = np.where(reachable, nearest.office, len(offices))
    assessed = places.assign(
        nearest_office=_each(names, office),
        nearest_office_id=_each(ids, office),
        distance_km=nearest.distance_km,
        straight_km=nearest.straight_km,
        minutes=nearest.minutes,
        snap_km=nearest.snap_km,
        status=_each(STATUSES, status),
    )
    served = np.bincount(
        office[covered], weights=places["people"].to_numpy(dtype=float)[covered], minlength=len(names)
    )
    return Coverage(
        demand=demand,
        offices=offices.assign(people_nearest=served[: len(offices)]),
        places=assessed,
        target=target,
        measure=measure,
        stage=stage,
        region=region,
        district_names=district_names or {},
        municipality_names=municipality_names or {},
    )


def _each(few: Sequence[object] | NDArray[np.object_], at: NDArray[np.int64]) -> ExtensionArray:
    """Some of a few values by their positions, as a column: what they are is looked at once, not at each."""
    return pd.Series(list(few)).array.take(at)


def measure_of(distance: str, detour_factor: float = DEFAULT_DETOUR_FACTOR) -> Measure:
    """The measure by its name, ``straight`` or ``detour``.

    Raises
    ------
    InputError
        If the name is unknown or the factor is below 1 or not finite.
    """
    if distance == "straight":
        return Straight()
    if distance == "detour":
        if not (np.isfinite(detour_factor) and detour_factor >= 1):
            raise InputError(Problem("detour_factor", column="detour-factor", value=f"{detour_factor:g}"))
        return Detour(detour_factor)
    raise InputError(Problem("distance_unknown", column="distance", value=distance))


def check_target(target: float, unit: str = KM) -> None:
    """Refuse a target that is no positive, finite length."""
    if not (np.isfinite(target) and target > 0):
        code = "target" if unit == KM else "target_minutes"
        raise InputError(Problem(code, column=f"target-{unit}", value=f"{target:g}"))
