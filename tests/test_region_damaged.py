"""A folder of a region that is damaged: the table is named, and it is nobody's fault but the file's."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.region import embedded_directory, load_region

TABLES = {
    "settlements.parquet": lambda it: it.settlements, "districts.parquet": lambda it: it.districts,
    "context.parquet": lambda it: it.context, "towns.csv": lambda it: it.towns,
    "offices.csv": lambda it: it.offices, "figures.csv": lambda it: it.figures,
    "municipalities.csv": lambda it: it.municipality_names, "sources.toml": lambda it: it.sources,
}  # fmt: skip
DAMAGE = st.binary(min_size=1, max_size=60) | st.sampled_from(
    (b"PAR1PAR1", b"\xff\xfe" * 9, b'"' * 99, b"a,b\n1,2,3,4\n", b"\0" * 20, b"id,name\n\x80,x\n")
)


@settings(max_examples=60)
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
