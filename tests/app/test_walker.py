"""A walker presses whatever a page offers, by seed: no page fails, and every figure is the library's.

``IQGEO_WALKS`` walks so many seeds instead of a few, ``IQGEO_STEPS`` so many steps each.
"""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from iqgeo.app import planfiles, router
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, Session, View
from iqgeo.errors import InputError
from iqgeo.known_regions import known_regions
from iqgeo.region import load_region
from iqgeo.scenario.evaluate import Evaluation, evaluate
from iqgeo.scenario.load import load
from iqgeo.texts import in_hundred, number, of_hundred, text

WALKS = int(os.environ.get("IQGEO_WALKS", "2"))
STEPS = int(os.environ.get("IQGEO_STEPS", "6"))
REGION = load_region()
SITES_FILE = "id;name;lon;lat\n1;Leer;7,46;53,23\n2;Göttingen;9,93;51,54\n3;Celle;10,08;52,62\n"
FILES: dict[str, bytes] = {
    "stellen.csv": SITES_FILE.encode(),
    "menschen.csv": b"id;lon;lat;people\na;9,7;52,4;1000\nb;8,0;53,1;200\nc;10,1;51,6;350\n",
    "kaputt.xlsx": b"PK\x03\x04 not a workbook",
    "leer.csv": b"",
    "plan.toml": b'version = 3\nname = "Von anderswo"\n[[stages]]\nname = "Eins"\nclosed = ["NI-LER"]\n',
    "kaputt.toml": b"version = = 3",
}
KINDS = (
    "button", "checkbox", "toggle", "radio", "selectbox", "multiselect", "button_group", "number_input",
    "text_input", "slider", "file_uploader",
)  # fmt: skip
WRITTEN = ("", "Plan C", "Ölßheim <b>", "[neu] /x", "2, 2", "Cuxhaven", "\u202eabc", "=1+1")


