"""Sites as Google My Maps and Google Earth export them: KML, and KMZ, which is a zip of it."""

import re

import pandas as pd
import pytest

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_candidates, read_districts, read_offices

from .conftest import SITES, zipped

HEAD = '<?xml version="1.0" encoding="{encoding}"?>\n<kml xmlns="{space}">\n<Document><name>Stellen</name>'
SPACES = [
    "http://www.opengis.net/kml/2.2", "http://earth.google.com/kml/2.1", "http://www.opengis.net/kml/2.3",
]  # fmt: skip


def kml(body, space=SPACES[0], encoding="UTF-8", codec="utf-8"):
    return (HEAD.format(encoding=encoding, space=space) + body + "</Document></kml>").encode(codec)


def mark(name, at, more=""):
    shape = at if at.startswith("<") else f"<Point><coordinates>{at}</coordinates></Point>"
    return f"<Placemark><name>{name}</name>{more}{shape}</Placemark>"


def data(**values):
    pairs = "".join(f'<Data name="{it}"><value>{value}</value></Data>' for it, value in values.items())
    return f"<ExtendedData>{pairs}</ExtendedData>"


def simple(**values):
    pairs = "".join(f'<SimpleData name="{it}">{value}</SimpleData>' for it, value in values.items())
    return f'<ExtendedData><SchemaData schemaUrl="#s">{pairs}</SchemaData></ExtendedData>'


def at(row):
    return f"{row.lon},{row.lat},0"


