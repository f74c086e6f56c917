"""Figures per area: shares in per cent or persons, of any year and level, with keys old and new."""

import re
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.demand import Demand, areas_of_settlements, demand_from_persons, demand_from_shares
from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.area_columns import TOTALS, AreaColumns, area_columns
from iqgeo.inputs.area_names import keyed_by_name
from iqgeo.inputs.area_rests import is_complete, with_rests
from iqgeo.inputs.cells import texts
from iqgeo.inputs.counted import weight_named
from iqgeo.inputs.crosswalk import with_former
from iqgeo.inputs.districts_of import Words
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.flat_file import as_wide
from iqgeo.inputs.intake import Intake, Rows, Source
from iqgeo.inputs.keys import Keys, european
from iqgeo.inputs.long_table import by_area
from iqgeo.inputs.mergers import across_mergers
from iqgeo.inputs.number_marks import percent_in, says_percent
from iqgeo.inputs.on_its_side import read_upright
from iqgeo.inputs.one_year import ANY, Wanted, of_one_year, year_in
from iqgeo.inputs.other_kind import or_other_kind
from iqgeo.inputs.other_levels import refuse_other_levels, with_number_of_state
from iqgeo.inputs.parts import note_sums, with_sums
from iqgeo.inputs.read import read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Floats, Mask, NumberRole, Numbers, a_hundredfold_apart, read_numbers
from iqgeo.inputs.word_cells import read_words
from iqgeo.inputs.words import folded, shown
from iqgeo.reading import AS_IT_IS, Reading
from iqgeo.region import Region
from iqgeo.weights import POPULATION

# State, statistical region: fewer digits than any area of a region has, and other codes of offices.
_LEVEL: Final = re.compile(r"^(dg|[a-z]{2}|\d{1,3}|[a-z]{2}[a-z0-9]{1,3})$", re.IGNORECASE)
_MANY_TIMES: Final = 10
"""So many times more people than live: the unit of the figures is another one."""
_DATE: Final = re.compile(r"(?<!\d)(?:\d{1,2}\.\s?\d{1,2}\.\s?|\w+\s)?((?:19|20)\d{2})(?!\d)")


def read_shares(
    source: Source,
    region: Region,
    *,
    layer: str | None = None,
    weight: str | None = None,
    year: int | None = None,
    usual_year: int | None = None,
    reading: Reading = AS_IT_IS,
) -> Intake:
    """Figures per area of ``region``: ``area, name, share_pct, persons``.

    A table with a key (district, municipality, pooled pair such as ``03354+03360``, district without
    its city such as ``03241-x``; also former ones) and either a share as 12.5, ``12,5 %`` or 0.125,
    decided for the whole column, or persons. Of a table with many figures that of ``weight`` is taken, of
    one with many years ``year``, else ``usual_year`` if it is there, else the last.
    Every settlement of the region must lie in one of the areas; rows of other areas and levels are
    passed over and counted. Municipalities dissolved since get the share of today's (see
    :func:`iqgeo.inputs.crosswalk.todays_municipalities`).

    Raises
    ------
    InputError
        With every problem of the file.
    """
    table = read_table(open_source(source, layer), max_rows=limits.SHARE_ROWS, reading=reading)
    return shares_of(table, region, weight, wanted=Wanted(year, usual_year))


def shares_pct(intake: Intake) -> dict[str, float]:
    """The shares of :func:`read_shares` by area, as :func:`iqgeo.demand.demand_from_shares` takes them."""
    return dict(zip(intake.frame["area"].tolist(), intake.frame["share_pct"].tolist(), strict=True))


def persons_of(intake: Intake) -> dict[str, float] | None:
    """The persons of :func:`read_shares` by area; ``None`` if the table has shares."""
    if intake.frame["persons"].isna().all():
        return None
    return dict(zip(intake.frame["area"].tolist(), intake.frame["persons"].tolist(), strict=True))


def demand_of_shares(
    region: Region, intake: Intake, weight: str | None = None, year: int | None = None
) -> Demand:
    """The figures of :func:`read_shares` as demand: persons as published, shares of the inhabitants."""
    persons, year = persons_of(intake), intake.year if year is None else year
    if persons is not None:
        return demand_from_persons(region, persons, weight=weight, year=year)
    return demand_from_shares(region, shares_pct(intake), weight=weight, year=year)


