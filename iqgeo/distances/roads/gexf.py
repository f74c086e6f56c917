"""A GEXF file as networkx has it, values of another kind than its heading says kept as text.

networkx writes a column as whole numbers or truths after its first cell, whatever lists stand below, and
cannot read that again.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx


def graph_in_gexf(path: Path) -> "nx.Graph[Any]":
    """The graph of a file; its reader's own errors where it is none."""
    from networkx.readwrite.gexf import GEXFReader

    reader: Any = GEXFReader(version="1.2draft")
    reader.python_type = {name: _or_text(kind) for name, kind in reader.python_type.items()}
    reader.convert_bool = _Truths(reader.convert_bool)
    with path.open("rb") as file:
        graph: nx.Graph[Any] = reader(file)
    return graph


class _Truths(dict[str, Any]):
    """Truths by their words, any other word as it is."""

    def __missing__(self, word: str) -> str:
        return word


def _or_text(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(written: str) -> Any:
        try:
            return kind(written)
        except ValueError:
            return written

    return read
