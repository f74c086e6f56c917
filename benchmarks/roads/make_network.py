"""Make a road network the size of a German state, as loose segments.

    python benchmarks/roads/make_network.py build/roads-1.5m.npz [--vertices 1500000] [--seed 1]

Crossings lie around the settlements of the embedded region (dense where many people live) and thinly in
between. They are joined by their minimum spanning tree and by a share of the other Delaunay edges, until a
crossing has as many streets as in OpenStreetMap; streets get bends in proportion to their length, some are
one-way. The order of the vertices is random, as that of OpenStreetMap's numbers nearly is.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from iqgeo.distances.roads.assemble import Segments
from iqgeo.distances.straight import great_circle_km

ROOT = Path(__file__).resolve().parents[2]
CROSSING_SHARE = 0.4
TOWN_SHARE = 0.6
EXTRA_STREETS = 0.42
"""Streets beyond the tree, per crossing: 2.8 streets meet at a crossing on average."""
ONE_WAY_SHARE = 0.15
"""Of the streets that close a ring."""
DETOUR = 1.1
"""Length of a street over the straight line between its ends."""
SPEED_KMH = 50.0


def settlements() -> pd.DataFrame:
    return pd.read_parquet(ROOT / "data" / "niedersachsen" / "settlements.parquet")


def _crossings(count: int, rng: np.random.Generator) -> np.ndarray:
    """Longitude and latitude: around settlements by the root of their people, and evenly."""
    places = settlements()
    weight = np.sqrt(places["population"].to_numpy(dtype=float))
    home = rng.choice(len(places), int(count * TOWN_SHARE), p=weight / weight.sum())
    far_km, angle = rng.exponential(0.8, len(home)), rng.uniform(0, 2 * np.pi, len(home))
    lat = places["lat"].to_numpy()[home] + far_km * np.sin(angle) / 111.2
    lon = places["lon"].to_numpy()[home] + far_km * np.cos(angle) / 111.2 / np.cos(np.radians(lat))
    even = rng.integers(0, len(places), count - len(home))
    spread = rng.uniform(-0.04, 0.04, (len(even), 2))
    return np.vstack(
        [np.column_stack([lon, lat]), places[["lon", "lat"]].to_numpy()[even] + spread * [1.6, 1.0]]
    )


def _streets(points: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends, length and whether it closes a ring, of each street."""
    corners = Delaunay(points * [np.cos(np.radians(points[:, 1].mean())), 1.0]).simplices
    sides = np.sort(np.vstack([corners[:, pair] for pair in ([0, 1], [1, 2], [2, 0])]), axis=1)
    sides = np.unique(sides.astype(np.int64), axis=0)
    km = great_circle_km(*points[sides[:, 0]].T, *points[sides[:, 1]].T)
    matrix = coo_array((km + 1e-9, sides.T), shape=(len(points),) * 2).tocsr()
    tree = minimum_spanning_tree(matrix).tocoo()
    key = sides[:, 0] * len(points) + sides[:, 1]
    low, high = np.minimum(tree.row, tree.col), np.maximum(tree.row, tree.col)
    in_tree = np.isin(key, low.astype(np.int64) * len(points) + high)
    short = np.flatnonzero(~in_tree & (km < np.quantile(km, 0.9)))
    extra = rng.choice(short, int(len(points) * EXTRA_STREETS), replace=False)
    kept = np.concatenate([np.flatnonzero(in_tree), extra])
    return sides[kept], km[kept], np.arange(len(kept)) >= in_tree.sum()


def make_segments(vertices: int, seed: int) -> Segments:
    rng = np.random.default_rng(seed)
    points = _crossings(int(vertices * CROSSING_SHARE), rng)
    ends, km, closes_ring = _streets(points, rng)
    bends = rng.multinomial(vertices - len(points), km / km.sum())
    street = np.repeat(np.arange(len(ends)), bends)
    first_bend = np.concatenate([[0], np.cumsum(bends)])
    share = (np.arange(len(street)) - first_bend[street] + 1) / (bends[street] + 1)
    begin, end = points[ends[street, 0]], points[ends[street, 1]]
    everything = np.vstack([points, begin + (end - begin) * share[:, None]])
    # Each street as the sequence: its first crossing, its bends, its last crossing.
    sequence = np.insert(np.arange(len(street)) + len(points), first_bend[:-1], ends[:, 0])
    sequence = np.insert(sequence, np.cumsum(bends + 1), ends[:, 1])
    owner = np.repeat(np.arange(len(ends)), bends + 2)
    piece = np.flatnonzero(owner[1:] == owner[:-1])
    shuffled = rng.permutation(len(everything))
    lon, lat = np.empty((2, len(everything)))
    lon[shuffled], lat[shuffled] = np.rint(everything.T * 1e7) / 1e7
    tail, head = shuffled[sequence[piece]], shuffled[sequence[piece + 1]]
    mm = np.rint(great_circle_km(lon[tail], lat[tail], lon[head], lat[head]) * DETOUR * 1e6).astype(np.int64)
    return Segments(
        lon=lon,
        lat=lat,
        tail=tail,
        head=head,
        mm=mm,
        minutes=mm / 1e6 / SPEED_KMH * 60,
        # A one-way street of the tree would cut off all that hangs on it.
        two_way=(~closes_ring | (rng.random(len(ends)) >= ONE_WAY_SHARE))[owner[piece]],
        road_class=np.zeros(len(piece), dtype=np.uint8),
    )


def load_segments(path: Path) -> Segments:
    with np.load(path, allow_pickle=False) as file:
        return Segments(**file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--vertices", type=int, default=1_500_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    segments = make_segments(arguments.vertices, arguments.seed)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(arguments.out, **vars(segments))
    print(f"{len(segments.lon):,} vertices, {len(segments.tail):,} segments -> {arguments.out}")


if __name__ == "__main__":
    main()
