"""What a caller's pairs, weights and distances have to be, and weights as whole numbers."""

import math

import numpy as np
import numpy.typing as npt

from iqgeo.errors import InputError, Problem

_Floats = npt.NDArray[np.float64]

_WHOLE_LIMIT = 2.0**52


def whole_weights(weight: _Floats) -> tuple[_Floats, float]:
    """Weights as whole numbers (float64, total below 2**53) and the unit they count.

    Whole weights are divided by their greatest common divisor and stay exact. Others are rounded to
    multiples of at most 2**-49 of the total; sums are then exact in any order.
    """
    total = math.fsum(weight) if len(weight) else 0.0
    if total == 0:
        return np.zeros(len(weight)), 1.0
    if total < _WHOLE_LIMIT and bool(np.all(weight == np.floor(weight))):
        unit = float(np.gcd.reduce(weight.astype(np.int64)))
        return weight / unit, unit
    scale = 2.0 ** (50 - math.ceil(math.log2(total)))
    return np.rint(weight * scale), 1.0 / scale


def check_pairs(
    site: npt.ArrayLike,
    demand: npt.ArrayLike,
    weight: npt.ArrayLike,
    n_sites: int,
    km: npt.ArrayLike | None = None,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], _Floats, _Floats | None]:
    """Turn the caller's arrays into ours; raises `InputError` with everything wrong."""
    problems: list[Problem] = []
    weights = np.atleast_1d(np.asarray(weight, dtype=np.float64))
    sites, demands = np.atleast_1d(np.asarray(site)), np.atleast_1d(np.asarray(demand))
    if n_sites <= 0:
        problems.append(Problem("siting_no_candidates"))
    bad = np.flatnonzero(~np.isfinite(weights) | (weights < 0))
    problems += [
        Problem("siting_bad_weight", value=str(weights[k]), details={"index": int(k)}) for k in bad[:20]
    ]
    if len(bad) > 20:
        problems.append(Problem("siting_bad_weights_more", details={"count": int(len(bad) - 20)}))
    if len(sites) != len(demands):
        problems.append(Problem("siting_pairs_uneven", details={"sites": len(sites), "demand": len(demands)}))
    for name, numbers, limit in (("site", sites, n_sites), ("demand", demands, len(weights))):
        if len(numbers) and (numbers.min() < 0 or numbers.max() >= limit):
            wrong = numbers[(numbers < 0) | (numbers >= limit)]
            details = {"kind": name, "count": len(wrong), "limit": limit - 1}
            problems.append(Problem("siting_pair_outside", value=str(wrong[0]), details=details))
    kms = None
    if km is not None:
        kms = np.atleast_1d(np.asarray(km, dtype=np.float64))
        if len(kms) != len(sites):
            problems.append(Problem("siting_pairs_uneven", details={"sites": len(sites), "demand": len(kms)}))
        if len(kms) and (bool(np.isnan(kms).any()) or kms.min() < 0):
            wrong_km = kms[np.isnan(kms) | (kms < 0)]
            details = {"count": len(wrong_km)}
            problems.append(Problem("siting_bad_distance", value=str(wrong_km[0]), details=details))
    if problems:
        raise InputError(problems)
    return sites.astype(np.int32), demands.astype(np.int32), weights, kms
