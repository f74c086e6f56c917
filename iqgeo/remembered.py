"""Answers that were proven before: the same question asked again, by whatever door, is not searched again.

A question is everything that decides its answer: people and where they live, the sites in their order, the
measure, the target, the rules, what is asked, and the program itself. Only what was proven is kept: an answer
that a time limit struck is searched anew, with the hope of a better one.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from iqgeo.safe.kept import keeps, kept, key_of
from iqgeo.siting import CoverAnswer, SiteReason, SiteRules, TravelAnswer

if TYPE_CHECKING:
    from iqgeo.distances import Points
    from iqgeo.suggestions import Siting

_LIBRARIES: Final = ("numpy", "scipy", "numba", "highspy")
_ROOMS: Final = ("", "siting", "distances", "distances/roads")
"""Folders of modules that decide an answer."""
_KINDS: Final = {"cover": CoverAnswer, "travel": TravelAnswer}
_PROVEN: Final = ("optimal", "infeasible")


def answer(
    task: "Siting", asked: Sequence[object], search: Callable[[], CoverAnswer | TravelAnswer]
) -> CoverAnswer | TravelAnswer:
    """The answer of the engine to one question, from an earlier run where it was proven then.

    Parameters
    ----------
    task : Siting
        Of whom it is asked.
    asked : Sequence[object]
        The model and its numbers.
    search : Callable[[], CoverAnswer | TravelAnswer]
        Asks the engine.

    Returns
    -------
    CoverAnswer | TravelAnswer
        ``seconds`` are those of the search that found it.
    """
    if not keeps():
        return search()
    found = kept(
        "answer", _key(task, asked), lambda: _told(search()), lasting=lambda it: it["status"] == "optimal"
    )
    again: CoverAnswer | TravelAnswer = _as_told(found)
    return again


def answers(
    task: "Siting", asked: Sequence[object], search: Callable[[], Iterable[CoverAnswer]]
) -> list[CoverAnswer]:
    """As :func:`answer`, of several questions: kept where each is proven, or proven to have no answer."""
    if not keeps():
        return list(search())
    found = kept(
        "answers", _key(task, asked), lambda: [_told(it) for it in search()],
        lasting=lambda every: all(it["status"] in _PROVEN for it in every),
    )  # fmt: skip
    return [_as_told(it) for it in found]


def reasons(
    task: "Siting", asked: Sequence[object], search: Callable[[], Iterable[SiteReason]]
) -> tuple[SiteReason, ...]:
    """As :func:`answer`, of why each site stands, without what its refusal would cost."""
    if not keeps():
        return tuple(search())
    found = kept("reasons", _key(task, asked), lambda: [_plain(it) for it in search()])
    return tuple(SiteReason(**{**it, "gained_demand": tuple(it["gained_demand"])}) for it in found)


def choices(
    task: "Siting", asked: Sequence[object], people: Iterable[np.ndarray[Any, Any]],
    search: Callable[[], list[tuple[list[int] | None, bool]]],
) -> list[tuple[list[int] | None, bool]]:  # fmt: skip
    """As :func:`answer`, of the sites chosen under several assumptions, each with whether that is proven."""
    if not keeps():
        return search()
    key = _key(task, asked, [np.ascontiguousarray(it, dtype=float).tobytes() for it in people])
    found = kept(
        "choices", key, lambda: _plain(search()), lasting=lambda every: all(proven for _, proven in every)
    )
    return [(None if sites is None else list(sites), proven) for sites, proven in found]


def _told(found: CoverAnswer | TravelAnswer) -> dict[str, Any]:
    kind = "cover" if isinstance(found, CoverAnswer) else "travel"
    told: dict[str, Any] = {"kind": kind, **_plain(found)}
    return told


def _plain(value: Any) -> Any:
    """As JSON knows it: dataclasses by their fields, NumPy's numbers as Python's."""
    if is_dataclass(value):
        return {it.name: _plain(getattr(value, it.name)) for it in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(it) for key, it in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(it) for it in value]
    return value.item() if isinstance(value, np.generic) else value


def _as_told(content: dict[str, Any]) -> Any:
    made = {key: tuple(it) if isinstance(it, list) else it for key, it in content.items()}
    rules = {key: tuple(it) for key, it in content["rules"].items()}
    rules["groups"] = tuple(tuple(it) for it in rules["groups"])
    del made["kind"]
    return _KINDS[content["kind"]](**{**made, "rules": SiteRules(**rules)})


def _key(task: "Siting", asked: Sequence[object], more: Iterable[bytes] = ()) -> str:
    asked_of = _ASKED_OF.get(task)
    if asked_of is None:
        asked_of = _ASKED_OF[task] = _whom(task)
    return key_of([asked_of, repr(tuple(asked)), *more, _program()], (), _LIBRARIES)


_ASKED_OF: "Final[WeakKeyDictionary[Siting, bytes]]" = WeakKeyDictionary()
"""A paper asks the same network several things."""


def _whom(task: "Siting") -> bytes:
    """A checksum of all that is given before anything is asked."""
    start = task.start
    districts = start.places["district_ags"].tolist() if task.per_district else []
    rules = start.measure.key, start.target, task.existing, task.require, task.forbid, task.per_district
    sites, places = task.points
    parts: list[bytes | str] = [
        repr(rules), "\0".join(map(str, districts)), *_of(places), *_of(sites),
        np.ascontiguousarray(task.people).tobytes(),
    ]  # fmt: skip
    return key_of(parts, ()).encode()


def _of(points: "Points") -> list[bytes | str]:
    ids = [] if points.ids is None else points.ids.tolist()
    return [
        np.ascontiguousarray(points.lon).tobytes(), np.ascontiguousarray(points.lat).tobytes(),
        "\0".join(map(str, points.landmass.tolist())), "\0".join(map(str, ids)),
    ]  # fmt: skip


@cache
def _program() -> bytes:
    """A checksum of every module of ours that an answer may rest on."""
    made = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted(it for room in _ROOMS for it in (here / room).glob("*.py")):
        made.update(f"{path.relative_to(here).as_posix()}\0{path.stat().st_size}\0".encode())
        made.update(path.read_bytes())
    return made.digest()
