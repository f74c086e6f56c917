"""What is wrong is said once, in the order it was found."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import iqgeo
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.texts import LANGUAGES, number_of

PROBLEMS = st.lists(
    st.builds(
        Problem,
        st.sampled_from(["target", "detour_factor"]),
        row=st.sampled_from([None, 1, 2]),
        details=st.sampled_from([{}, {"count": 1}, {"count": 2}]),
    ),
    max_size=8,
)


@given(PROBLEMS)
def test_each_problem_stands_once_and_none_is_lost(problems: list[Problem]) -> None:
    kept = InputError(problems).problems
    assert list(kept) == [it for at, it in enumerate(problems) if it not in problems[:at]]


@given(PROBLEMS, PROBLEMS)
def test_what_two_inputs_find_is_said_once(one: list[Problem], other: list[Problem]) -> None:
    gathering = Gathering()
    for found in (one, other):
        with gathering:
            raise InputError(found)
    if not one and not other:
        gathering.finish()
        return
    with pytest.raises(InputError) as error:
        gathering.finish()
    assert error.value.problems == InputError([*one, *other]).problems


@given(st.integers(0, 10**12).map(lambda it: it / 10))
def test_an_amount_is_written_in_the_language_of_the_sentence(amount):
    problem = Problem("reader_memory", "a.csv", details={"limit": amount})
    for lang in LANGUAGES:
        (written,) = re.findall(r"(?<= )[0-9][\d.,]*(?= MB)", problem.what(lang))
        assert number_of(written, lang) == pytest.approx(amount, abs=0.5)
    # What names something is no amount.
    assert "2012" in Problem("reader_memory", "a.csv", details={"limit": 2012}).what("de")


def test_no_number_is_written_before_the_language_is_known():
    """An English sentence said "2.049 MB": the number was German when the fault was found."""
    asked = {"number", "plain", "km", "percent", "signed", "people_rounded", "of_hundred"}
    early = []
    for path in Path(iqgeo.__file__).parent.rglob("*.py"):
        if path.parent.name == "texts":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        from_texts = {
            it.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("iqgeo.texts")
            for it in node.names
        }
        early += [
            f"{path.name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in asked & from_texts
            and len(node.args) < 2
            and not any(it.arg == "lang" for it in node.keywords)
        ]
    assert early == []
