"""One family of errors. ``InputError`` carries every problem found, not the first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from iqgeo.texts import Lang, number, plain, said_of, text, words_of
from iqgeo.texts.later import Later

_MOST_LETTERS = 600
"""Letters of anything that stands in a sentence: libraries quote what a file holds, however long it is."""

_MIB = 2**20
_SMALL = 100
"""Beyond this an amount has no decimals."""


class IqgeoError(Exception):
    """Base of all errors that iqgeo raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it is, what is wrong and what to do.

    Attributes
    ----------
    code : str
        Names the sentences ``problems.<code>.what`` and ``problems.<code>.remedy``.
    file : str | None
        Name of the file, where it is one.
    row : int | None
        The line as an editor or Excel numbers it (the header is line 1).
    column : str | None
        Column, key or option.
    value : str | None
        What stands there.
    details : Mapping[str, object]
        Fills the placeholders of the sentences beside ``value`` and ``column``. Amounts are floats, which are
        written as the language of the sentence writes numbers.
    """

    code: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def where(self, lang: Lang = "de") -> str:
        """File, row and column in words.

        Parameters
        ----------
        lang : Lang
            Language of what is said.

        Returns
        -------
        str
            Empty if none is known.
        """
        parts = {"file": self.file, "row": self.row, "column": self.column}
        return ", ".join(
            text(f"problems.where.{name}", lang, it=_short(it))
            for name, it in parts.items()
            if it is not None
        )

    def _filled(self, part: str, lang: Lang) -> str:
        given = {"value": self.value, "column": self.column, **self.details}
        values = {name: _short(_said(it, lang)) for name, it in given.items()}
        return said_of(f"problems.{self.code}.{part}", lang, values)

    def what(self, lang: Lang = "de") -> str:
        """What is wrong.

        Parameters
        ----------
        lang : Lang
            Language of what is said.

        Returns
        -------
        str
            One sentence.
        """
        return self._filled("what", lang)

    def remedy(self, lang: Lang = "de", *, on_page: bool = False) -> str:
        """What to do about it.

        Parameters
        ----------
        lang : Lang
            Language of what is said.
        on_page : bool
            Whether a page of the app says it, which has no options of commands.

        Returns
        -------
        str
            One sentence.
        """
        own = on_page and bool(words_of(f"problems.{self.code}.on_page"))
        return self._filled("on_page" if own else "remedy", lang)

    def sentence(self, lang: Lang = "de", *, on_page: bool = False) -> str:
        """Where, what and remedy.

        Parameters
        ----------
        lang : Lang
            Language of what is said.
        on_page : bool
            Whether a page of the app says it, which has no options of commands.

        Returns
        -------
        str
            One paragraph.
        """
        where = self.where(lang)
        return f"{where + ': ' if where else ''}{self.what(lang)} {self.remedy(lang, on_page=on_page)}"


def too_large(file: str, size: int, limit: int) -> Problem:
    """The problem of a file of more bytes than its kind may have, told in MB."""
    megabytes = {"size": round(size / _MIB, 0), "limit": round(limit / _MIB, 0)}
    return Problem("file_too_large", file, details=megabytes)


def _said(value: object, lang: Lang) -> object:
    """A value as its readers write it: an amount (a float) like a number, what names something as it is."""
    if isinstance(value, Later):
        return value.said(lang)
    if not isinstance(value, float):
        return value
    return plain(value, lang) if abs(value) < _SMALL and not value.is_integer() else number(value, lang)


def _short(value: object) -> object:
    """``value``, or its beginning if it would fill pages."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    word = str(value)
    return word if len(word) <= _MOST_LETTERS else word[: _MOST_LETTERS - 1] + "…"


class InputError(IqgeoError, ValueError):
    """An input cannot be used.

    Parameters
    ----------
    problems : Iterable[Problem] | Problem
        Everything found wrong with it, in file order; kept as a tuple.

    Examples
    --------
    >>> import iqgeo
    >>> try:
    ...     iqgeo.assess(target_km=-1, detour_factor=0.5)
    ... except iqgeo.InputError as error:
    ...     [problem.code for problem in error.problems]
    ['detour_factor', 'target']
    """

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        found = (problems,) if isinstance(problems, Problem) else tuple(problems)
        # Several readers may come upon the same; a reader of the message needs it once.
        once: dict[tuple[object, ...], Problem] = {}
        for it in found:
            once.setdefault((it.code, it.file, it.row, it.column, it.value, repr(dict(it.details))), it)
        self.problems: tuple[Problem, ...] = tuple(once.values())
        super().__init__(self.problems)

    def kept(self) -> Self:
        """Let go of the way it came, which would hold on to all that was read.

        Returns
        -------
        Self
            Itself, to be kept for as long as a page shows it.
        """
        self.__traceback__ = self.__cause__ = self.__context__ = None
        return self

    def message(self, lang: Lang = "de", *, on_page: bool = False) -> str:
        """All problems.

        Parameters
        ----------
        lang : Lang
            Language of what is said.
        on_page : bool
            Whether a page of the app says it, which has no options of commands.

        Returns
        -------
        str
            A line each.
        """
        return "\n".join(problem.sentence(lang, on_page=on_page) for problem in self.problems)

    def __str__(self) -> str:
        return self.message()


class Gathering:
    """Collects the problems of several inputs, so that all are named at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __enter__(self) -> "Gathering":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Keep what one part found wrong for the end."""
        if isinstance(error, InputError):
            self.problems += error.problems
            return True
        return False

    def finish(self) -> None:
        """Raise everything found."""
        if self.problems:
            raise InputError(self.problems)
