"""Lines of answers: as rich would write them, without it."""

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.table import Table

from iqgeo.cli.laid_out import LaidOut
from iqgeo.cli.listing import Listing, Side, _cells
from iqgeo.cli.screen import Screen
from iqgeo.safe.clean import terminal_text

WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cf")), max_size=12)


@given(WORDS)
def test_words_take_the_cells_that_rich_counts(words: str) -> None:
    assert _cells(words) == cell_len(words)


def test_every_early_letter_takes_one_cell() -> None:
    shown = [terminal_text(chr(code)) for code in range(32, 0x300)]
    assert [_cells(it) for it in shown] == [cell_len(it) for it in shown]


@given(st.lists(st.tuples(WORDS, WORDS), max_size=4), st.booleans())
def test_a_table_is_the_table_that_rich_draws(rows: list[tuple[str, str]], terminal: bool) -> None:
    ours, theirs = io.StringIO(), io.StringIO()
    listing = Listing()
    table = Table(box=None, header_style="bold", pad_edge=False)
    sides: tuple[tuple[str, Side], ...] = (("Ort", "left"), ("Personen", "right"))
    for heading, side in sides:
        listing.add_column(heading, side)
        table.add_column(heading, justify=side)
    for row in rows:
        listing.add_row(*row)
        table.add_row(*row)
    listing.show(Screen(ours, width=200, is_terminal=terminal))
    LaidOut(theirs, 200, is_terminal=terminal, color_system=None).print(table)
    written = ours.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert [it.rstrip() for it in written.split("\n")] == [
        it.rstrip() for it in theirs.getvalue().split("\n")
    ]
    assert ("\x1b[1m" in ours.getvalue()) == terminal


def test_a_table_too_wide_for_the_terminal_is_broken_within_its_cells() -> None:
    out = io.StringIO()
    listing = Listing()
    listing.add_column("Ort")
    listing.add_row("Clausthal-Zellerfeld im Oberharz an der Innerste")
    listing.show(Screen(out, width=20, is_terminal=False))
    assert all(len(it.rstrip()) <= 20 for it in out.getvalue().splitlines())
    assert "Innerste" in out.getvalue()


@pytest.mark.parametrize("words", [("coverage",), ("gaps",), ("suggest", "--new", "1")], ids=" ".join)
def test_an_answer_that_fits_loads_no_rich(words: tuple[str, ...]) -> None:
    told = "import sys, iqgeo.cli as c; sys.argv = ['iqgeo', *sys.argv[1:]]\n"
    told += (
        "try: c.main()\nexcept SystemExit as end: sys.exit(end.code or ('rich.console' in sys.modules) * 3)"
    )
    assert not subprocess.run(
        [sys.executable, "-c", told, *words], capture_output=True, check=False
    ).returncode
