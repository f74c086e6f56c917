"""What the board opens: exactly one published version, read only, with its numbers as they were."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from iqgeo.app import keeping, resources, session
from iqgeo.app.components import html, library, problems, signing
from iqgeo.app.components.map import show_page
from iqgeo.distances import MINUTES, Target
from iqgeo.errors import InputError
from iqgeo.reports.map.wording import count_word
from iqgeo.texts import Lang, in_hundred, number, of_hundred, people_rounded, plain, said_in, text
from iqgeo.words.clauses import listed
from iqgeo.words.states import is_past
from iqgeo.words.units import promise, spoken_promise

if TYPE_CHECKING:
    from iqgeo.store.published import Publication

_MAP_HEIGHT: Final = 620
_TOP_GAPS: Final = 3
_MAP_ONLY: Final = (
    "<style>.page>h1,.page>.lead,.page>h2,.page>table{display:none}.page{padding:0;margin:0}</style>"
)
_BUTTONS: Final = {".pdf": "pdf", ".xlsx": "xlsx", ".html": "map"}


def page(lang: Lang) -> None:
    """Show the published version that the address asks for; nothing on it changes anything."""
    from iqgeo.store import published

    try:
        opened, by = keeping.store(), session.member()
        found = published.opened(opened, st.query_params.get("published", ""), by)
        files = {name: published.content(opened, found.token, name, by) for name, _ in found.outputs}
    except InputError as error:
        html.headline(text("app.published.none", lang))
        problems.few(error, lang)
        if session.signs_in() and not session.member().in_house:
            signing.offer(lang)
        return
    case: dict[str, Any] = json.loads(found.case_json)
    if "page" in case:
        _page(found, case, files, lang)
    else:
        # Published before pages kept more than the stages.
        _words(found, case, lang)
        _changed(found, lang)
        _map(found, files, lang)
        _downloads(found, files, lang)


def _page(found: "Publication", case: dict[str, Any], files: dict[str, bytes], lang: Lang) -> None:
    shown = case["page"]
    with st.container(key="published-bar", horizontal=True, vertical_alignment="center"):
        who = text("plans.page.by", lang, who=found.who) if found.who else ""
        at = library.when(found.at, lang)
        html.note(text("plans.page.bar", lang, name=found.name, version=found.number, at=at, by=who))
        html.note(_basis(shown, lang))
    _downloads(found, files, lang)
    html.headline(_headline(shown, found.at, lang))
    left, right = st.columns([5, 7], gap="large")
    # On a phone the map comes first, below the headline.
    with right, st.container(key="published-map"):
        _map(found, files, lang)
    with left:
        _proposed(shown, lang)
        if shown["sure"]:
            html.section(text("plans.page.sure", lang))
            html.status(html.OPEN, said_in(shown["sure"], lang))
        _gaps(shown, lang)
        _changed(found, lang)


def _basis(shown: dict[str, Any], lang: Lang) -> str:
    """Network, figures and promise in a line."""
    stage, year = shown["stage"], shown["figures"]
    factor = "" if shown["factor"] is None else plain(float(shown["factor"]), lang)
    network = (
        text("cli.coverage.all_offices", lang) if stage is None
        else text("plans.against.network", lang, year=stage)
    )  # fmt: skip
    return text(
        "plans.page.basis", lang, network=network, year="" if year is None else year,
        # What was published before the pages kept this is called as in the headline.
        counted=said_in(shown.get("counted", shown["who"]), lang), target=promise(_target(shown), lang),
        distance=text(f"cli.distance.{shown['distance']}", lang, factor=factor),
    )  # fmt: skip


def _target(shown: dict[str, Any]) -> Target:
    return Target(float(shown["target"]), shown["target_unit"])


def _headline(shown: dict[str, Any], at: datetime, lang: Lang) -> str:
    """The sentence in the tense of the network's year."""
    if shown["share"] is None:
        return text("app.published.none", lang)
    stage, opened = shown["stage"], len(shown["opened"])
    tense = "past" if stage is not None and is_past(int(stage), at) else "now"
    kind = "same"
    if shown["changed"]:
        kind = "change" if shown["closed"] or not opened else "more"
    before = float(shown["share_before"] or 0.0)
    return text(
        f"plans.page.{kind}_{tense}", lang, stage=stage, count=count_word(opened, lang),
        share=of_hundred(float(shown["share"]), lang), before=of_hundred(before, lang).split()[0],
        who=said_in(shown["who"], lang), target=spoken_promise(_target(shown), lang),
    )  # fmt: skip


