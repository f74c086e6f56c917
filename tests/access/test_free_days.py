"""Public holidays of every state and country, and days that somebody closes."""

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.access.free_days import area_name, areas_at, closed_among, closed_spans, public_holidays
from iqgeo.errors import InputError
from iqgeo.region import load_region
from iqgeo.world import state_names, states

ALWAYS = {(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)}
# Laws of the states on holidays: days of the year beside those of all, and days after Easter Sunday.
OF_STATE = {
    "01": ({(10, 31)}, set()), "02": ({(10, 31)}, set()), "03": ({(10, 31)}, set()),
    "04": ({(10, 31)}, set()), "05": ({(11, 1)}, {60}), "06": (set(), {60}), "07": ({(11, 1)}, {60}),
    "08": ({(1, 6), (11, 1)}, {60}), "09": ({(1, 6), (8, 15), (11, 1)}, {60}),
    "10": ({(8, 15), (11, 1)}, {60}), "11": ({(3, 8)}, set()), "12": ({(10, 31)}, {0, 49}),
    "13": ({(3, 8), (10, 31)}, set()), "14": ({(10, 31)}, {60}), "15": ({(1, 6), (10, 31)}, set()),
    "16": ({(9, 20), (10, 31)}, {60}),
}  # fmt: skip


def easter(year: int) -> datetime.date:
    """Easter Sunday by Gauss, as corrected by Lichtenberg."""
    k = year // 100
    m, s = 15 + (3 * k + 3) // 4 - (8 * k + 13) // 25, 2 - (3 * k + 3) // 4
    a = year % 19
    d = (19 * a + m) % 30
    r = (d + a // 11) // 29
    og = 21 + d - r
    march = og + 7 - (og - (7 - (year + year // 4 + s) % 7)) % 7
    return datetime.date(year, 3, 1) + datetime.timedelta(march - 1)


@pytest.mark.parametrize("digits", sorted(OF_STATE))
def test_every_state_has_the_holidays_of_its_law(digits):
    middle = states().set_index("ags").geometry.representative_point()[digits]
    region = replace(load_region(), ags="")
    (area,) = areas_at(region, [middle.x], [middle.y])
    assert area_name(area, "de") == state_names()[digits]
    fixed, moving = OF_STATE[digits]
    for year in (2024, 2026, 2030):
        sunday = easter(year)
        expected = {datetime.date(year, *it) for it in ALWAYS | fixed}
        expected |= {sunday + datetime.timedelta(it) for it in (-2, 1, 39, 50, *moving)}
        # In Saxony the Wednesday before the 23rd of November, too.
        if digits == "14":
            expected.add(
                max(
                    datetime.date(year, 11, it)
                    for it in range(16, 23)
                    if datetime.date(year, 11, it).weekday() == 2
                )
            )
        assert set(public_holidays(area, year, "de")) == expected


def test_the_key_of_a_region_says_more_than_outlines_and_nothing_abroad():
    region = load_region()
    berlin, assen = (13.4, 52.5), (6.56, 52.99)
    lon, lat = zip(berlin, assen, strict=True)
    assert areas_at(region, lon, lat) == ["DE-NI", "NL"]
    assert areas_at(region, lon, lat, ["11", ""]) == ["DE-BE", "NL"]
    assert areas_at(replace(region, ags="", holidays="AT-7"), lon, lat) == ["AT-7", "AT-7"]
    assert public_holidays("NL", 2026, "nl")[datetime.date(2026, 4, 27)] == "Koningsdag"
    assert area_name("AT-7", "de") == "Österreich (7)"
    assert [public_holidays(*it, "de") for it in (("", 2026), ("AT-x", 2026), ("DE-NI", 1950))] == [None] * 3


@given(st.dates(), st.integers(0, 40), st.sampled_from(["..", " bis ", "–", "/", " to "]), st.booleans())
def test_closed_days_are_read_back(first, length, between, german):
    if first.toordinal() + length > datetime.date.max.toordinal():
        return
    last = first + datetime.timedelta(length)
    written = [f"{it:%d.%m.}{it.year:04}" if german else it.isoformat() for it in (first, last)]
    (span,) = closed_spans(between.join(written if length else written[:1]))
    days = [first + datetime.timedelta(it) for it in range(length + 1)]
    assert closed_among(days, [span]) == set(days)
    if length:
        with pytest.raises(InputError):
            closed_spans(f"2026-13-01; {between.join(reversed(written))}")
