"""Who uses this tab, where Streamlit's sign-in is set up; nothing without."""

import streamlit as st

from iqgeo.app import session
from iqgeo.app.components import html
from iqgeo.texts import Lang, text


def show(lang: Lang) -> None:
    """Offer to sign in or out, and say what a guest cannot do."""
    if not session.signs_in():
        return
    who = session.member()
    with st.container(horizontal=True, vertical_alignment="center", key="signing"):
        if who.in_house:
            html.note(text("plans.signed_in", lang, name=who.name or who.email or who.id))
            st.button(text("plans.sign_out", lang), key="sign-out", on_click=st.logout)
            return
        offer(lang)
        fault = session.sign_in_fault()
        if fault is not None:
            html.status(html.FAILED, fault.problems[0].sentence(lang, on_page=True))
        else:
            html.note(text("plans.guest", lang))


def offer(lang: Lang) -> None:
    """Offer to sign in."""
    st.button(text("plans.sign_in", lang), key="sign-in", on_click=st.login)
