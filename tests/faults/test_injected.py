"""A fault of the system at every step of writing and of reading: nothing half, a sentence each."""

import errno
import itertools
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read, read_offices
from iqgeo.safe.write import check_writable, make_folder, write_bytes

FAULTS = (
    errno.EIO, errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EDQUOT, errno.EMFILE, errno.ENFILE,
    errno.ESTALE, errno.ENOENT, errno.ENAMETOOLONG, errno.EBUSY, errno.ENODEV, errno.ETIMEDOUT, errno.EFBIG,
)  # fmt: skip
# Every call by which writing touches the disk.
WRITING = (
    (Path, "touch"), (Path, "write_bytes"), (Path, "open"), (Path, "replace"), (Path, "chmod"),
    (Path, "is_symlink"), (os, "fsync"), (os, "open"), (os, "access"),
)  # fmt: skip
READING = ((Path, "stat"), (Path, "open"))
GOOD = b"id,name,lon,lat\nA,Stade,9.47,53.6\n"


def failing(real: Callable[..., Any], number: int, after: int) -> Callable[..., Any]:
    """``real`` until it was called ``after`` times, then a fault of the system."""
    calls = itertools.count()

    def call(*arguments: Any, **options: Any) -> Any:
        if next(calls) >= after:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)

    return call


def said(refused: pytest.ExceptionInfo[InputError]) -> None:
    for problem in refused.value.problems:
        for lang in ("de", "en"):
            assert "{" not in problem.sentence(lang)
            assert problem.what(lang)


@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize(("place", "name"), WRITING, ids=lambda it: getattr(it, "__name__", it))
def test_a_write_that_fails_leaves_what_was_there(
    place: Any, name: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "gaps.csv"
    target.write_bytes(b"old")
    with monkeypatch.context() as patched:
        patched.setattr(place, name, failing(getattr(place, name), number, 0))
        with suppress(InputError):
            write_bytes(target, b"new" * 1000)
    # The new name is on the bytes before the folder is brought to the disk: then it is the new file, whole.
    assert target.read_bytes() in (b"old", b"new" * 1000)
    assert [it.name for it in tmp_path.iterdir()] == ["gaps.csv"]


@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
def test_what_cannot_be_written_is_known_before(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, attempt in (("touch", check_writable), ("mkdir", make_folder)):
        with monkeypatch.context() as patched:
            patched.setattr(Path, name, failing(getattr(Path, name), number, 0))
            with pytest.raises(InputError) as refused:
                attempt(tmp_path / "new")
        said(refused)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize(("place", "name"), READING, ids=lambda it: getattr(it, "__name__", it))
def test_a_read_that_fails_is_a_sentence(
    place: Any, name: str, number: int, after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "stellen.csv"
    path.write_bytes(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(place, name, failing(getattr(place, name), number, after))
        refused = False
        try:
            read_offices(path)
        except InputError:
            refused = True
    # What fails later may not be needed any more.
    assert refused or after


@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
def test_a_disk_that_fails_on_the_way_is_a_sentence(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "stellen.csv"
    path.write_bytes(GOOD)

    def fail(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(read, "table_here", fail)
    described = ["stellen.csv", str(path), None, None]
    with pytest.raises(InputError) as refused:
        read.in_child("iqgeo.inputs.read:table_here", described, {})
    said(refused)
    assert refused.value.problems[0].code == "file_unreadable"


def test_a_file_that_goes_between_the_look_and_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "stellen.csv"
    path.write_bytes(GOOD)
    real = read.run

    def late(*arguments: Any, **options: Any) -> Any:
        path.unlink()
        return real(*arguments, **options)

    monkeypatch.setattr(read, "run", late)
    report = check_file(path)
    assert [it.code for it in report.problems] == ["file_missing"]
