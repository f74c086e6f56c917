"""The place of the store: made whole, brought up to date, and every way it can fail is a sentence."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from iqgeo.errors import InputError
from iqgeo.store import database, faults, lists, plans
from iqgeo.store.database import open_store
from iqgeo.store.faults import StoreError
from iqgeo.store.records import NewVersion
from iqgeo.store.schema import KEPT, REVISION, metadata
from iqgeo.texts import catalogue

DRAFT = NewVersion("Plan A", "text" * 1000, "k")


def codes(error):
    return [it.code for it in error.value.problems]


def test_the_tables_are_those_the_program_knows(store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    for table, columns in KEPT.items():
        assert set(columns) <= set(metadata.tables[table].c.keys())
    assert ScriptDirectory(str(Path(database.__file__).with_name("migrations"))).get_heads() == [REVISION]


def test_a_store_is_found_again(place):
    made = plans.create(open_store(place), DRAFT)
    assert plans.load(open_store(place), made.plan_id) == made


def test_by_default_a_file_in_the_users_data_folder_that_only_they_read(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv(database.ENVIRONMENT, raising=False)
    store = open_store()
    assert Path(store.place) == tmp_path / "iqgeo" / "plans.db"
    assert stat.S_IMODE(Path(store.place).stat().st_mode) == 0o600
    with sqlite3.connect(store.place) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    monkeypatch.setenv(database.ENVIRONMENT, str(tmp_path / "other.db"))
    assert Path(open_store().place) == tmp_path / "other.db"
    assert sorted(it.name for it in tmp_path.iterdir()) == ["iqgeo", "other.db"]


def test_a_store_that_is_only_looked_into_is_not_made(tmp_path):
    with pytest.raises(StoreError) as error:
        open_store(tmp_path / "new" / "plans.db", create=False)
    assert codes(error) == ["store_missing"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "named", ["mysql://a:secret@b/c", "http://x", "postgresql://a:b:c", "postgres://u:secret@h:x/d"]
)
def test_what_is_no_place_is_said_without_its_password(named):
    with pytest.raises(InputError) as error:
        open_store(named)
    assert codes(error) == ["store_url"]
    assert "secret" not in str(error.value)


def test_a_server_that_is_not_there_and_a_database_that_is_not_ours(postgres):
    with pytest.raises(StoreError) as error:
        open_store("postgresql://iqgeo:secret@127.0.0.1:1/plans")
    assert codes(error) == ["store_lost"]
    assert "secret" not in str(error.value)
    with pytest.raises(StoreError) as error:
        open_store(postgres.url("no_such_database"))
    assert codes(error)[0] in ("store_lost", "store_refused")
    foreign = postgres.new_database()
    with psycopg.connect(foreign, autocommit=True) as connection:
        connection.execute("CREATE TABLE customers (id int)")
    with pytest.raises(StoreError) as error:
        open_store(foreign)
    assert codes(error) == ["store_foreign"]


def test_a_file_that_is_no_store_or_another_programs(tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"id,name\n" * 1000)
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE customers (id)")
    connection.close()
    for path, code in ((broken, "store_broken"), (foreign, "store_foreign"), (tmp_path, "store_lost")):
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(StoreError) as error:
            open_store(path)
        assert codes(error) == [code]
        assert before is None or path.read_bytes() == before


def test_a_newer_programs_store_is_left_alone(store, place):
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError) as error:
        open_store(place)
    assert codes(error) == ["store_newer"]


@pytest.mark.parametrize(
    "revision",
    ["'0000'", "'a1b2c3d4e5f6'", "'1'", "''", "'0001 '", "'０００２'", "x'ff'", "1", "12345", None],
)
def test_tables_of_another_program_are_no_newer_ones(store, place, revision):
    """Alembic keeps the tables of many programs; a revision that was never ours says nothing of an age."""
    change = "DELETE FROM alembic_version"
    if revision is not None:
        change = f"UPDATE alembic_version SET version_num = {revision}"
    with store.writing() as connection:
        connection.execute(sa.text(change))
    with pytest.raises(StoreError) as error:
        open_store(place)
    assert codes(error) == ["store_foreign"]


def test_what_another_program_has_just_taken_away_is_no_fault(tmp_path, monkeypatch):
    """A store is made beside its place: whoever makes one at the same time takes his own away again."""
    listed = Path.glob

    def gone_meanwhile(folder, pattern):
        return [*listed(folder, pattern), folder / f"{database._PREFIX}taken-away.db"]

    monkeypatch.setattr(Path, "glob", gone_meanwhile)
    assert plans.create(open_store(tmp_path / "plans.db"), DRAFT).plan_id


def test_many_open_a_new_store_at_once(place):
    found, errors = [], []

    def use():
        try:
            found.append(plans.create(open_store(place), DRAFT).plan_id)
        except Exception as error:  # noqa: BLE001 -- shown below
            errors.append(error)

    threads = [threading.Thread(target=use) for _ in range(16)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert errors == []
    assert {it.id for it in lists.entries(open_store(place))} == set(found)
    assert len(found) == 16


def test_a_lost_file_is_noticed_at_the_next_change_and_not_made_anew(tmp_path):
    place = tmp_path / "plans.db"
    store = open_store(place)
    made = plans.create(store, DRAFT)
    kept = place.read_bytes()
    place.unlink()
    for use in (lambda: plans.create(store, DRAFT), lambda: plans.load(store, made.plan_id)):
        with pytest.raises(StoreError) as error:
            use()
        assert codes(error) == ["store_lost"]
    assert list(tmp_path.iterdir()) == []
    # An empty file in its place is not taken for the store, either.
    place.touch()
    with pytest.raises(StoreError) as error:
        plans.create(store, DRAFT)
    assert codes(error) == ["store_lost"]
    place.write_bytes(kept)
    assert plans.load(store, made.plan_id) == made


def test_a_damaged_page_is_a_sentence(tmp_path):
    place = tmp_path / "plans.db"
    store = open_store(place)
    plans.create(store, DRAFT)
    with place.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (place.stat().st_size - 4096))
    with pytest.raises(StoreError) as error:
        lists.entries(store)
    assert codes(error) == ["store_broken"]


def test_a_disk_too_full_for_a_new_store_is_said_of_the_place_that_was_named(tmp_path):
    code = (
        "import resource, signal, sys; from iqgeo.store.database import open_store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try: open_store(sys.argv[1])\n"
        "except Exception as error: print(type(error).__name__, error.problems[0].file)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "plans.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["StoreError", str(tmp_path / "plans.db")], done.stderr
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, signal, sys
from iqgeo.store import lists, plans
from iqgeo.store.database import open_store
from iqgeo.store.faults import StoreError
store = open_store(sys.argv[1])
size = __import__("os").path.getsize(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, size + 200_000))
for number in range(100):
    try:
        plans.create(store, plans.NewVersion(f"Plan {number}", "x" * 50_000, "k"))
    except StoreError as error:
        print(number, error.problems[0].code)
        print(len(lists.entries(store)))
        break
"""


