"""Two plans compared as one HTML page: measured by both promises, maps, who wins and loses."""

import datetime
from collections.abc import Sequence
from typing import Final

from iqgeo import sites
from iqgeo.case import Case
from iqgeo.coverage import NONE, Coverage, assess_places
from iqgeo.distances import Target
from iqgeo.region import Region
from iqgeo.reports import facts
from iqgeo.reports.board import map_picture
from iqgeo.reports.board_state import Board
from iqgeo.reports.comparison import comparison_sentence, comparison_table, moved
from iqgeo.reports.drawn import drawn
from iqgeo.reports.map.around import html_table
from iqgeo.reports.pictures import board_of
from iqgeo.reports.print_map import PATTERNS
from iqgeo.safe.clean import clean, html_sentence, html_text
from iqgeo.texts import Lang, date_words, number, of_hundred, people_rounded, signed, text
from iqgeo.words.assumptions import assumption, measure_warning, sample_words
from iqgeo.words.clauses import listed
from iqgeo.words.states import day_of, network_name, state_names
from iqgeo.words.units import promise

_MAP_MM: Final = (120.0, 110.0)
_COUNTED: Final = ("people_total", "before", "after", "gained", "lost")
_STYLE: Final = """
body { font-family: "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif; color: #1B2226;
  max-width: 1100px; margin: 0 auto; padding: 24px; line-height: 1.45; font-variant-numeric: tabular-nums; }
h1 { font-size: 27px; font-weight: 400; line-height: 1.22; margin: 0 0 8px; }
h2 { font-size: 17px; margin: 28px 0 4px; }
p { margin: 4px 0; } .lead { font-size: 16px; } .about, footer { color: #56616A; font-size: 13px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; vertical-align: bottom; color: #56616A; font-weight: 400; padding: 5px 8px 5px 0;
  border-bottom: 1px solid #8D989F; }
td { border-bottom: 1px solid #E3E7E9; padding: 4px 8px 4px 0; vertical-align: top; }
.figure { text-align: right; white-space: nowrap; }
.maps { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; margin-top: 12px; }
figure { margin: 0; } figcaption { font-size: 14px; margin-bottom: 4px; } svg { width: 100%; height: auto; }
footer { border-top: 1px solid #D5DADD; margin-top: 24px; padding-top: 10px; }
@media (max-width: 640px) {
  .maps { grid-template-columns: 1fr; } body { padding: 16px; } .wide { overflow-x: auto; }
}
@media print { body { padding: 0; } tr, figure { break-inside: avoid; } }
"""


def comparison_html(case: Case, lang: Lang = "de", *, date: datetime.date | None = None) -> bytes:
    """The page as one file without scripts; the same case on the same ``date`` gives the same bytes."""
    from iqgeo import __version__

    before, after = case.before.coverage, case.shown
    names = tuple(clean(it, 60) for it in state_names(case, lang))
    day = day_of(date)
    title = text("plan.comparison.title", lang, before=names[0], after=names[1])
    made = _say("made", lang, date=date_words(day, lang), version=__version__)
    rests = (
        assumption(before, case.region, lang), measure_warning(after, case.region, lang),
        sample_words(before, case.region, lang, tuple(zip(names, (before, after), strict=True))),
        facts.definition_words(before, case.region, lang),
    )  # fmt: skip
    licences = "; ".join(it.attribution for it in facts.sources(after, case.region, lang) if it.attribution)
    parts = [
        f"<h1>{html_text(title)}</h1>",
        f'<p class="lead">{html_text(comparison_sentence(before, after, lang))}</p>',
        *(f"<p>{html_text(it)}</p>" for it in _differences(case, names, lang)),
        *(
            f'<p class="about">{html_text(it)}</p>'
            for it in (
                _settings(names[0], before, case.region, lang),
                _settings(names[1], after, case.region, lang),
            )
        ),
        _yardsticks(before, after, names, lang),
        _maps(board_of(case, lang, day), names),
        _changes(case, lang, names),
        f"<h2>{html_text(_say('rests', lang))}</h2>",
        *(f'<p class="about">{html_text(it)}</p>' for it in rests if it),
        f"<footer>{html_text(licences)} {html_text(made)}</footer>",
    ]
    return _page(title, parts, lang)


def difference_html(
    title: str,
    lines: Sequence[str],
    picture: tuple[str, str],
    tables: Sequence[tuple[str, list[str], list[list[str]]]],
    lang: Lang,
) -> bytes:
    """Sentences, the map of the difference and tables as one file; sentences and cells may hold ``**``."""
    parts = [
        f"<h1>{html_sentence(title)}</h1>",
        *(f'<p class="lead">{html_sentence(it)}</p>' for it in lines),
        _described(*picture),
        *(
            html_table(caption, heads, rows, frozenset(range(1, len(heads))), written=html_sentence)
            for caption, heads, rows in tables
        ),
    ]
    return _page(title.replace("**", ""), parts, lang)


def _page(title: str, parts: Sequence[str], lang: Lang) -> bytes:
    page = (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        f"<title>{html_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )
    return page.encode("utf-8")


def _described(svg: str, alt: str) -> str:
    """A drawing with the words for those who cannot see it."""
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html_text(clean(alt))}" ', 1)


