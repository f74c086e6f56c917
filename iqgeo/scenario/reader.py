"""Reads values out of a parsed plan and gathers every problem on the way."""

import math
import os.path
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path, PureWindowsPath
from typing import Any, Final, TypeVar, overload

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.words import shown
from iqgeo.region_folder import is_there
from iqgeo.scenario.kinds import Choice, Flag, Kind, Number, Whole, Year
from iqgeo.scenario.model import OwnFile
from iqgeo.scenario.named_files import spelled_alike
from iqgeo.weights import KEY_FORM, STANDARD

Default = TypeVar("Default", float, None)
# Beyond any year or number of offices; what is larger does not even fit into a sentence.
_MOST_WHOLE: Final = 2**31
_MOST_UNKNOWN: Final = 10


class Reader:
    """Takes typed values from tables; keys are written as ``table.key``, the last part is looked up.

    Attributes
    ----------
    file : str
        What problems call the file.
    folder : Path
        What the file names is named from here.
    within : Path | None
        The only folder that entries may name anything in; ``None`` for no limit.
    """

    def __init__(self, file: str, folder: Path, within: Path | None = None) -> None:
        self.file, self.folder, self.within = file, folder, within
        self._problems: list[Problem] = []

    def finish(self) -> None:
        """Raise everything found.

        Raises
        ------
        InputError
            If anything was wrong.
        """
        if self._problems:
            raise InputError(self._problems)

    def problem(self, code: str, key: str, value: object = None, **details: object) -> None:
        """Note a problem."""
        written = None if value is None else written_out(value)
        self._problems.append(Problem(code, file=self.file, column=key, value=written, details=details))

    def add(self, problems: Iterable[Problem]) -> None:
        """Note what something else found wrong."""
        self._problems += problems

    def known(self, table: dict[str, Any], where: str, *keys: str) -> None:
        """Note every entry that means nothing: a slip of the pen would be left out silently."""
        unknown = (key for key in table if key not in keys)
        # What is like a name takes time to find, and nobody reads a thousand of them.
        for key in islice(unknown, _MOST_UNKNOWN):
            like = get_close_matches(key[: limits.NAME_LETTERS], keys, 1)
            name = f"{where}.{key}" if where else key
            code = "plan_key_unknown" if like else "plan_key_foreign"
            self.problem(code, name, key, known=", ".join(keys), like="".join(like))

    def table(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        """A table inside another; empty if absent."""
        found = table.get(_last(key), {})
        if isinstance(found, dict):
            return found
        self._wrong(key, found, "table")
        return {}

    def tables(self, table: dict[str, Any], key: str) -> list[dict[str, Any]]:
        """A list of tables; empty if absent."""
        found = table.get(key, [])
        if isinstance(found, list) and all(isinstance(it, dict) for it in found):
            return found
        self._wrong(key, found, "tables")
        return []

    def text(self, table: dict[str, Any], key: str) -> str:
        """Text; empty if absent."""
        found = table.get(_last(key), "")
        if isinstance(found, str):
            return found
        self._wrong(key, found, "text")
        return ""

    def name(self, table: dict[str, Any], key: str, *, letters: int = limits.NAME_LETTERS) -> str:
        """A name, or another text that people read: no longer than a sheet of paper can hold."""
        found = self.text(table, key)
        if len(found) > letters:
            self.problem("text_too_long", key, found, limit=letters)
        return found

    def texts(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        """A list of texts; empty if absent."""
        found = table.get(_last(key), [])
        if isinstance(found, list) and all(isinstance(it, str) for it in found):
            return tuple(found)
        self._wrong(key, found, "texts")
        return ()

    def flag(self, table: dict[str, Any], key: str) -> bool:
        """True or false; false if absent."""
        found = table.get(_last(key), False)
        if isinstance(found, bool):
            return found
        self._wrong(key, found, "flag")
        return False

    def one_of(self, table: dict[str, Any], key: str, known: Sequence[str], default: str) -> str:
        """One of the words given."""
        found = table.get(_last(key), default)
        if isinstance(found, str) and found in known:
            return found
        self.problem("plan_word_unknown", key, found, known=", ".join(filter(None, known)))
        return default

    def weight(self, table: dict[str, Any], key: str, default: str) -> str:
        """Key of a weight; which ones there are only the region knows."""
        found = table.get(_last(key), default)
        if isinstance(found, str) and KEY_FORM.fullmatch(found) and len(found) > 1:
            return found
        self.problem("plan_word_unknown", key, found, known=", ".join(STANDARD))
        return default

    @overload
    def whole(
        self, table: dict[str, Any], key: str, default: int, *, least: int = 0, most: int = _MOST_WHOLE
    ) -> int: ...

    @overload
    def whole(
        self, table: dict[str, Any], key: str, default: None = None, *, least: int = 0
    ) -> int | None: ...

    def whole(
        self,
        table: dict[str, Any],
        key: str,
        default: int | None = None,
        *,
        least: int = 0,
        most: int = _MOST_WHOLE,
    ) -> int | None:
        """A whole number from ``least`` to ``most``."""
        found = table.get(_last(key), default)
        if found is default:
            return default
        if isinstance(found, int) and not isinstance(found, bool) and least <= found <= _MOST_WHOLE:
            if found <= most:
                return found
            self.problem("plan_number_out_of_range", key, found)
            return default
        self._wrong(key, found, "whole")
        return default

    def number(
        self,
        table: dict[str, Any],
        key: str,
        default: Default,
        *,
        least: float = -math.inf,
        above: float = -math.inf,
        most: float = math.inf,
    ) -> float | Default:
        """A finite number within bounds."""
        if _last(key) not in table:
            return default
        found = table[_last(key)]
        if isinstance(found, (int, float)) and not isinstance(found, bool) and _is_finite(found):
            if least <= found <= most and found > above:
                return float(found)
            self.problem("plan_number_out_of_range", key, found)
            return default
        self._wrong(key, found, "number")
        return default

    def wholes(self, table: dict[str, Any], key: str) -> tuple[int, ...]:
        """A list of whole numbers from zero; empty if absent."""
        found = table.get(_last(key), [])
        if isinstance(found, list) and all(
            isinstance(it, int) and not isinstance(it, bool) and 0 <= it <= _MOST_WHOLE for it in found
        ):
            return tuple(found)
        self._wrong(key, found, "wholes")
        return ()

    def setting(self, table: dict[str, Any], key: str, kind: Kind, default: Any) -> Any:
        """The value of a setting, as its kind has it."""
        found = table[_last(key)]
        if isinstance(kind, Flag):
            return self.flag(table, key)
        if isinstance(kind, Number):
            return self.number(table, key, default, least=kind.low, most=kind.high)
        if isinstance(kind, Year) and found == kind.absent:
            return None
        if isinstance(kind, (Year, Whole)):
            value = self.whole(table, key, default, least=0)
            if not kind.allows(value):
                self.problem("plan_number_out_of_range", key, found)
            return value
        assert isinstance(kind, Choice)
        return (
            self.one_of(table, key, kind.words, default) if kind.words else self.weight(table, key, default)
        )

    def file_of(self, table: dict[str, Any], key: str, kind: str) -> OwnFile | None:
        """A file relative to the plan's folder, with its checksum if one stands beside it."""
        path = self._path_of(table, key)
        if path is None:
            return None
        if not _is_there(path):
            code = "plan_file_missing" if self.within is None else "plan_file_absent"
            self.problem(code, key, table[_last(key)])
        return OwnFile(kind, path, self.text(table, f"{key.rpartition('.')[0]}.sha256"))

    def folder_of(self, table: dict[str, Any], key: str) -> Path | None:
        """A folder relative to the plan's."""
        path = self._path_of(table, key)
        if path is not None and self.within is not None and not _is_there(path, folder=True):
            self.problem("plan_file_absent", key, table[_last(key)])
        return path

    def _path_of(self, table: dict[str, Any], key: str) -> Path | None:
        named = self.text(table, key)
        if not named:
            return None
        if self.within is not None and not _is_inside(self.folder, named, self.within):
            self.problem("plan_path_outside", key, named)
            return None
        path = self.folder / named
        if not is_there(path):
            # Written on Windows, or where cases and how letters are composed make no difference.
            slashed = named.replace("\\", "/")
            for other in (slashed, spelled_alike(self.folder, slashed)):
                if other is not None and _may_be(self.folder, other, self.within):
                    return self.folder / other
        return path

    def _wrong(self, key: str, found: object, expected: str) -> None:
        self.problem(f"plan_expected_{expected}", key, found)


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def written_out(value: object) -> str:
    """A value as it may stand in a sentence; a whole number of thousands of digits has no text.

    Parameters
    ----------
    value : object
        Whatever stands in a file.

    Returns
    -------
    str
        Cut where it is long; an ellipsis for a number that has no text.
    """
    try:
        return shown(value)
    except ValueError:
        return "…"


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        # A whole number that no float can hold.
        return False


def _may_be(folder: Path, named: str, within: Path | None) -> bool:
    return (within is None or _is_inside(folder, named, within)) and is_there(folder / named)


def _is_there(path: Path, *, folder: bool = False) -> bool:
    try:
        return path.is_dir() if folder else path.is_file()
    except OSError:
        # A name that is too long for the system.
        return False


def _is_inside(folder: Path, named: str, within: Path) -> bool:
    """Whether what is named lies in ``within``, links followed.

    The words are judged before the disk is asked: to look up a network share is to reach out already.
    Both kinds of slashes count, and no colon is taken (drives, streams, drivers), on every system.
    """
    windows = PureWindowsPath(named)
    if windows.drive or windows.root or ":" in named or "\x00" in named:
        return False
    lexical = Path(os.path.normpath(folder.absolute() / named.replace("\\", "/")))
    if not lexical.is_relative_to(os.path.normpath(within.absolute())):
        return False
    try:
        return (folder / named).resolve().is_relative_to(within.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
