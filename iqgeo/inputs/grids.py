"""Census grids as the German statistical offices publish them, read block by block.

Zensus 2011 ("Spitze Werte", 1 km; inhabitants also 100 m) and Zensus 2022 (100 m, 1 km, 10 km), as CSV
or in the published zip: ``;``, decimal comma, cell centres in EPSG:3035. In 2011 ``-1`` means no
inhabitants and ``-9`` kept secret; in 2022 a dash means zero, other signs that there is no figure. Grids
of classes are refused, those with a row for each attribute read (:mod:`iqgeo.inputs.grid_rows`).
"""

import re
from dataclasses import astuple, dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from iqgeo.demand import PLACE_COLUMNS
from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.districts_of import assign_districts, assign_landmass
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.grid_rows import AttributeRows, cells_named
from iqgeo.inputs.intake import Intake, Notice, Rows, Source
from iqgeo.inputs.read import apart, notices_of
from iqgeo.inputs.source import Opened, archive_of, open_source
from iqgeo.inputs.systems import laea_centres
from iqgeo.inputs.table import form_of, header_names
from iqgeo.inputs.text_shape import shape_of
from iqgeo.inputs.text_table import batches
from iqgeo.inputs.values import Floats, read_numbers
from iqgeo.inputs.words import folded
from iqgeo.region import Region
from iqgeo.systems import WGS84, transformer

FORMS: Final = ("csv", "gzip", "zip")
WEIGHTS: Final = ("foreigners", "population")

_ID: Final = re.compile(r"^gitterid(100m|1km|10km)(neu)?$")
_X: Final = re.compile(r"^xmp(100m|1km|10km)?$")
_Y: Final = re.compile(r"^ymp(100m|1km|10km)?$")
_PEOPLE: Final = ("einwohner", "insgesamtbevoelkerung")
_SHARE: Final = ("auslaendera", "anteilauslaender")
# Counts of citizens: who is no German is a foreigner.
_GERMAN: Final = "deutschland"
_CITIZENS: Final = re.compile(r"(?i)staatsang")
_CLASSED: Final = re.compile(r"(?i)klassiert")
_MOST_CLASSES: Final = 6
_MANY_CELLS: Final = 20
_SIZED: Final = re.compile(r"(?i)(?<!\d)(100m|1km|10km)[_\-.]?gitter|gitter[_\-.]?(100m|1km|10km)")
_USUAL: Final = "1km"
_EUROPE: Final = (2_400_000, 7_500_000, 1_300_000, 5_500_000)
_CELL_NUMBERS: Final = ("x", "y", "people", "share", "rows")
_NO_ONE: Final = -1
_SECRET: Final = -9


@dataclass(frozen=True)
class _Columns:
    id: str
    x: str | None
    y: str | None
    people: str | None
    share: str | None
    german: str | None = None
    attribute: str | None = None
    value: str | None = None

    @property
    def names(self) -> list[str]:
        return [it for it in astuple(self) if it is not None]

    @property
    def has_share(self) -> bool:
        """Whether the file says how many of a cell are foreigners."""
        return any(it is not None for it in (self.share, self.german, self.attribute))


@dataclass
class _Cells:
    """Inhabited cells gathered so far, and what was passed over."""

    ids: list[pa.Array] = field(default_factory=list)
    x: list[Floats] = field(default_factory=list)
    y: list[Floats] = field(default_factory=list)
    people: list[Floats] = field(default_factory=list)
    share: list[Floats] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    uninhabited: int = 0
    secret_people: int = 0
    total: int = 0


def one_of(opened: Opened, form: str, size: str = _USUAL) -> Opened:
    """Of the grids of several sizes that one zip holds that of 1 km; otherwise the file as it is."""
    if form != "zip" or opened.layer is not None:
        return opened
    with archive_of(opened) as archive:
        names = [it.filename for it in archive.infolist() if it.filename.lower().endswith((".csv", ".txt"))]
    sized = [it for it in names if _SIZED.search(it)]
    chosen = [it for it in sized if re.search(rf"(?i)(?<!\d){size}", it)]
    if len(names) < 2 or len(sized) < len(names) or len(chosen) != 1:
        return opened
    return replace(opened, layer=chosen[0])


def is_grid(opened: Opened, form: str) -> bool:
    """Whether the header is that of a census grid."""
    shape, _ = shape_of(one_of(opened, form), form, whole=False)
    return any(_ID.match(folded(cell)) for cell in header_names(shape.header, opened.name)[0])


