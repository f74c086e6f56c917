"""A made-up country of middling size: demand points and sites in the plane."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from iqgeo.siting import DistanceTable


def make_table(seed=1, n_demand=1500, n_sites=90, reach_km=60.0):
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 300, (40, 2))
    places = centres[rng.integers(40, size=n_demand)] + rng.normal(0, 18, (n_demand, 2))
    sites = places[rng.choice(n_demand, n_sites, replace=False)]
    weight = np.floor(rng.lognormal(4, 1.2, n_demand))
    pairs = cKDTree(sites).sparse_distance_matrix(cKDTree(places), reach_km, output_type="coo_matrix")
    return DistanceTable.from_pairs(pairs.row, pairs.col, pairs.data, weight, n_sites)


@pytest.fixture(scope="session")
def table():
    return make_table()


@pytest.fixture(scope="session")
def sets(table):
    return table.within(35.0)


@pytest.fixture(scope="session")
def tables():
    return make_table
