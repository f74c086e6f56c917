"""What is promised is documented as tools read it: types, returns, and examples that run."""

import dataclasses
import doctest
import importlib
import inspect
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
    "iqgeo.distances.straight.unit_vectors", "iqgeo.distances.factors.fit_factors",
    "iqgeo.distances.factors.factors_csv",
]  # fmt: skip
"""What is called from outside of its room though the package does not promise it."""
WITH_EXAMPLES = [
    ".".join(it.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for it in sorted((ROOT / "iqgeo").rglob("*.py"))
    if ">>> " in it.read_text(encoding="utf-8")
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
    said = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("iqgeo"):
            doc = ClassDoc(base, inspect.getdoc(base), config={"show_class_members": False})
            listed = [*doc["Attributes"], *doc["Parameters"]]
            said |= {name.strip(): it for it in listed for name in it.name.split(",")}
    assert cls.__doc__
    for row in dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else []:
        assert said[row.name].type, row.name
        assert said[row.name].desc, row.name
    for method in methods(full):
        assert wrong_with(method) == [], method


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module: ModuleType = importlib.import_module(name)
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0
