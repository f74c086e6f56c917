"""What a database says, as sentences: the work in the tab is safe, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy.exc

from iqgeo.errors import InputError, Problem

_SQLITE: Final = {
    "FULL": "store_full",
    "CANTOPEN": "store_lost",
    "IOERR": "store_failed",
    "NOTADB": "store_broken",
    "CORRUPT": "store_broken",
    "READONLY": "store_readonly",
    "PERM": "store_readonly",
    "AUTH": "store_readonly",
    "BUSY": "store_busy",
    "LOCKED": "store_busy",
    "TOOBIG": "store_failed",
}
# By SQLSTATE; the longest beginning counts.
_POSTGRESQL: Final = {
    "08": "store_lost",
    "57P": "store_lost",
    "25006": "store_readonly",
    "42501": "store_readonly",
    "53100": "store_full",
    "53300": "store_busy",
    "40": "store_busy",
    "55P03": "store_busy",
    "57014": "store_busy",
    "28": "store_refused",
    "3D000": "store_refused",
}
_UNKNOWN_TABLE: Final = ("no such table", "no such column")


class StoreError(InputError):
    """The store cannot be used now: full, lost, broken, locked. Nothing of a change was kept."""


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn what a database raises into a :class:`StoreError`.

    Parameters
    ----------
    place : str
        Names the store, without a password.

    Yields
    ------
    None
        The block runs.

    Raises
    ------
    StoreError
        In place of what the driver says; what is our own fault (a wrong statement) stays as it is.
    """
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        code = _code(error.orig)
        if code is None:
            raise
        details = {"reason": _reason(error.orig)}
        raise StoreError(Problem(code, file=place, details=details)) from error
    except sqlalchemy.exc.TimeoutError as error:
        raise StoreError(Problem("store_busy", file=place, details={"reason": str(error)})) from error


def _code(error: object) -> str | None:
    """The problem a driver's error is; ``None`` for what is our own fault (a wrong statement)."""
    name = getattr(error, "sqlite_errorname", None)
    if name is not None:
        for beginning, code in _SQLITE.items():
            if name.startswith(f"SQLITE_{beginning}"):
                return code
        lost = any(it in str(error) for it in _UNKNOWN_TABLE)
        return "store_lost" if lost else None
    if not hasattr(error, "sqlstate"):
        return None
    state = error.sqlstate
    if state is None:
        # The server was not reached, or went away in the middle.
        return "store_lost" if type(error).__name__ == "OperationalError" else None
    if state == "42P01":
        return "store_lost"
    found = [beginning for beginning in _POSTGRESQL if state.startswith(beginning)]
    return _POSTGRESQL[max(found, key=len)] if found else None


def _reason(error: object) -> str:
    """The first line of what the driver says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