ROWS = list(SITES.itertuples())
MY_MAPS = "<Folder><name>Ebene 1</name>" + "".join(
    mark(
        f"<![CDATA[{it.name}]]>",
        f"\n            {at(it)}\n          ",
        "<description><![CDATA[id: " + it.id + "<br>Träger: AWO]]></description><styleUrl>#icon-1</styleUrl>"
        + data(id=it.id, Träger="AWO"),
    )
    for it in ROWS
) + "</Folder>"  # fmt: skip
EARTH = (
    '<Schema name="s" id="s"><SimpleField type="string" name="id"/></Schema>'
    "<Folder><name>Meine Orte</name><open>1</open><Folder><name>Nord</name>"
    + mark(ROWS[1].name, at(ROWS[1]), "<visibility>1</visibility><LookAt><longitude>9</longitude></LookAt>"
           "<atom:author><atom:name>Ich</atom:name></atom:author>" + simple(id="B"))
    + "</Folder>"
    + mark(ROWS[0].name, "<Point><altitudeMode>clampToGround</altitudeMode><coordinates>"
           f"{ROWS[0].lon}, {ROWS[0].lat}, 12.5</coordinates></Point>", simple(id="A"))
    + mark(ROWS[2].name, "<MultiGeometry><Point><coordinates>"
           f"{ROWS[2].lon},{ROWS[2].lat}</coordinates></Point></MultiGeometry>", simple(id="C"))
    + "</Folder><ScreenOverlay><name>Legende</name></ScreenOverlay>"
)  # fmt: skip
PREFIXED = re.sub(rb"<(/?)(?=[A-Zdnsvck])", rb"<\1kml:", kml(MY_MAPS))
FORMS = {
    "My Maps": (kml(MY_MAPS), "Karte.kml"),
    "Earth": (kml(EARTH), "Meine Orte.kml"),
    "kmz": (zipped(doc__kml=kml(MY_MAPS), **{"images/icon-1__png": b"\x89PNG"}), "Karte.kmz"),
    "kmz by content": (zipped(**{"Karte/Stellen__kml": kml(EARTH)}), "karte.zip"),
    "older": (kml(MY_MAPS, SPACES[1]), "a.kml"),
    "newer": (kml(EARTH, SPACES[2]), "a.kml"),
    "kml by content": (kml(MY_MAPS), "karte.xml"),
    "latin": (kml(MY_MAPS, encoding="ISO-8859-1", codec="latin-1"), "a.kml"),
    "windows": (kml(MY_MAPS, encoding="windows-1252", codec="cp1252"), "a.kml"),
    "called otherwise": (kml(MY_MAPS, encoding="UTF-8", codec="cp1252"), "a.kml"),
    "utf-16": (kml(MY_MAPS, encoding="UTF-16", codec="utf-16"), "a.kml"),
    "without a space": (kml(MY_MAPS).replace(b' xmlns="http://www.opengis.net/kml/2.2"', b""), "a.kml"),
    "prefixed": (PREFIXED.replace(b"xmlns=", b"xmlns:kml="), "a.kml"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_points_are_read_with_what_they_are_called_and_what_is_said_of_them(form):
    intake = read_offices(FORMS[form])
    found = intake.frame.sort_values("id", ignore_index=True)
    pd.testing.assert_frame_equal(found[["id", "name", "lon", "lat"]], SITES, check_dtype=False)
    if "Träger" in FORMS[form][0].decode("utf-8", "replace"):
        assert found["operator"].tolist() == ["AWO"] * 3
    assert check_file(FORMS[form]).ok


def test_rows_without_ids_are_numbered_and_folders_are_said():
    body = "".join(
        f"<Folder><name>Ebene {at}</name>{mark(f'Stelle {at}', f'{9 + at},52.{at}')}</Folder>"
        for at in (1, 2)
    )
    intake = read_candidates((kml(body), "a.kml"))
    assert intake.frame["name"].tolist() == ["Stelle 1", "Stelle 2"]
    told = {it.code: it for it in intake.repairs}
    assert told["kml_folders"].value == "Ebene 1, Ebene 2"
    alone = read_candidates((kml(body), "a.kml"), layer="Ebene 2")
    assert alone.frame["name"].tolist() == ["Stelle 2"]
    with pytest.raises(InputError) as error:
        read_candidates((kml(body), "a.kml"), layer="Ebene 3")
    assert [it.code for it in error.value.problems] == ["layer_unknown"]


LINE = "<LineString><coordinates>9,52 9.1,52.1,0\n9.2,52.3</coordinates></LineString>"
RING = "<{0}><LinearRing><coordinates>{1}</coordinates></LinearRing></{0}>"
SQUARE = RING.format("outerBoundaryIs", "9,52 9.2,52 9.2,52.2 9,52.2 9,52")
HOLE = RING.format("innerBoundaryIs", "9.05,52.05 9.1,52.05 9.1,52.1 9.05,52.05")


@pytest.mark.parametrize(
    "shape",
    [LINE, f"<MultiGeometry>{LINE}{LINE}</MultiGeometry>", "<Point><coordinates></coordinates></Point>",
     "<x/>",
     "<gx:Track><gx:coord>9 52 0</gx:coord><gx:coord>9 53 0</gx:coord></gx:Track>"],
)  # fmt: skip
def test_what_is_no_point_is_named(shape, problems_of):
    problems = problems_of(read_offices, (kml(mark("A", "9,52") + mark("Weg", shape)), "a.kml"))
    assert (problems[0].code, problems[0].row) in (("geometry_not_point", 2), ("geometry_missing", 2))


def test_areas_are_those_of_any_map():
    """As those of GeoJSON: sites at their middle, which is said; outlines of districts with their holes."""
    rings = (SQUARE + HOLE, SQUARE.replace("9", "10"))
    body = "".join(
        mark(name, f"<Polygon>{it}</Polygon>", data(ags=f"0{at + 3}101"))
        for at, (name, it) in enumerate(zip(("Braunschweig", "Anderswo"), rings, strict=True))
    )
    intake = read_offices((kml(body), "a.kml"))
    assert "shapes_middle" in {it.code for it in intake.repairs}
    districts = read_districts((kml(body), "kreise.kml")).frame
    assert districts["name"].tolist() == ["Braunschweig", "Anderswo"]
    assert [round(it.area, 5) for it in districts.geometry] == [0.03875, 0.04]


def declared(doctype):
    """A KML with a definition below its first line."""
    return kml(mark("&b;", "9,52")).replace(b"\n", doctype + b"\n", 1)


BROKEN = {
    "a link alone": (kml("<NetworkLink><Link><href>https://www.google.com/maps/d/kml?mid=1</href></Link></NetworkLink>"),
                     "kml_link"),
    "nothing": (kml(""), "kml_empty"),
    "cut off": (kml(MY_MAPS)[:-200], "kml_broken"),
    "entities": (declared(b'<!DOCTYPE kml [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'), "kml_entities"),
    "from outside": (declared(b'<!DOCTYPE kml [<!ENTITY b SYSTEM "file:///etc/passwd">]>'), "kml_entities"),
    "deep": (kml("<Folder>" * 5000 + mark("A", "9,52") + "</Folder>" * 5000), "kml_too_deep"),
    "words": (kml(mark("A", "Hannover")), "geometry_broken"),
    "one number": (kml(mark("A", "9.7")), "geometry_broken"),
    "no number": (kml(mark("A", "nan,52")), "geometry_broken"),
    "comma": (kml(mark("A", "9,73;52,37")), "geometry_broken"),
    "no ring": (kml(mark("A", "<Polygon><outerBoundaryIs/></Polygon>")), "geometry_missing"),
    "ring of two": (kml(mark("A", f"<Polygon>{RING.format('outerBoundaryIs', '9,52 9,53')}</Polygon>")),
                    "geometry_broken"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_is_a_sentence(case, problems_of):
    content, code = BROKEN[case]
    assert problems_of(read_offices, (content, "a.kml"))[0].code == code


def test_several_maps_in_one_kmz_are_asked_about(problems_of):
    one, other = kml(mark("A", "9,52")), kml(mark("B", "9,53"))
    (problem,) = problems_of(read_offices, (zipped(nord__kml=one, süd__kml=other), "a.kmz"))
    assert problem.code == "layers_unclear"
    # The one that is to be opened first is the map.
    intake = read_offices((zipped(doc__kml=one, **{"files/mehr__kml": other}), "a.kmz"))
    assert intake.frame["name"].tolist() == ["A"]
    assert read_offices((zipped(nord__kml=one, süd__kml=other), "a.kmz"), layer="süd").frame[
        "name"
    ].tolist() == ["B"]
