"""Which ways of OpenStreetMap a car may use, in which direction and how fast.

The rules follow the car profile of OSRM (github.com/Project-OSRM/osrm-backend, profiles/car.lua) and the
OpenStreetMap wiki (Key:access, Key:barrier, Key:bollard, Key:locked, Key:oneway, Key:maxspeed,
Key:smoothness, Key:disused, Tag:route=ferry, Tag:route=shuttle_train). Not modelled, and said so by
``roads build``: turn restrictions, access, one-ways and limits by hour or weight (``:conditional``),
reversible lanes (left out), rough surfaces, waiting at lights, tolls, journeys without motorways.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from iqgeo.distances.roads.carried import CARRIED_KMH, ON_FOOT_KEYS, minutes_of_duration, takes_no_cars
from iqgeo.distances.roads.network import DESTINATION, FERRY, MOTORWAY, ROAD

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

OPENED_KMH = dict.fromkeys(("track", "pedestrian", "cycleway", "bridleway", "busway"), 10.0)
"""Ways that are for others unless a sign lets cars in (``motor_vehicle=yes``), and OSRM's speed for such."""

NOT_FOR_CARS = frozenset(
    {"footway", "path", "steps", "corridor", "sidewalk", "crosswalk", "elevator", "escalator", "platform"}
    | {"construction", "proposed", "planned", "abandoned", "razed", "bus_guideway", "no", *OPENED_KMH}
)
"""Classes of ways that no car uses, unless a sign opens some of them."""

OPENING = frozenset({"yes", "designated", "permissive", "public", "destination", "anlieger"})
"""Values of ``motorcar`` or ``motor_vehicle`` that let cars onto a way which is not for them by its class."""

