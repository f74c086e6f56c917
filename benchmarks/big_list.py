"""All Germany with 2,760 offices: coverage, gaps and the paper, in CPU seconds and memory.

Run ``python -m benchmarks.big_list`` from the root. The region is made of what comes along for the states
(173,052 places, 401 districts), the offices are every second of the largest towns.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from iqgeo.inputs import new_region
from iqgeo.world import GERMANY_YEAR, germany_directory

OFFICES = 2_760
# Command, most CPU seconds; memory in MB for all.
COMMANDS = {
    "coverage": (["coverage", "--json", "{folder}/coverage.json"], 3.0),
    "gaps": (["gaps", "--out", "{folder}/gaps.csv"], 6.0),
    "report": (["report", "--out", "{folder}/report.pdf"], 20.0),
}
MOST_MB = 1_000


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        along = {
            name: germany_directory() / f"{name}.parquet"
            for name in ("districts", "settlements", "municipalities")
        }
        region = new_region(folder / "germany", name="Deutschland", year=GERMANY_YEAR, **along).region
        towns = region.towns.sort_values("population", ascending=False)
        offices: pd.DataFrame = towns.iloc[::2].head(OFFICES)[["id", "name", "lon", "lat"]]
        offices.to_csv(folder / "offices.csv", index=False)
        given = ["--region", str(folder / "germany"), "--offices", str(folder / "offices.csv")]
        for name, (command, most_s) in COMMANDS.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            line = [it.format(folder=folder) for it in command]
            subprocess.run([sys.executable, "-m", "iqgeo", *line, *given], check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu_s = after.ru_utime - before.ru_utime
            print(f"{name}: {cpu_s:.1f} s of {most_s:g} s; {after.ru_maxrss // 1024} MB of {MOST_MB} MB")


if __name__ == "__main__":
    main()
