import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.distances.roads.network import DESTINATION, FERRY, MOTORWAY, ROAD
from iqgeo.distances.roads.rules import blocks_cars, read_way


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"highway": "footway"},
        {"highway": "track"},
        {"highway": "construction"},
        {"highway": "residential", "access": "private"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "residential", "vehicle": "forestry"},
        {"highway": "residential", "access": "yes", "motorcar": "no"},
        {"highway": "service", "service": "parking_aisle"},
        {"highway": "service", "service": "driveway"},
        {"highway": "pedestrian"},
        {"highway": "unclassified", "area": "yes"},
        {"highway": "primary", "oneway": "reversible"},
        {"highway": "primary", "oneway": "Reversible "},
        {"highway": "track", "motor_vehicle": "agricultural/forestry"},
        {"highway": "residential", "motor_vehicle": "agricultural/forestry"},
        {"highway": "residential", "motor_vehicle": "Forestry & agricultural"},
        {"highway": "residential", "vehicle": "delivery und private"},
        {"highway": "residential", "access": "yes", "motor_vehicle": "closed"},
        {"highway": "residential", "motor_vehicle": "private", "motor_vehicle:conditional": "yes @ (Mo-Fr)"},
        {"highway": "residential", "motor_vehicle": "no; delivery @ (Mo-Fr 06:00-10:00; Sa)"},
        {"highway": "residential", "motor_vehicle": "delivery @ (06:00-10:00)"},
        {"highway": "residential", "vehicle": "['private','delivery']"},
        {"highway": "residential", "vehicle": "Land- und Forstwirtschaft"},
        {"highway": "footway;cycleway"},
        {"highway": "service", "service": "parking_aisle;drive-through"},
        {"route": "ferry", "motor_vehicle": "no"},
        {"route": "ferry", "foot": "yes", "motorcar": "no"},
        {"route": "bus"},
        {"route": "ferry", "foot": "yes", "bicycle": "yes"},
        {"route": "ferry", "foot": "designated"},
        {"route": "shuttle_train", "motor_vehicle": "no"},
        {"route": "ferry", "disused": "yes"},
        {"highway": "primary", "disused": "yes"},
        {"highway": "primary", "abandoned": "Yes"},
        {"highway": "primary", "proposed": "yes"},
        {"highway": "primary", "smoothness": "impassable"},
        {"highway": "primary", "status": "impassable"},
        {"highway": "primary", "construction": "yes"},
        {"highway": "primary", "construction": "primary"},
        {"highway": "track", "vehicle": "yes"},
        {"highway": "track", "motor_vehicle": "agricultural"},
        {"highway": "track", "motor_vehicle": "yes", "motorcar": "no"},
        {"highway": "footway", "motor_vehicle": "yes"},
    ],
)
def test_not_drivable(tags):
    assert read_way(tags) is None


