"""The pictures of the handbook: taken of the running app by ``make docs``, never kept in the repository.

A page names a picture where it belongs: ``<!-- bild: NAME: what can be seen -->``. Where the site is built
without Chromium, the place says so.
"""

import re
from pathlib import Path
from typing import Any

TAKEN = Path(__file__).parent / "bilder"
"""Where ``python -m tests.handbook`` puts them."""
ASKED = re.compile(r"^<!-- bild: (\w+): (.+?) -->$", re.MULTILINE | re.DOTALL)


def setup(app: Any) -> dict[str, bool]:
    """Put the picture in place of the line that names it."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True}


def _read(_app: Any, name: str, source: list[str]) -> None:
    source[0] = with_pictures(source[0], TAKEN, "../" * name.count("/"))


def with_pictures(page: str, taken: Path, up: str) -> str:
    """The page with its pictures, or the words for them where none was taken."""

    def shown(asked: re.Match[str]) -> str:
        name, words = asked[1], " ".join(asked[2].split())
        if not (taken / f"{name}.png").is_file():
            return f"*Bild „{words}“: fehlt, weil ohne Chromium gebaut wurde.*"
        return f"```{{container}} bild\n![{words}]({up}{taken.name}/{name}.png)\n```\n\n*{words}*"

    return ASKED.sub(shown, page)
