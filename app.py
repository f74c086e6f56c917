"""The app: ``streamlit run app.py``. Everything is in :mod:`iqgeo.app.router`."""

from iqgeo.app.router import main

main()
