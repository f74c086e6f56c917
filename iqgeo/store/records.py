"""What the store gives and takes: drafts, versions, entries of a list; and a conflict between two changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from iqgeo.errors import InputError, Problem
from iqgeo.texts.later import Later

_NO_FILES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class NewVersion:
    """What a new version shall be.

    Attributes
    ----------
    name : str
        Of the plan, for people; need not be unique.
    text : str
        The plan file, word by word; the store does not read it.
    key : str
        Checksum of all that the numbers depend on.
    change : str
        What changed: a sentence, or what :mod:`iqgeo.texts.later` says in the reader's language.
    summary : str
        What a list shows without computing (numbers, a small map), as its reader likes it; JSON, say.
    words : Sequence[str]
        What it is to be found by beside its name: towns.
    files : Mapping[str, str]
        The own files it rests on: name in ``text`` to checksum, all of them in the store already.
    """

    name: str
    text: str
    key: str
    change: str = ""
    summary: str = ""
    words: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=lambda: _NO_FILES)


@dataclass(frozen=True)
class Version:
    """A version as it was saved.

    Attributes
    ----------
    plan_id : str
        Its plan.
    number : int
        From 1, in the order of saving.
    parent : int | None
        The version that was changed; ``None`` for the first.
    name, key, change, summary, text, files : str, Mapping[str, str]
        As in :class:`NewVersion`.
    who : str
        Who saved it; empty if unknown.
    at : datetime
        When, UTC.
    """

    plan_id: str
    number: int
    parent: int | None
    name: str
    key: str
    change: str
    who: str
    at: datetime
    summary: str
    text: str = field(repr=False)
    files: Mapping[str, str] = field(default_factory=lambda: _NO_FILES)


@dataclass(frozen=True)
class Entry:
    """A plan in a list: its newest version without the text.

    Attributes
    ----------
    id : str
        The address of the plan.
    number : int
        Of the newest version.
    name, key, change, who, summary : str
        Of the newest version.
    at : datetime
        When it was saved, UTC.
    archived : bool
        Whether the plan was put away.
    published : int | None
        The newest version that is published; ``None`` if none is.
    """

    id: str
    number: int
    name: str
    key: str
    change: str
    who: str
    at: datetime
    summary: str
    archived: bool
    published: int | None


class EditConflict(InputError):  # noqa: N818 -- what it is, not an error of anybody's
    """Somebody changed the plan since the version a change began from. Nothing was saved or lost.

    Attributes
    ----------
    mine : NewVersion
        What was to be saved.
    theirs : tuple[Version, ...]
        The versions saved meanwhile, oldest first; save again with the last one's number as the parent to put
        ``mine`` on top, or :func:`create` a plan of its own from it.
    """

    def __init__(self, mine: NewVersion, theirs: Sequence[Version]) -> None:
        self.mine, self.theirs = mine, tuple(theirs)
        who = ", ".join(dict.fromkeys(it.who for it in theirs if it.who))
        code = "store_conflict" if who else "store_conflict_unknown"
        changes = Later(tuple(it.change for it in theirs))
        details = {"who": who, "theirs": changes, "mine": Later((mine.change,))}
        super().__init__(Problem(code if theirs else "store_rewound", value=mine.name, details=details))


@dataclass(frozen=True)
class Hanging:
    """What goes when a plan is removed.

    Attributes
    ----------
    versions, publications : int
        How many.
    files : int
        How many that no other plan rests on.
    """

    versions: int
    publications: int
    files: int
