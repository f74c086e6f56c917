"""The notebooks as pages, run while the site is built: under each cell stands what it says today."""

import re
from pathlib import Path
from typing import Any

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
ASKED = re.compile(r"<!-- notebook: (\w+) -->")
SHOWN = ("image/svg+xml", "text/html", "text/plain")
"""What is shown of a result, the richest first."""
FENCE = "`" * 12


def setup(app: Any) -> dict[str, bool]:
    """Put the notebook in place of the line that names it."""
    app.add_config_value("notebooks_run", default=True, rebuild="html", types=bool)
    app.connect("source-read", _read)
    return {"parallel_read_safe": True}


def _read(app: Any, _: str, source: list[str]) -> None:
    found = ASKED.fullmatch(source[0].strip())
    if found is not None:
        notebook = nbformat.read(NOTEBOOKS / f"{found[1]}.ipynb", as_version=4)
        source[0] = page(executed(notebook) if app.config.notebooks_run else notebook)


def executed(notebook: Any) -> Any:
    """The notebook with its outputs, run from top to bottom in a process of its own."""
    from nbclient import NotebookClient

    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    return notebook


def page(notebook: Any) -> str:
    """The notebook as a page of the site: its words, its code, and under each cell what came of it."""
    parts = []
    for cell in notebook.cells:
        if cell["cell_type"] == "markdown":
            parts.append(cell["source"])
        elif cell["cell_type"] == "code":
            parts.append(_block("python", cell["source"]))
            parts += _outputs(cell.get("outputs", []))
    return "\n\n".join(parts) + "\n"


def _outputs(outputs: list[Any]) -> list[str]:
    printed, shown = "", []
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] == "stdout":
            printed += output["text"]
        elif "data" in output:
            kind = next(it for it in SHOWN if it in output["data"])
            written = "".join(output["data"][kind])
            # A wide table is pushed aside, not the page.
            wide = f"<div style='overflow-x:auto'>\n{written}\n</div>"
            shown.append(_block("text", written) if kind == "text/plain" else _block("{raw} html", wide))
    return [_block("text", printed), *shown] if printed else shown


def _block(kind: str, written: str) -> str:
    return f"{FENCE}{kind}\n{written.rstrip()}\n{FENCE}"
