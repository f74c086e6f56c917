"""What a file is and what is wrong with it, without computing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import grids, limits
from iqgeo.inputs.area_columns import holds_numbers
from iqgeo.inputs.area_names import name_column
from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.columns import find_columns, words_of
from iqgeo.inputs.eurostat import is_parted
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.flat_file import is_flat
from iqgeo.inputs.gazetteer import town_columns
from iqgeo.inputs.held import hold, read_anyhow
from iqgeo.inputs.intake import Intake, Notice, Source
from iqgeo.inputs.key_columns import key_column
from iqgeo.inputs.on_its_side import is_on_its_side
from iqgeo.inputs.pair_column import pair_column
from iqgeo.inputs.pairs import is_matrix, names_sites, says_lengths
from iqgeo.inputs.point_text import point_column
from iqgeo.inputs.points import has_cells
from iqgeo.inputs.read import read_table
from iqgeo.inputs.register import is_register, says_where
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table, form_of
from iqgeo.inputs.words import folded, shown
from iqgeo.reading import AS_IT_IS, Reading
from iqgeo.region import Region, load_region
from iqgeo.texts import Lang, text

UNKNOWN: Final = "unknown"
REGION: Final = "region"

# What each kind is known by; the first of equally good ones wins.
_SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    "distances": ("candidate", "place", "km"),
    "factors": ("district_ags", "factor"),
    "shares": ("ags", "share_pct"),
    "demand": ("people", "lon", "lat"),
    "offices": ("id", "name", "lon", "lat"),
}
_ENDS_OF_STREETS: Final = frozenset({"from", "to", "source", "target", "von", "nach"})
_ONLY_OFFICES: Final = ("opened", "closed", "operator")
# Numbers that count nobody, as the headings of lists of addresses begin.
_OF_ADDRESSES: Final = (
    "hausn",
    "tel",
    "fax",
    "mobil",
    "handy",
    "phone",
    "raum",
    "zimmer",
    "etage",
    "nr",
    "lfd",
)
# What a region and the word of a user answer, when all else can be read.
_ASKED: Final = frozenset({"coordinates_missing_address", "place_match", "place_guess"})


@dataclass(frozen=True)
class CheckReport:
    """What was recognised in a file and what was found.

    ``kind`` is one of the kinds of :class:`~iqgeo.inputs.Intake`, ``region`` for a folder, or
    ``unknown``; ``rows`` counts the rows with data, as far as they could be read. ``sure`` says that
    every column of the kind was found, not only most of them.
    """

    file: str
    kind: str
    rows: int
    problems: tuple[Problem, ...]
    repairs: tuple[Notice, ...]
    sure: bool = True

    @property
    def ok(self) -> bool:
        """Whether the file can be used."""
        return not self.problems

    def kind_text(self, lang: Lang = "de") -> str:
        """The kind in words."""
        return text(f"inputs.kinds.{self.kind}", lang)

    def use_text(self, lang: Lang = "de") -> str:
        """With what certainty the file was recognised, and what it would be used for."""
        certainty = text("inputs.certainty.sure" if self.sure else "inputs.certainty.likely", lang)
        return text(
            "inputs.certainty.use", lang, certainty=certainty, use=text(f"inputs.uses.{self.kind}", lang)
        )


def check_file(
    source: Source,
    region: Region | None = None,
    *,
    layer: str | None = None,
    reading: Reading = AS_IT_IS,
) -> CheckReport:
    """Recognise a file by its content and columns and list everything wrong with it.

    With a ``region``, keys and positions are held against it; without one against the usual one, as the
    commands do, unless the table is of no part of it. ``reading`` holds the user's answers.
    Never raises for what is in the file.
    """
    file = shown(source[1] if isinstance(source, tuple) else Path(str(source)).name)
    if not isinstance(source, tuple) and Path(str(source)).is_dir():
        return _check_region(Path(str(source)))
    kind, rows = UNKNOWN, 0
    try:
        opened = open_source(source, layer)
        file = opened.name
        form = form_of(opened)
        if form in grids.FORMS and grids.is_grid(opened, form):
            kind = "census_grid"
            return _report(grids.read_grid(grids.one_of(opened, form), form, region, None, None))
        table = read_table(opened, max_rows=limits.DEMAND_ROWS, reading=reading)
        rows = len(table.frame)
        kind, sure = kind_of(table, region), is_sure(table)
        return replace(_checked(table, kind, region, rows), sure=sure)
    except InputError as error:
        return CheckReport(file, kind, rows, error.problems, ())


def is_sure(table: Table) -> bool:
    """Whether a table has every column that one of the kinds is known by, under its own name."""
    present = {folded(column) for column in table.columns}
    if table.geometry is not None:
        return True
    return any(all(folded(role) in present for role in signs) for signs in _SIGNS.values())


def kind_of(table: Table, region: Region | None = None) -> str:
    """The kind whose columns a table has, by more than half; else ``unknown``.

    A table of areas is also known by the keys in its cells, the register by its record type.
    """
    if is_register(table):
        return "demand" if says_where(table) else "municipalities"
    if is_flat(table) or is_parted(table):
        return "shares"
    # Names are told by the areas of a region: where nobody said one, by those of the usual one.
    known = region or load_region()
    found = "shares" if is_on_its_side(table, known) else _kind_by_columns(table)
    if found == UNKNOWN and table.geometry is None and says_lengths(table) and is_matrix(table):
        # Places may be called like areas.
        found = "distances"
    if found != UNKNOWN or table.geometry is not None:
        return found
    return "offices" if _is_list_of_towns(table) else _by_cells(table, region, known)


def other_kind(table: Table, asked: str) -> str | None:
    """Another kind than the one asked for that a table can be read as, questions about towns aside."""
    kind = kind_of(table)
    try:
        return None if kind in (UNKNOWN, asked) else read_anyhow(table, kind).kind
    except InputError as error:
        return kind if all(it.code in _ASKED for it in error.problems) else None


def _by_cells(table: Table, region: Region | None, known: Region) -> str:
    """Figures of areas or lengths, by the keys and names that stand in the cells; else ``unknown``."""
    if name_column(table, known) is not None or key_column(table, region, sure=True) is not None:
        return "shares"
    # Ids of places may look like keys of areas. The heading first: columns take long to look at.
    if names_sites(table) and is_matrix(table):
        return "distances"
    return "shares" if key_column(table, region) is not None else UNKNOWN


def _is_list_of_towns(table: Table) -> bool:
    """Whether it lists things by the town they are in, without a figure of any kind."""
    towns = town_columns(table)
    named = find_columns(table, Findings(table.file), (), ("name", "id", *_ONLY_OFFICES))
    if not towns or named.get("name") is None or named["name"] in towns.values():
        return False
    rest = [it for it in table.columns if it not in (*towns.values(), *named.values())]
    figures = [it for it in rest if not folded(it).startswith(_OF_ADDRESSES)]
    return not any(holds_numbers(table.frame[it]) for it in figures)


def _kind_by_columns(table: Table) -> str:
    if (
        table.geometry is not None
        and not has_cells(table)
        and any(getattr(it, "geom_type", "").endswith("Polygon") for it in table.geometry)
    ):
        return "districts"
    present = {word for column in table.columns for word in words_of(column)}
    present |= {folded(role) for role in table.reading.columns}
    if table.geometry is not None or pair_column(table) or point_column(table):
        present |= {"lon", "lat"}

    def has(role: str, *, exact: bool = False) -> bool:
        return folded(role) in present or (not exact and bool(present & set(WORDS.get(role, ()))))

    if has("district_ags") and has("factor", exact=True):
        return "factors"
    if any(has(role) for role in _ONLY_OFFICES) and has("name"):
        return "offices"
    found = {kind: sum(map(has, signs)) / len(signs) for kind, signs in _SIGNS.items()}
    if has("people", exact=True):
        found["demand"] += 1
    if has("name") and has("lon") and has("population") and not has("people", exact=True):
        return "candidates"
    # Two ends without a length named after its unit: rather the streets of a network.
    if not any(map(has, ("km", "metres", "minutes"))) and present & _ENDS_OF_STREETS:
        found["distances"] = 0.0
    best = max(found, key=lambda kind: found[kind])
    return (
        best
        if found[best] > 0.5 or (best == "shares" and found[best] >= 0.5 and has("share_pct"))
        else UNKNOWN
    )


def _checked(table: Table, kind: str, region: Region | None, rows: int) -> CheckReport:
    if kind == UNKNOWN:
        present = ", ".join(table.columns[:20])
        problem = Problem("kind_unknown", table.file, details={"present": present})
        return CheckReport(table.file, kind, rows, (problem, *table.problems), tuple(table.notices))
    found = hold(table, kind, region)
    if found.intake is None:
        return CheckReport(table.file, kind, rows, found.problems, found.told)
    report = _report(found.intake)
    return replace(report, repairs=(*report.repairs, *found.told))


def _report(intake: Intake) -> CheckReport:
    return CheckReport(intake.file, intake.kind, intake.rows, (), intake.repairs)


def _check_region(folder: Path) -> CheckReport:
    name = shown(folder.name) or shown(folder)
    try:
        region = load_region(folder)
        return CheckReport(name, REGION, len(region.settlements), (), ())
    except InputError as error:
        return CheckReport(name, REGION, 0, error.problems, ())
