"""Files by the name that a plan gives them, where the disk spells it with other cases or composed letters."""

import unicodedata
from pathlib import Path, PurePosixPath


def spelled_alike(folder: Path, named: str) -> str | None:
    """The one path that is spelled like another but for cases and how its letters are composed.

    Windows and macOS know no difference, and write ``ü`` as one letter or as two; where a plan is read on
    another system, its files would not be there.

    Parameters
    ----------
    folder : Path
        Where the path begins.
    named : str
        A relative path with slashes.

    Returns
    -------
    str | None
        The path as the disk has it; ``None`` if there is none, or several are alike.
    """
    path = PurePosixPath(named)
    if path.is_absolute():
        return None
    found = PurePosixPath()
    for part in path.parts:
        here = folder / found
        try:
            if part == ".." or (here / part).exists():
                found /= part
                continue
            alike = [it.name for it in here.iterdir() if _plain(it.name) == _plain(part)]
        except (OSError, ValueError):
            # No such folder, or a name that none can have.
            return None
        if len(alike) != 1:
            return None
        found /= alike[0]
    return str(found)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
