"""Plans that stay: between the plan in a tab and the store. No streamlit."""

import json
import os
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from iqgeo.app import planfiles, services
from iqgeo.app.planfiles import OpenedPlan
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, Home, Session, View
from iqgeo.app.uploads import SessionFolder
from iqgeo.coverage import DAYS, Coverage
from iqgeo.distances import KM, MINUTES, Target
from iqgeo.errors import InputError
from iqgeo.region import Region
from iqgeo.safe.parse import json_value
from iqgeo.texts import Lang, later, text

if TYPE_CHECKING:
    from iqgeo.store.database import Store
    from iqgeo.store.members import Member
    from iqgeo.store.published import Publication
    from iqgeo.store.records import NewVersion as Kept
    from iqgeo.store.records import Version

_MOST_SIGNS: Final = 60
# One store for each place: one that is lost is a fault, not an empty one to be made anew.
_OPEN: Final[dict[str, "Store"]] = {}
_OPENING: Final = threading.Lock()


def store(*, create: bool = False) -> "Store":
    """The store that is set up, made at the first change.

    Raises
    ------
    StoreError
        If it cannot be used, or is not there and not to be made.
    """
    from iqgeo.store.database import ENVIRONMENT, default_path, open_store

    place = os.environ.get(ENVIRONMENT) or str(default_path())
    with _OPENING:
        if place not in _OPEN:
            _OPEN[place] = open_store(place, create=create)
        return _OPEN[place]


@dataclass(frozen=True)
class Summary:
    """What a list shows of a version without computing it; no share where none could be computed.

    ``latest`` is whether the year of the figures goes by the network: a plan file names the year. ``opens``
    and ``closes`` are names; ``signs`` and ``radius_km`` make its small map; ``places`` counts those served
    on days, ``on_days`` is the share of the people served there only. ``region`` is the name of the region;
    those of an earlier version have none.
    """

    share: float | None = None
    on_days: float | None = None
    target_km: float | None = None
    target_min: float | None = None
    stage: int | None = None
    latest: bool = False
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    signs: tuple[tuple[float, float, str], ...] = ()
    radius_km: float | None = None
    places: int = 0
    region: str = ""

    @property
    def target(self) -> Target | None:
        """The promise that the share is of."""
        if self.target_min is not None:
            return Target(self.target_min, MINUTES)
        return None if self.target_km is None else Target(self.target_km)

    def written(self) -> str:
        """As the store keeps it."""
        return json.dumps(vars(self))


def summary_of(written: str) -> Summary:
    """Read a summary; one that is missing (saved on the command line) or not ours is empty."""
    try:
        found = json_value(written)
        # Those of an earlier version know no minutes.
        known = {it.name: found[it.name] for it in fields(Summary) if it.name in found}
        lists = {name: tuple(known[name]) for name in ("opens", "closes") if name in known}
        signs = tuple((float(lon), float(lat), str(kind)) for lon, lat, kind in known.get("signs", ()))
        return Summary(**{"target_min": None} | known | lists | {"signs": signs})
    except (ValueError, TypeError, KeyError):
        return Summary()


def reached_by(coverage: Coverage) -> Summary:
    """What a list says of a plan once it is computed: whom offices and days reach, and where days are."""
    days = coverage.day_places
    signs = tuple(
        (round(float(lon), 3), round(float(lat), 3), "days")
        for lon, lat in zip(days["lon"], days["lat"], strict=True)
    )
    on_days = coverage.people_by(DAYS) / coverage.people if len(days) and coverage.people else None
    return Summary(coverage.share, on_days, signs=signs, places=len(days))


def keep(
    current: Session, own: OwnData, region: Region, reached: Callable[[], Summary], by: "Member"
) -> None:
    """Keep the plan of a tab as a new version if it has changed; the session says where, or why not.

    Parameters
    ----------
    current : Session
        The tab.
    own : OwnData
        The user's files.
    region : Region
        What the plan is of.
    reached : Callable[[], Summary]
        Computes what of the people the plan reaches, see :func:`reached_by`.
    by : Member
        Who keeps it; guests keep nothing.
    """
    from iqgeo.store import plans
    from iqgeo.store.records import EditConflict

    home = current.home
    if home.conflict is not None or _state(current.view, current.draft, own) == home.kept:
        return
    if not by.in_house or (not home.plan_id and not _is_begun(current.draft, own)):
        return
    try:
        opened = store(create=True)
        name = home.name or free_name(opened, current.draft.name, current.view.lang, by)
        draft = replace(current.draft, name=name)
        if home.plan_id and home.kept is None:
            change = later.written([("replaced", {})])
        else:
            change = later.written(described(home.kept, current.view, draft, own, region))
        kept = draft_of(opened, current.view, draft, own, region, change, reached(), by)
        if home.plan_id:
            version = plans.save(opened, home.plan_id, kept, home.number, by)
        else:
            version = plans.create(opened, kept, by)
    except EditConflict as conflict:
        current.home = replace(home, conflict=conflict.kept())
    except InputError as error:
        current.home = replace(home, fault=error.kept())
    else:
        current.draft = draft
        current.home = at_home(version, current.view, draft, own)


