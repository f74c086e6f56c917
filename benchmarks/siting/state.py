"""The state instance: every model, CPU seconds. ``python -m benchmarks.siting.state [seconds [N ...]]``."""

import sys
from statistics import median

from benchmarks.siting.instances import TARGET_KM, Cpu, cpu_limit, state
from iqgeo.siting import SiteRules, full_cover, max_cover, p_center, p_median, stages


def main(limit_s: float, numbers: list[int]) -> None:
    with Cpu() as building:
        table, offices = state()
    with Cpu() as merging:
        sets = table.within(TARGET_KM)
    rules = SiteRules(existing=offices)
    print(f"{table.n_demand} places x {table.n_sites} sites, {len(offices)} fixed, {len(table.km)} pairs")
    print(f"table {building.seconds:.2f} s, {len(sets.row_weight)} rows after {merging.seconds:.2f} s")
    max_cover(sets, 12, rules)
    full_cover(sets, rules=rules)
    taken = []
    for new in numbers:
        with Cpu() as cpu:
            answer = max_cover(sets, new, rules, cpu_limit(limit_s))
        taken.append(cpu.seconds)
        print(f"max-cover {new:2d}: {cpu.seconds:6.2f} s  {answer.status:8s} {answer.covered_after:9.0f}"
              f"  gap {answer.gap:.3%}", flush=True)  # fmt: skip
    if len(numbers) < 25:
        return
    print(f"median of N = 1..15: {median(taken[:15]):.2f} s")
    for share in (1.0, 0.999, 0.99, 0.95, 0.9):
        with Cpu() as cpu:
            answer = full_cover(sets, share, rules, cpu_limit(limit_s))
        print(f"full-cover {share:.1%}: {cpu.seconds:.2f} s {answer.status} {answer.objective:.0f} new sites"
              f" (at least {answer.bound:.0f})", flush=True)  # fmt: skip
    with Cpu() as cpu:
        plan = stages(sets, [4, 4], rules, cpu_limit(limit_s))
    print(f"stages 4 + 4: {cpu.seconds:.2f} s {plan.status}, nesting costs {plan.nesting_price}", flush=True)
    wide, offices = state(limit_km=200.0)
    for name, model in (("p-median", p_median), ("p-center", p_center)):
        for new in (5, 10):
            with Cpu() as cpu:
                travel = model(wide, new, rules, cpu_limit(limit_s))
            print(f"{name} {new}: {cpu.seconds:.2f} s {travel.status} mean {travel.mean_km:.2f} km,"
                  f" worst {travel.worst_km:.2f} km, gap {travel.gap:.3%}", flush=True)  # fmt: skip


if __name__ == "__main__":
    chosen = [int(each) for each in sys.argv[2:]] or list(range(1, 26))
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, chosen)
