"""``python -m tests.fuzz --minutes 5``: each reader so many minutes; what is found stands in ``.fuzz/found``.

The corpus stays in ``.fuzz/corpus`` and the next run goes on from there. A reader that was brought down is
started again until its time is up. Exit status 1 if anything was found.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

_STAT = re.compile(r"stat::(number_of_executed_units|new_units_added):\s+(\d+)")
_GRACE_S = 150
"""Seconds until a reader that neither ends nor counts any more is ended."""
_EDGES = re.compile(r"\bcov: (\d+)")
_COUNTED = re.compile(r"^#(\d+)\t", re.MULTILINE)
"""What it counts as it goes, where it was ended before it could sum up."""


def run(name: str, folder: Path, seconds: float) -> tuple[int, int, int]:
    """Executions, new paths kept and edges seen of one reader."""
    end = time.monotonic() + seconds
    executed = added = edges = 0
    while (left := end - time.monotonic()) > 3:
        command = [sys.executable, "-m", "tests.fuzz.one", name, str(folder), str(left)]
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        try:
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                env={**os.environ, **threads}, timeout=left + _GRACE_S,
            )  # fmt: skip
            said = done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"").decode(errors="replace")
        stats = dict(_STAT.findall(said))
        counted = max([0, *map(int, _COUNTED.findall(said))])
        executed += int(stats.get("number_of_executed_units", counted))
        added += int(stats.get("new_units_added", 0))
        edges = max([edges, *map(int, _EDGES.findall(said))])
        if not stats:
            # It could not begin, was brought down, or took too long on one file to end in time.
            (folder / "found" / f"{name}-ended.txt").write_text(said[-20_000:], encoding="utf-8")
            break
    return executed, added, edges


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--folder", type=Path, default=Path(".fuzz"))
    parser.add_argument("readers", nargs="*")
    asked = parser.parse_args()
    from tests.fuzz.readers import READERS

    (asked.folder / "found").mkdir(parents=True, exist_ok=True)
    print(
        "| reader | minutes | executions | new paths | edges | faults |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )
    faults = 0
    for name in asked.readers or READERS:
        executed, added, edges = run(name, asked.folder.absolute(), 60 * asked.minutes)
        here = [
            it
            for it in (asked.folder / "found").glob(f"{name}-*")
            if it.suffix != ".txt" and "slow-unit" not in it.name
        ]
        faults += len(here)
        print(
            f"| {name} | {asked.minutes:g} | {executed:,} | {added:,} | {edges:,} | {len(here)} |", flush=True
        )
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
