"""What a command loads before it answers: libraries that take longer than the answer stay away."""

import subprocess
import sys

import pytest

_ASK = """
import sys
from iqgeo.cli import main
sys.argv = ["iqgeo", *{words!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
heavy = {{"numba", "highspy", "sklearn", "streamlit", "sqlalchemy", "scipy.optimize", "scipy.stats"}}
heavy |= {{"folium", "distributed", "xlsxwriter", "typst"}}
loaded = heavy & set(sys.modules)
assert not loaded, loaded
"""


@pytest.mark.parametrize("words", [["coverage"], ["gaps"]])
def test_coverage_and_gaps_load_no_solver_and_no_library_they_do_not_need(words):
    done = subprocess.run(
        [sys.executable, "-c", _ASK.format(words=words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
