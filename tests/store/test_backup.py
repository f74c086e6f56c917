"""A backup is one file, the same for both databases; restoring brings back all of it or nothing."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from iqgeo.errors import InputError
from iqgeo.store import files, lists, members, plans, published
from iqgeo.store.backup import back_up, contents, restore
from iqgeo.store.database import open_store
from iqgeo.store.published import Output
from iqgeo.store.records import NewVersion
from iqgeo.store.schema import metadata

DRAFT = NewVersion("Plan A: Größe", "text", "k")


def codes(error):
    return [it.code for it in error.value.problems]


def filled(store):
    """Something in every table."""
    who = {"iss": "p", "sub": "ada", "aud": "c", "iat": 1e9, "name": "Ada", "email": "ada@example.org"}
    ada = members.sign_in(store, who, client_id="c", at=1e9)
    sha256 = files.add(store, bytes(range(256)) * 9000, ada)
    made = plans.create(store, replace(DRAFT, files={"a.csv": sha256}), ada)
    plans.save(store, made.plan_id, replace(DRAFT, text="b"), 1, ada)
    members.grant(store, made.plan_id, "group", "team", "reader", ada)
    published.publish(
        store, made.plan_id, 2, case_json="{}", outputs=[Output("a.pdf", "application/pdf", b"\x00%PDF")],
        program="1", checksums={"a": "b"}, by=ada,
    )  # fmt: skip
    return made


def everything(store):
    with store.reading() as connection:
        return {
            name: sorted(map(repr, connection.execute(sa.select(table)).all()))
            for name, table in metadata.tables.items()
        }


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_all_of_a_store_comes_back_in_either_database(store, to, tmp_path, postgres):
    filled(store)
    before = everything(store)
    assert all(before.values())
    backup = tmp_path / "sicherung.db"
    backup.touch()
    assert back_up(store, backup) == contents(store)
    assert sorted(it.name for it in tmp_path.glob("sicherung*")) == ["sicherung.db"]
    other = open_store(postgres.new_database() if to == "postgresql" else tmp_path / "other.db")
    assert restore(other, backup) == contents(store)
    assert everything(other) == before
    # It is a store itself.
    assert everything(open_store(backup)) == before


def test_restoring_replaces_only_when_told_to(store, tmp_path):
    made = filled(store)
    backup = tmp_path / "backup.db"
    backup.touch()
    back_up(store, backup)
    before = everything(store)
    plans.save(store, made.plan_id, replace(DRAFT, text="c"), 2)
    plans.create(store, DRAFT)
    after = everything(store)
    with pytest.raises(InputError) as error:
        restore(store, backup)
    assert codes(error) == ["store_not_empty"]
    assert everything(store) == after
    restore(store, backup, replace=True)
    assert everything(store) == before


def test_what_is_no_whole_backup_changes_nothing(store, tmp_path):
    made = filled(store)
    backup = tmp_path / "backup.db"
    backup.touch()
    back_up(store, backup)
    whole = backup.read_bytes()
    wrong = {
        "cut": whole[: len(whole) // 2],
        "torn": whole[:4096] + b"\xff" * 8192 + whole[12288:],
        "empty": b"",
        "text": b"id,name\n" * 100,
    }
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
    with sqlite3.connect(tmp_path / "foreign") as connection:
        connection.execute("CREATE TABLE customers (id)")
    connection.close()
    before = everything(store)
    for name in (*wrong, "foreign", "missing"):
        with pytest.raises(InputError) as error:
            restore(store, tmp_path / name, replace=True)
        assert codes(error) == ["store_no_backup"], name
        assert everything(store) == before
    assert plans.load(store, made.plan_id).number == 2
    with pytest.raises(OSError, match="missing"):
        back_up(store, tmp_path / "missing")


@pytest.mark.parametrize(("revision", "code"), [("9999", "store_newer"), ("0000", "store_no_backup")])
def test_a_backup_of_a_newer_program_or_of_a_revision_that_never_was_is_refused(
    store, tmp_path, revision, code
):
    backup = tmp_path / "backup.db"
    backup.touch()
    back_up(store, backup)
    with sqlite3.connect(backup) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()
    with pytest.raises(InputError) as error:
        restore(store, backup)
    assert codes(error) == [code]
    assert str(backup) in str(error.value)


def test_a_backup_is_of_one_moment_while_others_save(store, tmp_path):
    made = plans.create(store, DRAFT)
    stop = threading.Event()

    def save():
        number = 1
        while not stop.is_set():
            number = plans.save(store, made.plan_id, replace(DRAFT, text=str(number)), number).number

    saver = threading.Thread(target=save)
    saver.start()
    try:
        for position in range(5):
            backup = tmp_path / f"{position}.db"
            backup.touch()
            back_up(store, backup)
            copy = open_store(backup)
            history = plans.history(copy, made.plan_id)
            assert [it.number for it in history] == list(range(len(history), 0, -1))
            assert lists.entries(copy)[0].number == len(history)
    finally:
        stop.set()
        saver.join()


def test_a_file_in_the_folder_one_stands_in_will_do(store, tmp_path, monkeypatch):
    filled(store)
    monkeypatch.chdir(tmp_path)
    backup = Path("sicherung.db")
    backup.touch()
    kept = back_up(store, backup)
    # Where one goes afterwards does not matter to a store that is open.
    other = open_store("anderswo.db")
    (tmp_path / "unten").mkdir()
    monkeypatch.chdir(tmp_path / "unten")
    assert restore(other, Path("..") / backup) == kept
    assert contents(other) == kept


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
# What a stranger's backup may hold that no store has written; the guards of our own tables go first.
STRANGE = {
    "a view that never ends": f"ALTER TABLE piece RENAME TO p; CREATE VIEW piece AS {ENDLESS} p.* FROM n, p",
    "a computed column": "DROP TABLE holding; CREATE TABLE holding (sha256 TEXT, person_id AS (sha256))",
    "a default of a gigabyte": "ALTER TABLE person ADD COLUMN x AS (hex(zeroblob(900000000)))",
    "a column less": "ALTER TABLE version DROP COLUMN words",
    "a time that is none": "UPDATE version SET at = 'gestern'",
    "brackets within brackets": "UPDATE publication SET checksums = replace(hex(zeroblob(100000)), '0', '[')",
    "a list for an object": "UPDATE publication SET case_json = '[1]'",
    "a summary without end": "UPDATE version SET summary = hex(zeroblob(100000))",
    "a text that is bytes": "UPDATE version SET text = x'fffe'",
    "a number that is text": "PRAGMA foreign_keys = OFF; UPDATE file SET size = 'x'",
    "a name that no database keeps": "UPDATE version SET name = 'a' || char(0) || 'b'",
    "another content": "UPDATE piece SET content = x'00' || substr(content, 2)",
    "a role of nobody": "UPDATE plan SET id = 'x'",
    "a schema rewritten": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 2",
}


def test_a_strangers_backup_brings_nothing_that_no_store_has_written(tmp_path):
    original, mine = open_store(tmp_path / "a.db"), open_store(tmp_path / "b.db")
    filled(original)
    plans.create(mine, DRAFT)
    before = everything(mine)
    backup = tmp_path / "backup.db"
    backup.touch()
    back_up(original, backup)
    whole = backup.read_bytes()
    for what, script in STRANGE.items():
        backup.write_bytes(whole)
        with closing(sqlite3.connect(backup)) as connection:
            guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            connection.executescript("".join(f'DROP TRIGGER "{it}";' for (it,) in guards) + script)
            connection.commit()
        with pytest.raises(InputError) as error:
            restore(mine, backup, replace=True)
        assert codes(error) == ["store_no_backup"], what
        assert everything(mine) == before
