"""Compiled loops, and the one gate before them.

Compiled code looks at no index: one that leads out of an array reads or overwrites whatever lies there. So
no loop can be called from outside without saying which of its arrays are indices, and into what; the gate
looks at them each time, which costs a small share of the loop itself.
"""

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from iqgeo.compiled_cache import kept

_SIZE = re.compile(r"^(?:(len|lists|columns)\(([\w.]+)\)|([\w.]+))( \+ 1)?$")

Check = Callable[[Mapping[str, Any]], str | None]


def loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """``numba.njit`` with its cache on disk where that is possible and safe (:mod:`iqgeo.compiled_cache`).

    For loops that only other loops call; whatever is called from Python goes through :func:`compiled`.
    """
    found: Callable[..., Any] = kept(function, nogil=True)
    return found


@dataclass(frozen=True)
class Gate:
    """What must hold of the arguments of one compiled function before it runs.

    Sizes are written ``n`` (the argument itself), ``1``, ``len(a)``, ``lists(start)`` (one less than its
    length) or ``columns(table)``, each with ``+ 1`` if need be; ``rows.0`` is the first part of ``rows``.

    Attributes
    ----------
    function : Callable[..., Any]
        The loop.
    index : Mapping[str, str]
        Arrays of positions, and what they must stay below; none may be negative.
    or_missing : Mapping[str, str]
        The same, -1 standing for "none".
    cuts : Mapping[str, str]
        Ascending starts of lists, and the array they cut up.
    at_least : Mapping[str, str]
        Arrays, and how long they must be at least.
    also : Check | None
        Whatever else must hold, as a sentence on what does not.
    """

    function: Callable[..., Any]
    index: Mapping[str, str] = field(default_factory=dict)
    or_missing: Mapping[str, str] = field(default_factory=dict)
    cuts: Mapping[str, str] = field(default_factory=dict)
    at_least: Mapping[str, str] = field(default_factory=dict)
    also: Check | None = None

    def fault(self, given: Mapping[str, Any]) -> str | None:
        """What is wrong with the arguments; ``None`` if nothing is."""
        for name, cut in self.cuts.items():
            starts, held = _value(given, name), len(_value(given, cut))
            if not len(starts) or starts[0] < 0 or starts[-1] > held or (starts[1:] < starts[:-1]).any():
                return f"{name} does not cut {cut} ({held})"
        for laws, least in ((self.index, 0), (self.or_missing, -1)):
            for name, size in laws.items():
                values, bound = np.asarray(_value(given, name)), _size(given, size)
                if values.size and (values.min() < least or values.max() >= bound):
                    return f"{name} leads out of {size} ({bound})"
        for name, size in self.at_least.items():
            if len(_value(given, name)) < _size(given, size):
                return f"{name} is shorter than {size} ({_size(given, size)})"
        return None if self.also is None else self.also(given)


GATES: dict[str, Gate] = {}
"""Every compiled function that Python may call, by module and name."""


def compiled(
    *,
    index: Mapping[str, str] | None = None,
    or_missing: Mapping[str, str] | None = None,
    cuts: Mapping[str, str] | None = None,
    at_least: Mapping[str, str] | None = None,
    also: Check | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function and put the gate before it; the laws are those of :class:`Gate`.

    The loop itself, for use in other loops, is the attribute ``loop`` of what comes out.
    """

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        inner = loop(function)
        gate = Gate(inner, index or {}, or_missing or {}, cuts or {}, at_least or {}, also)
        signature = inspect.signature(function)
        names = tuple(signature.parameters)

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            # A search asks a thousand times: to bind each call would cost more than to look at its arrays.
            if not named and len(arguments) == len(names):
                given = dict(zip(names, arguments, strict=True))
            else:
                given = signature.bind(*arguments, **named).arguments
            fault = gate.fault(given)
            if fault is not None:
                raise IndexError(f"{function.__name__}: {fault}")
            return inner(*arguments, **named)

        call.loop = inner  # type: ignore[attr-defined]
        GATES[f"{function.__module__}.{function.__name__}"] = gate
        return call

    return guarded


def _value(given: Mapping[str, Any], name: str) -> Any:
    first, *parts = name.split(".")
    value = given[first]
    for part in parts:
        value = value[int(part)]
    return value


def _size(given: Mapping[str, Any], size: str) -> int:
    kind, array, number, more = _parsed(size)
    if number:
        return more + int(number if number.isdecimal() else _value(given, number))
    measured = _value(given, array)
    if kind == "columns":
        return more + int(measured.shape[1])
    return more + len(measured) - (kind == "lists")


@functools.cache
def _parsed(size: str) -> tuple[str, str, str, int]:
    """How a size is written: ``len``, ``lists`` or ``columns``, of what; or a number; whether one more."""
    found = _SIZE.match(size)
    assert found is not None
    return found[1] or "", found[2] or "", found[3] or "", 1 if found[4] else 0
