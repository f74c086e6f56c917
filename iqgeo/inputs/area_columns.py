"""Which column of a table of areas is the key, which the name, and which the figure that is asked for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.inputs.cells import texts
from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.columns import YEAR, find_columns
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.key_columns import column_of_keys
from iqgeo.inputs.layout import is_number
from iqgeo.inputs.number_marks import (
    bare_figure,
    counts_thousands,
    names_people,
    percent_in,
    share_of,
    thousands_in,
)
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import is_sign, read_numbers
from iqgeo.inputs.words import folded
from iqgeo.region import Region
from iqgeo.weights import POPULATION, Weight

# Of what a figure of a weight is called one of these words is part, as `folded` leaves them.
_WEIGHT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "foreigners": (
        "auslaender", "auslaendisch", "foreigner", "nichtdeutsch", "foreignnational", "foreigncountr",
        "nichtoesterreich", "staatsangehoerigkeitausland", "udlænding", "udenlandsk", "nietnederlands",
        "buitenlands", "etranger",
    ),
    "foreign_born": (
        "imauslandgeboren", "auslandsgeboren", "geburtslandausland", "foreignborn", "bornabroad",
    ),
    "migration_background": ("migrationshintergrund", "migrationbackground", "mhg"),
    "migration_background_wide": ("migrationshintergrund", "migrationbackground", "mhg"),
    POPULATION: (
        "bevoelkerung", "einwohner", "population", "pop", "insgesamt", "total", "inhabitants", "folketal",
        "befolkning", "ttl", "ainw", "indbyggere", "inwoners", "bevolking", "totaal", "ialt", "habitants",
        "allages",
    ),
}  # fmt: skip
TOTALS: Final = (
    "insgesamt", "summe", "gesamt", "total", "land", "zusammen", "deutschland", "germany", "dg", "bund",
)  # fmt: skip
"""What a row of all areas together is called, as `folded` leaves it."""

EVERYBODY: Final = frozenset(
    {
        *TOTALS, "t", "ialt", "alt", "alle", "all", "totaal", "totaalmannenenvrouwen", "totaleleeftijd",
        "mannenenvrouwen", "bothsexes", "allages", "insg", "beide", "beidegeschlechter", "gesamtbevoelkerung",
        "bevoelkerunginsgesamt", "altersgruppeninsgesamt", "alderialt", "ensemble", "totale", "tot",
    }
)  # fmt: skip
"""What a row of everybody is called, as `folded` leaves it."""

_PARTS: Final = (
    "maennlich", "weiblich", "male", "female", "maenner", "frauen", "deutsche", "deutsch", "german",
    "germans", "native", "nationals", "mannen", "vrouwen", "hommes", "femmes", "maend", "kvinder", "men",
    "women", "divers", "m", "f", "w", "nat",
)  # fmt: skip
_INHABITANTS: Final = ("bevoelkerung", "einwohner", "population", "inhabitants")
_EVERYBODY: Final = frozenset(
    {
        "bevoelkerung", "bevoelkerunginsgesamt", "bevoelkerunggesamt", "bevoelkerungszahl", "einwohner",
        "einwohnerinsgesamt", "einwohnergesamt", "einwohnerzahl",
        "gesamtbevoelkerung", "bevoelkerungsstand", "population", "totalpopulation", "populationtotal",
        "inhabitants", "folketal", "befolkning", "indbyggere", "inwoners", "aantalinwoners", "bevolking",
        "totalebevolking", "totalebevolking1", "ttl", "ewz",
    }
)  # fmt: skip
_MARK: Final = re.compile(
    r"\s*\d{1,2}\)+\s*$|\((?:anzahl|number|aantal|antal|personen|persons)\)", re.IGNORECASE
)
_SHARE_LIKE: Final = re.compile(r"(?i)%|anteil|quote|prozent|share|percent|pct|rate\b")
_COUNT_LIKE: Final = re.compile(
    r"(?i)\banzahl\b|\bpersonen\b|\bpersons\b|\bnumber\b|\baantal|\bantal|\bzahl der\b"
)
_FACTORS: Final = frozenset({"factor", *WORDS["factor"]})
_FOREIGNERS: Final = "foreigners"
_OBSERVED: Final = "obsvalue"
_ABROAD: Final = "ausland"
_COMMA_GROUPED: Final = r"[1-9]\d{0,2},\d{3}"
_GROUPED: Final = r"[1-9]\d{0,2}(\.\d{3})+"
_MOST: Final = 0.9
_WHOLE: Final = 100
_LEAST_DIGITS: Final = 0.5
_WITHOUT: Final = re.compile(r"(?i)(?:^|[|,;:]\s*)(?:ohne|kein\w*|nicht|without|no|zonder|uden|sans)\s")
_PER: Final = re.compile(r"(?i)\bje\b|\bper\b|dichte|density|fläche|area|km2|km²")


@dataclass(frozen=True)
class AreaColumns:
    """The columns of a table of areas; ``persons`` says that the figure counts people."""

    key: str
    name: str | None
    value: str
    persons: bool

    @property
    def all(self) -> list[str]:
        """Every column that is read."""
        return [it for it in (self.key, self.name, self.value) if it is not None]


def words_of_weight(key: str) -> tuple[str, ...]:
    """Words of which one is part of what a figure of a weight is called, as `folded` leaves them."""
    return folded(key), *_WEIGHT_WORDS.get(key, ())


def weights_asked(weight: str | None) -> list[str]:
    """The weight that is asked for; without one all but the population."""
    return [weight] if weight is not None else [it for it in _WEIGHT_WORDS if it != POPULATION]


def says_figure(called: str) -> bool:
    """Whether what a row or column is called says that it holds figures of people, or those of a year."""
    words = (word for key in _WEIGHT_WORDS for word in words_of_weight(key))
    told = (
        any(word in folded(called) for word in words) or YEAR.search(called) or share_of(called) is not None
    )
    return bool(told or _SHARE_LIKE.search(called) or _COUNT_LIKE.search(called) or counts_thousands(called))


def area_columns(
    table: Table, findings: Findings, region: Region | None, weight: str | None, *, any_weight: bool = False
) -> AreaColumns | None:
    """Find the columns; what is missing or unclear becomes a problem."""
    named = table.reading.columns
    taken = find_columns(table, Findings(table.file), (), ("ags", "share_pct", "name"))
    headed = taken.get("ags")
    key = column_of_keys(table, region, headed, findings)
    if key is None:
        return None
    name = taken.get("name") if taken.get("name") != key else None
    name = _name_column(table, key, taken.get("share_pct")) if name is None else name
    if "persons" in named or "share_pct" in named:
        value = find_columns(table, findings, tuple({"persons", "share_pct"} & named.keys()))
        chosen = next(iter(value.values()), None)
        return None if chosen is None else AreaColumns(key, name, chosen, "persons" in value)
    share = taken.get("share_pct")
    if share is not None and share not in (key, name):
        find_columns(table, findings, ("ags", "share_pct") if key == headed else ("share_pct",), ("name",))
        return AreaColumns(key, name, share, persons=False)
    figures = _figures(table, (key, name))
    found = _of_weight(figures, weight, region, any_weight=any_weight) or _of_title(figures, weight, table)
    if len(found) != 1:
        if not figures:
            if not flag_no_numbers(table, key, findings):
                alone = find_columns(table, findings, ("share_pct",)).get("share_pct")
                if alone is not None:
                    findings.problem("column_missing", "share_pct", present=", ".join(table.columns[:20]))
        else:
            listed = "; ".join(found or figures)
            findings.problem("figure_unclear", columns=listed, first=(found or figures)[0])
        return None
    figure = found[0]
    persons = _counts(table.frame[figure], figure, table.title)
    unclear = None
    if not persons and not percent_in(table.title) and _may_be_grouped(table.frame[figure], figure):
        unclear = "share_or_grouped"
    elif not persons and not percent_in(table.title) and _is_unclear(table.frame[figure], figure):
        unclear = "share_or_persons"
    elif persons and _others_asked(figure, weight, table) and not table.reading.agreed:
        unclear = "figure_of_all"
    if unclear is not None:
        findings.problem(unclear, figure, value=figure)
        return None
    findings.note("figure_taken", figure, kind="hint")
    return AreaColumns(key, name, figure, persons)


def _figures(table: Table, taken: Sequence[str | None]) -> list[str]:
    """The columns of numbers that may be figures: of those that name the one year or day of all rows none."""
    found = [it for it in table.columns if it not in taken and holds_numbers(table.frame[it])]
    # How much longer roads are counts nobody.
    found = [it for it in found if folded(it) not in _FACTORS]
    # SDMX writes every figure under this heading.
    observed = [it for it in found if folded(it) == _OBSERVED]
    if observed:
        return observed
    found = [it for it in found if not _is_one_time(table.frame[it])]
    # What is the same in all rows, such as the number of the indicator, tells nothing of areas.
    telling = [it for it in found if table.frame[it].nunique() > 1 or says_figure(it)]
    return telling or found


def flag_no_numbers(table: Table, key: str, findings: Findings) -> bool:
    """Say row by row what is no number in the one column beside the keys that is called like a figure.

    Whether there was anything to say.
    """
    named = [it for it in table.columns if it != key and says_figure(it)]
    digits = [it for it in named if texts(table.frame[it]).str.contains(r"\d").mean() > _LEAST_DIGITS]
    if len(digits) != 1:
        return False
    before = findings.any
    read_numbers(table.frame[digits[0]], findings, digits[0], "count", title=table.title)
    return findings.any and not before


def _is_one_time(column: pd.Series) -> bool:
    """Whether every cell of a column holds the same year or day."""
    filled = texts(column).str.strip()
    distinct = filled[filled.ne("")].unique().tolist()
    return len(distinct) == 1 and len(column) > 1 and bool(YEAR.fullmatch(distinct[0]))


def _name_column(table: Table, key: str, share: str | None) -> str | None:
    """The first column of words beside the key, and beside the one called a share, whatever it holds."""
    for column in table.columns:
        if column in (key, share) or not isinstance(table.frame[column].dtype, pd.StringDtype):
            continue
        written = texts(table.frame[column]).str.strip()
        filled = written[written.ne("")].head(50)
        if len(filled) and sum(not is_number(bare_figure(it)) for it in filled) * 4 > 3 * len(filled):
            return column
    return None


def holds_numbers(column: pd.Series) -> bool:
    """Whether most cells of a column are numbers."""
    if not isinstance(column.dtype, pd.StringDtype):
        return not pd.api.types.is_bool_dtype(column.dtype)
    filled = column.str.strip()
    # A figure that is kept secret, or none, is no word among figures.
    told = [it for it in filled[filled.ne("")].head(200) if not is_sign(it)]
    return bool(told) and sum(is_number(bare_figure(it)) for it in told) * 2 > len(told)


def _of_weight(
    figures: list[str], weight: str | None, region: Region | None, *, any_weight: bool
) -> list[str]:
    """The columns that can hold the figure of a weight; all if there is only one."""
    if len(figures) == 1:
        return figures
    for key in weights_asked(weight):
        found = _named_so(figures, key, None if region is None else region.weights.get(key))
        if found:
            return found
    return _named_so(figures, POPULATION, None) if any_weight and weight is None else []


def _of_title(figures: list[str], weight: str | None, table: Table) -> list[str]:
    """The columns of everybody in a table whose title alone says who is counted."""
    words = {word for key in weights_asked(weight) for word in _WEIGHT_WORDS.get(key, ())}
    titles = [folded(line) for line in table.title]
    if weight == POPULATION or not any(word in line for line in titles for word in words):
        return []
    if weight is None and any(word in line for line in titles for word in (*_INHABITANTS, "deutsche")):
        # "Deutsche und Ausländer": all together are everybody.
        return []
    # "Bevölkerung" beside it would be all inhabitants.
    own = [it for it in figures if not any(word in folded(it) for word in _INHABITANTS)]
    found = _named_so(own, POPULATION, None)
    return found if len(found) == len(_named_so(figures, POPULATION, None)) else []


def _named_so(figures: list[str], key: str, weight: Weight | None) -> list[str]:
    words = set(words_of_weight(key))
    if weight is not None:
        words |= {folded(it) for it in weight.names.values()}
    # Alone it says of what country people are; "Geburtsland: Ausland" is said by the words before it.
    alone = {it for it in figures if key == _FOREIGNERS and folded(it.rpartition(" | ")[2]) == _ABROAD}
    alone = {it for it in alone if "geb" not in folded(it)}
    named = [it for it in figures if it in alone or any(word in folded(it) for word in words)]
    rows = [it for it in named if not _PER.search(it)]
    others = {
        word for other, known in _WEIGHT_WORDS.items() if other not in (key, POPULATION) for word in known
    }
    if key == POPULATION:
        rows = [it for it in rows if not any(word in folded(it) for word in others)]
    # "ohne Migrationshintergrund" is the rest; of persons and their share the persons are as published.
    rows = [it for it in rows if not _WITHOUT.search(it)] or rows
    without_parts = [it for it in rows if not any(part in _parts_of(it) for part in _PARTS)]
    # A part of all is never all, were it the only column left.
    rows = without_parts if key == POPULATION else without_parts or rows
    rows = [it for it in rows if not _SHARE_LIKE.search(it)] or rows
    shortest = min((it.count(" | ") for it in rows), default=0)
    return [it for it in rows if it.count(" | ") == shortest]


def _others_asked(figure: str, weight: str | None, table: Table) -> bool:
    """Whether a figure counts all inhabitants by its very name, and others are asked for."""
    if weight in (None, POPULATION):
        return False
    words = words_of_weight(weight or "")
    if any(word in folded(line) for line in (figure, *table.title) for word in words):
        return False
    return is_of_everybody(figure)


def is_of_everybody(figure: str) -> bool:
    """Whether the very name of a figure says that it counts all inhabitants."""
    parts = [folded(YEAR.sub(" ", _MARK.sub("", it))) for it in figure.split(" | ")]
    return any(it in _EVERYBODY for it in parts)


def _parts_of(column: str) -> set[str]:
    return {folded(it) for it in re.split(r" \| |_|,", column)}


def _may_be_grouped(column: pd.Series, name: str) -> bool:
    """Whether every figure is like 1,137: people of English speakers, or a share of three decimals.

    Of a spreadsheet they are numbers that a program took for decimals: 1.377, and 1.38 for 1,380.
    """
    if _SHARE_LIKE.search(name) or share_of(name) is not None:
        return False
    if pd.api.types.is_float_dtype(column.dtype):
        known = column.dropna().to_numpy(dtype=float)
        thousands = known * 1000
        grouped = np.isclose(thousands, np.round(thousands), rtol=0, atol=1e-6) & (known >= 1)
        three = np.round(thousands) % 10 != 0
        return bool(len(known) > 2 and grouped.all() and 2 * three.sum() > len(known))
    written = texts(column).str.strip()
    filled = written[written.ne("")]
    return bool(len(filled)) and bool(filled.str.fullmatch(_COMMA_GROUPED).all())


def _is_unclear(column: pd.Series, name: str) -> bool:
    """Whether nothing tells shares from persons: small whole numbers under a heading that says neither."""
    if _SHARE_LIKE.search(name) or share_of(name) is not None:
        return False
    read = read_numbers(column, Findings("", np.arange(len(column), dtype=np.int64)), name, "share")
    values = read.values[np.isfinite(read.values)]
    return bool(len(values) and not read.percent and values.max() > 1 and (values == np.round(values)).all())


def _counts(column: pd.Series, name: str, title: Sequence[str]) -> bool:
    """Whether a figure counts people: by its name or the title, else because one is more than a hundred."""
    if _SHARE_LIKE.search(name) or share_of(name) is not None:
        return False
    if thousands_in(title):
        return True
    if counts_thousands(name) or _COUNT_LIKE.search(name) or is_of_everybody(name):
        return True
    written = texts(column).str.strip()
    filled = written[written.ne("")]
    if filled.str.fullmatch(_GROUPED).mean() > _MOST or 2 * filled.map(names_people).sum() > len(filled) > 0:
        return True
    values = read_numbers(column, Findings("", np.arange(len(column), dtype=np.int64)), name, "share").values
    return bool((values[np.isfinite(values)] > _WHOLE).any())