def read_grid(
    opened: Opened, form: str, region: Region | None, weight: str | None, grid_shares: Source | None
) -> Intake:
    """People per inhabited cell; see :func:`iqgeo.inputs.read_demand`.

    With a region only its cells are kept. Memory grows with the inhabited cells, not with the file.

    Raises
    ------
    InputError
        If the weight cannot be had from this grid or cells cannot be read.
    """
    findings = Findings(opened.name)
    if opened.layer is not None:
        findings.note("grid_chosen", kind="hint", value=opened.layer.rsplit("/", 1)[-1])
    if weight is not None and weight not in WEIGHTS:
        raise InputError(Problem("weight_of_grid", opened.name, column="weight", value=weight))
    cells, columns = _gather(opened, form, findings)
    if columns.people is None:
        findings.problem("grid_without_people")
    if _is_classed(cells, opened):
        findings.problem("grid_classified")
    has_share = columns.has_share or grid_shares is not None
    if weight == "foreigners" and not has_share:
        findings.problem("grid_without_shares")
    findings.stop_if_any()
    frame, rows, share = _frame(cells)
    if grid_shares is not None:
        share = _joined(frame["id"], grid_shares, _size_of(columns.id), findings)
    findings.rows = rows
    foreigners = has_share and weight != "population"
    if region is not None:
        frame, rows, share = _inside(frame, rows, share, region, findings)
    if foreigners:
        _apply_shares(frame, share, findings)
    findings.note(f"grid_weight_{'foreigners' if foreigners else 'population'}", kind="hint")
    frame = frame[list(PLACE_COLUMNS)].reset_index(drop=True)
    notices = tuple(findings.notices)
    return Intake(frame, "census_grid", opened.name, cells.total, rows, notices, _census_year(columns.id))


def _is_classed(cells: _Cells, opened: Opened) -> bool:
    """Whether a grid has classes of 1 to 6 in place of inhabitants."""
    people = np.concatenate(cells.people) if cells.people else np.empty(0)
    small = bool(len(people)) and float(people.max()) <= _MOST_CLASSES
    named = _CLASSED.search(f"{opened.name} {opened.layer or ''}") is not None
    return small and (named or len(people) >= _MANY_CELLS)


def _census_year(key: str) -> int | None:
    """The census a grid is of: that of 2022 writes the name of its key in capitals."""
    if key.startswith("GITTER_ID"):
        return 2022
    return 2011 if key.startswith("Gitter_ID") else None


def _columns(header: list[str], file: str, layer: str | None) -> _Columns:
    by_folded = {folded(name): name for name in reversed(header)}

    def matching(pattern: re.Pattern[str]) -> str | None:
        return next((name for key, name in by_folded.items() if pattern.match(key)), None)

    found = {"gitter_id": matching(_ID), "x_mp": matching(_X), "y_mp": matching(_Y)}
    rows = AttributeRows.of(header)
    if rows is not None and found["gitter_id"] is not None:
        attribute = {"attribute": rows.attribute, "value": rows.value}
        return _Columns(found["gitter_id"], None, None, rows.count, None, **attribute)
    missing = [name for name, column in found.items() if column is None]
    # Without both columns of metres the key of a cell says where it lies.
    if missing and missing != ["x_mp", "y_mp"]:
        present = ", ".join(header[:20])
        raise InputError(
            [Problem("column_missing", file, column=it, details={"present": present}) for it in missing]
        )
    people = next((by_folded[it] for it in _PEOPLE if it in by_folded), None)
    share = next((by_folded[it] for it in _SHARE if it in by_folded), None)
    german = (
        by_folded.get(_GERMAN) if _CITIZENS.search(f"{file} {layer or ''}") and people is not None else None
    )
    return _Columns(str(found["gitter_id"]), found["x_mp"], found["y_mp"], people, share, german)


def _gather(opened: Opened, form: str, findings: Findings) -> tuple[_Cells, _Columns]:
    """The inhabited cells of a file, read by a child (see :mod:`iqgeo.inputs.read`)."""
    plain = apart("iqgeo.inputs.grids:cells_here", opened, form)
    findings.notices += notices_of(plain["notices"])
    findings.add(plain["problems"])
    frame = plain["cells"]
    numbers: dict[str, Any] = {name: [frame[name].to_numpy()] for name in _CELL_NUMBERS}
    cells = _Cells(ids=[pa.array(frame["id"], type=pa.large_string())], **numbers, **plain["counts"])
    return cells, _Columns(*plain["columns"])


