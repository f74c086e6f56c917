"""The smallest page that signs somebody in as the app would: Streamlit's own login, our judgement of it."""

import os
from pathlib import Path

import streamlit as st

from iqgeo.errors import InputError
from iqgeo.store.database import open_store
from iqgeo.store.members import sign_in

st.title("Probe")
if not st.user.is_logged_in:
    st.button("Anmelden", on_click=st.login)
else:
    try:
        # Whom it takes the sign-in to be for may change while it runs.
        own = Path(os.environ["PROBE_CLIENT"]).read_text(encoding="utf-8")
        member = sign_in(open_store(), st.user.to_dict(), client_id=own)
        st.text(f"Guten Tag, {member.name or member.id}: {', '.join(sorted(member.groups))}")
    except InputError as error:
        st.text(error.problems[0].code)
    st.button("Abmelden", on_click=st.logout)
