"""Shapes of the map: simplified outlines, reach around offices, cells of gap regions. No folium here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from iqgeo.distances import EARTH_RADIUS_KM
from iqgeo.region import Region
from iqgeo.weights import SiteNoun
from iqgeo.world import land_around

if TYPE_CHECKING:
    import geopandas as gpd

Shape = Any
"""A shapely geometry; shapely brings no types."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

SIMPLIFY_M = 500.0
_CIRCLE_POINTS = 144
# Outlines of neighbours come from several sources; gaps between them narrower than twice this close.
_SLIVER_M = 1_500.0
# Around the region: what is seen without moving the map, and what can be reached by moving it.
_MARGIN_SHARE = 0.035
_FRAME_MARGIN_M = 60_000.0
# Coarse outlines are wrong by as much; beyond so many degrees they would be the world.
_COARSE_M = 5_000.0
_MOST_DEGREES = 60.0
# A window is at most so much wider than high.
_WIDEST = 2.2
# The districts around a region are complete this far (see base_of); farther out nothing is known.
_KNOWN_WITHIN_M = 59_000.0
# A neighbour with less room than this for its name goes without.
_NAME_ROOM_M = 4_000.0


@dataclass(frozen=True)
class District:
    """Outline of a district in EPSG:4326."""

    ags: str
    name: str
    shape: Shape


@dataclass(frozen=True)
class Neighbour:
    """A neighbouring state or country: outline in EPSG:4326 and where its name has room, if anywhere."""

    name: str
    shape: Shape
    label: tuple[float, float] | None


@dataclass(frozen=True)
class Town:
    """A town to be named on the map."""

    name: str
    lon: float
    lat: float
    people: int


@dataclass(frozen=True, eq=False)
class MapBase:
    """What of a region's map never changes; shapes in EPSG:4326.

    Attributes
    ----------
    outline : Shape
        The whole region.
    landmasses : dict[str, Shape]
        Islands without a road link by name, and the rest under ``""``.
    towns : tuple[Town, ...]
        The largest first.
    bounds : Box
        The region with a margin; ``frame`` is as far as the map can be moved.
    borders : Shape
        Lines between municipalities, for close range; ``borders_exact`` where they are those of outlines.
    """

    name: str
    districts: tuple[District, ...]
    outline: Shape
    landmasses: dict[str, Shape]
    neighbours: tuple[Neighbour, ...]
    land: Shape
    bounds: Box
    frame: Box
    site_noun: SiteNoun = field(default_factory=SiteNoun)
    towns: tuple[Town, ...] = ()
    borders: Shape | None = None
    borders_exact: bool = True


def base_of(region: Region, simplify_m: float = SIMPLIFY_M) -> MapBase:
    """Simplify the outlines of a region and its surroundings, shared borders staying shared.

    Takes about half a second for the embedded region: keep the result.
    """
    import geopandas as gpd
    import shapely

    districts = region.districts.to_crs(region.crs)
    simple = shapely.coverage_simplify(districts.geometry.to_numpy(), simplify_m)
    outline = shapely.union_all(simple)
    west, south, east, north = shapely.bounds(outline)
    margin = _MARGIN_SHARE * max(east - west, north - south)
    view = shapely.box(west - margin, south - margin, east + margin, north + margin)
    frame = view.buffer(_FRAME_MARGIN_M, join_style="mitre")
    window = _as_wide_as_a_window(frame)
    neighbours = _neighbours(region, outline, view, window, simplify_m)
    land = _land(outline, [shape for _, shape, _ in neighbours], window)

    def degrees(shapes: Sequence[Shape]) -> list[Shape]:
        turned = gpd.GeoSeries(list(shapes), crs=region.crs).to_crs("EPSG:4326")
        if region.bounds[2] <= 180:
            return list(turned)
        # The region counts on beyond 180 degrees, and so do its outlines.
        whole_turn = np.array([360.0, 0.0])
        return list(shapely.transform(turned.to_numpy(), lambda xy: xy + (xy[:, :1] < 0) * whole_turn))

    outline_deg, land_deg, view_deg, frame_deg = degrees([outline, land, view, frame])
    labels = degrees([label if label is not None else shapely.Point() for _, _, label in neighbours])
    return MapBase(
        name=region.name,
        districts=tuple(
            District(str(ags), str(name), shape)
            for ags, name, shape in zip(districts["ags"], districts["name"], degrees(simple), strict=True)
        ),
        site_noun=region.site_noun,
        towns=_towns(region),
        outline=outline_deg,
        landmasses=_landmasses(region, outline_deg),
        neighbours=tuple(
            Neighbour(name, shape, None if label.is_empty else (label.x, label.y))
            for (name, _, _), shape, label in zip(
                neighbours, degrees([shape for _, shape, _ in neighbours]), labels, strict=True
            )
        ),
        land=land_deg,
        bounds=tuple(shapely.bounds(view_deg)),
        frame=tuple(shapely.bounds(frame_deg)),
        borders=region.borders.geometry.iloc[0] if len(region.borders) else None,
        borders_exact=bool((region.borders["source"] == "outlines").all()),
    )


