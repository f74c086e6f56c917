"""One family of errors. ``InputError`` carries every problem found, not the first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from iqgeo.texts import Lang, text

_MOST_LETTERS = 600
"""Letters of anything that stands in a sentence: libraries quote what a file holds, however long it is."""


class IqgeoError(Exception):
    """Base of all errors that iqgeo raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it is, what is wrong and what to do.

    ``code`` names the sentences ``problems.<code>.what`` and ``problems.<code>.remedy``;
    ``details`` fills their placeholders beside ``value`` and ``column``. ``row`` is the line as an
    editor or Excel numbers it (the header is line 1).
    """

    code: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def where(self, lang: Lang = "de") -> str:
        """File, row and column in words; empty if none is known."""
        parts = {"file": self.file, "row": self.row, "column": self.column}
        return ", ".join(
            text(f"problems.where.{name}", lang, it=_short(it))
            for name, it in parts.items()
            if it is not None
        )

    def _filled(self, part: str, lang: Lang) -> str:
        given = {"value": self.value, "column": self.column, **self.details}
        values = {name: _short(it) for name, it in given.items()}
        return text(f"problems.{self.code}.{part}", lang, **values)

    def what(self, lang: Lang = "de") -> str:
        """What is wrong, one sentence."""
        return self._filled("what", lang)

    def remedy(self, lang: Lang = "de") -> str:
        """What to do about it, one sentence."""
        return self._filled("remedy", lang)

    def sentence(self, lang: Lang = "de") -> str:
        """Where, what and remedy in one paragraph."""
        where = self.where(lang)
        return f"{where + ': ' if where else ''}{self.what(lang)} {self.remedy(lang)}"


def _short(value: object) -> object:
    """``value``, or its beginning if it would fill pages."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    word = str(value)
    return word if len(word) <= _MOST_LETTERS else word[: _MOST_LETTERS - 1] + "…"


class InputError(IqgeoError, ValueError):
    """An input cannot be used. ``problems`` lists everything found wrong with it, in file order."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    def message(self, lang: Lang = "de") -> str:
        """All problems, a line each."""
        return "\n".join(problem.sentence(lang) for problem in self.problems)

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
