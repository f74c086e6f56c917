"""What a folder must hold to be a region, and what is wrong with one that is none."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from iqgeo.errors import InputError, Problem

# What a table must have to be one; tables marked optional may be absent from a region of one's own.
REQUIRED_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "settlements.parquet": ("id", "ags", "district_ags", "lon", "lat", "population"),
    "districts.parquet": ("ags", "name", "geometry"),
    "figures.csv": ("measure", "year", "area", "persons"),
    "towns.csv": ("id", "name", "lon", "lat", "population"),
    "offices.csv": ("id", "name", "lon", "lat"),
}
OPTIONAL_TABLES = ("context.parquet", "municipalities.csv", "municipalities_former.csv", "ags_changes.csv")

_REASON = 200
"""Letters of what a library says of a file that are passed on."""


def missing_parts(folder: Path) -> list[Problem]:
    """Everything that keeps a folder from being a region."""
    if not folder.is_dir():
        return [Problem("region_folder_missing", file=str(folder))]
    description = folder / "region.toml"
    if not description.exists():
        return [Problem("region_file_missing", file=str(description))]
    problems = []
    try:
        described = tomllib.loads(description.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [Problem("region_file_unreadable", file=str(description), details={"reason": error})]
    problems += [
        Problem("region_entry_missing", file=str(description), column=key)
        for key in ("name", "crs")
        if key not in described
    ]
    for name, columns in REQUIRED_COLUMNS.items():
        path = folder / name
        if not path.exists():
            problems.append(Problem("region_table_missing", file=str(path)))
            continue
        try:
            with readable(path):
                present = _columns_of(path)
        except InputError as error:
            problems += error.problems
            continue
        problems += [
            Problem("column_missing", file=str(path), column=column, details={"present": ", ".join(present)})
            for column in columns
            if column not in present
        ]
    return problems


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """A table that is damaged, or is none, is the folder's fault, and named."""
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, ValueError, KeyError, TypeError, OSError) as error:
        reason = f"{type(error).__name__}: {error}"[:_REASON]
        raise InputError(Problem("region_table_unreadable", str(path), details={"reason": reason})) from error


def _columns_of(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            return list(file.schema_arrow.names)
    return list(pd.read_csv(path, nrows=0).columns)
