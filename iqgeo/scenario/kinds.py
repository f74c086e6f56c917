"""How the values of settings are read and written: what may stand in an address, an option, a plan file."""

import math
from dataclasses import dataclass
from typing import Any, Protocol


def _plain(written: str) -> str:
    """Text of a number; ``ValueError`` for what Python alone would take for one."""
    if not written.isascii() or "_" in written:
        raise ValueError(written)
    return written.strip()


class Kind(Protocol):
    """How a setting is read and written; a page's widget goes by it."""

    def read(self, written: str) -> Any:
        """The value; ``ValueError`` if it is none."""

    def write(self, value: Any) -> str:
        """The value as text that is read as the same value."""

    def allows(self, value: Any) -> bool:
        """Whether a value of the right type can be used."""


@dataclass(frozen=True)
class Number:
    """A number between two limits, both included.

    Attributes
    ----------
    low, high : float
        The limits, in the setting's unit.
    may_lack : bool
        Whether ``None``, an empty text, is a value too.
    """

    low: float
    high: float
    may_lack: bool = False

    def read(self, written: str) -> float | None:
        """Read a number with decimal point or comma."""
        if self.may_lack and not written.strip():
            return None
        value = float(_plain(written).replace(",", "."))
        if not self.allows(value):
            raise ValueError(written)
        return value

    def write(self, value: float | None) -> str:
        """Write it exactly."""
        return "" if value is None else f"{value!r}".removesuffix(".0")

    def allows(self, value: float | None) -> bool:
        """Whether it lies within the limits."""
        if value is None:
            return self.may_lack
        return math.isfinite(value) and self.low <= value <= self.high


@dataclass(frozen=True)
class Whole:
    """A whole number between two limits, both included.

    Attributes
    ----------
    low, high : int
        The limits, in the setting's unit.
    """

    low: int
    high: int

    def read(self, written: str) -> int:
        """Read it."""
        value = int(_plain(written))
        if not self.allows(value):
            raise ValueError(written)
        return value

    def write(self, value: int) -> str:
        """Write it."""
        return str(value)

    def allows(self, value: int) -> bool:
        """Whether it lies within the limits."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Year:
    """A year, or ``None``.

    Attributes
    ----------
    absent : str
        The word for ``None``.
    """

    absent: str

    def read(self, written: str) -> int | None:
        """Read four digits or the word."""
        if written.strip() == self.absent:
            return None
        value = int(_plain(written))
        if not self.allows(value):
            raise ValueError(written)
        return value

    def write(self, value: int | None) -> str:
        """Write it."""
        return self.absent if value is None else str(value)

    def allows(self, value: int | None) -> bool:
        """Whether it is a year of our time."""
        return value is None or 1000 <= value <= 9999


@dataclass(frozen=True)
class Choice:
    """One of some words.

    Attributes
    ----------
    words : tuple[str, ...]
        Empty for any word: the region knows which.
    """

    words: tuple[str, ...] = ()

    def read(self, written: str) -> str:
        """Read a word."""
        if not self.allows(written):
            raise ValueError(written)
        return written

    def write(self, value: str) -> str:
        """Write it."""
        return value

    def allows(self, value: str) -> bool:
        """Whether it is one of the words."""
        return isinstance(value, str) and bool(value) and (not self.words or value in self.words)


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def read(self, written: str) -> bool:
        """Read 1 or 0."""
        if written not in ("0", "1"):
            raise ValueError(written)
        return written == "1"

    def write(self, value: bool) -> str:
        """Write it."""
        return "1" if value else "0"

    def allows(self, _value: bool) -> bool:
        """Both can be used."""
        return True
