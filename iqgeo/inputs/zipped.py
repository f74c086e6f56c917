"""Outlines in a zip, as mapping agencies hand them out: shapefiles, or a GeoPackage, of several levels."""

import shutil
import tempfile
from pathlib import Path, PurePosixPath

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.geopackage import besides, read_geopackage, read_layer
from iqgeo.inputs.intake import Notice
from iqgeo.inputs.layout import MUNICIPALITY_LAYER, district_layer, municipality_layer
from iqgeo.inputs.source import Opened, archive_of, open_source
from iqgeo.inputs.table import Table
from iqgeo.inputs.words import shown
from iqgeo.safe.archives import ARCHIVE_ERRORS, SHAPEFILE, files_in


def read_zipped(opened: Opened, max_rows: int) -> Table:
    """The one shapefile or GeoPackage of a zip, the one that was named, or that of the districts.

    Raises
    ------
    InputError
        If there are several and none is that of districts, or they cannot be read.
    """
    with archive_of(opened) as archive, tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        names = [it.filename for it in files_in(archive)]
        packages = [it for it in names if it.lower().endswith(".gpkg")]
        shapes = [it for it in names if it.lower().endswith(".shp")]
        chosen, notices = _chosen(opened, packages or shapes)
        parts = (
            [chosen, *(it for it in names if it in besides(chosen))]
            if packages
            else [it for it in names if _same(it, chosen)]
        )
        path = Path(folder) / ("layer.gpkg" if packages else "layer.shp")
        for name in parts:
            if archive.getinfo(name).file_size > limits.DATABASE_BYTES:
                raise InputError(Problem("zip_bomb", opened.name, value=shown(name)))
            try:
                with archive.open(name) as stream, path.with_suffix(_suffix(name)).open("wb") as copy:
                    shutil.copyfileobj(stream, copy)
            except ARCHIVE_ERRORS as error:
                raise InputError(Problem("archive_broken", opened.name)) from error
        if packages:
            found = open_source(path)
            layer = None if opened.layer in (None, chosen) else opened.layer
            inner = Opened(opened.name, path, None, found.size, found.head, layer)
            table = read_geopackage(inner, max_rows)
        else:
            table = read_layer(opened.name, str(path), None, [])
    table.notices[:0] = notices
    return _bounded(table, max_rows)


def read_shapefile(opened: Opened, max_rows: int) -> Table:
    """A shapefile whose parts lie beside it: copied under a name of our own, as out of a zip."""
    parts = opened.parts_beside()
    size = sum(it.stat().st_size for it in parts.values())
    if size > limits.DATABASE_BYTES:
        raise InputError(too_large(opened.name, size, limits.DATABASE_BYTES))
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        for suffix, path in parts.items():
            shutil.copyfile(path, Path(folder) / f"layer{suffix}")
        table = read_layer(opened.name, str(Path(folder) / "layer.shp"), None, [])
    return _bounded(table, max_rows)


def _bounded(table: Table, max_rows: int) -> Table:
    if len(table.frame) > max_rows:
        raise InputError(Problem("too_many_rows", table.file, details={"limit": max_rows}))
    return table


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _same(name: str, chosen: str) -> bool:
    """Whether a member is a part of the chosen shapefile."""
    return _suffix(name) in SHAPEFILE and name[: -len(_suffix(name))] == chosen[: -len(_suffix(chosen))]


def _chosen(opened: Opened, names: list[str]) -> tuple[str, list[Notice]]:
    stems = {name: PurePosixPath(name).stem for name in names}
    if opened.layer is not None:
        wanted = opened.layer
        if wanted == MUNICIPALITY_LAYER:
            wanted = municipality_layer(list(stems.values())) or wanted
        named = [it for it in names if wanted.lower() in (it.lower(), stems[it].lower())]
        if named:
            return named[0], []
    if len(names) == 1:
        return names[0], []
    districts = [it for it in names if stems[it] == district_layer(list(stems.values()))]
    listed = ", ".join(shown(stems[it]) for it in names[: limits.LISTED])
    if opened.layer is not None or len(districts) != 1:
        details = {"layers": listed, "first": shown(stems[names[0]]), "file": opened.name}
        raise InputError(Problem("layers_unclear", opened.name, details=details))
    return districts[0], [Notice("layer_chosen", "hint", opened.name, value=stems[districts[0]])]
