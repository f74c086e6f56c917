"""What the server does beside answering."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from iqgeo.app import server


@pytest.mark.parametrize("on_glibc", [True, False])
def test_free_memory_is_given_back_until_the_server_ends(
    on_glibc: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def trim(padding: int) -> int:
        asked.append(padding)
        return 1

    monkeypatch.setattr(server, "_GIVE_BACK_S", 0.0)
    monkeypatch.setattr(server, "_OF_THE_FIRST_PAGE", ())
    monkeypatch.setattr(server, "_of_glibc", {"malloc_trim": trim if on_glibc else None}.get)

    async def run() -> None:
        async with server.starting(None):
            while on_glibc and len(asked) < 3:
                await asyncio.sleep(0.001)
        before = len(asked)
        await asyncio.sleep(0.05)
        # What was under way when the server ended is the last.
        assert len(asked) <= before + 1

    # The thread of the tests has a loop of its own once a browser was started in it.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, run()).result()
    assert set(asked) == ({0} if on_glibc else set())


def test_glibc_is_asked_where_it_is() -> None:
    trim = server._of_glibc("malloc_trim")
    assert trim is None or trim(0) in (0, 1)
    assert server._of_glibc("no_such_function") is None


def test_tables_take_their_memory_where_everything_does() -> None:
    said = "import iqgeo.app.server, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    own = {name: it for name, it in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    run = subprocess.run([sys.executable, "-c", said], env=own, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["system"]
