"""A small map of what a road network kept and what it left out: one page, readable without internet."""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from iqgeo.safe.clean import html_text
from iqgeo.texts import Lang, number, percent, text

if TYPE_CHECKING:
    from iqgeo.distances.roads import BuildReport, RoadNetwork

WIDTH = 1_000
MOST_POINTS = 60_000
"""So many points of each kind are drawn; of longer networks the longest stretches."""

KEPT, SMALL_PART, NO_WAY_BACK, GAP = "#8a8a8a", "#6A1B9A", "#00796B", "#B00020"


def sentences(report: "BuildReport", lang: Lang) -> list[str]:
    """The report in words, a sentence each."""
    said = [
        text(
            "roads.report.kept",
            lang,
            km=number(report.kept_km, lang, 1),
            kept=number(int(report.parts_kept.sum()), lang),
            parts=number(len(report.parts_km), lang),
            two_way=percent(report.two_way_share, lang),
        )
    ]
    if report.left_out_km:
        share = report.left_out_km / (report.left_out_km + report.kept_km)
        said.append(
            text(
                "roads.report.left_out",
                lang,
                km=number(report.left_out_km, lang, 1),
                share=percent(share, lang),
            )
        )
    said += [
        text(f"roads.note.{reason}", lang, count=number(count, lang), km=number(km, lang, 1))
        for reason, count, km in report.notes
    ]
    if report.gap_count:
        narrow = report.gaps[0]
        said.append(
            text(
                "roads.report.gaps",
                lang,
                count=number(report.gap_count, lang),
                metres=number(narrow.metres, lang, 2),
                lat=number(narrow.lat, lang, 5),
                lon=number(narrow.lon, lang, 5),
            )
        )
    if report.ferry_km:
        said.append(text("roads.report.ferries", lang, km=number(report.ferry_km, lang, 1)))
    if not report.has_minutes:
        said.append(text("roads.report.no_minutes", lang))
    if report.beyond is not None:
        said.append(
            text(
                "roads.report.beyond",
                lang,
                people=number(report.beyond.without_road, lang),
                all=number(report.beyond.people, lang),
                limit=number(report.beyond.limit_km, lang, 1),
            )
        )
    return [*said, text("roads.report.not_modelled", lang)]


def road_map(network: "RoadNetwork", report: "BuildReport", lang: Lang) -> str:
    """The page: a drawing of what was kept and what was not, with every sentence of the report."""
    left = report.leavings
    lines = {
        KEPT: _drawn(network.shape_ptr, network.link_km, np.ones(network.link_count, dtype=bool)),
        SMALL_PART: _drawn(left.ptr, None, left.reason == "small_part"),
        NO_WAY_BACK: _drawn(left.ptr, None, left.reason == "no_way_back"),
    }
    lon = np.concatenate([network.shape_lon, left.lon])
    lat = np.concatenate([network.shape_lat, left.lat])
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    narrowing = np.cos(np.radians((south + north) / 2))
    scale = WIDTH / max((east - west) * narrowing, north - south, 1e-9)

    def place(x: float, y: float) -> str:
        return f"{(x - west) * narrowing * scale:.1f},{(north - y) * scale:.1f}"

    drawing = []
    for colour, spans in lines.items():
        shape = (network.shape_lon, network.shape_lat) if colour == KEPT else (left.lon, left.lat)
        paths = [
            "M" + "L".join(place(x, y) for x, y in zip(shape[0][a:b], shape[1][a:b], strict=True))
            for a, b in spans
        ]
        wide, dash = (1, "") if colour == KEPT else (3, ' stroke-dasharray="6 3"' * (colour == NO_WAY_BACK))
        drawing.append(f'<path d="{"".join(paths)}" stroke="{colour}" stroke-width="{wide}"{dash}/>')
    for gap in report.gaps:
        x, y = place(gap.lon, gap.lat).split(",")
        metres = html_text(text("roads.map.gap", lang, metres=number(gap.metres, lang, 2)))
        drawing.append(f'<circle cx="{x}" cy="{y}" r="6" stroke="{GAP}"><title>{metres}</title></circle>')
    return _PAGE.format(
        lang=lang,
        title=html_text(text("roads.map.title", lang, source=report.source)),
        width=max(int((east - west) * narrowing * scale), 40) + 20,
        height=max(int((north - south) * scale), 40) + 20,
        drawing="".join(drawing),
        legend="".join(
            f'<li><span style="background:{colour}"></span>{html_text(text(f"roads.map.{name}", lang))}</li>'
            for colour, name in (
                (KEPT, "kept"),
                (SMALL_PART, "small_part"),
                (NO_WAY_BACK, "no_way_back"),
                (GAP, "gaps"),
            )
        ),
        sentences="".join(f"<li>{html_text(it)}</li>" for it in sentences(report, lang)),
        attribution=html_text(network.info.attribution),
    )


def _drawn(
    ptr: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    km: "np.ndarray[tuple[int], np.dtype[np.float64]] | None",
    wanted: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> list[tuple[int, int]]:
    """First and last bend of the lines that are drawn: all of them, or the longest that there is room for."""
    bends = np.diff(ptr)
    lines = np.flatnonzero(wanted)
    order = lines[np.argsort(-(bends if km is None else km)[lines], kind="stable")]
    room = int(np.searchsorted(np.cumsum(bends[order]), MOST_POINTS, side="right"))
    spans = list(pairwise(ptr.tolist()))
    return [spans[line] for line in order[:room].tolist()]


_PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body{{font:16px/1.5 sans-serif;margin:1.5rem;max-width:72rem;color:#1a1a1a;background:#fff}}
svg{{width:100%;height:auto;max-height:80vh;border:1px solid #ccc}}path,circle{{fill:none}}
circle{{stroke-width:2}}ul.legend{{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:1.5rem}}
.legend span{{display:inline-block;width:1.6em;height:.5em;margin-right:.5em;vertical-align:middle}}
</style></head><body><h1>{title}</h1>
<svg role="img" aria-label="{title}" viewBox="-10 -10 {width} {height}"
 preserveAspectRatio="xMidYMid meet">{drawing}</svg>
<ul class="legend">{legend}</ul><ul>{sentences}</ul><p>{attribution}</p></body></html>
"""
