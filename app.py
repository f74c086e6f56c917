"""The app: ``streamlit run app.py``. Everything is in :mod:`iqgeo.app.server` and :mod:`iqgeo.app.router`."""

import streamlit as st

from iqgeo.app.router import tell
from iqgeo.app.server import SCRIPT, layers, starting

app = st.App(SCRIPT, middleware=layers(), lifespan=starting, on_script_error=tell)
