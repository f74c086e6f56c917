"""What a session knows: the view (shared by its address) and the plan being drawn up. No streamlit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from iqgeo.demand import years_of
from iqgeo.errors import InputError
from iqgeo.proof import Proof
from iqgeo.region import Region
from iqgeo.scenario import settings as table
from iqgeo.scenario.settings import DEFAULT_TOWN_PEOPLE, Settings
from iqgeo.texts import LANGUAGES, Lang, language_called

if TYPE_CHECKING:
    from iqgeo.store.records import EditConflict

Rule = Literal["require", "forbid", "require_places", "forbid_places"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
_AGAINST: Final[Mapping[Rule, tuple[Rule, ...]]] = {
    "require": ("forbid", "require_places"),
    "forbid": ("require", "require_places"),
    "require_places": ("require", "forbid", "forbid_places"),
    "forbid_places": ("require_places",),
}
"""What a rule for a town cannot stand beside."""
_LANG: Final = "lang"
_REGION: Final = "region"
# Which towns are candidates is part of a plan's question, see :class:`Draft`.
_OF_PLAN: Final = ("least_people",)
_MOST_SHOWN: Final = 4


@dataclass(frozen=True)
class View(Settings):
    """What is looked at: the settings of a scenario and the reader's language.

    Every entry can stand in the address of the page, as :mod:`iqgeo.scenario.settings` writes it.
    ``region`` is the key of a region that is known by name, empty for the one the app was opened on.
    """

    lang: Lang = "de"
    region: str = ""


def default_view(region: Region, lang: Lang = "de") -> View:
    """Return what is shown when nothing was asked for."""
    return View(lang=lang, stage=region.default_stage, weight=region.default_weight)


def view_from_query(query: Mapping[str, str], region: Region) -> tuple[View, tuple[str, ...]]:
    """Read a view from the parameters of an address.

    Returns
    -------
    tuple[View, tuple[str, ...]]
        The view, and the parameters that could not be used: unknown ones are ignored, known ones that are no
        value of their setting or not of this region fall back to the default and are named.
    """
    start = default_view(region)
    given = {name: written for name, written in query.items() if name not in _OF_PLAN}
    view, unread = table.read(given, start)
    refused = [*unread]
    known = language_called(query.get(_LANG, start.lang))
    view = view if known is None else replace(view, lang=known)
    refused += [_LANG] if known is None else []
    for name in ("stage", "weight", "year"):
        if not _is_of(region, view, name):
            refused.append(name)
            view = replace(view, **{name: getattr(start, name)})
    return view, tuple(refused)


def view_to_query(view: View, region: Region) -> dict[str, str]:
    """Write a view as parameters of an address: only what differs from the default."""
    start = default_view(region)
    written = table.write(replace(view, **{name: getattr(start, name) for name in _OF_PLAN}), start)
    written |= {_REGION: view.region} if view.region else {}
    return written if view.lang == start.lang else written | {_LANG: view.lang}


def with_entry(view: View, name: str, value: object, region: Region) -> View:
    """Change one entry of a view; a value that no address could say changes nothing.

    Widgets send words, not keys, and sometimes those of another language or year.
    """
    if name == _LANG:
        return next((replace(view, lang=lang) for lang in LANGUAGES if lang == value), view)
    # A second click on the chosen year lets go of it: that asks for nothing.
    if name in (*_OF_PLAN, _REGION) or (name == "stage" and value is None):
        return view
    try:
        written = table.kind_of(name).write(value)
        same = table.kind_of(name).read(written)
    except (ValueError, TypeError, AttributeError):
        return view
    if same != value or isinstance(value, bool) != isinstance(same, bool):
        return view
    changes: dict[str, Any] = {name: same}
    if name == "weight" and value != view.weight:
        changes["year"] = None
    changed = replace(view, **changes)
    return changed if _is_of(region, changed, name) else view


def _is_of(region: Region, view: View, name: str) -> bool:
    """Whether the region has what an entry names."""
    if name == "stage":
        return view.stage is None or view.stage in region.stages
    if name == "weight":
        return view.weight in region.weights
    return view.year is None or name != "year" or view.year in years_of(region, view.weight)


@dataclass(frozen=True)
class PlannedSite:
    """A place where the plan opens an office; ``id`` is a town's key or one of the user's own."""

    id: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class PlannedPlace(PlannedSite):
    """A place that the plan serves on days from the office ``home``."""

    home: str = ""


@dataclass(frozen=True)
class Draft:
    """A plan as it stands on screen: what opens, what closes, when, and what may not be chosen.

    ``later`` has the stage (2, 3, ...) of every site or office that opens or closes after the first;
    ``proofs`` what a model has proven of a stage, by the number of the stage. Whether it still holds is
    decided where the plan is computed. ``titles`` has the stages that somebody gave a name.
    """

    name: str = ""
    added: tuple[PlannedSite, ...] = ()
    closed: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    later: tuple[tuple[str, int], ...] = ()
    per_district: bool = False
    least_people: int = DEFAULT_TOWN_PEOPLE
    proofs: tuple[tuple[int, Proof], ...] = ()
    titles: tuple[tuple[int, str], ...] = ()
    places: tuple[PlannedPlace, ...] = ()
    require_places: tuple[str, ...] = ()
    forbid_places: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the plan changes nothing."""
        return not (self.added or self.closed or self.places)

    @property
    def stages(self) -> int:
        """Number of stages, at least one."""
        return max((stage for _, stage in self.later), default=1)

    def stage_of(self, key: str) -> int:
        """Return the stage in which ``key`` opens or closes."""
        return dict(self.later).get(key, 1)

    def title_of(self, stage: int) -> str:
        """Return the name somebody gave a stage; empty if nobody has."""
        return dict(self.titles).get(stage, "")

    def until(self, stage: int) -> "Draft":
        """Return the plan as it stands after a stage."""
        return replace(
            self,
            added=tuple(it for it in self.added if self.stage_of(it.id) <= stage),
            closed=tuple(it for it in self.closed if self.stage_of(it) <= stage),
            places=tuple(it for it in self.places if self.stage_of(it.id) <= stage),
            later=tuple((key, at) for key, at in self.later if at <= stage),
            proofs=tuple((at, proof) for at, proof in self.proofs if at <= stage),
            titles=tuple((at, title) for at, title in self.titles if at <= stage),
        )

    def in_stage(self, key: str, stage: int) -> "Draft":
        """Open or close ``key`` in another stage; stages left empty are closed up."""
        return replace(self, later=(*(it for it in self.later if it[0] != key), (key, stage)))._tidy()

    def with_site(self, site: PlannedSite) -> "Draft":
        """Open an office, at most once in a place; it takes the place of days of advice there."""
        kept = tuple(it for it in self.added if it.id != site.id)
        places = tuple(it for it in self.places if it.id != site.id)
        return replace(self, added=(*kept, site), places=places)

    def with_places(self, places: Iterable[PlannedPlace], stage: int) -> "Draft":
        """Serve these places on days and no others, from a stage on."""
        plan = replace(self, places=tuple(places))
        for it in plan.places:
            plan = plan.in_stage(it.id, stage)
        return plan._tidy()

    def _without_places_of(self, home: str) -> "Draft":
        """Places fall with their home."""
        return replace(self, places=tuple(it for it in self.places if it.home != home))

    def without_site(self, key: str) -> "Draft":
        """Take back an office of the plan, and the places it serves."""
        kept = self._without_places_of(key)
        return replace(kept, added=tuple(it for it in self.added if it.id != key))._tidy()

    def moved(self, key: str, site: PlannedSite) -> "Draft":
        """Put ``site`` where the office ``key`` was, in the same stage."""
        added = tuple(site if it.id == key else it for it in self.added)
        once = dict.fromkeys(it.id for it in added)
        plan = self if site.id == key else self._without_places_of(key)
        kept = replace(plan, added=tuple(next(it for it in added if it.id == one) for one in once))
        return kept.in_stage(site.id, self.stage_of(key))

    def toggled(self, key: str) -> "Draft":
        """Close an office of today, or leave it open after all."""
        closed = tuple(it for it in self.closed if it != key)
        if len(closed) == len(self.closed):
            return replace(self._without_places_of(key), closed=(*self.closed, key))
        return replace(self, closed=closed)._tidy()

    def with_rule(self, key: str, rule: Rule) -> "Draft":
        """Require or forbid a town as an office or as a place on days; what that contradicts is dropped."""
        freed = self
        for other in (rule, *_AGAINST[rule]):
            freed = freed.without_rule(key, other)
        changed: dict[str, Any] = {rule: (*getattr(freed, rule), key)}
        return replace(freed, **changed)

    def without_rule(self, key: str, rule: Rule) -> "Draft":
        """Take a rule for a town back."""
        changed: dict[str, Any] = {rule: tuple(it for it in getattr(self, rule) if it != key)}
        return replace(self, **changed)

    def _tidy(self) -> "Draft":
        """Forget stages of what is no longer in the plan, and number the others without holes."""
        present = [*(it.id for it in (*self.added, *self.places)), *self.closed]
        used = sorted({self.stage_of(key) for key in present})
        number = {stage: at for at, stage in enumerate(used, start=1)}
        later = ((key, number[self.stage_of(key)]) for key in dict.fromkeys(present))
        return replace(
            self,
            later=tuple((key, stage) for key, stage in later if stage > 1),
            titles=tuple((number[at], title) for at, title in self.titles if at in number),
        )


