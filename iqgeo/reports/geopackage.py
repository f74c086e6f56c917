"""GeoPackage: named layers, styles that QGIS applies by itself, and what the numbers mean."""

import datetime
import math
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from iqgeo.gaps import Gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports import facts
from iqgeo.reports.cells import NO_TABLES, ReportTable
from iqgeo.reports.gap_tables import WHOLE, Excerpt
from iqgeo.reports.layers import Layer, gap_layers
from iqgeo.reports.qgis_project import PROJECTS_TABLE, ProjectLayer, Words, metadata, project
from iqgeo.reports.qml import Class, Symbol, area, line, marker, style, written
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, date_words, number, text
from iqgeo.words.assumptions import assumption
from iqgeo.words.states import day_of, region_name

_PURPLE, _DEEP_PURPLE, _TEAL, _INK, _LINE, _WHITE = (
    "106,27,154,255", "74,16,112,255", "0,121,107,255", "18,49,45,255", "141,152,159,255", "255,255,255,255",
)  # fmt: skip
_BLUE: Final = "47,102,144,255"
_GEOMETRIES: Final = {"Point": "Point", "LineString": "Line"}
_LABELS: Final = {
    "gap_regions": 'to_string("gap_region") || \' \' || "gap_name"', "offices": '"name"',
    "proposed": '"name"',
}  # fmt: skip
# Not drawn at first: municipalities say the same as places, candidates are no offices, access is for studies.
_HIDDEN: Final = frozenset({"municipalities", "candidates", "access"})
# Circles whose area grows with the people, in steps that a legend can name.
_STEPS: Final = (0.0, 100.0, 500.0, 2_000.0, 10_000.0, math.inf)
_SIZES: Final = {"places": (0.5, 0.9, 1.6, 2.8, 4.6), "municipalities": (1.2, 2.0, 3.2, 5.0, 7.5)}
_DOT: Final = "106,27,154,150"

# As QGIS makes it (https://docs.qgis.org, "Managing Custom Styles in the Database").
_STYLES_TABLE: Final = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))
"""


def gap_package(
    gaps: Gaps,
    region: Region,
    lang: Lang,
    *,
    suggestion: Proposal | None = None,
    origin: Proposal | None = None,
    excerpt: Excerpt = WHOLE,
    least: int = 0,
    date: datetime.date | None = None,
    file_name: str = "",
    more: Mapping[str, ReportTable] = NO_TABLES,
) -> bytes:
    """The gap list as GeoPackage: the layers of :func:`iqgeo.reports.layers.gap_layers`, styled.

    A QGIS project lies in it, with a layout that prints; it looks for the layers in ``file_name`` beside
    itself. A table without geometry holds settings and sources; every layer carries the sentence of the
    result and the licences as its description.
    """
    import pyogrio

    layers = gap_layers(gaps, region, lang, suggestion, excerpt, least=least, opened=origin, more=more)
    about = about_table(gaps, region, lang, suggestion or origin, date)
    # GDAL takes the first "=" or ":" of an item for the end of its key.
    signs = str.maketrans("=:", "  ")
    metadata = {
        f"{row.part} / {row.label}".translate(signs): row.value for row in about.itertuples(index=False)
    }
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        path = Path(folder) / "gaps.gpkg"
        # The topmost layer first: QGIS lists and draws them in this order.
        for position, layer in enumerate(reversed(layers)):
            pyogrio.write_dataframe(
                layer.frame, path, layer=layer.name, driver="GPKG", append=position > 0,
                # What programs of today read without a warning.
                dataset_options={"VERSION": "1.2"},
                dataset_metadata=metadata if position == 0 else None,
            )  # fmt: skip
        pyogrio.write_dataframe(
            about, path, layer=text("reports.layer.about", lang), driver="GPKG", append=bool(layers)
        )
        day = day_of(date)
        said = facts.gap_sentence(gaps.coverage, region, lang, day)
        sentence = " ".join(filter(None, (said, excerpt.sentence)))
        _describe(path, layers, sentence, gaps, region, lang)
        name = file_name or f"{text('reports.gaps.file_name', lang)}.gpkg"
        _add_project(path, layers, sentence, gaps, region, lang, name, day)
        return _settled(path, day)


def about_table(
    gaps: Gaps, region: Region, lang: Lang, suggestion: Proposal | None, date: datetime.date | None
) -> pd.DataFrame:
    """Settings and sources as ``part, label, value``, all text."""
    stated = facts.settings(gaps.coverage, region, lang, suggestion=suggestion, date=date)
    settings = text("reports.gaps.settings_heading", lang)
    rows = [(settings, it.label, it.written(lang)) for it in stated]
    for source in facts.sources(gaps.coverage, region, lang):
        heading = text("reports.gaps.source_heading", lang, title=source.title)
        rows += [
            (heading, text(f"reports.column.{key}", lang), value)
            for key, value in vars(source).items()
            if value and key != "title"
        ]
    return pd.DataFrame(rows, columns=["part", "label", "value"])


def _describe(path: Path, layers: list[Layer], sentence: str, gaps: Gaps, region: Region, lang: Lang) -> None:
    """Add styles and descriptions to a finished package."""
    licences = "; ".join(
        it.attribution for it in facts.sources(gaps.coverage, region, lang) if it.attribution
    )
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(_STYLES_TABLE)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES (?, ?, ?, ?)",
            ("layer_styles", "attributes", "layer_styles", ""),
        )
        for layer in layers:
            base.execute(
                "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
                (layer.name, f"{sentence} {licences}", layer.name),
            )
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner) "
                "VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '')",
                (layer.name, layer.name, _style(layer, lang), sentence),
            )


def _settled(path: Path, day: datetime.date) -> bytes:
    """The package with one time for all that it says of when it was written: the same gaps, the same bytes.

    How often it was written to, which its head counts, hangs on the clock as well: so it is copied.
    """
    copy = path.with_suffix(".copy.gpkg")
    stamp = f"{day.isoformat()}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as base, base:
        there = {row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, column in (
            ("gpkg_contents", "last_change"), ("gpkg_metadata_reference", "timestamp"),
            ("layer_styles", "update_time"),
        ):  # fmt: skip
            if table in there:
                base.execute(f"UPDATE {table} SET {column} = ?", (stamp,))  # noqa: S608 -- both are ours
    with closing(sqlite3.connect(path)) as base:
        base.execute("VACUUM INTO ?", (str(copy),))
    return copy.read_bytes()


def _add_project(
    path: Path, layers: list[Layer], sentence: str, gaps: Gaps, region: Region, lang: Lang, file_name: str,
    day: datetime.date,
) -> None:  # fmt: skip
    """Put a project of the package's layers into it."""
    title = text("reports.gaps.title", lang, region=clean(region_name(region.name, lang), 100))
    licences = "; ".join(
        it.attribution for it in facts.sources(gaps.coverage, region, lang) if it.attribution
    )
    rests = assumption(gaps.coverage, region, lang)
    made = text("reports.package.made", lang, date=date_words(day, lang))
    words = Words(title, (clean(sentence), rests), f"{made} {licences}")
    drawn = [
        ProjectLayer(
            it.name, _GEOMETRIES.get(it.frame.geom_type.iloc[0], "Polygon"), _styled(it, lang),
            is_shown=it.key not in _HIDDEN,
        )
        for it in reversed(layers)
    ]  # fmt: skip
    outline = region.districts.to_crs(region.crs).total_bounds
    margin = 0.03 * max(outline[2] - outline[0], outline[3] - outline[1])
    west, south, east, north = outline + np.array([-margin, -margin, margin, margin])
    content = project(
        drawn, file_name=file_name, crs=region.crs, bounds=(west, south, east, north), words=words
    )
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(PROJECTS_TABLE)
        base.execute(
            "INSERT INTO qgis_projects VALUES (?, ?, ?)", (title, metadata(day.isoformat()), content.decode())
        )