@or_other_kind("shares")
def shares_of(
    table: Table,
    region: Region,
    weight: str | None = None,
    *,
    any_weight: bool = False,
    wanted: Wanted = ANY,
) -> Intake:
    """Figures of a table already read (:func:`read_shares`); with ``any_weight`` the first known of many."""
    return read_upright(
        table, region, lambda it: _of_upright(it, region, weight, any_weight=any_weight, wanted=wanted)
    )


def _of_upright(
    table: Table, region: Region, weight: str | None, *, any_weight: bool, wanted: Wanted
) -> Intake:
    """Figures of a table in which areas are rows."""
    table, sums = with_sums(
        with_number_of_state(by_area(of_one_year(as_wide(table), wanted), region, weight), region)
    )
    findings = table.findings()
    given, table = table, keyed_by_name(table, region, findings)
    any_weight |= region.default_weight == POPULATION
    used = area_columns(table, findings, region, weight, any_weight=any_weight)
    findings.stop_if_any()
    assert used is not None
    keys = Keys.of(region)
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.frame)))
    written = texts(table.frame[used.key])
    total, level = above_areas(table, used, written, keys, region.name)
    refuse_other_levels(written, total | level, keys, region, findings, used.key)
    frame["area"] = keys.normalised(
        written.mask(total | level, ""), findings, used.key, required=False, odd="key_left"
    )
    frame["name"] = read_words(table.frame[used.name], findings, used.name) if used.name is not None else ""
    empty = written.str.strip().eq("").to_numpy(dtype=bool)
    total |= keys.is_total(frame["area"].tolist())
    findings.note("key_total", used.key, mask=total, kind="hint")
    findings.note("key_level", used.key, mask=level & ~total, kind="hint")
    numbers, gone = _numbers_of_today(frame, table, used, keys, findings)
    readable = frame["area"].ne("").to_numpy(dtype=bool) & ~total & ~level & ~gone
    here = readable & np.array([keys.is_known(it) for it in frame["area"].tolist()], dtype=bool)
    here &= ~_dissolved(frame, numbers, here, keys, findings, used.key)
    slip = _elsewhere(frame, readable & ~here, here, findings, used.key)
    figures_into(frame, numbers, table, findings, used, here)
    note_sums(table, findings, used, sums)
    rows, chosen = table.rows[here], frame[here].reset_index(drop=True)
    refuse_twice(chosen, rows, findings, used, table.frame[here])
    if not used.persons:
        chosen, rows = with_former(chosen, rows, region, findings)
    if not is_complete(chosen, region, findings):
        if _hidden(table):
            findings.problem("rows_hidden_lack", rows=float(_hidden(table)))
        findings.flag(slip, "key_unknown", used.key, frame["area"].to_numpy(dtype=object))
        odd = ~empty & ~total & ~level & frame["area"].eq("").to_numpy(dtype=bool)
        code = "key_unreadable" if table is given else "area_unknown"
        findings.flag(odd, code, used.key, written.to_numpy(dtype=object))
        findings.flag(empty & ~total, "value_missing", used.key)
    else:
        findings.note("key_unknown_left", used.key, mask=slip, kind="hint")
        findings.note("key_missing_left", used.key, mask=empty & ~total, kind="hint")
    findings.stop_if_any()
    chosen = with_rests(chosen, "persons" if used.persons else "share_pct", region, findings, used.key)
    findings.stop_if_any()
    if used.persons and weight != POPULATION:
        _look_at_more_than_live(chosen, region, findings, used.value)
    if weight == POPULATION and not used.persons:
        raise InputError(Problem("shares_of_population", table.file, column=used.value))
    year = _agreed_year(table, used.value, wanted)
    notices, whom = tuple(findings.notices), weight_named(used.value, table.title)
    return Intake(chosen, "shares", table.file, len(frame), rows, notices, year, weight=whom)


def _hidden(table: Table) -> int:
    """How many rows of a sheet are hidden, and not read."""
    return sum(it.count for it in table.notices if it.code == "rows_hidden")


def _agreed_year(table: Table, figure: str, wanted: Wanted) -> int | None:
    """The year of the figures, which is the one that is wanted unless the user has agreed to another."""
    year = year_of(table, figure)
    if wanted.year is not None and year not in (None, wanted.year) and not table.reading.agreed:
        raise InputError(
            Problem("year_contradicts", table.file, value=str(year), details={"asked": wanted.year})
        )
    return year


