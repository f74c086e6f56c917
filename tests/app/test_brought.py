"""What was brought is kept for as long as a page shows it, and no longer."""

import re
import time
import urllib.request

import pytest

from benchmarks.app.client import Server, Visitor, server
from iqgeo.texts import text

TABLE = b"id,name,lon,lat\nA,a,9,53\n"
FILE = TABLE + b"".join(b"B%d,b,9.5,53\n" % at for at in range(4_000))
OTHER = FILE + b"C,c,9.5,52\n"
PLAN = b'name = "x"\ntarget_km = 30\n'
PATIENCE_S = 30.0


def held_bytes(app: Server) -> int:
    """What streamlit itself counts of the files that it keeps."""
    asked = f"{app.address}/_stcore/metrics?families=cache_memory_bytes"
    with urllib.request.urlopen(asked, timeout=10) as answer:
        told = answer.read().decode()
    # A count is left out where nothing is kept.
    return sum(int(it) for it in re.findall(r'cache_type="UploadedFileManager"[^}]*} (\d+)', told))


def settled(app: Server, expected: int) -> None:
    """Streamlit counts anew every five seconds."""
    end = time.monotonic() + PATIENCE_S
    while (found := held_bytes(app)) != expected:
        assert time.monotonic() < end, f"{found} bytes are held, not {expected}"
        time.sleep(0.2)


@pytest.mark.slow
def test_files_go_when_no_page_shows_them() -> None:
    with server() as app:
        tab = Visitor(app.address, "daten")
        tab.bring("data-file", "a.csv", FILE)
        # It stays while it is looked at, whatever else is done on the page.
        tab.again()
        tab.look("daten")
        settled(app, len(FILE))
        # Another file takes its place, and is looked at as another kind when that is chosen.
        tab.bring("data-file", "b.csv", TABLE)
        tab.choose("data-kind", text("app.data.kind_candidates", "de"))
        tab.bring("data-file", "c.csv", OTHER)
        other = Visitor(app.address, "plaene")
        other.bring("plans-read", "p.toml", PLAN)
        settled(app, len(OTHER) + len(PLAN))
        # Another page has none.
        tab.look("planung")
        other.look("")
        settled(app, 0)
