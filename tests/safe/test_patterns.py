"""No pattern of ours takes longer than its text is long: files of strangers are read with them."""

import importlib
import itertools
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import iqgeo

# What patterns repeat: signs, blanks, digits, letters, and short runs of two.
UNITS = [
    *" 01aäZ.,;:-–/()[]{}*\"'’%|_=<>#&@~+¹²½", "\n",
    "a ", "1 ", "1.", "1,", "1'", "1)", " 1)", "*)", "¹)", "a.", "a,", "a-", "a/", "(a", "(a)", ", a", ". ",
    ", ", "; ", "&a;", "<a>", "a@a.", "1:", "1-1", "2012 ", "2012-", "-1", "e1", "km ", "je ", "a. ", "\\n",
]  # fmt: skip
STARTS, ENDS = ("", "1", "a"), ("!", "x1")
# Long enough for what doubles with each letter, and for what grows with the cube.
LETTERS, LIMIT_S = 500, 0.1


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that a module of ours keeps, alone or in lists of them."""

    def within(value: object, depth: int = 0) -> Iterator[re.Pattern[str]]:
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            yield value
        elif depth < 3 and isinstance(value, (tuple, list, set, frozenset)):
            for it in value:
                yield from within(it, depth + 1)
        elif depth < 3 and isinstance(value, dict):
            for it in value.values():
                yield from within(it, depth + 1)

    for info in pkgutil.walk_packages(iqgeo.__path__, "iqgeo."):
        # Pages are programs: to load one is to show it; so are the steps of a database.
        if info.name.startswith(("iqgeo.app", "iqgeo.store.migrations", "iqgeo.__main__")):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for pattern in within(value):
                yield f"{info.name}:{name}", pattern


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Break off what takes more of the processor: a pattern that doubles with each letter would never end."""

    def broken_off(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, broken_off)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _slow(pattern: re.Pattern[str]) -> str:
    """A text that a pattern takes too long for, as unit and end; nothing if there is none."""
    for start, unit, end in itertools.product(STARTS, UNITS, ENDS):
        text = start + unit * (LETTERS // len(unit)) + end
        begun = time.process_time()
        try:
            with _no_longer_than(LIMIT_S):
                for call in (pattern.search, pattern.fullmatch):
                    call(text)
        except TimeoutError:
            return f"{start!r} {unit!r} … {end!r}: broken off after {time.process_time() - begun:.1f} s"
    return ""


def test_patterns_that_double_are_found() -> None:
    assert "'*'" in _slow(re.compile(r"(?:\*+\)?)+$"))


@pytest.mark.slow
def test_no_pattern_of_ours_takes_long_for_a_long_cell() -> None:
    named = {(pattern.pattern, pattern.flags): (name, pattern) for name, pattern in _patterns()}
    assert len(named) > 100
    found = {name: slow for name, pattern in named.values() if (slow := _slow(pattern))}
    assert found == {}
