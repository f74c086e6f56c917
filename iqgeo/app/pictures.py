"""What pages draw: maps, candidates and small pictures of the results, kept between reruns.

Keyed like the results of :mod:`iqgeo.app.resources` that they are drawn from.
"""

import gc
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from iqgeo import sites
from iqgeo.app import resources, services
from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, PlannedSite, View
from iqgeo.coverage import Coverage
from iqgeo.frames import rows
from iqgeo.gains import reached_without
from iqgeo.reports.bases import kept_base
from iqgeo.reports.map import (
    CLOSED,
    TRIAL,
    Candidate,
    MapBase,
    MapScene,
    Marker,
    Overlay,
    Spots,
    list_scene_of,
    map_document,
    page_parts,
    scene_of,
    scene_parts,
)
from iqgeo.reports.map.access import Layer, access_overlay
from iqgeo.reports.map.dots import DotSample, sample
from iqgeo.reports.map.scene import with_overlay
from iqgeo.scenario.asked import pool_of
from iqgeo.texts import Lang, signed

if TYPE_CHECKING:
    from iqgeo.reports.difference import Pair
    from iqgeo.reports.story import YearMap

MOST_LOOSE = 8
"""For so many offices the map says live what dragging them would bring."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a map as JSON, and the checksum by which a browser knows that it has it."""

    key: str
    json: str

    @classmethod
    def of(cls, json: str) -> "Part":
        """A part with its checksum."""
        return cls(hashlib.blake2b(json.encode("ascii"), digest_size=9).hexdigest(), json)


Picture = Mapping[str, Part]
"""A map by its parts: those of :func:`iqgeo.reports.map.scene_parts`."""


def base(key: str | None = None) -> MapBase:
    """Return the simplified outlines."""
    return _base(resources.region_key() if key is None else key)


@st.cache_resource(show_spinner=False, max_entries=8)
def _base(key: str) -> MapBase:
    return kept_base(resources.region(key))


def document(lang: Lang) -> str:
    """Return the HTML of the empty map."""
    return _document(lang, resources.region_key())


@st.cache_resource(show_spinner=False, max_entries=8)
def _document(lang: Lang, key: str) -> str:
    made = map_document(base(key), lang)
    _keep_for_good()
    return made


def _keep_for_good() -> None:
    """Take all that is loaded by now out of the search for garbage.

    Streamlit searches everything after every run, before the answer is out: about three tenths of the
    time of a moved office went into looking at modules, outlines and places that stay until the end. By
    the first map all modules of its page are loaded.
    """
    gc.collect()
    gc.freeze()


def year_maps(view: View, own: OwnData, lang: Lang) -> "tuple[YearMap, ...]":
    """Return a small map of each year."""
    return _year_maps(resources.computed(view), own.key, own, lang)


def difference(pair: "Pair", lang: Lang) -> tuple[str, str]:
    """Return the map of how two networks differ, and it in words."""
    keys = tuple(
        (
            it.target,
            it.measure.key,
            _digest(it.places, "lon", "lat", "people", "status"),
            _digest(it.offices, "id", "name", "lon", "lat"),
        )
        for it in (pair.first, pair.second)
    )
    return _difference((resources.region_key(), keys), pair.names, lang, pair)


def _digest(frame: pd.DataFrame, *columns: str) -> int:
    """Tell two frames apart by their values: ids and sums may be those of another user's file."""
    return int(pd.util.hash_pandas_object(frame[[*columns]], index=False).sum())


