"""The entry of the app: every page through the navigation, and what happens when one fails."""

import logging
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from iqgeo.app import resources, router, server, session
from iqgeo.app.components import brought, published, scenariobar, settings
from iqgeo.texts import text


def open_app(lang: str, **asked: str) -> AppTest:
    test = AppTest.from_file(str(Path(router.__file__)), default_timeout=120)
    for name, value in {"lang": lang, **asked}.items():
        test.query_params[name] = value
    return test.run()


def as_on_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages in process ask :func:`router.tell` about faults, as the app itself makes streamlit do."""
    begin = LocalScriptRunner.__init__

    def told(self: LocalScriptRunner, *given: Any, **named: Any) -> None:
        begin(self, *given, **named)
        self._on_script_error = router.tell

    monkeypatch.setattr(LocalScriptRunner, "__init__", told)


def html_of(test: AppTest) -> str:
    return "\n".join(str(it.proto.body) for it in test.get("html"))


@pytest.mark.parametrize(
    ("where", "lang", "said"),
    [
        ((resources, "coverage"), "de", "Fehler passiert"),
        ((resources, "coverage"), "en", "fault of ours"),
        ((resources, "region"), "de", "Fehler passiert"),
        ((scenariobar, "ScenarioBar"), "en", "fault of ours"),
        ((brought, "let_go"), "nl", text("app.fault", "nl").partition("**")[2].partition("**")[0]),
        ((session, "write_address"), "de", "Fehler passiert"),
        ((published, "page"), "en", "fault of ours"),
    ],
    ids=lambda it: it[1] if isinstance(it, tuple) else "",
)
def test_a_fault_of_ours_is_a_sentence_and_stands_in_the_log(
    where: tuple[ModuleType, str],
    lang: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(*where, broken)
    as_on_the_server(monkeypatch)
    board = {"published": "any"} if where[0] is published else {}
    with caplog.at_level(logging.ERROR):
        test = open_app(lang, **board)
    shown = html_of(test)
    assert said in shown
    assert "secret detail" not in shown
    assert not test.exception
    assert "secret detail" in caplog.text


def test_a_fault_at_a_press_is_our_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a button or a choice calls runs before any page does."""
    as_on_the_server(monkeypatch)
    test = open_app("en")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(settings, "_take", broken)
    test.button_group(key="setting-lang").set_value("de").run()
    assert "fault of ours" in html_of(test)
    assert not test.exception


def test_the_app_has_streamlit_ask_us_about_faults() -> None:
    for started in (server.app, import_module("app").app):
        assert started._on_script_error is router.tell


def test_the_front_page_opens_through_the_navigation() -> None:
    test = open_app("de")
    shown = html_of(test)
    assert "<strong>47 von 100</strong>" in shown
    assert "Fehler" not in shown
    assert not test.exception


@pytest.mark.parametrize(
    ("part", "key", "screen"),
    [
        ("side", "overview-mode", "overview"),
        ("studies", "cockpit-panel", "planning"),
        ("roads", "data-part", "data"),
    ],
)
def test_the_address_says_which_part_of_a_page_is_open(part: str, key: str, screen: str) -> None:
    test = open_app("de", open=part)
    if screen != "overview":
        # What another page calls its part is none of the first one.
        assert "open" not in test.query_params
        test.query_params["open"] = part
        test.switch_page(f"screens/{screen}.py").run()
    assert not test.exception
    group = test.button_group(key=key)
    assert group.value == part
    assert test.query_params["open"] in (part, [part])
    group.set_value(None).run()
    # A second press on the open part leaves it open.
    assert test.query_params["open"] in (part, [part])


def test_an_address_without_a_part_or_with_a_foreign_one_opens_the_usual() -> None:
    for asked in ({}, {"open": "nonsense"}, {"open": "studies"}):
        test = open_app("de", **asked)
        assert test.button_group(key="overview-mode").value == "now"
        assert "open" not in test.query_params


def test_a_published_page_speaks_its_language_where_streamlit_has_words_of_its_own() -> None:
    test = open_app("de", published="any")
    assert any("iqgeo_words" in str(it.proto) for it in test.get("component_instance"))
