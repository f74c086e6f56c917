"""Outlines of districts: VG250 or VG1000 of the federal mapping agency, NUTS, or any polygons with a key."""

import re
from collections.abc import Mapping
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from iqgeo.inputs import limits
from iqgeo.inputs.cells import texts
from iqgeo.inputs.column_words import WORDS
from iqgeo.inputs.columns import plain_word
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.intake import Intake, Source
from iqgeo.inputs.keys import looks_german
from iqgeo.inputs.outline_shapes import (
    REPORTED,
    deepest,
    made_of_others,
    on_land,
    polygons,
    refuse_elsewhere,
    repaired,
)
from iqgeo.inputs.read import again_apart, notices_of, read_table
from iqgeo.inputs.source import open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.values import Mask
from iqgeo.inputs.word_cells import read_words
from iqgeo.inputs.words import folded
from iqgeo.reading import AS_IT_IS, Reading
from iqgeo.systems import WGS84

if TYPE_CHECKING:
    import geopandas as gpd

_DEEPEST: Final = ("name5", "name4", "name3", "name2", "name1")
_PCODES: Final = tuple(f"adm{it}pcode" for it in (4, 3, 2, 1))
KEY_WORDS: Final = (
    "ags", "ars", "rs", "nutsid", "nuts", "key", "schluessel", "statcode", "gemeentecode", "komkode",
    "kommunekode", "gid5", "gid4", "gid3", "gid2", "gid1", *_PCODES, "shapeiso", "shapeid", "iso", "gkz",
    "bkz", "kode", "code", "lauid", "geoid", "identificatie", "plz", "zipcode", "postcode",
)  # fmt: skip
NAME_WORDS: Final = (
    "name", "gen", "namelatn", "nutsname", "geografischername", "geografischernamegen", "bezeichnung",
    *_DEEPEST, *(f"adm{level}{lang}" for level in (4, 3, 2, 1) for lang in ("en", "name", "fr", "pt")),
    "launame", "pb", *WORDS["name"],
)  # fmt: skip
# What the heading of a key or a name ends or begins with, whoever publishes it.
_KEY_LIKE: Final = re.compile(
    r"(?i)(?:^|_)(?:kode|kz|kod(?:_je)?|key|schl\w*|ars|ags)$|(?:code|kode|kod|cd|num|nr|nummer)$|"
    r"^(?:code?|kod|cd|insee)_|_(?:refnis|bfs|insee)$"
)
_ID_LIKE: Final = re.compile(r"(?i)(?:^|_)id(?:_?\d)?$")
_NAME_LIKE: Final = re.compile(
    r"(?i)(?:^|_)(?:nazwa_?|nom|en|de|nl|fr)$|(?:nm|name|navn|namn|naam|nazev|nimi)$|^(?:den|nom|name|nm)(?:_|unit)"
)
# What a key looks like, whatever its column is called: short, in one piece, with a digit.
_CODE: Final = re.compile(r"[A-Za-z]{0,4}[-_.]?\d[\w.\-]{0,14}")
_LETTERS: Final = re.compile(r"[^\W\d_]{3}")
_ROW_NUMBERS: Final = ("id", "fid", "objectid", "ogc_fid", "gid")
_GERMAN: Final = ("ags", "ars", "rs", *(it for it in WORDS["ags"] if "schluessel" in it))
_DISTRICT: Final = 5
KIND_WORDS: Final = ("kind", "bez", "art", "type")
_OVERLAP_KM2: Final = 1.0
"""Two districts may overlap by this much: borders drawn by different hands."""

_MOSTLY: Final = 0.5
_EQUAL_AREA: Final = "ESRI:54034"


def read_districts(
    source: Source, *, layer: str | None = None, key: str | None = None, reading: Reading = AS_IT_IS
) -> Intake:
    """Outlines as a GeoDataFrame ``ags, name, kind, geometry`` in EPSG:4326, one row a key.

    GeoJSON, GeoPackage, GeoParquet or a zip of shapefiles in any declared
    coordinate system. The key is the column ``key``; without one
    the first of AGS, NUTS, ARS or another key; its values are kept as they are (text).

    Raises
    ------
    InputError
        With every problem of the file: no polygons, no key, districts over each other.
    """
    return districts_of(
        read_table(open_source(source, layer), max_rows=limits.OUTLINES, reading=reading), key
    )


def districts_of(table: Table, key: str | None = None) -> Intake:
    """Outlines of a table already read; see :func:`read_districts`.

    Worked out in a child: to mend a few rings, and to lay them over each other, can take any time.
    """
    import geopandas as gpd
    import shapely

    made = again_apart(f"{__name__}:districts_here", table, key)
    shapes = shapely.from_wkb(made["shapes"]["geometry"].to_numpy(dtype=object))
    outlines = gpd.GeoDataFrame(made["frame"], geometry=shapes, crs=WGS84)
    notices = tuple(notices_of(made["notices"]))
    return Intake(outlines, "districts", table.file, len(table.frame), made["rows"], notices)


