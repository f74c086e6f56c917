"""A QGIS project that lies in the GeoPackage itself: layers, legend, a layout that prints."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from iqgeo.reports.qml import written
from iqgeo.safe.clean import clean

# As QGIS makes it (https://docs.qgis.org, "Saving and loading projects"; the content is a .qgz in hex).
PROJECTS_TABLE: Final = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_VERSION: Final = "3.22.0"
_PAGE, _MAP, _LABEL, _LEGEND, _SCALE = "65638", "65639", "65641", "65642", "65646"
_MAP_UUID: Final = "{00000000-0000-4000-8000-000000000001}"
# A page of A4 across: the map left, the legend beside it, words above and below.
_MAP_AT: Final = (10.0, 30.0, 196.0, 156.0)
_LEGEND_AT: Final = (210.0, 30.0, 80.0, 120.0)


@dataclass(frozen=True)
class ProjectLayer:
    """A layer of the project: its table in the package, its style, whether it is drawn at first."""

    name: str
    geometry: str
    style: ET.Element
    is_shown: bool = True


@dataclass(frozen=True)
class Words:
    """What stands on the printed page."""

    title: str
    lines: tuple[str, ...]
    foot: str


def project(
    layers: Sequence[ProjectLayer],
    *,
    file_name: str,
    crs: str,
    bounds: tuple[float, float, float, float],
    words: Words,
) -> bytes:
    """The project as QGIS keeps it in a package.

    Parameters
    ----------
    layers : Sequence[ProjectLayer]
        The topmost first.
    file_name : str
        Of the package; QGIS looks for the layers in a file of that name beside the project.
    crs : str
        Metric system of map and layout, e.g. ``EPSG:25832``.
    bounds : tuple[float, float, float, float]
        West, south, east, north to show, in that system.
    words : Words
        Title, headings and sources.
    """
    root = ET.Element("qgis", version=_VERSION, projectname=clean(words.title, 120))
    ET.SubElement(root, "title").text = clean(words.title, 120)
    _crs(ET.SubElement(root, "projectCrs"), crs)
    tree = ET.SubElement(root, "layer-tree-group")
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    _extent(canvas, bounds)
    _crs(ET.SubElement(canvas, "destinationsrs"), crs)
    found = ET.SubElement(root, "projectlayers")
    order = ET.SubElement(root, "layerorder")
    told = ET.Element("layer-tree-group")
    # QGIS takes an id only if it is longer than ten characters.
    for number, layer in enumerate(layers):
        key, source = f"iqgeo_layer_{number:02d}", f"./{file_name}|layername={layer.name}"
        entry = ET.SubElement(
            tree, "layer-tree-layer", id=key, name=layer.name, source=source, providerKey="ogr",
            checked="Qt::Checked" if layer.is_shown else "Qt::Unchecked", expanded="1",
        )  # fmt: skip
        if layer.is_shown:
            told.append(entry)
        found.append(_layer(key, source, layer))
        ET.SubElement(order, "layer", id=key)
    system = ET.SubElement(ET.SubElement(root, "properties"), "SpatialRefSys")
    ET.SubElement(system, "ProjectionsEnabled", type="int").text = "1"
    _layout(ET.SubElement(root, "Layouts"), bounds, words, told)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("project.qgs", _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, written(root).encode("utf-8"))
    return buffer.getvalue().hex().encode("ascii")


def metadata(date: str) -> str:
    """What QGIS lists beside a project."""
    return json.dumps({"last_modified_time": f"{date}T00:00:00", "last_modified_user": "iqgeo"})


def _crs(parent: ET.Element, code: str) -> None:
    from pyproj import CRS

    known = CRS.from_user_input(code)
    system = ET.SubElement(parent, "spatialrefsys")
    epsg = known.to_epsg()
    said = {
        "wkt": known.to_wkt(), "srid": "" if epsg is None else str(epsg), "authid": code,
        "description": known.name, "geographicflag": "true" if known.is_geographic else "false",
    }  # fmt: skip
    for name, words in said.items():
        ET.SubElement(system, name).text = words


def _extent(parent: ET.Element, bounds: Sequence[float]) -> None:
    extent = ET.SubElement(parent, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        ET.SubElement(extent, name).text = f"{value:.3f}"


def _layer(key: str, source: str, layer: ProjectLayer) -> ET.Element:
    """A layer with everything its style says."""
    style = layer.style
    node = ET.Element(
        "maplayer", type="vector", geometry=layer.geometry, labelsEnabled=style.get("labelsEnabled", "0"),
        styleCategories="AllStyleCategories", autoRefreshEnabled="0", hasScaleBasedVisibilityFlag="0",
    )  # fmt: skip
    for name, words in (("id", key), ("datasource", source), ("layername", layer.name)):
        ET.SubElement(node, name).text = words
    _crs(ET.SubElement(node, "srs"), "EPSG:4326")
    ET.SubElement(node, "provider", encoding="UTF-8").text = "ogr"
    node.extend(list(style))
    return node


def _layout(
    parent: ET.Element, bounds: tuple[float, float, float, float], words: Words, told: ET.Element
) -> None:
    """A page that prints: title, sentence, map, legend of the layers ``told``, scale, sources."""
    layout = ET.SubElement(parent, "Layout", name=clean(words.title, 80), units="mm", printResolution="300")
    pages = ET.SubElement(layout, "PageCollection")
    _item(pages, _PAGE, 0, (0, 0, 297, 210))
    scale = _item(layout, _SCALE, 3, (14, 176, 60, 8))
    _scale_bar(scale)
    legend = _item(layout, _LEGEND, 2, _LEGEND_AT, resizeToContents="1", symbolWidth="6", symbolHeight="3.5")
    _legend(legend)
    legend.append(told)
    foot = _words(layout, 5, (10, 189, 277, 16), words.foot, 7)
    lines = _words(layout, 4, (10, 17, 277, 12), "\n".join(words.lines), 9)
    title = _words(layout, 6, (10, 8, 277, 9), words.title, 15)
    for item in (foot, lines, title):
        item.set("background", "false")
    drawn = _item(
        layout, _MAP, 1, _MAP_AT, uuid=_MAP_UUID, frame="true", followPreset="false", keepLayerSet="false"
    )
    west, south, east, north = _fitted(bounds, _MAP_AT[2] / _MAP_AT[3])
    ET.SubElement(
        drawn, "Extent", xmin=f"{west:.3f}", ymin=f"{south:.3f}", xmax=f"{east:.3f}", ymax=f"{north:.3f}"
    )


def _fitted(bounds: tuple[float, float, float, float], ratio: float) -> tuple[float, float, float, float]:
    """The bounds widened to the shape of the map."""
    west, south, east, north = bounds
    width, height = east - west, north - south
    more_x, more_y = max(0.0, height * ratio - width) / 2, max(0.0, width / ratio - height) / 2
    return west - more_x, south - more_y, east + more_x, north + more_y


def _item(
    parent: ET.Element, kind: str, order: int, at: tuple[float, float, float, float], **look: str
) -> ET.Element:
    """An item of the layout at ``left, top, width, height`` in mm."""
    left, top, width, height = at
    position, size = f"{left:g},{top:g},mm", f"{width:g},{height:g},mm"
    uuid = look.pop("uuid", f"{{00000000-0000-4000-8000-0000000001{order:02d}}}")
    return ET.SubElement(
        parent, "LayoutItem", {
            "type": kind, "uuid": uuid, "templateUuid": uuid, "id": "", "position": position,
            "positionOnPage": position, "size": size, "zValue": str(order), "visibility": "1", "opacity": "1",
            "referencePoint": "0", "background": "true", "frame": "false", "outlineWidthM": "0.2,mm", **look,
        },
    )  # fmt: skip


def _font(points: float, *, bold: bool = False) -> str:
    """A font as Qt writes it."""
    return f"Arial,{points:g},-1,5,{75 if bold else 50},0,0,0,0,0"


def _words(
    parent: ET.Element, order: int, at: tuple[float, float, float, float], words: str, points: float
) -> ET.Element:
    item = _item(
        parent,
        _LABEL,
        order,
        at,
        labelText=words,
        htmlState="0",
        halign="1",
        valign="32",
        marginX="0",
        marginY="0",
    )
    bold = points > 12
    ET.SubElement(item, "LabelFont", description=_font(points, bold=bold), style="Bold" if bold else "")
    ET.SubElement(item, "FontColor", red="27", green="34", blue="38", alpha="255")
    item.append(_text_style(points, bold=bold))
    return item


def _text_style(points: float, *, bold: bool = False) -> ET.Element:
    """The same for newer versions."""
    look: Mapping[str, str] = {
        "fontFamily": "Arial", "fontSize": f"{points:g}", "fontSizeUnit": "Point",
        "textColor": "27,34,38,255",
        "textOpacity": "1", "namedStyle": "Bold" if bold else "", "fontWeight": "75" if bold else "50",
    }  # fmt: skip
    return ET.Element("text-style", dict(look))


def _legend(item: ET.Element) -> None:
    item.set("map_uuid", _MAP_UUID)
    item.set("fontColor", "#1b2226")
    styles = ET.SubElement(item, "styles")
    for name, points, margin in (
        ("title", 11.0, "2"), ("group", 10.0, "2"), ("subgroup", 9.0, "2.5"), ("symbol", 8.0, "1"),
        ("symbolLabel", 8.0, "1"),
    ):  # fmt: skip
        look = ET.SubElement(styles, "style", name=name, alignment="1", marginTop=margin, marginLeft="2")
        ET.SubElement(look, "styleFont", description=_font(points), style="")
        look.append(_text_style(points))


def _scale_bar(item: ET.Element) -> None:
    look = {
        "mapUuid": _MAP_UUID, "style": "Single Box", "unitType": "km", "unitLabel": "km", "numSegments": "2",
        "numSegmentsLeft": "0", "numUnitsPerSegment": "25", "numMapUnitsPerScaleBarUnit": "1", "height": "2",
        "segmentSizeMode": "0", "labelBarSpace": "2", "boxContentSpace": "1", "background": "false",
        "outlineWidth": "0.2", "alignment": "0",
    }  # fmt: skip
    for key, value in look.items():
        item.set(key, value)
    item.append(_text_style(8.0))
