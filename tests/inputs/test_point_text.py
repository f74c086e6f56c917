"""Points as databases and programs write them into one column, and coordinates whose points group."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_offices
from iqgeo.inputs.point_text import parsed
from iqgeo.region import load_region
from iqgeo.systems import to_degrees
from tests.draws import draws

from .conftest import SITES, csv

REGION = load_region()
FORMS = {
    "WKT": lambda p: p.wkt,
    "POINT Z": lambda p: f"POINT Z ({p.x} {p.y} 55.5)",
    "pointzm": lambda p: f"point zm({p.x} {p.y} 1 2)",
    "MULTIPOINT": lambda p: f"MULTIPOINT (({p.x} {p.y}))",
    "EWKT": lambda p: f"SRID=4326;POINT({p.x} {p.y})",
    "WKB": lambda p: p.wkb_hex,
    "big endian": lambda p: shapely.to_wkb(p, hex=True, byte_order=0),
    "EWKB": lambda p: shapely.to_wkb(shapely.set_srid(p, 4326), hex=True, include_srid=True),
    "height": lambda p: shapely.to_wkb(shapely.Point(p.x, p.y, 3.5), hex=True),
    "bytea": lambda p: f"\\x{p.wkb_hex}",
    "GeoJSON": shapely.to_geojson,
    "members": lambda p: f'{{"coordinates": [{p.x!r}, {p.y!r}, 1.0], "type": "Point"}}',
}
DEGREES = st.tuples(
    st.integers(-180 * 10**9, 180 * 10**9).map(lambda it: it / 1e9),
    st.integers(-90 * 10**9, 90 * 10**9).map(lambda it: it / 1e9),
)


@settings(max_examples=draws(25))
@given(st.sampled_from([*FORMS]), DEGREES)
def test_a_point_is_the_same_in_every_form(form, at):
    written = FORMS[form](shapely.Point(*at))
    assert parsed(written)[:2] == pytest.approx(at, abs=1e-9)


@pytest.mark.parametrize("other", [shapely.box(9, 52, 10, 53), shapely.MultiPoint([(9, 52), (10, 53)])])
def test_what_is_no_single_point_is_none(other):
    for written in (other.wkt, other.wkb_hex, shapely.to_geojson(other), "POINT EMPTY", "POINT (9.7)"):
        assert parsed(written) is None


@pytest.mark.parametrize("heading", ["geom", "geometry", "Lage"])
@pytest.mark.parametrize("form", [*FORMS])
def test_offices_by_a_column_of_points_whatever_it_is_called(form, heading):
    """As PostGIS and GDAL export them; only plain POINT (x y) was read."""
    cells = [FORMS[form](shapely.Point(*it)) for it in zip(SITES["lon"], SITES["lat"], strict=True)]
    table = SITES[["id", "name"]].assign(**{heading: cells}).to_csv(index=False)
    if form in ("WKT", "WKB", "GeoJSON"):
        assert check_file(csv(table), REGION).kind == "offices"
    read = read_offices(csv(table), near=(REGION, 35.0)).frame
    assert read[["lon", "lat"]].to_numpy() == pytest.approx(SITES[["lon", "lat"]].to_numpy())


def test_a_point_that_names_its_system_is_in_it():
    lon, lat = to_degrees("EPSG:25832", [550_000.0], [5_803_000.0])
    rows = '1;A;"SRID=25832;POINT(550000 5803000)"\n2;B;POINT(9.9 52.1)\n'
    read = read_offices(csv(f"id;name;geom\n{rows}"), near=(REGION, 35.0)).frame
    assert read["lon"].tolist() == pytest.approx([lon[0], 9.9])
    assert read["lat"].tolist() == pytest.approx([lat[0], 52.1])
    with pytest.raises(InputError) as refused:
        read_offices(csv('id;name;geom\n1;A;"SRID=999999;POINT(550000 5803000)"\n'), near=(REGION, 35.0))
    assert "crs_unknown" in {it.code for it in refused.value.problems}


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(420_000, 660_000), st.integers(5_710_000, 5_940_000)), min_size=2, max_size=4
    )
)
def test_metres_whose_points_group_thousands_are_metres(metres):
    grouped = [";".join(f"{it:,}".replace(",", ".") for it in pair) for pair in metres]
    plain = [";".join(map(str, pair)) for pair in metres]
    one, other = (
        read_offices(
            csv("\n".join(["id;name;Ostwert;Nordwert", *(f"{at};N{at};{it}" for at, it in enumerate(rows))])),
            near=(REGION, 500.0),
        )
        for rows in (grouped, plain)
    )
    assert one.frame.equals(other.frame)
    assert {it.column for it in one.repairs if it.code == "thousands_point"} == {"Ostwert", "Nordwert"}


@pytest.mark.parametrize("write", [str, lambda it: f"{it:,}".replace(",", ".")])
def test_degrees_that_lost_their_point_are_told_so(write):
    rows = [(9735123, 52375123), (993512, 51530123)]
    table = "\n".join(f"{at};N{at};{write(x)};{write(y)}" for at, (x, y) in enumerate(rows))
    with pytest.raises(InputError) as refused:
        read_offices(csv(f"id;name;lon;lat\n{table}\n"), near=(REGION, 35.0))
    assert {it.code for it in refused.value.problems} == {"coordinates_point_lost"}


def _reference(lon: float, lat: float, digits: int, gap: str) -> str:
    """A position in the military grid, by the tables of letters."""
    zone = min(60, int((lon + 180) // 6) + 1)
    epsg = (32600 if lat >= 0 else 32700) + zone
    east, north = (int(it) for it in Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat))
    band = "CDEFGHJKLMNPQRSTUVWX"[min(19, int((lat + 80) // 8))]
    column = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")[zone % 3][east // 100_000 - 1]
    rows = "ABCDEFGHJKLMNPQRSTUV" if zone % 2 else "FGHJKLMNPQRSTUVABCDE"
    within = [f"{it % 100_000:05d}"[:digits] for it in (east, north)]
    return f"{zone}{band}{gap}{column}{rows[north // 100_000 % 20]}{gap}{within[0]}{gap}{within[1]}"


@settings(max_examples=draws(25))
@given(st.floats(-179.9, 179.9), st.floats(-79.9, 83.9), st.integers(2, 5), st.booleans(), st.booleans())
def test_the_military_grid_is_read_to_half_its_square(lon, lat, digits, apart, small):
    gap = " " if apart else ""
    reference = _reference(lon, lat, digits, gap)
    east, north, system = parsed(reference.lower() if small else reference)
    at = Transformer.from_crs(4326, int(system), always_xy=True).transform(lon, lat)
    half = 10 ** (5 - digits) / 2
    assert abs(at[0] - east) <= half + 1
    assert abs(at[1] - north) <= half + 1


@pytest.mark.parametrize("heading", ["MGRS", "UTMREF", "Lage"])
def test_offices_of_the_military_grid_stand_where_they_stand(heading):
    rows = [
        f"{name};{_reference(lon, lat, 5, ' ')}"
        for name, lon, lat in SITES[["name", "lon", "lat"]].to_numpy()
    ]
    frame = read_offices(csv("\n".join([f"name;{heading}", *rows]))).frame
    assert frame["lon"].round(4).tolist() == SITES["lon"].tolist()
    assert frame["lat"].round(4).tolist() == SITES["lat"].tolist()
    with pytest.raises(InputError) as error:
        read_offices(csv("\n".join([f"name;{heading}", *rows, "X;32UNC123"])))
    assert {(it.code, it.row, it.value) for it in error.value.problems if it.row} == {
        ("point_unreadable", 5, "32UNC123")
    }


@pytest.mark.parametrize(
    "written", ["32U {0:.0f} {1:.0f}", "32 U, {0:.1f}, {1:.1f}", "32U E {0:.0f} N {1:.0f}"]
)
def test_metres_with_their_zone_are_read(written):
    east, north = Transformer.from_crs(4326, 32632, always_xy=True).transform(9.93, 51.53)
    found = parsed(written.format(east, north))
    assert found == (pytest.approx(east, abs=1), pytest.approx(north, abs=1), "32632")


LINKS = {
    "geo": "geo:{1},{0}?z=15",
    "osm": "https://www.openstreetmap.org/?mlat={1}&mlon={0}#map=15/52.1/9.1",
    "google place": "https://www.google.com/maps/place/Amt/@52.1,9.1,15z/data=!4m2!3d{1}!4d{0}",
    "google query": "https://maps.google.com/maps?q={1},{0}&z=15",
    "google api": "https://www.google.com/maps/search/?api=1&query={1}%2C{0}",
}


@pytest.mark.parametrize("form", LINKS)
def test_links_to_a_place_say_where_it_is(form):
    rows = [
        f'{name};"{LINKS[form].format(lon, lat)}"'
        for name, lon, lat in SITES[["name", "lon", "lat"]].to_numpy()
    ]
    frame = read_offices(csv("\n".join(["name;Karte", *rows]))).frame
    assert (
        frame[["name", "lon", "lat"]].to_numpy().tolist() == SITES[["name", "lon", "lat"]].to_numpy().tolist()
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/maps/@52.37,9.73,15z",
        "https://maps.app.goo.gl/abc",
        "https://a.de/?q=52.37",
        "geo:52.37",
    ],
)
def test_where_a_map_was_looked_at_is_no_position(link):
    assert parsed(link) is None
