"""Distances that are measured when a model asks for them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from iqgeo.siting.sets import DistanceTable, Floats, Longs


class DistanceSource(Protocol):
    """Distances measured when asked for; what a site or a demand point is stays outside."""

    @property
    def n_sites(self) -> int:
        """Number of sites, existing ones and candidates alike."""

    @property
    def weight(self) -> Floats:
        """Weight of each demand point."""

    def nearest_km(self, sites: Sequence[int]) -> Floats:
        """Distance of each demand point to the nearest of ``sites``.

        Parameters
        ----------
        sites : Sequence[int]
            Numbers of sites.

        Returns
        -------
        ndarray of float64
            In km, shape ``(n_demand,)``; ``inf`` where none is in reach.
        """

    def nearest_site(self, sites: Sequence[int]) -> Longs:
        """Which of ``sites`` is nearest to each demand point, of none in reach any.

        Parameters
        ----------
        sites : Sequence[int]
            Numbers of sites, at least one.

        Returns
        -------
        ndarray of int64
            Numbers of sites, shape ``(n_demand,)``.
        """

    def saved(self, limit_km: Floats, sites: Sequence[int], over: Callable[[], bool]) -> Floats | None:
        """What some sites save each where every demand point pays for its way up to a limit otherwise.

        Parameters
        ----------
        limit_km : ndarray of float64
            A limit for each demand point, shape ``(n_demand,)``, none of them ``inf``.
        sites : Sequence[int]
            Numbers of sites.
        over : Callable[[], bool]
            Asked now and then whether to stop.

        Returns
        -------
        ndarray of float64 | None
            Weight times km, shape ``(n_sites,)``, 0 for all others; ``None`` if stopped.
        """

    def within(self, limit_km: Floats, sites: Sequence[int] | None = None) -> DistanceTable:
        """For each demand point the sites up to its own limit.

        Parameters
        ----------
        limit_km : ndarray of float64
            A limit for each demand point, shape ``(n_demand,)``; ``inf``: all in reach.
        sites : Sequence[int] | None
            Only these sites, ascending; they keep their numbers.

        Returns
        -------
        DistanceTable
            The pairs within the limits.
        """

    def of_points(self, points: Longs, sites: Sequence[int] | None = None) -> DistanceTable:
        """All sites, or some, in reach of a few demand points.

        Parameters
        ----------
        points : ndarray of int64
            Numbers of demand points.
        sites : Sequence[int] | None
            Only these sites, ascending; they keep their numbers.

        Returns
        -------
        DistanceTable
            The points numbered from 0 in their order.
        """
