"""Run the benchmarks one after the other: ``python -m benchmarks [name ...]``.

Each is a process of its own (highspy and ortools cannot live in one). Without names the short ones run;
``--list`` names all with what they need. Figures handed over (`benchmarks.measured`) are written to
``results.json`` with machine, load and date, and compared with the file as it was last committed: a step that
became more than 20 % slower is named. ``--keep`` leaves the file as it is.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measured import ENVIRONMENT, slower, surroundings

RESULTS = Path(__file__).with_name("results.json")
HERE = Path(__file__).parent
# Minutes rather than seconds, or files that have to be fetched or made first: only by name.
LONG = (
    "app.sessions",
    "growth",
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
    keep = "--keep" in wanted
    wanted = [word for word in wanted if word != "--keep"]
    every = modules()
    if wanted == ["--list"]:
        print("\n".join(every))
        return 0
    unknown = [name for name in wanted if name not in every]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(every)}")
        return 2
    status = 0
    around = surroundings()
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "lines"
        lines.touch()
        for name in wanted or [name for name in every if not name.startswith(LONG)]:
            print(f"== {name}", flush=True)
            status |= subprocess.call(
                [sys.executable, "-m", f"benchmarks.{name}"],
                cwd=HERE.parent, env={**os.environ, ENVIRONMENT: str(lines)},
            )  # fmt: skip
        # What other runs measured stays in the file: each figure says its own day and load.
        when = {"date": around["date"], "load_1min": around["load"][0]}
        steps = [{**json.loads(line), **when} for line in lines.read_text(encoding="utf-8").splitlines()]
    now = {"surroundings": around, "steps": steps}
    before = committed()
    for sentence in slower(before, now) if before else []:
        print(f"SLOWER {sentence}", flush=True)
    if steps and keep is False:
        mine = {each["name"] for each in steps}
        rest = [each for each in (before or {"steps": []})["steps"] if each["name"] not in mine]
        content = json.dumps({**now, "steps": rest + steps}, ensure_ascii=False, indent=1)
        RESULTS.write_text(content + "\n", encoding="utf-8")
    return status


def committed() -> dict[str, Any] | None:
    """The results as last committed; None where there are none, or no repository."""
    shown = subprocess.run(
        ["git", "show", f"HEAD:./{RESULTS.name}"], cwd=HERE, capture_output=True, text=True, check=False
    )
    found: dict[str, Any] | None = json.loads(shown.stdout) if shown.returncode == 0 else None
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
