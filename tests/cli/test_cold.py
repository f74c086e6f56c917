"""What a command loads before it answers: libraries that take longer than the answer stay away."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from iqgeo.cli.plain import PlainCommand

_ASK = """
import sys
from iqgeo.cli import main
sys.argv = ["iqgeo", *{words!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
heavy = {{"numba", "highspy", "sklearn", "streamlit", "sqlalchemy", "scipy.optimize", "scipy.stats"}}
heavy |= {{"folium", "distributed", "xlsxwriter", "typst", "pydantic", "scipy.spatial", "babel"}}
# A region that is there was read before.
heavy |= {{"iqgeo.inputs.values"}}
loaded = heavy & set(sys.modules)
assert not loaded, loaded
"""


@pytest.mark.parametrize("words", [["coverage"], ["gaps"]])
def test_coverage_and_gaps_load_no_solver_and_no_library_they_do_not_need(words):
    done = subprocess.run(
        [sys.executable, "-c", _ASK.format(words=words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("word", ["coverage", "gaps", "suggest", "report"])
def test_a_quick_command_made_alone_is_the_same_as_among_all(word):
    """What a call of one word makes has that command, with the same options, and fewer others."""
    made = import_module("iqgeo.cli.main").made
    alone, every = (typer.main.get_command(made(first)) for first in (word, ""))
    assert len(alone.commands) < len(every.commands)
    assert [it.name for it in alone.commands[word].params] == [it.name for it in every.commands[word].params]
    assert len(typer.main.get_command(made("no such word")).commands) == len(every.commands)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--out", "a.xlsx", "--exact"],
        ["--lang", "en", "--column", "a=b", "--column", "", "--district", "", "--target-km", "35,5"],
        ["--since-year", "2012", "--plan", "a b.toml", "--agree", "--planned"],
    ],
)
def test_options_read_plainly_are_those_that_typer_reads(words):
    made = import_module("iqgeo.cli.main").made
    read = []
    for kind in (None, typer.core.TyperCommand):
        app = made("gaps")
        for command in app.registered_commands:
            command.cls = kind or command.cls
        gaps = typer.main.get_command(app).commands["gaps"]
        assert type(gaps) is (kind or PlainCommand)
        read.append(gaps.make_context("gaps", list(words)).params)
    assert read[0] == read[1]
    assert [type(it) for it in read[0].values()] == [type(it) for it in read[1].values()]