@dataclass(frozen=True)
class Kept:
    """A plan that was saved: with the settings it was made under, so that its numbers stay its own."""

    view: View
    draft: Draft


@dataclass
class Home:
    """Where the plan of a tab is kept.

    Attributes
    ----------
    plan_id, number : str, int
        Address of the plan in the store and the version the tab is at; empty before the first change.
    name : str
        What the plan is called.
    wanted : str
        The plan that the address asked for and that could not be opened.
    kept : tuple[View, Draft, str] | None
        View, plan and own files as they were last kept; nothing is written while they are the same.
    at : datetime | None
        When that was.
    conflict : EditConflict | None
        What somebody else saved meanwhile, until the user has chosen.
    fault : InputError | None
        Why the last change is in the tab only, or why a plan could not be opened.
    """

    plan_id: str = ""
    number: int = 0
    name: str = ""
    wanted: str = ""
    kept: tuple[View, Draft, str] | None = None
    at: datetime | None = None
    conflict: "EditConflict | None" = None
    fault: InputError | None = None


@dataclass(frozen=True)
class Past:
    """What a step back brings again.

    Attributes
    ----------
    draft : Draft
        The plan before.
    settings : Mapping[str, Any]
        The settings that were changed, as they were before; others stay as they are.
    trial : PlannedSite | None
        The town that was tried and discarded.
    shown : Mapping[str, Any]
        What the page held of an answer that was taken or discarded, or of files that were replaced.
    changed : bool
        Whether the plan or a setting was changed; else something provisional was discarded.
    """

    draft: Draft
    settings: Mapping[str, Any] = field(default_factory=dict)
    trial: PlannedSite | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = True