def cells_here(opened: Opened, form: str) -> dict[str, Any]:
    """Read the inhabited cells in this process, as plain data."""
    findings = Findings(opened.name)
    cells, columns = _gather_here(opened, form, findings)
    # A file without rows has no blocks to join.
    numbers = {name: np.concatenate(getattr(cells, name) or [np.empty(0)]) for name in _CELL_NUMBERS}
    ids = pa.chunked_array(cells.ids, type=pa.large_string()).to_pandas()
    return {
        "cells": pd.DataFrame({"id": ids, **numbers}),
        "counts": {name: getattr(cells, name) for name in ("uninhabited", "secret_people", "total")},
        "columns": astuple(columns),
        "notices": [astuple(it) for it in findings.notices],
        "problems": findings.problems,
    }


def _gather_here(opened: Opened, form: str, findings: Findings) -> tuple[_Cells, _Columns]:
    shape, notices = shape_of(opened, form)
    findings.notices += notices
    header = header_names(shape.header, opened.name)[0]
    columns = _columns(header, opened.name, opened.layer)
    by_rows = AttributeRows.of(header) if columns.attribute is not None else None
    cells = _Cells()
    first = True
    for part in batches(opened, form, shape, columns.names):
        findings.add(part.problems)
        cells.total += len(part.frame)
        if cells.total > limits.GRID_ROWS:
            raise InputError(Problem("too_many_rows", opened.name, details={"limit": limits.GRID_ROWS}))
        frame, rows = part.frame, part.rows
        if by_rows is not None:
            everybody = by_rows.everybody(frame, columns.id)
            frame, rows = frame[everybody].reset_index(drop=True), rows[everybody]
        block = Findings(opened.name, rows)
        _take(frame, rows, columns, cells, block)
        findings.add(block.problems)
        if first:
            findings.notices += [it for it in block.notices if it.code != "sign_zero"]
        first = False
        if len(findings.problems) > limits.LISTED:
            # The file is no grid: reading on would only repeat it.
            findings.stop_if_any()
    if not cells.total:
        findings.problem("no_rows")
    if by_rows is not None and cells.ids:
        ids = pa.chunked_array(cells.ids, type=pa.large_string()).to_pandas()
        cells.share = [by_rows.shares(ids, np.concatenate(cells.people))]
    findings.notices += _passed_over(cells, opened.name)
    return cells, columns


def _passed_over(cells: _Cells, file: str) -> list[Notice]:
    counts = {"grid_uninhabited": cells.uninhabited, "grid_secret_people": cells.secret_people}
    return [Notice(code, "hint", file, count=count) for code, count in counts.items() if count]


def _take(frame: pd.DataFrame, rows: Rows, columns: _Columns, cells: _Cells, findings: Findings) -> None:
    """Add the inhabited cells of a block."""
    count = len(frame)
    if not count:
        return
    people = np.full(count, np.nan)
    if columns.people is not None:
        read = read_numbers(frame[columns.people], findings, columns.people, "count", comma_elsewhere=True)
        people = read.values
        secret = read.sign | (people == _SECRET)
        cells.secret_people += int(secret.sum())
        uninhabited = ~secret & (read.empty | (people == 0) | (people == _NO_ONE))
        cells.uninhabited += int(uninhabited.sum())
        bad = (people < 0) & (people != _NO_ONE) & (people != _SECRET)
        findings.flag(bad, "number_negative", columns.people, people)
        kept = people > 0
    else:
        kept = np.ones(count, dtype=bool)
    rest = frame.loc[kept]
    inside = Findings(findings.file, rows[kept])
    if columns.x is None or columns.y is None:
        x, y = laea_centres(rest[columns.id])
        inside.flag(np.isnan(x), "cell_unreadable", columns.id, rest[columns.id].to_numpy(dtype=object))
    else:
        x, y = (read_numbers(rest[it], inside, it, "coordinate").values for it in (columns.x, columns.y))
    west, east, south, north = _EUROPE
    off = ~((x >= west) & (x <= east) & (y >= south) & (y <= north)) & ~(np.isnan(x) & (columns.x is None))
    if off.any():
        pairs = np.array([f"{a:.10g}, {b:.10g}" for a, b in zip(x, y, strict=True)], dtype=object)
        inside.flag(off, "grid_coordinates", columns.x or columns.id, pairs)
    share = np.full(len(rest), np.nan)
    if columns.german is not None:
        german = read_numbers(
            rest[columns.german], inside, columns.german, "count", comma_elsewhere=True
        ).values
        share = np.clip(100 * (1 - german / people[kept]), 0.0, 100.0)
    if columns.share is not None:
        read = read_numbers(rest[columns.share], inside, columns.share, "share")
        share = np.where(read.values < 0, np.nan, read.values)
        # In 2011 -1 in an inhabited cell says that the figure is zero.
        share = np.where(read.values == _NO_ONE, 0.0, share)
        inside.flag(share > 100, "share_over_100", columns.share, share)
    findings.add(inside.problems)
    findings.notices += inside.notices
    cells.ids.append(pa.array(rest[columns.id], type=pa.large_string()))
    cells.x.append(x)
    cells.y.append(y)
    cells.people.append(people[kept])
    cells.share.append(share)
    cells.rows.append(rows[kept])


