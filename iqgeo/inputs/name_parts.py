"""Parts of the names of areas and towns: what is the name, what tells it apart, what kind of area it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from iqgeo.inputs.words import cleaned, folded

_CITY, _COUNTRY = "city", "country"
# What a name says beside itself: the kind of area.
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    _CITY: (
        "kreisfreie stadt", "krfr. stadt", "krfr stadt", "kreisfr. stadt", "stadtkreis", "stadt", "sk",
        "hansestadt", "landeshauptstadt", "universitätsstadt", "city", "statutarstadt", "stadt und landkreis",
    ),
    _COUNTRY: (
        "landkreis", "kreis", "lkr.", "lkr", "lk", "land", "region", "städteregion", "regionalverband",
        "bezirk", "politischer bezirk", "county", "district", "kommune", "gemeente", "amt", "rural",
    ),
}  # fmt: skip
_KIND_OF: Final = {folded(word): kind for kind, words in _KINDS.items() for word in words}
_PARTS: Final = re.compile(r"\(([^)]*)\)|,\s*([^,]+)")
# "101 Braunschweig", "12. Celle": the number of an office, or of a list, before a name.
_NUMBER_BEFORE: Final = re.compile(r"^\d{1,12}[\s.:)–-]+(?=[^\W\d_])")
# "Celle 1)", "Celle¹", "Celle*)": the mark of a footnote behind a name.
# Begun where a run of signs begins, and one sign at a time: else a cell of forty stars would never end.
_FOOTNOTE_BEHIND: Final = re.compile(r"(?<![⁰¹²³⁴-⁹*])(?:\s+\d{1,2}\)|\s*[⁰¹²³⁴-⁹*]\)?)+$")
# "Wohlen AG" is "Wohlen (AG)": Switzerland tells towns of one name apart by their canton.
_CANTON: Final = re.compile(
    r"(?<=[^\W\d_])\s+(AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH)$"
)
# "a. d. Donau" and "an der Donau" are one; Bavaria's own list says "i.Wald", "v.d.Rhön", "b.Coburg".
_SHORTENED: Final = (
    (re.compile(r"\bob der\b|\bo\.\s*d\.\s*"), " od "),
    (re.compile(r"\bvor der\b|\bv\.\s*d\.\s*"), " vd "),
    (re.compile(r"\bbei\b|\bb\.\s*"), " b "),
    (re.compile(r"\ban der\b|\ba\.\s*d\.\s*"), " ad "),
    (re.compile(r"\bin der\b|\bi\.\s*d\.\s*"), " id "),
    (re.compile(r"\bam\b|\ba\.\s*"), " a "),
    (re.compile(r"\bim\b|\bi\.\s*"), " i "),
)
_FURTHER: Final = re.compile(r" (?:ad?|id?|od|vd|b|auf) ")


@dataclass(frozen=True)
class AreaName:
    """A name without the kind of area: "Celle, Landkreis", "Kreis Celle" and "Celle (Landkreis)" are one.

    ``full`` is all of it, ``bare`` without "(Weser)" or "an der Donau", ``kind`` city, country or nothing.
    """

    full: str
    bare: str
    kind: str

    @classmethod
    def of(cls, written: str, kind: str = "") -> "AreaName":
        """Take a name apart.

        Parameters
        ----------
        written : str
            The name as somebody wrote it.
        kind : str
            City or country, where the name does not say it (see :func:`kind_of`).
        """
        rest = []

        def taken(match: re.Match[str]) -> str:
            nonlocal kind
            word = folded(match[1] or match[2])
            if word in _KIND_OF:
                kind = _KIND_OF[word]
            else:
                rest.append(word)
            return " "

        name_alone = _FOOTNOTE_BEHIND.sub("", _NUMBER_BEFORE.sub("", cleaned(written).strip()))
        parts = _PARTS.sub(taken, _CANTON.sub(r" (\1)", name_alone)).split()
        while (rest_of := _without_kind(parts)) is not None:
            kind, parts = rest_of
        name = " ".join(parts).partition("/")
        short = name[0]
        for pattern, sign in _SHORTENED:
            short = pattern.sub(sign, short)
        bare = _FURTHER.split(short)[0]
        return cls(folded(short + name[2] + "".join(rest)), folded(bare), kind)

    def is_that_of(self, known: "AreaName") -> bool:
        """Whether a name that is written stands for a known one, without asking for its kind.

        "Nienburg" is "Nienburg (Weser)", but "Rotenburg (Fulda)" is no "Rotenburg (Wümme)".

        Parameters
        ----------
        known : AreaName
            The name of an area of the region.
        """
        if self.full == known.full:
            return True
        return bool(self.bare) and self.bare == known.bare and self.bare in (self.full, known.full)


def kind_of(word: str) -> str:
    """City, country or nothing, for a word such as ``Kreisfreie Stadt``.

    Parameters
    ----------
    word : str
        As a list of districts has it.
    """
    return _KIND_OF.get(folded(word), "")


def _without_kind(parts: list[str]) -> tuple[str, list[str]] | None:
    """The kind that a name begins or ends with, and the rest; ``None`` if there is none."""
    for count in (1, 2, 3):
        for words, rest in ((parts[:count], parts[count:]), (parts[-count:], parts[:-count])):
            kind = _KIND_OF.get(folded(" ".join(words)))
            if rest and kind is not None:
                return kind, rest
    return None
