"""The map of a scene in a box of the paper; what was drawn of the very same scene is kept between runs."""

import io
import pickle
from typing import Final

from iqgeo.reports.map.scene import MapScene
from iqgeo.reports.pen import Projection, frame_around
from iqgeo.reports.print_map import draw
from iqgeo.safe.kept import keeps, kept, key_of
from iqgeo.texts import Lang

# Whoever computes what is drawn, or words it.
_MODULES: Final = (
    "iqgeo.reports.drawn", "iqgeo.reports.print_map", "iqgeo.reports.pen", "iqgeo.reports.map.dots",
    "iqgeo.reports.map.geometry", "iqgeo.reports.map.overlay", "iqgeo.reports.map.pieces",
    "iqgeo.reports.map.scene", "iqgeo.safe.clean", "iqgeo.systems", "iqgeo.texts.catalogue",
    "iqgeo.texts.conventions", "iqgeo.texts.numbers",
)  # fmt: skip
_LIBRARIES: Final = ("numpy", "shapely", "pyproj")


def drawn(scene: MapScene, sheet: Projection, size_mm: tuple[float, float], lang: Lang) -> str:
    """A scene's whole region as SVG, as large as it fits into the box."""

    def make() -> str:
        frame = frame_around(sheet.metres(scene.base.outline).bounds, *size_mm)
        return draw(scene, sheet, frame, lang)

    if not keeps():
        return make()
    key = key_of([_bytes_of(scene), repr((sheet.crs, size_mm, lang))], _MODULES, _LIBRARIES)
    found: str = kept("drawing", key, make)
    return found


def _bytes_of(scene: MapScene) -> bytes:
    """The whole content of a scene, for a checksum alone: the same content is the same bytes in every run."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written, protocol=5)
    # Else which of equal words happen to be one object would be told, too.
    pickler.fast = True
    pickler.dump(scene)
    return written.getvalue()
