"""Plan files as text: comments survive, older versions are brought to the newest."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.safe.parse import MOST_PARTS, crowded_row, toml_tables
from iqgeo.scenario.model import VERSION
from iqgeo.scenario.reader import written_out

# Version 1, the short form: everything stood at the top.
_MOVED_IN_2: Final[Mapping[str, tuple[str, str]]] = {
    "region": ("region", "directory"),
    "weight": ("demand", "weight"),
    "year": ("demand", "year"),
    "distance": ("distance", "kind"),
    "detour_factor": ("distance", "factor"),
    "target_km": ("target", "km"),
    "require": ("candidates", "require"),
    "forbid": ("candidates", "forbid"),
}


def text_of(
    path: Path, file: str, *, missing: str = "plan_missing", unreadable: str = "plan_unreadable"
) -> str:
    """The text of a plan file, refused beyond :data:`limits.PLAN_BYTES` before anything reads it.

    Parameters
    ----------
    path : Path
        Where the file lies.
    file : str
        What problems call it.
    missing, unreadable : str
        The problems that a file of another kind has in their place.

    Returns
    -------
    str
        Without a byte order mark.

    Raises
    ------
    InputError
        If it is missing, too large, cannot be read, or is not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(limits.PLAN_BYTES + 1)
        if len(raw) > limits.PLAN_BYTES:
            raise InputError(too_large(file, max(path.stat().st_size, len(raw)), limits.PLAN_BYTES))
        # What Windows calls Unicode says so in its first two bytes.
        return raw.decode("utf-16" if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")
    except OSError as error:
        code = missing if isinstance(error, FileNotFoundError) else unreadable
        reason = error.strerror or type(error).__name__
        raise InputError(Problem(code, file=file, details={"reason": reason})) from error
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise InputError(Problem("text_not_utf8", file=file, row=row)) from error


def newest(written: str, file: str, *, own: bool) -> tuple[dict[str, Any], str]:
    """The tables of a plan in the newest version, and the text that keeps its comments.

    A stranger's file is read without its comments: the reader that keeps them takes minutes for some
    files of a few thousand bytes.

    Parameters
    ----------
    written : str
        Text of a plan file, of this or an older version.
    file : str
        What problems call it.
    own : bool
        Whether it is the user's own, not a stranger's.

    Returns
    -------
    tuple[dict[str, Any], str]
        The tables, and the text; the text is empty for a stranger's file.

    Raises
    ------
    InputError
        If it is not TOML, nested too deeply, or of a version that is not known here.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    crowded = crowded_row(written)
    if crowded is not None:
        raise InputError(Problem("plan_dots", file=file, row=crowded, details={"limit": MOST_PARTS}))
    try:
        document: Any = tomlkit.parse(written) if own else toml_tables(written)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise InputError(Problem("plan_unreadable", file=file, details={"reason": error})) from error
    version = document.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= VERSION:
        known = str(VERSION)
        raise InputError(Problem("plan_version", file, value=written_out(version), details={"known": known}))
    for older in range(version, VERSION):
        _MIGRATIONS[older](document)
    return (document.unwrap(), tomlkit.dumps(document)) if own else (document, "")


def _from_1(document: Any) -> None:
    """Version 1 to 2: settings move from the top into tables."""
    moved = [(key, *_MOVED_IN_2[key], document.pop(key)) for key in _MOVED_IN_2 if _is_setting(document, key)]
    for _, table, key, value in moved:
        if table not in document:
            document[table] = {}
        document[table][key] = value
    document["version"] = 2


def _is_setting(document: Mapping[str, Any], key: str) -> bool:
    return key in document and not isinstance(document[key], Mapping)


def _from_2(document: Any) -> None:
    """Version 2 to 3: the network that everything begins with has a table of its own.

    It was the year of the first stage; without one nothing was open.
    """
    stages = document.get("stages")
    first: Any = {}
    if isinstance(stages, list) and stages and isinstance(stages[0], Mapping):
        first = stages[0]
    if "network" not in document:
        document["network"] = {}
    if "year" in first:
        document["network"]["year"] = first.pop("year")
        if "name" not in first:
            first["name"] = written_out(document["network"]["year"])
    else:
        document["network"]["empty"] = True
    document["version"] = 3


_MIGRATIONS: Final[Mapping[int, Callable[[Any], None]]] = {1: _from_1, 2: _from_2}
