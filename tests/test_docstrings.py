"""Docstrings are read by tools, in one dialect; what is promised has examples that run."""

import ast
import dataclasses
import doctest
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from numpydoc.docscrape import ClassDoc
from numpydoc.validate import validate

import iqgeo
from iqgeo import distances, siting

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = {
    "GL08", "SS01", "SS02", "SS04", "SS05", "PR01", "PR02", "PR03", "PR04", "PR07", "RT01", "RT03", "YD01",
    "SA04", "GL05", "GL06", "GL07",
}  # fmt: skip
"""A summary, every parameter in its order with type and words, what comes back, known sections."""
SHORT = 2
"""A method with so few parameters says in its summary what they are."""
DOORS = [
    *(f"iqgeo.outreach.{it}" for it in (
        "plan_outreach", "place_rules_of", "homes_of", "site_pairs", "outreach_curve",
    )),
    "iqgeo.scenario.load.load", "iqgeo.scenario.evaluate.evaluate", "iqgeo.scenario.file.read_scenario",
    "iqgeo.scenario.written.scenario_text", "iqgeo.scenario.bundle.pack", "iqgeo.scenario.searches.solve",
    "iqgeo.distances.base.unit_vectors", "iqgeo.distances.factors.fit_factors",
    "iqgeo.distances.factors.factors_csv",
]  # fmt: skip
"""What is called from outside of its room though the package does not promise it."""
ROOMS = ("iqgeo/scenario", "iqgeo/store")
"""Rooms that other doors build upon: everything public in them is documented as if it were promised."""
HEADING = re.compile(r"^(\w+(?: \w+)?)\n-{3,}\n", re.MULTILINE)
TAKEN, GIVEN = ("Parameters", "Attributes"), ("Returns", "Yields", "Raises")


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


WITH_EXAMPLES = [
    module_of(it) for it in sorted((ROOT / "iqgeo").rglob("*.py")) if ">>> " in it.read_text(encoding="utf-8")
]


def promised(kind: type) -> list[str]:
    return [
        f"{module.__name__}.{name}"
        for module in (iqgeo, siting)
        for name in module.__all__
        if inspect.isclass(getattr(module, name)) == (kind is type)
    ]


def thing_of(full: str) -> Any:
    module, _, name = full.rpartition(".")
    return getattr(importlib.import_module(module), name)


def public_in(room: str, kind: type) -> Iterator[str]:
    for file in sorted((ROOT / room).glob("*.py")):
        name = module_of(file)
        for key, it in vars(importlib.import_module(name)).items():
            here = not key.startswith("_") and getattr(it, "__module__", "") == name
            if here and inspect.isclass(it) == (kind is type) and (kind is type or inspect.isfunction(it)):
                yield f"{name}.{key}"


def said_of(cls: type) -> dict[str, Any]:
    said = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("iqgeo"):
            doc = ClassDoc(base, inspect.getdoc(base), config={"show_class_members": False})
            listed = [*doc["Attributes"], *doc["Parameters"]]
            said |= {name.strip(): it for it in listed for name in it.name.split(",")}
    return said


def wrong_with(full: str) -> list[str]:
    return [f"{code} {said}" for code, said in validate(full)["errors"] if code in REQUIRED]


def methods(full: str) -> Iterator[str]:
    for name, it in vars(thing_of(full)).items():
        function = it.__func__ if isinstance(it, classmethod | staticmethod) else it
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        if isinstance(it, classmethod) or len(inspect.signature(function).parameters) - 1 > SHORT:
            yield f"{full}.{name}"


@pytest.mark.parametrize("full", promised(object))
def test_a_function_says_what_it_takes_and_gives(full: str) -> None:
    assert wrong_with(full) == []
    assert "Examples\n" in (thing_of(full).__doc__ or ""), "no example"


def test_so_does_what_other_rooms_call() -> None:
    called = [
        *DOORS,
        *(f"iqgeo.distances.{it}" for it in distances.__all__ if inspect.isfunction(getattr(distances, it))),
    ]
    assert len(called) > 15
    assert {full: said for full in called if (said := wrong_with(full))} == {}


@pytest.mark.parametrize("full", promised(type))
def test_a_class_says_what_it_holds(full: str) -> None:
    cls = thing_of(full)
    said = said_of(cls)
    assert cls.__doc__
    for row in dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else []:
        assert said[row.name].type, row.name
        assert said[row.name].desc, row.name
    for method in methods(full):
        assert wrong_with(method) == [], method


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_others_build_upon_is_documented_whole(room: str) -> None:
    functions, classes = list(public_in(room, object)), list(public_in(room, type))
    assert len(functions) > 40
    assert {it: wrong for it in functions if (wrong := wrong_with(it))} == {}
    bare = []
    for full in classes:
        cls = thing_of(full)
        said = said_of(cls)
        rows = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
        bare += [f"{full}.{it.name}" for it in rows if it.name not in said or not said[it.name].desc]
    assert bare == []


def sections_of(documented: str) -> Iterator[tuple[str, list[str]]]:
    parts = HEADING.split(documented + "\n")
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        yield heading, [it for it in body.split("\n") if it]


def faults_of(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    """What tools would read wrongly: a name without type or words, a parameter left out or made up."""
    for heading, lines in sections_of(ast.get_docstring(node) or ""):
        if heading not in (*TAKEN, *GIVEN):
            continue
        entries = [at for at, it in enumerate(lines) if not it.startswith(" ")]
        for at in entries:
            if heading in TAKEN and not re.fullmatch(r"[\w*]+(, [\w*]+)* : \S.*", lines[at]):
                yield f"no type: {lines[at]}"
            if not lines[at + 1 : at + 2] or not lines[at + 1].startswith("    "):
                yield f"no words: {lines[at]}"
        if heading == "Parameters" and isinstance(node, ast.FunctionDef):
            said = [it for at in entries for it in lines[at].partition(" : ")[0].split(", ")]
            given = node.args
            takes = [it.arg for it in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
            takes += [f"*{given.vararg.arg}"] if given.vararg else []
            takes += [f"**{given.kwarg.arg}"] if given.kwarg else []
            if sorted(said) != sorted(it for it in takes if it not in ("self", "cls")):
                yield f"takes {takes}, says {said}"


def test_every_docstring_is_of_one_dialect() -> None:
    faults, documented = {}, 0
    for file in sorted((ROOT / "iqgeo").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                documented += bool(HEADING.search((ast.get_docstring(node) or "") + "\n"))
                if found := list(faults_of(node)):
                    faults[f"{module_of(file)}.{node.name}"] = found
    assert documented > 500
    assert faults == {}


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module: ModuleType = importlib.import_module(name)
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0
