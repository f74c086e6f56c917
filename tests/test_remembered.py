"""A question that was proven before: the same answer without a search; any other question is searched."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from iqgeo import remembered, siting
from iqgeo.distances import Detour, Target
from iqgeo.firmness import firmness
from iqgeo.safe import kept as room
from iqgeo.scenarios import coverage_curve
from iqgeo.suggestions import Siting, candidate_towns

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture
def task(coverage_2012, region):
    """Few towns: each of the questions takes a moment."""
    towns = candidate_towns(region).sort_values("population", ascending=False)
    return Siting(coverage_2012, towns.iloc[8:20].reset_index(drop=True))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of this test to keep in."""
    monkeypatch.setenv(room.ENVIRONMENT, str(tmp_path / "kept"))
    room._safe_folder.cache_clear()
    yield tmp_path / "kept"
    room._safe_folder.cache_clear()


def told(found):
    """All that a suggestion says but how long it took."""
    return found.to_dict() | {"seconds": None}


def all_of(task):
    """Each kind of question that is remembered."""
    four = task.solve("max-cover", new=4)
    return (
        told(four),
        told(task.solve("full-cover", share_pct=70.0)),
        told(task.solve("p-median", new=2)),
        told(task.solve("keep-best", keep=3)),
        coverage_curve(task, 5).to_dict("list"),
        firmness(task, [it.id for it in four.sites]).to_dict(),
        [it.id for it in task.explained([it.id for it in four.sites])],
    )


def test_what_was_proven_is_not_searched_again_and_says_the_same(task, folder, monkeypatch):
    alone = pytest.MonkeyPatch()
    with alone.context() as patch:
        patch.setenv(room.ENVIRONMENT, "")
        anew = all_of(task)
    assert all_of(task) == anew

    def never(*_args, **_named):
        raise AssertionError("searched again")

    for name in ("max_cover", "full_cover", "p_median", "keep_best", "curve", "explain"):
        monkeypatch.setattr(siting, name, never, raising=False)
    assert all_of(replace(task)) == anew
    with pytest.raises(AssertionError, match="searched again"):
        task.solve("max-cover", new=3)


def test_what_is_not_proven_is_searched_again(task, folder):
    shown = remembered.answer(task, ("max-cover", 4), lambda: siting.max_cover(task.sets, 4, task.rules))
    for status, searches in (("feasible", 2), ("optimal", 1)):
        found, times = replace(shown, status=status), []

        def search(found=found, times=times):
            times.append(found)
            return found

        for _ in range(2):
            assert remembered.answer(task, (status,), search).status == status
        assert len(times) == searches


def test_any_other_question_has_another_key(task):
    start, towns = task.start, task.candidates
    some = str(towns["id"].iloc[2])
    places = start.places.assign(people=start.places["people"].to_numpy() + (start.places.index == 7))
    moved = towns.assign(lon=towns["lon"].to_numpy() + 1e-9)
    others = [
        replace(task, require=(some,)),
        replace(task, forbid=(some,)),
        replace(task, per_district=True),
        replace(task, candidates=towns.iloc[::-1].reset_index(drop=True)),
        replace(task, candidates=moved),
        replace(task, candidates=towns.iloc[:-1]),
        replace(task, start=replace(start, target=Target(30.0))),
        replace(task, start=replace(start, measure=Detour(1.4))),
        replace(task, start=replace(start, places=places)),
        replace(task, start=start.again(offices=start.offices.iloc[:-1])),
    ]
    asked = ("max-cover", 4, None, 100.0)
    keys = [remembered._key(it, asked) for it in (task, *others)]
    keys += [
        remembered._key(task, more)
        for more in (("max-cover", 5, None, 100.0), ("full-cover", 4, None, 100.0))
    ]
    assert len(set(keys)) == len(keys)
    assert remembered._key(replace(task), asked) == keys[0]


def test_kept_loops_need_nothing_but_what_loads_them():
    """Whatever is kept of every loop is loaded into a process that has compiled nothing."""
    code = """
import sys
from importlib import import_module
from pathlib import Path
import iqgeo
from iqgeo.siting import CoverSets, max_cover

if "--load" not in sys.argv:
    # Compiled here if nobody has before: then they are kept.
    max_cover(CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3), 1)
else:
    from numba.core.base import BaseContext
    from iqgeo.compiled import GATES

    def never(self):
        raise AssertionError("what compiling needs was loaded")

    BaseContext.refresh = never
    here = Path(iqgeo.__file__).parent
    for path in here.rglob("*.py"):
        if "iqgeo.compiled import" in path.read_text(encoding="utf-8"):
            import_module(".".join(("iqgeo", *path.relative_to(here).with_suffix("").parts)))
    loaded = 0
    for gate in GATES.values():
        loop = gate.function
        for key in loop._cache._cache_file._load_index():
            assert loop._cache.load_overload(key[0], loop.targetctx) is not None
            loaded += 1
    print(loaded)
"""
    bare = {key: at for key, at in os.environ.items() if key != "NUMBA_DISABLE_JIT"}
    for more in ([], ["--load"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *more], capture_output=True, text=True, check=False, timeout=300,
            env=bare, cwd=PROJECT,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 5
