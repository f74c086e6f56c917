"""How firm a choice is: the same question under other assumptions, each solved anew, town by town."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from iqgeo import remembered
from iqgeo.demand import build_demand, years_of
from iqgeo.distances import KM, Target, great_circle_km
from iqgeo.region import Region

if TYPE_CHECKING:
    from iqgeo.siting import Control, CoverSets
    from iqgeo.suggestions import Siting

Turn = Callable[[], AbstractContextManager[object]]

BESIDE_KM: Final = 20.0
"""A town no farther than this, as the crow flies, serves the same area."""
SHAKY: Final = 1 / 3
"""A town that is chosen in fewer than this part of the assumptions is shaky."""
_MOST_ORDERS: Final = 2_000
"""Up to here every order is tried, in less time than loading what needs not."""
_OTHER_PROMISE: Final = {35.0: 30.0, 30.0: 35.0}


@dataclass(frozen=True)
class Assumption:
    """What else could be promised or counted; ``factor`` and ``year`` are ``None`` where there is no choice.

    ``own`` is the one that the choice was made under.
    """

    target: float
    factor: float | None
    year: int | None
    own: bool = False


@dataclass(frozen=True)
class Held:
    """The town that an assumption chooses in place of a chosen one.

    ``kind`` is ``same`` (this town), ``beside`` (one within :data:`BESIDE_KM`) or ``elsewhere``; ``km``
    the straight line to it.
    """

    kind: Literal["same", "beside", "elsewhere"]
    id: str
    name: str
    km: float


@dataclass(frozen=True)
class SiteFirmness:
    """How a chosen town holds: one entry an assumption, ``None`` where none was found in time."""

    id: str
    name: str
    held: tuple[Held | None, ...]

    def count(self, kind: str) -> int:
        """In how many assumptions it is ``same``, ``beside`` or ``elsewhere``."""
        return sum(it is not None and it.kind == kind for it in self.held)

    @property
    def area_stays(self) -> bool:
        """Whether every assumption has an office here or beside."""
        return self.count("same") + self.count("beside") == len(self.held)

    @property
    def is_shaky(self) -> bool:
        """Whether few assumptions choose this town."""
        return self.count("same") < SHAKY * len(self.held)

    @property
    def rivals(self) -> tuple[tuple[str, int], ...]:
        """The other towns chosen in its place and how often, most often first."""
        names = [it.name for it in self.held if it is not None and it.kind != "same"]
        return tuple(
            sorted(((name, names.count(name)) for name in set(names)), key=lambda it: (-it[1], it[0]))
        )


@dataclass(frozen=True)
class Firmness:
    """How firm a choice is: the same question under every assumption, each solved anew.

    Attributes
    ----------
    unproven_at : tuple[int, ...]
        Positions of the assumptions whose answer is not proven.
    searches : int
        So many questions, each solved anew from the network that it began with.
    """

    assumptions: tuple[Assumption, ...]
    sites: tuple[SiteFirmness, ...]
    unproven_at: tuple[int, ...] = ()
    searches: int = 1

    @property
    def unproven(self) -> int:
        """In how many assumptions an answer is not proven."""
        return len(self.unproven_at)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data for JSON."""
        return {
            "assumptions": [asdict(it) for it in self.assumptions],
            "unproven": self.unproven,
            "searches": self.searches,
            "sites": [
                {
                    "id": it.id,
                    "name": it.name,
                    "stays_in": it.count("same"),
                    "beside_in": it.count("beside"),
                    "of": len(self.assumptions),
                    "held": [None if held is None else asdict(held) for held in it.held],
                }
                for it in self.sites
            ],
        }


def together(parts: Sequence[Firmness]) -> Firmness | None:
    """How the choices of several searches hold, one after the other; ``None`` without any.

    All of them were held against the same assumptions.
    """
    found = [it for it in parts if it.assumptions == parts[0].assumptions]
    if len(found) < 2:
        return found[0] if found else None
    # Of an office that closed and was chosen again the last choice counts.
    last = {site.id: site for it in found for site in it.sites}
    unproven = sorted({at for it in found for at in it.unproven_at})
    return Firmness(found[0].assumptions, tuple(last.values()), tuple(unproven), len(found))


