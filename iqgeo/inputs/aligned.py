"""Text tables as R, SAS, pandas, databases and wikis print them: cells set apart by blanks or drawn bars."""

import re
from dataclasses import dataclass
from typing import Final

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.layout import is_number
from iqgeo.inputs.source import Opened
from iqgeo.inputs.text_stream import text_stream

_MOST_ABOVE: Final = 6
_MOST_BELOW: Final = 3
_LEAST_ROWS: Final = 2
_SAMPLE: Final = 200
_RULE: Final = re.compile(r"[-=─═_+ ]{2,}")
# Below the header of a table of Markdown, psql or MySQL.
_DRAWN: Final = re.compile(r"(?=[^-]*-{2})(?=[^|+]*[|+])[\s|+:=-]+")
_GAP: Final = re.compile(r"\S {2,}\S")
_WORDS: Final = re.compile(r'"[^"]*"|\S+')
# What parts cells elsewhere; a comma between digits is one of a number.
_SIGNS: Final = re.compile(r"[;\t|~]|(?<!\d),|,(?!\d)")
_CUT: Final = re.compile(r"\.{2,3}|…")


@dataclass(frozen=True)
class _Column:
    """Where a column begins and ends in a line, and its heading."""

    first: int
    end: int
    heading: str

    def of(self, line: str) -> str:
        return line[self.first : self.end].strip()


def may_be(lines: list[str]) -> bool:
    """Whether the first lines of a file may be set apart by blanks: worth a look at all of them."""
    filled = [it for it in lines if it.strip()]
    if any(map(_DRAWN.fullmatch, filled[: _MOST_ABOVE + 1])):
        return True
    bare = any(_GAP.search(it) and not _SIGNS.search(it) for it in filled[: _MOST_ABOVE + 1])
    return bare or (" " in "".join(filled) and not any(map(_SIGNS.search, filled)))


def parted(opened: Opened, form: str, encoding: str) -> Opened | None:
    """The same table with tabs between its cells; ``None`` where nothing says that blanks part them.

    Every line of it stands where it stood.

    Raises
    ------
    InputError
        If blanks part the columns, but where one ends is not sure.
    """
    with text_stream(opened, form) as stream:
        content = stream.read(limits.REGISTER_BYTES + 1)
    written = content.decode(encoding, "replace").lstrip("\ufeff")
    lines = [it.rstrip() for it in re.split(r"\r\n|\n|\r", written)]
    if sum(map(bool, lines)) <= _LEAST_ROWS:
        return None
    if len(content) > limits.REGISTER_BYTES:
        raise InputError(too_large(opened.name, opened.size, limits.REGISTER_BYTES))
    rows = _by_bar(lines) or _by_place(lines) or _by_word(lines)
    if rows is None:
        filled = [it for it in lines if it]
        if 2 * sum(bool(_GAP.search(it)) for it in filled) > len(filled):
            raise InputError(Problem("form_aligned", opened.name))
        return None
    inner = "\n".join("\t".join(map(_quoted, row)) for row in rows).encode()
    return Opened(opened.name, None, inner, len(inner), inner)


def _quoted(cell: str) -> str:
    bare = cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
    return '"' + bare.replace('"', '""') + '"' if '"' in bare else bare


def _by_bar(lines: list[str]) -> list[list[str]] | None:
    """Cells of a table with a drawn line below its header, and bars between its columns."""
    if not any(map(_DRAWN.fullmatch, lines[: _MOST_ABOVE + 1])):
        return None
    rows = []
    for line in lines:
        bare = line.strip()
        if "|" not in bare or _DRAWN.fullmatch(line):
            rows.append(["" if _DRAWN.fullmatch(line) else line])
        else:
            within = bare[bare.startswith("|") : len(bare) - (bare.endswith("|") and bare.startswith("|"))]
            rows.append([cell.strip() for cell in within.split("|")])
    return rows if any(len(row) > 1 for row in rows) else None


