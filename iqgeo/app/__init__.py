"""The app: five pages over the same functions as the command line. The only place that knows streamlit.

``state`` and ``services`` work without streamlit; ``resources`` keeps their results; ``components``
are what pages are made of; ``screens`` are the pages and hold no geometry and no solver (streamlit takes
a folder called pages beside its script for an older kind of app and denies the first visitor's page).
"""
