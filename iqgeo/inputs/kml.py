"""KML and KMZ, as Google My Maps and Google Earth export them: a row for each Placemark.

GDAL's driver gives each folder a layer of its own and makes ``Tr__ger`` of ``Träger``, so the elements are
followed as they come, by the parser that reads the sheets of LibreOffice, too: no tree is kept, definitions
of entities are refused, and nothing that a file links to is fetched.
"""

import html
import math
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final
from xml.parsers import expat

import numpy as np

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.cells import columns_of_rows
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.source import Opened, archive_of
from iqgeo.inputs.table import Table, header_names
from iqgeo.inputs.words import folded, shown
from iqgeo.safe.archives import ARCHIVE_ERRORS, files_in

_DOCUMENT: Final = "doc.kml"
_PLACEMARK: Final = "Placemark"
_FOLDER: Final = "Folder"
_OWN: Final = ("name", "description", "address", "phoneNumber")
_SHAPES: Final = ("Point", "LineString", "LinearRing", "Polygon", "Track")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_TAG: Final = re.compile(r"<[^<>]*>")
_SAYS_UTF8: Final = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8)", re.IGNORECASE)
_WESTERN: Final = "windows-1252"
_OF_AREA: Final = 3
_AXES: Final = (2, 3)

Vertices = list[tuple[float, float]]


class _NoShapeError(ValueError):
    """What is no shape: words for numbers, an outline of two points."""


@dataclass
class _Place:
    """A Placemark while it is read."""

    row: int
    folder: str
    said: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    shapes: list[Any] = field(default_factory=list)
    shell: Vertices = field(default_factory=list)
    holes: list[Vertices] = field(default_factory=list)
    vertices: Vertices = field(default_factory=list)
    key: str = ""
    broken: bool = False


def read_kml(opened: Opened, max_rows: int) -> Table:
    """The Placemarks of all folders, or of the one that was named; rows are numbered as they stand, from 1.

    Raises
    ------
    InputError
        If it is no sound KML, holds no Placemark, or more than the limits allow.
    """
    content, layer = _content(opened)
    notices = []
    encoding = None
    if _SAYS_UTF8.match(content) is None and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            encoding = _WESTERN
            notices.append(Notice("encoding", "repair", opened.name, value="CP1252"))
    reader = _Placemarks(opened.name, max_rows, layer)
    try:
        reader.parse(content, encoding)
    except InputError:
        # One of the family of ``ValueError``, too.
        raise
    except expat.ExpatError as error:
        details = {"position": error.offset + 1}
        raise InputError(Problem("kml_broken", opened.name, row=error.lineno, details=details)) from error
    except (LookupError, ValueError) as error:
        # An encoding that there is not, or of several bytes a letter.
        raise InputError(Problem("kml_broken", opened.name, details={"position": "?"})) from error
    return reader.table(notices)


def _content(opened: Opened) -> tuple[bytes, str | None]:
    """The text of a KML, or of the one in a zip; and the folder that was named, if any."""
    if not opened.head.startswith(b"PK"):
        return opened.read(limits.JSON_BYTES), opened.layer
    with archive_of(opened) as archive:
        sizes = {
            it.filename: it.file_size for it in files_in(archive) if it.filename.lower().endswith(".kml")
        }
        stems = {PurePosixPath(it).stem: it for it in sizes}
        layer = opened.layer
        if layer in stems:
            chosen, layer = stems[layer], None
        elif len(sizes) == 1 or _DOCUMENT in sizes:
            chosen = _DOCUMENT if _DOCUMENT in sizes else next(iter(sizes))
        else:
            listed = ", ".join(shown(it) for it in list(stems)[: limits.LISTED])
            details = {"layers": listed, "first": shown(next(iter(stems))), "file": opened.name}
            raise InputError(Problem("layers_unclear", opened.name, details=details))
        if sizes[chosen] > limits.JSON_BYTES:
            raise InputError(too_large(opened.name, sizes[chosen], limits.JSON_BYTES))
        try:
            with archive.open(chosen) as stream:
                return stream.read(limits.JSON_BYTES + 1), layer
        except ARCHIVE_ERRORS as error:
            raise InputError(Problem("archive_broken", opened.name)) from error