def is_kept(current: Session, own: OwnData) -> bool:
    """Whether everything of the plan in a tab is in the store."""
    home = current.home
    if home.conflict is None and not home.plan_id and not _is_begun(current.draft, own):
        return True
    return home.conflict is None and _state(current.view, current.draft, own) == home.kept


def _is_begun(draft: Draft, own: OwnData) -> bool:
    ruled = draft.require or draft.forbid or draft.require_places or draft.forbid_places
    # An address can say every setting, but no file: with a plan it is there again after a reload.
    return bool(draft.added or draft.closed or draft.places or ruled or own.files)


def _state(view: View, draft: Draft, own: OwnData) -> tuple[View, Draft, str]:
    # The language is the reader's, not the plan's.
    return replace(view, lang="de"), draft, own.key


def suggested_in(draft: Draft) -> frozenset[str]:
    """The offices of a plan that an answer brought, as far as its proofs tell: the others stand by hand."""
    chosen = {key for _, proof in draft.proofs for key in proof.free}
    return frozenset(it.id for it in draft.added if it.id in chosen)


def at_home(version: "Version", view: View, draft: Draft, own: OwnData) -> Home:
    """Where a tab is that holds exactly this version."""
    return Home(version.plan_id, version.number, version.name, kept=_state(view, draft, own), at=version.at)


def draft_of(
    opened: "Store",
    view: View,
    draft: Draft,
    own: OwnData,
    region: Region,
    change: str,
    reached: Summary,
    by: "Member",
) -> "Kept":
    """What the plan of a tab becomes in the store; its own files are put there."""
    from iqgeo.scenario.bundle import open_plan
    from iqgeo.store.records import NewVersion as Kept
    from iqgeo.stored import taken_apart

    view = replace(view, lang="de")
    raw = planfiles.plan_bytes(region, view, draft, draft.name, own)
    with open_plan((raw, f"plan.{planfiles.ending(own)}")) as written:
        key = written.key
    content, files = taken_apart(opened, raw, planfiles.ending(own), by)
    target = view.promised()
    summary = replace(
        reached,
        target_km=target.value if target.unit == KM else None,
        target_min=target.value if target.unit == MINUTES else None,
        stage=view.stage,
        latest=view.year is None,
        **_drawn(region, view, draft, own, [it for it in reached.signs if it[2] == "days"]),
    ).written()
    words = tuple(it.name for it in draft.added)
    return Kept(draft.name, content, key, change, summary, words, files)


def _drawn(
    region: Region, view: View, draft: Draft, own: OwnData, days: Sequence[tuple[float, float, str]]
) -> dict[str, Any]:
    """What a list draws of a plan; where it serves on days is told, and is no office."""
    offices = services.open_offices(region, view, own)
    closed = {key for key in draft.closed if key in set(offices["id"].astype(str))}
    columns = [offices[name] for name in ("id", "name", "lon", "lat")]
    signs = [
        (round(float(lon), 3), round(float(lat), 3), "closed" if str(key) in closed else "office")
        for key, _, lon, lat in zip(*columns, strict=True)
    ]
    served = {it[:2] for it in days}
    signs = [it for it in signs if it[2] == "closed" or it[:2] not in served]
    signs += [(round(it.lon, 3), round(it.lat, 3), "new") for it in draft.added]
    names = [str(name) for key, name, _, _ in zip(*columns, strict=True) if str(key) in closed]
    stretch = {"detour": view.detour_factor, "straight": 1.0}.get(view.distance)
    if own.factors is not None and view.distance == "detour":
        # Another factor for each district: no circle.
        stretch = None
    return {
        "region": region.name,
        "opens": tuple(it.name for it in draft.added)[:_MOST_SIGNS],
        "closes": tuple(names)[:_MOST_SIGNS],
        "signs": (*signs, *days)[-_MOST_SIGNS:],
        "radius_km": None if stretch is None else view.target_km / stretch,
    }


def stored_plan(
    plan_id: str,
    number: int | None,
    region: Region,
    view: View,
    *,
    folder: SessionFolder,
    solver: AbstractContextManager[object] | None = None,
    by: "Member",
) -> tuple[OpenedPlan, "Version"]:
    """Read a version that is kept, by default the newest.

    Raises
    ------
    InputError
        If there is none, or it cannot be used or shown.
    """
    from iqgeo.store import plans
    from iqgeo.stored import file_bytes

    opened = store()
    version = plans.load(opened, plan_id, number, by)
    suffix = ".zip" if version.files else ".toml"
    raw = file_bytes(opened, version, suffix)
    found = planfiles.read_plan(raw, f"plan{suffix}", region, view, folder=folder, solver=solver)
    latest = replace(found.view, year=None)
    if summary_of(version.summary).latest and (
        found.own.demand is not None or planfiles.shown_year(region, latest) == found.view.year
    ):
        found = replace(found, view=latest)
    return found, version


