"""The cockpit: what is proposed stands on the map and is part of nothing, candidates say what they bring."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from iqgeo.app import keeping, pictures, questions, services
from iqgeo.app.components import map as map_component
from iqgeo.app.questions import Question
from iqgeo.app.services import EMBEDDED
from iqgeo.app.state import Draft, PlannedSite, Session, default_view
from iqgeo.coverage import Coverage
from iqgeo.region import Region
from iqgeo.reports.difference import Pair
from iqgeo.safe.clean import html_text
from iqgeo.store.members import LOCAL
from iqgeo.texts import signed
from tests.app import second
from tests.app.conftest import OpenPage
from tests.app.test_pages import run, words
from tests.app.test_planning import GOETTINGEN, STADE, ask
from tests.browser import boxes, wait_for_map, wait_until_quiet


def scene_of(region: Region, draft: Draft, **options: object) -> dict:
    parts = pictures.picture(default_view(region), EMBEDDED, draft, clickable=True, **options)
    return {name: json.loads(it.json) for name, it in parts.items()}


def test_an_office_has_the_same_sign_on_every_map(region: Region) -> None:
    draft = Draft(added=(STADE,), closed=("NI-LER",))
    rows = pictures.resources.gaps(default_view(region), EMBEDDED, draft).by_municipality
    listed = pictures.list_picture(default_view(region), EMBEDDED, rows, draft=draft)
    signs = {it["id"]: it["kind"] for it in json.loads(listed["sites"].json)}
    assert signs == {it["id"]: it["kind"] for it in scene_of(region, draft)["sites"]}
    assert (signs[STADE.id], signs["NI-LER"], signs["NI-H"]) == ("proposed", "closed", "office")


def test_a_suggestion_is_drawn_and_part_of_nothing_until_it_is_taken() -> None:
    test = ask(run("planning"))
    session: Session = test.session_state["iqgeo_session"]
    assert session.draft.is_empty
    assert not session.past
    assert "vorläufig, noch nicht im Plan" in words(test)
    assert "<strong>68,9 von 100</strong> statt 47,3" in words(test)
    test.button(key="suggest-drop").click().run()
    assert "keine Änderung" in words(test)
    assert session.draft.is_empty
    # Where nothing of it was to be seen there is nothing to take back; beside the map it comes again.
    assert not session.can_undo(discarded=False)
    test.button_group(key="cockpit-panel").set_value("offices").run()
    test.button(key="planning-undo").click().run()
    assert "<strong>68,9 von 100</strong> statt 47,3" in words(test)
    # A town tried on top of it: what is taken is what the figures are about.
    session.trial = STADE
    test.run()
    (figure,) = re.findall(r"<strong>([0-9,]+) von 100</strong> statt 68,9", words(test))
    test.button(key="planning-take-both").click().run()
    suggested = {it.id for it in session.draft.added} - {STADE.id}
    assert (len(suggested), session.suggested) == (4, suggested)
    assert f"<strong>{figure} von 100</strong>" in words(test)
    test.button_group(key="cockpit-panel").set_value("offices").run()
    test.button(key="planning-undo").click().run()
    test.button_group(key="cockpit-panel").set_value("ask").run()
    # Or the town alone: the suggestion would be about another plan, and a step back brings it again.
    session.trial = STADE
    test.run()
    test.button(key="planning-take").click().run()
    assert [it.id for it in session.draft.added] == [STADE.id]
    assert "veraltet" not in words(test)
    test.button_group(key="cockpit-panel").set_value("offices").run()
    test.button(key="planning-undo").click().run()
    test.button_group(key="cockpit-panel").set_value("ask").run()
    test.button(key="suggest-adopt").click().run()
    assert {it.name for it in session.draft.added} == {"Lengede", "Dinklage", "Oyten", "Northeim"}
    assert session.suggested == {it.id for it in session.draft.added}
    # Opened again, in another tab, what an answer brought is still no choice by hand.
    assert keeping.suggested_in(session.draft) == session.suggested
    assert not keeping.suggested_in(Draft(added=session.draft.added))
    session.undo()
    assert session.draft.is_empty
    assert not test.exception


def test_what_stands_by_hand_stays_unless_said_otherwise(region: Region) -> None:
    session = Session(view=default_view(region))
    session.draft = Draft(added=(GOETTINGEN, STADE))
    session.suggested = frozenset({"STD"})
    test = run("planning", session=session)
    test.button(key="suggest-ask").click().run()
    assert "Von Hand gesetzt: Göttingen" in words(test)
    test.button(key="suggest-begin-today").click().run()
    job = test.session_state["suggest-job"]
    if job is not None:
        job.wait(100)
        test.run()
    asked = test.session_state["suggest-asked"]
    assert asked.base.added == (GOETTINGEN,)
    test.button(key="suggest-adopt").click().run()
    names = {it.name for it in session.draft.added}
    assert "Göttingen" in names
    assert "Stade" not in names
    assert "GOE" not in session.suggested


@pytest.mark.parametrize("start", ["plan", "today"])
@pytest.mark.parametrize("by_hand", [(), ("GOE",), ("GOE", "STD")])
def test_a_question_keeps_what_it_is_told_to(start: str, by_hand: tuple[str, ...]) -> None:
    draft = Draft("P", (GOETTINGEN, STADE), ("NI-H",))
    kept = Question(start=start, by_hand=by_hand).base(draft)
    expected = ("GOE", "STD") if start == "plan" else by_hand
    assert tuple(it.id for it in kept.added) == expected
    assert questions.Question().base(draft).closed == ("NI-H",)


def test_candidates_say_what_they_would_bring_to_what_is_drawn(
    region: Region, coverage_2012: Coverage
) -> None:
    for added in ((), (GOETTINGEN,), (GOETTINGEN, STADE)):
        found = pictures.gains(default_view(region), EMBEDDED, Draft(added=added))
        before = second.with_plan(coverage_2012, added)
        for it in (found[0], found[len(found) // 2], found[-1]):
            site = PlannedSite(it.id, it.name, it.lon, it.lat)
            after = second.with_plan(coverage_2012, [*added, site])
            assert it.gain == after.covered - before.covered
            assert it.share == pytest.approx(after.share)
        assert [it.gain for it in found] == sorted((it.gain for it in found), reverse=True)
        assert found[0].step == 4


def test_what_is_dragged_would_reach_what_is_told(region: Region, coverage_2012: Coverage) -> None:
    drawn = scene_of(region, Draft(added=(GOETTINGEN, STADE)))
    spots = drawn["spots"]
    at = spots["name"].index("Verden (Aller)")
    town = region.towns[region.towns["name"] == "Verden (Aller)"].iloc[0]
    moved = PlannedSite(str(town["id"]), "Verden", float(town["lon"]), float(town["lat"]))
    after = second.with_plan(coverage_2012, [GOETTINGEN, moved])
    assert drawn["reached"]["STD"][at] == round(1000 * after.share)


def test_the_map_tells_apart_what_is_open_planned_proposed_tried_and_closed(region: Region) -> None:
    firm = Draft(added=(GOETTINGEN,), closed=("NI-H",))
    ahead = firm.with_site(STADE)
    trial = PlannedSite("VER", "Verden", 9.23, 52.92)
    drawn = scene_of(region, firm, ahead=ahead, trial=trial)
    kinds = {it["id"]: it["kind"] for it in drawn["sites"]}
    assert (kinds["GOE"], kinds["STD"], kinds["VER"]) == ("proposed", "provisional", "trial")
    assert kinds["NI-H"] == "closed"
    assert next(it for it in drawn["sites"] if it["id"] == "VER")["note"].startswith("+")
    assert drawn["maybe_edge"]
    for said in ("vorgeschlagen", "ausprobiert", "geschlossen", "mit Vorschlag"):
        assert said in drawn["legend"]
    # Decided on, nothing is provisional any more.
    assert scene_of(region, ahead)["maybe"] is None


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_town_tried_is_held_against_what_is_near_and_best(region: Region, lang: str) -> None:
    session = Session(view=replace(default_view(region), lang=lang))
    session.trial = STADE
    shown = words(run("planning", session=session))
    best = pictures.gains(default_view(region), EMBEDDED, Draft())[0]
    assert best.name in shown
    assert ("Im Umkreis von 25 km" if lang == "de" else "25 km") in shown


@pytest.mark.parametrize("broken", ["planoffices.show", "suggesting.foot", "planmap.show"])
def test_a_fault_in_one_part_leaves_the_rest(
    broken: str, region: Region, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(f"iqgeo.app.components.{broken}", fails)
    session = Session(view=default_view(region))
    session.draft = Draft(added=(GOETTINGEN,))
    with caplog.at_level("ERROR", "iqgeo"):
        test = run("planning", session=session, panel="offices" if "offices" in broken else "ask")
    shown = words(test)
    assert "kann gerade nicht gezeigt werden" in shown
    assert "eine weitere Stelle" in shown
    assert "secret detail" not in shown
    assert "secret detail" in caplog.text
    assert session.draft.added == (GOETTINGEN,)


def test_a_candidate_says_in_whose_place_it_would_do_best(region: Region, coverage_2012: Coverage) -> None:
    """The change told is that of the network with one office replaced by it; no other exchange is better."""
    plan = (GOETTINGEN, STADE)
    drawn = scene_of(region, Draft(), ahead=Draft(added=plan))
    before = second.with_plan(coverage_2012, plan)
    for row in (drawn["candidates"][0], drawn["candidates"][len(drawn["candidates"]) // 2]):
        town, (name, told, kind) = drawn["towns"][row[0]], row[5:]
        site = PlannedSite(town["id"], town["name"], town["lon"], town["lat"])
        change = {}
        for out in plan:
            swapped = second.with_plan(coverage_2012, [*(it for it in plan if it != out), site])
            change[out.name] = swapped.covered - before.covered
        assert change[name] == max(change.values())
        assert told == html_text(signed(change[name], "de"))
        assert (kind == "better") == (change[name] > 0)
    # Without a plan there is nobody to stand in for.
    assert all(len(it) == 5 for it in scene_of(region, Draft())["candidates"])


def test_ways_go_from_the_largest_places_of_a_district_to_their_nearest_office(
    region: Region, coverage_2012: Coverage
) -> None:
    ways = services.ways_from(coverage_2012, "03352")
    places = coverage_2012.places[coverage_2012.places["district_ags"] == "03352"]
    assert 0 < len(ways) <= services.MOST_WAYS
    ends = {(round(float(it.lon[-1]), 4), round(float(it.lat[-1]), 4)) for it in ways}
    nearest = coverage_2012.offices[coverage_2012.offices["name"].isin(places["nearest_office"])]
    assert ends <= {
        (round(lon, 4), round(lat, 4)) for lon, lat in nearest[["lon", "lat"]].to_numpy().tolist()
    }
    # On the map they are those of what is drawn: an office that is tried is the nearest of many.
    drawn = scene_of(region, Draft(), trial=STADE, ways_from="03352")
    assert [round(STADE.lat, 4), round(STADE.lon, 4)] in [it["line"][-1] for it in drawn["ways"]]
    assert "zur nächsten Stelle" in drawn["legend"]
    assert not scene_of(region, Draft())["ways"]


def test_a_choice_taken_into_the_plan_is_as_fragile_as_before() -> None:
    test = ask(run("planning"))
    kept = test.session_state["firm-kept"]
    kept.job.wait(100)
    test.button(key="suggest-adopt").click().run()
    test.session_state["cockpit-panel"] = "why"
    session: Session = test.session_state["iqgeo_session"]
    session.picked = next(it.id for it in session.draft.added if it.name == "Northeim")
    shown = words(test.run())
    assert "In <strong>3 von 12</strong> Annahmen ist Northeim dabei" in shown
    # It is the same question, computed once.
    assert test.session_state["firm-kept"] is kept
    session.picked = "NI-H"
    assert "Annahmen ist Hannover" not in words(test.run())


def test_what_was_changed_last_is_said_beside_the_map(region: Region) -> None:
    session = Session(view=default_view(region))
    test = run("planning", session=session)
    assert "Zuletzt geändert" not in words(test)
    for site in (GOETTINGEN, STADE):
        session.change(session.draft.with_site(site))
        keeping.keep(session, EMBEDDED, region, keeping.Summary, LOCAL)
    session.trial = PlannedSite("VER", "Verden", 9.23, 52.92)
    shown = words(test.run())
    assert shown.index("Zuletzt geändert") < shown.index("Stade dazu") < shown.index("angelegt")


class Kept:
    """What a tab keeps of a map, as its script does: parts by their checksum, the oldest go first."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def assembled(self, written: str) -> dict[str, object] | None:
        parts = json.loads(written)
        for key, content in parts.values():
            if key not in self.parts and content is None:
                return None
            self.parts[key] = self.parts.pop(key, content)
        scene = {name: json.loads(self.parts[key]) for name, (key, _) in parts.items()}
        while len(self.parts) > map_component.MOST_KEPT:
            del self.parts[next(iter(self.parts))]
        return scene


