"""Files the user brings: read, checked, and only then put in place of what was used before. No streamlit."""

import hashlib
import json
import re
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from iqgeo.app.services import EMBEDDED, OwnData, UsedFile
from iqgeo.errors import InputError
from iqgeo.known_regions import regions_directory
from iqgeo.reading import Reading
from iqgeo.region import Region

if TYPE_CHECKING:
    from iqgeo.inputs import RegionReport
    from iqgeo.inputs.preview import Look

KINDS: Final = ("offices", "candidates", "shares", "demand", "factors", "roads")
# Shares and a table of people both say who is counted: the later one replaces the earlier.
_SAME_PLACE: Final = {"shares": ("shares", "demand"), "demand": ("shares", "demand")}
# A table larger than this is no list whose columns anyone picks by hand.
_MOST_LOOKED_AT: Final = 20 * 1024 * 1024
_MOST_HEADERS: Final = 200


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

    ``content`` is a frame of sites or of factors, a :class:`~iqgeo.demand.Demand`, or the path of a road
    network.
    """

    file: UsedFile
    content: Any
    preview: Any
    notices: tuple[Any, ...]


@dataclass(frozen=True)
class Said:
    """What the user says about a file on the page.

    Attributes
    ----------
    layer : str | None
        The sheet.
    roles : tuple[tuple[str, str], ...]
        What a column is, by column; empty for one that is not taken over.
    rows : tuple[tuple[int, str], ...]
        Answers about single rows.
    decimal : str
        One of :data:`iqgeo.reading.DECIMALS`; empty if nothing was said of the points.
    crs : str
        The system of the coordinates; empty if it was not named.
    """

    layer: str | None = None
    roles: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[int, str], ...] = ()
    decimal: str = ""
    crs: str = ""

    @property
    def reading(self) -> Reading:
        """The same for the readers."""
        return Reading(
            columns={role: column for column, role in self.roles if role},
            without=tuple(column for column, role in self.roles if not role),
            rows=dict(self.rows),
            decimal=self.decimal,
            crs=self.crs,
        )

    def with_role(self, column: str, role: str) -> "Said":
        """Say what a column is; another one that was the same before is not taken over."""
        kept = tuple((it, "" if role and was == role else was) for it, was in self.roles if it != column)
        return replace(self, roles=(*kept, (column, role)))

    def with_rows(self, answers: Mapping[int, str]) -> "Said":
        """Answer rows; an empty answer takes one back."""
        both = {**dict(self.rows), **answers}
        return replace(self, rows=tuple((row, it) for row, it in sorted(both.items()) if it))


def look(
    kind: str, raw: bytes, name: str, region: Region, *, target_km: float, swap: bool, said: Said
) -> "Look | None":
    """Look at a table before it is read; ``None`` where there is nothing to choose (factors, roads, grids).

    Raises
    ------
    InputError
        If it holds no table.
    """
    from iqgeo.inputs import grids
    from iqgeo.inputs.preview import look_at
    from iqgeo.inputs.source import open_source
    from iqgeo.inputs.table import form_of

    if kind in ("factors", "roads"):
        return None
    opened = open_source((raw, name))
    form = form_of(opened)
    if len(raw) > _MOST_LOOKED_AT or (
        kind == "demand" and form in grids.FORMS and grids.is_grid(opened, form)
    ):
        return None
    near = (region, target_km)
    reading = said.reading
    return look_at((raw, name), kind, near=near, layer=said.layer, swap_coordinates=swap, reading=reading)


def read_upload(
    kind: str,
    raw: bytes,
    name: str,
    region: Region,
    *,
    target_km: float,
    swap: bool,
    folder: SessionFolder,
    said: Said = Said(),
) -> Upload:
    """Read a file as ``kind``.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    raw : bytes
        What was brought.
    name : str
        Of the file.
    region : Region
        Where its places are looked for.
    target_km : float
        What lies farther than that from the region is reported.
    swap : bool
        Take latitude for longitude and the other way round (sites only).
    folder : SessionFolder
        Where a road network may be written, which is read from disk only.
    said : Said
        The user's answers about the file.

    Raises
    ------
    InputError
        If it cannot be used: every problem at once.
    """
    if kind == "roads":
        return read_roads(raw, name, folder)
    from iqgeo import inputs
    from iqgeo.inputs.factors import refuse_of_nobody

    if kind in ("offices", "candidates"):
        reader = inputs.read_offices if kind == "offices" else inputs.read_candidates
        intake = reader(
            (raw, name),
            layer=said.layer,
            swap_coordinates=swap,
            near=(region, target_km),
            reading=said.reading,
        )
        content: Any = intake.frame
    elif kind == "shares":
        intake = inputs.read_shares((raw, name), region, layer=said.layer, reading=said.reading)
        content = inputs.demand_of_shares(region, intake)
    elif kind == "factors":
        intake = inputs.read_factors((raw, name), layer=said.layer, reading=said.reading)
        refuse_of_nobody(intake.frame, intake.file, region.settlements)
        content = intake.frame
    else:
        intake = inputs.read_demand((raw, name), region, layer=said.layer, reading=said.reading)
        content = inputs.demand_of(intake)
    digest = digest_of(raw, swap, said)
    return Upload(UsedFile(kind, name, intake.rows, digest), content, intake.frame, intake.repairs)


def digest_of(raw: bytes, *said: object) -> str:
    """What tells data apart: other answers make other data of the same file."""
    return hashlib.sha256(f"{hashlib.sha256(raw).hexdigest()} {said}".encode()).hexdigest()


def read_roads(raw: bytes, name: str, folder: SessionFolder) -> Upload:
    """Read a road network, which is kept in the folder of the session.

    Raises
    ------
    InputError
        If it is none.
    """
    from iqgeo.distances.roads import load_roads
    from iqgeo.inputs.source import open_source

    opened = open_source((raw, name))
    digest = hashlib.sha256(raw).hexdigest()
    # The name on disk is the digest: nothing of the user's name reaches the file system.
    path = folder.path / f"{digest}.parquet"
    path.write_bytes(raw)
    try:
        network = load_roads(path)
    except InputError as error:
        path.unlink()
        raise InputError(replace(it, file=opened.name) for it in error.problems) from error
    return Upload(UsedFile("roads", name, network.link_count, digest), path, network.info, ())


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


# Headings remembered


def _headers_file() -> Path:
    return regions_directory().parent / "headers.json"


def _header_key(kind: str, columns: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join((kind, *columns)).encode()).hexdigest()


def _headers() -> dict[str, list[list[str]]]:
    try:
        found = json.loads(_headers_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    pairs = {key: it for key, it in found.items() if isinstance(it, list)}
    return {
        str(key): [[str(column), str(role)] for column, role in it]
        for key, it in pairs.items()
        if all(isinstance(pair, list) and len(pair) == 2 for pair in it)
    }


def remembered(kind: str, columns: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What was said last time of the columns of a table with just these headings."""
    found = _headers().get(_header_key(kind, columns), [])
    return tuple((column, role) for column, role in found if column in columns)


