"""What was built and what was thrown away: parts, lines left out, gaps, people without a road nearby."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats
from iqgeo.distances.roads.assemble import Leavings
from iqgeo.distances.roads.network import Note, RoadNetwork
from iqgeo.distances.roads.plane import to_plane
from iqgeo.distances.roads.snap import SNAP_LIMIT_KM

if TYPE_CHECKING:
    from iqgeo.distances.base import Points

GAP_WITHIN_M = 25.0
"""Two parts of a network that come so near without meeting were probably meant to meet."""

MOST_LISTED = 50


@dataclass(frozen=True)
class RoadGap:
    """Where a part comes near another one without meeting it; degrees, and how many metres are missing."""

    lon: float
    lat: float
    metres: float


@dataclass(frozen=True)
class Beyond:
    """People of a region, and those for whom no road of the network lies within the limit."""

    people: float
    without_road: float
    limit_km: float


@dataclass(frozen=True, eq=False)
class BuildReport:
    """How a network was made.

    Attributes
    ----------
    kept_km, links, nodes : float, int
        What was kept.
    two_way_share : float
        Share of the kept length that may be driven in both directions, 0 to 1.
    parts_km, parts_kept : Floats, npt.NDArray[np.bool_]
        (parts,) length of each part that hangs together, longest first, and whether it was kept.
    notes : tuple[Note, ...]
        What was left out or mended, as in :class:`~iqgeo.distances.roads.RoadInfo`.
    gaps : tuple[RoadGap, ...]
        Parts that nearly meet, the narrowest first, at most ``MOST_LISTED``; ``gap_count`` is all of them.
    leavings : Leavings
        What was not kept, as lines.
    beyond : Beyond | None
        Whom no road is near, if a region was given.
    """

    source: str
    date: str | None
    kept_km: float
    links: int
    nodes: int
    two_way_share: float
    ferry_km: float
    has_minutes: bool
    parts_km: Floats
    parts_kept: npt.NDArray[np.bool_]
    notes: tuple[Note, ...]
    gaps: tuple[RoadGap, ...]
    gap_count: int
    leavings: Leavings
    beyond: Beyond | None = None

    @property
    def left_out_km(self) -> float:
        """Length of all lines that were not kept."""
        return float(sum(km for _, _, km in self.notes))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        beyond = None if self.beyond is None else dict(vars(self.beyond))
        return {
            "source": self.source,
            "date": self.date,
            "kept_km": round(self.kept_km, 3),
            "left_out_km": round(self.left_out_km, 3),
            "links": self.links,
            "nodes": self.nodes,
            "two_way_share": None if np.isnan(self.two_way_share) else round(self.two_way_share, 4),
            "ferry_km": round(self.ferry_km, 3),
            "has_minutes": self.has_minutes,
            "parts": {
                "count": len(self.parts_km),
                "kept": int(self.parts_kept.sum()),
                "longest": [
                    {"km": round(float(km), 3), "kept": bool(kept)}
                    for km, kept in zip(
                        self.parts_km[:MOST_LISTED], self.parts_kept[:MOST_LISTED], strict=True
                    )
                ],
            },
            "notes": [{"reason": reason, "count": n, "km": round(km, 3)} for reason, n, km in self.notes],
            "gaps": {
                "count": self.gap_count,
                "within_m": GAP_WITHIN_M,
                "narrowest": [
                    {"lon": round(it.lon, 7), "lat": round(it.lat, 7), "metres": round(it.metres, 2)}
                    for it in self.gaps
                ],
            },
            "people": beyond,
        }


def report_on(network: RoadNetwork, leavings: Leavings) -> BuildReport:
    """Say how a network was made."""
    km = network.link_km
    gaps = _gaps(network, leavings)
    return BuildReport(
        source=network.info.source,
        date=network.info.date,
        kept_km=float(km.sum()),
        links=network.link_count,
        nodes=network.node_count,
        two_way_share=float(km[network.link_two_way].sum() / km.sum()) if km.sum() else float("nan"),
        ferry_km=float(km[network.is_ferry].sum()),
        has_minutes=network.info.has_minutes,
        parts_km=leavings.parts_km,
        parts_kept=leavings.parts_kept,
        notes=network.info.notes,
        gaps=tuple(gaps[:MOST_LISTED]),
        gap_count=len(gaps),
        leavings=leavings,
    )


def people_beyond(
    network: RoadNetwork, places: "Points", people: Floats, limit_km: float = SNAP_LIMIT_KM
) -> Beyond:
    """Count the people for whom no road lies within the limit."""
    from iqgeo.distances.roads.snap import snap

    near = snap(network, places.lon, places.lat, limit_km).near
    return Beyond(float(people.sum()), float(people[~near].sum()), limit_km)


def _gaps(network: RoadNetwork, leavings: Leavings) -> list[RoadGap]:
    """Ends of one part within some metres of another: the narrowest place for each end."""
    import shapely
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    index, nodes = network.snap_index, network.node_count
    if not len(index.links):
        return []
    ends = (network.link_tail, network.link_head)
    joined = coo_array((np.ones(network.link_count), ends), shape=(nodes, nodes))
    part = connected_components(joined, directed=False)[1]
    largest = np.bincount(part[network.link_tail], network.link_km).argmax()
    other = np.flatnonzero(part != largest)
    small = np.flatnonzero(leavings.reason == "small_part")
    tips = np.unique(np.concatenate([leavings.ptr[small], leavings.ptr[small + 1] - 1]))
    lon = np.concatenate([network.node_lon[other], leavings.lon[tips]])
    lat = np.concatenate([network.node_lat[other], leavings.lat[tips]])
    own = np.concatenate([part[other], np.full(len(tips), -1)])
    if not len(lon):
        return []
    xy = to_plane(index.epsg, lon, lat)
    spots = shapely.points(xy)
    asked, line = index.tree.query(spots, predicate="dwithin", distance=GAP_WITHIN_M)
    across = own[asked] != part[network.link_tail[index.links[line]]]
    asked, line = asked[across], line[across]
    metres = shapely.distance(spots[asked], index.tree.geometries[line])
    # A place where both meet is a one-way that cannot be left, not a gap.
    order = np.lexsort((metres, asked))
    order = order[np.diff(asked[order], prepend=-1) != 0]
    order = order[metres[order] > 0]
    order = order[np.argsort(metres[order], kind="stable")]
    return [RoadGap(float(lon[asked[k]]), float(lat[asked[k]]), float(metres[k])) for k in order.tolist()]
