"""Own files: kept once by checksum, within limits, and not removed while something hangs on them."""

import hashlib
from dataclasses import replace

import pytest
import sqlalchemy as sa

from iqgeo.errors import InputError
from iqgeo.store import files, limits, lists, plans
from iqgeo.store.members import Member
from iqgeo.store.records import NewVersion
from iqgeo.store.schema import file, person, piece

CSV = b"id,name,lon,lat\nS,Soltau,9.84,52.98\n"
DRAFT = NewVersion("Plan A", "text", "k")


def codes(error):
    return [it.code for it in error.value.problems]


def count(store, table):
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize("size", [0, 1, limits.CHUNK_BYTES, limits.CHUNK_BYTES * 2 + 5])
def test_a_file_comes_back_byte_by_byte(store, tmp_path, size):
    content = bytes(it % 251 for it in range(size))
    source = tmp_path / "in"
    source.write_bytes(content)
    sha256 = files.add(store, source)
    assert sha256 == hashlib.sha256(content).hexdigest() == files.add(store, content)
    assert count(store, file) == 1
    assert count(store, piece) == -(-size // limits.CHUNK_BYTES)
    files.write_to(store, sha256, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == files.read(store, sha256) == content


def test_versions_keep_their_files_and_say_what_hangs_on_them(store):
    sha256, other = files.add(store, CSV), files.add(store, CSV + b"x")
    made = plans.create(store, replace(DRAFT, files={"stellen.csv": sha256}))
    assert made.files == {"stellen.csv": sha256}
    plans.save(store, made.plan_id, replace(DRAFT, files={"stellen.csv": other, "orte.csv": other}), 1)
    assert plans.load(store, made.plan_id, 1).files == {"stellen.csv": sha256}
    assert plans.back(store, made.plan_id, 1, 2).files == {"stellen.csv": sha256}
    copy = plans.duplicate(store, made.plan_id, 1, "Plan B", "text")
    uses = files.uses(store, sha256)
    assert {(it.plan_name, it.number) for it in uses} == {("Plan A", 1), ("Plan A", 3), ("Plan B", 1)}
    with pytest.raises(InputError, match="Plan A") as error:
        files.remove(store, sha256)
    assert codes(error) == ["store_file_used"]
    assert plans.hanging(store, made.plan_id).files == 1
    plans.remove(store, made.plan_id, plans.hanging(store, made.plan_id))
    assert count(store, file) == 1
    assert files.read(store, sha256) == CSV
    plans.remove(store, copy.plan_id, plans.hanging(store, copy.plan_id))
    assert count(store, file) == count(store, piece) == 0


def test_a_version_names_only_files_that_are_there(store):
    with pytest.raises(InputError) as error:
        plans.create(store, replace(DRAFT, files={"a.csv": "0" * 64, "b.csv": "1" * 64}))
    assert codes(error) == ["store_file_unknown", "store_file_unknown"]
    assert lists.entries(store) == ()
    with pytest.raises(InputError):
        files.read(store, "0" * 64)


def test_files_are_kept_within_limits(store, monkeypatch, tmp_path):
    monkeypatch.setattr(limits, "FILE_BYTES", 100)
    monkeypatch.setattr(limits, "ALL_FILES_BYTES", 150)
    with pytest.raises(InputError) as error:
        files.add(store, b"x" * 101)
    assert codes(error) == ["store_file_large"]
    files.add(store, b"x" * 100)
    with pytest.raises(InputError) as error:
        files.add(store, b"y" * 51)
    assert codes(error) == ["store_files_full"]
    assert files.add(store, b"x" * 100)
    assert files.add(store, b"y" * 50)
    with pytest.raises(InputError) as error:
        files.add(store, tmp_path / "fehlt.csv")
    assert codes(error) == ["store_file_unreadable"]


def test_a_file_nobody_names_goes_after_a_day(store):
    named, old, young = (files.add(store, it) for it in (b"1", b"2", b"3"))
    plans.create(store, replace(DRAFT, files={"a.csv": named}))
    with store.writing() as connection:
        long_ago = file.update().where(file.c.sha256.in_([named, old]))
        connection.execute(long_ago.values(at="2020-01-01T00:00:00.000000+00:00"))
    files.add(store, b"4")
    with store.reading() as connection:
        there = set(connection.execute(sa.select(file.c.sha256)).scalars())
    assert old not in there
    assert {named, young} <= there
    files.remove(store, young)
    assert count(store, file) == 2


def test_a_checksum_alone_opens_nobody_elses_file(store):
    ada, bob = Member("ada"), Member("bob")
    with store.writing() as connection:
        for it in (ada, bob):
            connection.execute(person.insert().values(id=it.id, name=it.id, email=""))
    sha256 = files.add(store, CSV, ada)
    made = plans.create(store, replace(DRAFT, files={"a.csv": sha256}), ada)
    with pytest.raises(InputError) as error:
        files.read(store, sha256, bob)
    assert codes(error) == ["store_file_unknown"]
    with pytest.raises(InputError) as error:
        plans.create(store, replace(DRAFT, files={"a.csv": sha256}), bob)
    assert codes(error) == ["store_file_unknown"]
    # Who has the file itself may use it; so may who reads the plan.
    files.add(store, CSV, bob)
    assert plans.create(store, replace(DRAFT, files={"b.csv": sha256}), bob).files == {"b.csv": sha256}
    assert files.read(store, sha256, ada) == files.read(store, sha256, bob) == CSV
    assert plans.load(store, made.plan_id, by=ada).files == {"a.csv": sha256}
