"""Germany: ``python -m benchmarks.siting.germany DEMAND_CSV CITIES_JSON [seconds]``."""

import sys
from pathlib import Path

from benchmarks.siting.instances import TARGET_KM, Cpu, cpu_limit, germany, peak_gb
from iqgeo.siting import max_cover


def main(demand_csv: Path, towns_json: Path, limit_s: float) -> None:
    with Cpu() as building:
        table = germany(demand_csv, towns_json)
    with Cpu() as merging:
        sets = table.within(TARGET_KM)
    print(f"{table.n_demand} places x {table.n_sites} sites, {len(table.km)} pairs")
    print(f"table {building.seconds:.1f} s, {len(sets.row_weight)} rows after {merging.seconds:.1f} s")
    max_cover(sets, 1)
    for new in (20, 50, 100):
        with Cpu() as cpu:
            answer = max_cover(sets, new, control=cpu_limit(limit_s))
        share = answer.covered_after / answer.total_weight
        print(f"max-cover {new}: {cpu.seconds:.1f} s {answer.status} {share:.2%} covered, "
              f"gap {answer.gap:.3%}, peak {peak_gb():.2f} GB", flush=True)  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 60.0)
