"""What stands around the map of an exported page: sentences above it, tables and sources below."""

import datetime
from collections.abc import Callable, Sequence

from iqgeo.reports.map import wording
from iqgeo.reports.map.pieces import PROPOSED, GapView
from iqgeo.reports.map.scene import MapScene
from iqgeo.safe.clean import html_sentence, html_text
from iqgeo.texts import Lang, number, of_hundred, people_rounded, text
from iqgeo.words.states import is_past


def around(
    scene: MapScene, lang: Lang, *, about: Sequence[str] = (), today: datetime.date | None = None
) -> tuple[str, str]:
    """Return headline, lead and ``about`` above the map; gaps, districts, offices and sources below it.

    A network of a year before ``today`` is told as what was.
    """
    past = today is not None and is_past(scene.stage, today)
    headline, lead = wording.headline(scene, lang, past=past), wording.lead(scene, lang, past=past)
    said = "".join(f'<p class="about">{html_text(it)}</p>' for it in about if it)
    before = (
        f'<main class="page"><h1>{html_sentence(headline)}</h1>'
        f'<p class="lead">{html_sentence(lead)}</p>{said}'
        f'<noscript><p class="fallback">{html_text(text("map.page.no_script", lang))}</p></noscript>'
    )
    sources = f"<footer>{html_sentence(wording.source_line(scene, lang))}</footer>"
    return before, f"{_gaps(scene, lang)}{_districts(scene, lang)}{_offices(scene, lang)}{sources}</main>"


def html_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    figures: frozenset[int],
    *,
    written: Callable[[str], str] = html_text,
) -> str:
    """A table with a caption; columns of ``figures`` stand right, cells are ``written`` as HTML."""
    if not rows:
        return ""
    look = ['class="figure"' if at in figures else "" for at in range(len(columns))]
    head = "".join(
        f'<th scope="col" {it}>{html_text(words)}</th>' for words, it in zip(columns, look, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td {it}>{written(words)}</td>" for words, it in zip(row, look, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<h2>{html_text(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _say(key: str, lang: Lang) -> str:
    return text(f"map.page.{key}", lang)


def _gap_words(gap: GapView, lang: Lang) -> str:
    return f"{gap.number}. {gap.name.text(lang)}: {', '.join(gap.districts[:4])}"


def _gaps(scene: MapScene, lang: Lang) -> str:
    rows = [
        (_gap_words(gap, lang), people_rounded(gap.people, lang))
        for gap in sorted(scene.gaps, key=lambda it: it.place)
    ]
    return html_table(_say("gaps", lang), (_say("gap", lang), _say("people", lang)), rows, frozenset({1}))


def _districts(scene: MapScene, lang: Lang) -> str:
    rows = []
    for district in sorted(scene.base.districts, key=lambda it: it.name):
        found = scene.districts.get(district.ags)
        if found is None or not found.people:
            continue
        share = of_hundred(found.covered / found.people, lang).split()[0]
        if found.covered == 0:
            share = "0"
        people = (people_rounded(it, lang) for it in (found.people, found.covered))
        rows.append((f"{district.name} ({district.ags})", *people, share))
    columns = tuple(_say(key, lang) for key in ("district", "all", "reached", "share"))
    return html_table(_say("districts", lang), columns, rows, frozenset({1, 2, 3}))


def _offices(scene: MapScene, lang: Lang) -> str:
    rows = [
        (
            site.name,
            _say("kind_proposed" if site.kind == PROPOSED else "kind_office", lang),
            people_rounded(site.people, lang) if site.people >= 0 else number(site.people, lang),
        )
        for site in sorted(scene.sites, key=lambda it: it.name)
    ]
    columns = tuple(_say(key, lang) for key in ("office", "kind", "nearest"))
    return html_table(_say("offices", lang), columns, rows, frozenset({2}))
