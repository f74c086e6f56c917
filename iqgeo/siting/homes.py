"""Places served from an office: who can be the home of whom, and at how many kilometres.

A place is served on some days by people who come from an open office, its home: near enough, and with
room among the few places that an office can serve. Which places can be served together from which
offices is a bipartite matching with room; as linear rows over the sites alone it says that no set of
places holds more than its possible homes can take (the max-flow min-cut form of Hall's theorem).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from iqgeo.errors import InputError, Problem
from iqgeo.frames import Brief
from iqgeo.siting.flow import minimum_cut
from iqgeo.siting.linear import LinearRow
from iqgeo.siting.sets import TOLERANCE_KM, Floats, Longs

FLOW_UNITS = 1_000_000
BROKEN = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class Assignment(Brief):
    """A home for each place: site numbers in the order of the places asked for, and the km of each."""

    home: Longs
    km: Floats

    @property
    def total_km(self) -> float:
        """Sum of the ways from home to place."""
        return float(self.km.sum())


@dataclass(frozen=True, eq=False, repr=False)
class Homes(Brief):
    """Which site can be the home of which place, and how far it is.

    Attributes
    ----------
    km : ndarray of float64
        ``km[place, home]`` over all sites; ``inf`` where the way is too long, and on the diagonal: a
        place is never its own home.
    per_office : int
        How many places one office serves at most.
    """

    km: Floats
    per_office: int

    @classmethod
    def from_pairs(
        cls, place: npt.ArrayLike, home: npt.ArrayLike, km: npt.ArrayLike, n_sites: int,
        limit_km: float, per_office: int,
    ) -> "Homes":  # fmt: skip
        """From triples (place, home, km); pairs above ``limit_km`` and of a site with itself do not count.

        Parameters
        ----------
        place, home : array_like
            Numbers of sites, of equal length.
        km : array_like
            The way of each pair; ``inf`` and NaN count as missing.
        n_sites : int
            Number of sites.
        limit_km : float
            The longest way from home to place; exactly so long counts.
        per_office : int
            How many places one office serves at most.

        Returns
        -------
        Homes
            The ways as a table.

        Raises
        ------
        InputError
            A limit that is no length, fewer than one place an office.
        """
        problems = []
        if not limit_km > 0:
            problems.append(Problem("siting_bad_home_km", value=f"{limit_km:g}"))
        if per_office < 1:
            problems.append(Problem("siting_bad_per_office", value=str(per_office)))
        if problems:
            raise InputError(problems)
        places, homes = np.asarray(place, dtype=np.int64), np.asarray(home, dtype=np.int64)
        ways = np.asarray(km, dtype=np.float64)
        near = (ways <= limit_km + TOLERANCE_KM) & (places != homes) & np.isfinite(ways)
        table = np.full((n_sites, n_sites), np.inf)
        np.minimum.at(table, (places[near], homes[near]), ways[near])
        return cls(table, per_office)

    @property
    def n_sites(self) -> int:
        """Number of sites, offices and places alike."""
        return len(self.km)

    @cached_property
    def near(self) -> npt.NDArray[np.bool_]:
        """``near[place, home]``: whether the way is short enough."""
        return np.isfinite(self.km)

    def served_from(self, offices: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Whether each site has one of ``offices`` near enough to be served as a place.

        Parameters
        ----------
        offices : Iterable[int]
            Numbers of sites.

        Returns
        -------
        ndarray of bool
            Shape ``(n_sites,)``.
        """
        return np.asarray(self.near[:, sorted(offices)].any(axis=1))

    def assign(self, places: Sequence[int], offices: Sequence[int]) -> Assignment | None:
        """Give each place a home among ``offices``, with the fewest km in all.

        Parameters
        ----------
        places : Sequence[int]
            Sites to be served.
        offices : Sequence[int]
            Sites that are open.

        Returns
        -------
        Assignment | None
            ``None`` if they cannot all be served.
        """
        from scipy.optimize import linear_sum_assignment

        if not len(places):
            return Assignment(np.zeros(0, dtype=np.int64), np.zeros(0))
        rooms = np.repeat(np.asarray(offices, dtype=np.int64), self.per_office)
        if len(rooms) < len(places):
            return None
        ways = self.km[np.ix_(np.asarray(places, dtype=np.int64), rooms)]
        try:
            _, room = linear_sum_assignment(ways)
        except ValueError:  # scipy's way of saying that no assignment is finite
            return None
        return Assignment(rooms[room], ways[np.arange(len(places)), room])

    def fit(self, order: Sequence[int], offices: Sequence[int]) -> list[int]:
        """Keep of places in their order those that can still be served beside the ones kept before.

        Parameters
        ----------
        order : Sequence[int]
            Places, the most wanted first.
        offices : Sequence[int]
            Sites that are open.

        Returns
        -------
        list[int]
            The places kept.
        """
        rooms: dict[int, list[int]] = {office: [] for office in offices}
        return [place for place in order if self._squeeze(place, rooms, set())]

    def _squeeze(self, place: int, rooms: dict[int, list[int]], asked: set[int]) -> bool:
        """Find room for a place, moving others if need be (augmenting paths)."""
        for office, held in rooms.items():
            if office in asked or not self.near[place, office]:
                continue
            asked.add(office)
            if len(held) < self.per_office:
                held.append(place)
                return True
            for k, other in enumerate(list(held)):
                if self._squeeze(other, rooms, asked):
                    held[k] = place
                    return True
        return False


