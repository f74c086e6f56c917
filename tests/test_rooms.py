"""The page that shows the rooms names each of them, once, and none that is gone; a name means one thing."""

import re
from collections import Counter
from pathlib import Path

import iqgeo

PACKAGE = Path(iqgeo.__file__).parent
PAGE = PACKAGE.parent / "ARCHITECTURE.md"
ROW = re.compile(r"^\| (`[^|]+?) \| ", re.MULTILINE)


def named() -> list[str]:
    """Files and folders in the first column, those without a folder standing in the first one's."""
    found = []
    for row in ROW.findall(PAGE.read_text(encoding="utf-8")):
        first, *more = re.findall(r"`([^`]+)`", row)
        inside = first.rsplit("/", 1)[0] + "/" if "/" in first else ""
        found += [first.rstrip("/"), *(inside + it.removeprefix(inside).rstrip("/") for it in more)]
    return found


def test_each_room_is_named_once_and_exists() -> None:
    rooms = named()
    assert [it for it, times in Counter(rooms).items() if times > 1] == []
    assert [it for it in rooms if not (PACKAGE.parent / it).exists()] == []


def test_no_room_is_left_out() -> None:
    there = {
        f"iqgeo/{it.name}"
        for it in PACKAGE.iterdir()
        if (it.suffix == ".py" and not it.name.startswith("_")) or (it / "__init__.py").exists()
    }
    assert there - set(named()) == set()


def test_a_class_has_a_name_that_no_other_has() -> None:
    """One word, one thing: who reads it in an error or a search need not ask which room it is from."""
    homes: dict[str, list[str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        for name in re.findall(r"^class (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            homes.setdefault(name, []).append(str(file.relative_to(PACKAGE)))
    assert homes["Table"] == ["inputs/table.py"]
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
