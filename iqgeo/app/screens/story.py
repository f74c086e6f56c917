"""Zeit: the network's years on the same figures, and where the difference comes from. For the board."""

import streamlit as st

from iqgeo.app import pictures, resources, session
from iqgeo.app.components import downloads, drawing, html
from iqgeo.app.state import View
from iqgeo.errors import InputError
from iqgeo.frames import rows
from iqgeo.reports import facts
from iqgeo.reports.story import foot, year_maps_note, years_words
from iqgeo.reports.story_chart import chart_alt, story_chart
from iqgeo.safe.clean import html_sentence
from iqgeo.story import Story
from iqgeo.texts import Lang, number, signed, text
from iqgeo.words import story
from iqgeo.words.clauses import marked_words


def page() -> None:
    """Show the page."""
    view, own = session.view(), session.own_data()
    lang = view.lang
    try:
        it = resources.story(view, own)
    except InputError as error:
        html.headline(text("story.title", lang))
        html.status(html.FAILED, error.message(lang, on_page=True))
        return
    html.headline(marked_words([story.headline(it, lang)], lang), of_gap=True)
    html.lead(marked_words(story.lead(it, lang), lang))
    _maps(it, view)
    left, right = st.columns([7, 5], gap="large")
    with left:
        target = story.target_words(it, lang)
        html.section(text("story.where_from", lang), text("story.too_far", lang, target=target))
        drawing.show(story_chart(it, lang), chart_alt(it, lang), least=560)
    with right:
        _exactly(it, lang)
    _districts(it, lang)
    downloads.story(it, resources.case(view, own), view)
    html.sources(f"{foot(it, lang)} {facts.sources_line(it.last.coverage, it.region, lang)}")


def _maps(it: Story, view: View) -> None:
    lang = view.lang
    figures = []
    for at, drawn in enumerate(pictures.year_maps(view, session.own_data(), lang)):
        head = text("story.map_title", lang, year=drawn.year, offices=story.offices_words(it, at, lang))
        below = marked_words([story.reached_clause(it, at, lang)], lang)
        figures.append(
            f'<figure class="iq-year"><figcaption>{html_sentence(head)}<br>{html_sentence(below)}'
            f"</figcaption>{drawing.picture(drawn.svg, drawn.alt)}</figure>"
        )
    st.html(f'<div class="iq-years">{"".join(figures)}</div>')
    html.note(year_maps_note(it, lang))


def _exactly(it: Story, lang: Lang) -> None:
    heads, body = years_words(it, lang)
    html.section(text("story.exactly", lang))
    html.table(heads, body, figures=tuple(range(1, len(heads))), caption=text("story.title", lang))
    html.note(marked_words([story.exact(it, lang)], lang))
    for clause in story.notes(it, lang):
        html.status(html.OPEN, marked_words([clause], lang))


def _districts(it: Story, lang: Lang) -> None:
    frame = it.by_district()
    order = (frame["after"] - frame["before"]).abs().sort_values(ascending=False, kind="stable").index
    body = [
        [
            str(row.name), number(row.before, lang), signed(row.more_people, lang),
            signed(row.other_offices, lang), number(row.after, lang),
        ]
        for row in rows(frame.loc[order])
    ]  # fmt: skip
    sums = frame[["before", "more_people", "other_offices", "after"]].sum()
    total = [
        text("reports.gaps.total", lang), number(sums["before"], lang), signed(sums["more_people"], lang),
        signed(sums["other_offices"], lang), number(sums["after"], lang),
    ]  # fmt: skip
    names = ("district", "too_far_before", "more_people", "other_offices", "too_far_after")
    heads = [text(f"reports.column.{name}", lang) for name in names]
    with st.expander(text("story.districts", lang)):
        body.append([f"**{it}**" for it in total])
        html.table(heads, body, figures=(1, 2, 3, 4), caption=text("story.districts", lang))


page()