def _frame(cells: _Cells) -> tuple[pd.DataFrame, Rows, Floats]:
    """Cells as places in degrees; the share in per cent beside them."""
    x, y = np.concatenate(cells.x), np.concatenate(cells.y)
    lon, lat = transformer("EPSG:3035", WGS84).transform(x, y)
    frame = pd.DataFrame(
        {
            "id": pa.chunked_array(cells.ids, type=pa.large_string()).to_pandas(),
            "ags": "",
            "district_ags": "",
            # A decimetre is more than a cell centre needs.
            "lon": np.round(lon, 6),
            "lat": np.round(lat, 6),
            "landmass": "",
            "people": np.concatenate(cells.people),
        }
    )
    return frame.astype({"id": "str"}), np.concatenate(cells.rows), np.concatenate(cells.share)


def _size_of(key: str) -> str:
    """The size of the cells that a column of keys names."""
    named = _ID.match(folded(key))
    return _USUAL if named is None else named[1]


def _joined(ids: pd.Series, source: Source, size: str, findings: Findings) -> Floats:
    """The share of each cell out of a second grid, of the same size where there are several; else NaN."""
    opened = open_source(source)
    form = form_of(opened)
    opened = one_of(opened, form, size)
    other = Findings(opened.name)
    if form not in FORMS or not is_grid(opened, form):
        raise InputError(Problem("grid_without_shares", opened.name))
    cells, columns = _gather(opened, form, other)
    if not columns.has_share:
        other.problem("grid_without_shares")
    other.stop_if_any()
    findings.notices += other.notices
    keys = pa.chunked_array(cells.ids, type=pa.large_string()).to_pandas()
    shares = pd.Series(np.concatenate(cells.share), index=pd.Index(cells_named(keys)))
    asked = cells_named(ids)
    if not asked.isin(shares.index).any():
        # Of cells of another size or place every share would be missing.
        raise InputError(Problem("grid_shares_apart", opened.name, value=str(keys.iloc[0])))
    return np.asarray(shares[~shares.index.duplicated()].reindex(asked), dtype=np.float64)


def _inside(
    frame: pd.DataFrame, rows: Rows, share: Floats, region: Region, findings: Findings
) -> tuple[pd.DataFrame, Rows, Floats]:
    """The cells of the region, with district and island."""
    west, south, east, north = region.districts.total_bounds
    margin = 0.05
    near = frame["lon"].between(west - margin, east + margin) & frame["lat"].between(
        south - margin, north + margin
    )
    chosen = near.to_numpy(dtype=bool)
    local = Findings(findings.file, rows)
    assign_districts(frame, chosen, region, local)
    kept = frame["district_ags"].ne("").to_numpy(dtype=bool)
    findings.notices += [it for it in local.notices if it.code != "places_outside"]
    findings.note("grid_outside", mask=~kept, kind="hint")
    if not kept.any():
        raise InputError(Problem("grid_no_people", findings.file))
    frame = frame[kept].reset_index(drop=True)
    findings.rows = rows[kept]
    assign_landmass(frame, region, findings)
    return frame, rows[kept], share[kept]


def _apply_shares(frame: pd.DataFrame, share: Floats, findings: Findings) -> None:
    """Inhabitants times share; a secret share counts as none, and how much that may hide is said."""
    inhabitants = frame["people"].to_numpy()
    secret = np.isnan(share)
    known = ~secret
    foreigners = np.where(secret, 0.0, inhabitants * np.nan_to_num(share) / 100)
    total = float(inhabitants[known].sum())
    hidden = float(inhabitants[secret].sum())
    mean = float(foreigners[known].sum()) / total if total else 0.0
    findings.note("grid_secret_shares", mask=secret, kind="hint", people=hidden, missing=round(hidden * mean))
    frame["people"] = foreigners