class _Placemarks:
    """Follows the elements of a KML."""

    def __init__(self, file: str, max_rows: int, layer: str | None) -> None:
        self._file = file
        self._max_rows = max_rows
        self._layer = layer
        self._path: list[str] = []
        self._folders: list[str] = []
        self._known_folders: dict[str, None] = {}
        self._place: _Place | None = None
        self._text: list[str] | None = None
        self._text_depth = 0
        self._links = 0
        self._vertices = 0
        self._count = 0
        self._broken: list[Problem] = []
        self._rows: list[int] = []
        self._said: list[dict[str, str]] = []
        self._data: list[dict[str, str]] = []
        self._shapes: list[Any] = []

    def parse(self, content: bytes, encoding: str | None) -> None:
        """Read the whole document."""
        parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._entities
        parser.Parse(content, True)

    def _entities(self, *_: object) -> None:
        raise InputError(Problem("kml_entities", self._file))

    def _start(self, full: str, given: dict[str, str]) -> None:
        name = full.rpartition(":")[2]
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if len(self._path) > limits.JSON_DEPTH:
            details = {"limit": limits.JSON_DEPTH}
            raise InputError(Problem("kml_too_deep", self._file, details=details))
        if name == _FOLDER:
            self._folders.append("")
        elif name == "NetworkLink":
            self._links += 1
        elif name == _PLACEMARK and self._place is None:
            self._begin()
        elif self._place is not None and name in ("Data", "SimpleData"):
            self._place.key = given.get("name", "")
        elif self._place is not None and name == "Polygon":
            self._place.shell, self._place.holes = [], []
        elif self._place is not None and name in _SHAPES and parent != "Polygon":
            self._place.vertices = []
        if self._text is None and self._is_said(name, parent):
            self._text, self._text_depth = [], len(self._path)

    def _is_said(self, name: str, parent: str) -> bool:
        """Whether the words of an element are kept."""
        if self._place is None:
            return name == "name" and parent == _FOLDER
        return (
            (parent == _PLACEMARK and name in _OWN)
            or (parent == "Data" and name == "value")
            or name in ("SimpleData", "coordinates", "coord")
        )

    def _characters(self, written: str) -> None:
        if self._text is not None:
            self._text.append(written)

    def _begin(self) -> None:
        self._count += 1
        if self._count > self._max_rows:
            raise InputError(Problem("too_many_rows", self._file, details={"limit": self._max_rows}))
        self._place = _Place(self._count, next((it for it in reversed(self._folders) if it), ""))

    def _end(self, full: str) -> None:
        name = full.rpartition(":")[2]
        if self._text is not None and len(self._path) == self._text_depth:
            self._take(name, "".join(self._text))
            self._text = None
        self._path.pop()
        if name == _FOLDER:
            self._folders.pop()
        elif self._place is not None and name in _SHAPES and not self._place.broken:
            self._shape(self._place, name)
        elif self._place is not None and name == _PLACEMARK and _PLACEMARK not in self._path:
            self._finish(self._place)
            self._place = None

    def _take(self, name: str, written: str) -> None:
        """What an element has said."""
        place = self._place
        if place is None:
            self._folders[-1] = " ".join(written.split())
            self._known_folders[self._folders[-1]] = None
        elif name in ("coordinates", "coord"):
            try:
                place.vertices += _vertices(written, tracked=name == "coord")
            except _NoShapeError:
                place.broken = True
            self._vertices += len(place.vertices) if name == "coordinates" else 1
            if self._vertices > limits.VERTICES:
                details = {"limit": limits.VERTICES}
                raise InputError(Problem("too_many_vertices", self._file, details=details))
        elif name in ("value", "SimpleData"):
            place.data.setdefault(place.key, written.strip())
        else:
            bare = html.unescape(_TAG.sub(" ", written)) if name == "description" else written
            place.said.setdefault(name, " ".join(bare.split()))

    def _shape(self, place: _Place, name: str) -> None:
        """One of the shapes of a Placemark ends."""
        import shapely

        parent = self._path[-1] if self._path else ""
        try:
            if name == "LinearRing" and parent == "outerBoundaryIs":
                place.shell, place.vertices = place.vertices, []
            elif name == "LinearRing" and parent == "innerBoundaryIs":
                place.holes, place.vertices = [*place.holes, place.vertices], []
            elif name == "Polygon":
                if place.shell:
                    place.shapes.append(shapely.Polygon(place.shell, [it for it in place.holes if it]))
            elif place.vertices:
                place.shapes.append(_line_or_point(name, place.vertices))
        except (ValueError, shapely.errors.ShapelyError):
            place.broken = True
        if name == "Polygon" or not parent.endswith("BoundaryIs"):
            place.vertices = []

    def _finish(self, place: _Place) -> None:
        """A Placemark ends."""
        if self._layer is not None and self._layer not in self._folders:
            return
        if place.broken:
            self._broken.append(Problem("geometry_broken", self._file, place.row))
            return
        self._rows.append(place.row)
        self._said.append({**place.said, "folder": place.folder})
        self._data.append(place.data)
        self._shapes.append(_together(place.shapes))

    def table(self, notices: list[Notice]) -> Table:
        """What was read."""
        if self._layer is not None and self._layer not in self._known_folders:
            listed = ", ".join(shown(it) for it in list(self._known_folders)[: limits.LISTED])
            details = {"layers": listed or "–"}
            raise InputError(Problem("layer_unknown", self._file, value=self._layer, details=details))
        if not self._count:
            raise InputError(Problem("kml_link" if self._links else "kml_empty", self._file))
        if self._broken:
            raise InputError(self._listed())
        # What the table itself calls a name goes before what a map writes beside a pin.
        pins = _columns(self._said, self._data)
        folders = [it for it in dict.fromkeys(it["folder"] for it in self._said) if it]
        if len(folders) > 1:
            listed = ", ".join(shown(it) for it in folders[: limits.LISTED])
            details = {"first": shown(folders[0]), "file": self._file}
            notices.append(
                Notice("kml_folders", "hint", self._file, count=len(folders), value=listed, details=details)
            )
        else:
            pins.pop("folder", None)
        keys = list(dict.fromkeys(key for own in self._data for key in own))
        names, renamed = header_names([*pins.values(), *keys], self._file)
        rows = [
            [*(said.get(it) for it in pins), *(own.get(it) for it in keys)]
            for said, own in zip(self._said, self._data, strict=True)
        ]
        shapes = np.empty(len(rows), dtype=object)
        shapes[:] = self._shapes
        frame = columns_of_rows(names, rows)
        return Table(self._file, frame, np.asarray(self._rows), notices + renamed, geometry=shapes)

    def _listed(self) -> list[Problem]:
        """The first problems, and how many there are besides."""
        named, left = self._broken[: limits.LISTED], len(self._broken) - limits.LISTED
        if left <= 0:
            return named
        details = {"count": left, "last": self._broken[-1].row, "listed": limits.LISTED}
        return [*named, Problem("more_rows", self._file, details=details)]


