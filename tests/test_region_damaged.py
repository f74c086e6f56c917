"""A folder of a region that is damaged: the table is named, and it is nobody's fault but the file's."""

import json
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo import region_folder
from iqgeo.errors import InputError
from iqgeo.known_regions import REGIONS_VARIABLE, known_regions
from iqgeo.region import embedded_directory, load_region
from tests.inputs import bombs
from tests.inputs.test_bombs import watched_memory

TABLES = {
    "settlements.parquet": lambda it: it.settlements, "districts.parquet": lambda it: it.districts,
    "context.parquet": lambda it: it.context, "towns.csv": lambda it: it.towns,
    "offices.csv": lambda it: it.offices, "figures.csv": lambda it: it.figures,
    "municipalities.csv": lambda it: it.municipality_names, "sources.toml": lambda it: it.sources,
}  # fmt: skip
DAMAGE = st.binary(min_size=1, max_size=60) | st.sampled_from(
    (b"PAR1PAR1", b"\xff\xfe" * 9, b'"' * 99, b"a,b\n1,2,3,4\n", b"\0" * 20, b"id,name\n\x80,x\n")
)


@pytest.fixture(scope="module", autouse=True)
def sound_tables_are_remembered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Only the damaged table is new: the others were well read before, as on a user's machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IQGEO_KEPT", str(tmp_path_factory.mktemp("kept")))
        yield


@settings(max_examples=20)
@given(st.sampled_from(sorted(TABLES)), DAMAGE)
def test_a_damaged_table_is_named(tmp_path_factory: pytest.TempPathFactory, name: str, damage: bytes) -> None:
    folder = tmp_path_factory.mktemp("region") / "r"
    shutil.copytree(embedded_directory(), folder, copy_function=_linked)
    (folder / name).unlink()
    (folder / name).write_bytes(damage)
    try:
        TABLES[name](load_region(folder))
    except InputError as refused:
        named = refused
    else:
        # A table of other content that can be read is judged where it is used.
        return
    assert any(name in str(it.file) for it in named.problems)
    for problem in named.problems:
        assert all(problem.sentence(lang) for lang in ("de", "en"))


