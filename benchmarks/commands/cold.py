"""What a user waits for: whole commands, cold, against the floor of importing what they need.

``python -m benchmarks.commands.cold`` prints CPU seconds (the least of three) and the ratio to the floor.
The commands take turns, so that what else the machine does meets all of them. What is kept between runs is
kept in a folder of the benchmark's own, and made before; a question is measured asked before, and for the
first time.
"""

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measured import measured, process
from iqgeo.safe.kept import ENVIRONMENT

RUNS = 3
# Numbers of offices that nobody asks for before.
FIRST_ASKED = (3, 5, 6)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        os.environ[ENVIRONMENT] = str(out / "kept")
        commands = {
            "import geopandas, scipy": [sys.executable, "-c", "import geopandas, scipy"],
            "iqgeo --help": ["--help"],
            "iqgeo coverage": ["coverage"],
            "iqgeo gaps": ["gaps"],
            "iqgeo gaps --out x.xlsx": ["gaps", "--out", str(out / "x.xlsx")],
            "iqgeo suggest --new 4": ["suggest", "--new", "4"],
            "iqgeo report --new 4": ["report", "--new", "4", "--out", str(out / "x.pdf")],
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        first: list[tuple[float, float]] = []
        for run in range(-1, RUNS):
            for name, command in commands.items():
                words = command if command[0] == sys.executable else [sys.executable, "-m", "iqgeo", *command]
                spent = process(*words)
                # The round before the first makes what is kept.
                found[name] += [spent] if run >= 0 else []
            if run >= 0:
                asked = ["report", "--new", str(FIRST_ASKED[run]), "--out", str(out / "y.pdf")]
                first.append(process(sys.executable, "-m", "iqgeo", *asked))
        found["iqgeo report, first asked"] = first
        floor_s = min(cpu for cpu, _ in found["import geopandas, scipy"])
        for name, runs in found.items():
            cpu_s, peak_mb = min(cpu for cpu, _ in runs), max(peak for _, peak in runs)
            measured(name, round(cpu_s, 3), floor=round(cpu_s / floor_s, 2), peak_mb=round(peak_mb))


if __name__ == "__main__":
    main()