class Walk:
    """One browser tab, and what may be done in it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.test = AppTest.from_file(str(Path(router.__file__)), default_timeout=300)
        self.test.run()
        self.page = "overview"
        self.done: list[str] = []
        self.clicks = 0

    @property
    def session(self) -> Session:
        """What the tab knows."""
        found: Session = self.test.session_state["iqgeo_session"]
        return found

    @property
    def own(self) -> OwnData:
        """The files of the tab."""
        found: OwnData = self.held("iqgeo_own_data") or EMBEDDED
        return found

    def held(self, key: str) -> Any:
        """What the tab keeps under a key."""
        return self.test.session_state[key] if key in self.test.session_state else None  # noqa: SIM401 -- no get

    def shows_the_plan(self) -> bool:
        """Whether the panel of the planning page is about the plan as it stands."""
        asked = any(self.held(f"suggest-{it}") is not None for it in ("job", "answer", "problem"))
        return self.held("cockpit-panel") in (None, "ask") and self.session.trial is None and not asked

    def words(self) -> str:
        """All that is written as HTML."""
        return "\n".join(str(it.proto.body) for it in self.test.get("html"))

    def step(self) -> None:
        """Do one thing of those that can be done now."""
        offered: list[tuple[str, Callable[[], Any]]] = []
        for kind in KINDS:
            controls = getattr(self.test, kind)
            offered += [(f"{kind} {it.key or it.label}", self._hand(kind, it)) for it in controls]
        maps = [it for it in self.test.get("component_instance") if "map" in str(it.proto.component_name)]
        offered += [(f"map {it.proto.id[-24:]}", lambda it=it: self._on_map(it.proto.id)) for it in maps] * 4
        if self.rng.random() < 0.2 or not offered:
            pages = [it for it in router.PAGES if it != self.page]
            name, act = "page", lambda: self._open(self.rng.choice(pages))
        else:
            name, act = self.rng.choice([it for it in offered if self._may(it[0])])
        self.done.append(name)
        act()
        self._answered()

    def _may(self, name: str) -> bool:
        # A published version is computed whole, with its papers: a test of its own.
        return "publish" not in name

    def _hand(self, kind: str, it: Any) -> Callable[[], Any]:
        rng = self.rng

        def act() -> None:
            if getattr(it, "disabled", False):
                return
            if kind == "button":
                it.click().run()
            elif kind in ("checkbox", "toggle"):
                it.set_value(not it.value).run()
            elif kind in ("radio", "selectbox"):
                if it.options:
                    it.set_value(rng.choice(it.options)).run()
            elif kind == "button_group":
                if it.options:
                    it.set_value(rng.choice([*it.options])).run()
            elif kind == "multiselect":
                it.set_value(rng.sample(it.options, min(len(it.options), rng.randint(0, 3)))).run()
            elif kind in ("number_input", "slider"):
                low, high = (it.value if end is None else end for end in (it.min, it.max))
                if isinstance(it.value, tuple | list):
                    it.set_value(rng.choice([(low, high), (low, low), tuple(it.value)])).run()
                    return
                # What takes minutes to solve is no question for a walk.
                near = [low, it.value, min(high, it.value + (it.step or 1))]
                it.set_value(rng.choice(near)).run()
            elif kind == "text_input":
                it.set_value(rng.choice(WRITTEN)).run()
            else:
                allowed = [name for name in FILES if Path(name).suffix in it.proto.type]
                name = rng.choice(allowed)
                it.set_value((name, FILES[name], "application/octet-stream")).run()

        return act

    def _on_map(self, component: str) -> None:
        self.clicks += 1
        kind = self.rng.choice(["click", "click", "site", "moved", "circle"])
        keys = [*(it.id for it in self.session.draft.added), "NI-H", "NI-OS", "03241001", "nowhere"]
        what = {
            "type": kind, "lon": self.rng.uniform(6.6, 11.6), "lat": self.rng.uniform(51.3, 53.9),
            "id": self.rng.choice(keys), "at": self.clicks,
        }  # fmt: skip
        states: WidgetStates = self.test._tree.get_widget_states()
        states.widgets.append(WidgetState(id=component, json_value=json.dumps(what)))
        self.test._run(states)

    def _open(self, page: str) -> None:
        self.page = page
        self.test.switch_page(f"screens/{page}.py").run()

    def _answered(self) -> None:
        """Let a question that was asked come to its end."""
        job = self.held("suggest-job")
        if job is not None and self.rng.random() < 0.7:
            job.wait(60)
            self.test.run()


def computed(view: View, own: OwnData, draft: Draft) -> Evaluation:
    """A scenario by the library, from the start, in the region that the walk has come to."""
    region = load_region(known_regions()[view.region].directory) if view.region else REGION
    scenario = planfiles.scenario_of(region, view, draft, own)
    return evaluate(scenario, load(scenario, planfiles.given_of(region, view, own)))


def says(walk: Walk) -> None:
    """Whether a page says what the library does."""
    view, words = walk.session.view, walk.words()
    assert text("app.fault", view.lang).split("**")[1] not in words
    try:
        found = computed(view, walk.own, walk.session.draft)
    except InputError:
        return
    if walk.page == "planning":
        key = "planning-after-stage"
        at = walk.held(key)
        plan = walk.session.draft.until(at if isinstance(at, int) else walk.session.draft.stages)
        shown = found.coverages[max(plan.stages, 1) - 1] if not plan.is_empty else found.base.coverage
        if shown.people and walk.shows_the_plan():
            assert in_hundred(shown.share, view.lang) in words
    elif walk.page == "gap_list":
        key = "gaps-state"
        if walk.held(key) == "today":
            found = computed(view, walk.own, Draft())
        gaps = found.gaps[-1]
        count = len(gaps.by_municipality)
        key = "app.gaps.headline" if count else "app.gaps.headline_none"
        said = text(key, view.lang, count=number(count, view.lang), target="")
        assert said.split("**")[1] in words
    elif walk.page == "overview":
        key = "overview-mode"
        mode = walk.held(key)
        if mode in (None, "now") and found.base.coverage.people:
            assert of_hundred(found.base.coverage.share, view.lang) in words


@pytest.mark.parametrize("seed", range(WALKS))
def test_whatever_is_pressed_no_page_fails_and_every_figure_is_the_librarys(seed: int) -> None:
    walk = Walk(seed)
    says(walk)
    for _ in range(STEPS):
        walk.step()
        assert not walk.test.exception, walk.done
        says(walk)