def year_of(table: Table, figure: str) -> int | None:
    """The year that the heading of the figure names, else the title of the table, if it is one alone."""
    own = year_in(figure)
    if own is not None:
        return own
    dated = [line for line in table.title if "stand" not in line.casefold()]
    years = {int(it) for line in dated for it in _DATE.findall(line)}
    return years.pop() if len(years) == 1 else None


def above_areas(
    table: Table, used: AreaColumns, written: pd.Series, keys: Keys, region: str = ""
) -> tuple[Mask, Mask]:
    """Rows of totals, by their key as it is ``written`` or their name, and of levels above the districts."""
    total, level = _totals(written, keys, region)
    if used.name is not None:
        # A total has no key: its name says what it is.
        named = _totals(texts(table.frame[used.name]), keys, region)[0]
        total |= named & written.str.strip().eq("").to_numpy(dtype=bool)
    return total, level


def _totals(written: pd.Series, keys: Keys, region: str) -> tuple[Mask, Mask]:
    """Rows of totals and rows of levels above the districts."""
    words = [folded(it) for it in written.tolist()]
    total = np.array([it in TOTALS or (it != "" and it == folded(region)) for it in words], dtype=bool)
    plain = [it.strip() for it in written.tolist()]
    area = [keys.is_exact(it) or (keys.german and european(it) != "") for it in plain]
    above = [_LEVEL.match(it) is not None and not is_area for it, is_area in zip(plain, area, strict=True)]
    level = np.array(above, dtype=bool)
    state = np.array([keys.is_state_number(it) for it in plain], dtype=bool)
    return total | state, level & ~state


def _numbers_of_today(
    frame: pd.DataFrame, table: Table, used: AreaColumns, keys: Keys, findings: Findings
) -> tuple[Numbers, Mask]:
    """The figures, areas of before and after a merger as the region has them; rows that went into others."""
    role: NumberRole = "count" if used.persons else "share"
    numbers = read_numbers(
        table.frame[used.value], findings, used.value, role, of_areas=True, title=table.title
    )
    told = ~(numbers.empty | numbers.sign | (numbers.values == 0))
    frame["area"], values, gone = across_mergers(
        frame["area"], numbers.values, told, keys, findings, used.key, persons=used.persons
    )
    return replace(numbers, values=values), gone


def _look_at_more_than_live(chosen: pd.DataFrame, region: Region, findings: Findings, column: str) -> None:
    """Say where more people are counted than live; refuse what is so many times more that the unit is off."""
    places = region.settlements
    living = places["population"].groupby(areas_of_settlements(places, chosen["area"].tolist())).sum()
    counted = chosen.set_index("area")["persons"]
    over = counted[counted > living.reindex(counted.index)]
    if counted.sum() > _MANY_TIMES * living.sum() and 2 * len(over) > len(counted):
        findings.problem(
            "many_more_than_live", column, counted=float(counted.sum()), living=float(living.sum())
        )
        findings.stop_if_any()
    elif len(over):
        most = over.index[int(np.argmax(over.to_numpy()))]
        findings.note(
            "more_than_live", column, kind="hint", value=region.district_names.get(str(most), str(most)),
            number=len(over), counted=float(over[most]), living=float(living[most]),
        )  # fmt: skip


def _dissolved(
    frame: pd.DataFrame, numbers: Numbers, here: Mask, keys: Keys, findings: Findings, column: str
) -> Mask:
    """Rows of districts that are no more and have no figure: tables of many years keep them."""
    former = np.array(
        [it not in keys.known_districts and it in keys.successor for it in frame["area"].tolist()], dtype=bool
    )
    without = numbers.empty | numbers.sign | (numbers.values == 0)
    dissolved: Mask = np.asarray(here & former & without, dtype=bool)
    findings.note("key_dissolved", column, mask=dissolved, kind="hint")
    return dissolved


