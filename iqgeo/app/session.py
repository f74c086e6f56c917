"""The session of this browser tab: read from the address once, written back to it after every change."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from iqgeo.app import keeping, resources
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, Session, View, default_view, view_from_query, view_to_query
from iqgeo.app.uploads import SessionFolder
from iqgeo.errors import InputError, Problem
from iqgeo.scenario.settings import said_in

if TYPE_CHECKING:
    from iqgeo.app.planfiles import OpenedPlan
    from iqgeo.store.members import Member
    from iqgeo.store.records import Version

PART = "open"
"""What an address calls the part of its page that is open."""
_SESSION, _OWN, _FOLDER = "iqgeo_session", "iqgeo_own_data", "iqgeo_folder"
_MEMBER, _SIGN_IN_FAULT = "iqgeo_member", "iqgeo_sign_in_fault"


def current() -> Session:
    """Return the session of this tab."""
    if _SESSION not in st.session_state:
        query = st.query_params.to_dict()
        key = resources.region_key()
        view, refused = view_from_query(query, resources.region(key))
        view = replace(view, region=key)
        if query.get("region", key) != key:
            refused = (*refused, "region")
        st.session_state[_SESSION] = made = Session(view=view, refused=refused)
        if "plan" in query:
            open_plan(made, query["plan"])
        if made.home.plan_id:
            # The settings are the plan's: whoever is sent an address that says others is told.
            asked, plan = (view_to_query(it, resources.region(it.region)) for it in (view, made.view))
            said = [it for it in said_in(query) if it in refused or asked.get(it) != plan.get(it)]
            made.overruled = tuple(said)
            made.refused = tuple(it for it in refused if it not in said)
    session: Session = st.session_state[_SESSION]
    return session


def refuse(part: str) -> None:
    """Note that a part of the address could not be used, for the page to say so."""
    held = current()
    if part not in held.refused:
        held.refused = (*held.refused, part)


def open_plan(current: Session, plan_id: str, number: int | None = None) -> None:
    """Open a plan that is kept; what keeps it from being opened is noted in the session."""
    try:
        opened, version = stored_plan(plan_id, number)
    except InputError as error:
        current.home = replace(current.home, wanted=current.home.plan_id or plan_id, fault=error.kept())
        return
    if opened.view.region != current.view.region:
        # Each region has plans of its own.
        current.saved = {}
    current.view = replace(opened.view, lang=current.view.lang)
    current.draft, current.past, current.trial = opened.draft, [], None
    current.suggested = keeping.suggested_in(opened.draft)
    _put_data(opened.own)
    current.overruled = ()
    current.home = keeping.at_home(version, current.view, opened.draft, opened.own)


def stored_plan(plan_id: str, number: int | None = None) -> "tuple[OpenedPlan, Version]":
    """Read a version that is kept, by default the newest, without opening it in this tab.

    Raises
    ------
    InputError
        If there is none, or it cannot be used or shown.
    """
    here = _at_home(plan_id, number)
    return keeping.stored_plan(
        plan_id, number, resources.region(here.region), here, folder=folder(), solver=resources.SOLVER,
        by=member(),
    )  # fmt: skip


def _at_home(plan_id: str, number: int | None = None) -> View:
    from iqgeo.store import plans
    from iqgeo.stored import region_name

    return view_of_region(region_name(plans.load(keeping.store(), plan_id, number, member())))


def view_of_region(name: str) -> View:
    """Return what is looked at, on the region of that name: as it is, or as that one begins.

    Raises
    ------
    InputError
        If no region goes by the name here.
    """
    key, here = resources.key_of(name), view()
    if key is None:
        raise InputError(Problem("plan_region_unknown", column="region.name", value=name))
    return here if key == here.region else replace(default_view(resources.region(key), here.lang), region=key)


def duplicate(plan_id: str) -> None:
    """Make a plan of its own from the newest version of another.

    Raises
    ------
    InputError
        If that cannot be used or kept.
    """
    here = _at_home(plan_id)
    keeping.duplicate(
        plan_id, resources.region(here.region), here, folder=folder(), solver=resources.SOLVER, by=member()
    )


def open_region(key: str) -> None:
    """Begin anew on another region: each has its own plans, offices and figures."""
    lang = view().lang
    fresh = replace(default_view(resources.region(key), lang), region=key)
    st.session_state[_SESSION] = Session(view=fresh)
    _put_data(EMBEDDED)


def keep() -> None:
    """Keep what has changed of the plan in this tab."""
    held, own = current(), own_data()

    def reached() -> keeping.Summary:
        try:
            return keeping.reached_by(resources.planned(held.view, own, held.draft))
        except InputError:
            # Settings under which nothing can be computed are part of the plan all the same.
            return keeping.Summary(places=len(held.draft.places))

    keeping.keep(held, own, resources.region(), reached, member())


def member() -> "Member":
    """Return who uses this tab: the one user without a sign-in, else who has signed in, else a guest."""
    from iqgeo.store.members import GUEST, LOCAL

    if not signs_in():
        return LOCAL
    if not st.user.is_logged_in:
        return GUEST
    try:
        return _signed_in()
    except InputError as error:
        # Whoever cannot be told apart is nobody: never the one who may everything.
        st.session_state[_SIGN_IN_FAULT] = error.kept()
        return GUEST


def sign_in_fault() -> InputError | None:
    """Return why a sign-in does not count, if it does not."""
    fault: InputError | None = st.session_state.get(_SIGN_IN_FAULT)
    return fault


def signs_in() -> bool:
    """Return whether Streamlit's own sign-in is set up: ``[auth]`` in its secrets."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def _signed_in() -> "Member":
    """Return who has signed in; judged anew at every visit, noted in the store once a tab."""
    from iqgeo.store.members import sign_in, still_counts

    claims = st.user.to_dict()
    token = (claims.get("iss"), claims.get("sub"), claims.get("iat"))
    kept = st.session_state.get(_MEMBER)
    if kept is None or kept[0] != token:
        found = sign_in(keeping.store(create=True), claims, client_id=str(st.secrets["auth"]["client_id"]))
        kept = st.session_state[_MEMBER] = (token, found)
    still_counts(claims)
    st.session_state[_SIGN_IN_FAULT] = None
    member: Member = kept[1]
    return member