def _towns(region: Region) -> tuple[Town, ...]:
    """The towns of a region, the largest first."""
    towns = region.towns
    if "population" not in towns:
        return ()
    ordered = towns.sort_values(["population", "id"], ascending=[False, True])
    columns = [ordered[name] for name in ("name", "lon", "lat", "population")]
    return tuple(
        Town(str(name), float(lon), float(lat), int(people))
        for name, lon, lat, people in zip(*columns, strict=True)
    )


def _land(outline: Shape, neighbours: list[Shape], frame: Shape) -> Shape:
    """Everything that is not sea.

    Empty ground near the region is water, since its neighbours are complete there. Farther out, where
    the data end, it is water next to such water and land otherwise.
    """
    import shapely

    known = shapely.union_all([outline, *neighbours])
    land = known.buffer(_SLIVER_M).buffer(-_SLIVER_M).simplify(SIMPLIFY_M)
    if not neighbours:
        return land
    known_ground = outline.buffer(_KNOWN_WITHIN_M)
    # Narrow strips along simplified borders are no sea.
    sea = known_ground.difference(land).buffer(-2 * _SLIVER_M).buffer(2 * _SLIVER_M)
    open_sea = sea.buffer(_FRAME_MARGIN_M)
    return shapely.union_all([land, frame.difference(shapely.union_all([known_ground, open_sea]))])


def _as_wide_as_a_window(frame: Shape) -> Shape:
    """A frame that fills a window whichever way it is turned."""
    import shapely

    west, south, east, north = frame.bounds
    more = max(0.0, _WIDEST * (north - south) - (east - west)) / 2
    return shapely.box(west - more, south, east + more, north)


def _neighbours(
    region: Region, outline: Shape, view: Shape, frame: Shape, simplify_m: float
) -> list[tuple[str, Shape, Shape | None]]:
    """Name, outline and place for the name of every neighbouring state, in the region's metric system."""
    import shapely

    context: gpd.GeoDataFrame = region.context
    near: dict[str, Shape] = {}
    if not context.empty:
        states = context.to_crs(region.crs).dissolve("state").geometry
        shapes = shapely.coverage_simplify(states.to_numpy(), simplify_m)
        near = {str(name): shape for name, shape in zip(states.index, shapes, strict=True)}
    found = []
    for name, shape in _with_land_beyond(region, outline, near, frame).items():
        clipped = shape.intersection(frame)
        if clipped.is_empty:
            continue
        room = clipped.intersection(view).difference(outline)
        largest = max(getattr(room, "geoms", [room]), key=lambda part: part.area, default=None)
        label = None
        if largest is not None and largest.area > 0:
            circle = shapely.maximum_inscribed_circle(largest, tolerance=500.0)
            if circle.length >= _NAME_ROOM_M:
                label = shapely.Point(circle.coords[0])
        found.append((name, clipped, label))
    return found


def _with_land_beyond(
    region: Region, outline: Shape, near: dict[str, Shape], frame: Shape
) -> dict[str, Shape]:
    """The region's own context and, where that ends, states and countries from coarse outlines.

    Coarse outlines neither reach the finer ones nor stay out of them: beside those they are cut away and
    then drawn up to them. What is farther is drawn first, so that the finer outlines lie on top.
    """
    import geopandas as gpd
    import shapely

    west, south, east, north = gpd.GeoSeries([frame], crs=region.crs).to_crs("EPSG:4326").total_bounds
    if east - west > _MOST_DEGREES:
        return near
    coarse = land_around(west, south, east, north).to_crs(region.crs)
    cover = shapely.union_all([outline, *near.values()])
    beside, up_to = cover.buffer(_COARSE_M), cover.buffer(_COARSE_M * 0.8)
    beyond: dict[str, Shape] = {}
    for name, land in zip(coarse["name"], coarse.geometry.make_valid(), strict=True):
        rest = land.difference(beside).buffer(-_COARSE_M / 10)
        if rest.is_empty:
            continue
        drawn = rest.buffer(_COARSE_M * 1.1).intersection(land.buffer(_COARSE_M / 5).union(up_to))
        beyond[str(name)] = drawn if name not in near else drawn.union(near[name])
    return {
        **{it: shape for it, shape in beyond.items() if it not in near},
        **near,
        **{it: shape for it, shape in beyond.items() if it in near},
    }


