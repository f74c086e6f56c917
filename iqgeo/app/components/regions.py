"""Which state or region is planned for: choose one on the map or in the list, make it, open it."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st
import streamlit.components.v1 as components

from iqgeo.app import resources, session, uploads
from iqgeo.app.components import brought, choices, html, presses, problems, theme, whole_file
from iqgeo.app.uploads import RegionFiles, Said
from iqgeo.errors import InputError
from iqgeo.known_regions import known_regions
from iqgeo.region import embedded_directory
from iqgeo.reports.map.sketch import Sketch, sketch_of
from iqgeo.texts import Lang, number, text
from iqgeo.weights import STANDARD
from iqgeo.words.regions import made_words
from iqgeo.world import district_counts, state_names, states

if TYPE_CHECKING:
    from iqgeo.inputs import RegionReport

_map = components.declare_component("iqgeo_states", path=str(Path(__file__).with_name("states_frontend")))

OTHER: Final = "other"
_MADE: Final = "regions-made"
_ANSWERS: Final = "regions-answers"
_AGAIN: Final = "regions-again"
_ENDINGS: Final = [
    "csv", "txt", "xlsx", "ods", "geojson", "json", "gpkg", "kml", "kmz", "parquet", "zip", "gz",
]  # fmt: skip
_OF_STATE: Final = ("settlements", "offices", "shares", "grid_shares", "municipalities")
_OF_OTHER: Final = ("districts", "settlements", "offices", "shares", "grid_shares", "municipalities")


def show(lang: Lang) -> None:
    """Show the chooser."""
    html.section(text("app.regions.question", lang), text("app.regions.note", lang))
    names = state_names()
    ready = _ready()
    options = [*sorted(names, key=lambda ags: names[ags]), OTHER]
    _take_click(options)
    choices.settle("regions-chosen", options, options[0])
    left, middle, right = st.columns([4, 4, 3], gap="medium")
    with middle:
        chosen = _list(options, ready, lang)
    with left:
        _draw(chosen, ready, lang)
    with right:
        _one(chosen, ready, lang)


def _ready() -> dict[str, list[str]]:
    """Keys of the regions that can be opened, by state; the empty key is the one the app was opened on."""
    found: dict[str, list[str]] = {}
    opened_on = resources.region("")
    if opened_on.directory == embedded_directory():
        found["03"] = [""]
    names = {name: ags for ags, name in state_names().items()}
    for it in known_regions().values():
        found.setdefault(names.get(it.name, OTHER), []).append(it.key)
    if not any("" in keys for keys in found.values()):
        found.setdefault(names.get(opened_on.name, OTHER), []).insert(0, "")
    return found


def _list(options: list[str], ready: dict[str, list[str]], lang: Lang) -> str:
    names, counts, here = state_names(), district_counts(), resources.region_key()

    def called(ags: str) -> str:
        if ags == OTHER:
            return text("app.regions.other", lang)
        return text("app.regions.entry", lang, name=names[ags], count=number(counts[ags], lang))

    def state(ags: str) -> str:
        keys = ready.get(ags, [])
        if here in keys:
            return text("app.regions.in_use", lang)
        return text(
            "app.regions.ready" if keys else "app.regions.known" if ags != OTHER else "app.regions.own", lang
        )

    chosen: str = st.radio(
        text("app.regions.state", lang), options, format_func=called, captions=[state(it) for it in options],
        key="regions-chosen",
    )  # fmt: skip
    return chosen


@st.cache_resource(show_spinner=False)
def _germany() -> Sketch:
    return sketch_of(states())


def _draw(chosen: str, ready: dict[str, list[str]], lang: Lang) -> None:
    sketch = _germany()
    shapes = [
        {"key": it.key, "name": it.name, "path": it.path, "x": it.x, "y": it.y, "ready": it.key in ready}
        for it in sketch.shapes
    ]
    _map(
        width=sketch.width, height=sketch.height, shapes=shapes, chosen=chosen, lang=lang,
        dark=theme.is_dark(), title=text("app.regions.map", lang), key="regions-map", default=None,
    )  # fmt: skip


def _take_click(options: list[str]) -> None:
    """Choose what was clicked on the map, once."""
    value = st.session_state.get("regions-map")
    if isinstance(value, dict) and value.get("at") != st.session_state.get("regions-seen"):
        st.session_state["regions-seen"] = value.get("at")
        if value.get("key") in options:
            st.session_state["regions-chosen"] = value["key"]


def _one(chosen: str, ready: dict[str, list[str]], lang: Lang) -> None:
    """What is there of a region, what can be added, and the button."""
    name = text("app.regions.other", lang) if chosen == OTHER else state_names()[chosen]
    html.subsection(name)
    for key in ready.get(chosen, []):
        _open(key, lang)
    made: tuple[str, RegionReport] | None = st.session_state.get(_MADE)
    if made is not None and made[0] in ready.get(chosen, []):
        _report(*made, lang)
    if chosen == OTHER:
        html.note(text("app.regions.needed_other", lang))
    else:
        count = number(district_counts()[chosen], lang)
        html.note(text("app.regions.there", lang, count=count))
    wanted = _wanted(chosen, name, lang)
    missing = [text(f"app.regions.missing_{it}", lang) for it in wanted.missing]
    label = text("app.regions.make", lang, name=wanted.name or name)
    again = st.session_state.pop(_AGAIN, False)
    if presses.pressed(label, type="primary", key="regions-make", disabled=bool(missing)) or again:
        _make(wanted, lang)
    if missing:
        html.note(text("app.regions.missing", lang, what=", ".join(missing)))


def _open(key: str, lang: Lang) -> None:
    called = resources.region("").name if not key else known_regions()[key].name
    if key == resources.region_key():
        html.status(html.DONE, text("app.regions.is_open", lang, name=called))
    elif presses.pressed(text("app.regions.open", lang, name=called), key=f"regions-open-{key}"):
        session.open_region(key)
        st.rerun()


def _wanted(chosen: str, name: str, lang: Lang) -> RegionFiles:
    """Files and words as they stand in the fields."""
    files = {}
    own_name = name
    if chosen == OTHER:
        own_name = st.text_input(text("app.regions.name", lang), key="regions-name", max_chars=80)
    for kind in _OF_OTHER if chosen == OTHER else _OF_STATE:
        given = brought.file(
            text(f"app.regions.file_{kind}", lang), _ENDINGS, f"regions-file-{chosen}-{kind}",
            note=text(f"app.regions.help_{kind}", lang),
        )  # fmt: skip
        if given is not None:
            files[kind] = (given.getvalue(), given.name)
    weight, year, publisher, licence, definition = None, None, "", "", ""
    if "settlements" in files or chosen == OTHER:
        typed = st.number_input(
            text("app.regions.year", lang),
            min_value=1900,
            max_value=2100,
            value=None,
            step=1,
            key="regions-year",
        )
        year = None if typed is None else int(typed)
    if "shares" in files:
        whom = choices.one("regions-weight", ("", *STANDARD), partial(_whom, lang), "")
        weight = st.selectbox(text("app.regions.weight", lang), **whom) or None
        definition = st.text_input(
            text("app.regions.definition", lang), key="regions-definition", max_chars=300
        )
    if files:
        publisher = st.text_input(text("app.regions.publisher", lang), key="regions-publisher", max_chars=200)
        licence = st.text_input(text("app.regions.licence", lang), key="regions-licence", max_chars=200)
    state = "" if chosen == OTHER else chosen
    answers = st.session_state.get(_ANSWERS, {})
    # Files may be large: they are looked through where anything was answered.
    contents = _contents(files) if answers else {}
    said = {kind: answers[it] for kind, it in contents.items() if it in answers}
    return RegionFiles(
        state, own_name.strip(), files, year, weight, publisher, licence, definition, said=said
    )


def _whom(lang: Lang, weight: str) -> str:
    return text(f"cli.weight.{weight}" if weight else "app.regions.weight_said", lang)


def _contents(files: Mapping[str, tuple[bytes, str]]) -> dict[str, str]:
    """What tells the files apart, by what they are."""
    return {kind: hashlib.sha256(raw).hexdigest() for kind, (raw, _) in files.items()}


def _ask(error: InputError, wanted: RegionFiles, lang: Lang) -> None:
    """Ask about files as a whole, and make the region again with the answers."""
    for kind, digest in _contents(wanted.files).items():
        said = wanted.said.get(kind, Said())
        of_file = [it for it in error.problems if it.file == wanted.files[kind][1]]
        whole_file.ask(said, of_file, f"regions-{kind}-{digest[:8]}", partial(_say, digest), lang)


def _say(digest: str, said: Said) -> None:
    st.session_state[_ANSWERS] = {**st.session_state.get(_ANSWERS, {}), digest: said}
    st.session_state[_AGAIN] = True


def _make(wanted: RegionFiles, lang: Lang, instead: str = "") -> None:
    """Make a region, in place of another one of the same files once that is done."""
    # Under a key of its own: what was computed of the one before is kept by the key.
    key = uploads.region_slug(wanted.name, list(known_regions()))
    try:
        with st.spinner(text("app.regions.making", lang, name=wanted.name)):
            report = uploads.make_region(wanted, key)
    except InputError as error:
        problems.every(error, lang)
        _ask(error, wanted, lang)
        return
    if instead:
        uploads.forget_region(instead)
        if resources.region_key() == instead:
            session.open_region(key)
    st.session_state[_MADE] = (key, report)
    st.session_state["regions-wanted"] = wanted
    st.rerun()


def _report(key: str, report: "RegionReport", lang: Lang) -> None:
    """What went into a region just made; its islands can be confirmed."""
    words = text("app.regions.made", lang, name=report.region.name, **made_words(report, lang))
    html.status(html.DONE, words)
    for notice in report.notices[:20]:
        # The folder's name tells the user of a page nothing; that of a file does.
        html.note((replace(notice, file="") if notice.file == key else notice).sentence(lang, on_page=True))
    islands = sorted(set(report.region.settlements["landmass"]) - {""})
    if not islands:
        return
    bridged = st.multiselect(
        text("app.regions.islands", lang), islands, key=f"regions-islands-{key}",
        help=text("app.regions.islands_help", lang),
    )  # fmt: skip
    wanted: RegionFiles | None = st.session_state.get("regions-wanted")
    if (
        bridged
        and wanted is not None
        and presses.pressed(text("app.regions.bridged", lang), key="regions-bridge")
    ):
        _make(replace(wanted, bridges=tuple(bridged)), lang, instead=key)
