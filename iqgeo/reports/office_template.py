"""What an office fills in once for its papers: name, address, committee, logo, colours; a small TOML file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from iqgeo.errors import InputError, Problem
from iqgeo.safe.clean import clean
from iqgeo.safe.parse import toml_tables

_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MOST_LOGO_BYTES: Final = 500_000
_MOST_CHARACTERS: Final = 400
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "office": ("name", "unit", "address", "place", "author", "logo", "colour"),
    "decision": ("subject", "committee", "meeting"),
    "letter": ("recipient", "reply_by", "addresses"),
}


@dataclass(frozen=True)
class OfficeTemplate:
    """An office's own words and looks.

    Attributes
    ----------
    name, unit, address, place, author : str
        Who writes, from where.
    logo : bytes
        A PNG; empty for none.
    colour : str
        Of numbers and rules, as ``#00695D``; empty for the product's own.
    subject, committee, meeting : str
        Of a decision paper; a paper has that form if any of them is given.
    recipient : str
        Lines of the address of a letter; ``{district}`` stands for the district's name.
    addresses : Mapping[str, str]
        Further lines of the address by AGS of the district.
    reply_by : str
        Until when an answer is wished.
    """

    name: str = ""
    unit: str = ""
    address: str = ""
    place: str = ""
    author: str = ""
    logo: bytes = b""
    colour: str = ""
    subject: str = ""
    committee: str = ""
    meeting: str = ""
    recipient: str = "{district}"
    reply_by: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_decision(self) -> bool:
        """Whether the paper is put to a decision."""
        return bool(self.subject or self.committee or self.meeting)

    def address_of(self, ags: str, district: str) -> list[str]:
        """The lines of a district's address."""
        lines = self.recipient.replace("{district}", district).splitlines()
        return [*lines, *self.addresses.get(ags, "").splitlines()]


NO_TEMPLATE: Final = OfficeTemplate()


def read_template(path: str | Path) -> OfficeTemplate:
    """Read the file of an office.

    Raises
    ------
    InputError
        With everything that is wrong with it: no TOML, unknown entries, a logo that is no PNG.
    """
    source = Path(path)
    try:
        read = toml_tables(source.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(Problem("template_unreadable", file=str(source))) from error
    except ValueError as error:
        details = {"reason": clean(str(error), 200)}
        raise InputError(Problem("template_not_toml", file=str(source), details=details)) from error
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for table, entries in read.items():
        if table not in _KEYS or not isinstance(entries, dict):
            problems.append(_unknown(source, table, ", ".join(_KEYS)))
            continue
        for key, value in entries.items():
            if key not in _KEYS[table]:
                problems.append(_unknown(source, f"{table}.{key}", ", ".join(_KEYS[table])))
            elif key == "addresses" and isinstance(value, dict):
                found[key] = {str(ags): _words(lines) for ags, lines in value.items()}
            else:
                found[key] = _words(value)
    logo = found.pop("logo", "")
    if logo:
        found["logo"] = _logo(source.parent / logo, problems)
    if found.get("colour") and not _COLOUR.fullmatch(found["colour"]):
        problems.append(Problem("template_colour", file=str(source), value=found["colour"]))
    if problems:
        raise InputError(problems)
    return OfficeTemplate(**found)


def _words(value: object) -> str:
    """Lines of text, each made safe."""
    return "\n".join(clean(line, _MOST_CHARACTERS) for line in str(value).splitlines()[:12])


def _unknown(source: Path, name: str, known: str) -> Problem:
    return Problem("template_entry", file=str(source), value=clean(name, 80), details={"known": known})


def _logo(path: Path, problems: list[Problem]) -> bytes:
    content = b""
    try:
        if path.stat().st_size <= _MOST_LOGO_BYTES:
            content = path.read_bytes()
    except OSError:
        content = b""
    if not content.startswith(_PNG):
        problems.append(Problem("template_logo", file=str(path)))
        return b""
    return content
