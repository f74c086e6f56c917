"""ARCHITECTURE.md's three journeys enter the files it names, in its order, and each file by an import."""

import ast
import importlib
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from iqgeo.cli.main import main
from tests.app.test_pages import run
from tests.app.test_planning import ask

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "iqgeo"
STEP = re.compile(r"^\d+\. `([\w/]+\.py)` `(\w+)`", re.MULTILINE)
Step = tuple[str, str]


def journeys() -> dict[str, list[Step]]:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    said = page.split("\n## The walk\n")[1].split("\n## ")[0]
    parts = re.split(r"^The (\w+) ", said, flags=re.MULTILINE)[1:]
    return {who: STEP.findall(steps) for who, steps in zip(parts[::2], parts[1::2], strict=True)}


WALK = journeys()


def module_of(file: str) -> str:
    return ".".join(("iqgeo", *Path(file).with_suffix("").parts))


def imported_by(file: str) -> set[str]:
    """Every module a file imports, at its head or late, a package's public name by the module it is from."""
    nodes = list(ast.walk(ast.parse((PACKAGE / file).read_text(encoding="utf-8"))))
    found, bound = set(), {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            package = importlib.import_module(node.module)
            for it in node.names:
                bound[it.asname or it.name] = thing = getattr(package, it.name, None)
                found |= {node.module, f"{node.module}.{it.name}", getattr(thing, "__module__", "")}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(getattr(getattr(bound.get(node.value.id), node.attr, None), "__module__", ""))
        # Imported by a name that is put together: any of the words of the file may be its end.
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "import_module":
            begin = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else None
            if isinstance(begin, ast.Constant):
                words = {
                    it.value for it in nodes if isinstance(it, ast.Constant) and isinstance(it.value, str)
                }
                found |= {f"{begin.value}{word}" for word in words}
    return found


def test_there_are_three_journeys() -> None:
    assert list(WALK) == ["coordinator", "board", "analyst"]
    assert all(len(steps) >= 10 for steps in WALK.values())


@pytest.mark.parametrize("who", WALK)
def test_every_file_is_imported_by_one_entered_before(who: str) -> None:
    known: set[str] = set()
    for number, (file, entry) in enumerate(WALK[who]):
        tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
        named = {it.name for it in ast.walk(tree) if isinstance(it, ast.FunctionDef | ast.ClassDef)}
        assert entry in named, f"{file} has no {entry}"
        assert number == 0 or module_of(file) in known, f"none of the files before imports {file}"
        known |= imported_by(file)


def entered(steps: list[Step], journey: Callable[[], Any]) -> list[Step]:
    """Run a journey and say in which order the steps were first called, in all its threads."""
    for file, _ in steps:
        if "screens" not in file:
            importlib.import_module(module_of(file))
    keys = {(str(PACKAGE / file), entry): (file, entry) for file, entry in steps}
    found: dict[Step, None] = {}

    def called(frame: FrameType, event: str, arg: object) -> None:
        if event == "call":
            code = frame.f_code
            name = code.co_name if code.co_name != "__init__" else code.co_qualname.split(".")[0]
            step = keys.get((code.co_filename, name))
            if step is not None:
                found.setdefault(step)

    threading.setprofile(called)
    sys.setprofile(called)
    try:
        journey()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]  # how one takes it back
    return list(found)


def command(*words: str) -> Callable[[], None]:
    def called() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["iqgeo", *words])
            with pytest.raises(SystemExit) as ended:
                main()
        assert not ended.value.code

    return called


def coordinator() -> None:
    test = ask(run("planning"))
    test.button(key="suggest-adopt").click().run()
    assert not test.exception


@pytest.mark.slow
@pytest.mark.parametrize(
    "who",
    [
        who
        if who == "analyst"
        else pytest.param(
            who,
            marks=pytest.mark.skipif(
                "IQGEO_WALK" not in os.environ, reason="ten seconds; `make nightly` walks it"
            ),
        )
        for who in WALK
    ],
)
def test_a_journey_enters_its_files_in_order(who: str, tmp_path: Path) -> None:
    offices = tmp_path / "stellen.csv"
    offices.write_text("name;lon;lat\nLeer;7,46;53,23\nCelle;10,08;52,62\n", encoding="utf-8")
    journey = {
        "coordinator": coordinator,
        "board": command("report", "--new", "1", "--out", str(tmp_path / "vorlage.pdf")),
        "analyst": command("gaps", "--offices", str(offices), "--out", str(tmp_path / "luecken.csv")),
    }
    assert entered(WALK[who], journey[who]) == WALK[who]
