"""The smallest page that signs somebody in as the app would: Streamlit's own login, our judgement of it."""

import os

import streamlit as st

from iqgeo.errors import InputError
from iqgeo.store.database import open_store
from iqgeo.store.members import sign_in

st.title("Probe")
if not st.user.is_logged_in:
    st.button("Anmelden", on_click=st.login)
else:
    try:
        member = sign_in(open_store(), st.user.to_dict(), client_id=os.environ["PROBE_CLIENT"])
        st.text(f"Guten Tag, {member.name or member.id}: {', '.join(sorted(member.groups))}")
    except InputError as error:
        st.text(error.problems[0].code)
    st.button("Abmelden", on_click=st.logout)
