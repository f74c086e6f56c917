"""One picture of how cost grows, from ``results.json``: ``python -m benchmarks.growth.picture``."""

import json
import math
from collections import defaultdict
from html import escape
from pathlib import Path

from benchmarks.__main__ import RESULTS

OUT = Path(__file__).with_name("growth.svg")
WIDTH, HEIGHT, LEFT, TOP, LEGEND = 620, 420, 60, 30, 480
COLOURS = ("#00695d", "#b4540a", "#3d5a98", "#8a2a5b", "#6b7a1f", "#4a4a4a", "#a8871d", "#2a8aa8")


def lines(steps: list[dict[str, object]]) -> dict[str, list[tuple[int, float, float | None]]]:
    """Size, seconds and exponent of every step that was measured at several sizes."""
    found = defaultdict(list)
    for step in steps:
        name, _, size = str(step["name"]).rpartition(", ")
        if name and size.replace(",", "").isdigit() and "peak_mb" in step:
            found[name].append((int(size.replace(",", "")), float(step["cpu_s"]), step.get("exponent")))
    return {name: sorted(points) for name, points in found.items() if len(points) > 1}


def drawn(found: dict[str, list[tuple[int, float, float | None]]], words: str) -> str:
    sizes = [size for points in found.values() for size, _, _ in points]
    spent = [max(seconds, 1e-4) for points in found.values() for _, seconds, _ in points]
    x0, x1 = math.floor(math.log10(min(sizes))), math.ceil(math.log10(max(sizes)))
    y0, y1 = math.floor(math.log10(min(spent))), math.ceil(math.log10(max(spent)))

    def at(size: float, seconds: float) -> tuple[float, float]:
        x = LEFT + (math.log10(size) - x0) / (x1 - x0) * WIDTH
        return x, TOP + HEIGHT - (math.log10(max(seconds, 1e-4)) - y0) / (y1 - y0) * HEIGHT

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + LEGEND} {TOP + HEIGHT + 50}" '
        'font-family="sans-serif" font-size="12" fill="#222"><rect width="100%" height="100%" fill="#fff"/>'
    ]
    for power in range(x0, x1 + 1):
        x, _ = at(10.0**power, 10.0**y0)
        parts.append(f'<path d="M{x:.1f} {TOP}v{HEIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{10**power:,}</text>')
    for power in range(y0, y1 + 1):
        _, y = at(10.0**x0, 10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}h{WIDTH}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    for number, (name, points) in enumerate(found.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join("{:.1f},{:.1f}".format(*at(size, seconds)) for size, seconds, _ in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        last = points[-1][2]
        words_of = f"{name}" + ("" if last is None else f": exponent {last:g}")
        y = TOP + 14 + 22 * number
        parts.append(f'<path d="M{LEFT + WIDTH + 14} {y - 4}h18" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{LEFT + WIDTH + 38}" y="{y}">{escape(words_of)}</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP + HEIGHT + 40}" fill="#555">{escape(words)}</text></svg>')
    return "\n".join(parts) + "\n"


def main() -> None:
    content = json.loads(RESULTS.read_text(encoding="utf-8"))
    around = content["surroundings"]
    words = f"CPU seconds by number; {around['machine']}, {around['date'][:10]}, load {around['load'][0]}"
    OUT.write_text(drawn(lines(content["steps"]), words), encoding="utf-8")
    print(OUT)


if __name__ == "__main__":
    main()