_KMH = SPEED_KMH | OPENED_KMH
FREE_FLOW_MOTORWAYS = frozenset({"motorway", "motorway_link"})
ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most to the least specific; the first one present decides."""

NO_ACCESS = frozenset(
    {"no", "private", "agricultural", "forestry", "emergency", "psv", "bus", "taxi", "military", "residents"}
    | {"delivery", "customers", "permit", "employees", "staff", "use_sidepath", "hgv"}
    | {"none", "closed", "restricted", "resident", "authorised", "authorized", "official", "locked", "key"}
    | {"members", "students", "visitors", "guests", "school", "university", "license", "licence", "service"}
    | {"maintenance", "garages", "farm", "farmers", "agriculture", "forest", "public_transport", "tram"}
    | {"tourist_bus", "coach", "minibus", "bicycle", "foot", "pedestrian", "horse", "moped", "mofa"}
    | {"tourism", "fire_brigade", "privat", "nein", "anwohner", "lieferverkehr", "landwirtschaft", "land-"}
    | {"forstwirtschaft", "landwirtschaftlich", "forstwirtschaftlich", "dismount"}
    | {"motorcycle", "motorbike", "motorrad", "hov", "goods", "truck", "trailer", "caravan", "motorhome"}
    | {"hazmat", "atv", "snowmobile", "golf_cart", "cyclists", "walk", "ski", "carriage", "tractor"}
    | {"disabled", "invalid", "neighbors", "neighbours", "anwohner frei", "radfahrer", "fahrrad", "bus frei"}
)
"""Values that keep the public out. A list (``forestry;agricultural``) lets pass whom one of its
values does."""

NO_THROUGH = frozenset(
    {"destination", "anlieger", "anlieger frei", "anlieger_frei", "local", "local_traffic"}
)
"""Values that let pass only who begins or ends the journey there."""

SERVICE_LEFT_OUT = frozenset(
    {"parking_aisle", "driveway", "drive-through", "drive_through", "emergency_access"}
)
ONE_WAY_JUNCTIONS = frozenset({"roundabout", "circular"})
BLOCKING_BARRIERS = frozenset(
    {"block", "bollard", "bus_trap", "cycle_barrier", "debris", "full-height_turnstile", "horse_stile"}
    | {"jersey_barrier", "kissing_gate", "log", "motorcycle_barrier", "planter", "stile", "sump_buster"}
    | {"turnstile", "chain", "fence", "wall", "hedge", "guard_rail", "rope", "ditch", "barrier_board"}
    | {"retaining_wall", "city_wall", "handrail", "cable_barrier", "spikes", "tyres", "step", "rock"}
    | {"bollards", "tank_trap", "wicket_gate"}
)
"""Barriers that stop a car unless access tags of the same point let it pass; gates are open unless locked."""

_OTHER_THINGS = (
    "amenity", "entrance", "public_transport", "railway", "shop", "tourism", "office", "leisure", "parking",
)  # fmt: skip
"""Points with these keys stand at the way: who may use them is not who may drive past."""

GONE = ("disused", "abandoned", "demolished", "razed", "proposed", "impassable")
"""With ``yes`` there is no road any more, or not yet."""

_BARE = re.compile(r"[^\[\],;\s]+")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_LIST = re.compile(r"[;|,]")
_LIST_OF_USERS = re.compile(r"[;|,/&+]|\s(?:and|und)\s")
_LIST_OF_LIMITS = re.compile(r"[;|,&+]|/(?!\s*[hu]\b)|\s(?:and|und|or|oder|to|bis)\s|(?<=\d)\s*[-–]\s*(?=\d)")
_CONDITION = re.compile(r"\s*@\s*(?:\((?:[^()]|\([^()]*\))*\)|[^;|,]*)")
_REMARK = re.compile(r"\([^()]*\)")
_NUMBER = re.compile(
    r"^(?:[a-z]{2}(?:-[a-z]+)?:)?(\d+(?:\.\d+)?)\s*(mph|mi\s*/\s*h|km\s*/\s*[hu]|kmh|kmph|kph|knots)?$"
)
_ZONE = re.compile(r"^(?:[a-z]{2}:)?(?:(?:zone|tempo)[:_ -]?)?(\d+)(?:er)?(?:[ -]?zone)?$")
_ONE_NUMBER = re.compile(r"(?<![\d.-])(\d{1,3}(?:\.\d+)?)(?![\d.])\s*(mph)?")
_ROOM = re.compile(r"\s*:\s*")
_IN_MILES = frozenset({"gb", "uk", "us"})
"""Where a sign counts miles, codes such as ``GB:zone20`` do."""

LIMIT_KMH_OF_WORD = {
    "urban": 50.0,
    "living_street": 7.0,
    "walk": 7.0,
    "walking": 7.0,
    "walking_pace": 7.0,
    "schritt": 7.0,
    "schritttempo": 7.0,
    "schrittgeschwindigkeit": 7.0,
    "innerorts": 50.0,
    "town": 50.0,
    "city": 50.0,
    "village": 50.0,
    "pedestrian_zone": 20.0,
    "bicycle_road": 30.0,
    "school": 30.0,
    "nsl_restricted": 30 * 1.609344,
}
"""Posted limits in words (wiki Key:maxspeed, Speed_limits): within towns, walking pace, bicycle roads."""

RURAL_KMH = {
    "be-wal": 90.0,
    "nl": 80.0,
    "dk": 80.0,
    "be": 70.0,
    "fr": 80.0,
    "ch": 80.0,
    "se": 70.0,
    "no": 80.0,
    "fi": 80.0,
}
RURAL_ELSEWHERE_KMH = 90.0
"""Limits outside of towns where all that is said is ``rural``; Germany's and Austria's 100 bind no class."""

LIMIT_KEYS = ("maxspeed", "maxspeed:forward", "maxspeed:backward")
WORDS_OF_LIMIT = ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
"""Where no limit is given as a number these say whether a road lies in a town or a zone."""

ONE_WAY_KEYS = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
"""From the most to the least specific; the first one present decides."""

ONE_WAY_NO = frozenset({"no", "0", "false", "alternating"})

WAY_KEYS = (
    "highway", "route", *ONE_WAY_KEYS, "junction", "area", *GONE, "smoothness", "status", "construction",
    "service", "duration", "tunnel", "motorroad", *ON_FOOT_KEYS, *ACCESS_KEYS,
    *(f"{key}:{way}" for key in ACCESS_KEYS for way in ("forward", "backward")), *LIMIT_KEYS, *WORDS_OF_LIMIT,
)  # fmt: skip
"""Every tag of a way that these rules look at."""

BARRING_KEYS = ("barrier", *ACCESS_KEYS)
"""Points with one of these may stop cars."""

NODE_KEYS = (*BARRING_KEYS, "locked", "bollard", *_OTHER_THINGS)
TUNNELS_WITH_DOORS = frozenset({"no", "building_passage", "avalanche_protector", "culvert"})
MINUTES_PER_HOUR = 60.0
LEAST_KMH = 5.0
"""No sign demands less, so a smaller number among other signs is something else."""

KM_PER_UNIT = {"mph": 1.609344, "mi/h": 1.609344, "knots": 1.852}


@dataclass(frozen=True)
class WayUse:
    """How a drivable way is used: ``direction`` 0 both ways, 1 as drawn, -1 against it.

    ``minutes`` is the crossing time of a ferry that states it, else None; ``several`` says that the way is
    tagged as several classes at once, of which the slowest counts; ``kept_anyway`` that no car may use it,
    but somebody has chosen it for a graph.
    """

    road_class: int
    direction: int
    speed_kmh: float
    minutes: float | None = None
    several: bool = False
    kept_anyway: bool = False


def in_one(value: str) -> str:
    """The values of a list that a program has written as it writes lists, with semicolons between them."""
    if not value.startswith("["):
        return value
    quoted = [a or b for a, b in _QUOTED.findall(value)]
    return ";".join(dict.fromkeys(quoted or _BARE.findall(value)))


def values_of(value: str, separator: re.Pattern[str] = _LIST) -> list[str]:
    """The values of a tag, which may be a list."""
    return [part for it in separator.split(in_one(value.strip())) if (part := it.strip().lower())]


def _users(value: str) -> list[str]:
    """Whom an access tag names at any hour; where it names some for hours only, these, but not ``no``."""
    named = values_of(_CONDITION.sub("@", value), _LIST_OF_USERS)
    always = [it for it in named if not it.endswith("@")]
    return always or [word for it in named if (word := it.rstrip("@ ")) not in {"", "no"}]


def _admitted(tags: Mapping[str, str], suffix: str = "") -> set[str] | None:
    """The values that let someone pass, of the most specific key that is there; None without one."""
    for key in ACCESS_KEYS:
        if values := _users(tags.get(key + suffix, "")):
            return set(values) - NO_ACCESS
    return None


def car_may_pass(tags: Mapping[str, str], otherwise: bool = True) -> bool:
    """Whether the access tags let a car pass, be it to its destination only; ``otherwise`` without any."""
    admitted = _admitted(tags)
    return otherwise if admitted is None else bool(admitted)


def no_through_traffic(tags: Mapping[str, str]) -> bool:
    """Whether only those may pass who begin or end their journey there."""
    admitted = _admitted(tags)
    return bool(admitted) and admitted is not None and admitted <= NO_THROUGH


def blocks_cars(tags: Mapping[str, str]) -> bool:
    """Whether a point (bollard, locked gate, sign, ...) stops a car on the way it lies on."""
    barriers = set(values_of(tags.get("barrier", ""))) - {"no"}
    if not barriers and not {*_OTHER_THINGS}.isdisjoint(tags):
        return False
    if tags.get("bollard") == "rising":
        # It sinks for whoever may pass; one that is taken out or folded needs a key.
        barriers -= {"bollard"}
    stands = not barriers.isdisjoint(BLOCKING_BARRIERS) or (bool(barriers) and tags.get("locked") == "yes")
    return not car_may_pass(tags, otherwise=not stands)


def road_classes(tags: Mapping[str, str]) -> list[str]:
    """The classes of a way that are roads: it may be tagged as several at once, or as something else."""
    return [it for it in values_of(tags.get("highway", "")) if it in SPEED_KMH]


def is_road(tags: Mapping[str, str]) -> bool:
    """Whether a way is a road for cars or a ferry, be it one that is closed to them."""
    return bool(road_classes(tags)) or _carried_kmh(tags) is not None or bool(_opened(tags))


def _let_in(tags: Mapping[str, str]) -> bool:
    """Whether a sign for cars lets them in."""
    named = [values for key in ACCESS_KEYS[:2] if (values := _users(tags.get(key, "")))]
    return bool(named) and not OPENING.isdisjoint(named[0])


def _opened(tags: Mapping[str, str]) -> list[str]:
    """The classes of a way that is a road only since a sign for cars lets them in."""
    return [it for it in values_of(tags.get("highway", "")) if it in OPENED_KMH] if _let_in(tags) else []


def _is_gone(tags: Mapping[str, str]) -> bool:
    """Whether nobody drives here: a ruin, a plan, a building site, or what only tracked vehicles pass."""
    built = tags.get("construction", "").strip().lower()
    return (
        any(tags.get(key, "").strip().lower() == "yes" for key in GONE)
        or "impassable" in (tags.get("smoothness"), tags.get("status"))
        or built == "yes"
        or built in SPEED_KMH
    )


def _carried_kmh(tags: Mapping[str, str]) -> float | None:
    """How fast the ferry or the train is that carries cars here; ``None`` for a way that is none."""
    return next((kmh for it in values_of(tags.get("route", "")) if (kmh := CARRIED_KMH.get(it))), None)


def _carried(tags: Mapping[str, str], kmh: float) -> WayUse | None:
    """How a car is carried; ``None`` by a ferry that takes none."""
    if takes_no_cars(tags, ACCESS_KEYS):
        return None
    minutes = minutes_of_duration(in_one(tags.get("duration", "")))
    return WayUse(FERRY + DESTINATION * no_through_traffic(tags), _direction(tags, ""), kmh, minutes)


def read_way(tags: Mapping[str, str]) -> WayUse | None:
    """How a car uses the way with these tags; None if it may not.

    A way of several classes is as slow as its slowest, and can be joined where one of them can.
    """
    if not car_may_pass(tags) or tags.get("area") == "yes" or _is_gone(tags):
        return None
    carried_kmh = _carried_kmh(tags)
    if carried_kmh is not None:
        return _carried(tags, carried_kmh)
    classes = road_classes(tags)
    services = set(values_of(tags.get("service", "")))
    if services and services <= SERVICE_LEFT_OUT and not _let_in(tags):
        classes = [it for it in classes if it != "service"]
    classes = classes or _opened(tags)
    if not classes:
        return None
    # The direction of a reversible lane depends on the hour; an alternating one lets both pass in turn.
    if _one_way_word(tags) == "reversible":
        return None
    slowest = min(classes, key=_KMH.__getitem__)
    direction = _direction_open(tags, _direction(tags, slowest))
    if direction is None:
        return None
    limit = limit_kmh(tags)
    speed = _KMH[slowest] if limit is None else min(_KMH[slowest], limit)
    kind = min((road_class(tags, it) for it in classes), key=lambda it: (it % DESTINATION != ROAD, it))
    return WayUse(kind, direction, speed, several=len(set(classes)) > 1)


def road_class(tags: Mapping[str, str], highway: str) -> int:
    """Whether one may join the way anywhere, and whether it carries through traffic."""
    closed = tags.get("tunnel", "no") not in TUNNELS_WITH_DOORS or tags.get("motorroad") == "yes"
    kind = MOTORWAY if closed or highway in FREE_FLOW_MOTORWAYS else ROAD
    return kind + DESTINATION * no_through_traffic(tags)


def _direction_open(tags: Mapping[str, str], direction: int) -> int | None:
    """The direction that is left where cars are kept out of one; None where none is left."""
    for suffix, closed in ((":forward", 1), (":backward", -1)):
        if _admitted(tags, suffix) == set():
            if direction == closed:
                return None
            direction = -closed
    return direction


def _one_way_word(tags: Mapping[str, str]) -> str:
    """What the most specific key says; where it says several things, the one that closes a direction.

    Programs that join ways list the values of all: what is a one-way in part can be driven that way only.
    """
    said = next((it for key in ONE_WAY_KEYS if (it := values_of(tags.get(key, "")))), [""])
    closing = set(said) - ONE_WAY_NO
    return said[0] if not closing else closing.pop() if len(closing) == 1 else ""


def _direction(tags: Mapping[str, str], highway: str) -> int:
    oneway = _one_way_word(tags)
    if oneway in {"-1", "reverse", "backward"}:
        return -1
    if oneway in {"yes", "1", "true", "forward"}:
        return 1
    if oneway in ONE_WAY_NO:
        return 0
    turns = not ONE_WAY_JUNCTIONS.isdisjoint(values_of(tags.get("junction", "")))
    return int(turns or highway == "motorway")


def limit_kmh(tags: Mapping[str, str]) -> float | None:
    """Posted limit in km/h, the lowest where there are several; None where none is known or there is none.

    One that holds at some hours only counts as if it held at all: when someone travels is not known.
    """
    for keys in (LIMIT_KEYS, WORDS_OF_LIMIT):
        plain = [_REMARK.sub("", _CONDITION.sub("", tags.get(key, "").lower())) for key in keys]
        stated = [part for it in plain for part in values_of(it, _LIST_OF_LIMITS)]
        found = [limit for part in stated if (limit := _one_limit(part)) is not None]
        if not found and keys is LIMIT_KEYS:
            found = [limit for part in stated if (limit := _limit_within(part)) is not None]
        if found:
            return min(found)
    return None


def _limit_within(value: str) -> float | None:
    """A limit among other signs (``~30``, ``30?``, ``ca. 30``, ``gb:20mph_zone``): the only number there."""
    numbers = _ONE_NUMBER.findall(value)
    if len(numbers) != 1 or float(numbers[0][0]) < LEAST_KMH:
        return None
    return float(numbers[0][0]) * KM_PER_UNIT.get(numbers[0][1], 1.0)


def _one_limit(value: str) -> float | None:
    value = _ROOM.sub(":", value)
    number = _NUMBER.match(value) or _ZONE.match(value)
    if number:
        unit = number[2] if number.re is _NUMBER else None
        if unit is None and value.partition(":")[0] in _IN_MILES:
            unit = "mph"
        return float(number[1]) * KM_PER_UNIT.get("".join((unit or "").split()), 1.0) or None
    country, _, word = value.rpartition(":")
    if word == "rural":
        return RURAL_KMH.get(country, RURAL_KMH.get(country.partition("-")[0], RURAL_ELSEWHERE_KMH))
    return LIMIT_KMH_OF_WORD.get(word)
