"""What a map shows, as plain data: sites, reach, gap regions, people. No folium, no streamlit, no HTML."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.case import Case
from iqgeo.coverage import DAYS, RARELY, Coverage
from iqgeo.distances import Points, Target, Way
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.offices import points_of
from iqgeo.region import Region
from iqgeo.reports.map import dots as people_dots
from iqgeo.reports.map.dots import NOT_REACHED, ON_DAYS, REACHED, UNCERTAIN, DotSample
from iqgeo.reports.map.gap_views import gap_views
from iqgeo.reports.map.geometry import (
    MapBase,
    Shape,
    circle,
    reach,
    without,
)
from iqgeo.reports.map.overlay import Overlay
from iqgeo.reports.map.pieces import (
    OFFICE,
    PROPOSED,
    PROVISIONAL,
    Candidate,
    Circle,
    DistrictFigures,
    GapView,
    Marker,
    Spots,
)
from iqgeo.reports.map.served import DayMark, day_marks, days_area
from iqgeo.texts import LANGUAGES, Lang
from iqgeo.weights import Weight


@dataclass(frozen=True, eq=False)
class MapScene:
    """Everything a map of one coverage shows.

    Attributes
    ----------
    reach : Shape | None
        Area within the target of an office by the estimate; ``None`` where distances are measured on roads,
        which have no such outline.
    ring : Shape | None
        Where the estimate leaves it open; ``None`` without a band.
    maybe, maybe_edge : Shape | None
        What offices that are not decided yet reach beside the others, and their own outline.
    candidates, spots : tuple[Candidate, ...], Spots | None
        Towns where an office could be, and what dragging one would bring.
    trial_gain : float
        People whom the office being tried brings.
    brief : bool
        Only the numbers of gaps, so that towns have room for their names.
    trial_ring : Shape | None
        Reach of the office being tried.
    gaps, gap_edges : tuple[GapView, ...], Shape | None
        Gap regions, and the lines between them.
    dots, dot_kind : DotSample | None, NDArray[np.uint8]
        The people, and which of reached, uncertain, not reached each dot is.
    circles : tuple[Circle, ...]
        Municipalities instead of dots, for the gap list.
    ways : tuple[Way, ...]
        From places to their nearest office.
    ways_from : str
        AGS of the district whose ways they are, where they are those of one.
    overlay : Overlay | None
        What a page adds.
    days, day_marks, on_days : Shape | None, tuple[DayMark, ...], float
        Area served only on days, the places where, and the people.
    """

    base: MapBase
    weight: Weight
    year: int | None
    stage: int | None
    target: Target
    distance: str
    factor: float
    band: tuple[float, float] | None
    people: float
    covered: float
    covered_band: tuple[float, float] | None
    sites: tuple[Marker, ...]
    reach: Shape | None
    ring: Shape | None
    trial_ring: Shape | None
    gaps: tuple[GapView, ...]
    gap_edges: Shape | None
    dots: DotSample | None
    dot_kind: NDArray[np.uint8]
    circles: tuple[Circle, ...] = ()
    ways: tuple[Way, ...] = ()
    ways_from: str = ""
    districts: Mapping[str, DistrictFigures] = field(default_factory=dict)
    attributions: Mapping[Lang, tuple[str, ...]] = field(default_factory=dict)
    zoom_to: tuple[float, float, float, float] | None = None
    background: bool = False
    overlay: Overlay | None = None
    maybe: Shape | None = None
    maybe_edge: Shape | None = None
    candidates: tuple[Candidate, ...] = ()
    spots: Spots | None = None
    brief: bool = False
    trial_gain: float = float("nan")
    days: Shape | None = None
    day_marks: tuple[DayMark, ...] = ()
    on_days: float = 0.0

    @property
    def share(self) -> float:
        """Share of the people within the target, 0 to 1; NaN without people."""
        return self.covered / self.people if self.people else float("nan")


def scene_of(
    region: Region,
    coverage: Coverage,
    gaps: Gaps | None = None,
    proposed: Collection[str] = (),
    *,
    base: MapBase | None = None,
    dots: DotSample | None = None,
    trial: Marker | None = None,
    background: bool = False,
    provisional: Collection[str] = (),
    closed: Sequence[Marker] = (),
) -> MapScene:
    """Prepare a map of ``coverage``.

    Parameters
    ----------
    region : Region
        Outlines and names.
    coverage : Coverage
        The network.
    gaps : Gaps | None
        Gap regions of ``coverage``, or of a state before it, which hand down their numbers and names (see
        :func:`iqgeo.gaps.find_gaps`); none are drawn without.
    proposed : Collection[str]
        Ids of the offices in ``coverage`` that are only proposed.
    base, dots : MapBase | None, DotSample | None
        Kept from an earlier call (:func:`~iqgeo.reports.bases.kept_base`,
        :func:`iqgeo.reports.map.dots.sample`).
    trial : Marker | None
        An office being tried, drawn with its reach but not counted.
    background : bool
        Show a base map; needs the internet.
    provisional : Collection[str]
        Ids of the offices in ``coverage`` that are not decided yet.
    closed : Sequence[Marker]
        Offices that are in ``coverage`` no more, crossed out.
    """
    if base is None:
        from iqgeo.reports.bases import kept_base

        base = kept_base(region)
    dots = people_dots.sample(coverage.places) if dots is None else dots
    measure = coverage.measure
    reached, ring, maybe, maybe_edge = _reach(base, coverage, provisional)
    within = reached if maybe is None else maybe
    days = days_area(base, coverage, within)
    served = within if days is None or within is None else within.union(days)
    views: tuple[GapView, ...] = ()
    edges = None
    if gaps is not None:
        shown = gaps if gaps.coverage is coverage else find_gaps(coverage, region, after=gaps)
        views, edges = gap_views(base, shown, served)
    radius_km = measure.outline_km(coverage.target.value)
    trial_ring = None
    if trial is not None and radius_km is not None:
        trial_ring = circle(trial.lon, trial.lat, radius_km)
    return MapScene(
        base=base,
        weight=coverage.demand.counted,
        year=coverage.demand.year,
        stage=coverage.stage,
        target=coverage.target,
        distance=measure.kind,
        factor=float("nan") if measure.factor is None else measure.factor,
        band=measure.band,
        people=coverage.people,
        covered=coverage.covered,
        covered_band=None
        if coverage.band is None
        else (coverage.band.covered_low, coverage.band.covered_high),
        sites=(*_sites(coverage, proposed, provisional), *closed, *(() if trial is None else (trial,))),
        reach=reached,
        ring=ring,
        trial_ring=trial_ring,
        gaps=views,
        gap_edges=edges,
        dots=dots,
        dot_kind=_kinds(coverage)[dots.place],
        districts=_district_figures(coverage),
        attributions={lang: _attributions(region, coverage, lang) for lang in LANGUAGES},
        background=background,
        maybe=maybe,
        maybe_edge=maybe_edge,
        days=days,
        day_marks=day_marks(coverage),
        on_days=coverage.people_by(DAYS),
    )


def with_overlay(scene: MapScene, overlay: Overlay) -> MapScene:
    """A scene with what a page adds; reach, gaps and people give way to shaded areas."""
    added = replace(scene, overlay=overlay, zoom_to=overlay.zoom_to or scene.zoom_to)
    if not overlay.shaded:
        return added
    return replace(
        added, reach=None, ring=None, maybe=None, maybe_edge=None, gaps=(), gap_edges=None, dots=None,
        dot_kind=np.empty(0, np.uint8), days=None, candidates=(), spots=None,
    )  # fmt: skip


def scene_of_case(case: Case) -> MapScene:
    """The map of what a case ends with; offices that only its end has are proposed."""
    new = [str(key) for key in case.opened["id"]]
    return scene_of(case.region, case.shown, case.shown_gaps, new)


def list_scene_of(
    region: Region,
    coverage: Coverage,
    municipalities: pd.DataFrame,
    *,
    chosen: Collection[str] = (),
    ways: Sequence[Way] = (),
    zoom: bool = False,
    base: MapBase | None = None,
    proposed: Collection[str] = (),
    closed: Sequence[Marker] = (),
) -> MapScene:
    """Prepare the map beside a gap list: circles by people, no dots, no gap regions.

    Parameters
    ----------
    region : Region
        Outlines and names.
    coverage : Coverage
        The network.
    municipalities : pd.DataFrame
        Rows of :attr:`iqgeo.gaps.Gaps.by_municipality`, those to be shown.
    chosen : Collection[str]
        AGS of the rows to point out.
    ways : Sequence[Way]
        To be drawn below the circles, see :func:`iqgeo.distances.ways`.
    zoom : bool
        Fit the map to the circles, not to the region.
    base : MapBase | None
        Kept from an earlier call (:func:`~iqgeo.reports.bases.kept_base`).
    proposed, closed : Collection[str], Sequence[Marker]
        As in :func:`scene_of`: an office has the same sign on every map.
    """
    scene = scene_of(region, coverage, None, proposed, base=base, dots=_NO_DOTS, closed=closed)
    columns = [
        municipalities[name].to_numpy() for name in ("ags", "name", "lon", "lat", "people", "distance_km")
    ]
    circles = tuple(
        Circle(
            str(ags), str(name), float(lon), float(lat), float(people), float(distance_km), str(ags) in chosen
        )
        for ags, name, lon, lat, people, distance_km in zip(*columns, strict=True)
    )
    fitted = None
    if zoom and circles:
        lon, lat = municipalities["lon"], municipalities["lat"]
        fitted = (
            float(lon.min()) - 0.1,
            float(lat.min()) - 0.06,
            float(lon.max()) + 0.1,
            float(lat.max()) + 0.06,
        )
    return replace(
        scene, dots=None, dot_kind=np.empty(0, np.uint8), circles=circles, ways=tuple(ways), zoom_to=fitted
    )


_NO_DOTS = DotSample(1.0, np.empty(0, np.int64), np.empty(0), np.empty(0))


def _reach(
    base: MapBase, coverage: Coverage, provisional: Collection[str] = ()
) -> tuple[Shape | None, Shape | None, Shape | None, Shape | None]:
    """Reach by the estimate, the ring it leaves open, and the same of what is not decided yet.

    Without undecided offices the last two are ``None``; else the third is the reach of all together.
    """
    measure = coverage.measure
    radius_km = measure.outline_km(coverage.target.value)
    if radius_km is None:
        return None, None, None, None
    points = points_of(coverage.offices, coverage.demand)
    maybe = coverage.offices["id"].astype(str).isin(list(provisional)).to_numpy()

    def around(radius_km: float, which: Points = points) -> Shape:
        return reach(base, which.lon, which.lat, which.landmass, radius_km)

    reached = around(radius_km, points.some(np.flatnonzero(~maybe)))
    everything = around(radius_km) if maybe.any() else None
    edge = around(radius_km, points.some(np.flatnonzero(maybe))) if maybe.any() else None
    if measure.band is None:
        return reached, None, everything, edge
    widest, narrowest = (around(coverage.target.value / factor) for factor in measure.band)
    return reached, without(widest, narrowest), everything, edge


def _sites(
    coverage: Coverage, proposed: Collection[str], provisional: Collection[str] = ()
) -> tuple[Marker, ...]:
    columns = [coverage.offices[name].to_numpy() for name in ("id", "name", "lon", "lat", "people_nearest")]

    def kind(key: str) -> str:
        return PROVISIONAL if key in provisional else PROPOSED if key in proposed else OFFICE

    return tuple(
        Marker(str(key), str(name), float(lon), float(lat), kind(str(key)), float(people))
        for key, name, lon, lat, people in zip(*columns, strict=True)
    )


def _kinds(coverage: Coverage) -> NDArray[np.uint8]:
    """Which of reached, uncertain, not reached every place is, shape ``(n,)``."""
    kind = np.where(coverage.is_covered, REACHED, NOT_REACHED).astype(np.uint8)
    if coverage.measure.band is not None:
        straight = coverage.places["straight_km"].to_numpy()
        possible, certain = (coverage.target.met_by(straight * it) for it in coverage.measure.band)
        kind[possible & ~certain] = UNCERTAIN
    kind[np.isin(coverage.service, (DAYS, RARELY))] = ON_DAYS
    return kind


def _attributions(region: Region, coverage: Coverage, lang: Lang) -> tuple[str, ...]:
    """Whom the licences of the data on the map want named."""
    tables = {"settlements.parquet", "districts.parquet"}
    # Which roads, of which date: a distance by road is worth no more than they are.
    measured = tuple(
        ", ".join(part for part in (it.title, it.date, it.attribution) if part)
        for it in coverage.measure.sources
    )
    return measured + tuple(
        str(region.source(key, lang)["attribution"])
        for key, source in region.sources.items()
        if key == coverage.demand.source or tables & set(source.get("tables", ()))
    )


def _district_figures(coverage: Coverage) -> dict[str, DistrictFigures]:
    places = coverage.places
    people = places["people"].to_numpy(dtype=float)
    table = pd.DataFrame(
        {"ags": places["district_ags"], "people": people, "covered": people * coverage.is_covered}
    )
    sums = table.groupby("ags")[["people", "covered"]].sum()
    return {
        str(ags): DistrictFigures(float(people), float(covered))
        for ags, people, covered in zip(sums.index, sums["people"], sums["covered"], strict=True)
    }
