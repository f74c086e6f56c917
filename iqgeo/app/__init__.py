"""The app: five pages over the same functions as the command line. The only place that knows streamlit.

``state`` and ``services`` work without streamlit; ``resources`` keeps their results; ``components``
are what pages are made of; ``pages`` hold no geometry and no solver.
"""