def _linked(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


NUMBERS = [(name, column) for name, columns in region_folder._NUMBERS.items() for column in columns]
NO_NUMBERS = ("viel", "nan", "inf", "-inf", "1e300", "9" * 400, "-12345", "1,5")


@pytest.mark.parametrize(("name", "column"), NUMBERS, ids=map(".".join, NUMBERS))
@settings(max_examples=3)
@given(written=st.sampled_from(NO_NUMBERS), share=st.floats(0, 1))
def test_a_number_that_is_none_is_named(
    tmp_path_factory: pytest.TempPathFactory, name: str, column: str, written: str, share: float
) -> None:
    folder = tmp_path_factory.mktemp("region") / "r"
    shutil.copytree(embedded_directory(), folder, copy_function=_linked)
    path = folder / name
    table = (
        pd.read_parquet(path) if name.endswith("parquet") else pd.read_csv(path, dtype=str, na_filter=False)
    )
    row = int(share * (len(table) - 1))
    path.unlink()
    if name.endswith("parquet"):
        try:
            number = float(written)
        except ValueError:
            table = table.astype({column: str})
        else:
            table = table.astype({column: float}).assign(
                **{column: lambda it: it[column].mask(it.index == row, number)}
            )
        table.to_parquet(path)
    else:
        table.loc[row, column] = written
        table.to_csv(path, index=False)
    with pytest.raises(InputError) as refused:
        load_region(folder)
    assert [str(path)] == [it.file for it in refused.value.problems]
    assert column in str(refused.value)


@pytest.mark.parametrize("name", ["settlements.parquet", "districts.parquet"])
def test_a_table_without_rows_is_named(tmp_path: Path, name: str) -> None:
    shutil.copytree(embedded_directory(), tmp_path / "r", copy_function=_linked)
    table = pq.read_table(tmp_path / "r" / name)
    (tmp_path / "r" / name).unlink()
    pq.write_table(table.slice(0, 0), tmp_path / "r" / name)
    with pytest.raises(InputError, match="no rows"):
        load_region(tmp_path / "r")


DEEP = "a = " + "[" * 100_000
BOMBS: tuple[tuple[str, Callable[[], bytes]], ...] = (
    ("settlements.parquet", lambda: _of_nothing()),  # noqa: PLW0108 -- it stands further below
    ("settlements.parquet", lambda: bombs.parquet_dictionary(1)),
    ("settlements.parquet", lambda: bombs.parquet_footer(bombs._footer_counts)(1)),
    ("settlements.parquet", lambda: bombs.parquet_utf8(1)),
    ("districts.parquet", lambda: bombs.parquet_shapes(struct.pack("<BII", 1, 2, 2**32 - 1))),
    ("districts.parquet", lambda: bombs.parquet_shapes(struct.pack("<BII", 1, 7, 1) * 40_000)),
    ("districts.parquet", lambda: bombs.parquet_shapes(b"", b"[" * 200_000)),
    (
        "context.parquet",
        lambda: bombs.parquet_shapes(shapely.Point(9, 53).wkb, b'{"primary_column": "geometry"}'),
    ),
    (
        "context.parquet",
        lambda: bombs.parquet_shapes(shapely.Point(9, 53).wkb, _described(crs="[" * 100_000)),
    ),
    ("towns.csv", lambda: b"id,name,lon,lat,population\n" + b'"' * 5_000_001),
    ("offices.csv", lambda: bombs.csv_commas(1)),
    ("settlements.parquet", lambda: _places(lon=["9"])),
    ("settlements.parquet", lambda: _places(lat=[float("nan")])),
    ("settlements.parquet", lambda: _places(lat=[93.0])),
    ("region.toml", DEEP.encode),
    ("region.toml", lambda: b'name = "R"\ncrs = "' + b"[" * 100_000 + b'"'),
    ("region.toml", lambda: b'name = "R"\ncrs = "EPSG:4326"'),
    ("region.toml", lambda: b'name = [1]\ncrs = "EPSG:25832"\nstages = ["2012"]'),
    ("region.toml", lambda: b"a" + b".a" * 50_000 + b" = 1"),
    ("region.toml", lambda: b"a = 1" + b"1" * 5_000),
    ("region.toml", lambda: b"a = 1\n" + b"#" * 2_000_000),
    ("sources.toml", DEEP.encode),
    ("sources.nl.toml", DEEP.encode),
)


def _places(**columns: list[object]) -> bytes:
    sound = {"id": ["a"], "ags": ["1"], "district_ags": ["1"], "lon": [9.0], "lat": [53.0], "population": [1]}
    return bombs.parquet(pa.table({**sound, **columns}))


def _of_nothing() -> bytes:
    return bombs.parquet(pa.table({it: pa.nulls(12_000_000, pa.float64()) for it in "abc"}))


def _described(**more: object) -> bytes:
    columns = {"geometry": {"encoding": "WKB", "geometry_types": [], **more}}
    return json.dumps({"version": "1.0.0", "primary_column": "geometry", "columns": columns}).encode()


@pytest.mark.parametrize(("name", "make"), BOMBS, ids=[f"{at} {it}" for at, (it, _) in enumerate(BOMBS)])
def test_a_region_that_somebody_brought_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[], bytes]
) -> None:
    """A table that kills, floods or blinds its reader is a sentence, and this process stays as it is."""
    folder = tmp_path / "there" / "r"
    shutil.copytree(embedded_directory(), folder, copy_function=_linked)
    (folder / name).unlink()
    content = make()
    (folder / name).write_bytes(content)
    del content
    read = {**TABLES, "region.toml": repr, "sources.nl.toml": lambda it: it.source("figures", "nl")}[name]
    with watched_memory() as growth, pytest.raises(InputError) as refused:
        read(load_region(folder))
    assert growth() < 100 * 2**20
    assert all(name in str(it.file) for it in refused.value.problems)
    assert all(it.sentence(lang) for it in refused.value.problems for lang in ("de", "en"))
    # One bad folder among those that are known by name hides none of the others.
    monkeypatch.setenv(REGIONS_VARIABLE, str(folder.parent))
    assert set(known_regions()) <= {"r"}
