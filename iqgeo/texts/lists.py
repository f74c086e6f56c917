"""Lists of names in a sentence or a cell."""

from collections.abc import Iterable


def listed(names: Iterable[str]) -> str:
    """The names with commas between them; what has no name (places without a district) is left out."""
    return ", ".join(name for name in names if name.strip())
