"""spopt as an oracle on middling instances, at arm's length: same data, same optimum."""

import warnings

import numpy as np
import pytest

from iqgeo.siting import full_cover, max_cover, p_center, p_median

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pulp = pytest.importorskip("pulp")
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

N_DEMAND, N_SITES = 150, 25


@pytest.fixture(scope="module")
def small(tables):
    return tables(seed=9, n_demand=N_DEMAND, n_sites=N_SITES, reach_km=10_000.0)


@pytest.fixture(scope="module")
def matrix(small):
    matrix = np.full((small.n_demand, small.n_sites), np.inf)
    matrix[small.demand, small.site] = small.km
    return matrix


def solver():
    return pulp.PULP_CBC_CMD(msg=False)


@pytest.mark.parametrize("new", [1, 4, 7])
@pytest.mark.filterwarnings("ignore")
def test_max_cover_agrees(small, matrix, new):
    peer = MCLP.from_cost_matrix(matrix, small.weight, 35.0, p_facilities=new).solve(solver())
    answer = max_cover(small.within(35.0), new)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(pulp.value(peer.problem.objective))


@pytest.mark.filterwarnings("ignore")
def test_full_cover_agrees(small, matrix):
    target = float(matrix.min(axis=1).max()) + 5.0
    peer = LSCP.from_cost_matrix(matrix, target).solve(solver())
    answer = full_cover(small.within(target))
    assert answer.status == "optimal"
    assert answer.objective == pulp.value(peer.problem.objective)


@pytest.mark.parametrize("new", [2, 6])
@pytest.mark.filterwarnings("ignore")
def test_p_median_agrees(small, matrix, new):
    peer = PMedian.from_cost_matrix(matrix, small.weight, p_facilities=new).solve(solver())
    answer = p_median(small, new)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(pulp.value(peer.problem.objective), rel=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_p_center_agrees(small, matrix):
    peer = PCenter.from_cost_matrix(matrix, p_facilities=5).solve(solver())
    answer = p_center(small, 5)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(pulp.value(peer.problem.objective), rel=1e-6)
