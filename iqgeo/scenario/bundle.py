"""A plan in one file: a zip of ``plan.toml`` and, beside it, the user's own data that it rests on."""

import csv
import io
import math
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from iqgeo.errors import InputError, Problem, too_large
from iqgeo.inputs import limits
from iqgeo.inputs.kept_text import is_kept
from iqgeo.inputs.source import archive_of, open_source
from iqgeo.inputs.table import form_of
from iqgeo.inputs.words import shown
from iqgeo.known_regions import directory_of
from iqgeo.safe.archives import ARCHIVE_ERRORS
from iqgeo.safe.clean import formula_proof
from iqgeo.scenario.file import read_scenario
from iqgeo.scenario.model import FILE_KINDS, OwnFile, Scenario
from iqgeo.scenario.written import checksum, scenario_text
from iqgeo.texts import Lang

PLAN_NAME: Final = "plan.toml"
_ZIP_START: Final = (b"PK\x03\x04", b"PK\x05\x06")
# Plain names only, all in one folder; what the endings promise is held against the content.
_MEMBER: Final = re.compile(r"\w[\w .()+-]{0,99}\.(?:toml|csv|parquet)")
_FORMS: Final = {".csv": "csv", ".parquet": "parquet"}
# A zip keeps the time of its files; always the same one, so that the same plan is the same bytes.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = stat.S_IFREG | 0o644
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "offices": ("id", "name", "lon", "lat", "kind", "opened", "closed", "operator"),
    "candidates": ("id", "name", "lon", "lat", "population", "ags", "district_ags"),
    "demand": ("id", "lon", "lat", "people", "ags"),
    "distances": ("candidate", "place", "km"),
    "factors": ("district_ags", "factor"),
}


def write_tables(
    folder: Path,
    *,
    offices: pd.DataFrame | None = None,
    candidates: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    distances: pd.DataFrame | None = None,
    factors: pd.DataFrame | None = None,
    roads: Path | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[OwnFile, ...]:
    """Write the user's checked data into ``folder``, exact to the last bit.

    Parameters
    ----------
    folder : Path
        Must be there.
    offices, candidates : pd.DataFrame | None
        As :func:`iqgeo.inputs.read_offices` and ``read_candidates`` give them.
    places : pd.DataFrame | None
        People per place, as in :attr:`iqgeo.demand.Demand.places`.
    distances : pd.DataFrame | None
        Columns ``candidate, place, km``.
    factors : pd.DataFrame | None
        Columns ``district_ags, factor``.
    roads : Path | None
        File of a road network; it is copied.
    names : Mapping[str, str]
        What the user calls the files, by kind; one without a plain name is called by its kind.

    Returns
    -------
    tuple[OwnFile, ...]
        What was written, with its checksums.
    """
    tables = {"offices": offices, "candidates": candidates, "distances": distances, "factors": factors}
    if places is not None:
        # Without a municipality the district is the key: the place needs no looking up again.
        ags = places["ags"].where(places["ags"].ne(""), places["district_ags"])
        tables["demand"] = places.assign(ags=ags)
    files: list[OwnFile] = []

    def stem(kind: str) -> Path:
        return folder / _stem(names.get(kind, ""), kind, [it.path.stem for it in files])

    for kind, frame in tables.items():
        if frame is not None:
            path = _write_table(stem(kind), frame[list(_COLUMNS[kind])])
            files.append(OwnFile(kind, path, checksum(path)))
    if roads is not None:
        path = _with_ending(stem("roads"), ".parquet")
        shutil.copyfile(roads, path)
        files.append(OwnFile("roads", path, checksum(path)))
    return tuple(files)


def _stem(called: str, kind: str, taken: Sequence[str]) -> str:
    """What the user calls a file, if that is plain and no other file's; else its kind."""
    stem = Path(called).stem
    others = {it.casefold() for it in (*taken, *FILE_KINDS)}
    return stem if _MEMBER.fullmatch(f"{stem}.parquet") and stem.casefold() not in others else kind


def _with_ending(stem: Path, ending: str) -> Path:
    # A name may have points of its own.
    return stem.with_name(stem.name + ending)


def _write_table(stem: Path, frame: pd.DataFrame) -> Path:
    """Write a table as CSV, or as Parquet where a text would be taken for a formula, or for kept from one.

    The apostrophe that reports put before such a text would become part of a name or id when the table
    is read back: here the form changes, not the text.
    """
    texts = [frame[it] for it in frame.columns if not pd.api.types.is_numeric_dtype(frame[it].dtype)]
    if any(is_kept(it) or any(formula_proof(one) != one for one in it.astype(str)) for it in texts):
        path = _with_ending(stem, ".parquet")
        # In the words that a CSV would have: a number such as 1.125 would be asked about, see _number.
        frame.assign(**{it: list(_cells(frame[it])) for it in frame.columns}).to_parquet(path, index=False)
        return path
    path = _with_ending(stem, ".csv")
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*(_cells(frame[it]) for it in frame.columns), strict=True))
    path.write_bytes(buffer.getvalue().encode("utf-8"))
    return path