def _columns(said: list[dict[str, str]], data: list[dict[str, str]]) -> dict[str, str]:
    """What Placemarks say of themselves, by what each column of it is called: none twice.

    Of a column that the data have, too, that of the data is kept.
    """
    keys = {folded(key) for own in data for key in own}
    found = [it for it in (*_OWN, "folder") if any(own.get(it) for own in said)]
    return {it: it if folded(it) not in keys else f"{_PLACEMARK} {it}" for it in found}


def _vertices(written: str, *, tracked: bool) -> Vertices:
    """Longitude and latitude of every vertex: ``9.7,52.3,0 9.8,52.4``; of a track ``9.7 52.3 0``."""
    if tracked:
        return [_vertex(written.split())]
    # Some write a blank behind the comma.
    return [_vertex(it.split(",")) for it in re.sub(r"\s*,\s*", ",", written).split()]


def _vertex(parts: list[str]) -> tuple[float, float]:
    if len(parts) not in _AXES or not all(_NUMBER.fullmatch(it) for it in parts[:2]):
        raise _NoShapeError
    lon, lat = float(parts[0]), float(parts[1])
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise _NoShapeError
    return lon, lat


def _line_or_point(name: str, vertices: Vertices) -> Any:
    import shapely

    if len(vertices) == 1:
        return shapely.Point(vertices[0])
    if name == "Point":
        raise _NoShapeError
    return shapely.LineString(vertices)


def _together(shapes: list[Any]) -> Any:
    """The one shape, or what several are together; ``None`` without any."""
    import shapely

    if len(shapes) < 2:
        return shapes[0] if shapes else None
    kinds = {it.geom_type for it in shapes}
    many = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    return many[kinds.pop()](shapes) if len(kinds) == 1 else shapely.GeometryCollection(shapes)
