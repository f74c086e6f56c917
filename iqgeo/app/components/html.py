"""Sentences, lists and tables as HTML. Everything that is shown passes :mod:`iqgeo.safe.clean`."""

from collections.abc import Sequence

import streamlit as st

from iqgeo.safe.clean import html_sentence, html_text

DONE, OPEN, RUNNING, FAILED = "done", "open", "running", "failed"
"""States of a result: proven; good but open; running or empty; not possible."""

_FEW_ROWS = 4
"""With more rows a table beside the map stands closer."""


def headline(sentence: str, *, of_gap: bool = False) -> None:
    """Show the sentence that answers the page's question; the number stands between ``**``.

    It has the colour of what is reached, or of those who are not (``of_gap``).
    """
    looks = "iq-headline iq-of-gap" if of_gap else "iq-headline"
    st.html(f'<h1 class="{looks}">{html_sentence(sentence)}</h1>')


def title(words: str, tag: str = "", kicker: str = "") -> None:
    """Show what a panel is about, with a tag for what is not decided yet and a quiet line above."""
    above = f'<p class="iq-kicker">{html_text(kicker)}</p>' if kicker else ""
    marked = f' <span class="iq-tag">{html_text(tag)}</span>' if tag else ""
    st.html(f'{above}<h1 class="iq-title">{html_text(words)}{marked}</h1>')


def figure(sentence: str, note: str) -> None:
    """Show the number that answers, large; what it is held against stands beside it."""
    st.html(f'<p class="iq-figure">{html_sentence(sentence)}</p><p class="iq-note">{html_sentence(note)}</p>')


def share_bar(firm: float, then: float, band: tuple[float, float] | None, words: str) -> None:
    """Show a share of 100 as a bar: what is certain, what would be added or lost, and how sure that is."""
    low, high = sorted((firm, then))
    bracket = "" if band is None else _piece("iq-band", band[0], band[1])
    st.html(
        f'<div class="iq-share" role="img" aria-label="{html_text(words)}">{_piece("iq-firm", 0.0, low)}'
        f"{_piece('iq-more-share', low, high)}{bracket}</div>"
        '<p class="iq-scale" aria-hidden="true"><span>0</span><span>100</span></p>'
    )


def _piece(kind: str, low: float, high: float) -> str:
    """A piece of a bar, from one share to another."""
    return f'<i class="{kind}" style="left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"></i>'


def lead(sentence: str) -> None:
    """Show the sentence below the headline."""
    st.html(f'<p class="iq-lead">{html_sentence(sentence)}</p>')


def section(title: str, note: str = "") -> None:
    """Show the title of a section, with a quiet note below it."""
    below = f'<p class="iq-note">{html_sentence(note)}</p>' if note else ""
    st.html(f'<h2 class="iq-section">{html_text(title)}</h2>{below}')


def subsection(title: str) -> None:
    """Show the title of a part of a section."""
    st.html(f'<h3 class="iq-subsection">{html_text(title)}</h3>')


def note(sentence: str) -> None:
    """Show a quiet sentence."""
    st.html(f'<p class="iq-note">{html_sentence(sentence)}</p>')


def sources(sentence: str) -> None:
    """Show where the numbers come from, at the end of a page."""
    st.html(f'<p class="iq-sources">{html_sentence(sentence)}</p>')


def status(kind: str, sentence: str) -> None:
    """Show how sure a result is, with a bar whose pattern says the same as the words."""
    role = ' role="alert"' if kind == FAILED else ' role="status"'
    st.html(f'<p class="iq-status iq-{kind}"{role}>{html_sentence(sentence)}</p>')


def state(kind: str, words: str) -> None:
    """Show whether something is kept: a mark whose shape says the same as the words."""
    st.html(f'<p class="iq-state iq-state-{kind}" role="status">{html_text(words)}</p>')