def _by_place(lines: list[str]) -> list[list[str]] | None:
    """Cells of a table whose columns have nothing but blanks between them from the header to the last row."""
    filled = [at for at, line in enumerate(lines) if line and not _RULE.fullmatch(line)]
    for below in range(min(_MOST_BELOW + 1, len(filled))):
        if below and not _is_set_apart(lines, filled, len(filled) - below):
            continue
        for above in range(min(_MOST_ABOVE, len(filled) - below)):
            within = filled[above : len(filled) - below]
            columns = _columns([lines[at] for at in within[:_SAMPLE]])
            if columns and len(within) > _SAMPLE:
                columns = _columns([lines[at] for at in within])
            if (
                columns
                and not _SIGNS.search(lines[within[0]])
                and any(_GAP.search(lines[at]) for at in within)
            ):
                inside = set(within)
                index = _counts(columns[0], [lines[at] for at in within[1:]])
                kept = columns[1:] if index else columns
                return [_row(line, kept, at, inside) for at, line in enumerate(lines)]
    return None


def _row(line: str, columns: list[_Column], at: int, inside: set[int]) -> list[str]:
    if at in inside:
        return [it.of(line) for it in columns]
    return [""] if _RULE.fullmatch(line) else [line]


def _is_set_apart(lines: list[str], filled: list[int], at: int) -> bool:
    """Whether a line below a table is none of its rows: an empty line, or a bracket, stands before it."""
    return not lines[filled[at] - 1] or lines[filled[at]][0] in "[("


def _columns(lines: list[str]) -> list[_Column] | None:
    """The columns of a header and its rows; ``None`` where one has no heading, or nothing is a number."""
    if len(lines) <= _LEAST_ROWS:
        return None
    width = max(map(len, lines))
    taken = bytearray(b" " * width)
    for line in lines:
        for word in re.finditer(r"\S+", line):
            taken[word.start() : word.end()] = b"x" * (word.end() - word.start())
    header, rows = lines[0], lines[1:]
    spans = [it.span() for it in re.finditer(rb"x+", bytes(taken))]
    columns: list[_Column] = []
    for first, end in spans:
        found = _Column(first, end, header[first:end].strip())
        alone = found.heading and any(map(found.of, rows))
        before = columns[-1] if columns else None
        narrow = before is not None and first - before.end == 1
        parts = len(columns) == 1 and _counts(columns[0], rows)
        if (
            before is not None
            and narrow
            and not parts
            and not (alone and before.heading and any(map(before.of, rows)))
        ):
            # "Bad Homburg" below "Name": a blank in every row that parts no columns.
            columns[-1] = _Column(before.first, end, f"{before.heading} {found.heading}".strip())
        else:
            columns.append(found)
    headed = columns[1:] if columns and _counts(columns[0], rows) else columns
    if len(headed) < 2 or not all(it.heading and not is_number(it.heading) for it in headed):
        return None
    figures = any(all(is_number(it.of(row)) for row in rows) for it in headed)
    cut = any(_CUT.fullmatch(it.of(row)) for it in columns for row in rows)
    return columns if figures and not cut else None


def _counts(column: _Column, rows: list[str]) -> bool:
    """Whether a column without a heading, or of SAS, numbers the rows."""
    if column.heading not in ("", "Obs", "OBS", "Beob."):
        return False
    cells = [column.of(row) for row in rows]
    return any(cells == [str(at) for at in range(first, first + len(cells))] for first in (0, 1))


def _by_word(lines: list[str]) -> list[list[str]] | None:
    """Cells of a table with one blank between them, as R writes one: as many words in every row.

    The header may have one less, where the rows begin with their names.
    """
    rows = [_WORDS.findall(line) for line in lines]
    filled = [row for row in rows if row]
    width = len(filled[1])
    names = len(filled[0]) == width - 1 and all(it[0].startswith('"') for it in filled)
    if (
        width < 2
        or _SIGNS.search("".join(filled[0]))
        or any(_GAP.search(it) for it in lines)
        or not (names or len(filled[0]) == width)
    ):
        return None
    if any(len(row) != width for row in filled[1:]) or any(map(is_number, filled[0])):
        return None
    if not any(all(is_number(row[at]) for row in filled[1:]) for at in range(width)):
        return None
    if names:
        rows = [["#", *row] if row is filled[0] else row for row in rows]
    return [row or [""] for row in rows]
