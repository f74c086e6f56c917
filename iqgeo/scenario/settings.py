"""The settings of a scenario, one row each.

The address of a page, the options of the commands, the plan file and the Python call are derived from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar

from iqgeo.scenario.kinds import Choice, Flag, Kind, Number, Whole, Year

if TYPE_CHECKING:
    from iqgeo.distances import Target

T = TypeVar("T")
S = TypeVar("S", bound="Settings")

DISTANCES: Final = ("detour", "straight", "road")
ALL: Final = "all"
DEFAULT_WEIGHT: Final = "migration_background"
DEFAULT_TARGET_KM: Final = 35.0
DEFAULT_TOWN_PEOPLE: Final = 10_000
"""Towns from this size are candidates: with every village allowed, the optimum names villages nobody
would open an office in."""

NETWORK_TABLES: Final = ("outreach", "advice")
"""Tables of the plan file whose settings say how a network works; no data depend on them."""


def setting(kind: Kind, default: T, plan: str, *, old: str = "", only: str = "") -> T:
    """A row of the table.

    Parameters
    ----------
    kind : Kind
        How it is read and written.
    default : T
        What every door begins with.
    plan : str
        Table and key in the plan file.
    old : str
        A former name in addresses.
    only : str
        The way of measuring it belongs to; empty for all.

    Returns
    -------
    T
        The field of the dataclass, which the type checker takes for its value.
    """
    row: T = field(default=default, metadata={"kind": kind, "plan": plan, "old": old, "only": only})
    return row


@dataclass(frozen=True)
class Settings:
    """What is counted, how it is measured, what counts as within reach.

    Attributes
    ----------
    stage : int | None
        Year of the network; ``None`` for all offices.
    weight : str
        Who is counted.
    year : int | None
        Year of the figures; ``None`` for the latest before ``stage``.
    distance : str
        One of :data:`DISTANCES`.
    detour_factor : float
        Km on the road per km of straight line, for ``detour``.
    snap_limit_km : float
        A place farther from any road has none, for ``road``.
    ferries : bool
        Whether a way may take a ferry, with its crossing time, for ``road``.
    target_km : float
        The promise; exactly the target counts as within.
    target_min : float | None
        The promise in minutes instead, for ``road``.
    across_border, planned : bool
        Count offices in other states, and those only announced.
    least_people : int
        Inhabitants from which a town is a candidate.
    home_km, places_per_office : float, int
        How far a place served on days may be from its home office, and how many an office serves
        (assumptions).
    days_per_month, day_hours : float
        Days on which a place is served (as documented for Northeim), and hours of presence on each (an
        assumption).
    rarely_below : float
        With fewer days a month a place counts as served rarely (an assumption).
    road_days : int
        Days an adviser is away in a month at most (an assumption).
    rate_per_1000 : float
        Consultations a year among 1,000 people (1,400 among the people of 2010).
    posts : float
        Advising posts (11.5 in 2012, evaluation report).
    per_post : float
        Consultations of a post in a year (derived from one operator's figures).
    office_posts : float
        Posts of a new office (an assumption).
    euros_per_post, euros_per_km : float
        What a post costs in a year, and a km driven (assumptions).
    half_km : float
        After so many km half as many come, where use falls off with the way (an assumption).
    telephone_pct : float
        Consultations that need no journey (0: none, as long as nobody says how many).
    """

    stage: int | None = setting(Year(ALL), None, "network.year")
    weight: str = setting(Choice(), DEFAULT_WEIGHT, "demand.weight")
    year: int | None = setting(Year("latest"), None, "demand.year")
    distance: str = setting(Choice(DISTANCES), "detour", "distance.kind")
    detour_factor: float = setting(Number(1.0, 10.0), 1.3, "distance.factor", old="factor", only="detour")
    snap_limit_km: float = setting(Number(0.001, 100.0), 2.0, "distance.snap_limit_km", only="road")
    ferries: bool = setting(Flag(), False, "distance.ferries", only="road")
    target_km: float = setting(Number(0.001, 20_000.0), DEFAULT_TARGET_KM, "target.km")
    target_min: float | None = setting(Number(0.1, 10_000.0, may_lack=True), None, "target.min", only="road")
    across_border: bool = setting(Flag(), False, "offices.across_border")
    planned: bool = setting(Flag(), False, "offices.planned")
    least_people: int = setting(Whole(0, 100_000_000), DEFAULT_TOWN_PEOPLE, "candidates.least_people")
    home_km: float = setting(Number(0.1, 1000.0), 75.0, "outreach.home_km")
    places_per_office: int = setting(Whole(1, 1000), 4, "outreach.places_per_office")
    days_per_month: float = setting(Number(0.05, 31.0), 2.0, "outreach.days_per_month")
    day_hours: float = setting(Number(0.1, 24.0), 6.0, "outreach.day_hours")
    rarely_below: float = setting(Number(0.0, 31.0), 1.0, "outreach.rarely_below")
    road_days: int = setting(Whole(1, 31), 8, "outreach.road_days")
    rate_per_1000: float = setting(Number(0.0001, 1000.0), 1.05, "advice.rate_per_1000")
    posts: float = setting(Number(0.001, 100_000.0), 11.5, "advice.posts")
    per_post: float = setting(Number(0.001, 1_000_000.0), 208.0, "advice.per_post")
    office_posts: float = setting(Number(0.01, 1000.0), 0.5, "advice.office_posts")
    euros_per_post: float = setting(Number(0.01, 10_000_000.0), 80_000.0, "advice.euros_per_post")
    euros_per_km: float = setting(Number(0.0, 1000.0), 0.3, "outreach.euros_per_km")
    half_km: float = setting(Number(0.1, 1000.0), 20.0, "advice.half_km")
    telephone_pct: float = setting(Number(0.0, 99.9), 0.0, "advice.telephone_pct")

    def measured_with(self) -> dict[str, Any]:
        """The settings that decide the data: without those of another way of measuring, or of a network."""
        return {
            row.name: getattr(self, row.name)
            for row in fields(self)
            if row.metadata["only"] in ("", self.distance) and not of_network(row.metadata["plan"])
        }

    def promised(self, unit: str = "") -> "Target":
        """The promise; ``unit`` is that of the measure, where it is not the settings' own."""
        from iqgeo.coverage import DEFAULT_TARGET_MIN
        from iqgeo.distances import KM, MINUTES, Target

        by_time = self.distance == "road" and self.target_min is not None
        if (unit or (MINUTES if by_time else KM)) == KM:
            return Target(self.target_km)
        return Target(DEFAULT_TARGET_MIN if self.target_min is None else self.target_min, MINUTES)

    def of_network(self) -> dict[str, Any]:
        """The settings of days away, consultations and posts."""
        return {row.name: getattr(self, row.name) for row in fields(self) if of_network(row.metadata["plan"])}


def of_network(plan: str) -> bool:
    """Whether a place in the plan file is that of a setting of days away, consultations and posts.

    Parameters
    ----------
    plan : str
        Table and key in the plan file.

    Returns
    -------
    bool
        True for the tables of :data:`NETWORK_TABLES`.
    """
    return plan.partition(".")[0] in NETWORK_TABLES


def plan_tables(*kinds: type) -> dict[str, list[str]]:
    """The tables of the plan file with the entries of the settings, all or those of some kinds.

    Parameters
    ----------
    *kinds : type
        Kinds of settings; none given: all.

    Returns
    -------
    dict[str, list[str]]
        The keys of each table, in the order of the settings.
    """
    tables: dict[str, list[str]] = {}
    for row in fields(Settings):
        if not kinds or isinstance(row.metadata["kind"], kinds):
            table, _, key = row.metadata["plan"].partition(".")
            tables.setdefault(table, []).append(key)
    return tables


class SettingsArgs(TypedDict, total=False):
    """The settings as keyword arguments; held equal to :class:`Settings` by a test."""

    stage: int | None
    weight: str
    year: int | None
    detour_factor: float
    snap_limit_km: float
    ferries: bool
    target_km: float
    target_min: float | None
    across_border: bool
    planned: bool
    least_people: int
    home_km: float
    places_per_office: int
    days_per_month: float
    day_hours: float
    rarely_below: float
    road_days: int
    rate_per_1000: float
    posts: float
    per_post: float
    office_posts: float
    euros_per_post: float
    euros_per_km: float
    half_km: float
    telephone_pct: float


def kind_of(name: str) -> Kind:
    """How a setting is read and written.

    Parameters
    ----------
    name : str
        Of a setting.

    Returns
    -------
    Kind
        Its kind.

    Raises
    ------
    KeyError
        If there is no such setting.
    """
    kind: Kind = Settings.__dataclass_fields__[name].metadata["kind"]
    return kind


OUT_OF_RANGE: Final[Mapping[str, str]] = {
    "target_km": "target",
    "target_min": "target_minutes",
    "detour_factor": "detour_factor",
    "snap_limit_km": "snap_limit",
    "home_km": "siting_bad_home_km",
    "places_per_office": "siting_bad_per_office",
    "days_per_month": "outreach_days",
    "rate_per_1000": "load_rate",
    "posts": "load_posts",
    "per_post": "load_per_post",
    "office_posts": "load_office_posts",
    "telephone_pct": "load_telephone",
}
"""The problem that a number outside its limits is, where it has words of its own."""


def limits_of(name: str) -> tuple[float, float]:
    """The limits of a setting that is a number.

    Parameters
    ----------
    name : str
        Of a setting.

    Returns
    -------
    tuple[float, float]
        Lowest and highest value that can be used, in the setting's unit.

    Raises
    ------
    TypeError
        If the setting is no number.
    """
    kind = kind_of(name)
    if not isinstance(kind, Number | Whole):
        raise TypeError(name)
    return kind.low, kind.high


def said_in(given: Mapping[str, str]) -> dict[str, str]:
    """Name the settings that are given as text.

    Parameters
    ----------
    given : Mapping[str, str]
        Text by name.

    Returns
    -------
    dict[str, str]
        Text by setting: a former name counts where the present one is absent, other names are passed over.
    """
    called = {row.name: row.name if row.name in given else row.metadata["old"] for row in fields(Settings)}
    return {name: given[it] for name, it in called.items() if it and it in given}


def read(given: Mapping[str, str], start: S) -> tuple[S, dict[str, str]]:
    """Read settings from text.

    Parameters
    ----------
    given : Mapping[str, str]
        Text by name.
    start : S
        What counts where nothing is given.

    Returns
    -------
    tuple[S, dict[str, str]]
        ``start`` with what was given, and what could not be read, by setting.
    """
    found: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for name, written in said_in(given).items():
        try:
            found[name] = kind_of(name).read(written)
        except ValueError:
            refused[name] = written
    return replace(start, **found), refused


def write(it: S, start: S) -> dict[str, str]:
    """Write as text what differs from ``start``; :func:`read` gives the same settings back.

    Parameters
    ----------
    it : S
        The settings.
    start : S
        What need not be written.

    Returns
    -------
    dict[str, str]
        Text by name.
    """
    return {
        row.name: row.metadata["kind"].write(getattr(it, row.name))
        for row in fields(Settings)
        if getattr(it, row.name) != getattr(start, row.name)
    }


def unusable(it: Settings) -> dict[str, Any]:
    """The settings whose values cannot be used.

    Parameters
    ----------
    it : Settings
        The settings.

    Returns
    -------
    dict[str, Any]
        Their values by name; empty if all can be used.
    """
    return {
        row.name: getattr(it, row.name)
        for row in fields(Settings)
        if not row.metadata["kind"].allows(getattr(it, row.name))
    }