def picture(
    view: View,
    own: OwnData,
    draft: Draft | None = None,
    *,
    ahead: Draft | None = None,
    trial: PlannedSite | None = None,
    clickable: bool = False,
    dark: bool = False,
    background: bool = False,
    overlay: Overlay | None = None,
    ways_from: str = "",
) -> Picture:
    """Return the map of a view for the map component.

    Parameters
    ----------
    view : View
        What is looked at.
    own : OwnData
        The user's files.
    draft : Draft | None
        The plan; ``None`` for the network of the view.
    ahead : Draft | None
        A plan that nobody has decided on yet: what it has beside ``draft`` is drawn as provisional.
    trial : PlannedSite | None
        An office that is tried, beside both.
    clickable : bool
        A map to work on, with what every candidate would bring.
    dark : bool
        For a dark page.
    background : bool
        With a base map; needs the internet.
    overlay : Overlay | None
        What lies above it; ``None`` for nothing.
    ways_from : str
        AGS of a district whose ways to the nearest office of what is drawn are drawn.
    """
    known = (
        resources.computed(view),
        own.key,
        own,
        resources.unnamed(draft),
        resources.unnamed(ahead or draft),
        trial,
    )
    drawn, parts = _drawn(*known, background, view.lang, clickable)
    if ways_from:
        whole = resources.unnamed(ahead or draft)
        shown = resources.planned(view, own, whole if trial is None else whole.with_site(trial))
        drawn = replace(drawn, ways=services.ways_from(shown, ways_from), ways_from=ways_from)
    if overlay is not None:
        drawn = with_overlay(drawn, overlay)
    if overlay is not None and overlay.shaded:
        # Another map: reach, gaps and people give way to the areas.
        written = scene_parts(drawn, view.lang, clickable=clickable)
        parts = {name: Part.of(it) for name, it in written.items()}
    added = page_parts(drawn, view.lang, clickable=clickable, dark=dark)
    return {**parts, **{name: Part.of(it) for name, it in added.items()}}


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=resources.KEYS)
def _drawn(
    view: View, own_key: str, _own: OwnData, draft: Draft, ahead: Draft, trial: PlannedSite | None,
    background: bool, lang: Lang, clickable: bool,
) -> tuple[MapScene, dict[str, Part]]:  # fmt: skip
    """The map as a page begins with it, as data and written: most runs change nothing of it."""
    known = (view, own_key, _own, draft, ahead, trial)
    drawn = _scene(*known, background)
    if clickable:
        candidates, spots = _chances(*known)
        drawn = replace(drawn, candidates=candidates, spots=spots, brief=True)
    if trial is not None:
        drawn = replace(drawn, sites=tuple(_noted(it, trial, drawn, lang) for it in drawn.sites))
    parts = scene_parts(drawn, lang, clickable=clickable)
    return drawn, {name: Part.of(it) for name, it in parts.items()}


def _noted(marker: Marker, trial: PlannedSite, drawn: MapScene, lang: Lang) -> Marker:
    """The office that is tried, with what it brings."""
    if marker.kind != TRIAL or marker.id != trial.id:
        return marker
    return replace(marker, note=signed(drawn.trial_gain, lang))


def gains(view: View, own: OwnData, draft: Draft) -> tuple[Candidate, ...]:
    """Return what every candidate would bring to a plan, the most first."""
    return _gains(resources.computed(view), own.key, own, resources.unnamed(draft))


def scene(view: View, own: OwnData, draft: Draft | None = None) -> MapScene:
    """Return the map of a view as data."""
    return _scene(
        resources.computed(view),
        own.key,
        own,
        resources.unnamed(draft),
        resources.unnamed(draft),
        None,
        False,
    )


def access_layer(view: View, own: OwnData, draft: Draft, layer: Layer) -> Overlay:
    """Return how well people are served by a plan, as classes on the map.

    Raises
    ------
    InputError
        Naming every rate and number of posts that cannot be used.
    """
    return _access_layer(replace(view, least_people=0), own.key, own, resources.unnamed(draft), layer)


def list_picture(
    view: View,
    own: OwnData,
    municipalities: pd.DataFrame,
    *,
    draft: Draft | None = None,
    chosen: tuple[str, ...] = (),
    zoom: bool = False,
    dark: bool = False,
) -> Picture:
    """Return the map beside the gap list for the map component."""
    listed = set(municipalities["ags"])
    start, shown = resources.coverage(view, own), resources.gaps(view, own, draft)
    ways = services.ways_of(shown, [it for it in chosen if it in listed])
    drawn = list_scene_of(
        resources.region(view.region),
        shown.coverage,
        municipalities,
        chosen=chosen,
        ways=ways,
        zoom=zoom,
        base=base(view.region),
        proposed=_opened(start, shown.coverage),
        closed=_closed(start, shown.coverage),
    )
    parts = scene_parts(drawn, view.lang, clickable=False, dark=dark)
    return {name: Part.of(it) for name, it in parts.items()}


def _opened(start: Coverage, shown: Coverage) -> tuple[str, ...]:
    return sites.ids(sites.opened_since(start.offices, shown.offices))


def _closed(start: Coverage, shown: Coverage) -> list[Marker]:
    gone = sites.opened_since(shown.offices, start.offices)[["id", "name", "lon", "lat"]]
    return [Marker(str(it.id), str(it.name), float(it.lon), float(it.lat), CLOSED) for it in rows(gone)]


@st.cache_resource(show_spinner=False, max_entries=16)
def _dots(key: tuple[str, int | None, str], _coverage: Coverage) -> DotSample:  # noqa: ARG001 -- the key
    return sample(_coverage.places)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=resources.KEYS)
