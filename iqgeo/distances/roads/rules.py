"""Which ways of OpenStreetMap a car may use, in which direction and how fast.

The rules follow the car profile of OSRM (github.com/Project-OSRM/osrm-backend, profiles/car.lua) and the
OpenStreetMap wiki (Key:access, Key:oneway, Tag:route=ferry). Not modelled: turn restrictions, waiting at
lights, opening hours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from iqgeo.distances.roads.network import FERRY, MOTORWAY, ROAD

SPEED_KMH = {
    "motorway": 90.0,
    "motorway_link": 45.0,
    "trunk": 85.0,
    "trunk_link": 40.0,
    "primary": 65.0,
    "primary_link": 30.0,
    "secondary": 55.0,
    "secondary_link": 25.0,
    "tertiary": 40.0,
    "tertiary_link": 20.0,
    "unclassified": 25.0,
    "residential": 25.0,
    "road": 25.0,
    "living_street": 10.0,
    "service": 15.0,
}
"""Average speed by road class: the table of OSRM's car profile, ``road`` (unknown class) as residential.
A posted limit below it (``maxspeed``) counts instead; a higher one does not, since stops and bends stay."""

FERRY_KMH = 5.0
"""Speed of a ferry without a ``duration`` (OSRM's car profile); waiting is in it."""

FREE_FLOW_MOTORWAYS = frozenset({"motorway", "motorway_link"})
ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most to the least specific; the first one present decides."""

NO_ACCESS = frozenset(
    {
        "no",
        "private",
        "agricultural",
        "forestry",
        "agricultural;forestry",
        "emergency",
        "psv",
        "bus",
        "military",
    }
    | {"delivery", "customers", "permit"}
)
SERVICE_LEFT_OUT = frozenset({"parking_aisle", "driveway", "drive-through", "emergency_access"})
ONE_WAY_JUNCTIONS = frozenset({"roundabout", "circular"})
BLOCKING_BARRIERS = frozenset(
    {"block", "bollard", "bus_trap", "cycle_barrier", "debris", "full-height_turnstile", "horse_stile"}
    | {
        "jersey_barrier",
        "kissing_gate",
        "log",
        "motorcycle_barrier",
        "planter",
        "stile",
        "sump_buster",
        "turnstile",
    }
)
_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?\s*$")
_CLOCK = re.compile(r"^(\d+):(\d{2})(?::(\d{2}))?$")
MINUTES_PER_HOUR = 60.0
KM_PER_MILE = 1.609344


@dataclass(frozen=True)
class Way:
    """How a drivable way is used: ``direction`` 0 both ways, 1 as drawn, -1 against it.

    ``minutes`` is the crossing time of a ferry that states it, else None.
    """

    road_class: int
    direction: int
    speed_kmh: float
    minutes: float | None = None


def car_may_pass(tags: Mapping[str, str], otherwise: bool = True) -> bool:
    """Whether the access tags let a car pass; ``otherwise`` if there are none."""
    for key in ACCESS_KEYS:
        if key in tags:
            return tags[key] not in NO_ACCESS
    return otherwise


def blocks_cars(tags: Mapping[str, str]) -> bool:
    """Whether a point (bollard, locked gate, ...) stops a car on the way it lies on."""
    return "barrier" in tags and not car_may_pass(tags, otherwise=tags["barrier"] not in BLOCKING_BARRIERS)


def read_way(tags: Mapping[str, str]) -> Way | None:
    """How a car uses the way with these tags; None if it may not."""
    if not car_may_pass(tags) or tags.get("area") == "yes" or tags.get("impassable") == "yes":
        return None
    if tags.get("route") == "ferry":
        return Way(FERRY, _direction(tags), FERRY_KMH, _duration_minutes(tags.get("duration", "")))
    highway = tags.get("highway", "")
    if highway not in SPEED_KMH or (highway == "service" and tags.get("service") in SERVICE_LEFT_OUT):
        return None
    # The direction of a reversible lane depends on the hour.
    if tags.get("oneway") == "reversible":
        return None
    limit = _limit_kmh(tags.get("maxspeed", ""))
    speed = SPEED_KMH[highway] if limit is None else min(SPEED_KMH[highway], limit)
    return Way(MOTORWAY if highway in FREE_FLOW_MOTORWAYS else ROAD, _direction(tags), speed)


def _direction(tags: Mapping[str, str]) -> int:
    oneway = tags.get("oneway:motorcar", tags.get("oneway:motor_vehicle", tags.get("oneway", "")))
    if oneway in {"-1", "reverse"}:
        return -1
    if oneway in {"yes", "1", "true"}:
        return 1
    if oneway in {"no", "0", "false"}:
        return 0
    return int(tags.get("junction") in ONE_WAY_JUNCTIONS or tags.get("highway") == "motorway")


def _limit_kmh(maxspeed: str) -> float | None:
    found = _NUMBER.match(maxspeed)
    if not found or float(found[1]) == 0:
        return None
    return float(found[1]) * (KM_PER_MILE if found[2] == "mph" else 1.0)


def _duration_minutes(duration: str) -> float | None:
    found = _CLOCK.match(duration)
    if found:
        return int(found[1]) * MINUTES_PER_HOUR + int(found[2]) + int(found[3] or 0) / MINUTES_PER_HOUR
    return float(duration) if duration.isdecimal() else None