def _elsewhere(frame: pd.DataFrame, elsewhere: Mask, here: Mask, findings: Findings, column: str) -> Mask:
    """Rows of areas outside the region: passed over and counted; those of its own states are returned.

    One unknown key among known ones of the same state can be a slip of the pen; keys of other states
    are the rest of a national table.
    """
    areas = frame["area"].to_numpy(dtype=object)
    states = {str(it)[:2] for it in areas[here]}
    slip = elsewhere & np.array([str(it)[:2] in states or not states for it in areas], dtype=bool)
    findings.note("key_elsewhere", column, mask=elsewhere & ~slip, kind="hint")
    return np.asarray(slip, dtype=bool)


def figures_into(
    frame: pd.DataFrame,
    numbers: Numbers,
    table: Table,
    findings: Findings,
    used: AreaColumns,
    here: Mask,
) -> None:
    """Set ``share_pct`` and ``persons`` of a frame with ``area``; ``here`` are the rows that count."""
    values, column = numbers.values, used.value
    findings.flag(here & numbers.empty, "value_missing", column)
    signs = texts(table.frame[column]).to_numpy(dtype=object)
    for position in np.flatnonzero(here & numbers.sign).tolist():
        only = np.zeros(len(values), dtype=bool)
        only[position] = True
        sign = str(signs[position]).strip()
        findings.flag(only, "share_missing", column, frame["area"].to_numpy(dtype=object), sign=sign)
    findings.flag(here & (values < 0), "number_negative", column, signs)
    frame["persons"] = np.nan
    if used.persons:
        findings.note("persons_read", column, kind="hint", value=column)
        frame["persons"] = values
        frame["share_pct"] = np.nan
        return
    said = signs if says_percent(column) or percent_in(table.title) else None
    frame["share_pct"] = _percent(values, findings, column, here, percent=numbers.percent, said=said)
    over = here & (frame["share_pct"].to_numpy() > 100)
    bare = np.array([str(it).rstrip("% \u00a0") for it in signs], dtype=object) if over.any() else signs
    findings.flag(over, "share_over_100", column, bare)


def _percent(
    values: Floats, findings: Findings, column: str, here: Mask, *, percent: bool, said: Words | None
) -> Floats:
    """The shares in per cent; the unit is decided for the whole column.

    ``said`` are its cells where a heading says that they are per cent.
    """
    known = values[here & np.isfinite(values)]
    small = len(known) and not percent and known.max() <= 1 and known.max() > 0
    if small and said is not None:
        findings.note(
            "share_percent_said", column, value=said[int(np.nanargmax(np.where(here, values, np.nan)))]
        )
        return values
    if small:
        findings.note("share_fraction", column)
        return values * 100
    findings.note("share_percent", column, kind="hint")
    findings.note("share_hundredfold", column, mask=a_hundredfold_apart(np.where(here, values, np.nan)))
    return values


def refuse_many_rows(read: pd.DataFrame, areas: pd.Series, used: AreaColumns, findings: Findings) -> bool:
    """Refuse once a table with several rows for most areas, and say what tells these rows apart."""
    often = areas.value_counts()
    if len(often) < 2 or 2 * (often > 1).sum() < len(often):
        return False
    of_area = read.groupby(areas.to_numpy())
    apart = [it for it in read.columns if it not in used.all and (of_area[it].nunique() > 1).any()]
    if not apart:
        return False
    listed = ", ".join(map(shown, apart[:5])) + (" …" if len(apart) > 5 else "")
    findings.problem(
        "areas_many_rows", used.key, rows=float(len(read)), areas=float(len(often)), columns=listed
    )
    return True


def refuse_twice(
    chosen: pd.DataFrame, rows: Rows, findings: Findings, used: AreaColumns, read: pd.DataFrame
) -> None:
    """Refuse areas that stand there twice, each by its row, or once where most do."""
    if refuse_many_rows(read, chosen["area"], used, findings):
        return
    column = used.key
    first: dict[str, int] = {}
    again: list[tuple[str, int]] = []
    for area, row in zip(chosen["area"].tolist(), rows.tolist(), strict=True):
        if area in first:
            again.append((area, row))
        first.setdefault(area, row)
    for area, row in again[: limits.LISTED]:
        values = np.full(len(findings.rows), area, dtype=object)
        findings.flag(findings.rows == row, "key_twice", column, values, first=first[area])
    # The rest is counted, all at once.
    rest = np.isin(findings.rows, [row for _, row in again[limits.LISTED :]])
    findings.flag(rest, "key_twice", column, first="?")