def _scene(
    view: View,
    own_key: str,
    _own: OwnData,
    draft: Draft,
    ahead: Draft,
    trial: PlannedSite | None,
    background: bool,
) -> MapScene:
    found = resources.evaluation(view, _own, draft)
    start, firm = found.base.coverage, found.coverages[-1]
    whole = ahead if trial is None else ahead.with_site(trial)
    there = found if whole == draft else resources.evaluation(view, _own, whole)
    shown = there.coverages[-1]
    undecided = set(sites.ids(sites.opened_since(firm.offices, shown.offices)))
    drawn = scene_of(
        resources.region(view.region),
        shown,
        there.gaps[-1],
        _opened(start, shown),
        base=base(view.region),
        dots=_dots((start.demand.weight, start.demand.year, f"{view.region} {own_key}"), start),
        background=background,
        provisional=undecided,
        closed=_closed(start, shown),
    )
    if trial is None or trial.id not in undecided:
        return drawn
    before = resources.evaluation(view, _own, ahead).coverages[-1]
    marked = tuple(replace(it, kind=TRIAL) if it.id == trial.id else it for it in drawn.sites)
    return replace(drawn, sites=marked, trial_gain=shown.covered - before.covered)


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=resources.KEYS)
def _access_layer(
    view: View,
    own_key: str,  # noqa: ARG001 -- part of the key
    _own: OwnData,
    draft: Draft,
    layer: Layer,
) -> Overlay:
    shown = resources.planned(view, _own, draft)
    return access_overlay(base(view.region), shown, view, layer, view.lang)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=resources.KEYS)
def _gains(
    view: View,
    own_key: str,  # noqa: ARG001 -- part of the key
    _own: OwnData,
    draft: Draft,
) -> tuple[Candidate, ...]:
    found = resources.evaluation(view, _own, draft)
    pool = pool_of(found.scenario, found.loaded)
    return services.candidate_views(pool, found.coverages[-1], resources.region(view.region).district_names)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=resources.KEYS)
def _chances(
    view: View, own_key: str, _own: OwnData, draft: Draft, ahead: Draft, trial: PlannedSite | None
) -> tuple[tuple[Candidate, ...], Spots | None]:
    """What candidates would bring to what is drawn, and what an office would reach where it is dragged."""
    whole = ahead if trial is None else ahead.with_site(trial)
    candidates = _gains(view, own_key, _own, whole)
    found = resources.evaluation(view, _own, whole)
    shown = found.coverages[-1]
    here = set(sites.ids(shown.offices))
    tried = () if trial is None else (trial,)
    loose = {it.id: it.name for it in (*draft.added, *ahead.added, *tried) if it.id in here}
    if not loose or not shown.people:
        return candidates, None
    without = reached_without(shown, list(loose)[:MOST_LOOSE])
    planned = {key: loose[key] for key in without if trial is None or key != trial.id}
    if planned:
        pool = pool_of(found.scenario, found.loaded)
        offices = [(name, without[key]) for key, name in planned.items()]
        candidates = services.stood_in(candidates, pool, shown, offices)
    every = pool_of(found.scenario.with_settings(least_people=0), found.loaded)
    towns = every.candidates
    reached = {}
    for key in dict.fromkeys(it.id for it in (*draft.added, *tried) if it.id in without):
        beside = without[key]
        base = float(every.people[beside].sum())
        reached[key] = tuple(((base + every.gains_beside(beside)) / shown.people).tolist())
    return candidates, Spots(
        tuple(map(str, towns["name"])),
        tuple(map(float, towns["lon"])),
        tuple(map(float, towns["lat"])),
        reached,
    )


@st.cache_data(show_spinner=False, max_entries=24)
def _difference(
    keys: object,  # noqa: ARG001 -- the key
    names: tuple[str, str],  # noqa: ARG001 -- part of it
    lang: Lang,
    _pair: "Pair",
) -> tuple[str, str]:
    from iqgeo.reports.difference import difference_map

    return difference_map(_pair, resources.region(), lang)


@st.cache_resource(show_spinner=False, max_entries=24, hash_funcs=resources.KEYS)
def _year_maps(
    view: View,
    own_key: str,  # noqa: ARG001 -- part of the key
    _own: OwnData,
    lang: Lang,
) -> "tuple[YearMap, ...]":
    from iqgeo.reports.story import year_maps

    return year_maps(resources.story(view, _own), lang, size_mm=(60.0, 56.0))
