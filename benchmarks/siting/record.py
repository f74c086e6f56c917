"""The record instance: ``python -m benchmarks.siting.record [demand points] [sites]``.

Cordeau, Furini and Ljubic (2019) solve maximal covering with up to 20 million demand points and 100
sites.
"""

import sys

from benchmarks.siting.instances import Cpu, peak_gb, record
from iqgeo.siting import CoverSets, full_cover, max_cover


def main(n_demand: int, n_sites: int) -> None:
    max_cover(CoverSets.from_blocks(record(1000, n_sites, 6.25, 2)), 3)
    for radius, numbers in ((5.5, (10, 15, 20)), (6.25, (10,))):
        with Cpu() as building:
            sets = CoverSets.from_blocks(record(n_demand, n_sites, radius, seed=1))
        print(f"{n_demand} points x {n_sites} sites, radius {radius}: {len(sets.row_weight)} rows")
        print(
            f"  built in {building.seconds:.1f} s with drawing the points, peak {peak_gb():.2f} GB",
            flush=True,
        )
        for new in numbers:
            with Cpu() as cpu:
                answer = max_cover(sets, new)
            print(
                f"  max-cover {new}: {cpu.seconds:.2f} s {answer.status} {answer.objective:.0f}", flush=True
            )
        with Cpu() as cpu:
            answer = full_cover(sets, 0.6)
        print(f"  fewest for 60 %: {cpu.seconds:.2f} s {answer.status} {answer.objective:.0f}", flush=True)


if __name__ == "__main__":
    main(
        int(float(sys.argv[1])) if len(sys.argv) > 1 else 20_000_000,
        int(sys.argv[2]) if len(sys.argv) > 2 else 100,
    )
