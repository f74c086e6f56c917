import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from iqgeo import clusters
from iqgeo.clusters import weighted_kmeans


def spread(points, weights, labels, centres):
    return float(weights @ ((points - centres[labels]) ** 2).sum(axis=1))


def towns(seed, count=300):
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, 200, (9, 2))
    return middle[rng.integers(9, size=count)] + rng.normal(0, 12, (count, 2)), rng.lognormal(4, 1.5, count)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [1, 2, 5, 9, 12])
def test_clusters_are_as_tight_as_those_of_scikit_learn(seed, count):
    points, weights = towns(seed)
    ours = spread(points, weights, *weighted_kmeans(points, weights, count))
    with threadpool_limits(1):
        theirs = KMeans(count, n_init=10, random_state=0).fit(points, sample_weight=weights).inertia_
    assert ours <= theirs * 1.01


@given(
    st.lists(
        st.tuples(st.integers(-4, 4), st.integers(-4, 4), st.integers(1, 9)),
        min_size=1, max_size=30, unique_by=lambda it: it[:2],
    ),
    st.integers(1, 12),
)  # fmt: skip
def test_every_point_belongs_to_its_nearest_centre_and_centres_lie_in_the_middle(rows, count):
    table = np.array(rows, dtype=float)
    points, weights, count = table[:, :2], table[:, 2], min(count, len(rows))
    labels, centres = weighted_kmeans(points, weights, count)
    away = ((points[:, None] - centres) ** 2).sum(axis=2)
    np.testing.assert_allclose(away[np.arange(len(points)), labels], away.min(axis=1))
    for label in np.unique(labels):
        mine = labels == label
        np.testing.assert_allclose(centres[label], np.average(points[mine], weights=weights[mine], axis=0))
    again, _ = weighted_kmeans(points, weights, count)
    np.testing.assert_array_equal(labels, again)


def test_many_points_are_left_to_scikit_learn_with_an_answer_as_tight(monkeypatch):
    points, weights = towns(7)
    by_hand = spread(points, weights, *weighted_kmeans(points, weights, 5))
    monkeypatch.setattr(clusters, "_MANY", 10)
    assert spread(points, weights, *weighted_kmeans(points, weights, 5)) == pytest.approx(by_hand, rel=0.02)
