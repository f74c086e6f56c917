"""Files the user brings: read, checked, and only then put in place of what was used before. No streamlit."""

import hashlib
import shutil
import tempfile
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from iqgeo.app.services import EMBEDDED, OwnData, OwnFile
from iqgeo.errors import InputError
from iqgeo.region import Region

KINDS: Final = ("offices", "candidates", "shares", "demand", "roads")
# Shares and a table of people both say who is counted: the later one replaces the earlier.
_SAME_PLACE: Final = {"shares": ("shares", "demand"), "demand": ("shares", "demand")}
ENDINGS: Final = {
    "offices": ("csv", "txt", "xlsx", "ods", "geojson", "json", "gpkg", "parquet"),
    "candidates": ("csv", "txt", "xlsx", "ods", "geojson", "json", "gpkg", "parquet"),
    "shares": ("csv", "txt", "xlsx", "ods"),
    "demand": ("csv", "txt", "parquet", "xlsx", "ods", "geojson", "json", "gpkg", "zip", "gz"),
    "roads": ("parquet",),
}


class SessionFolder:
    """A folder that is made when first needed and goes with the session."""

    def __init__(self) -> None:
        self._path: Path | None = None

    @property
    def path(self) -> Path:
        """The folder; readable for this user only."""
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix="iqgeo-"))
            weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)
        return self._path


@dataclass(frozen=True, eq=False)
class Upload:
    """A file that was read and found usable; nothing uses it yet.

    ``content`` is a frame of sites, a :class:`~iqgeo.demand.Demand`, or the path of a road network.
    """

    file: OwnFile
    content: Any
    preview: Any
    notices: tuple[Any, ...]


def read_upload(
    kind: str, raw: bytes, name: str, region: Region, *, target_km: float, swap: bool, folder: SessionFolder
) -> Upload:
    """Read a file as ``kind``.

    Parameters
    ----------
    kind : one of :data:`KINDS`
    swap : take latitude for longitude and the other way round (sites only)
    folder : where a road network may be written, which is read from disk only

    Raises
    ------
    InputError
        If it cannot be used: every problem at once.
    """
    digest = hashlib.sha256(raw).hexdigest()
    if kind == "roads":
        return _roads(raw, name, digest, folder)
    from iqgeo import inputs

    if kind in ("offices", "candidates"):
        reader = inputs.read_offices if kind == "offices" else inputs.read_candidates
        intake = reader((raw, name), swap_coordinates=swap, near=(region, target_km))
        content: Any = intake.frame
    elif kind == "shares":
        intake = inputs.read_shares((raw, name), region)
        content = inputs.demand_of_shares(region, intake)
    else:
        intake = inputs.read_demand((raw, name), region)
        content = inputs.demand_of(intake)
    return Upload(OwnFile(kind, name, intake.rows, digest), content, intake.frame, intake.repairs)


def _roads(raw: bytes, name: str, digest: str, folder: SessionFolder) -> Upload:
    from iqgeo.distances.roads import load_roads
    from iqgeo.inputs.source import open_source

    opened = open_source((raw, name))
    # The name on disk is the digest: nothing of the user's name reaches the file system.
    path = folder.path / f"{digest}.parquet"
    path.write_bytes(raw)
    try:
        network = load_roads(path)
    except InputError as error:
        path.unlink()
        raise InputError(replace(it, file=opened.name) for it in error.problems) from error
    return Upload(OwnFile("roads", name, network.link_count, digest), path, network.info, ())


def take(own: OwnData, upload: Upload) -> OwnData:
    """Put an upload in place of what was used before."""
    kind = upload.file.kind
    kept = without(own, *_SAME_PLACE.get(kind, (kind,)))
    field = "demand" if kind == "shares" else kind
    changed: dict[str, Any] = {field: upload.content}
    return replace(kept, files=(*kept.files, upload.file), **changed)


def without(own: OwnData, *kinds: str) -> OwnData:
    """Go back to the embedded data for some kinds; for all without naming any."""
    if not kinds:
        return EMBEDDED
    fields = {("demand" if kind == "shares" else kind): None for kind in kinds}
    changed: dict[str, Any] = fields
    return replace(own, files=tuple(it for it in own.files if it.kind not in kinds), **changed)