def other_promise(target: Target) -> float:
    """The promise to hold another against: 30 km beside 35 and 35 beside 30, else a seventh less."""
    if target.unit == KM and target.value in _OTHER_PROMISE:
        return _OTHER_PROMISE[target.value]
    return target.value * 6 / 7


def assumptions_of(task: "Siting", region: Region | None = None) -> tuple[Assumption, ...]:
    """The assumptions that a choice is tried under, figures of one year after the other.

    The promise with the detour factor and both ends of its band, and another promise with the factor; by the
    figures of the first, a middle and the last year, or of the own year in place of the middle one. A longer
    detour and a shorter promise are the same question, so no two of them are.
    """
    start = task.start
    target, factor = start.target.value, start.measure.factor
    other = other_promise(start.target)
    band = () if start.measure.band is None else start.measure.band
    ways = [(target, factor), *((target, end) for end in band if end != factor), (other, factor)]
    years = _years(task, region)
    return tuple(
        Assumption(at, by, year, own=(at, by, year) == (target, factor, start.demand.year))
        for year in years
        for at, by in ways
    )


def _years(task: "Siting", region: Region | None) -> tuple[int | None, ...]:
    """The years of figures; the coverage's own alone where the people are not the region's."""
    demand = task.start.demand
    if region is None or demand.year is None or demand.weight not in region.weights:
        return (demand.year,)
    known = years_of(region, demand.weight)
    if demand.year not in known:
        return (demand.year,)
    people = build_demand(region, demand.weight, year=demand.year).places["people"].to_numpy()
    if not np.array_equal(people, task.people):
        return (demand.year,)
    first, last = known[0], known[-1]
    middle = demand.year
    if middle in (first, last):
        middle = min(reversed(known), key=lambda year: abs(2 * year - first - last))
    return tuple(sorted({first, middle, last}))


def firmness(
    task: "Siting",
    chosen: Sequence[str],
    region: Region | None = None,
    control: "Control | None" = None,
    turn: Turn = nullcontext,
    sizes: Sequence[int] = (),
) -> Firmness:
    """Solve anew under every assumption, and hold each chosen town against the answer.

    Parameters
    ----------
    task : Siting
        What was asked.
    chosen : Sequence[str]
        Ids of the candidates that the task's own assumption chose, without those required.
    region : Region | None
        Whose figures of other years count; only the coverage's own without.
    control : Control | None
        Stop and time limit of each solve.
    turn : Turn
        Entered around each solve, so that others can have the solver in between.
    sizes : Sequence[int]
        How many open in each stage, where the stages were chosen together.
    """
    start, number = task.start, {str(key): at for at, key in enumerate(task.sites["id"])}
    sites = [number[key] for key in chosen]
    every = assumptions_of(task, region)
    people = {start.demand.year: task.people}
    for year in {it.year for it in every} - {start.demand.year}:
        assert region is not None
        found = build_demand(region, start.demand.weight, year=year)
        people[year] = found.places["people"].to_numpy(dtype=float)
    answers = remembered.choices(
        task, ("firmness", every, sites, tuple(sizes)), [people[it.year] for it in every],
        lambda: _answers(task, sites, every, people, control, turn, sizes),
    )  # fmt: skip
    held: list[list[Held | None]] = [[] for _ in sites]
    for answer, _ in answers:
        for row, one in zip(held, _matched(task, sites, answer), strict=True):
            row.append(one)
    names = task.sites["name"].astype(str)
    return Firmness(
        every,
        tuple(
            SiteFirmness(key, str(names.iloc[site]), tuple(row))
            for key, site, row in zip(chosen, sites, held, strict=True)
        ),
        tuple(at for at, (_, proven) in enumerate(answers) if not proven),
    )


