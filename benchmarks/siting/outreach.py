"""Offices with places served on days: iqgeo against HiGHS on the plain model with a variable a home.

``python -m benchmarks.siting.outreach [--new 4] [--home-km 75] [--per-office 4] [--seconds 120]``

The plain model: an office, a place, and who serves whom; every row reached; a served place has one open home
with room. HiGHS gets it as anyone would write it, after the same merging of equal rows.
"""

import argparse
import time

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from iqgeo import siting
from iqgeo.api import assess
from iqgeo.outreach import Outreach, homes_of
from iqgeo.siting.reduced import drop_dominated_rows, reduce_sets
from iqgeo.suggestions import Siting, candidate_towns


def plain_model(task, homes, new, price_km, seconds):
    """The fewest places (``price_km`` 0), or places and km, by HiGHS; value, bound and seconds of CPU."""
    full = drop_dominated_rows(reduce_sets(task.sets, task.rules.opened, ()))
    n, sites = full.n_columns, full.columns
    own = np.array(task.rules.opened)
    place, home = np.nonzero(homes.near[np.ix_(sites, np.append(sites, own))])
    km = homes.km[np.ix_(sites, np.append(sites, own))][place, home]
    pairs = np.arange(len(place))
    columns = 2 * n + len(place)
    reach = sparse.csr_array((np.ones(len(full.row_site)), full.row_site, full.row_start), (full.n_rows, n))
    of_place = sparse.csr_array((np.ones(len(place)), (place, pairs)), (n, len(place)))
    of_home = sparse.csr_array((np.ones(len(place)), (home, pairs)), (n + len(own), len(place)))
    one = sparse.eye_array(n)
    nothing = sparse.csr_array((n, n))
    links = sparse.csr_array((np.ones(len(place)), (pairs, np.where(home < n, home, 0))), (len(place), n))
    links = sparse.diags_array((home < n).astype(float)) @ links
    rooms = sparse.vstack([homes.per_office * one, sparse.csr_array((len(own), n))])
    empty_pairs = sparse.csr_array((full.n_rows, len(place)))
    no_rooms = sparse.csr_array((n + len(own), n))
    free = np.zeros(n + len(own))
    free[n:] = homes.per_office
    rules = [
        LinearConstraint(sparse.hstack([reach, reach, empty_pairs]), 1, np.inf),
        LinearConstraint(sparse.hstack([nothing, one, -of_place]), 0, 0),
        LinearConstraint(sparse.hstack([-rooms, no_rooms, of_home]), -np.inf, free),
        LinearConstraint(
            sparse.hstack([-links, sparse.csr_array((len(place), n)), sparse.eye_array(len(place))]),
            -np.inf, (home >= n).astype(float),
        ),
        LinearConstraint(np.append(np.ones(n), np.zeros(columns - n))[None, :], 0, new),
    ]  # fmt: skip
    cost = np.concatenate([np.zeros(n), np.ones(n), price_km * km])
    whole = np.append(np.ones(2 * n), np.zeros(len(place)))
    begun = time.process_time()
    found = milp(
        cost, integrality=whole, bounds=Bounds(0, 1), constraints=rules,
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )  # fmt: skip
    value = float("nan") if found.fun is None else found.fun
    return value, found.mip_dual_bound, time.process_time() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--new", type=int, default=4)
    parser.add_argument("--home-km", type=float, default=75.0)
    parser.add_argument("--per-office", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=120.0)
    asked = parser.parse_args()
    start = assess()
    task = Siting(start, candidate_towns(start.region))
    homes = homes_of(task, Outreach(asked.home_km, asked.per_office))
    control = siting.Control(time_limit_s=asked.seconds)
    siting.fewest_places(task.sets, homes, asked.new, 1.0, task.rules, control, after=())
    for name, after, price_km in (
        ("fewest places", (), 0.0),
        ("fewest places, then least km", ("km",), 1e-4),
    ):
        begun = time.process_time()
        ours = siting.fewest_places(task.sets, homes, asked.new, 1.0, task.rules, control, after=after)
        seconds = time.process_time() - begun
        value, bound, theirs = plain_model(task, homes, asked.new, price_km, asked.seconds)
        mine = len(ours.places) + price_km * sum(ours.home_km)
        proven = all(goal.proven for goal in ours.goals)
        print(f"{name}: iqgeo {mine:.4f} ({'proven' if proven else 'open'}) in {seconds:.2f} s;")
        print(
            f"    HiGHS {value:.4f} (bound {bound:.4f}) in {theirs:.2f} s: {theirs / seconds:.1f} times ours"
        )


if __name__ == "__main__":
    main()
