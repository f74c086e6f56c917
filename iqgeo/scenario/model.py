"""The scenario: a region, own files, settings, and stages that open and close sites. A frozen value."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from iqgeo.proof import FEWEST, Proof
from iqgeo.reading import AS_IT_IS, Reading
from iqgeo.scenario.settings import Settings
from iqgeo.sites import Site

VERSION: Final = 3
FILE_KINDS: Final = (
    "offices",
    "candidates",
    "demand",
    "grid_shares",
    "shares",
    "distances",
    "factors",
    "roads",
)
DEFAULT_TIME_LIMIT_S: Final = 60.0
DEFAULT_NEW: Final = 4


@dataclass(frozen=True)
class OwnFile:
    """A file of the user's in place of what the region has.

    Attributes
    ----------
    kind : str
        One of :data:`FILE_KINDS`.
    path : Path
        Where it lies.
    sha256 : str
        Checksum of its content; empty if it was never recorded.
    swapped : bool
        Whether longitude and latitude stand the other way round.
    layer : str | None
        Sheet, layer or table of the file; ``None`` if it has but one.
    reading : Reading
        What the user says about its columns.
    """

    kind: str
    path: Path
    sha256: str = ""
    swapped: bool = False
    layer: str | None = None
    reading: Reading = AS_IT_IS

    @property
    def source(self) -> str | Path:
        """Where it lies, with the sheet or layer that was named."""
        return self.path if self.layer is None else f"{self.path}#{self.layer}"


@dataclass(frozen=True)
class Search:
    """A question to a siting model whose answer a stage opens (or, with ``keep-best``, keeps).

    Attributes
    ----------
    model : str
        One of :data:`iqgeo.choices.MODELS`, or ``stages`` for several stages that are best together.
    new : int | None
        New offices; ``None`` for :data:`DEFAULT_NEW`.
    keep : int | None
        Offices that stay, for ``keep-best``.
    share_pct : float | None
        Percent of all people to be reached, for ``full-cover``; ``None`` for 100.
    sizes : tuple[int, ...]
        The offices of each stage, for ``stages``.
    places : int | str | None
        Places served on days beside the new offices, for the most people; or ``fewest`` that serve
        ``share_pct`` of them. They take the place of all that were there.
    district_share_pct : float | None
        Every district reaches that percentage, or what it can.
    goal : str
        ``safe`` (best after the worst single failure), ``attendance`` (most people come, ever fewer with the
        way), ``even`` (least Kolm-Pollak way) or ``room`` (most people find an appointment); empty for none.
    least : str
        With the fewest places what to keep low in their stead: ``posts``, ``km`` or ``euros``.
    time_limit_s : float
        Seconds after which the best found so far is the answer.
    """

    model: str = "max-cover"
    new: int | None = None
    keep: int | None = None
    share_pct: float | None = None
    sizes: tuple[int, ...] = ()
    places: int | str | None = None
    district_share_pct: float | None = None
    goal: str = ""
    least: str = ""
    time_limit_s: float = DEFAULT_TIME_LIMIT_S

    @property
    def of_network(self) -> bool:
        """Whether it asks for more than offices that reach people."""
        return self.places is not None or self.district_share_pct is not None or bool(self.goal)

    @property
    def contradictions(self) -> list[tuple[str, str]]:
        """What it cannot ask together: code and value of each problem."""
        said = (
            ("places", self.places is not None),
            ("district_share_pct", self.district_share_pct is not None),
            ("goal", bool(self.goal)),
        )
        wished = [name for name, given in said if given]
        found = [("network_one_question", ", ".join(wished))] if len(wished) > 1 else []
        if isinstance(self.places, str) and self.places != FEWEST:
            found.append(("places_expected", self.places))
        # As few places as serve a share are as few as possible, too.
        either = self.district_share_pct is not None or self.places == FEWEST
        takes = ("max-cover", "full-cover") if either else ("max-cover",)
        if wished and self.model not in takes:
            found.append(("network_model", self.model))
        if self.least and self.places != FEWEST:
            found.append(("least_alone", self.least))
        return found


@dataclass(frozen=True)
class Rules:
    """What searches have to keep to.

    Attributes
    ----------
    require, forbid : tuple[str, ...]
        Ids of candidates that must, or must not, open.
    per_district : bool
        Whether every district that has a candidate must have an office.
    require_places, forbid_places : tuple[str, ...]
        Ids of places that must, or must not, be served on days.
    """

    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    per_district: bool = False
    require_places: tuple[str, ...] = ()
    forbid_places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Robustness:
    """How often the last search is repeated under drawn assumptions.

    Attributes
    ----------
    variations : int
        How often.
    seed : int
        Of the drawing: the same seed draws the same.
    """

    variations: int = 20
    seed: int = 0


@dataclass(frozen=True)
class Outpost:
    """A place that a stage serves on days.

    Attributes
    ----------
    id : str
        Of the place.
    home : str
        Id of its home office.
    """

    id: str
    home: str


@dataclass(frozen=True)
class Stage:
    """A step of the plan.

    Begins with the network of the stage before, or with the one documented for ``year``; ``closed`` are
    taken away and ``opened`` added, both ids; ``places`` are served on days. Places whose home closes fall
    with it. A ``search`` adds its answer to that; what an earlier run
    answered stands in ``opened`` and ``closed`` with its ``proof``.

    Attributes
    ----------
    name : str
        What it is called.
    year : int | None
        Of the documented network it begins with; ``None`` for the stage before.
    opened, closed : tuple[str, ...]
        Ids of sites.
    search : Search | None
        What a model is to be asked.
    proof : Proof | None
        Of an answer that an earlier run has written in.
    places : tuple[Outpost, ...]
        Served on days.
    """

    name: str
    year: int | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    search: Search | None = None
    proof: Proof | None = None
    places: tuple[Outpost, ...] = ()


@dataclass(frozen=True, repr=False)
class Scenario:
    """Everything that every page, command and file is about.

    Attributes
    ----------
    name : str
        What it is called
    stages : tuple[Stage, ...]
        In their order; none for today alone
    settings : Settings
        What is counted and measured
    rules : Rules
        What must open, what may not
    sites : tuple[Site, ...]
        Places that stages open and no table knows
    files : tuple[OwnFile, ...]
        The user's own, at most one of a kind
    empty : bool
        Whether the network begins without any office
    note : str
        What its maker wants to say of it
    region_name : str
        For readers of the file
    region_directory : Path | None
        Folder of a region of one's own; ``None`` for the embedded one
    checksums : Mapping[str, str]
        SHA-256 of the region's tables by file name; empty if none were recorded
    robustness : Robustness | None
        Variations to be tried; ``None``: none
    document : str
        The file it was read from, word by word, so that comments survive
    """

    name: str = ""
    stages: tuple[Stage, ...] = ()
    settings: Settings = field(default_factory=Settings)
    rules: Rules = field(default_factory=Rules)
    sites: tuple[Site, ...] = ()
    files: tuple[OwnFile, ...] = ()
    empty: bool = False
    note: str = ""
    region_name: str = ""
    region_directory: Path | None = None
    checksums: Mapping[str, str] = field(default_factory=dict)
    robustness: Robustness | None = None
    document: str = field(default="", repr=False, compare=False)

    def __repr__(self) -> str:
        count, asked = len(self.stages), sum(it.search is not None for it in self.stages)
        stages = f"{count} stage{'' if count == 1 else 's'}{f', {asked} with a search' if asked else ''}"
        own = f"; own {', '.join(it.kind for it in self.files)}" if self.files else ""
        target = self.settings.promised()
        asked_for = f"{stages}; {target.value:g} {target.unit}"
        return f"<{type(self).__name__}: {self.name!r}; {asked_for}{own}>"

    def file(self, kind: str) -> OwnFile | None:
        """The user's file of a kind."""
        return next((it for it in self.files if it.kind == kind), None)

    def with_settings(self, **changes: Any) -> "Scenario":
        """With other settings."""
        return replace(self, settings=replace(self.settings, **changes))

    def with_stage(self, index: int, **changes: Any) -> "Scenario":
        """With one stage changed."""
        stages = list(self.stages)
        stages[index] = replace(stages[index], **changes)
        return replace(self, stages=tuple(stages))

    @property
    def base_year(self) -> int | None:
        """Year of the network that everything begins with; a first stage that names one decides."""
        first = self.stages[0].year if self.stages else None
        return self.settings.stage if first is None else first

    @property
    def begins_empty(self) -> bool:
        """Whether it begins without any office."""
        return self.empty and not (self.stages and self.stages[0].year is not None)

    @property
    def base_key(self) -> str:
        """Checksum of what decides the data: region, own files and settings."""
        return _digest(self._base())

    @property
    def key(self) -> str:
        """Checksum of all that decides a number: everything but name, note and the names of stages."""
        stages = [{**asdict(it), "name": "", "proof": None} for it in self.stages]
        rest = [stages, asdict(self.rules), [asdict(it) for it in self.sites], self.empty]
        robustness = None if self.robustness is None else asdict(self.robustness)
        return _digest([self._base(), self.settings.of_network(), rest, robustness])

    def _base(self) -> list[Any]:
        files = sorted(
            (it.kind, it.sha256 or str(it.path.absolute()), it.swapped, it.layer or "", repr(it.reading))
            for it in self.files
        )
        directory = "" if self.region_directory is None else str(self.region_directory)
        region = sorted(self.checksums.items()) or directory
        return [region, files, self.settings.measured_with()]


def _digest(content: object) -> str:
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode()).hexdigest()