def _cells(column: pd.Series) -> Iterable[str]:
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype(str)
    return (_number(it) for it in column.to_numpy(dtype=np.float64, na_value=np.nan).tolist())


def _number(value: float) -> str:
    """A number as text that is read back as the same number, on its own and among any others."""
    if math.isnan(value):
        return ""
    written = str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    # Three digits after a single point may be thousands in a German table: 1.234 people.
    before, point, after = written.partition(".")
    return f"{before}.{after}0" if point and len(after) == 3 else written


def pack(scenario: Scenario, lang: Lang = "de") -> bytes:
    """Return a plan and the files it names as one zip; the same plan gives the same bytes.

    Parameters
    ----------
    scenario : Scenario
        The plan.
    lang : Lang
        Of the comments in its file.

    Returns
    -------
    bytes
        The zip.

    Raises
    ------
    InputError
        If a file is gone, is neither CSV nor Parquet, or the plan is of a region of one's own.
    """
    problems = []
    known = directory_of(scenario.region_name) if scenario.region_name else None
    if scenario.region_directory is not None and scenario.region_directory == known:
        # It goes by its name and checksums.
        scenario = replace(scenario, region_directory=None)
    if scenario.region_directory is not None:
        problems.append(Problem("bundle_region", column="region.directory"))
    members: dict[str, Path] = {}
    named: list[OwnFile] = []
    nowhere = Path("/")
    for file in scenario.files:
        suffix = file.path.suffix.lower()
        name = _stem(file.path.name, file.kind, [Path(it).stem for it in members]) + suffix
        if not file.path.is_file():
            problems.append(Problem("plan_file_missing", value=file.path.name))
        elif suffix not in _FORMS:
            problems.append(Problem("bundle_member", value=file.path.name))
        else:
            members[name] = file.path
            named.append(replace(file, path=nowhere / name, sha256=checksum(file.path)))
    if problems:
        raise InputError(problems)
    written = scenario_text(replace(scenario, files=tuple(named)), nowhere, lang)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, PLAN_NAME, written.encode("utf-8"))
        for name in sorted(members):
            _add(archive, name, members[name].read_bytes())
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _TIME)
    # Else the system that writes would show.
    member.create_system = 3
    member.external_attr = _READABLE << 16
    # Parquet is packed already.
    member.compress_type = zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED
    archive.writestr(member, content)


def is_bundle(source: str | Path | tuple[bytes, str]) -> bool:
    """Whether a file begins as a zip does.

    Parameters
    ----------
    source : str | Path | tuple[bytes, str]
        A path, or content and name.

    Returns
    -------
    bool
        False also for what cannot be opened: who reads it says why.
    """
    if isinstance(source, tuple):
        return source[0].startswith(_ZIP_START)
    try:
        with Path(source).open("rb") as stream:
            return stream.read(4) in _ZIP_START
    except OSError:
        # What cannot be opened is explained by who reads it.
        return False


