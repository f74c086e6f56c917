"""The entry of the app: every page through the navigation, and what happens when one fails."""

import logging
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from iqgeo.app import resources, router


def open_app(lang: str) -> AppTest:
    test = AppTest.from_file(str(Path(router.__file__)), default_timeout=120)
    test.query_params["lang"] = lang
    return test.run()


@pytest.mark.parametrize(("lang", "said"), [("de", "Fehler passiert"), ("en", "fault of ours")])
def test_a_fault_of_ours_is_a_sentence_and_stands_in_the_log(
    lang: str, said: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(resources, "coverage", broken)
    with caplog.at_level(logging.ERROR, "iqgeo"):
        test = open_app(lang)
    shown = "\n".join(str(it.proto.body) for it in test.get("html"))
    assert said in shown
    assert "secret detail" not in shown
    assert not test.exception
    assert "secret detail" in caplog.text


def test_the_front_page_opens_through_the_navigation() -> None:
    test = open_app("de")
    shown = "\n".join(str(it.proto.body) for it in test.get("html"))
    assert "<strong>47 von 100</strong>" in shown
    assert "Fehler" not in shown
    assert not test.exception
