"""Hold the estimate (straight line x factor) against the roads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from iqgeo.distances.base import Floats, within
from iqgeo.frames import Brief

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, repr=False)
class RoadComparison(Brief):
    """How well the estimate agrees with the roads; people are sums over the places compared.

    Attributes
    ----------
    people, people_compared : float
        All people, and those at places with a finite distance by both measures.
    now_covered, now_uncovered : float
        People whom the estimate leaves out but the roads cover, and the reverse (all places; one that the
        roads do not reach counts as uncovered).
    same_share : float
        Share of all people in the same class by both, 0..1; NaN without people.
    fitted_share : float
        The same if the estimate took the factors of ``factors`` (the one factor where a district has none);
        NaN without such.
    factor_p10, factor_median, factor_p90 : float
        Quantiles, weighted by people, of road / straight line.
    by_district : pd.DataFrame
        A row per ``district_ags`` with the same columns.
    target_km, detour_factor : float
        What was compared.
    """

    people: float
    people_compared: float
    now_covered: float
    now_uncovered: float
    same_share: float
    factor_p10: float
    factor_median: float
    factor_p90: float
    by_district: "pd.DataFrame"
    target_km: float
    detour_factor: float
    fitted_share: float


def weighted_quantiles(values: Floats, weights: Floats, shares: tuple[float, ...] = QUANTILES) -> Floats:
    """Smallest value that at least the given share of the weight does not exceed; NaN without weight."""
    kept = weights > 0
    values, weights = values[kept], weights[kept]
    if not len(values):
        return np.full(len(shares), np.nan)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    # A hair below, so that rounding in the sums does not skip the value that holds the share exactly.
    wanted = np.asarray(shares) * reached[-1] * (1 - 1e-12)
    return np.asarray(values[order][np.searchsorted(reached, wanted)])


def compare_with_roads(
    places: "pd.DataFrame",
    straight_km: npt.ArrayLike,
    road_km: npt.ArrayLike,
    *,
    target_km: float,
    detour_factor: float = 1.3,
    factors: "pd.DataFrame | None" = None,
) -> RoadComparison:
    """Compare the estimate with the roads for the same places and offices.

    Parameters
    ----------
    places : pd.DataFrame
        Columns ``people`` and ``district_ags``, a row per place.
    straight_km, road_km : npt.ArrayLike
        (places,) distance to the nearest office by each measure, inf where there is none.
    target_km : float
        The ways compared are those that decide about it.
    detour_factor : float
        Of the estimate: road / straight line.
    factors : pd.DataFrame | None
        Factors by district (``district_ags, factor``), see :func:`iqgeo.distances.factors.fit_factors`.
    """
    import pandas as pd

    straight, road = np.asarray(straight_km, dtype=float), np.asarray(road_km, dtype=float)
    frame = pd.DataFrame(
        {
            "district_ags": places["district_ags"].to_numpy(),
            "people": places["people"].to_numpy(dtype=float),
            "estimated": within(straight * detour_factor, target_km),
            "travelled": within(road, target_km),
            "straight_km": straight,
            "road_km": road,
        }
    )
    rows = [{"district_ags": ags, **_figures(part)} for ags, part in frame.groupby("district_ags", sort=True)]
    whole = _figures(frame)
    columns = ["district_ags", *whole]
    by_district = pd.DataFrame(rows, columns=columns)
    fitted = pd.Series(dtype=float) if factors is None else factors.set_index("district_ags")["factor"]
    factor = frame["district_ags"].map(fitted).fillna(detour_factor).to_numpy(dtype=float)
    same = within(straight * factor, target_km) == within(road, target_km)
    people = frame["people"].to_numpy()
    return RoadComparison(
        **whole,
        by_district=by_district,
        target_km=target_km,
        detour_factor=detour_factor,
        fitted_share=float("nan")
        if factors is None or not people.sum() > 0
        else float(people @ same / people.sum()),
    )


def _figures(frame: "pd.DataFrame") -> dict[str, float]:
    people = frame["people"].to_numpy()
    straight, road = frame["straight_km"].to_numpy(), frame["road_km"].to_numpy()
    estimated, travelled = frame["estimated"].to_numpy(dtype=bool), frame["travelled"].to_numpy(dtype=bool)
    compared = np.isfinite(straight) & np.isfinite(road) & (straight > 0)
    low, middle, high = weighted_quantiles(road[compared] / straight[compared], people[compared])
    total = float(people.sum())
    gained, lost = (
        float(people[change].sum()) for change in (travelled & ~estimated, estimated & ~travelled)
    )
    return {
        "people": total,
        "people_compared": float(people[np.isfinite(straight) & np.isfinite(road)].sum()),
        "now_covered": gained,
        "now_uncovered": lost,
        "same_share": 1 - (gained + lost) / total if total > 0 else float("nan"),
        "factor_p10": float(low),
        "factor_median": float(middle),
        "factor_p90": float(high),
    }
