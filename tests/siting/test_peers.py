"""spopt as an oracle on middling instances, at arm's length: same data, same optimum."""

import warnings

import numpy as np
import pytest

from iqgeo.siting import full_cover, max_cover, p_center, p_median

N_DEMAND, N_SITES = 150, 25


@pytest.fixture(scope="module")
def spopt():
    """Imported by the one process that asks it: it brings seconds of matplotlib along."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("pulp")
        import spopt.locate
    return spopt.locate


@pytest.fixture(scope="module")
def small(tables):
    return tables(seed=9, n_demand=N_DEMAND, n_sites=N_SITES, reach_km=10_000.0)


@pytest.fixture(scope="module")
def matrix(small):
    matrix = np.full((small.n_demand, small.n_sites), np.inf)
    matrix[small.demand, small.site] = small.km
    return matrix


def solved(problem):
    """The optimum as the peer finds it."""
    import pulp

    return pulp.value(problem.solve(pulp.PULP_CBC_CMD(msg=False)).problem.objective)


@pytest.mark.parametrize("new", [1, 4, 7])
@pytest.mark.filterwarnings("ignore")
def test_max_cover_agrees(spopt, small, matrix, new):
    peer = solved(spopt.MCLP.from_cost_matrix(matrix, small.weight, 35.0, p_facilities=new))
    answer = max_cover(small.within(35.0), new)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(peer)


@pytest.mark.filterwarnings("ignore")
def test_full_cover_agrees(spopt, small, matrix):
    target = float(matrix.min(axis=1).max()) + 5.0
    peer = solved(spopt.LSCP.from_cost_matrix(matrix, target))
    answer = full_cover(small.within(target))
    assert answer.status == "optimal"
    assert answer.objective == peer


@pytest.mark.parametrize("new", [2, 6])
@pytest.mark.filterwarnings("ignore")
def test_p_median_agrees(spopt, small, matrix, new):
    peer = solved(spopt.PMedian.from_cost_matrix(matrix, small.weight, p_facilities=new))
    answer = p_median(small, new)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(peer, rel=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_p_center_agrees(spopt, small, matrix):
    peer = solved(spopt.PCenter.from_cost_matrix(matrix, p_facilities=5))
    answer = p_center(small, 5)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(peer, rel=1e-6)
