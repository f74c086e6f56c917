"""A press is done once, whatever happens before its button is reached, and only on what it was meant for."""

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import iqgeo.app

BUTTONS = {"button", "form_submit_button"}


def page() -> None:
    import streamlit as st

    from iqgeo.app.components import presses

    held = st.session_state
    if held.get("interruptions", 0):
        # As another control or a map does that speaks before the run has come to the button.
        held["interruptions"] -= 1
        st.rerun()
    if held.get("away"):
        presses.let_go()
        st.stop()
    if held.get("form"):
        with st.form("all"):
            done = presses.submitted("Los", key="go")
    else:
        done = presses.pressed("Los", key="go", of=held.get("thing"))
    if done:
        held["done"] = [*held["done"], held.get("thing")]
    presses.let_go()


def opened(**state: object) -> AppTest:
    app = AppTest.from_function(page)
    for name, value in {"done": [], **state}.items():
        app.session_state[name] = value
    return app.run()


def done(app: AppTest) -> list[object]:
    found: list[object] = app.session_state["done"]
    return found


@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize("interruptions", [0, 1, 3])
def test_a_press_is_done_once(interruptions: int, form: bool) -> None:
    app = opened(form=form)
    for count in (1, 2):
        app.session_state["interruptions"] = interruptions
        app.button(key="go").click().run()
        assert len(done(app)) == count
        app.run()
        assert len(done(app)) == count


def test_a_press_on_one_thing_is_none_on_another() -> None:
    app = opened(thing="Leer")
    app.session_state["interruptions"] = 1
    app.session_state["thing"] = "Emden"
    app.button(key="go").click().run()
    assert done(app) == []
    app.session_state["thing"] = "Leer"
    assert done(app.run()) == []


def test_a_press_on_a_page_that_was_left_is_forgotten() -> None:
    app = opened()
    app.session_state["interruptions"], app.session_state["away"] = 1, True
    app.button(key="go").click().run()
    app.session_state["away"] = False
    assert done(app.run()) == []


def test_every_button_of_the_app_keeps_its_press() -> None:
    """No button says by itself that it was pressed: it calls something, or keeps the press."""
    folder = Path(iqgeo.app.__file__).parent
    used = []
    for file in folder.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        alone = {id(it.value) for it in ast.walk(tree) if isinstance(it, ast.Expr)}
        used += [
            f"{file.name}:{it.lineno}"
            for it in ast.walk(tree)
            if isinstance(it, ast.Call) and getattr(it.func, "attr", "") in BUTTONS and id(it) not in alone
        ]
    assert not used