class Linked:
    """The condition that every chosen place has an open home with room.

    Columns are sites twice: as an office (column ``k``) and as a place (``n + k``); ``always`` are
    offices open in any case.
    """

    def __init__(self, homes: Homes, sites: Longs, always: Sequence[int]) -> None:
        self.homes, self.sites, self.n = homes, sites, len(sites)
        self.always = np.asarray(sorted(always), dtype=np.int64)
        self.near_free = homes.near[np.ix_(sites, sites)]
        self.near_open = homes.near[np.ix_(sites, self.always)]

    def holds(self, chosen: Longs) -> bool:
        """Whether all chosen places can be served from open offices."""
        offices, places = self.split(chosen)
        return self.homes.assign(places, [*self.always.tolist(), *offices]) is not None

    def split(self, chosen: Longs) -> tuple[list[int], list[int]]:
        """Site numbers of the offices and of the places chosen."""
        offices = self.sites[chosen[chosen < self.n]]
        places = self.sites[chosen[chosen >= self.n] - self.n]
        return offices.tolist(), places.tolist()

    def missed(self, point: Floats) -> list[LinearRow]:
        """Return a row for each place without enough of a home, else for a set of them without room."""
        office, place = point[: self.n], point[self.n :]
        share = self.near_free @ office
        lonely = np.flatnonzero(~self.near_open.any(axis=1) & (place > share + BROKEN))
        if len(lonely):
            return [self._row(np.array([k])) for k in lonely]
        short = self._short_of_room(office, place)
        return [] if short is None else [self._row(short)]

    def _row(self, places: Longs) -> LinearRow:
        """``places`` are no more than their homes take: each as many as it has near, at most its room."""
        room = self.homes.per_office
        free = np.minimum(self.near_free[places].sum(axis=0), room)
        given = int(np.minimum(self.near_open[places].sum(axis=0), room).sum())
        homes = np.flatnonzero(free)
        values = np.append(np.ones(len(places)), -free[homes].astype(np.float64))
        return LinearRow(np.append(self.n + places, homes), values, -np.inf, float(given))

    def _short_of_room(self, office: Floats, place: Floats) -> Longs | None:
        """Return places that exceed what their homes take at a fractional point, by a minimum cut."""
        placed = np.flatnonzero(place > BROKEN)
        used = np.flatnonzero(office > BROKEN)
        if not len(placed):
            return None
        amount = np.concatenate([office[used], np.ones(len(self.always))])
        near = np.hstack([self.near_free[np.ix_(placed, used)], self.near_open[placed]])
        n_places = len(placed)
        first, second = np.nonzero(near)
        whole = np.rint(amount * FLOW_UNITS).astype(np.int32)
        wanted = np.rint(place[placed] * FLOW_UNITS).astype(np.int32)
        value, reached = minimum_cut(wanted, first, second, whole[second], whole * self.homes.per_office)
        if value >= int(wanted.sum()) - n_places:
            return None
        short = placed[reached[reached < n_places]]
        row = self._row(short)
        excess = float(row.values @ np.concatenate([office, place])[row.columns]) - row.high
        return short if excess > BROKEN else None
