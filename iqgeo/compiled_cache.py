"""Compiled loops kept on disk, where that is possible and safe; else they are compiled again, and it is said.

What is kept is loaded as code: a folder that somebody else may write is never used. Nothing here can end a
computation: a full disk, a damaged file or a second process at the same moment only cost time.
"""

import functools
import logging
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from iqgeo.texts import LANGUAGES, text

_LOCK: Final = ".iqgeo-lock"
_LOADED_AT_ONCE: Final = ("0.68.",)
"""The releases of numba whose kept loops were seen to need nothing but its runtime."""


def kept(function: Callable[..., Any], **options: Any) -> Any:
    """``numba.njit(**options)`` of a function, with its cache on disk if there is a place for it."""
    from numba import njit

    try:
        loop = njit(cache=True, **options)(function)
    except (RuntimeError, OSError):
        # Nowhere to write: a service user without a home, a container that is read-only.
        _say_once("nowhere")
        return njit(**options)(function)
    cache = loop._cache
    if not is_safe(Path(cache.cache_path)):
        _say_once("unsafe", folder=str(cache.cache_path))
        return njit(**options)(function)
    cache.load_overload = _or_nothing(_at_once(cache))
    cache.save_overload = _if_possible(cache.save_overload, cache.flush, Path(cache.cache_path))
    return loop


def _at_once(cache: Any) -> Callable[..., Any]:
    """How a kept loop is loaded: without what only compiling needs, a third of a second, where that is known.

    Code of another numba might look for a symbol that only those modules bring, which ends the process; such
    a one loads its loops in its own way. Whatever must be compiled after all loads the rest by itself.
    """
    import numba

    if not numba.__version__.startswith(_LOADED_AT_ONCE):
        load: Callable[..., Any] = cache.load_overload
        return load
    from numba.core.runtime.nrt import rtsys

    def call(signature: Any, target: Any) -> Any:
        # Arrays that a loop makes are counted by this.
        rtsys.initialize(target)
        with cache._guard_against_spurious_io_errors():
            return cache._load_overload(signature, target)

    return call


def is_safe(folder: Path) -> bool:
    """Whether nobody but this user, root and who owns this program can put a file there."""
    if os.name != "posix":
        return True
    trusted = {0, os.geteuid(), Path(__file__).stat().st_uid}
    try:
        # Links followed: what counts is where the files are, and every folder on the way there.
        real = folder.resolve(strict=True)
        found = [(it, it.stat()) for it in (real, *real.parents)]
    except OSError:
        return False
    for it, status in found:
        # Where the sticky bit is set (as in /tmp) nobody removes or renames what is another's.
        sticky = bool(status.st_mode & stat.S_ISVTX) and it != real
        others = bool(status.st_mode & stat.S_IWOTH)
        group = bool(status.st_mode & stat.S_IWGRP) and not _is_alone_in(status.st_gid)
        if status.st_uid not in trusted or ((others or group) and not sticky):
            return False
    return True


@functools.cache
def _is_alone_in(group: int) -> bool:
    """Whether a group has no other members: root's, or the one that many systems make for each user."""
    import grp
    import pwd

    try:
        found, me = grp.getgrgid(group), pwd.getpwuid(os.geteuid()).pw_name
        # Members whose first group it is are not listed: only the group called like the user has none.
        return group == 0 or (found.gr_name == me and set(found.gr_mem) <= {me})
    except KeyError:
        return False


def _or_nothing(load: Callable[..., Any]) -> Callable[..., Any]:
    """A file that is damaged, or of another version, is none."""

    def call(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception:  # noqa: BLE001 -- unpickling what is damaged raises whatever it likes
            return None

    return call


def _if_possible(save: Callable[..., Any], empty: Callable[[], None], folder: Path) -> Callable[..., Any]:
    """Save unless the disk is full, or another process saves at this moment.

    Two that save at once could leave the code of the one under the name of the other.
    """

    def call(*arguments: Any) -> None:
        try:
            with _alone(folder) as alone:
                if alone:
                    _save(save, empty, arguments)
        except OSError:
            _say_once("failed", folder=str(folder))

    return call


def _save(save: Callable[..., Any], empty: Callable[[], None], arguments: tuple[Any, ...]) -> None:
    try:
        save(*arguments)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 -- the list of what is kept is damaged: begin a new one
        empty()
        save(*arguments)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else saves there; a process that ends lets go by itself."""
    if os.name != "posix":
        yield True
        return
    import fcntl

    with (folder / _LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@functools.cache
def _said() -> set[str]:
    return set()


def _say_once(why: str, **values: str) -> None:
    if why not in _said():
        _said().add(why)
        # In every language: nobody has said here which one.
        words = " / ".join(text(f"cli.compiled.{why}", lang, **values) for lang in LANGUAGES)
        logging.getLogger("iqgeo").warning(words)