def districts_here(table: Table, key: str | None) -> dict[str, Any]:
    """Outlines of a table, worked out in this process: plain data."""
    import geopandas as gpd
    import shapely

    findings = table.findings()
    if table.geometry is None:
        findings.problem("outlines_missing")
        findings.stop_if_any()
    land = on_land(table, findings) & deepest(table, findings)
    shapes, crs, land = polygons(table, land, findings)
    columns = {folded(column): column for column in reversed(table.columns)}
    key = table.reading.columns.get("ags", key)
    key_column = key if key in table.columns else _key_of(table, columns, land)
    if key is not None and key not in table.columns:
        findings.problem("column_missing", key, present=", ".join(table.columns[:20]))
    elif key_column is None:
        findings.problem("column_missing", "ags", present=", ".join(table.columns[:20]))
    findings.stop_if_any()
    assert key_column is not None
    if plain_word(key_column) not in KEY_WORDS:
        findings.note("column_taken", key_column, kind="hint", role="ags")
    keys = read_words(texts(table.frame[key_column]), findings, key_column, letters=limits.ID_LETTERS)
    findings.flag(keys.eq("").to_numpy(dtype=bool) & land, "value_missing", key_column)
    keys = _german(keys, land, key_column, findings)
    frame = pd.DataFrame({"ags": keys})
    kind = next((columns[it] for it in KIND_WORDS if it in columns and columns[it] != key_column), None)
    for name, column in (("name", _name_of(table, columns, key_column, land)), ("kind", kind)):
        frame[name] = "" if column is None else read_words(texts(table.frame[column]), findings, column)
    frame["name"] = frame["name"].mask(frame["name"].eq(""), frame["ags"])
    findings.stop_if_any()
    outlines = gpd.GeoDataFrame(frame[land], geometry=shapes[land], crs=_known_system(crs, findings))
    outlines = repaired(_in_degrees(outlines, findings), findings)
    findings.stop_if_any()
    refuse_elsewhere(outlines, findings, german=plain_word(key_column) in _GERMAN)
    outlines = _without_overlaps(outlines, findings)
    findings.stop_if_any()
    first = dict(zip(keys[land][::-1], table.rows[land][::-1], strict=True))
    rows = np.array([first[it] for it in outlines["ags"]], dtype=np.int64)
    written = shapely.to_wkb(outlines.geometry.to_numpy(), include_srid=False)
    return {
        "frame": pd.DataFrame(outlines.drop(columns="geometry")),
        "shapes": pd.DataFrame({"geometry": pd.Series(written, dtype=object)}),
        "rows": rows,
        "notices": [astuple(it) for it in findings.notices],
    }


def _key_of(table: Table, columns: Mapping[str, str], land: Mask) -> str | None:
    """The best column of keys in which every outline has one; else any that tells all of them apart."""
    known = [columns[it] for it in KEY_WORDS if it in columns]
    # "Kreis" and "Gebiet" head keys in some tables, names in others.
    known += [columns[it] for it in WORDS["ags"] if it in columns and _is_of_codes(table, columns[it], land)]
    filled = [it for it in known if not (texts(table.frame[it]).str.strip().eq("") & land).any()]
    names = [columns[it] for it in NAME_WORDS if it in columns]
    apart = [it for it in filled if not _joins_others(table, it, names, land)]
    if apart or (known and not filled):
        return next(iter(apart or known))
    own = [it for it in table.columns if it.lower() not in _ROW_NUMBERS]
    alike = [it for it in own if _KEY_LIKE.search(it)]
    alike += [it for it in own if _ID_LIKE.search(it)]
    codes = [it for it in own if _is_of_codes(table, it, land)]
    named = [columns[it] for it in (*WORDS["ags"], *NAME_WORDS) if it in columns]
    if "id" in columns and (codes or named) and not _only_counts(table.frame[columns["id"]]):
        named.insert(0, columns["id"])
    rest = [*(it for it in (*alike, *codes, *named) if _tells_apart(table, it, land)), *filled]
    return next(iter(rest), None)


def _joins_others(table: Table, column: str, names: list[str], land: Mask) -> bool:
    """Whether outlines of one value have different names: a code of what they lie in is no key of theirs."""
    named = next((it for it in names if it != column), None)
    if named is None:
        return False
    pairs = pd.DataFrame({it: texts(table.frame[it]).str.strip()[land] for it in (column, named)})
    several = pairs[pairs[column].duplicated(keep=False)].drop_duplicates().groupby(column).size()
    return bool(len(several)) and float((several > 1).mean()) > _MOSTLY


def _is_of_codes(table: Table, column: str, land: Mask) -> bool:
    """Whether the cells of a column are keys by their looks, and no measures."""
    if not _tells_apart(table, column, land) or _only_counts(table.frame[column][land]):
        return False
    cells = texts(table.frame[column]).str.strip()[land].tolist()
    alike = len({len(it) for it in cells}) == 1
    # Whole numbers of any length can be measures: keys among them are of one length, or have letters.
    return all(map(_CODE.fullmatch, cells)) and (alike or not all(it.isdigit() for it in cells))