def is_kept() -> bool:
    """Return whether everything of the plan in this tab is in the store."""
    return keeping.is_kept(current(), own_data())


def view() -> View:
    """Return what is looked at."""
    return current().view


def own_data() -> OwnData:
    """Return the user's own data, or the embedded."""
    data: OwnData = st.session_state.get(_OWN, EMBEDDED)
    return data


def replace_data(data: OwnData, draft: Draft | None = None, view: View | None = None) -> None:
    """Put the user's data in place of what was used before, with what that changes: one step to take back."""
    held = current()
    held.change(held.draft if draft is None else draft, view, shown={_OWN: own_data()})
    _put_data(data)


def _put_data(data: OwnData) -> None:
    st.session_state[_OWN] = data


def folder() -> SessionFolder:
    """Return the folder of this tab for what is read from disk only: road networks."""
    made: SessionFolder = st.session_state.setdefault(_FOLDER, SessionFolder())
    return made


def watcher() -> Callable[[], bool]:
    """Return what tells, from any thread, whether this tab is still open, whatever page it shows."""
    context = get_script_run_ctx()
    session_id = context.session_id if context is not None else ""

    def is_open() -> bool:
        # Without a server (pages run in process) there is no tab that could be closed.
        return not runtime.exists() or bool(runtime.get_instance().is_active_session(session_id))

    return is_open


def write_address(part: str = "") -> None:
    """Let the address of the page say what is looked at, so that it can be sent to others.

    ``part`` is the part of the page that is open, if it is not the usual one.
    """
    home, wanted = current().home, view_to_query(view(), resources.region())
    if home.plan_id:
        # The settings are the plan's.
        kept = {key: it for key, it in wanted.items() if key in ("lang", "region")}
        wanted = {"plan": home.plan_id} | kept
    elif home.wanted:
        wanted["plan"] = home.wanted
    wanted |= {PART: part} if part else {}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
