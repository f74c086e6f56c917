"""Two faults at once, every pair: around the one place that writes, the one that reads, and a command."""

import errno
import io
import itertools
import os
import secrets
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iqgeo.errors import InputError
from iqgeo.inputs import read_offices
from iqgeo.safe.write import write_bytes
from iqgeo.workers import guarded
from tests.faults.test_faults import OFFICES, PEOPLE, ROOT, iqgeo

OLD, NEW = b"old" * 3_000, b"new" * 5_000
GOOD = b"id,name,lon,lat\nA,Stade,9.47,53.6\n"
ALL = os.environ.get("IQGEO_FAULTS") == "all"
Patch = pytest.MonkeyPatch


def failing(place: Any, name: str, number: int, after: int = 0) -> Callable[[Patch], None]:
    """A call of the system that fails, from its ``after``-th time on."""

    def put(patch: Patch) -> None:
        real, calls = getattr(place, name), itertools.count()

        def call(*arguments: Any, **options: Any) -> Any:
            if next(calls) >= after:
                raise OSError(number, os.strerror(number))
            return real(*arguments, **options)

        patch.setattr(place, name, call)

    return put


def half_written(patch: Patch) -> None:
    """The disk is full in the middle."""

    def write(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    patch.setattr(Path, "write_bytes", write)


def clock_back(patch: Patch) -> None:
    patch.setattr(time, "time", lambda: -86_400.0)


def clock_ahead(patch: Patch) -> None:
    patch.setattr(time, "time", lambda: 4e9)


def same_name(patch: Patch) -> None:
    """Two writers that draw the same lot."""
    patch.setattr(secrets, "token_hex", lambda count: "0" * 2 * count)


def another_writes(patch: Patch) -> None:
    """Somebody else puts a whole file there just before ours gets its name."""
    real = Path.replace

    def replace(path: Path, target: Path) -> Path:
        with Path(target).open("wb") as file:
            file.write(b"another")
        return real(path, target)

    patch.setattr(Path, "replace", replace)


WRITING: dict[str, Callable[[Patch], None]] = {
    "the disk is full in the middle": half_written,
    "nothing can be made": failing(Path, "touch", errno.EACCES),
    "a failing disk on the way to it": failing(os, "fsync", errno.EIO),
    "the folder cannot be brought to the disk": failing(os, "fsync", errno.EIO, after=1),
    "no new name": failing(Path, "replace", errno.EBUSY),
    "no permissions": failing(Path, "chmod", errno.EPERM),
    "too many files": failing(os, "open", errno.EMFILE),
    "the share is gone": failing(Path, "is_symlink", errno.ESTALE),
    "no look at what is there": failing(os, "access", errno.ENOENT),
    "the clock went back": clock_back,
    "the clock went ahead": clock_ahead,
    "the same lot": same_name,
    "another writes": another_writes,
}


def refused_under(
    faults: dict[str, Callable[[Patch], None]], pair: tuple[str, str], work: Callable[[], object]
) -> bool:
    """Work under two faults: it is done, or refused with words, and nothing else comes out."""
    refused: InputError | None = None
    with pytest.MonkeyPatch.context() as patch:
        for name in pair:
            faults[name](patch)
        try:
            work()
        except InputError as error:
            refused = error
    if refused is None:
        return False
    assert refused.problems
    for problem in refused.problems:
        for lang in ("de", "en"):
            assert "{" not in problem.sentence(lang)
    return True


@pytest.mark.parametrize("pair", list(itertools.combinations(WRITING, 2)), ids=" + ".join)
def test_two_faults_while_writing(pair: tuple[str, str], tmp_path: Path) -> None:
    target = tmp_path / "gaps.csv"
    target.write_bytes(OLD)
    refused = refused_under(WRITING, pair, lambda: write_bytes(target, NEW))
    there = target.read_bytes()
    assert there in ((OLD, NEW, b"another") if "another writes" in pair else (OLD, NEW)), "half a file"
    assert refused or there == NEW
    assert [it.name for it in tmp_path.iterdir()] == ["gaps.csv"], "something was left behind"


class Short(io.BytesIO):
    """A stream that ends before its time."""


def short_read(patch: Patch) -> None:
    real = Path.open

    def opened(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if mode == "rb" and path.suffix == ".csv":
            with real(path, mode) as file:
                return Short(file.read()[:40])
        return real(path, mode, *arguments, **options)

    patch.setattr(Path, "open", opened)


def no_child(patch: Patch) -> None:
    patch.setattr(guarded._PROCESS, "ask", lambda *_: (None, None))


READING: dict[str, Callable[[Patch], None]] = {
    "a failing disk": failing(Path, "open", errno.EIO),
    "permission lost": failing(Path, "stat", errno.EACCES),
    "a short read": short_read,
    "no temporary folder": failing(tempfile, "gettempdir", errno.ENOENT),
    "no child": no_child,
    "the clock went back": clock_back,
    "too many files": failing(Path, "open", errno.EMFILE, after=1),
}


@pytest.mark.parametrize("pair", list(itertools.combinations(READING, 2)), ids=" + ".join)
def test_two_faults_while_reading(pair: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "stellen.csv"
    path.write_bytes(GOOD)

    def read() -> None:
        assert len(read_offices(path).frame) == 1

    refused_under(READING, pair, read)
    assert path.read_bytes() == GOOD


# Around a command.

CLOCK = """
    import time
    time.time = lambda: -86_400.0
"""


def _world(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """What can be wrong around a command: variables of its environment, and options of how it is run."""
    nowhere = str(tmp_path / "no" / "such" / "folder")
    homes = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    return {
        "no locale": {"LC_ALL": "xx_XX.none", "PYTHONUTF8": "0"},
        "no home": dict.fromkeys(homes, nowhere),
        "no temporary folder": {"TMPDIR": nowhere},
        "the clock went back": {"PYTHONPATH": path},
        "the disk is full": {"limit_bytes": 512},
        "no zone": {"TZ": "Nowhere/Nowhere"},
        "a store that is a folder": {"IQGEO_STORE": str(tmp_path)},
    }


PAIRS = list(itertools.combinations(sorted(_world(Path())), 2))
FEW = [("no home", "no temporary folder")]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits of Unix")
@pytest.mark.parametrize("pair", PAIRS if ALL else FEW, ids=" + ".join)
def test_two_faults_around_a_command(pair: tuple[str, str], tmp_path: Path) -> None:
    inputs, world = tmp_path / "in", tmp_path / "world"
    for folder in (inputs, world):
        folder.mkdir()
    (inputs / "o.csv").write_text(OFFICES, encoding="utf-8")
    (inputs / "p.csv").write_text(PEOPLE, encoding="utf-8")
    out = inputs / "gaps.csv"
    out.write_bytes(OLD)
    (world / "sitecustomize.py").write_text(textwrap.dedent(CLOCK), encoding="utf-8")
    wrong = _world(world)
    options: dict[str, Any] = {}
    for name in pair:
        options |= wrong[name]
    done = iqgeo(
        "gaps",
        "--offices",
        inputs / "o.csv",
        "--demand",
        inputs / "p.csv",
        "--out",
        out,
        bound=ROOT,
        **options,
    )
    said = done.stderr.decode(errors="replace")
    assert "Traceback" not in said
    assert done.returncode in (0, 2), said
    there = out.read_bytes()
    if done.returncode:
        assert there == OLD
        assert said.strip()
    else:
        assert b"Hannover" in there
    assert not list(inputs.glob(".iqgeo-*"))
