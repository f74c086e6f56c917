"""Compiled loops are kept where that is safe; where it is not, or fails, everything still computes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from iqgeo import compiled_cache
from iqgeo.compiled_cache import is_safe
from tests.draws import BY_NIGHT

ROOT = os.name == "posix" and os.geteuid() == 0
PROJECT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="owners and groups are those of POSIX")

# A small module of its own: what the product compiles takes a minute.
MODULE = """
import sys
sys.path.insert(0, PROJECT)
from iqgeo.compiled_cache import kept

def double(value):
    return value * 2

twice = kept(double, nogil=True)
"""
# A user who may not even read the interpreter's folder: what is needed is loaded before.
DROP = """
import os, grp, pwd, numba, numba.misc.appdirs, iqgeo.compiled_cache, iqgeo.texts
numba.njit(lambda x: x + 1)(1)
iqgeo.texts.catalogue()
os.setgroups([]); os.setgid(65534); os.setuid(65534)
"""
CALL = """
import sys, time
sys.path.insert(0, {folder!r})
from loops import twice
print(twice({value}), type(twice._cache).__name__, sum(twice.stats.cache_hits.values()))
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with a module that compiles, readable by everybody."""
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "loops.py").write_text(MODULE.replace("PROJECT", repr(str(PROJECT))), encoding="utf-8")
    return folder


def called(folder: Path, value: str = "21", *, first: str = "", **environment: str) -> tuple[str, str]:
    """What the module answers in a process of its own, and what it says on the way."""
    bare = {it: at for it, at in os.environ.items() if not it.startswith(("NUMBA_", "XDG_", "HOME"))}
    done = subprocess.run(
        [sys.executable, "-B", "-c", first + CALL.format(folder=str(folder), value=value)],
        capture_output=True, text=True, check=False, timeout=120, env={**bare, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def test_a_second_process_finds_what_the_first_has_kept(program: Path) -> None:
    assert called(program) == ("42 FunctionCache 0", "")
    assert called(program) == ("42 FunctionCache 1", "")


def test_a_damaged_file_is_none(program: Path) -> None:
    called(program)
    for suffix in ("nbc", "nbi"):
        # Empty, cut short, and of anything: what is kept is unpickled, whichever of the two it is.
        for content in (b"", b"\x80") if suffix == "nbc" else (os.urandom(200),):
            for file in (program / "__pycache__").glob(f"*.{suffix}"):
                file.write_bytes(content)
            assert called(program)[0].startswith("42 FunctionCache 0")


def test_a_cache_of_another_version_is_none(program: Path) -> None:
    called(program)
    for file in (program / "__pycache__").glob("*.nbi"):
        content = file.read_bytes()
        import numba

        version = numba.__version__.encode()
        assert version in content
        file.write_bytes(content.replace(version, b"9" * len(version)))
    assert called(program) == ("42 FunctionCache 0", "")


def test_a_full_disk_costs_time_only(program: Path) -> None:
    call = CALL.format(folder=str(program), value="21")
    limited = (
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", limited + call], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.strip() == "42 FunctionCache 0", done.stderr
    assert done.stderr.count("Datenträger voll") == 1
    assert called(program)[0] == "42 FunctionCache 0"


def test_two_at_once_with_other_types_do_not_mix(program: Path) -> None:
    call = CALL
    for _ in range(2):
        several = [
            subprocess.Popen(
                [sys.executable, "-B", "-c", call.format(folder=str(program), value=value)],
                stdout=subprocess.PIPE, text=True,
            )
            for value in ("21", "21.5", "21j")
        ]  # fmt: skip
        answers = [it.communicate(timeout=120)[0].split()[0] for it in several]
        assert answers == ["42", "43.0", "42j"]
    assert called(program, "21.5")[0].startswith("43.0")


@pytest.mark.skipif(not ROOT, reason="acting for another user needs root")
class TestOthers:
    @pytest.fixture(autouse=True)
    def open_the_way(self, tmp_path: Path) -> None:
        for folder in (tmp_path, *tmp_path.parents[:-2]):
            folder.chmod(folder.stat().st_mode | 0o055)

    def test_nowhere_to_write_is_said_once(self, program: Path) -> None:
        said, told = called(program, first=DROP, HOME="/nonexistent")
        assert said.startswith("42 NullCache")
        assert told.count("kein beschreibbarer Ordner") == 1
        assert "no folder can be written" in told

    # By day the one that :meth:`test_who_counts` does not know.
    @pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775] if BY_NIGHT else [0o775])
    def test_a_folder_that_somebody_else_may_write_is_never_used(
        self, program: Path, tmp_path: Path, mode: int
    ) -> None:
        shared = tmp_path / "shared"
        shared.mkdir()
        os.chown(shared, 0, 100)
        called(program, NUMBA_CACHE_DIR=str(shared))
        (inner,) = (it for it in shared.iterdir() if it.is_dir())
        for folder in (shared, inner):
            folder.chmod(mode)
            os.chown(folder, 0, 100)
        # What lies there would now be loaded as code.
        for file in inner.glob("*.nbc"):
            file.write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "run").encode() + b"'\ntR.")
        said, told = called(program, NUMBA_CACHE_DIR=str(shared))
        assert said.startswith("42 NullCache")
        assert told.count("auch andere schreiben") == 1
        assert not (tmp_path / "run").exists()

    def test_who_counts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = tmp_path / "a" / "b"
        folder.mkdir(parents=True)
        assert is_safe(folder)
        os.chown(folder, 65534, 65534)
        assert not is_safe(folder)
        os.chown(folder, 0, 0)
        folder.parent.chmod(0o777)
        assert not is_safe(folder)
        folder.parent.chmod(0o1777)
        assert is_safe(folder)
        folder.chmod(0o1777)
        assert not is_safe(folder)
        folder.chmod(0o755)
        link = tmp_path / "link"
        link.symlink_to(folder)
        assert is_safe(link)
        folder.parent.chmod(0o755)
        os.chown(folder.parent, 65534, 0)
        assert not is_safe(link)
        assert not is_safe(tmp_path / "missing")


def test_the_product_compiles_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsafe(folder: Path) -> bool:
        return False

    monkeypatch.setattr(compiled_cache, "is_safe", unsafe)
    loop = compiled_cache.kept(_halved, nogil=True)
    assert loop(42.0) == 21.0
    assert type(loop._cache).__name__ == "NullCache"


def _halved(value: float) -> float:
    return value / 2