def _name_of(table: Table, columns: Mapping[str, str], key: str, land: Mask) -> str | None:
    """The column of names: by its heading, else the first one of words that tells the outlines apart."""
    known = [columns[it] for it in NAME_WORDS if it in columns and columns[it] != key]
    words = [it for it in table.columns if it != key and _holds_names(table, it, land)]
    alike = [it for it in table.columns if it != key and _NAME_LIKE.search(it) and _is_text(table, it)]
    # "-" in one of them stands for a name that another column has.
    whole = [it for it in alike if _tells_apart(table, it, land) and not texts(table.frame[it]).eq("-").any()]
    apart = [it for it in words if _tells_apart(table, it, land)]
    return next(iter((*known, *whole, *alike, *apart)), None)


def _is_text(table: Table, column: str) -> bool:
    return isinstance(table.frame[column].dtype, pd.StringDtype)


def _holds_names(table: Table, column: str, land: Mask) -> bool:
    """Whether most cells of a column are words."""
    if not _is_text(table, column):
        return False
    cells = table.frame[column].str.strip()[land].tolist()
    return sum(bool(_LETTERS.search(it)) for it in cells) * 2 > len(cells)


def _only_counts(column: pd.Series) -> bool:
    """Whether a column only numbers the rows, as programs that write files do."""
    written = texts(column).tolist()
    return written in ([str(it + start) for it in range(len(written))] for start in (0, 1))


def _german(keys: pd.Series, land: Mask, column: str, findings: Findings) -> pd.Series:
    """German keys with the zero that a program took for a number's, districts in five digits."""
    german = plain_word(column) in _GERMAN or any(it in plain_word(column) for it in ("kreis", "gemeinde"))
    if not german or not looks_german(keys[land]):
        return keys
    lengths = set(keys[land].str.len())
    full = next((it for it in (5, 8, 12) if lengths <= {it - 1, it}), None)
    if full is None:
        return keys
    whole = keys.str.zfill(full)
    if full > _DISTRICT and whole[land].str.endswith("0" * (full - _DISTRICT)).all():
        whole = whole.str[:_DISTRICT]
    changed = whole.ne(keys).to_numpy(dtype=bool) & land
    if changed.any():
        first = f"{keys[changed].iloc[0]} → {whole[changed].iloc[0]}"
        findings.note("key_zero" if full == _DISTRICT else "key_shortened", column, mask=changed, value=first)
    return whole


def _tells_apart(table: Table, column: str, land: Mask) -> bool:
    """Whether every outline has a value of its own in a column."""
    written = texts(table.frame[column]).str.strip()[land]
    return bool(written.ne("").all()) and not written.duplicated().any()


def _known_system(crs: Any, findings: Findings) -> Any:
    """The system that a file declares, if there is one of that name."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(crs)
    except CRSError:
        findings.problem("crs_unknown", value=crs)
        findings.stop_if_any()
        raise


def _in_degrees(outlines: "gpd.GeoDataFrame", findings: Findings) -> "gpd.GeoDataFrame":
    from pyproj.exceptions import CRSError, ProjError

    try:
        if outlines.crs.to_epsg() == WGS84:
            return outlines
        name = outlines.crs.name
        moved = outlines.to_crs(WGS84)
    except (CRSError, ProjError, ValueError):
        findings.problem("crs_unknown", value=outlines.crs)
        findings.stop_if_any()
        raise
    if not np.isfinite(moved.total_bounds).all():
        findings.problem("coordinates_not_of_crs", "geometry", value=name, crs=name)
    findings.note("crs_changed", value=name)
    return moved


def _without_overlaps(outlines: "gpd.GeoDataFrame", findings: Findings) -> "gpd.GeoDataFrame":
    """The outlines without those that others are parts of; pairs on more than a sliver are refused."""
    import shapely

    # Rings that touch themselves by a hair can cross once they are projected.
    flat = shapely.make_valid(outlines.geometry.to_crs(_EQUAL_AREA).to_numpy(), method="structure")

    left, right = shapely.STRtree(flat).query(flat, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    wholes = made_of_others(outlines["ags"].tolist(), flat, (left, right))
    if wholes.any():
        findings.note("outline_levels", kind="hint", number=int(wholes.sum()))
        apart = ~(wholes[left] | wholes[right])
        left, right = left[apart], right[apart]
    common_km2 = shapely.area(shapely.intersection(flat[left], flat[right])) / 1e6
    smaller = np.minimum(shapely.area(flat[left]), shapely.area(flat[right])) / 1e6
    # A fiftieth of a small area counts as well.
    over = (common_km2 > _OVERLAP_KM2) | (common_km2 > 0.02 * smaller)
    names = outlines["name"].tolist()
    for at in np.flatnonzero(over)[:REPORTED].tolist():
        findings.problem(
            "outlines_overlap",
            "geometry",
            value=names[left[at]],
            other=names[right[at]],
            area=f"{common_km2[at]:.3g}",
        )
    slivers = int((~over & (common_km2 > 0.01)).sum())
    if slivers:
        findings.note("outline_slivers", kind="hint", number=slivers)
    return outlines[~wholes]