def _say(key: str, lang: Lang, **values: object) -> str:
    return text(f"plan.comparison.{key}", lang, **values)


def _differences(case: Case, names: Sequence[str], lang: Lang) -> list[str]:
    """In what the networks differ, office by office."""
    found = []
    for name, frame in ((names[0], case.closed), (names[1], case.opened)):
        if len(frame):
            offices = listed([clean(it, 40) for it in frame["name"]], lang)
            found.append(_say("only_first", lang, name=name, offices=offices))
    same = set(sites.ids(case.before.coverage.offices)) == set(sites.ids(case.shown.offices))
    return found or ([_say("same_offices", lang)] if same else [])


def _settings(name: str, coverage: Coverage, region: Region, lang: Lang) -> str:
    count = number(len(coverage.offices), lang)
    offices = f"{text('reports.column.offices', lang)}: {count}"
    return (
        f"{name}: {network_name(coverage, region, lang)}, {facts.weight_words(coverage, lang)}, "
        f"{facts.distance_words(coverage, lang)}, {promise(coverage.target, lang)}, {offices}."
    )


def _yardsticks(before: Coverage, after: Coverage, names: Sequence[str], lang: Lang) -> str:
    """Both plans by the promise of each: by its own alone each would look as good as its promise is easy."""
    targets = [before.target] if before.target == after.target else [before.target, after.target]
    rows = []
    for name, coverage in zip(names, (before, after), strict=True):
        cells = []
        for target in targets:
            measured = coverage if target == coverage.target else _by(coverage, target)
            share = of_hundred(measured.share, lang) if measured.people else "–"
            people = people_rounded(measured.covered, lang)
            said = _say("share_of", lang, share=share, people=people)
            days = measured.people - measured.covered - measured.people_by(NONE)
            if days and measured.people:
                served = of_hundred((measured.covered + days) / measured.people, lang)
                said += _say("share_days", lang, share=served, people=people_rounded(days, lang))
            cells.append(said)
        rows.append((name, *cells))
    columns = (_say("plan", lang), *(_say("yardstick", lang, target=promise(it, lang)) for it in targets))
    heading = _say("yardsticks" if len(targets) > 1 else "yardstick_one", lang)
    return html_table(heading, columns, rows, frozenset(range(1, len(columns))))


def _by(coverage: Coverage, target: Target) -> Coverage:
    """The same network under another promise."""
    return assess_places(
        coverage.demand, coverage.offices, coverage.measure, target, stage=coverage.stage,
        region=coverage.region, district_names=coverage.district_names,
        municipality_names=coverage.municipality_names,
    )  # fmt: skip


def _maps(board: Board, names: Sequence[str]) -> str:
    """Both networks, drawn with the same dots and gap numbers."""
    figures = []
    for index, scene in enumerate(board.scenes):
        svg = drawn(scene, board.sheet, _MAP_MM, board.lang)
        told = map_picture(board, index, svg)
        # Two drawings on one page must not share the name of a pattern.
        for name in PATTERNS:
            svg = svg.replace(f'id="{name}"', f'id="{name}{index}"').replace(f"#{name})", f"#{name}{index})")
        svg = _described(svg, told["alt"])
        caption = f"{html_text(names[index])}: {html_text(told['words'])}"
        figures.append(f"<figure><figcaption>{caption}</figcaption>{svg}</figure>")
    heading = text("plan.comparison.maps", board.lang)
    return f'<h2>{html_text(heading)}</h2><div class="maps">{"".join(figures)}</div>'


def _changes(case: Case, lang: Lang, names: Sequence[str]) -> str:
    """Districts, then municipalities, with who wins and loses and by which offices."""
    parts = []
    for level, key in (("district", "districts"), ("municipality", "municipalities")):
        table = comparison_table(case.before.coverage, case.shown, level)
        changed = moved(table)
        days = [it for it in ("days_before", "days_after") if it in changed]
        town = level == "municipality"
        if changed.empty or (town and changed["ags"].eq("").all()):
            continue
        columns = [text(f"reports.column.{level}", lang)]
        columns += [text("reports.column.district", lang)] if town else []
        columns += [text("reports.column.people_total", lang), *names]
        columns += [
            text(f"reports.column.{it}", lang)
            for it in ("gained", "lost", "change", *days, "gained_by", "lost_with")
        ]
        rows = [
            (
                str(row[level]) or text("reports.gaps.no_district", lang),
                *([str(row["district"])] if town else []),
                *(number(float(row[it]), lang) for it in _COUNTED),
                signed(float(row["change"]), lang), *(number(float(row[it]), lang) for it in days),
                str(row["gained_by"]), str(row["lost_with"]),
            )
            for _, row in changed.iterrows()
        ]  # fmt: skip
        first = 2 if town else 1
        written = html_table(_say(key, lang), columns, rows, frozenset(range(first, first + 6 + len(days))))
        parts.append(f'<div class="wide">{written}</div>')
    return "".join(parts) or f"<p>{html_text(_say('nothing', lang))}</p>"
