"""The Python door: short calls that build a scenario, load it, compute it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Unpack, overload

import pandas as pd

from iqgeo import cards
from iqgeo.choices import Suggestion
from iqgeo.coverage import Coverage
from iqgeo.demand import Demand
from iqgeo.distances import Measure
from iqgeo.gaps import find_gaps
from iqgeo.outreach_plan import OutreachPlan
from iqgeo.region import Region, load_region
from iqgeo.scenario.evaluate import Evaluation, evaluate
from iqgeo.scenario.file import read_scenario
from iqgeo.scenario.load import Given, load
from iqgeo.scenario.model import DEFAULT_NEW, DEFAULT_TIME_LIMIT_S, OwnFile, Rules, Scenario, Search, Stage
from iqgeo.scenario.of_coverages import scenario_of_coverages
from iqgeo.scenario.settings import Settings, SettingsArgs
from iqgeo.scenario.start import start_of
from iqgeo.scenario.written import scenario_text
from iqgeo.texts import Lang

__all__ = ["Plan", "assess", "find_gaps", "suggest"]


def assess(
    region: Region | None = None,
    offices: pd.DataFrame | None = None,
    *,
    demand: Demand | None = None,
    distance: str | Measure = "detour",
    **settings: Unpack[SettingsArgs],
) -> Coverage:
    """Who is within the target of an office.

    Parameters
    ----------
    region : Region | None
        The region; the embedded Lower Saxony by default. The coverage of one's own people has no
        region if none is given and none of them lives in the embedded one
    offices : pd.DataFrame | None
        Frame with ``id, name, lon, lat`` (and ``opened, closed``); the region's own by default
    demand : Demand | None
        People per place; by default the region's, of ``weight`` and ``year``
    distance : str | Measure
        ``"straight"``, ``"detour"`` or a :class:`~iqgeo.distances.Measure`, e.g. roads
    **settings : Any
        See :class:`iqgeo.scenario.settings.Settings`; ``stage`` is the region's default stage if neither
        offices nor stage are given

    Returns
    -------
    Coverage
        Who is reached, by place, district and in all.

    Raises
    ------
    InputError
        If a setting cannot be used: every problem at once.

    Examples
    --------
    >>> import iqgeo
    >>> iqgeo.assess(stage=2012, target_km=35)
    <Coverage: 47.3% of 1,333,596 people within 35 km of 6 offices of 2012>
    """
    scenario, given = _asked(region, offices, demand, distance, settings)
    return evaluate(scenario, load(scenario, given)).base.coverage


@overload
def suggest(
    region: Region | None = None,
    offices: pd.DataFrame | None = None,
    *,
    model: str = "max-cover",
    new: int = DEFAULT_NEW,
    keep: int | None = None,
    share_pct: float = 100.0,
    candidates: pd.DataFrame | None = None,
    require: Sequence[str] = (),
    forbid: Sequence[str] = (),
    per_district: bool = False,
    places: None = None,
    require_places: Sequence[str] = (),
    forbid_places: Sequence[str] = (),
    distances: pd.DataFrame | None = None,
    time_limit_s: float | None = DEFAULT_TIME_LIMIT_S,
    refusals: bool = False,
    demand: Demand | None = None,
    distance: str | Measure = "detour",
    **settings: Unpack[SettingsArgs],
) -> Suggestion: ...
@overload
def suggest(
    region: Region | None = None,
    offices: pd.DataFrame | None = None,
    *,
    model: str = "max-cover",
    new: int = DEFAULT_NEW,
    keep: int | None = None,
    share_pct: float = 100.0,
    candidates: pd.DataFrame | None = None,
    require: Sequence[str] = (),
    forbid: Sequence[str] = (),
    per_district: bool = False,
    places: int | str,
    require_places: Sequence[str] = (),
    forbid_places: Sequence[str] = (),
    distances: pd.DataFrame | None = None,
    time_limit_s: float | None = DEFAULT_TIME_LIMIT_S,
    refusals: bool = False,
    demand: Demand | None = None,
    distance: str | Measure = "detour",
    **settings: Unpack[SettingsArgs],
) -> OutreachPlan: ...
def suggest(
    region: Region | None = None,
    offices: pd.DataFrame | None = None,
    *,
    model: str = "max-cover",
    new: int = DEFAULT_NEW,
    keep: int | None = None,
    share_pct: float = 100.0,
    candidates: pd.DataFrame | None = None,
    require: Sequence[str] = (),
    forbid: Sequence[str] = (),
    per_district: bool = False,
    places: int | str | None = None,
    require_places: Sequence[str] = (),
    forbid_places: Sequence[str] = (),
    distances: pd.DataFrame | None = None,
    time_limit_s: float | None = DEFAULT_TIME_LIMIT_S,
    refusals: bool = False,
    demand: Demand | None = None,
    distance: str | Measure = "detour",
    **settings: Unpack[SettingsArgs],
) -> Suggestion | OutreachPlan:
    """Where to open next, or what to keep; with ``places`` also where to advise on fixed days.

    Parameters
    ----------
    region : Region | None
        As for :func:`assess`
    offices : pd.DataFrame | None
        As for :func:`assess`
    model : str
        ``max-cover`` (most people with ``new`` offices), ``full-cover`` (fewest offices for
        ``share_pct`` of the people), ``p-median`` (least total travel), ``p-center`` (shortest worst
        journey) or ``keep-best`` (which ``keep`` of today's offices to keep)
    new : int
        How many offices open
    keep : int | None
        How many of today's offices stay (``keep-best``)
    share_pct : float
        Share of the people to reach, in per cent (``full-cover``), or to serve (``places="fewest"``)
    candidates : pd.DataFrame | None
        Frame ``id, name, lon, lat``; the region's towns from ``least_people`` by default
    require, forbid : Sequence[str]
        Ids of candidates that must, or must not, open
    per_district : bool
        At least one office in every district with a candidate
    places : int | str | None
        So many places served on days beside ``new`` offices, for the most people; ``"fewest"``: as few as
        serve ``share_pct`` of them. How, the settings say: ``home_km, places_per_office, days_per_month``
    require_places, forbid_places : Sequence[str]
        Ids of candidates that must, or must not, be served on days
    distances : pd.DataFrame | None
        Own table ``candidate, place, km`` in place of ``distance``, for offices as well
    time_limit_s : float | None
        After this the best answer found comes back, with its true gap
    refusals : bool
        Also compute the loss if each site is refused
    demand : Demand | None
        As for :func:`assess`
    distance : str | Measure
        As for :func:`assess`
    **settings : Any
        As for :func:`assess`

    Returns
    -------
    Suggestion | OutreachPlan
        The towns with their reasons, status and bound; if ``places`` are asked for, offices and places
        together.

    Raises
    ------
    InputError
        If a setting cannot be used: every problem at once.

    Examples
    --------
    >>> import iqgeo
    >>> iqgeo.suggest(stage=2012, new=1)
    <Suggestion: Lengede (max-cover, optimal); 54.7% of 1,333,596 people within 35 km of 7 offices of 2012>
    """
    scenario, given = _asked(region, offices, demand, distance, settings)
    limit_s = float("inf") if time_limit_s is None else time_limit_s
    search = Search(model, new=new, keep=keep, share_pct=share_pct, places=places, time_limit_s=limit_s)
    rules = Rules(tuple(require), tuple(forbid), per_district, tuple(require_places), tuple(forbid_places))
    scenario = replace(scenario, stages=(Stage("", search=search),), rules=rules)
    loaded = load(scenario, replace(given, candidates=candidates, distances=distances))
    step = evaluate(scenario, loaded, refusals=refusals).steps[0]
    if isinstance(step.answer, OutreachPlan):
        return step.answer
    assert step.suggestion is not None
    return step.suggestion


def _asked(
    region: Region | None,
    offices: pd.DataFrame | None,
    demand: Demand | None,
    distance: str | Measure,
    settings: Mapping[str, Any],
) -> tuple[Scenario, Given]:
    """The scenario of a call, and the data that came with it."""
    chosen = load_region() if region is None else region
    unknown = set(settings) - {row.name for row in fields(Settings)}
    if unknown:
        raise TypeError(f"unknown settings: {', '.join(sorted(unknown))}")
    measure = None if isinstance(distance, str) else distance
    by_name = distance if isinstance(distance, str) else "detour"
    start = start_of(chosen, offices is not None)
    scenario = Scenario(
        settings=replace(start, distance=by_name, **settings),
        region_directory=None if region is None else region.directory,
    )
    return scenario, Given(region=region, offices=offices, demand=demand, measure=measure)


class Plan(Scenario):
    """A scenario that can be read from a file, written to one and computed."""

    def _repr_html_(self) -> str:
        return cards.scenario_card(self)

    @classmethod
    def load(cls, path: str | Path, *, within: str | Path | None = None) -> "Plan":
        """Read a plan file of this or an older version; see :func:`iqgeo.scenario.file.read_scenario`.

        Parameters
        ----------
        path : str | Path
            The file.
        within : str | Path | None
            The only folder its own files may lie in; ``None``: anywhere.

        Returns
        -------
        Plan
            What the file says.

        Raises
        ------
        InputError
            If it cannot be read: every problem at once.
        """
        return cls.from_scenario(read_scenario(Path(path), None if within is None else Path(within)))

    @classmethod
    def from_scenario(cls, scenario: Scenario) -> "Plan":
        """The same scenario as a plan.

        Parameters
        ----------
        scenario : Scenario
            Any scenario.

        Returns
        -------
        Plan
            With its fields.
        """
        return cls(**{row.name: getattr(scenario, row.name) for row in fields(Scenario)})

    @classmethod
    def of(
        cls,
        coverages: Coverage | Sequence[Coverage],
        region: Region,
        *,
        name: str,
        files: Sequence[OwnFile] = (),
    ) -> "Plan":
        """A plan from coverages already computed, a stage each, all with the first one's settings.

        Parameters
        ----------
        coverages : Coverage | Sequence[Coverage]
            One a stage.
        region : Region
            What they are about.
        name : str
            What the plan is called.
        files : Sequence[OwnFile]
            The user's own that the coverages rest on

        Returns
        -------
        Plan
            It computes to the same coverages.

        Raises
        ------
        InputError
            If the people came from a table of the user's and no file is given: a plan can only name one.
        """
        given = [coverages] if isinstance(coverages, Coverage) else list(coverages)
        return cls.from_scenario(scenario_of_coverages(given, region, name, files))

    def save(self, path: str | Path, lang: Lang = "de") -> Path:
        """Write the plan file; comments of the file it was read from are kept.

        Paths are written relative to the file, so that a folder can be moved as a whole.

        Parameters
        ----------
        path : str | Path
            The file.
        lang : Lang
            Language of its comments.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        from iqgeo.safe.write import write_bytes

        return write_bytes(path, scenario_text(self, Path(path).absolute().parent, lang).encode())

    def evaluate(self, region: Region | None = None) -> Evaluation:
        """Compute every stage, searches included.

        Parameters
        ----------
        region : Region | None
            By default the one the plan names.

        Returns
        -------
        Evaluation
            The states of the plan, one after the other.

        Raises
        ------
        InputError
            If a file or setting cannot be used: every problem at once.
        """
        return evaluate(self, load(self, Given(region=region)))

    def coverage(self, stage: int = -1, region: Region | None = None) -> Coverage:
        """The coverage of a stage.

        Parameters
        ----------
        stage : int
            Position of the stage, by default the last.
        region : Region | None
            By default the one the plan names.

        Returns
        -------
        Coverage
            What that stage reaches.
        """
        return self.evaluate(region).coverages[stage]
