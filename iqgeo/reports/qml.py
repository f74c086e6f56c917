"""Styles as QGIS keeps them (QML), in the palette of the maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree as ET

from iqgeo.safe.clean import clean

Geometry = Literal["point", "line", "polygon"]
# As QGIS numbers the kinds of geometry, and calls their symbols.
_NUMBERS: Final[Mapping[Geometry, str]] = {"point": "0", "line": "1", "polygon": "2"}
# A label of an area has so many letters in a line.
_WRAPPED: Final = "22"
_SYMBOLS: Final[Mapping[Geometry, str]] = {"point": "marker", "line": "line", "polygon": "fill"}


@dataclass(frozen=True)
class Symbol:
    """A symbol; colours as ``r,g,b,a``, sizes in mm."""

    geometry: Geometry
    layer: str
    properties: Mapping[str, str]


@dataclass(frozen=True)
class Class:
    """A class of a graduated style: values from ``lower`` to ``upper``."""

    lower: float
    upper: float
    label: str
    symbol: Symbol


def marker(shape: str, size: float, fill: str, outline: str, width: float = 0.2) -> Symbol:
    """A point: ``circle``, ``square``, ``diamond``."""
    look = {
        "name": shape,
        "size": f"{size:g}",
        "size_unit": "MM",
        "color": fill,
        "outline_color": outline,
        "outline_style": "solid" if width else "no",
        "outline_width": f"{width:g}",
        "outline_width_unit": "MM",
    }
    return Symbol("point", "SimpleMarker", look)


def area(fill: str | None, outline: str, width: float, line: str = "solid") -> Symbol:
    """A polygon; ``fill`` None leaves it open, ``width`` 0 has no outline."""
    look = {
        "color": fill or "0,0,0,0",
        "style": "solid" if fill else "no",
        "outline_color": outline,
        "outline_style": line if width else "no",
        "outline_width": f"{width:g}",
        "outline_width_unit": "MM",
    }
    return Symbol("polygon", "SimpleFill", look)


def line(colour: str, width: float) -> Symbol:
    """A line."""
    look = {"line_color": colour, "line_style": "solid", "line_width": f"{width:g}", "line_width_unit": "MM"}
    return Symbol("line", "SimpleLine", look)


def style(
    look: Symbol | tuple[str, Sequence[Class]], *, label: str | None = None, aliases: Mapping[str, str]
) -> ET.Element:
    """A layer's style.

    Parameters
    ----------
    look : Symbol | tuple[str, Sequence[Class]]
        One symbol for all, or a field and its classes.
    label : str | None
        Expression that labels the features, e.g. a field in quotation marks.
    aliases : Mapping[str, str]
        Headings of the fields in attribute tables.
    """
    root = ET.Element(
        "qgis",
        version="3.22.0",
        styleCategories="Symbology|Labeling|Fields",
        labelsEnabled=str(int(label is not None)),
    )
    if isinstance(look, Symbol):
        renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", enableorderby="0", forceraster="0")
        _symbol(ET.SubElement(renderer, "symbols"), "0", look)
    else:
        field, classes = look
        renderer = ET.SubElement(
            root, "renderer-v2", type="graduatedSymbol", attr=field, graduatedMethod="GraduatedColor",
            enableorderby="0", forceraster="0",
        )  # fmt: skip
        ranges, symbols = ET.SubElement(renderer, "ranges"), ET.SubElement(renderer, "symbols")
        for number, it in enumerate(classes):
            ET.SubElement(
                ranges, "range", symbol=str(number), lower=f"{it.lower:.15f}", upper=f"{it.upper:.15f}",
                label=clean(it.label), render="true",
            )  # fmt: skip
            _symbol(symbols, str(number), it.symbol)
    if label is not None:
        _labels(root, label, _geometry(look))
    names = ET.SubElement(root, "aliases")
    for index, (field, heading) in enumerate(aliases.items()):
        ET.SubElement(names, "alias", field=field, index=str(index), name=clean(heading))
    ET.SubElement(root, "layerGeometryType").text = _NUMBERS[_geometry(look)]
    return root


def written(root: ET.Element) -> str:
    """A style or project as QGIS keeps it."""
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )


def _geometry(look: Symbol | tuple[str, Sequence[Class]]) -> Geometry:
    return look.geometry if isinstance(look, Symbol) else look[1][0].symbol.geometry


def _symbol(parent: ET.Element, name: str, look: Symbol) -> None:
    symbol = ET.SubElement(
        parent,
        "symbol",
        type=_SYMBOLS[look.geometry],
        name=name,
        alpha="1",
        clip_to_extent="1",
        force_rhr="0",
    )
    layer = ET.SubElement(symbol, "layer", {"class": look.layer, "enabled": "1", "pass": "0", "locked": "0"})
    # Newer versions read the options, older ones the properties.
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in look.properties.items():
        ET.SubElement(options, "Option", name=key, value=value, type="QString")
    for key, value in look.properties.items():
        ET.SubElement(layer, "prop", k=key, v=value)


def _labels(root: ET.Element, expression: str, geometry: Geometry) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    text = ET.SubElement(
        settings, "text-style", fieldName=expression, isExpression="1", fontFamily="Arial", fontSize="9",
        fontWeight="75", namedStyle="Bold", textColor="27,34,38,255", fontSizeUnit="Point", textOpacity="1",
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
        bufferColor="255,255,255,220", bufferOpacity="0.86",
    )  # fmt: skip
    is_area = geometry == "polygon"
    if is_area:
        # A long name in several lines stays in its area; none is left out.
        ET.SubElement(
            settings, "text-format", autoWrapLength=_WRAPPED, useMaxLineLengthForAutoWrap="1",
            multilineAlign="1",
        )  # fmt: skip
    # Around a point where there is room; level inside an area.
    placement = "6" if geometry == "point" else "4"
    ET.SubElement(settings, "placement", placement=placement, dist="1", distUnits="MM", priority="8")
    ET.SubElement(
        settings, "rendering", obstacle="1", drawLabels="1", scaleVisibility="0",
        displayAll=str(int(is_area)),
    )  # fmt: skip
