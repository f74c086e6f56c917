"""The state instance: every model, CPU seconds. ``python -m benchmarks.siting.state [seconds]``."""

import sys
from statistics import median

from benchmarks.siting.instances import TARGET_KM, Cpu, state
from iqgeo.siting import Control, SiteRules, full_cover, max_cover, p_center, p_median, stages


def main(limit_s: float) -> None:
    with Cpu() as building:
        table, offices = state()
    with Cpu() as merging:
        sets = table.within(TARGET_KM)
    rules = SiteRules(existing=offices)
    control = Control(time_limit_s=limit_s)
    print(f"{table.n_demand} places x {table.n_sites} sites, {len(offices)} fixed, {len(table.km)} pairs")
    print(f"table {building.seconds:.2f} s, {len(sets.row_weight)} rows after {merging.seconds:.2f} s")
    max_cover(sets, 12, rules)
    full_cover(sets, rules=rules)
    taken = []
    for new in range(1, 26):
        with Cpu() as cpu:
            answer = max_cover(sets, new, rules, control)
        taken.append(cpu.seconds)
        print(f"max-cover {new:2d}: {cpu.seconds:6.2f} s  {answer.status:8s} {answer.covered_after:9.0f}"
              f"  gap {answer.gap:.3%}", flush=True)  # fmt: skip
    print(f"median of N = 1..15: {median(taken[:15]):.2f} s")
    for share in (1.0, 0.999, 0.99, 0.95, 0.9):
        with Cpu() as cpu:
            answer = full_cover(sets, share, rules, control)
        print(f"full-cover {share:.1%}: {cpu.seconds:.2f} s {answer.status} {answer.objective:.0f} new sites"
              f" (at least {answer.bound:.0f})", flush=True)  # fmt: skip
    with Cpu() as cpu:
        plan = stages(sets, [4, 4], rules, control)
    print(f"stages 4 + 4: {cpu.seconds:.2f} s {plan.status}, nesting costs {plan.nesting_price}", flush=True)
    wide, offices = state(limit_km=200.0)
    for name, model in (("p-median", p_median), ("p-center", p_center)):
        for new in (5, 10):
            with Cpu() as cpu:
                travel = model(wide, new, rules, control)
            print(f"{name} {new}: {cpu.seconds:.2f} s {travel.status} mean {travel.mean_km:.2f} km,"
                  f" worst {travel.worst_km:.2f} km, gap {travel.gap:.3%}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
