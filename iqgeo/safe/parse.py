"""Text that strangers wrote as plain data: whatever is wrong with it is a ``ValueError``, and soon.

Brackets within brackets bring the parsers of Python to the end of their stack, which is an error of another
family; a dotted key of thousands of parts keeps the one of TOML busy for minutes.
"""

import json
import re
import tomllib
from typing import Any, Final

MOST_PARTS: Final = 100
"""Parts of a dotted key."""

_DOTTED: Final = re.compile(rf"(?:\.[ \t]*(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*){{{MOST_PARTS}}}")


def crowded_row(written: str) -> int | None:
    """The first row of a TOML text with a key of more than :data:`MOST_PARTS` parts."""
    found = _DOTTED.search(written)
    return None if found is None else written.count("\n", 0, found.start()) + 1


def toml_tables(written: str) -> dict[str, Any]:
    """A TOML text as tables.

    Raises
    ------
    ValueError
        If it is none: ``tomllib.TOMLDecodeError``, a whole number of thousands of digits, brackets or keys
        without end.
    """
    if crowded_row(written) is not None:
        raise ValueError(f"key of more than {MOST_PARTS} parts")
    try:
        return tomllib.loads(written)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def json_value(written: str | bytes) -> Any:
    """A JSON text as plain data.

    Raises
    ------
    ValueError
        If it is none, or nested too deep.
    """
    try:
        return json.loads(written)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
