"""All pages speak their own language to the last word: with days, own files, a suggestion, a comparison."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from iqgeo.app import router
from iqgeo.app.services import OwnData, UsedFile
from iqgeo.app.state import Draft, Home, Kept, PlannedPlace, PlannedSite, Session, default_view
from iqgeo.region import Region
from iqgeo.texts import Lang
from tests.draws import BY_NIGHT
from tests.foreign import foreign_words

CELLE = PlannedPlace("03351006", "Celle", 10.08, 52.62, "NI-H")
STADE = PlannedSite("03359038", "Stade", 9.48, 53.6)
NOT_SAID = {
    "id", "form_id", "key", "icon", "url", "page", "page_script_hash", "type", "format",
    "expr", "calculate", "field", "font", "kind",
}  # fmt: skip
"""What has words that nobody reads: addresses, keys, formulas of charts."""
ALLOWED = {"sprache", "language", "taal", "grad", "datum", "overview", "right", "better", "worse"}
"""The choice of the language is named in all; the others are codes of maps and charts."""
TAG = re.compile(r"<script.*?</script>|<!--.*?-->|<[^>]*>", re.DOTALL)
READ_ALOUD = re.compile(r'\b(?:title|aria-label|alt|placeholder)="([^"]*)"')
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
BAR = re.compile(r'--iq-[a-z-]+:"([^"]*)"')


def strings(message: Message) -> Iterator[str]:
    """Every text in what was sent to the browser, but names that nobody reads."""
    for field, value in message.ListFields():
        for it in value if field.is_repeated else (value,):
            if isinstance(it, Message):
                yield from strings(it)
            elif isinstance(it, str) and field.name not in NOT_SAID:
                yield from leaves(read(it))


def read(written: str) -> Any:
    """What was told as JSON, or else the words themselves."""
    try:
        return json.loads(written)
    except ValueError:
        return written


def leaves(value: Any) -> Iterator[str]:
    """The texts in what a component or a chart was told."""
    if isinstance(value, dict):
        for name, it in value.items():
            if name not in NOT_SAID:
                yield from leaves(it)
    elif isinstance(value, list):
        for it in value:
            yield from leaves(it)
    elif isinstance(value, str):
        inside = read(value)
        yield from (inside,) if isinstance(inside, str) else leaves(inside)


def said_by(test: AppTest) -> str:
    """All that a page says, in its texts, its controls, its map and its charts."""
    found = []
    for node in test._tree:
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message) and "iqgeo_words" not in str(getattr(proto, "component_name", "")):
            found += strings(proto)
    plain = []
    for it in found:
        # The names of the bar's parts stand in the style of the page.
        plain += [name for style in STYLE.findall(it) for name in BAR.findall(style)]
        plain.append(TAG.sub(_read_aloud, STYLE.sub(" ", it)))
    return html.unescape(" ".join(plain))


def _read_aloud(tag: re.Match[str]) -> str:
    return f" {' '.join(READ_ALOUD.findall(tag[0]))} "


CANDIDATES = pd.DataFrame(
    {"id": [*"abcdef"], "name": ["Verden", "Goslar", "Lingen", "Soltau", "Aurich", "Peine"],
     "lon": [9.23, 10.43, 7.32, 9.84, 7.48, 10.56], "lat": [52.92, 51.91, 52.52, 52.99, 53.47, 52.97],
     "population": 20_000.0, "ags": "", "district_ags": ""}
)  # fmt: skip
DOUBTFUL = b"Ort;Strasse\nHannover;Am Markt 1\nNeustadt;Am Markt 2\nXyz;Am Markt 3\n"


class Reader:
    """A tab in one language; what it says in another one."""

    def __init__(self, lang: Lang, region: Region) -> None:
        self.lang, self.region, self.found = lang, region, {}
        self.test = AppTest.from_file(str(Path(router.__file__)), default_timeout=300)
        view = default_view(region, lang)
        session = Session(view=view)
        session.draft = Draft(added=(STADE,), closed=("NI-LG",)).with_places([CELLE], 1)
        session.saved["B"] = Kept(replace(view, target_km=30.0), replace(session.draft, closed=()))
        own = OwnData(candidates=CANDIDATES, files=(UsedFile("candidates", "towns.csv", 6, "spoken"),))
        self.test.session_state["iqgeo_session"] = session
        self.test.session_state["iqgeo_own_data"] = own
        self.test.run()

    def read(self, where: str) -> None:
        assert not self.test.exception, where
        if found := foreign_words(said_by(self.test), self.lang, self.region) - ALLOWED:
            self.found[where] = found

    def page(self, name: str) -> None:
        self.test.switch_page(f"screens/{name}.py").run()
        self.read(name)

    def panel(self, key: str) -> None:
        self.test.button_group(key="cockpit-panel").set_value(key).run()
        self.read(f"planning, {key}")

    def press(self, key: str) -> None:
        self.test.button(key=key).click().run()
        for name in ("suggest-job", "network-job", "suggest-others"):
            job = self.test.session_state[name] if name in self.test.session_state else None  # noqa: SIM401 -- no get
            if job is not None:
                job.wait(60)
        self.test.run()
        self.read(key)


def walked(lang: Lang, region: Region) -> dict[str, set[str]]:
    """Go through all pages; the words of another language by where they stood."""
    it = Reader(lang, region)
    it.read("overview")
    it.page("planning")
    for key in ("network", "offices", "why", "studies", "plans", "ask"):
        it.panel(key)
    for key in ("suggest-ask", "suggest-begin-plan", "suggest-alternatives"):
        it.press(key)
    session = it.test.session_state["iqgeo_session"]
    session.trial = PlannedSite("b", "Goslar", 10.43, 51.91)
    it.test.run()
    it.read("trial")
    it.page("gap_list")
    # Another plan, to be held against the first.
    first, session.home, session.trial = session.home.plan_id, Home(), None
    session.change(replace(session.draft, closed=()), replace(session.view, target_km=30.0))
    it.page("plans")
    it.test.session_state["plans-compared"] = (first, session.home.plan_id)
    it.test.run()
    it.read("comparison")
    it.page("story")
    it.page("method")
    it.page("data")
    it.test.file_uploader(key="data-file").set_value(("x.csv", DOUBTFUL, "x")).run()
    it.read("doubtful rows")
    it.page("overview")
    it.test.button_group(key="overview-mode").set_value("side").run()
    it.read("overview, side")
    return it.found


@pytest.mark.parametrize("lang", ["en", "nl"] if BY_NIGHT else ["en"])
def test_every_page_speaks_its_language_to_the_last_word(lang: Lang, region: Region) -> None:
    assert walked(lang, region) == {}


def test_what_is_not_said_in_the_language_of_the_page_is_found(region: Region) -> None:
    it = Reader("en", region)
    assert foreign_words(f"{said_by(it.test)} Mit Vorschlag bewiesen", "en", region) - ALLOWED == {
        "vorschlag", "bewiesen",
    }  # fmt: skip