def _style(layer: Layer, lang: Lang) -> str:
    return written(_styled(layer, lang))


def _styled(layer: Layer, lang: Lang) -> ET.Element:
    label = None if layer.is_told else _LABELS.get(layer.key)
    return style(_look(layer, lang), label=label, aliases=layer.headings)


def _look(layer: Layer, lang: Lang) -> Symbol | tuple[str, list[Class]]:
    if layer.key in _SIZES:
        # Those whose number is not told are drawn in the smallest class.
        outline = 0.0 if layer.key == "places" else 0.2
        return 'coalesce("people", 1)', [
            Class(low, high, _range_words(low, high, lang), marker("circle", size, _DOT, _WHITE, outline))
            for low, high, size in zip(_STEPS, _STEPS[1:], _SIZES[layer.key], strict=False)
        ]
    looks = {
        "districts": area(None, _LINE, 0.2),
        "gap_regions": area("106,27,154,33", _PURPLE, 0.4, "dot"),
        "reach": area("217,236,233,170", _TEAL, 0.6),
        "uncertain": area("232,164,0,120", _LINE, 0.0),
        "days": area("47,102,144,60", _BLUE, 0.3),
        "day_ways": line(_BLUE, 0.4),
        "day_places": marker("circle", 3.0, _WHITE, _BLUE, 0.6),
        "offices": marker("square", 2.8, _INK, _WHITE, 0.3),
        "candidates": marker("circle", 2.0, _WHITE, _TEAL, 0.4),
        "access": marker("circle", 1.6, _TEAL, _WHITE, 0.2),
        "proposed": marker("diamond", 4.0, _WHITE, _INK, 0.6),
    }
    if layer.key == "gap_regions" and layer.frame.geom_type.eq("Point").all():
        return marker("circle", 4.0, _DEEP_PURPLE, _WHITE, 0.3)
    return looks[layer.key]


def _range_words(low: float, high: float, lang: Lang) -> str:
    if math.isinf(high):
        return text("reports.package.people_least", lang, low=number(low, lang))
    return text("reports.package.people_range", lang, low=number(low, lang), high=number(high, lang))
