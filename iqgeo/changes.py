"""Who wins and who loses between two coverages of the same people. Numbers only."""

import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.demand import keys_of


def same_people(before: Coverage, after: Coverage) -> bool:
    """Whether two coverages count the same people in the same places."""
    here, there = before.places, after.places
    return bool(here["id"].equals(there["id"]) and here["people"].equals(there["people"]))


def need_same_people(before: Coverage, after: Coverage) -> None:
    """Whoever compares two coverages place by place asks here first.

    Raises
    ------
    ValueError
        If the two do not count the same people.
    """
    if not same_people(before, after):
        raise ValueError("the coverages do not count the same people")


def gains_and_losses(before: Coverage, after: Coverage, level: str = "district") -> pd.DataFrame:
    """Count who comes within the target and who no longer is: ``gained, lost``, indexed by AGS.

    Raises
    ------
    ValueError
        If the two do not count the same people.
    """
    need_same_people(before, after)
    here = before.places
    people = here["people"].to_numpy(dtype=float)
    frame = pd.DataFrame(
        {
            "ags": keys_of(here, level),
            "gained": people * (~before.is_covered & after.is_covered),
            "lost": people * (before.is_covered & ~after.is_covered),
        }
    )
    return frame.groupby("ags", sort=True)[["gained", "lost"]].sum()


def changes(before: Coverage, after: Coverage, level: str = "district") -> pd.DataFrame:
    """Compare by district or municipality.

    Columns ``ags, name, people, covered_before, covered_after, gained, lost, change, mean_km_before,
    mean_km_after``; ``gained`` are people newly within the target, ``lost`` those no longer, so that
    ``change = gained - lost``. By key.

    Raises
    ------
    ValueError
        If the two do not count the same people.
    """
    sums = gains_and_losses(before, after, level)
    old, new = (it.by_district() if level == "district" else it.by_municipality() for it in (before, after))
    return pd.DataFrame(
        {
            "ags": old["ags"],
            "name": old["name"],
            "people": old["people"],
            "covered_before": old["covered"],
            "covered_after": new["covered"],
            "gained": sums["gained"].reindex(old["ags"]).to_numpy(),
            "lost": sums["lost"].reindex(old["ags"]).to_numpy(),
            "change": new["covered"] - old["covered"],
            "mean_km_before": old["mean_km"],
            "mean_km_after": new["mean_km"],
        }
    )