@given(st.lists(st.lists(st.integers(0, 90), min_size=3, max_size=3), max_size=60), st.integers(0, 59))
@settings(deadline=None)
def test_a_map_is_whole_whatever_was_sent_before(scenes: list[list[int]], lost_at: int) -> None:
    """Put together from what it has and what comes, it is the scene; lost, it asks once and is whole."""
    browser, sent = Kept(), {}
    for at, values in enumerate(scenes):
        picture = {f"part{i}": pictures.Part.of(json.dumps([i % 2, it])) for i, it in enumerate(values)}
        if at == lost_at:
            browser.parts.clear()
        shown = browser.assembled(map_component.written(picture, sent))
        if shown is None:
            assert at >= lost_at
            sent.clear()
            shown = browser.assembled(map_component.written(picture, sent))
        assert shown == {name: json.loads(it.json) for name, it in picture.items()}


def test_what_a_browser_has_is_not_sent_again(region: Region) -> None:
    sent: dict[str, None] = {}
    view = default_view(region)
    first = map_component.written(pictures.picture(view, EMBEDDED, Draft(), clickable=True), sent)
    again = map_component.written(pictures.picture(view, EMBEDDED, Draft(), clickable=True), sent)
    assert len(again) < 2_000
    assert len(first) > 100_000
    tried = pictures.picture(view, EMBEDDED, Draft(), trial=STADE, clickable=True)
    # Where people live stays where it is; whom an office reaches does not.
    parts = json.loads(map_component.written(tried, sent))
    assert parts["dots"][1] is None
    assert parts["dot_kind"][1]


