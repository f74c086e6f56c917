"""Between plan files and the store: the only place that knows both."""

import io
import mimetypes
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from iqgeo.errors import InputError, Problem
from iqgeo.texts import Lang

if TYPE_CHECKING:
    from iqgeo.scenario.model import Scenario
    from iqgeo.store.database import Store
    from iqgeo.store.members import Member
    from iqgeo.store.published import Output
    from iqgeo.store.records import NewVersion, Version

_PLAN: Final = "plan.toml"
_PUBLISHED: Final = (".pdf", ".xlsx", ".html")
"""What of a run the board is given; the layers for a map program are ten times as large."""


@dataclass(frozen=True)
class Computed:
    """What a published version shows: its numbers, its files, and the checksums of the data behind them."""

    case_json: str
    outputs: "tuple[Output, ...]"
    program: str
    checksums: dict[str, str]


def draft_of(store: "Store", source: Path, name: str | None, change: str, lang: Lang) -> "NewVersion":
    """What a plan file or bundle becomes in the store; its own files are put there.

    Raises
    ------
    InputError
        If it cannot be read or used, or rests on a region of one's own.
    """
    from iqgeo.scenario.bundle import open_plan, pack
    from iqgeo.store.records import NewVersion

    with open_plan(source) as opened:
        scenario = opened if name is None else replace(opened, name=name)
        packed = pack(scenario, lang)
        text, kept = taken_apart(store, packed, "zip")
        # As a bundle it names its files by their content: wherever they lay, the checksum is the same.
        with open_plan((packed, "plan.zip")) as canonical:
            key = canonical.key
        return NewVersion(scenario.name, text, key, change, words=_places(scenario), files=kept)


def _unpacked(packed: bytes) -> tuple[str, dict[str, bytes]]:
    """The text of a bundle, which names its files by themselves, and these files."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        members = {it: archive.read(it) for it in archive.namelist()}
    return members.pop(_PLAN).decode("utf-8"), members


def taken_apart(
    store: "Store", raw: bytes, ending: str, by: "Member | None" = None
) -> tuple[str, dict[str, str]]:
    """The text of a plan file (``toml``) or bundle (``zip``), whose own files are put into the store."""
    from iqgeo.store import files
    from iqgeo.store.members import LOCAL

    if ending == "toml":
        return raw.decode("utf-8"), {}
    text, members = _unpacked(raw)
    return text, {it: files.add(store, content, by or LOCAL) for it, content in members.items()}


def _places(scenario: "Scenario") -> tuple[str, ...]:
    """Names of what the stages open by hand, to find the plan by."""
    from iqgeo.scenario.load import load

    opened = {key for stage in scenario.stages for key in stage.opened}
    if not opened:
        return ()
    known = load(scenario).known
    return tuple(str(it) for it in known["name"][known["id"].isin(opened)])


def file_bytes(store: "Store", version: "Version", suffix: str) -> bytes:
    """A stored version as a plan file, or as a bundle with its own files.

    Raises
    ------
    InputError
        If it rests on own files and a plan file alone was asked for.
    """
    from iqgeo.store import files

    if suffix == ".toml":
        if version.files:
            raise InputError(Problem("store_needs_zip", value=version.name))
        return version.text.encode()
    if suffix != ".zip":
        raise InputError(Problem("store_suffix", value=suffix))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        # A member without a time of its own is always of the same: the same version is the same bytes.
        archive.writestr(zipfile.ZipInfo(_PLAN), version.text.encode(), zipfile.ZIP_DEFLATED)
        for name, sha256 in sorted(version.files.items()):
            archive.writestr(zipfile.ZipInfo(name), files.read(store, sha256), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@contextmanager
def plan_path(called: Path, place: str | None = None) -> Iterator[tuple[Path, Path]]:
    """The file of a plan given by path, or by the name or id it is stored under; and where results go.

    A file counts first. What is stored lies in a temporary folder until the context ends.

    Raises
    ------
    InputError
        If it is neither.
    """
    from iqgeo.region_folder import is_there

    if called.suffix in (".toml", ".zip") or is_there(called):
        yield called, called.with_suffix("")
        return
    from iqgeo.safe.clean import file_name
    from iqgeo.store import lists, plans
    from iqgeo.store.database import open_store

    store = open_store(place, create=False)
    version = plans.load(store, lists.find(store, str(called)).id)
    with written(store, version) as path:
        yield path, Path(file_name(version.name))


@contextmanager
def written(store: "Store", version: "Version") -> Iterator[Path]:
    """A stored version as a file, until the context ends."""
    from iqgeo.safe.clean import file_name

    # Always as a bundle: what is kept, from a stranger's backup too, names no file of this computer.
    suffix = ".zip"
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        path = Path(folder) / f"{file_name(version.name)}{suffix}"
        path.write_bytes(file_bytes(store, version, suffix))
        yield path


def computed(store: "Store", version: "Version", lang: Lang) -> Computed:
    """Compute a version for publishing: those results of ``iqgeo plan run`` that are published."""
    from iqgeo import __version__
    from iqgeo.published import page_data
    from iqgeo.reports.folder import run_plan
    from iqgeo.safe.write import json_bytes
    from iqgeo.store.published import Output

    with written(store, version) as path, tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        done = run_plan(path, Path(folder) / "out", lang, forms=_PUBLISHED)
        outputs = tuple(
            Output(it.name, mimetypes.guess_type(it.name)[0] or "application/octet-stream", it.read_bytes())
            for it in done.files
            if it.suffix in _PUBLISHED
        )
        record = done.record
        shown = page_data(done.case)
    case = {it: record[it] for it in ("settings", "proof", "firmness", "stages", "robustness")}
    case["page"] = shown
    checksums = {**record["inputs"]["tables"], **version.files}
    return Computed(json_bytes(case).decode(), outputs, __version__, checksums)


def region_name(version: "Version") -> str:
    """The name of the region that a version is of; empty if it names none."""
    try:
        named = tomllib.loads(version.text).get("region", {}).get("name", "")
    except (tomllib.TOMLDecodeError, AttributeError):
        # What is wrong with it is said where it is opened.
        return ""
    return str(named)
