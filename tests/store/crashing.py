"""Changes plans until it is killed; says what it was told is kept. Started by ``test_crashes``.

One process loads everything, then forks a child for each kill: only so are hundreds of them quick.
"""

import hashlib
import itertools
import os
import random
import signal
import sys
import time

from iqgeo.store import files, lists, plans, published
from iqgeo.store.database import Store, open_store
from iqgeo.store.records import EditConflict, NewVersion

KINDS = ("create", "save", "save", "save", "save", "file", "publish", "publish", "remove")


def change(store: Store, seed: int, said: int, steps: int | None = None) -> None:
    """Make, save, publish and remove, for ever or so many ``steps``; a line for everything that was kept."""
    drawn = random.Random(seed)
    for step in itertools.count() if steps is None else range(steps):
        text = f"{seed} {step} " * drawn.randrange(1, 4000)
        known = lists.entries(store, limit=12)
        what = drawn.choice(
            ["create", "save", "save", "save", "save", "file", "publish", "publish", "remove"]
        )
        if what == "create" or not known:
            made = plans.create(store, NewVersion(f"Plan {seed}", text, "k", what))
            say(said, "version", made.plan_id, made.number, hash_of(text))
            continue
        plan = drawn.choice(known)
        try:
            if what == "remove" and len(known) > 8:
                # Said before: whether it was done is not known to who is killed on the way.
                say(said, "removing", plan.id)
                plans.remove(store, plan.id, plans.hanging(store, plan.id))
            elif what == "publish":
                output = published.Output("a.pdf", "application/pdf", text.encode())
                page = published.publish(
                    store, plan.id, plan.number, case_json=text, outputs=[output], program="1", checksums={}
                )
                say(said, "page", page.token, plan.id, hash_of(text))
            else:
                kept = {"a.csv": files.add(store, text.encode() * 3)} if what == "file" else {}
                made = plans.save(
                    store, plan.id, NewVersion(plan.name, text, "k", what, files=kept), plan.number
                )
                say(said, "version", made.plan_id, made.number, hash_of(text))
        except EditConflict:
            continue


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def say(said: int, *words: object) -> None:
    # In one piece: a line is there or not.
    os.write(said, (" ".join(map(str, words)) + "\n").encode())


def wait_for_more(said: int) -> None:
    before, patience = os.fstat(said).st_size, time.monotonic() + 60
    while os.fstat(said).st_size == before:
        assert time.monotonic() < patience, "the child does nothing"
        time.sleep(0.001)


def main(place: str, kills: int, log: str) -> None:
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    drawn = random.Random(kills)
    # What takes its time at first (statements compiled, drivers loaded) is done before the first fork.
    store = open_store(place)
    change(store, kills, said, steps=100)
    for seed in range(kills):
        child = os.fork()
        if child == 0:
            try:
                change(store, seed, said)
            finally:
                os._exit(3)
        # By what it has done, not by the clock: the machine may be busy.
        for _ in range(drawn.randrange(4)):
            wait_for_more(said)
        time.sleep(drawn.uniform(0.0, 0.06))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        # It must die of the kill, not of a fault of its own.
        assert os.WIFSIGNALED(status), f"child {seed} ended with {status}"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
