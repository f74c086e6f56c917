"""Offices with places served on days: every question that is listed in the README, with what was proven.

``python -m benchmarks.siting.days [--seconds 60] [--only "NAME;NAME"]``; CPU seconds, each question anew.
"""

import argparse
import time
from dataclasses import replace

from iqgeo import siting
from iqgeo.api import assess
from iqgeo.outreach import Outreach, homes_of
from iqgeo.suggestions import Siting, candidate_towns

OBVIOUS = ("Lengede", "Dinklage", "Oyten", "Northeim")


def questions():
    """Name, km from home to place, places an office, new offices, number of places or share, rules, goal."""
    yield "everyone", 75, 4, 4, 1.0, (), None
    yield "everyone, 3 places an office", 75, 3, 4, 1.0, (), None
    yield "everyone, Göttingen given", 75, 4, 4, 1.0, ("Göttingen",), None
    yield "everyone, the obvious four given, 100 km", 100, 4, 4, 1.0, OBVIOUS, None
    yield "everyone, six offices", 75, 4, 6, 1.0, (), None
    yield "everyone, 50 km", 50, 4, 4, 1.0, (), None
    yield "everyone, six offices, 50 km", 50, 4, 6, 1.0, (), None
    yield "everyone in fewest posts", 75, 4, 4, 1.0, (), "posts"
    for percent in (90, 95, 99):
        yield f"{percent} %", 75, 4, 4, percent / 100, (), None
        yield f"{percent} %, the obvious four given", 75, 4, 4, percent / 100, OBVIOUS, None
    yield "90 % in fewest posts", 75, 4, 4, 0.9, (), "posts"
    yield "90 %, 50 km", 50, 4, 4, 0.9, (), None
    for places in (4, 8, 12, 16, 20, 24, 28, 32):
        yield f"{places} places", 75, 4, 4, places, (), None
    for places in (4, 8):
        yield f"{places} places, 50 km", 50, 4, 4, places, (), None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    start = assess()
    task = Siting(start, candidate_towns(start.region))
    names = task.sites["name"].tolist()
    only = [name.strip() for name in asked.only.split(";") if name.strip()]
    for name, km, room, new, what, given, goal in questions():
        if only and name not in only:
            continue
        outreach = Outreach(home_km=km, per_office=room)
        homes, control = homes_of(task, outreach), siting.Control(time_limit_s=asked.seconds)
        rules = replace(task.rules, require=tuple(names.index(town) for town in given))
        begun = time.process_time()
        if isinstance(what, int):
            found = siting.most_people(task.sets, homes, new, what, rules, control)
        else:
            prices = outreach.prices_of(goal) if goal else None
            found = siting.fewest_places(task.sets, homes, new, what, rules, control, prices=prices)
        seconds = time.process_time() - begun
        goals = ", ".join(
            f"{each.goal} {each.value:,.8g}" + ("" if each.proven else f" (at best {each.bound:,.8g})")
            for each in found.goals
        )
        print(f"{name}: {found.status} in {seconds:.1f} s; {goals}", flush=True)


if __name__ == "__main__":
    main()
