"""A backup is one file, the same for both databases; restoring brings back all of it or nothing."""

import sqlite3
import threading
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


def test_a_newer_programs_backup_is_refused(store, tmp_path):
    backup = tmp_path / "backup.db"
    backup.touch()
    back_up(store, backup)
    with sqlite3.connect(backup) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(InputError) as error:
        restore(store, backup)
    assert codes(error) == ["store_newer"]
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