def _proposed(shown: dict[str, Any], lang: Lang) -> None:
    if not shown["changed"]:
        return
    html.section(text("plans.page.proposed", lang))
    lines = []
    if shown["opened"]:
        lines.append(f"**{listed(shown['opened'], lang)}**")
    if shown["closed"]:
        lines.append(text("plans.page.closed", lang, names=listed(shown["closed"], lang)))
    key = "brings_lost" if shown["lost"] else "brings"
    people, lost = (people_rounded(float(shown[name]), lang) for name in ("gained", "lost"))
    lines.append(text(f"plans.page.{key}", lang, people=people, lost=lost))
    if shown.get("on_days"):
        # Those of before knew nothing of days.
        served = people_rounded(float(shown["on_days"]), lang)
        lines.append(text("plans.page.days", lang, places=number(shown["places"], lang), people=served))
    for line in lines:
        html.lead(line)


def _gaps(shown: dict[str, Any], lang: Lang) -> None:
    gaps = shown["gaps"][:_TOP_GAPS]
    if not gaps:
        return
    html.section(text("plans.page.gaps", lang))
    html.ranked(
        [
            (
                int(it["number"]), True, said_in(it["name"], lang), ", ".join(it["districts"]),
                people_rounded(float(it["people"]), lang), text("app.overview.people", lang),
            )
            for it in gaps
        ]
    )  # fmt: skip
    share = of_hundred(1 - float(shown["share"]), lang)
    html.note(text("plans.page.gaps_all", lang, people=people_rounded(shown["uncovered"], lang), share=share))
    if shown.get("on_days"):
        html.note(text("app.overview.gaps_days", lang))


def _map(found: "Publication", files: dict[str, bytes], lang: Lang) -> None:
    for name, media in found.outputs:
        if media == "text/html":
            # The page around says what the map's own page says when it stands alone.
            alone = files[name].decode("utf-8").replace("</head>", f"{_MAP_ONLY}</head>", 1)
            show_page(alone, name, lang, f"published-map-{name}", _MAP_HEIGHT)


def _downloads(found: "Publication", files: dict[str, bytes], lang: Lang) -> None:
    """Exactly the files of that day; one of a kind is called by its kind."""
    # The first of a kind is the main one: the paper, the gaps of the last stage.
    main = [next((one for one in found.outputs if _kind(one[0]) == kind), None) for kind in _BUTTONS]
    first = [it for it in main if it is not None]
    order = [*first, *(it for it in found.outputs if it not in first)]
    with st.container(horizontal=True, gap="small", key="published-files"):
        for name, media in order:
            label = text(f"plans.page.{_BUTTONS[_kind(name)]}", lang) if (name, media) in first else name
            st.download_button(
                label, data=files[name], file_name=name, mime=media, on_click="ignore",
                key=f"published-{name}",
            )  # fmt: skip


def _kind(name: str) -> str:
    ending = f".{name.rsplit('.', 1)[-1]}"
    return ending if ending in _BUTTONS else ".html"


def _words(found: "Publication", case: dict[str, Any], lang: Lang) -> None:
    """The numbers as they were on the day."""
    settings, stages = case["settings"], case["stages"]
    words = {"name": found.name, "version": found.number, "at": library.when(found.at, lang)}
    if not stages or not stages[-1]["people"]:
        html.headline(found.name)
    else:
        share = in_hundred(stages[-1]["share"], lang)
        minutes = settings.get("target_min")
        kept = Target(settings["target_km"]) if minutes is None else Target(minutes, MINUTES)
        target = promise(kept, lang)
        html.headline(text("app.published.headline", lang, name=found.name, share=share, target=target))
    html.lead(text("app.published.dated", lang, **words))
    heads = [
        text(f"app.published.{key}", lang) for key in ("stage", "offices", "covered", "outside", "share")
    ]
    rows = [
        [
            it["name"], str(len(it["offices"])), people_rounded(it["covered"], lang),
            people_rounded(it["uncovered"], lang), f"**{in_hundred(it['share'], lang)}**",
        ]
        for it in stages
    ]  # fmt: skip
    html.table(heads, rows, figures=(1, 2, 3, 4), caption=text("app.published.caption", lang))
    weight = resources.region().weights[settings["weight"]].name(lang)
    html.note(text("app.published.counted", lang, weight=weight, year=settings["year"] or "–"))
    if case["proof"]:
        html.note(str(case["proof"]))


def _changed(found: "Publication", lang: Lang) -> None:
    """Say what is newer than this page, and offer it beside it."""
    outdated = keeping.is_outdated(found, resources.region_of)
    if outdated:
        html.status(html.OPEN, text("app.published.changed", lang))
    if found.newest > found.number:
        html.status(html.RUNNING, text("plans.page.newer", lang, version=found.newest))
    if (outdated or found.newest > found.number) and session.member().in_house:
        st.link_button(text("plans.page.beside", lang), f"?plan={found.plan_id}&lang={lang}")
