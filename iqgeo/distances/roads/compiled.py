"""Compile loops with numba, kept on disk where a folder can be written."""

from collections.abc import Callable
from typing import Any


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """``numba.njit`` with its cache on disk, or without where nothing can be written (read-only installs)."""
    from numba import njit

    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return njit(nogil=True)(function)
