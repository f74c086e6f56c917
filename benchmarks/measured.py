"""What a benchmark hands over to the common record: a name, CPU seconds, and memory where it counts.

``python -m benchmarks`` gives each benchmark a file to write lines of JSON to; run by itself it only prints.
"""

import json
import os
import platform
import resource
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ENVIRONMENT = "IQGEO_BENCHMARK_LINES"
# A step that became slower by more than this is named.
SLOWER = 1.2
# Below this a figure is mostly chance.
_LEAST_S = 0.05


def measured(name: str, cpu_s: float, **more: Any) -> None:
    """Print a figure and hand it over; ``more`` are further numbers beside it."""
    beside = "  ".join(f"{key} {value}" for key, value in more.items())
    print(f"{name:58} {cpu_s:9.3f} s  {beside}", flush=True)
    if ENVIRONMENT in os.environ:
        with Path(os.environ[ENVIRONMENT]).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"name": name, "cpu_s": cpu_s, **more}) + "\n")


def process(*command: str) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of a whole process, whose modules are compiled as pip leaves them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    timer = ["/usr/bin/env", "python3", "-c", _TIMER, *command]
    # With this set every run would compile our sources anew, and nobody else's: a tenth of a second.
    environment = {name: it for name, it in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    out = subprocess.run(timer, check=True, capture_output=True, text=True, env=environment).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cpu_s, peak_mb = (float(it) for it in out.splitlines()[-1].split())
    return min(cpu_s, own), peak_mb


# In a small process of its own: the peak of children is that of the largest ever started.
_TIMER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def yardstick() -> float:
    """CPU seconds of a fixed piece of work, so that two machines, or two hours, can be compared."""
    spent = []
    for _ in range(5):
        start = time.process_time()
        total = 0
        for number in range(2_000_000):
            total += number % 7
        spent.append(time.process_time() - start)
    return min(spent)


def surroundings() -> dict[str, Any]:
    """Where and when: machine, load, date, and the yardstick."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": model,
        "cores": os.cpu_count(),
        "load": [round(it, 1) for it in os.getloadavg()],
        "python": platform.python_version(),
        "yardstick_s": round(yardstick(), 4),
    }


def slower(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Sentences on the steps that became slower, each measured by its own yardstick."""
    last = {each["name"]: each["cpu_s"] for each in before["steps"]}
    told = []
    for each in now["steps"]:
        if each["name"] not in last or each["cpu_s"] < _LEAST_S:
            continue
        was = last[each["name"]] / before["surroundings"]["yardstick_s"]
        ratio = each["cpu_s"] / now["surroundings"]["yardstick_s"] / was if was else 1.0
        if ratio > SLOWER:
            told.append(f"{each['name']}: {ratio:.2f} times as long as on {before['surroundings']['date']}")
    return told
