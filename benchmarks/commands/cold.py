"""What a user waits for: whole commands, cold, against the floor of importing what they need.

``python -m benchmarks.commands.cold`` prints CPU seconds (the least of three) and the ratio to the floor.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.measured import measured, process

RUNS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        commands = {
            "import geopandas, scipy": [sys.executable, "-c", "import geopandas, scipy"],
            "iqgeo --help": ["--help"],
            "iqgeo coverage": ["coverage"],
            "iqgeo gaps": ["gaps"],
            "iqgeo gaps --out x.xlsx": ["gaps", "--out", str(out / "x.xlsx")],
            "iqgeo suggest --new 4": ["suggest", "--new", "4"],
            "iqgeo report --new 4": ["report", "--new", "4", "--out", str(out / "x.pdf")],
        }
        floor_s = 0.0
        for name, command in commands.items():
            words = command if command[0] == sys.executable else [sys.executable, "-m", "iqgeo", *command]
            runs = [process(*words) for _ in range(RUNS)]
            cpu_s, peak_mb = min(cpu for cpu, _ in runs), max(peak for _, peak in runs)
            floor_s = floor_s or cpu_s
            measured(name, round(cpu_s, 3), floor=round(cpu_s / floor_s, 2), peak_mb=round(peak_mb))


if __name__ == "__main__":
    main()