def brief(name: str, words: str, change: str) -> None:
    """Show the scenario in two lines that open the parts of the bar, for a phone."""
    st.html(f'<p class="iq-brief"><strong>{html_text(name)}</strong><span>{html_text(words)}</span></p>')
    st.html(f'<details class="iq-more"><summary><span>{html_text(change)}</span></summary></details>')


def ranked(rows: Sequence[tuple[int, bool, str, str, str, str]]) -> None:
    """Show gap regions: number, whether it is filled, name, districts, people, unit."""
    items = "".join(
        f'<li><span class="iq-badge{_filled(filled)}">{number}</span>'
        f'<span class="iq-what"><strong>{html_text(name)}</strong><span>{html_text(places)}</span></span>'
        f'<span class="iq-much"><strong>{html_text(people)}</strong><span>{html_text(unit)}</span></span>'
        "</li>"
        for number, filled, name, places, people, unit in rows
    )
    st.html(f'<ol class="iq-ranked">{items}</ol>')


def _filled(filled: bool) -> str:
    return " filled" if filled else ""


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    figures: Sequence[int] = (),
    caption: str = "",
    quiet: bool = False,
    drawn: Sequence[int] = (),
) -> None:
    """Show a small table; columns in ``figures`` stand right; cells may hold ``**bold**``.

    A ``quiet`` caption is for those who hear the page: what is above says it to those who see it. Cells of
    columns in ``drawn`` are HTML of ours.
    """
    shown = f"<caption>{html_text(caption)}</caption>" if caption and not quiet else ""

    close = " iq-close" if quiet and len(rows) > _FEW_ROWS else ""

    def cell(tag: str, column: int, words: str) -> str:
        kind = ' class="figure"' if column in figures else ""
        if close and tag == "td" and column not in (*figures, *drawn):
            # In a close table a long name is cut off: pointed at, it is there in full.
            kind = f' title="{html_text(words.replace("**", ""))}"'
        scope = ' scope="col"' if tag == "th" else ""
        inside = words if tag == "td" and column in drawn else html_sentence(words)
        return f"<{tag}{kind}{scope}>{inside}</{tag}>"

    top = "".join(cell("th", i, words) for i, words in enumerate(head))
    body = "".join(
        "<tr>" + "".join(cell("td", i, words) for i, words in enumerate(row)) + "</tr>" for row in rows
    )
    st.html(
        f'<div class="iq-scroll" tabindex="0" role="region" aria-label="{html_text(caption or head[0])}">'
        f'<table class="iq-table{close}">{shown}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )


def chosen(rows: Sequence[tuple[str, str, str]], label: str) -> None:
    """Show many places in two columns: name, what each brings, and HTML of ours behind it."""
    items = "".join(
        f'<li><b title="{html_text(name)}">{at} {html_text(name)}</b>'
        f"<span>{html_text(much)}</span>{more}</li>"
        for at, (name, much, more) in enumerate(rows, start=1)
    )
    st.html(f'<ol class="iq-chosen" tabindex="0" role="list" aria-label="{html_text(label)}">{items}</ol>')


def classes(parts: Sequence[tuple[str, float, str]], label: str) -> None:
    """Show how people are served as one bar: class, share (0 to 1) and words of each part."""
    bar = "".join(
        f'<i class="iq-class-{html_text(kind)}" style="width:{100 * share:.2f}%"></i>'
        for kind, share, _ in parts
    )
    words = "".join(
        f'<li class="iq-of-{html_text(kind)}">{html_sentence(sentence)}</li>' for kind, _, sentence in parts
    )
    st.html(
        f'<div class="iq-classes" role="img" aria-label="{html_text(label)}">{bar}</div>'
        f'<ul class="iq-class-words">{words}</ul>'
    )


def swatches(entries: Sequence[tuple[str, str]]) -> None:
    """Show a legend: the look of each entry by the name of its class, and its words."""
    inside = "".join(
        f'<span><i class="iq-swatch {kind}"></i> {html_text(words)}</span>' for kind, words in entries
    )
    st.html(f'<p class="iq-legend">{inside}</p>')