def _answers(
    task: "Siting", sites: list[int], every: Sequence[Assumption],
    people: Mapping[int | None, NDArray[np.float64]], control: "Control | None", turn: Turn,
    sizes: Sequence[int],
) -> list[tuple[list[int] | None, bool]]:  # fmt: skip
    """Which sites each assumption opens, ``None`` if it cannot, and whether that is proven."""
    from iqgeo.siting import CoverSets
    from iqgeo.siting.sets import TOLERANCE_KM

    factor = task.start.measure.factor
    stretch = [1.0 if it.factor is None or not factor else it.factor / factor for it in every]
    pairs = task.pairs(max(it.target / by for it, by in zip(every, stretch, strict=True)))
    found, last = list[tuple[list[int] | None, bool]](), list[Sequence[int]]()
    # Who is reached by whom is the same in every year.
    reached = dict[float, CoverSets]()
    for it, by in zip(every, stretch, strict=True):
        answer: Sequence[int] | None = sites
        proven = True
        if not it.own:
            km = it.target / by
            if km not in reached:
                near = pairs.distance_km <= km + TOLERANCE_KM
                reached[km] = CoverSets.from_pairs(
                    pairs.candidate[near], pairs.place[near], task.people, len(task.sites)
                )
            sets = reached[km].weighing(people[it.year])
            with turn():
                answer, proven = _solved(task, sets, len(sites), sizes, control, last)
        last = [answer] if answer is not None else last
        found.append((None if answer is None else list(answer), proven))
    return found


def _solved(
    task: "Siting", sets: "CoverSets", free: int, sizes: Sequence[int], control: "Control | None",
    last: Sequence[Sequence[int]],
) -> tuple[Sequence[int] | None, bool]:  # fmt: skip
    """Which sites another assumption opens, ``None`` if it cannot; and whether that is proven."""
    from iqgeo.siting import max_cover, stages

    if sizes:
        found = stages(sets, sizes, task.rules, control)
        opened = [site for part in found.stages for site in part.sites]
        return opened or None, found.status == "optimal"
    solved = max_cover(sets, free + len(task.require), task.rules, control, start=last)
    return None if solved.status == "infeasible" else solved.sites, solved.status == "optimal"


def _assigned(cost: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cheapest way to give each row a column of its own, as far as there are enough."""
    n_rows, n_columns = cost.shape
    if n_rows > n_columns:
        columns, rows = _assigned(cost.T)
        return rows, columns
    if math.perm(n_columns, n_rows) <= _MOST_ORDERS:
        every = np.array(list(permutations(range(n_columns), n_rows)), dtype=np.int64)
        rows = np.arange(n_rows)
        return rows, every[int(cost[rows, every].sum(axis=1).argmin())]
    from scipy.optimize import linear_sum_assignment

    found: tuple[NDArray[np.int64], NDArray[np.int64]] = linear_sum_assignment(cost)
    return found


def _matched(task: "Siting", sites: Sequence[int], answer: Sequence[int] | None) -> "list[Held | None]":
    """Which town of an answer stands for each site: itself, else those nearest, as many beside as can be."""
    if answer is None:
        return [None] * len(sites)
    frame = task.sites
    lon, lat = frame["lon"].to_numpy(dtype=float), frame["lat"].to_numpy(dtype=float)
    given = set(task.require)
    free = [it for it in answer if str(frame["id"].iloc[it]) not in given]
    km = great_circle_km(
        lon[list(sites)][:, None], lat[list(sites)][:, None], lon[free][None, :], lat[free][None, :]
    ).reshape(len(sites), len(free))
    same = np.asarray(sites)[:, None] == np.asarray(free)[None, :]
    far = 1e4 * len(sites)
    cost = np.where(km <= BESIDE_KM, km, far + km)
    rows, columns = np.nonzero(same)
    # Who stands for itself takes nobody else's place.
    left, others = (
        np.setdiff1d(np.arange(size), it) for size, it in zip(same.shape, (rows, columns), strict=True)
    )
    more_rows, more_columns = _assigned(cost[np.ix_(left, others)])
    rows, columns = np.append(rows, left[more_rows]), np.append(columns, others[more_columns])
    found: list[Held | None] = [None] * len(sites)
    for row, column in zip(rows, columns, strict=True):
        at, away = free[column], float(km[row, column])
        kind: Literal["same", "beside", "elsewhere"] = (
            "same" if same[row, column] else "beside" if away <= BESIDE_KM else "elsewhere"
        )
        found[row] = Held(kind, str(frame["id"].iloc[at]), str(frame["name"].iloc[at]), away)
    return found