def test_a_full_disk_keeps_what_was_kept_and_says_so(tmp_path):
    """The limit on the size of a file stands in for the disk: the system refuses to write more."""
    place = tmp_path / "plans.db"
    plans.create(open_store(place), DRAFT)
    command = [sys.executable, "-c", FULL, str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (number, code), (there,) = (it.split() for it in done.stdout.splitlines())
    assert code in ("store_full", "store_failed")
    assert int(there) == int(number) + 1
    assert len(lists.entries(open_store(place))) == int(number) + 1
    assert plans.create(open_store(place), DRAFT)


def test_a_full_disk_of_sqlite_and_of_postgresql_has_its_own_sentence(postgres, tmp_path):
    store = open_store(tmp_path / "plans.db")

    @sa.event.listens_for(store.engine, "connect")
    def small(connection, _record):
        connection.execute("PRAGMA max_page_count=60")

    with pytest.raises(StoreError) as error:
        plans.create(store, NewVersion("Plan A", "x" * 500_000, "k"))
    assert codes(error) == ["store_full"]
    assert "als Datei" in str(error.value)
    assert lists.entries(store) == ()
    store = open_store(postgres.new_database())
    with store.writing() as connection:
        # What the server raises when its disk is full, raised by the server.
        connection.execute(
            sa.text(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$"
            )
        )
        connection.execute(
            sa.text("CREATE TRIGGER f BEFORE INSERT ON version FOR EACH ROW EXECUTE FUNCTION full_disk()")
        )
    with pytest.raises(StoreError) as error:
        plans.create(store, DRAFT)
    assert codes(error) == ["store_full"]
    assert lists.entries(store) == ()


@pytest.mark.skipif(os.name != "posix", reason="permissions of Unix")
def test_a_folder_without_permission_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as error:
        open_store(tmp_path / "file" / "plans.db")
    assert codes(error) == ["store_not_made"]


def test_a_lock_that_is_never_given_back_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "WAIT_S", 0.2)
    store = open_store(tmp_path / "plans.db")
    with store.writing(), pytest.raises(StoreError) as error:
        plans.create(store, DRAFT)
    assert codes(error) == ["store_busy"]
    # Who only reads does not wait.
    with store.writing():
        assert lists.entries(store) == ()


def test_every_code_a_database_error_can_become_has_its_sentences():
    for code in {*faults._SQLITE.values(), *faults._POSTGRESQL.values()}:
        assert f"problems.{code}.what" in catalogue()
        assert f"problems.{code}.remedy" in catalogue()


def test_our_own_faults_are_not_taken_for_the_databases(store):
    with pytest.raises(sa.exc.SQLAlchemyError), store.reading() as connection:
        connection.execute(sa.text("SELEC 1"))
