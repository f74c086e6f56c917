"""The gap list as layers with geometry, for GeoPackage and GeoJSON."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from iqgeo.coverage import NO_DAY_PLACES
from iqgeo.gaps import Gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports.cells import NO_TABLES, Column, ReportTable
from iqgeo.reports.gap_tables import (
    WHOLE,
    Excerpt,
    districts_table,
    gap_regions_table,
    municipalities_table,
    offices_table,
    places_table,
)
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, text

if TYPE_CHECKING:
    import geopandas as gpd

    from iqgeo.reports.map.scene import MapScene


@dataclass(frozen=True, eq=False)
class Layer:
    """A named layer: ``key`` for its style, a frame in EPSG:4326 and the headings of its fields.

    ``is_told``: another layer names the same things.
    """

    key: str
    name: str
    frame: "gpd.GeoDataFrame"
    headings: Mapping[str, str]
    is_told: bool = False


def gap_layers(
    gaps: Gaps,
    region: Region,
    lang: Lang,
    suggestion: Proposal | None = None,
    excerpt: Excerpt = WHOLE,
    *,
    least: int = 0,
    opened: Proposal | None = None,
    more: Mapping[str, ReportTable] = NO_TABLES,
) -> list[Layer]:
    """Layers in drawing order, the lowest first; those without features are left out.

    ``districts, gap_regions, reach, uncertain, days, day_ways, day_places, places, municipalities, offices,
    proposed``, before the last those of ``more``. Fields are named by the keys of the tables; what cannot be
    reached has no length (NULL) and says so in ``reason``.
    Fewer people than ``least`` are NULL, too, and said in ``people_words``. Whole numbers are integers.
    Proposed are the offices of ``suggestion``, which are not counted yet, or of ``opened``, which are.
    """
    import geopandas as gpd

    from iqgeo.reports.bases import kept_base
    from iqgeo.reports.map.scene import scene_of

    # A gap region is everyone without an office; what is served on days is a layer of its own.
    alone = replace(gaps, coverage=replace(gaps.coverage, day_places=NO_DAY_PLACES))
    scene = scene_of(region, alone.coverage, alone, base=kept_base(region))
    places = places_table(gaps, region, lang, suggestion, least=least)
    found = [
        _districts(gaps, region, lang, excerpt),
        _layer(
            "gap_regions", gap_regions_table(gaps, lang), lang, {it.number: it.shape for it in scene.gaps}
        ),
    ]
    if scene.reach is not None and not scene.reach.is_empty:
        reach = pd.DataFrame(
            {"target_km": [gaps.coverage.target_km], "distance": [gaps.coverage.measure.kind]}
        )
        frame = gpd.GeoDataFrame(reach, geometry=[scene.reach], crs="EPSG:4326")
        found.append(Layer("reach", _name("reach", lang), frame, {}))
    if scene.ring is not None and not scene.ring.is_empty:
        band = scene.band or (np.nan, np.nan)
        ring = pd.DataFrame({"factor_low": [band[0]], "factor_high": [band[1]]})
        frame = gpd.GeoDataFrame(ring, geometry=[scene.ring], crs="EPSG:4326")
        found.append(Layer("uncertain", _name("uncertain", lang), frame, {}))
    if len(gaps.coverage.day_places):
        found += day_layers(scene_of(region, gaps.coverage, base=kept_base(region)), gaps, lang)
    found += [
        _layer("places", excerpt.of(places), lang),
        _layer("municipalities", excerpt.of(municipalities_table(gaps, lang, places)), lang),
        _layer("offices", offices_table(gaps), lang),
    ]
    found += [_layer(key, table, lang) for key, table in more.items()]
    proposed = suggestion or opened
    if proposed is not None and proposed.sites and not proposed.keeps:
        found.append(replace(_layer("proposed", _proposed(proposed), lang), is_told=suggestion is None))
    return [layer for layer in found if len(layer.frame)]


def day_layers(scene: "MapScene", gaps: Gaps, lang: Lang) -> list[Layer]:
    """What is served on days: the area, the ways from home, the places."""
    import geopandas as gpd
    import shapely

    from iqgeo.reports.network_tables import day_places_table

    if not scene.day_marks:
        return []
    found = []
    if scene.days is not None and not scene.days.is_empty:
        area = pd.DataFrame({"target_km": [gaps.coverage.target_km]})
        frame = gpd.GeoDataFrame(area, geometry=[scene.days], crs="EPSG:4326")
        found.append(Layer("days", _name("days", lang), frame, {}))
    table = day_places_table(gaps.coverage, lang)
    ways = [shapely.LineString([(it.home_lon, it.home_lat), (it.lon, it.lat)]) for it in scene.day_marks]
    data = table.frame[["day_place", "home", "home_km", "km_a_year"]]
    frame = gpd.GeoDataFrame(data, geometry=ways, crs="EPSG:4326")
    found.append(Layer("day_ways", _name("day_ways", lang), frame, {}))
    return [*found, _layer("day_places", table, lang)]


def _name(key: str, lang: Lang) -> str:
    return text(f"reports.layer.{key}", lang)


def _layer(key: str, table: ReportTable, lang: Lang, shapes: Mapping[Any, Any] | None = None) -> Layer:
    """Points at ``lon, lat``, or the shapes by the first column where all have one."""
    import geopandas as gpd

    columns = [column for column in table.columns if column.kind != "degrees"]
    data = table.frame[[column.key for column in columns]].copy()
    for column in columns:
        if column.kind in ("km", "share"):
            data[column.key] = data[column.key].replace([np.inf, -np.inf], np.nan)
        elif column.kind in ("people", "rank"):
            data[column.key] = _whole(data[column.key], table, column)
    if table.least and "people" in data:
        few = data["people"].isna() & table.frame["people"].gt(0)
        at = list(data.columns).index("people") + 1
        data.insert(at, "people_words", np.where(few, table.few(lang), ""))
    drawn = [] if shapes is None else [shapes.get(value) for value in data.iloc[:, 0]]
    if shapes is None or any(shape is None for shape in drawn):
        geometry = gpd.points_from_xy(table.frame["lon"], table.frame["lat"])
    else:
        geometry = drawn
    frame = gpd.GeoDataFrame(data, geometry=geometry, crs="EPSG:4326")
    return Layer(key, _name(key, lang), frame, {column.key: column.heading(lang) for column in columns})


def _whole(values: pd.Series, table: ReportTable, column: Column) -> pd.Series:
    """Integers where all are whole; without those too few to be told."""
    told = pd.Series(
        [np.nan if table.is_few(column, it) else it for it in values.astype(float)], index=values.index
    )
    whole: pd.Series = told.astype("Int64") if np.all(told.dropna() == told.dropna().round()) else told
    return whole


def _districts(gaps: Gaps, region: Region, lang: Lang, excerpt: Excerpt) -> Layer:
    outlines = region.districts
    table = districts_table(gaps, excerpt)
    known = table.frame["district_ags"].isin(outlines["ags"])
    shapes = dict(zip(outlines["ags"], outlines.geometry, strict=True))
    return _layer(
        "districts", ReportTable(table.columns, table.frame[known].reset_index(drop=True)), lang, shapes
    )


def _proposed(suggestion: Proposal) -> ReportTable:
    columns = (
        Column("id"), Column("name"), Column("gain", "people"), Column("runner_up"),
        Column("runner_up_loss", "people"), Column("lon", "degrees"), Column("lat", "degrees"),
    )  # fmt: skip
    rows = [
        (clean(it.id), clean(it.name), it.gain, clean(it.runner_up), it.runner_up_loss, it.lon, it.lat)
        for it in suggestion.sites
    ]
    return ReportTable(columns, pd.DataFrame(rows, columns=[column.key for column in columns]))
