"""Killed in the middle of changes, many at once: nothing that was kept is lost, nothing is half there."""

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from iqgeo.store import files, lists, plans, published
from iqgeo.store.database import open_store
from iqgeo.store.faults import StoreError
from iqgeo.store.records import EditConflict, NewVersion
from iqgeo.store.schema import file, plan, publication, version
from tests.store.crashing import hash_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="processes are forked and killed as on Unix"),
]

DRAFT = NewVersion("Plan A", "text", "k")
# By night many more: IQGEO_KILLS=200.
KILLS = int(os.environ.get("IQGEO_KILLS", "8"))
# Each of sixteen; a second save of each comes upon what all the others have saved.
SAVES = 3 if "IQGEO_KILLS" in os.environ else 2


def test_killed_in_the_middle_of_changes_nothing_is_lost_or_half_written(place, tmp_path):
    open_store(place)
    log = tmp_path / "kept"
    command = [sys.executable, "-m", "tests.store.crashing", place, str(KILLS), str(log)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0, done.stderr
    store = open_store(place)
    if not place.startswith("postgresql"):
        with sqlite3.connect(place) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
    check_whole(store)
    check_kept(store, log.read_text().splitlines())


def check_whole(store):
    """Every plan has all its versions, every file all its pieces, every page its file."""
    with store.reading() as connection:
        numbers = {}
        for it in connection.execute(sa.select(version).order_by(version.c.number)):
            numbers.setdefault(it.plan_id, []).append((it.number, it.parent))
        heads = {it.id: it.head for it in connection.execute(sa.select(plan))}
        kept = connection.execute(sa.select(file.c.sha256, file.c.size)).all()
        pages = connection.execute(sa.select(publication.c.token)).scalars().all()
    assert heads == {plan_id: it[-1][0] for plan_id, it in numbers.items()}
    for it in numbers.values():
        assert it == [(number, number - 1 or None) for number in range(1, len(it) + 1)]
    for sha256, size in kept:
        content = files.read(store, sha256)
        assert len(content) == size
        assert hash_of(content.decode()) == sha256
    for token in pages:
        page = published.opened(store, token)
        assert published.content(store, token, "a.pdf").decode() == page.case_json


def check_kept(store, lines):
    """All that the killed had been told was kept is there, letter by letter, unless it was to be removed."""
    there = {it.id for it in lists.entries(store)}
    removing = {it.split()[1] for it in lines if it.startswith("removing")}
    checked = 0
    for kind, *words in map(str.split, lines):
        plan_id = words[1] if kind == "page" else words[0]
        if plan_id not in there:
            assert plan_id in removing
        elif kind == "version":
            assert hash_of(plans.load(store, plan_id, int(words[1])).text) == words[2]
            checked += 1
        elif kind == "page":
            assert hash_of(published.opened(store, words[0]).case_json) == words[2]
            checked += 1
    assert checked > KILLS / 2


def save_many(place, number, count, start):
    store = open_store(place)
    start.wait()
    own = plans.create(store, replace(DRAFT, name=f"own {number}"))
    shared = lists.find(store, "shared")
    parent, conflicts, told = shared.number, 0, 0
    for step in range(count):
        own = plans.save(store, own.plan_id, replace(DRAFT, text=f"{number} {step}"), own.number)
        while True:
            try:
                draft = NewVersion("shared", f"{number} {step}", "k", f"{number} {step}")
                parent = plans.save(store, shared.id, draft, parent).number
                break
            except EditConflict as conflict:
                conflicts += 1
                told += len(conflict.theirs)
                parent = conflict.theirs[-1].number
    os._exit(0 if own.number == count + 1 else 1)


def test_sixteen_save_at_once_and_every_change_is_there(place):
    store = open_store(place)
    shared = plans.create(store, replace(DRAFT, name="shared", text="0"))
    context = multiprocessing.get_context("fork")
    start, count = context.Event(), SAVES
    processes = [
        context.Process(target=save_many, args=(place, number, count, start)) for number in range(16)
    ]
    for it in processes:
        it.start()
    start.set()
    for it in processes:
        it.join()
    assert [it.exitcode for it in processes] == [0] * 16
    history = plans.history(store, shared.plan_id)
    assert len(history) == 1 + 16 * count
    assert {it.change for it in history} == {""} | {f"{a} {b}" for a in range(16) for b in range(count)}
    assert len(lists.entries(store, search="own")) == 0
    assert len(lists.entries(store)) == 17
    check_whole(store)


def test_a_server_that_falls_is_a_sentence_and_has_lost_nothing(postgres):
    store = open_store(postgres.new_database())
    made = plans.create(store, DRAFT)
    for fall in range(3):
        stop, kept, told = threading.Event(), [made.number], []

        def save(stop=stop, kept=kept, told=told, plan_id=made.plan_id):
            while not stop.is_set():
                try:
                    draft = replace(DRAFT, text=f"{len(kept)} {time.monotonic()}")
                    kept.append(plans.save(store, plan_id, draft, kept[-1]).number)
                except StoreError as error:
                    told.append(error.problems[0].code)
                    return

        saver = threading.Thread(target=save)
        saver.start()
        time.sleep(0.2 + fall / 10)
        postgres.stop()
        saver.join(timeout=30)
        stop.set()
        assert told == ["store_lost"]
        postgres.start()
        numbers = [it.number for it in plans.history(store, made.plan_id)]
        # The last one may have been kept without the word of it coming through.
        assert numbers[0] - kept[-1] in (0, 1)
        assert numbers == list(range(numbers[0], 0, -1))
        made = plans.load(store, made.plan_id)
    check_whole(store)
