"""People as dots: one dot stands for so many people, laid out evenly along a space-filling curve."""

import base64
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.distances import EARTH_RADIUS_KM

REACHED, UNCERTAIN, NOT_REACHED, ON_DAYS = 0, 1, 2, 3

# About as many dots as can be told apart on a screen map of a state.
_WANTED_DOTS = 9_700
_NICE = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
# Ground that one dot takes up: a town's dots fill about its built-up area (2,500 inhabitants a km2).
_GROUND_KM2 = 0.32
_GRID = 65_535


@dataclass(frozen=True, eq=False)
class DotSample:
    """A systematic sample of the people.

    Attributes
    ----------
    people_per_dot : float
        What one dot stands for.
    place : NDArray[np.int64]
        Row of the place each dot belongs to, shape ``(n,)``.
    lon, lat : NDArray[np.float64]
        Where it is drawn, shape ``(n,)``, degrees.
    """

    people_per_dot: float
    place: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


def people_per_dot(people: float, wanted: int = _WANTED_DOTS) -> float:
    """Return a round number of people for one dot, so that about ``wanted`` dots come out."""
    exact = max(people / wanted, 1.0)
    power = 10.0 ** np.floor(np.log10(exact))
    return float(min((step * power for step in _NICE), key=lambda nice: abs(np.log(nice / exact))))


def sample(places: pd.DataFrame, *, per_dot: float | None = None) -> DotSample:
    """Draw the dots of ``places`` (``lon, lat, people``): every ``per_dot``-th person along a Morton curve.

    A systematic sample keeps the density of every neighbourhood, where an independent one would
    clump. Dots of one place are scattered over a disc that grows with their number; the same places
    give the same dots.
    """
    people = places["people"].to_numpy(dtype=float)
    per_dot = people_per_dot(float(people.sum())) if per_dot is None else per_dot
    lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
    order = np.argsort(morton(lon, lat), kind="stable")
    running = np.cumsum(people[order])
    total = float(running[-1]) if len(running) else 0.0
    picks = np.arange(per_dot / 2, total, per_dot)
    place = order[np.searchsorted(running, picks, side="right")] if len(picks) else np.empty(0, np.int64)
    random = np.random.default_rng(0)
    radius_km = np.sqrt(people[place] / per_dot * _GROUND_KM2 / np.pi) * np.sqrt(random.random(len(place)))
    angle = random.random(len(place)) * 2 * np.pi
    north = np.degrees(radius_km / EARTH_RADIUS_KM) * np.sin(angle)
    east = np.degrees(radius_km / EARTH_RADIUS_KM) * np.cos(angle) / np.cos(np.radians(lat[place]))
    return DotSample(per_dot, place.astype(np.int64), lon[place] + east, lat[place] + north)


def morton(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Position of points along a Morton (Z-order) curve over their bounding box, shape ``(n,)``."""
    return _spread_bits(_cells(lon)) | (_spread_bits(_cells(lat)) << np.uint64(1))


def _cells(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    if not len(values):
        return np.empty(0, np.uint64)
    low, high = float(values.min()), float(values.max())
    return ((values - low) * (_GRID / (high - low if high > low else 1.0))).astype(np.uint64)


def _spread_bits(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Sixteen bits spread to every second place of 32 (the usual shifts and masks)."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values


def encode(dots: DotSample) -> dict[str, object]:
    """Pack where dots are into four bytes each before base64: two 16-bit offsets within their box."""
    if not len(dots.lon):
        return {"count": 0}
    box = [float(it) for it in (dots.lon.min(), dots.lat.min(), dots.lon.max(), dots.lat.max())]
    steps = [max(box[2] - box[0], 1e-9) / _GRID, max(box[3] - box[1], 1e-9) / _GRID]
    x = np.rint((dots.lon - box[0]) / steps[0]).astype("<u2")
    y = np.rint((dots.lat - box[1]) / steps[1]).astype("<u2")
    return {
        "count": len(dots.lon),
        "origin": box[:2],
        "step": steps,
        "position": _base64(np.column_stack((x, y)).tobytes()),
    }


def encode_kinds(kind: NDArray[np.uint8]) -> str:
    """Pack what the dots are, in their order: it changes with every office, where they are does not."""
    return _base64(kind.astype(np.uint8).tobytes())


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
