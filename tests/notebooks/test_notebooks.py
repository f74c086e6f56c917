"""Every notebook runs from top to bottom, as a reader would run it, and is a page of the site."""

import ast
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "docs"))

import beispiele  # noqa: E402 -- it lies beside the pages

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def shown_by(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return what it ends with, as a notebook would show it."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, capsys):
    # All in this process: a kernel for each would import everything anew.
    cells = [it for it in nbformat.read(path, as_version=4).cells if it.cell_type == "code"]
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = [shown_by(cell.source, names) for cell in cells]
    assert capsys.readouterr().out
    assert any(it is not None for it in shown)
    for thing in shown:
        drawn = getattr(thing, "_repr_html_", None)
        assert thing is None or (repr(thing) if drawn is None else drawn())
    assert not any(cell.outputs for cell in cells), "commit without outputs"


def test_every_notebook_has_its_page():
    pages = sorted((ROOT / "docs" / "beispiele").glob("*.md"))
    asked = [beispiele.ASKED.fullmatch(it.read_text(encoding="utf-8").strip()) for it in pages]
    assert [it and it[1] for it in asked] == [it.stem for it in NOTEBOOKS]
    assert len(NOTEBOOKS) >= 5
    listed = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert all(f"beispiele/{it.stem}\n" in listed for it in NOTEBOOKS)


@pytest.mark.slow
# The kernel's own event loop warns about sockets it closes late; that is not ours.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_what_a_cell_says_stands_under_it():
    notebook = nbformat.v4.new_notebook()
    code = "print('so')\nclass Card:\n    def _repr_html_(self):\n        return '<b>viele</b>'\nCard()"
    notebook.cells = [nbformat.v4.new_markdown_cell("# Titel"), nbformat.v4.new_code_cell(code)]
    title, source, printed, shown = beispiele.page(beispiele.executed(notebook)).split("\n\n")
    assert title == "# Titel"
    assert "class Card" in source
    assert "so\n" in printed
    assert "\n<b>viele</b>\n" in shown
