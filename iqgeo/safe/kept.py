"""What is dear to compute and cheap to check, kept on disk between runs; without a safe place computed anew.

A kept file is plain data (JSON), never code, and is used only if it was written by this user, root or who
owns this program, in a folder that nobody else may write (the rule of :mod:`iqgeo.compiled_cache`), for
exactly this key. The key stands for all that decides the content: the data, the modules that compute it,
the program and its libraries. Nothing here can end a computation.
"""

import functools
import hashlib
import importlib.util
import json
import os
import platform
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from iqgeo.compiled_cache import is_safe
from iqgeo.errors import InputError
from iqgeo.safe.write import write_bytes

ENVIRONMENT: Final = "IQGEO_KEPT"
"""A folder to keep in, in place of the user's cache; empty: nothing is kept."""
_OF_A_KIND: Final = 40
"""Files of one name that are kept; the oldest go."""


def kept(
    name: str, key: str, make: Callable[[], Any], lasting: Callable[[Any], bool] = lambda _: True
) -> Any:
    """Return what ``make`` returns (plain data that JSON keeps exactly), from an earlier run if it was kept.

    Parameters
    ----------
    name : str
        What it is, part of the file's name.
    key : str
        See :func:`key_of`.
    make : Callable[[], Any]
        Called where nothing is kept, or what is kept is damaged.
    lasting : Callable[[Any], bool]
        Whether what was made is worth keeping, say because it is proven.
    """
    folder = _folder()
    if folder is None:
        return make()
    path = folder / f"{name}-{key}.json"
    found = _read(path, key)
    if found is None:
        found = make()
        if lasting(found):
            _write(path, name, key, found)
    return found


def keeps() -> bool:
    """Whether anything is kept at all: else no key is needed."""
    return _folder() is not None


def key_of(parts: Iterable[bytes | str], modules: Iterable[str], libraries: Iterable[str] = ()) -> str:
    """A checksum of data, of the source of some modules of ours, and of what some libraries are.

    Parameters
    ----------
    parts : Iterable[bytes | str]
        Everything that goes into the computation.
    modules : Iterable[str]
        Names of modules, ``iqgeo.gap_names``.
    libraries : Iterable[str]
        Names of packages, not imported for it.
    """
    made = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        # Lengths in between: no two lists of parts are the same bytes.
        made.update(f"{len(content)}:".encode())
        made.update(content)
    for module in modules:
        made.update(_source(module))
    for library in libraries:
        made.update(_stamp(library))
    made.update(platform.python_version().encode())
    return made.hexdigest()[:40]


def files_of(paths: Iterable[Path]) -> list[bytes]:
    """The checksums of files, for a key; a file that is not there has none."""
    return [hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"" for path in paths]


@functools.cache
def _source(module: str) -> bytes:
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    return hashlib.sha256(Path(found.origin).read_bytes()).digest()


@functools.cache
def _stamp(library: str) -> bytes:
    """What tells two installations of a package apart without loading it."""
    found = importlib.util.find_spec(library)
    if found is None or found.origin is None:
        return b"none"
    status = Path(found.origin).stat()
    return f"{library} {status.st_size} {status.st_mtime_ns}".encode()


def _folder() -> Path | None:
    """The folder to keep in; none where there is no safe one."""
    named = os.environ.get(ENVIRONMENT)
    if named == "":
        return None
    return _safe_folder(named)


@functools.cache
def _safe_folder(named: str | None) -> Path | None:
    try:
        if named is None:
            from platformdirs import user_cache_path

            folder = user_cache_path("iqgeo", appauthor=False) / "kept"
        else:
            folder = Path(named)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if is_safe(folder) else None


def _read(path: Path, key: str) -> Any:
    """What a file of ours holds for this key; None if it is missing, damaged, or somebody else's."""
    try:
        with path.open("rb") as file:
            if not _is_ours(os.fstat(file.fileno())):
                return None
            head, _, body = file.read().partition(b"\n")
    except OSError:
        return None
    if head != _head(key, body):
        return None
    return json.loads(body)


def _is_ours(status: os.stat_result) -> bool:
    if os.name != "posix":
        return True
    trusted = {0, os.geteuid(), Path(__file__).stat().st_uid}
    return status.st_uid in trusted and not status.st_mode & (stat.S_IWOTH | stat.S_IWGRP)


def _head(key: str, body: bytes) -> bytes:
    return f"{key} {hashlib.sha256(body).hexdigest()}".encode()


def _write(path: Path, name: str, key: str, content: Any) -> None:
    body = json.dumps(content, separators=(",", ":")).encode()
    with suppress(OSError, InputError):
        write_bytes(path, _head(key, body) + b"\n" + body)
        path.chmod(0o600)
        others = sorted(path.parent.glob(f"{name}-*.json"), key=lambda it: it.stat().st_mtime)
        for old in others[:-_OF_A_KIND]:
            old.unlink(missing_ok=True)
