"""Weighted k-means for a few thousand points: what a board's map of gap regions needs.

Loading scikit-learn takes longer than all of this for the municipalities of a state. It is loaded
where there are enough points for its compiled loops to win the time back.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# From here on scikit-learn is faster, its loading included.
_MANY = 5_000
_STARTS = 30
_MOST_ROUNDS = 300


def weighted_kmeans(points: Floats, weights: Floats, count: int) -> tuple[Integers, Floats]:
    """Split points into ``count`` clusters of least weighted squared distance to their centres.

    The best of several starts; the same for the same points in the same order.

    Parameters
    ----------
    points : Floats
        Shape ``(n, 2)``, at least ``count`` of them different.
    weights : Floats
        Positive, shape ``(n,)``.
    count : int
        How many clusters, at least one.

    Returns
    -------
    tuple[Integers, Floats]
        The cluster of every point and the centres, shape ``(count, 2)``.
    """
    if len(points) >= _MANY:
        return _by_scikit_learn(points, weights, count)
    rng = np.random.default_rng(0)
    found = [_settled(points, weights, _seeds(points, weights, count, rng)) for _ in range(_STARTS)]
    _, labels, centres = min(found, key=lambda it: it[0])
    return labels, centres


def _by_scikit_learn(points: Floats, weights: Floats, count: int) -> tuple[Integers, Floats]:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    # Threads cost more than they bring, and much on a busy machine.
    with threadpool_limits(1):
        fitted = KMeans(count, n_init=10, random_state=0).fit(points, sample_weight=weights)
    return fitted.labels_.astype(np.int64), np.asarray(fitted.cluster_centers_, dtype=float)


def _squared(points: Floats, centres: Floats) -> Floats:
    """Squared distance from every point to every centre, shape ``(n, centres)``."""
    return np.asarray(
        (points[:, :1] - centres[:, 0]) ** 2 + (points[:, 1:] - centres[:, 1]) ** 2, dtype=float
    )


def _seeds(points: Floats, weights: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Centres drawn by weighted squared distance from those before, the best of some draws each.

    Arthur and Vassilvitskii 2007, the greedy variant.
    """
    tries = 2 + int(np.log(count))
    first = rng.choice(len(points), p=weights / weights.sum())
    chosen = [int(first)]
    away = _squared(points, points[chosen])[:, 0]
    while len(chosen) < count:
        chance = weights * away
        drawn = rng.choice(len(points), size=tries, p=chance / chance.sum())
        then = np.minimum(away[:, None], _squared(points, points[drawn]))
        best = int(np.argmin(weights @ then))
        chosen.append(int(drawn[best]))
        away = then[:, best]
    return points[chosen]


def _settled(points: Floats, weights: Floats, centres: Floats) -> tuple[float, Integers, Floats]:
    """Centres moved to the middle of their points until no point changes its cluster."""
    labels = np.full(len(points), -1, dtype=np.int64)
    squared = _squared(points, centres)
    for _ in range(_MOST_ROUNDS):
        before, labels = labels, squared.argmin(axis=1)
        if np.array_equal(before, labels):
            break
        people = np.bincount(labels, weights, len(centres))
        for axis in (0, 1):
            sums = np.bincount(labels, weights * points[:, axis], len(centres))
            # a centre that lost its last point stays where it was
            centres[:, axis] = np.divide(sums, people, out=centres[:, axis].copy(), where=people > 0)
        squared = _squared(points, centres)
    worth = float(weights @ squared[np.arange(len(points)), labels])
    return worth, labels, centres
