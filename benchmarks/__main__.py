"""Run the benchmarks one after the other: ``python -m benchmarks [name ...]``.

Each is a process of its own (highspy and ortools cannot live in one). Without names the short ones run;
``--list`` names all with what they need.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Minutes rather than seconds, or files that have to be fetched or made first: only by name.
LONG = (
    "app.sessions",
    "siting.germany",
    "siting.record",
    "siting.peers",
    "siting.state",
    "siting.outreach",
    "roads",
)


def modules() -> list[str]:
    """Every benchmark that can be run by itself."""
    return [
        f"{file.parent.name}.{file.stem}"
        for file in sorted(HERE.glob("*/*.py"))
        if '__name__ == "__main__"' in file.read_text(encoding="utf-8")
    ]


def main(wanted: list[str]) -> int:
    every = modules()
    if wanted == ["--list"]:
        print("\n".join(every))
        return 0
    unknown = [name for name in wanted if name not in every]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(every)}")
        return 2
    status = 0
    for name in wanted or [name for name in every if not name.startswith(LONG)]:
        print(f"== {name}", flush=True)
        status |= subprocess.call([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
