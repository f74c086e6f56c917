"""What ``iqgeo app`` starts: the pages of :mod:`iqgeo.app.router` behind :mod:`iqgeo.app.shield`."""

import asyncio
import ctypes
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    # Run as a script, the folder of this file comes first on the path; the package has to be found too.
    sys.path.append(_ROOT)

# pyarrow takes memory from a store of its own, which gives little back: after ten minutes of sixteen people
# 510 MB lay in it for some 200 MB of tables. It looks here when it is imported first, which the pages do.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

from iqgeo.app import early  # noqa: E402 -- the path comes first
from iqgeo.app.router import tell  # noqa: E402 -- the path comes first
from iqgeo.app.shield import CLOSED, METRICS, Names, Shield  # noqa: E402 -- the path comes first

METRICS_VARIABLE = "IQGEO_METRICS"
"""Set to 1, the numbers of the process are told (to whoever reaches the app: a proxy has to close them)."""

_OF_THE_FIRST_PAGE = (
    "iqgeo.app.planfiles", "iqgeo.app.questions", "iqgeo.case", "iqgeo.reports.bases", "iqgeo.reports.map",
    "altair", "iqgeo.reports.calendar", "iqgeo.reports.registry",
)  # fmt: skip
"""The large ones of what the first page imports; none that wants streamlit to run already."""

SCRIPT = Path(__file__).resolve().with_name("router.py")

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_GLIBC_SETTINGS = ((_ARENA_MAX, 2), (_MMAP_THRESHOLD, 2**20), (_TRIM_THRESHOLD, 2**26))
"""What ``mallopt`` of glibc is told: of how many arenas, and of how many bytes.

Left alone, each of the many threads of a server takes memory from a place of its own, and what is free in one
is of no use to another: after a quarter of an hour of sixteen people 290 MB were free and not given back.
"""


_GIVE_BACK_S = 60.0
"""So often what is free between things that are kept is given back; by itself it stays with the process."""


def _of_glibc(name: str) -> Callable[..., int] | None:
    """A function of glibc, where this runs on it."""
    found: Callable[..., int] | None = (
        getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    )
    return found


def share_memory() -> None:
    """Let all threads take memory from two places, and give back what is large at once; elsewhere nothing."""
    setter = _of_glibc("mallopt")
    if setter is not None:
        for setting, value in _GLIBC_SETTINGS:
            setter(setting, value)


async def give_back() -> None:
    """Give back the memory that is free, every minute; elsewhere nothing."""
    trim = _of_glibc("malloc_trim")
    while trim is not None:
        await asyncio.sleep(_GIVE_BACK_S)
        await asyncio.to_thread(trim, 0)


def names() -> Names:
    """The names that streamlit's settings give this server."""
    public = str(config.get_option("browser.serverAddress") or "")
    named = (public,) if config.is_manually_set("browser.serverAddress") else ()
    return Names(
        hosts=(*named, *_listed("server.allowedHosts")), origins=tuple(_listed("server.corsAllowedOrigins"))
    )


def _listed(option: str) -> list[str]:
    found: Any = config.get_option(option)
    return [str(it) for it in found or ()]


def layers() -> list[Middleware]:
    """What stands before streamlit's own."""
    page = Path(st.__file__).with_name("static") / "index.html"
    told = (METRICS,) if os.environ.get(METRICS_VARIABLE) == "1" else ()
    closed = tuple(it for it in CLOSED if it not in told)
    shield = Middleware(Shield, names=names, page=page, scripts=(early.SCRIPT,), closed=closed)
    return [shield, Middleware(early.Early)]


@asynccontextmanager
async def starting(_app: Any) -> AsyncIterator[None]:
    """Read what the first page needs while the first visitor's browser is still reading streamlit's own."""
    Thread(target=_read_ahead, name="read-ahead", daemon=True).start()
    giving = asyncio.create_task(give_back())
    yield
    giving.cancel()


def _read_ahead() -> None:
    for name in _OF_THE_FIRST_PAGE:
        import_module(name)


share_memory()
# Streamlit looks for this line.
app = st.App(SCRIPT, middleware=layers(), lifespan=starting, on_script_error=tell)