def _landmasses(region: Region, outline: Shape) -> dict[str, Shape]:
    """Parts of the outline by landmass: a part belongs to the island whose settlements lie on it."""
    import shapely

    parts = np.asarray(shapely.get_parts(outline))
    settlements = region.settlements
    on_islands = settlements[settlements["landmass"] != ""]
    names = np.full(len(parts), "", dtype=object)
    mainland = int(np.argmax(shapely.area(parts)))
    for name, places in on_islands.groupby("landmass"):
        points = shapely.points(places["lon"], places["lat"])
        # Simplified shores may miss a settlement at the water: the nearest part is its island.
        nearest = shapely.distance(parts[:, None], points[None, :]).sum(axis=1).argmin()
        if nearest != mainland:
            names[nearest] = name
    return {str(name): shapely.union_all(parts[names == name]) for name in np.unique(names.astype(str))}


def circle(lon: float, lat: float, radius_km: float) -> Shape:
    """All points within ``radius_km`` of a point on the mean sphere, as a polygon in degrees."""
    return circles(np.array([lon]), np.array([lat]), radius_km)[0]


def circles(lon: NDArray[np.float64], lat: NDArray[np.float64], radius_km: float) -> "NDArray[np.object_]":
    """The same around many points at once."""
    import shapely

    bearing = np.linspace(0, 2 * np.pi, _CIRCLE_POINTS, endpoint=False)
    angle = radius_km / EARTH_RADIUS_KM
    north = np.radians(lat)[:, None]
    sine = np.sin(north) * np.cos(angle) + np.cos(north) * np.sin(angle) * np.cos(bearing)
    ring_lat = np.arcsin(np.clip(sine, -1, 1))
    east = np.arctan2(
        np.sin(bearing) * np.sin(angle) * np.cos(north), np.cos(angle) - np.sin(north) * np.sin(ring_lat)
    )
    rings = np.stack((lon[:, None] + np.degrees(east), np.degrees(ring_lat)), axis=-1)
    return np.asarray(shapely.polygons(rings), dtype=object)


def reach(
    base: MapBase,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    landmass: NDArray[np.object_],
    radius_km: float,
) -> Shape:
    """Return what lies within ``radius_km`` of any office on its landmass, clipped to the region."""
    import shapely

    parts = []
    for name, ground in base.landmasses.items():
        here = np.flatnonzero(landmass == name)
        if len(here):
            around = circles(lon[here], lat[here], radius_km)
            parts.append(shapely.union_all(around).intersection(ground))
    return _areas(shapely.union_all(parts))


def areas_of(
    base: MapBase, lon: NDArray[np.float64], lat: NDArray[np.float64], number: NDArray[np.int64]
) -> tuple[dict[int, Shape], Shape]:
    """Divide the region among gap regions: everywhere belongs to the number of the nearest point.

    Points are the municipalities of the gap regions (see :attr:`iqgeo.gaps.Gaps.units`), so that each
    lies in the area of its own. Nearest in plane coordinates, longitude shrunk by the cosine of the
    latitude, as the gap regions are made.

    Returns
    -------
    tuple[dict[int, Shape], Shape]
        The area of every number, and the lines between the areas, each once.
    """
    import shapely

    present = [int(it) for it in np.unique(number)]
    if len(present) < 2:
        return dict.fromkeys(present, base.outline), shapely.MultiLineString()
    shrink = float(np.cos(np.radians(np.mean(lat))))
    apart, first = np.unique(np.column_stack((lon * shrink, lat)), axis=0, return_index=True)
    west, south, east, north = base.frame
    frame = shapely.box(west * shrink, south, east * shrink, north)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(apart), extend_to=frame))
    point, cell = shapely.STRtree(cells).query(shapely.points(apart), predicate="within")
    owner = number[first[point]]
    drawn = {it: shapely.coverage_union_all(cells[cell[owner == it]]) for it in present}

    def stretched(shape: Shape) -> Shape:
        return shapely.transform(shape, lambda xy: xy / np.array([shrink, 1.0])).intersection(base.outline)

    edges = shapely.union_all([shape.boundary for shape in drawn.values()])
    return {it: _areas(stretched(shape)) for it, shape in drawn.items()}, stretched(edges)


def without(shape: Shape, removed: Shape | None) -> Shape:
    """``shape`` less ``removed``, areas only."""
    return shape if removed is None else _areas(shape.difference(removed))


def label_point(shape: Shape) -> tuple[float, float] | None:
    """Find where a label has most room inside ``shape``; ``None`` if it has no area."""
    import shapely

    largest = max(shapely.get_parts(shape), key=lambda part: part.area, default=None)
    if largest is None or largest.area == 0:
        return None
    # Degrees of latitude are longer than those of longitude: look for room in even units.
    shrink = float(np.cos(np.radians(largest.centroid.y)))
    even = shapely.transform(largest, lambda xy: xy * np.array([shrink, 1.0]))
    x, y = shapely.maximum_inscribed_circle(even, tolerance=0.01).coords[0]
    return x / shrink, y


def _areas(shape: Shape) -> Shape:
    """Only the polygons of what an overlay left: no stray lines or points."""
    import shapely

    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 1e-6]
    return shapely.MultiPolygon(parts)
