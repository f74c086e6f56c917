"""The register of municipalities of the statistical offices (GV-ISys, "AuszugGV"), as it is published.

One row a unit: record type 60 are municipalities, the others associations, districts and states. The
key is spread over columns: state, region, district, municipality.
"""

from dataclasses import replace
from typing import Final

import pandas as pd

from iqgeo.inputs.cells import texts
from iqgeo.inputs.columns import plain_word
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.table import Table

_MUNICIPALITY: Final = "60"
# Part of the key -> words of its column, digits.
_KEY: Final = (
    (("land",), 2),
    (("rb", "regbez", "regierungsbezirk"), 1),
    (("kreis", "krs"), 2),
    (("gem", "gemeinde"), 3),
)
_TYPE: Final = ("satzart", "sa")
_NAME: Final = ("gemeindename", "gemeindenname", "name", "bezeichnung")
_PEOPLE: Final = ("insgesamt", "bevoelkerung", "bevoelkerunginsgesamt", "einwohner", "ew")
_OTHERS: Final = {
    "postcode": ("postleitzahl", "plz"),
    "lon": ("laengengrad", "lon", "laenge"),
    "lat": ("breitengrad", "lat", "breite"),
}


def is_register(table: Table) -> bool:
    """Whether a table is the register: a record type and the parts of the key."""
    words = _words(table)
    return any(it in words for it in _TYPE) and all(any(it in words for it in part) for part, _ in _KEY)


def says_where(table: Table) -> bool:
    """Whether the register has the centres of the municipalities, as AuszugGV does and GV100AD does not."""
    words = _words(table)
    return all(_first(words, _OTHERS[it]) is not None for it in ("lon", "lat"))


def _words(table: Table) -> dict[str, str]:
    """Every column by the last part of its name; the first of several."""
    return {plain_word(column.split(" | ")[-1]): column for column in reversed(table.columns)}


def _first(words: dict[str, str], wanted: tuple[str, ...]) -> str | None:
    return next((words[it] for it in wanted if it in words), None)


def plain_register(table: Table) -> Table:
    """The municipalities as a plain table ``ags, name, population, postcode, lon, lat``."""
    words = _words(table)
    kind = texts(table.frame[str(_first(words, _TYPE))]).str.strip().str.removesuffix(".0")
    chosen = kind.eq(_MUNICIPALITY).to_numpy(dtype=bool)
    rows = table.frame[chosen]
    key = pd.Series("", index=rows.index, dtype="str")
    for part, digits in _KEY:
        written = texts(rows[str(_first(words, part))]).str.strip().str.removesuffix(".0")
        key = key + written.str.zfill(digits)
    plain = pd.DataFrame({"ags": key})
    name = texts(rows[str(_first(words, _NAME))])
    # "Flensburg, Stadt": the title is no part of the name.
    plain["name"] = name.str.split(",").str[0].str.strip()
    people = next((it for it in table.columns if _is_people(it)), None) or _first(words, _PEOPLE)
    if people is not None:
        plain["population"] = rows[people]
    for role, wanted in _OTHERS.items():
        column = _first(words, wanted)
        if column is not None:
            plain[role] = rows[column]
    if "postcode" in plain:
        plain["postcode"] = texts(plain["postcode"]).str.strip().str.removesuffix(".0").str.zfill(5)
    notice = Notice(
        "register", "hint", table.file, count=len(plain), details={"others": int((~chosen).sum())}
    )
    return replace(
        table,
        frame=plain.reset_index(drop=True),
        rows=table.rows[chosen],
        notices=[*table.notices, notice],
    )


def _is_people(column: str) -> bool:
    """``Bevölkerung 2) | insgesamt`` before any other total."""
    parts = [plain_word(it) for it in column.split(" | ")]
    return len(parts) > 1 and parts[0].startswith("bevoelkerung") and parts[-1] == "insgesamt"


def as_plain(table: Table) -> Table:
    """The table itself, or what a register holds of municipalities."""
    return plain_register(table) if is_register(table) else table