@contextmanager
def open_plan(source: str | Path | tuple[bytes, str]) -> Iterator[Scenario]:
    """Read a plan file or a bundle; the data of a bundle are there until the context ends.

    A path to a plan file may name files anywhere; a bundle, and whatever comes as bytes and a name, names
    what it brings along and nothing else (see :func:`iqgeo.scenario.file.read_scenario`).

    Parameters
    ----------
    source : str | Path | tuple[bytes, str]
        A path, or content and name.

    Yields
    ------
    Scenario
        What the plan says.

    Raises
    ------
    InputError
        If it cannot be read or used: every problem at once.
    """
    bundle = is_bundle(source)
    if not bundle and not isinstance(source, tuple):
        yield read_scenario(Path(source))
        return
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as made:
        folder = Path(made)
        try:
            if bundle:
                unpack(source, folder)
            else:
                assert isinstance(source, tuple)
                (folder / PLAN_NAME).write_bytes(source[0][: limits.PLAN_BYTES + 1])
            yield read_scenario(folder / PLAN_NAME, folder)
        except InputError as error:
            # Where it was unpacked helps nobody: files are called as in the bundle.
            raise InputError(replace(it, file=_bare(it.file, folder)) for it in error.problems) from error


def _bare(file: str | None, folder: Path) -> str | None:
    return None if file is None else file.replace(f"{folder}/", "").replace(f"{folder}\\", "")


def unpack(source: str | Path | tuple[bytes, str], folder: Path) -> None:
    """Unpack a bundle into ``folder``, after a look at its directory.

    Parameters
    ----------
    source : str | Path | tuple[bytes, str]
        A path, or content and name.
    folder : Path
        Must be there, and empty.

    Raises
    ------
    InputError
        If it is damaged, locked or too large, leads out of itself, or holds anything but a plan and
        tables as CSV or Parquet, all side by side.
    """
    opened = open_source(source)
    opened.at_most(limits.UPLOAD_BYTES)
    with archive_of(opened) as archive:
        members = archive.infolist()
        problems = list(_wrong_with(opened.name, members))
        if problems:
            raise InputError(problems[: limits.LISTED])
        for member in members:
            try:
                with archive.open(member) as packed, (folder / member.filename).open("xb") as out:
                    shutil.copyfileobj(packed, out)
            except ARCHIVE_ERRORS as error:
                raise InputError(Problem("zip_broken", opened.name, value=shown(member.filename))) from error
    problems = [it for member in members for it in _not_as_named(folder / member.filename)]
    if problems:
        raise InputError(problems)


def _wrong_with(file: str, members: list[zipfile.ZipInfo]) -> Iterator[Problem]:
    """What is wrong with the directory of a bundle, beyond what is wrong with any zip."""
    if len(members) > limits.PLAN_MEMBERS:
        yield Problem("zip_too_many", file, details={"count": len(members)})
    total = sum(it.file_size for it in members)
    if total > limits.PLAN_UNPACKED_BYTES:
        yield too_large(file, total, limits.PLAN_UNPACKED_BYTES)
    names = [it.filename for it in members]
    if PLAN_NAME not in names:
        yield Problem("bundle_no_plan", file)
    if len({it.casefold() for it in names}) < len(names):
        yield Problem("zip_broken", file)
    for member in members[: limits.PLAN_MEMBERS]:
        kind = stat.S_IFMT(member.external_attr >> 16)
        plain = kind in (0, stat.S_IFREG) and _MEMBER.fullmatch(member.filename)
        if not plain or (member.filename.endswith(".toml") and member.filename != PLAN_NAME):
            yield Problem("bundle_member", file, value=shown(member.filename))
        elif member.filename == PLAN_NAME and member.file_size > limits.PLAN_BYTES:
            yield too_large(PLAN_NAME, member.file_size, limits.PLAN_BYTES)


def _not_as_named(path: Path) -> Iterator[Problem]:
    """An archive or anything else that only calls itself CSV or Parquet."""
    if path.suffix == ".toml":
        return
    try:
        form = form_of(open_source(path))
    except InputError as error:
        yield from error.problems
        return
    if form != _FORMS[path.suffix]:
        yield Problem("bundle_member", path.name, value=path.name)
