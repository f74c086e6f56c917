"""One table of settings: every door reads it, what is written is read as the same."""

import inspect
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.cli import assessing
from iqgeo.scenario.settings import (
    Settings,
    SettingsArgs,
    kind_of,
    read,
    unusable,
    write,
)
from iqgeo.texts import LANGUAGES, catalogue

NAMES = [row.name for row in fields(Settings)]
EVERY = {
    "stage": st.none() | st.integers(1990, 2050),
    "weight": st.sampled_from(["migration_background", "population", "elderly"]),
    "year": st.none() | st.integers(1990, 2050),
    "distance": st.sampled_from(["detour", "straight", "road"]),
    "detour_factor": st.floats(1, 10),
    "snap_limit_km": st.floats(0.001, 100),
    "ferries": st.booleans(),
    "target_km": st.floats(0.001, 20_000),
    "target_min": st.none() | st.floats(0.1, 10_000),
    "across_border": st.booleans(),
    "planned": st.booleans(),
    "least_people": st.integers(0, 100_000_000),
    "home_km": st.floats(0.1, 1000),
    "places_per_office": st.integers(1, 1000),
    "days_per_month": st.floats(0.05, 31),
    "day_hours": st.floats(0.1, 24),
    "rarely_below": st.floats(0, 31),
    "road_days": st.integers(1, 31),
    "rate_per_1000": st.floats(0.0001, 1000),
    "posts": st.floats(0.001, 100_000),
    "per_post": st.floats(0.001, 1_000_000),
    "office_posts": st.floats(0.01, 1000),
    "euros_per_post": st.floats(0.01, 10_000_000),
    "euros_per_km": st.floats(0, 1000),
    "half_km": st.floats(0.1, 1000),
    "telephone_pct": st.floats(0, 99.9),
}
SETTINGS = st.builds(Settings, **EVERY)


def test_every_setting_is_drawn() -> None:
    assert set(EVERY) == set(NAMES)


@given(SETTINGS, SETTINGS)
def test_what_is_written_is_read_as_the_same(it: Settings, start: Settings) -> None:
    again, refused = read(write(it, start), start)
    assert (again, refused) == (it, {})
    assert not unusable(it)


@given(SETTINGS)
def test_nothing_is_written_of_what_everybody_begins_with(it: Settings) -> None:
    assert write(it, it) == {}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("target_km", "0"), ("target_km", "nan"), ("target_km", "weit"), ("target_km", "-1"),
        ("detour_factor", "0,9"), ("stage", "bald"), ("distance", "fly"), ("across_border", "ja"),
        ("least_people", "-1"), ("target_min", "inf"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_named_and_changes_nothing(name: str, written: str) -> None:
    start = Settings()
    assert read({name: written}, start) == (start, {name: written})


def test_a_former_name_counts_where_the_present_one_is_absent() -> None:
    assert read({"factor": "1.5"}, Settings())[0].detour_factor == 1.5
    assert read({"factor": "1.5", "detour_factor": "1.2"}, Settings())[0].detour_factor == 1.2


def test_the_python_call_takes_every_setting() -> None:
    # What distances are measured with can also be a measure: it is an argument of its own.
    assert set(SettingsArgs.__annotations__) == set(NAMES) - {"distance"}


def test_every_command_that_computes_takes_every_setting() -> None:
    for command in (assessing.coverage, assessing.gaps):
        taken = set(inspect.signature(command).parameters)
        assert set(NAMES) - {"least_people", *Settings().of_network()} <= taken
    for name in NAMES:
        for lang in LANGUAGES:
            assert catalogue()[f"cli.help.{name}"][lang]


def test_every_setting_has_a_place_of_its_own_in_plan_files() -> None:
    places = [row.metadata["plan"] for row in fields(Settings)]
    assert len(set(places)) == len(places)
    assert all(place.count(".") == 1 for place in places)
    assert all(kind_of(name).allows(getattr(Settings(), name)) for name in NAMES)