def inside(page: Page, *selectors: str) -> None:
    """Everything named is within the window, and the page has not moved."""
    height = page.viewport_size["height"]
    for it, box in zip(selectors, boxes(page, *selectors), strict=True):
        assert box["y"] >= 0, it
        assert box["y"] + box["height"] <= height, it
    main = page.locator(".stMain")
    assert main.evaluate("it => [it.scrollTop, it.scrollHeight - it.clientHeight]") == [0, 0]


LOWEST = """name => Math.max(...[...document.querySelectorAll(name)].map(
  it => it.getBoundingClientRect().bottom))"""


@pytest.mark.browser
def test_everything_about_an_answer_is_in_sight(open_page: OpenPage) -> None:
    page = open_page("/planung", height=800)
    inner = wait_for_map(page)
    assert page.evaluate("document.documentElement.lang") == "de"
    assert boxes(page, "iframe[title*='iqgeo_map']")[0]["height"] > 690
    inside(page, ".st-key-bar", ".st-key-suggest-ask", "h1")
    # A candidate says what it would bring, a click tries it, Escape lets go of it.
    dots = inner.locator(".leaflet-candidates-pane path")
    dots.first.hover(force=True)
    expect(inner.locator(".card")).to_contain_text("zusätzlich erreicht")
    dots.first.click(force=True)
    expect(page.locator(".iq-tag")).to_have_text("ausprobiert, noch nicht im Plan")
    wait_until_quiet(page)
    inside(page, ".st-key-planning-take", ".st-key-planning-drop", ".st-key-suggest-ask")
    inner.locator(".folium-map").press("Escape")
    expect(page.locator("h1")).to_contain_text("keine Änderung")
    wait_until_quiet(page)
    # By keyboard the map is crossed in a few steps; arrow keys go from office to office.
    inner.locator(".folium-map").focus()
    steps = 0
    while page.evaluate("document.activeElement.tagName") == "IFRAME" and steps < 20:
        page.keyboard.press("Tab")
        steps += 1
    assert steps <= 9
    page.locator(".st-key-suggest-ask button").first.click()
    expect(page.get_by_text("Bewiesen optimal:")).to_be_visible()
    wait_until_quiet(page)
    inside(page, ".iq-figure", ".iq-status", ".st-key-suggest-adopt", ".st-key-suggest-ask")
    # What the map shows is one line below it.
    assert inner.locator(".legend").evaluate("it => it.offsetHeight") < 40
    # However firm it is, said at length: what is decided about it stays in sight.
    expect(page.locator(".iq-marks").first).to_be_visible()
    wait_until_quiet(page)
    inside(page, ".iq-figure", ".iq-marks", ".st-key-suggest-adopt", ".st-key-suggest-drop")
    expect(inner.locator(".label.provisional")).to_have_count(4)
    # However many towns there are.
    page.locator(".st-key-suggest-new input").fill("9")
    page.locator(".st-key-suggest-new input").press("Tab")
    wait_until_quiet(page)
    page.locator(".st-key-suggest-ask button").first.click()
    expect(page.locator(".iq-chosen li")).to_have_count(9)
    expect(page.locator(".iq-count")).to_have_count(9)
    wait_until_quiet(page)
    foot, decided = boxes(page, ".st-key-cockpit_foot", ".st-key-cockpit_act")
    lowest = page.evaluate(LOWEST, ".iq-status")
    assert lowest <= decided["y"] < decided["y"] + decided["height"] <= foot["y"]


def test_networks_with_the_same_ids_are_never_taken_for_each_other(coverage_2012: Coverage) -> None:
    """Two users' files may both number from 1: what is kept of one is not shown to the other."""
    fewer = coverage_2012.again(offices=coverage_2012.offices.iloc[:5])
    called = coverage_2012.offices.assign(name=coverage_2012.offices["name"] + " (Ost)")
    renamed = replace(coverage_2012, offices=called)
    one, other = (pictures.difference(Pair(it, fewer, ("A", "B")), "de") for it in (coverage_2012, renamed))
    assert one != other
