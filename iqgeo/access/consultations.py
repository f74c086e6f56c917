"""The user's own consultations against what the model expects, and how they fall off with distance."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from iqgeo.access.load import Floats, Load, share_posts
from iqgeo.coverage import Coverage
from iqgeo.frames import Brief, plain_rows, plain_value

_NEWTON_STEPS = 50
_LEAST_PLACES = 5


@dataclass(frozen=True, repr=False)
class Compared(Brief):
    """Own consultations and what the model expects of them.

    Attributes
    ----------
    load : Load
        The load with the own numbers as a year's figure.
    offices : pd.DataFrame
        ``id, name, consultations, expected, ratio``; expected in the proportions of the model.
    districts : pd.DataFrame
        The same by district (``ags, name``), where the table says where people live; else empty.
    months : int
        Months the table covers.
    fall_off_per_km : float | None
        By how much the logarithm of the use falls a km; ``None`` where it cannot be told.
    """

    load: Load
    offices: pd.DataFrame
    districts: pd.DataFrame
    months: int
    fall_off_per_km: float | None

    @property
    def half_km(self) -> float:
        """After so many km half as many come."""
        return math.log(2) / self.fall_off_per_km if self.fall_off_per_km else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data for JSON."""
        return {
            "months": self.months,
            "compared": plain_rows(self.offices),
            "districts": plain_rows(self.districts),
            "fall_off_per_km": plain_value(
                float("nan") if self.fall_off_per_km is None else self.fall_off_per_km
            ),
        }


def compare(coverage: Coverage, expected: Load, table: pd.DataFrame) -> Compared:
    """Put own consultations beside what the model expects.

    ``table`` is that of :func:`iqgeo.inputs.consultations.read_consultations`. Counts become a year's figure
    by the months between the first and the last one named, both included.
    """
    months = _months(table)
    factor = 12 / months if months else 0.0
    ids = expected.offices["id"].astype(str)
    own = table.groupby("office")["count"].sum().reindex(ids, fill_value=0.0).to_numpy(dtype=float) * factor
    model = expected.offices["consultations"].to_numpy(dtype=float)
    offices = expected.offices[["id", "name"]].assign(**_beside(own, model))
    posts = share_posts(own, expected.posts)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_post = np.where(posts > 0, own / posts, np.nan)
    load = replace(
        expected,
        offices=expected.offices.assign(consultations=own, posts=posts, per_post=per_post),
        consultations=float(own.sum()),
        out_of_reach=0.0,
        by_phone=float(own.sum()) * (expected.by_phone / expected.consultations),
    )
    by_place = table[table["place"].str.fullmatch(r"\d{8}")].groupby("place")["count"].sum() * factor
    districts, fall_off = _districts(coverage, by_place), None
    if len(by_place):
        fall_off = fall_off_per_km(coverage, by_place)
    return Compared(load, offices, districts, months, fall_off)


def _months(table: pd.DataFrame) -> int:
    """Months from the first to the last one named, all those of a quarter or year among them."""
    if not len(table):
        return 0
    first = table["month"].str[:4].astype(int) * 12 + table["month"].str[5:].astype(int)
    return int((first + table["months"]).max() - first.min())


def _beside(own: Floats, model: Floats) -> dict[str, Floats]:
    """Own numbers, expected ones scaled to the same sum, and their ratio."""
    total = float(model.sum())
    expected = model * (float(own.sum()) / total) if total else np.zeros_like(model)
    ratio = np.divide(own, expected, out=np.full_like(own, np.nan), where=expected > 0)
    return {"consultations": own, "expected": expected, "ratio": ratio}


def _districts(coverage: Coverage, by_place: pd.Series) -> pd.DataFrame:
    """Used less or more than expected, by district."""
    names = coverage.district_names
    people = coverage.places.groupby("district_ags")["people"].sum()
    own = by_place.groupby(by_place.index.str[:5]).sum().reindex(people.index, fill_value=0.0)
    if not len(by_place):
        people, own = people.iloc[:0], own.iloc[:0]
    keys = [str(key) for key in people.index]
    frame = pd.DataFrame({"ags": keys, "name": [names.get(key, key) for key in keys]})
    return frame.assign(**_beside(own.to_numpy(dtype=float), people.to_numpy(dtype=float)))


def fall_off_per_km(coverage: Coverage, by_place: pd.Series) -> float | None:
    """How the use of the offices falls off with the distance: Poisson regression over the municipalities.

    The expected number is people times ``exp(a - b * km)``, km being the mean way of the municipality's
    people to their nearest office; municipalities nobody came from count as well. ``None`` where fewer than
    five are named, or where use does not fall.
    """
    places = coverage.places[np.isfinite(coverage.places["distance_km"]) & (coverage.places["people"] > 0)]
    people = places.groupby("ags")["people"].sum()
    way = (places["people"] * places["distance_km"]).groupby(places["ags"]).sum() / people
    count = by_place.reindex(people.index, fill_value=0.0)
    if int((count > 0).sum()) < _LEAST_PLACES:
        return None
    found = _poisson(count.to_numpy(dtype=float), people.to_numpy(dtype=float), way.to_numpy(dtype=float))
    return None if not math.isfinite(found) or found <= 0 else found


def _poisson(count: Floats, people: Floats, km: Floats) -> float:
    """The slope b of ``people * exp(a - b * km)`` that makes the counts most likely, by Newton's method."""
    middle = float(np.average(km, weights=people))
    design = np.column_stack([np.ones_like(km), middle - km])
    beta = np.array([math.log(count.sum() / people.sum()), 0.0])
    for _ in range(_NEWTON_STEPS):
        mean = people * np.exp(np.clip(design @ beta, -50, 50))
        step = np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (count - mean))
        # the likelihood is concave; short steps keep the first ones from overshooting
        beta += step * min(1.0, 1.0 / float(np.abs(step).max(initial=1e-12)))
        if float(np.abs(step).max()) < 1e-10:
            break
    return float(beta[1])
