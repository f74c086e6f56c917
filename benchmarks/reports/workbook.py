"""A gap list of 100,000 rows: time, memory and size, against plain openpyxl and pandas in one run.

    python -m benchmarks.reports.workbook [ROWS]

Every writer runs in a process of its own, so that CPU time and peak memory are its alone. The peer
writes the bare table: no formats, no widths, no sheets a district.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from iqgeo.gaps import Gaps
    from iqgeo.region import Region

DISTRICTS = 45


def made_up_gaps(rows: int) -> "tuple[Gaps, Region]":
    """Uncovered places all over the state, as a gap list of the embedded region would hold them."""
    from iqgeo.api import assess
    from iqgeo.demand import Demand
    from iqgeo.gaps import find_gaps
    from iqgeo.region import load_region

    region = load_region()
    settlements = region.settlements
    chosen = settlements.iloc[np.random.default_rng(0).integers(0, len(settlements), rows)].reset_index(
        drop=True
    )
    places = chosen[["ags", "district_ags", "lon", "lat", "landmass"]].assign(
        id=[str(at) for at in range(rows)], people=np.arange(rows) % 97 + 1.0
    )
    demand = Demand("own", None, places, pd.DataFrame(columns=["area", "name", "persons"]), float("nan"), "")
    return find_gaps(assess(region, demand=demand, stage=2012, target_km=1), region), region


def ours(target: Path, gaps: "Gaps", region: "Region") -> None:
    from iqgeo.reports.gap_list import gap_list_xlsx
    from iqgeo.safe.write import write_bytes

    write_bytes(target, gap_list_xlsx(gaps, region))


def _table(gaps: "Gaps", region: "Region") -> pd.DataFrame:
    from iqgeo.reports.gap_tables import places_table

    return places_table(gaps, region, "de").frame.replace([np.inf], "nicht erreichbar")


def pandas_xlsxwriter(target: Path, gaps: "Gaps", region: "Region") -> None:
    _table(gaps, region).to_excel(target, index=False, engine="xlsxwriter")


def pandas_openpyxl(target: Path, gaps: "Gaps", region: "Region") -> None:
    _table(gaps, region).to_excel(target, index=False, engine="openpyxl")


WRITERS: dict[str, "Callable[[Path, Gaps, Region], None]"] = {
    "iqgeo": ours,
    "pandas + xlsxwriter": pandas_xlsxwriter,
    "pandas + openpyxl": pandas_openpyxl,
}


def measure(name: str, rows: int) -> None:
    """Measure one writer and print what it took, as JSON; the inputs are ready before the clock starts."""
    gaps, region = made_up_gaps(rows)
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with TemporaryDirectory() as folder:
        target = Path(folder) / "gaps.xlsx"
        started = time.process_time()
        WRITERS[name](target, gaps, region)
        took = {
            "cpu_s": time.process_time() - started,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "before_mb": before_mb,
            "size_mb": target.stat().st_size / 1e6,
            "rows": len(gaps.places),
        }
    print(json.dumps(took))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    results = {}
    for name in WRITERS:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.reports.workbook", "--one", name, str(rows)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        results[name] = json.loads(done.stdout.splitlines()[-1])
    base = results["iqgeo"]
    print(f"{base['rows']} rows")
    print(f"{'':22}{'CPU s':>8}{'peak MB':>9}{'(before)':>9}{'file MB':>9}{'CPU ratio':>11}")
    for name, took in results.items():
        print(
            f"{name:22}{took['cpu_s']:8.1f}{took['peak_mb']:9.0f}{took['before_mb']:9.0f}{took['size_mb']:9.1f}"
            f"{took['cpu_s'] / base['cpu_s']:11.2f}"
        )


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--one":
        measure(sys.argv[2], int(sys.argv[3]))
    else:
        main()
