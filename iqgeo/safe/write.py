"""Files written whole or not at all: to a temporary file beside the target, then renamed."""

import errno
import json
import math
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from iqgeo.errors import InputError, Problem
from iqgeo.safe.clean import COMMANDS

# Temporary files carry this prefix, so that what a killed run left behind can be told and removed.
_PREFIX = ".iqgeo-"
_LEFT_BEHIND_S = 3600.0
_SHARING_VIOLATION = (32, 33)
"""Windows: another program (Excel, as a rule) holds the file or a part of it."""


def write_bytes(path: str | Path, content: bytes) -> Path:
    """Write ``content`` to ``path``; on any failure an older file there stays whole.

    A device or pipe (``/dev/stdout``) is written to directly.

    Raises
    ------
    InputError
        If the file cannot be written: no such folder, no permission, open elsewhere, disk full.
    """
    target = Path(path)
    with _explained(target):
        if _is_device(target):
            target.write_bytes(content)
            return target
        with writing(target) as temporary:
            temporary.write_bytes(content)
    return target


@contextmanager
def writing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path with the same suffix to write to; renamed to ``path`` at the end.

    If the body raises, nothing is renamed and the temporary file goes. A link is followed, the
    permissions of an older file are kept.

    Raises
    ------
    InputError
        As :func:`write_bytes`; errors of the operating system in the body count as well.
    """
    target = Path(path)
    with _explained(target):
        if target.is_symlink():
            target = target.resolve()
        _check_replaceable(target)
        _remove_left_behind(target.parent)
        temporary = target.parent / f"{_PREFIX}{secrets.token_hex(8)}{target.suffix}"
        try:
            # Made first, so that a folder without permission is known before the work is done.
            temporary.touch(mode=0o666, exist_ok=False)
            yield temporary
            _settle(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """Refuse a target that cannot be written before the work for it is done.

    Raises
    ------
    InputError
        As :func:`write_bytes`, except for what shows only in writing (a full disk).
    """
    target = Path(path)
    with _explained(target):
        if _is_device(target):
            return
        _check_replaceable(target)
        probe = target.parent / f"{_PREFIX}{secrets.token_hex(8)}"
        probe.touch(exist_ok=False)
        probe.unlink()


def make_folder(path: str | Path) -> Path:
    """Make a folder for results, with those above it; one that exists is fine.

    Raises
    ------
    InputError
        If it cannot be made, or a file stands in its place.
    """
    folder = Path(path)
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def json_bytes(content: Any) -> bytes:
    """JSON as UTF-8 that a person can read; what is not a finite number becomes ``null``.

    Characters that a terminal takes for a command are written as their number, which means the same.
    """
    written = json.dumps(_finite(content), ensure_ascii=False, indent=2, allow_nan=False)
    written = COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", written)
    return (written + "\n").encode()


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content


def _is_device(target: Path) -> bool:
    return target.exists() and not target.is_file() and not target.is_dir()


def _check_replaceable(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if _is_device(target):
        # A new name in its place would take it away from everybody.
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), str(target))
    if target.exists() and not os.access(target, os.W_OK):
        # Renaming would get past a file's own protection: whoever set it meant it.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))


def _settle(temporary: Path, target: Path) -> None:
    """Bring the bytes to the disk, then put the new name on them."""
    if target.exists():
        temporary.chmod(target.stat().st_mode & 0o7777)
    with temporary.open("r+b") as file:
        os.fsync(file.fileno())
    temporary.replace(target)
    if os.name == "posix":
        # The new name is safe only when the folder is.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _remove_left_behind(folder: Path) -> None:
    """Remove what a killed run left here; young files may belong to a run at work."""
    for file in folder.glob(f"{_PREFIX}*"):
        try:
            if time.time() - file.stat().st_mtime > _LEFT_BEHIND_S:
                file.unlink(missing_ok=True)
        except OSError:
            # Another user's, or gone meanwhile: not ours to worry about.
            continue


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn what the operating system says into a sentence."""
    try:
        yield
    except OSError as error:
        raise InputError(_problem(target, error)) from error


def _problem(target: Path, error: OSError) -> Problem:
    folder = str(target.parent)
    details: dict[str, object] = {"folder": folder, "reason": error.strerror or type(error).__name__}
    if getattr(error, "winerror", None) in _SHARING_VIOLATION:
        code = "output_open"
    elif error.errno == errno.EISDIR:
        code = "output_is_folder"
    elif error.errno in (errno.ENOTDIR, errno.EEXIST):
        code = "output_folder_is_file"
    elif error.errno == errno.ENOENT:
        code = "output_folder_missing"
    elif error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        code = "output_full"
    elif error.errno == errno.ENAMETOOLONG:
        code = "output_name_too_long"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY):
        # Windows says "no access" of a file open in Excel, too: the sentence for the file names both.
        code = "output_denied" if _exists(target) else "output_folder_denied"
    else:
        code = "output_failed"
    return Problem(code, file=str(target), details=details)


def _exists(target: Path) -> bool:
    try:
        return target.exists()
    except OSError:
        return False