@dataclass
class Session:
    """Everything one browser tab has done so far; two tabs never share one.

    ``past`` is what can be had back, the last step last; ``suggested`` are the offices of the plan that an
    answer brought: the others were placed by hand;
    ``ways_from`` is the district whose ways to the nearest office are on the map; ``refused`` are the parts
    of the address that could not be used, ``overruled`` those that its plan has otherwise.
    """

    view: View
    draft: Draft = field(default_factory=Draft)
    past: list[Past] = field(default_factory=list)
    trial: PlannedSite | None = None
    suggested: frozenset[str] = frozenset()
    saved: dict[str, "Kept"] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()
    picked: str = ""
    ways_from: str = ""
    home: Home = field(default_factory=Home)

    def change(
        self, draft: Draft, view: View | None = None, *, shown: Mapping[str, Any] | None = None
    ) -> None:
        """Go on with another draft, and other settings; those before can be had back in one step.

        ``shown`` is what the page held of an answer that was decided about, or of files that were replaced.
        """
        wanted = self.view if view is None else view
        # The language is the reader's, no step of the work.
        held = {
            it.name: getattr(self.view, it.name)
            for it in fields(View)
            if it.name != _LANG and getattr(self.view, it.name) != getattr(wanted, it.name)
        }
        if held or shown or draft != self.draft:
            self._remember(Past(self.draft, held, shown=shown or {}))
        self.draft, self.view = draft, wanted

    def discard(self, shown: Mapping[str, Any] | None = None) -> None:
        """Let go of the town that is tried, or of an answer: it can be had back like any change."""
        if self.trial is not None or shown:
            self._remember(Past(self.draft, trial=self.trial, shown=shown or {}, changed=False))
        self.trial = None

    def _remember(self, step: Past) -> None:
        """Keep a step; of answers and files, which are large, the last few only."""
        self.past.append(step)
        held = [at for at, it in enumerate(self.past) if it.shown]
        if len(held) > _MOST_SHOWN:
            at = held[0]
            kept = replace(self.past[at], shown={})
            # Without it nothing may be left to take back.
            empty = not kept.settings and kept.draft == self.past[at + 1].draft
            self.past[at : at + 1] = [kept] if kept.changed and not empty else []

    def begin(self) -> None:
        """Begin a plan of its own; the one before stays where it is kept."""
        self.draft, self.past, self.trial, self.home = Draft(), [], None, Home()
        self.suggested, self.overruled = frozenset(), ()

    def can_undo(self, *, discarded: bool = True) -> bool:
        """Whether there is a step to take back, see :meth:`undo`."""
        return any(discarded or it.changed for it in self.past)

    def undo(self, *, discarded: bool = True) -> Mapping[str, Any]:
        """Take back the last step; what the page held then, see :class:`Past`.

        Where nothing that was ``discarded`` could be seen, the last change is taken back.
        """
        while self.past and not (self.past[-1].changed or discarded):
            self.past.pop()
        if not self.past:
            return {}
        before = self.past.pop()
        self.draft, self.view = before.draft, replace(self.view, **before.settings)
        if before.trial is not None:
            self.trial = before.trial
        return before.shown