def remember(kind: str, columns: Sequence[str], roles: Sequence[tuple[str, str]]) -> None:
    """Keep what was said of the columns for the next table with the same headings.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    from iqgeo.safe.write import write_bytes

    known = _headers()
    known.pop(_header_key(kind, columns), None)
    known[_header_key(kind, columns)] = [list(it) for it in roles]
    kept = dict(list(known.items())[-_MOST_HEADERS:])
    _headers_file().parent.mkdir(parents=True, exist_ok=True)
    write_bytes(_headers_file(), json.dumps(kept, ensure_ascii=False).encode())


# A region from uploads


@dataclass(frozen=True)
class RegionFiles:
    """What a new region is made of: files by what they are, and what is said about them.

    ``state`` is the two digits of a German state, empty for any other region.
    """

    state: str
    name: str
    files: Mapping[str, tuple[bytes, str]]
    year: int | None = None
    weight: str | None = None
    publisher: str = ""
    licence: str = ""
    definition: str = ""
    bridges: tuple[str, ...] = ()
    said: Mapping[str, Said] = field(default_factory=dict)
    """What was answered about a file, by what it is."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still needed before the region can be made."""
        needed = [] if self.state else ["districts", "settlements"]
        lacking = [it for it in needed if it not in self.files]
        lacking += [] if self.name.strip() else ["name"]
        if ("settlements" in self.files or not self.state) and self.year is None:
            lacking.append("year")
        return tuple(lacking)


def region_slug(name: str, taken: Sequence[str]) -> str:
    """A name for the folder of a region, none twice."""
    from iqgeo.inputs.words import folded

    bare = re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")[:40] or "region"
    slug, count = bare, 2
    while slug in taken:
        slug, count = f"{bare}-{count}", count + 1
    return slug


def make_region(wanted: RegionFiles, key: str) -> "RegionReport":
    """Make a region and keep it under its key, where every command and tab knows it by name.

    Raises
    ------
    InputError
        With every problem of the files; nothing is kept then.
    """
    from iqgeo.inputs import About, new_region, state_region

    about = About(
        weight_definition=wanted.definition,
        publisher=wanted.publisher,
        licence=wanted.licence,
        bridges=wanted.bridges,
    )
    files: dict[str, Any] = dict(wanted.files)
    files["readings"] = lambda kind: wanted.said.get(kind, Said()).reading
    folder = regions_directory() / key
    if wanted.state:
        return state_region(
            folder,
            wanted.state,
            name=wanted.name,
            year=wanted.year,
            weight=wanted.weight,
            about=about,
            **files,
        )
    assert wanted.year is not None
    return new_region(folder, name=wanted.name, year=wanted.year, weight=wanted.weight, about=about, **files)


def forget_region(key: str) -> None:
    """Take away a region that was just made, so that it can be made anew."""
    folder = regions_directory() / key
    if folder.parent == regions_directory() and (folder / "region.toml").is_file():
        shutil.rmtree(folder)