@pytest.mark.parametrize(
    ("tags", "road_class", "direction", "speed_kmh"),
    [
        ({"highway": "residential"}, ROAD, 0, 25),
        ({"highway": "residential", "access": "destination"}, ROAD + DESTINATION, 0, 25),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, ROAD, 0, 25),
        ({"highway": "motorway"}, MOTORWAY, 1, 90),
        ({"highway": "motorway", "oneway": "no"}, MOTORWAY, 0, 90),
        ({"highway": "motorway_link", "oneway": "yes"}, MOTORWAY, 1, 45),
        ({"highway": "trunk"}, ROAD, 0, 85),
        ({"highway": "secondary", "oneway": "yes"}, ROAD, 1, 55),
        ({"highway": "secondary", "oneway": "-1"}, ROAD, -1, 55),
        ({"highway": "tertiary", "junction": "roundabout"}, ROAD, 1, 40),
        ({"highway": "tertiary", "junction": "circular"}, ROAD, 1, 40),
        ({"highway": "residential", "oneway": "yes", "oneway:motor_vehicle": "no"}, ROAD, 0, 25),
        ({"highway": "secondary", "oneway": "Yes"}, ROAD, 1, 55),
        ({"highway": "secondary", "oneway": "alternating"}, ROAD, 0, 55),
        ({"highway": "secondary", "oneway": "yes", "oneway:vehicle": "no"}, ROAD, 0, 55),
        ({"highway": "tertiary", "junction": "roundabout", "oneway": "-1"}, ROAD, -1, 40),
        ({"highway": "residential", "vehicle": "private;yes"}, ROAD, 0, 25),
        ({"highway": "residential", "motor_vehicle": "destination/agricultural"}, ROAD + DESTINATION, 0, 25),
        ({"highway": "primary", "maxspeed": "UK:20mph"}, ROAD, 0, 32.18688),
        ({"highway": "primary", "maxspeed": "GB:zone20"}, ROAD, 0, 32.18688),
        ({"highway": "primary", "maxspeed:type": "UK:20"}, ROAD, 0, 32.18688),
        ({"highway": "primary", "maxspeed": "DE : urban"}, ROAD, 0, 50),
        ({"highway": "primary", "maxspeed": "DE:zone20"}, ROAD, 0, 20),
        ({"highway": "trunk", "maxspeed": "BE-VLG:rural"}, ROAD, 0, 70),
        ({"highway": "trunk", "maxspeed": "BE-WAL:rural"}, ROAD, 0, 85),
        ({"highway": "primary", "maxspeed": "CZ:pedestrian_zone"}, ROAD, 0, 20),
        ({"highway": "primary", "maxspeed": "Schritt"}, ROAD, 0, 7),
        ({"highway": "primary", "maxspeed": "40 km/h;30 km/h"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "50"}, ROAD, 0, 50),
        ({"highway": "primary", "maxspeed": "30 @ (Mo-Fr 06:00-17:00)"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "50; 30 @ (Mo-Fr 07:00-17:00; Sa 08:00-12:00)"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "30 @ ((Mo-Fr 07:00-17:00) AND wet);50"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "50 @ 22:00-06:00"}, ROAD, 0, 50),
        ({"highway": "primary", "maxspeed": "30/50"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "50 km/h / 30 km/h"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "30-50"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "30 und 50"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "30 km/h (Schule)"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed:forward": "50", "maxspeed:backward": "40"}, ROAD, 0, 40),
        ({"highway": "primary", "maxspeed": "['30','50']"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": '["50", "30"]'}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "[50, 30]"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "50 KM/H"}, ROAD, 0, 50),
        ({"highway": "primary", "maxspeed": "~30"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "ca. 30?"}, ROAD, 0, 30),
        ({"highway": "primary", "maxspeed": "gb:20mph_zone"}, ROAD, 0, 32.18688),
        ({"highway": "primary", "maxspeed": "-1"}, ROAD, 0, 65),
        ({"highway": "primary", "maxspeed": "signals"}, ROAD, 0, 65),
        ({"highway": "primary", "source:maxspeed": "survey 12"}, ROAD, 0, 65),
        ({"highway": "['tertiary', 'residential']"}, ROAD, 0, 25),
        ({"highway": "residential", "motor_vehicle": "['private','destination']"}, ROAD + DESTINATION, 0, 25),
        ({"highway": "residential", "access": "Anlieger; Forstwirtschaft"}, ROAD + DESTINATION, 0, 25),
        ({"highway": "residential", "access": "local"}, ROAD + DESTINATION, 0, 25),
        ({"highway": "residential", "oneway": "yes;no"}, ROAD, 1, 25),
        ({"highway": "residential", "oneway": "['no', '-1']"}, ROAD, -1, 25),
        ({"highway": "residential", "oneway": "['no']"}, ROAD, 0, 25),
        ({"highway": "residential;service"}, ROAD, 0, 15),
        ({"highway": "Tertiary; residential"}, ROAD, 0, 25),
        ({"highway": "footway;residential"}, ROAD, 0, 25),
        ({"highway": "motorway;primary"}, ROAD, 0, 65),
        ({"highway": "service;residential", "service": "driveway"}, ROAD, 0, 25),
        ({"highway": "residential", "junction": "Roundabout"}, ROAD, 1, 25),
        ({"highway": "residential", "motor_vehicle": "no @ (22:00-06:00)"}, ROAD, 0, 25),
        ({"highway": "residential", "motor_vehicle": "destination; no @ (Sa,Su)"}, ROAD + DESTINATION, 0, 25),
        ({"highway": "residential", "access": "no", "vehicle": "no;destination"}, ROAD + DESTINATION, 0, 25),
        ({"highway": "residential", "oneway": "yes", "oneway:conditional": "no @ (Su)"}, ROAD, 1, 25),
        ({"route": "ferry;bicycle"}, FERRY, 0, 5),
        ({"route": "shuttle_train"}, FERRY, 0, 10),
        ({"railway": "rail", "route": "shuttle_train", "oneway": "yes"}, FERRY, 1, 10),
        ({"route": "ferry", "foot": "yes", "motor_vehicle": "yes"}, FERRY, 0, 5),
        ({"route": "ferry", "foot": "no", "bicycle": "no"}, FERRY, 0, 5),
        ({"highway": "primary", "maxspeed": "30 mph"}, ROAD, 0, 48.28032),
        ({"highway": "primary", "maxspeed": "100"}, ROAD, 0, 65),
        ({"highway": "primary", "maxspeed": "DE:urban"}, ROAD, 0, 50),
        ({"highway": "service"}, ROAD, 0, 15),
        ({"route": "ferry"}, FERRY, 0, 5),
        ({"highway": "primary", "disused": "no", "abandoned": "no"}, ROAD, 0, 65),
        ({"highway": "primary", "smoothness": "very_bad"}, ROAD, 0, 65),
        ({"highway": "primary", "construction": "minor"}, ROAD, 0, 65),
        ({"highway": "primary", "construction": "1987"}, ROAD, 0, 65),
        ({"highway": "track", "motor_vehicle": "yes"}, ROAD, 0, 10),
        ({"highway": "track", "motorcar": "designated", "maxspeed": "7"}, ROAD, 0, 7),
        ({"highway": "track", "motor_vehicle": "agricultural;destination"}, ROAD + DESTINATION, 0, 10),
        ({"highway": "pedestrian", "motor_vehicle": "permissive", "oneway": "yes"}, ROAD, 1, 10),
        ({"highway": "service", "service": "parking_aisle", "motor_vehicle": "yes"}, ROAD, 0, 15),
        ({"highway": "service", "service": "driveway", "motorcar": "designated"}, ROAD, 0, 15),
    ],
)
def test_drivable(tags, road_class, direction, speed_kmh):
    way = read_way(tags)
    assert (way.road_class, way.direction) == (road_class, direction)
    assert way.speed_kmh == pytest.approx(speed_kmh)


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        ("00:20", 20),
        ("1:05", 65),
        ("00:01:30", 1.5),
        ("45", 45),
        ("PT1H", 60),
        ("PT1H20M", 80),
        ("25 min", 25),
        ("an hour", None),
        ("00:00", None),
        ("0", None),
        ("2 x 20", None),
        ("P1DT2H", 1560),
        ("['00:20', '00:25']", 25),
        ("20-30", 30),
        ("ca. 20 min (Sommer)", 20),
        ("1.5 h", 90),
        ("90 s", 1.5),
        ("", None),
    ],
)
def test_ferries_say_how_long_they_take(duration, minutes):
    assert read_way({"route": "ferry", "duration": duration}).minutes == minutes


HOURS_AND_MINUTES = [
    "{h}:{m:02}", "{h:02}:{m:02}", "{h}:{m:02}:00", "{h}:{m:02} h", "PT{h}H{m}M", "P0DT{h}H{m}M0S",
    "pt{h}h{m}m", "{h}h{m}", "{h} h {m} min", "{h} Std. {m} Min.", "{h} Stunden und {m} Minuten",
    "{h} hours {m} minutes", "00:00;{h}:{m:02}", "PT{all}M", "{all}", "{all} mins", "~{all}min",
]  # fmt: skip


@given(st.integers(0, 30), st.integers(0, 59), st.sampled_from(HOURS_AND_MINUTES))
def test_one_time_is_one_time_in_whatever_form(hours, minutes, form):
    said = form.format(h=hours, m=minutes, all=60 * hours + minutes)
    assert read_way({"route": "ferry", "duration": said}).minutes == (60 * hours + minutes or None)


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ({}, False),
        ({"access": "private"}, True),
        ({"motor_vehicle": "no"}, True),
        ({"access": "no", "motor_vehicle": "yes"}, False),
        ({"access": "customers", "amenity": "parking_entrance"}, False),
        ({"access": "private", "entrance": "garage"}, False),
        ({"locked": "yes"}, False),
        ({"barrier": "bollard"}, True),
        ({"barrier": "gate;bollard"}, True),
        ({"barrier": "chain"}, True),
        ({"barrier": "no"}, False),
        ({"barrier": "gate", "locked": "yes"}, True),
        ({"barrier": "gate", "locked": "no"}, False),
        ({"barrier": "gate", "locked": "yes", "motor_vehicle": "yes"}, False),
        ({"barrier": "lift_gate", "locked": "yes"}, True),
        ({"barrier": "gate", "access": "destination"}, False),
        ({"barrier": "gate", "motor_vehicle": "private", "amenity": "parking_entrance"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "kerb"}, False),
        ({"barrier": "bollard", "bollard": "rising"}, False),
        ({"barrier": "bollard", "bollard": "rising", "access": "private"}, True),
        ({"barrier": "bollard", "bollard": "removable"}, True),
        ({"barrier": "bollard;chain", "bollard": "rising"}, True),
    ],
)
def test_barriers(tags, blocked):
    assert blocks_cars(tags) == blocked