def duplicate(
    plan_id: str,
    region: Region,
    view: View,
    *,
    folder: SessionFolder,
    solver: AbstractContextManager[object] | None = None,
    by: "Member",
) -> "Version":
    """Make a plan of its own from the newest version of another, see :func:`stored_plan`."""
    from iqgeo.store import plans

    found, version = stored_plan(plan_id, None, region, view, folder=folder, solver=solver, by=by)
    opened = store()
    name = free_name(opened, version.name, view.lang, by)
    said = later.written([("duplicated", {"name": version.name, "version": version.number})])
    told = summary_of(version.summary)
    draft = replace(found.draft, name=name)
    return plans.create(opened, draft_of(opened, found.view, draft, found.own, region, said, told, by), by)


def publish(plan_id: str, number: int, lang: Lang, by: "Member") -> "Publication":
    """Publish a version with its numbers, map, PDF and Excel as they are now."""
    from iqgeo.store import plans, published
    from iqgeo.stored import computed

    opened = store()
    version = plans.load(opened, plan_id, number, by)
    return published.publish(opened, plan_id, number, **vars(computed(opened, version, lang)), by=by)


def is_outdated(found: "Publication", region_of: Callable[[str], Region | None]) -> bool:
    """Whether data or program are not those that a published version was computed with.

    ``region_of`` finds its region by the name; without it nothing can be computed again.
    """
    from iqgeo import __version__
    from iqgeo.scenario.written import table_checksums
    from iqgeo.store import plans
    from iqgeo.stored import region_name

    version = plans.load(store(), found.plan_id, found.number)
    region = region_of(region_name(version))
    if region is None:
        return False
    return bool(found.changed(__version__, {**table_checksums(region), **version.files}))


def free_name(opened: "Store", wished: str, lang: Lang, by: "Member") -> str:
    """A name that no plan has: the one wished for, with a number if it is taken; or the next letter."""
    from iqgeo.store import lists

    search = wished or text("app.plans.plan_letter", lang, letter="")
    taken = {it.name for it in lists.entries(opened, by, search=search[:100])}
    if not wished:
        wished = next_letter(taken, lang) or text("app.plans.plan_letter", lang, letter="B")
    return numbered(wished, taken, lang)


def next_letter(taken: Collection[str], lang: Lang) -> str:
    """The first of Plan B, Plan C, ... that is not taken; empty if all are."""
    letters = (chr(code) for code in range(ord("B"), ord("Z") + 1))
    free = (text("app.plans.plan_letter", lang, letter=letter) for letter in letters)
    return next((name for name in free if name not in taken), "")


def numbered(wished: str, taken: Collection[str], lang: Lang) -> str:
    """The name wished for, with the first number that makes it none of those taken if it is one."""
    name, count = wished, 2
    while name in taken:
        name, count = text("app.plans.copy", lang, name=wished, count=count), count + 1
    return name


def described(
    kept: tuple[View, Draft, str] | None, view: View, draft: Draft, own: OwnData, region: Region
) -> list[later.Clause]:
    """What has changed since the last version."""
    if kept is None:
        return [("made", {})]
    before, old, files = kept
    offices = region.offices if own.offices is None else own.offices
    names = dict(zip(offices["id"].astype(str), offices["name"].astype(str), strict=True))
    names |= {it.id: it.name for it in (*old.added, *draft.added)}

    def since(key: str, after: tuple[str, ...], before: tuple[str, ...]) -> list[later.Clause]:
        found = [names.get(it, it) for it in after if it not in before]
        return [(key, {"names": found})] if found else []

    now, then = tuple(it.id for it in draft.added), tuple(it.id for it in old.added)
    said = [
        *since("added", now, then),
        *since("removed", then, now),
        *since("closed", draft.closed, old.closed),
        *since("reopened", old.closed, draft.closed),
    ]
    was, now_is = before.promised(), view.promised()
    if was != now_is:
        said.append(("target", {"before": {was.unit: was.value}, "after": {now_is.unit: now_is.value}}))
    if view.stage != before.stage:
        said.append(("stage", {"before": before.stage or "–", "after": view.stage or "–"}))
    said_already = {key: getattr(before, key) for key in ("target_km", "target_min", "stage")}
    if replace(view, lang="de", **said_already) != before:
        said.append(("settings", {}))
    if own.key != files:
        said.append(("files", {}))
    if draft.name != old.name:
        said.append(("renamed", {"name": draft.name}))
    return said or [("other", {})]
