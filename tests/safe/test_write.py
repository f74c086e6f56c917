"""Files whole or not at all: killed, full, read-only, odd names."""

import errno
import hashlib
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from iqgeo.errors import InputError
from iqgeo.safe.write import check_writable, json_bytes, make_folder, write_bytes, writing

ROOT = os.name == "posix" and os.geteuid() == 0
WRITER = """
import sys
from pathlib import Path
from iqgeo.safe.write import write_bytes
target = Path(sys.argv[1])
bodies = [bytes([65 + n]) * 3_000_000 for n in range(4)]
print("ready", flush=True)
while True:
    for body in bodies:
        write_bytes(target, body)
"""


def codes(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def python(
    script: str, *arguments: str | Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **(env or {})},
        errors="replace",
    )  # fmt: skip


def as_somebody_else(action: Callable[[], None]) -> str:
    """What ``action`` raises in a child without root's rights, as a sentence."""
    from iqgeo.texts import catalogue

    catalogue()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        if ROOT:
            os.setgid(65534)
            os.setuid(65534)
        try:
            action()
            said = "nothing"
        except BaseException as error:  # noqa: BLE001 -- whatever it is, the parent wants to hear of it
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


def test_the_bytes_arrive(tmp_path: Path) -> None:
    target = tmp_path / "Übersicht – Kreis Göttingen (neu).csv"
    assert write_bytes(target, b"one") == target
    write_bytes(target, b"two")
    assert target.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [target]


def test_killed_at_any_moment_the_file_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "gaps.xlsx"
    target.write_bytes(b"A" * 3_000_000)
    whole = {hashlib.sha256(bytes([65 + n]) * 3_000_000).digest() for n in range(4)}
    chance = random.Random(6)
    moved = 0
    for _ in range(25):
        before = target.stat().st_mtime_ns
        with subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.06))
            child.send_signal(signal.SIGKILL)
        assert hashlib.sha256(target.read_bytes()).digest() in whole
        moved += target.stat().st_mtime_ns != before
    assert moved > 5, "the children were killed before they wrote anything: the test shows nothing"
    # What the killed left behind goes with the next write once it is old.
    left = list(tmp_path.glob(".iqgeo-*"))
    for file in left:
        os.utime(file, (0, 0))
    write_bytes(target, b"new")
    assert [it.name for it in tmp_path.iterdir()] == ["gaps.xlsx"]


def test_a_young_temporary_file_of_another_run_stays(tmp_path: Path) -> None:
    other = tmp_path / ".iqgeo-0123456789abcdef.xlsx"
    other.write_bytes(b"at work")
    write_bytes(tmp_path / "a.csv", b"x")
    assert other.read_bytes() == b"at work"


def test_a_body_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "gaps.gpkg"
    target.write_bytes(b"old")

    def fail_halfway() -> None:
        with writing(target) as temporary:
            temporary.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "gaps.csv"
    target.write_bytes(b"old")
    script = """
        import resource, signal, sys
        from iqgeo.errors import InputError
        from iqgeo.safe.write import write_bytes
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            write_bytes(sys.argv[1], b"x" * 100_000)
        except InputError as error:
            print(error.problems[0].code)
    """
    assert python(script, target).stdout.strip() == "output_full"
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_really_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs rights this run does not have")
    try:
        target = disk / "gaps.csv"
        write_bytes(target, b"old")
        with pytest.raises(InputError) as error:
            write_bytes(target, b"x" * 200_000)
        assert codes(error) == ["output_full"]
        assert target.read_bytes() == b"old"
        assert list(disk.iterdir()) == [target]
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_device_is_written_to_directly() -> None:
    write_bytes("/dev/null", b"x")
    with pytest.raises(InputError) as error:
        write_bytes("/dev/full", b"x")
    assert codes(error) == ["output_full"]


def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    open_the_way_to(tmp_path)
    try:
        said = as_somebody_else(lambda: void(write_bytes(tmp_path / "gaps.csv", b"x")))
    finally:
        tmp_path.chmod(0o755)
    assert said.startswith("InputError")
    assert "darf nicht geschrieben werden" in said
    assert not list(tmp_path.iterdir())


def test_a_read_only_file_keeps_its_content(tmp_path: Path) -> None:
    target = tmp_path / "gaps.csv"
    target.write_bytes(b"old")
    target.chmod(0o444)
    tmp_path.chmod(0o777)
    open_the_way_to(tmp_path)
    said = as_somebody_else(lambda: void(write_bytes(target, b"x")))
    assert said.startswith("InputError")
    assert "schreibgeschützt oder in einem anderen Programm geöffnet" in said
    assert target.read_bytes() == b"old"


def open_the_way_to(folder: Path) -> None:
    """Let somebody else come as far as ``folder``, however deep the tests' own folder lies."""
    for above in folder.parents:
        if above == Path(tempfile.gettempdir()):
            return
        above.chmod(above.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)


def void(_: object) -> None:
    """Swallow a result."""


def test_open_in_excel_is_said_so(tmp_path: Path) -> None:
    target = tmp_path / "gaps.xlsx"
    target.write_bytes(b"old")
    violation = PermissionError(errno.EACCES, "The process cannot access the file")
    # What Windows adds when another program holds the file.
    violation.winerror = 32  # type: ignore[attr-defined]
    with pytest.raises(InputError) as error, writing(target):
        raise violation
    assert codes(error) == ["output_open"]
    assert "Excel" in str(error.value)
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing/gaps.csv", "output_folder_missing"),
        ("folder", "output_is_folder"),
        ("file.txt/gaps.csv", "output_folder_is_file"),
        ("x" * 300, "output_name_too_long"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("x", encoding="utf-8")
    for attempt in (lambda: write_bytes(tmp_path / name, b"x"), lambda: check_writable(tmp_path / name)):
        with pytest.raises(InputError) as error:
            attempt()
        assert codes(error) == [code]
        for lang in ("de", "en"):
            assert "{" not in error.value.message(lang)


def test_checking_leaves_nothing_behind(tmp_path: Path) -> None:
    check_writable(tmp_path / "gaps.csv")
    assert not list(tmp_path.iterdir())


def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    target = tmp_path / "real.csv"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    write_bytes(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    write_bytes(tmp_path / "ours", b"x")
    assert (tmp_path / "ours").stat().st_mode == usual.stat().st_mode


def test_umlauts_and_spaces_without_a_locale(tmp_path: Path) -> None:
    folder = tmp_path / "Ä Ö Ü"
    folder.mkdir()
    script = """
        import sys
        from iqgeo.safe.write import write_bytes, json_bytes
        write_bytes(sys.argv[1], json_bytes({"Kreis": "L\\u00fcneburg"}))
    """
    bare = {
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONPATH": str(Path.cwd()),
    }
    done = python(script, folder / "größte Lücke.json", env=bare)
    assert done.returncode == 0, done.stderr
    assert "Lüneburg" in (folder / "größte Lücke.json").read_text(encoding="utf-8")


def test_make_folder(tmp_path: Path) -> None:
    assert make_folder(tmp_path / "a" / "b").is_dir()
    make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as error:
        make_folder(tmp_path / "file")
    assert codes(error) == ["output_folder_is_file"]


def test_json_has_no_numbers_that_json_does_not_know() -> None:
    written = json_bytes({"a": [float("nan"), float("inf"), 1.5], "ä": (1, None)}).decode()
    assert "NaN" not in written
    assert '"ä"' in written
    assert "1.5" in written
