"""Tables printed as text: read as what was printed, or told as what they are."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source

WORDS = st.sampled_from(["Bad Homburg", "Celle", "Celle, Lk", "Bad Vilbel", "Aue-Bad Schlema", "X"])
ROWS = st.lists(st.tuples(WORDS, st.integers(0, 2_000_000), st.integers(0, 9_999)), min_size=3, max_size=7)


def _cells(written: str, file: str = "a.txt") -> tuple[list[str], list[list[str]], list[int]]:
    table = read_table(open_source((written.encode(), file)), max_rows=1_000)
    assert not table.problems
    return table.columns, table.frame.to_numpy().tolist(), table.rows.tolist()


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from(["pandas", "no index", "R", "SQL Server", "psql", "MySQL", "SAS"]))
def test_a_printed_table_is_what_was_printed_or_refused(rows, program) -> None:
    frame = pd.DataFrame(rows, columns=["name", "people", "key"]).assign(
        key=lambda it: it["key"].map("{:04d}".format)
    )
    columns, cells = list(frame.columns), frame.astype(str).to_numpy().tolist()
    widths = [max(len(it), *(len(row[at]) for row in cells)) for at, it in enumerate(columns)]
    lines = [[it.ljust(width) for it, width in zip(row, widths, strict=True)] for row in [columns, *cells]]
    rule = ["-" * width for width in widths]
    if program in ("pandas", "no index"):
        written = frame.to_string(index=program == "pandas")
    elif program == "R":
        shown = [
            f"{at or '':>2} " + " ".join(it.rjust(w) for it, w in zip(row, widths, strict=True))
            for at, row in enumerate([columns, *cells])
        ]
        written = "\n".join(shown)
    elif program == "SQL Server":
        written = (
            "\n".join(" ".join(it) for it in [lines[0], rule, *lines[1:]])
            + f"\n\n({len(rows)} rows affected)\n"
        )
    elif program == "psql":
        written = (
            "\n".join([" | ".join(lines[0]), "-+-".join(rule), *map(" | ".join, lines[1:])])
            + f"\n({len(rows)} rows)\n"
        )
    elif program == "MySQL":
        drawn = "+-" + "-+-".join(rule) + "-+"
        boxed = [f"| {' | '.join(it)} |" for it in lines]
        written = "\n".join([drawn, boxed[0], drawn, *boxed[1:], drawn])
    else:
        written = (
            "The SAS System    08:15 Monday\n\n"
            + "    ".join(lines[0])
            + "\n\n"
            + "\n".join(map("    ".join, lines[1:]))
        )
    read = _cells(written)
    assert (read[0], read[1]) == (columns, cells)
    # Rows are those of the file, as an editor counts them.
    numbered = dict(enumerate(written.split("\n"), start=1))
    assert all(cell in numbered[row] for row, line in zip(read[2], cells, strict=True) for cell in line)


@pytest.mark.parametrize(
    "written",
    [
        '"ags" "name" "share"\n"1" "03241" "Region Hannover" 12.5\n"2" "03254" "Hildesheim" 3\n',
        "ags name share\n03241 Hannover 12.5\n03254 Hildesheim 3\n",
    ],
)
def test_what_r_writes_with_blanks_is_read(written) -> None:
    columns, cells, _ = _cells(written)
    assert columns[-3:] == ["ags", "name", "share"]
    assert [row[-3] for row in cells] == ["03241", "03254"]
    assert [row[-1] for row in cells] == ["12.5", "3"]


@pytest.mark.parametrize(
    "written",
    [
        "name            people share\nHannover   West  52000   1.2\nCelle      33000   2.3\nAu  9\n",
        "     ags   share\n0   03241   12.5\n..    ...    ...\n9   03254      3\n",
    ],
)
def test_blanks_that_leave_it_open_are_told(written) -> None:
    with pytest.raises(InputError) as error:
        _cells(written)
    assert [it.code for it in error.value.problems] == ["form_aligned"]


@pytest.mark.parametrize(
    "written",
    [
        "name\nBad Homburg\nBad Vilbel\nCelle\n",
        "id, name,  share\n1, Bad Homburg,  2\n2, Celle,  33\n",
        "a;b\nx  y;1\nz  y;2\n",
    ],
)
def test_blanks_within_cells_part_nothing(written) -> None:
    sign = next((it for it in ";," if it in written), "\n")
    expected = [[cell.strip() for cell in line.split(sign)] for line in written.strip().split("\n")]
    columns, cells, _ = _cells(written, "a.csv")
    assert [columns, *([cell.strip() for cell in row] for row in cells)] == expected
