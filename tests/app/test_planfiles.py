"""A plan given away as a file is the same plan when it comes back."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.api import Plan
from iqgeo.app import planfiles, services, uploads
from iqgeo.app.planfiles import OpenedPlan
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, PlannedSite, View, default_view
from iqgeo.app.uploads import SessionFolder
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.proof import Proof
from iqgeo.region import load_region
from iqgeo.scenario.bundle import open_plan
from tests.app import second
from tests.draws import draws

REGION = load_region()
OWN_PLACE = PlannedSite("X-1", "Alte Post", 9.2, 52.9)
OFFICES = (
    b"id,name,lon,lat,opened\nA,=Celle,10.08,52.62,2011\n03352059,Stade,9.47,53.6,\nC,Leer,7.45,53.23,2090\n"
)
CANDIDATES = b"id,name,lon,lat\nA,Soltau,9.84,52.98\nK2,Uelzen,10.56,52.96\n"
PEOPLE = b"id,lon,lat,people,ags\n1,9.7,52.4,1200.5,\n2,9.8,52.9,0.125,\n3,10.1,52.7,77,03351006\n"


def take(kind: str, raw: bytes, own: OwnData = EMBEDDED, name: str = "a.csv") -> OwnData:
    upload = uploads.read_upload(kind, raw, name, REGION, target_km=35, swap=False, folder=SessionFolder())
    return uploads.take(own, upload)


@pytest.fixture(scope="module")
def own() -> OwnData:
    return take("demand", PEOPLE, take("candidates", CANDIDATES, take("offices", OFFICES)))


def given_away(view: View, draft: Draft, name: str, own: OwnData = EMBEDDED) -> bytes:
    return planfiles.plan_bytes(REGION, view, draft, name, own)


def opened(raw: bytes, name: str = "plan.toml", view: View | None = None) -> OpenedPlan:
    return planfiles.read_plan(raw, name, REGION, view or default_view(REGION), folder=SessionFolder())


def refused(content: str) -> set[str]:
    with pytest.raises(InputError) as caught:
        opened(content.encode())
    for lang in ("de", "en"):
        assert "{" not in caught.value.message(lang)
    return {it.code for it in caught.value.problems}


def after(start: Coverage, draft: Draft, stage: int) -> Coverage:
    part = draft.until(stage)
    return second.with_plan(start, part.added, part.closed)


def test_a_plan_travels_in_a_file(tmp_path: Path) -> None:
    view = replace(default_view(REGION), stage=2013, target_km=40.0, detour_factor=1.25, planned=True)
    town = services.nearest_town(REGION, 9.84, 52.98)
    draft = Draft("Plan B", (town, OWN_PLACE), ("NI-LER",), forbid=("03101000",))
    raw = given_away(view, draft, "Plan B")
    again = opened(raw)
    assert replace(again.view, year=None) == view
    assert again.draft == draft
    assert again.own is EMBEDDED
    # The library computes the same from the file.
    path = tmp_path / "plan.toml"
    path.write_bytes(raw)
    plan = Plan.load(path)
    shown = second.with_plan(second.coverage(REGION, view), draft.added, draft.closed)
    assert plan.coverage(-1, REGION).covered == shown.covered
    assert [it.name for it in plan.stages] == ["Plan B"]


TOWNS = [
    PlannedSite(str(it.id), str(it.name), float(it.lon), float(it.lat))
    for it in REGION.towns.sort_values("population").tail(6).itertuples()
]
STEPS = st.lists(
    st.tuples(st.sampled_from([*TOWNS, OWN_PLACE, "NI-H", "NI-OS", "NI-LER"]), st.integers(1, 4)),
    min_size=1, max_size=7, unique_by=lambda it: getattr(it[0], "id", it[0]),
)  # fmt: skip


def drafted(steps: list[tuple[PlannedSite | str, int]]) -> Draft:
    """A plan as clicks make it: everything put in first, then sent to its stage."""
    draft = Draft("Plan")
    for it, _ in steps:
        draft = draft.toggled(it) if isinstance(it, str) else draft.with_site(it)
    for it, stage in steps:
        draft = draft.in_stage(it if isinstance(it, str) else it.id, stage)
    return draft


def in_order(draft: Draft) -> Draft:
    """The same plan with its entries stage by stage, as a file has them."""
    added = sorted(draft.added, key=lambda it: draft.stage_of(it.id))
    closed = sorted(draft.closed, key=draft.stage_of)
    return replace(draft, added=tuple(added), closed=tuple(closed), later=tuple(sorted(draft.later)))


TITLES = st.sets(st.integers(1, 4), max_size=4)


@settings(max_examples=draws(4, 30))
@given(STEPS, TITLES)
def test_every_stage_travels(tmp_path_factory: pytest.TempPathFactory, steps: list, titled: set[int]) -> None:
    view, draft = default_view(REGION), drafted(steps)
    titles = tuple((at, f"Haushalt {2024 + at}") for at in sorted(titled) if at <= draft.stages)
    draft = replace(draft, titles=titles)
    start = second.coverage(REGION, view)
    raw = given_away(view, draft, "Plan")
    again = opened(raw).draft
    assert replace(again, later=tuple(sorted(again.later))) == in_order(draft)
    path = tmp_path_factory.mktemp("plan") / "plan.toml"
    path.write_bytes(raw)
    plan = Plan.load(path)
    unnamed = {it: f"Etappe {it}" if draft.stages > 1 else "Plan" for it in range(1, draft.stages + 1)}
    assert [it.name for it in plan.stages] == list((unnamed | dict(titles)).values())
    coverages = plan.evaluate(REGION).coverages
    assert [it.covered for it in coverages] == [
        after(start, draft, stage).covered for stage in range(1, draft.stages + 1)
    ]


@settings(max_examples=draws(4, 30))
@given(st.sets(st.integers(1, 3), min_size=1), st.sampled_from([1.0, 30.0, 35.0, 500.0]))
def test_a_proof_travels_also_where_it_does_not_hold_now(proven: set[int], target_km: float) -> None:
    # Under the settings it was made under it holds again: whoever tries others meanwhile loses nothing.
    draft = drafted([(TOWNS[0], 1), (TOWNS[1], 2), (TOWNS[2], 3)])
    proofs = tuple(
        (at, Proof("max-cover", "optimal", 0.0, 0.5, (TOWNS[at - 1].id,))) for at in sorted(proven)
    )
    draft = replace(draft, proofs=proofs)
    raw = given_away(replace(default_view(REGION), target_km=target_km), draft, "Plan")
    assert opened(raw).draft.proofs == draft.proofs


def test_stages_have_names_in_the_language_of_the_view(tmp_path: Path) -> None:
    draft = drafted([(TOWNS[0], 1), ("NI-H", 2)])
    for lang, names in (("de", ["Etappe 1", "Etappe 2"]), ("en", ["Stage 1", "Stage 2"])):
        (tmp_path / "plan.toml").write_bytes(given_away(default_view(REGION, lang), draft, "Plan"))
        plan = Plan.load(tmp_path / "plan.toml")
        assert [it.name for it in plan.stages] == names
        assert plan.settings.stage == 2012
        assert [it.year for it in plan.stages] == [None, None]


def test_what_is_no_longer_open_closes_nothing() -> None:
    view = default_view(REGION)
    raw = given_away(view, Draft("Plan", (OWN_PLACE,), ("NI-GÖ", "NI-H")), "Plan")
    assert opened(raw).draft == Draft("Plan", (OWN_PLACE,), ("NI-H",))


@pytest.mark.parametrize("distance", ["detour", "straight"])
def test_a_plan_travels_with_the_user_s_own_data(own: OwnData, distance: str) -> None:
    view = replace(default_view(REGION), distance=distance, target_km=20.0)
    town = services.nearest_town(REGION, 9.84, 52.98)
    draft = drafted([(town, 1), (OWN_PLACE, 2), ("A", 2)])
    raw = given_away(view, draft, "Eigene", own)
    assert given_away(view, draft, "Eigene", own) == raw
    assert planfiles.ending(own) == "zip"
    again = opened(raw, "plan.zip")
    assert (again.view, again.draft.until(1).added) == (view, (town,))
    assert again.draft.closed == ("A",)
    assert {it.kind for it in again.own.files} == {"offices", "candidates", "demand"}
    assert again.own.demand is not None
    assert again.own.demand.people == 1277.625
    before, later = (second.coverage(REGION, view, it) for it in (own, again.own))
    with open_plan((raw, "plan.zip")) as plan:
        found = Plan.from_scenario(plan).evaluate(REGION).coverages
    for stage in (1, 2):
        wanted = after(before, draft, stage).covered
        assert wanted == after(later, again.draft, stage).covered == found[stage - 1].covered
    # Given away again it is the same, names of files included.
    assert given_away(again.view, again.draft, "Eigene", again.own) == raw


def test_two_tables_that_number_alike_do_not_mix(own: OwnData) -> None:
    """A candidate and a town bear the ids of offices: each stays where it is."""
    view = default_view(REGION)
    added = (PlannedSite("A", "Soltau", 9.84, 52.98), PlannedSite("03352059", "Woanders", 8.9, 53.1))
    for closed in ((), ("A",)):
        draft = Draft("Plan", added, closed)
        wanted = second.with_plan(second.coverage(REGION, view, own), added, closed)
        again = opened(given_away(view, draft, "Plan", own), "plan.zip")
        assert [(it.name, it.lon, it.lat) for it in again.draft.added] == [
            (it.name, it.lon, it.lat) for it in added
        ]
        start = second.coverage(REGION, again.view, again.own)
        found = second.with_plan(start, again.draft.added, again.draft.closed)
        assert (found.covered, len(found.offices)) == (wanted.covered, len(wanted.offices))


def test_shares_travel_as_people() -> None:
    shares = "ags;share_pct\n" + "".join(f"{ags};{7.5}\n" for ags in sorted(REGION.district_names))
    own = take("shares", shares.encode())
    view = default_view(REGION)
    again = opened(given_away(view, Draft("P", (OWN_PLACE,)), "P", own), "plan.zip")
    assert [it.kind for it in again.own.files] == ["demand"]
    before, later = (second.coverage(REGION, view, it) for it in (own, again.own))
    assert (before.people, before.covered) == (later.people, later.covered)
    assert before.by_district()["covered"].tolist() == later.by_district()["covered"].tolist()


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"name = ", b'name = "x"\n', b"PK\x03\x04", b"PK\x05\x06"])
def test_what_is_no_plan_is_a_sentence(raw: bytes) -> None:
    with pytest.raises(InputError) as caught:
        opened(raw)
    assert caught.value.message("de")


STAGE = "[[stages]]\nyear = 2012\n"
LATER = '[[stages]]\nname = "b"\n{} = ["{}"]\n'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('[demand]\nfile = "/etc/passwd"\n' + STAGE, "plan_path_outside"),
        ('[offices]\nfile = "../../../../etc/passwd"\n' + STAGE, "plan_path_outside"),
        ('[region]\ndirectory = "/"\n' + STAGE, "plan_path_outside"),
        ('[candidates]\nfile = "orte.csv"\n' + STAGE, "plan_file_absent"),
        ("[[stages]]\nyear = 1950\n", "plan_not_on_screen"),
        ("[demand]\nyear = 1999\n" + STAGE, "plan_not_on_screen"),
        ('[region]\nname = "Bayern"\n' + STAGE, "plan_not_on_screen"),
        ('[region.sha256]\n"offices.csv" = "00"\n' + STAGE, "plan_data_changed"),
        (STAGE + "[stages.search]\ntime_limit_s = 1e9\n", "plan_search_long"),
        (STAGE + LATER.format("closed", "NI-H") + LATER.format("opened", "NI-H"), "plan_back_and_forth"),
        (STAGE + LATER.format("opened", "NI-GÖ") + LATER.format("closed", "NI-GÖ"), "plan_back_and_forth"),
    ],
)  # fmt: skip
def test_what_the_app_cannot_show_is_a_sentence(content: str, code: str) -> None:
    assert refused("version = 2\n" + content) == {code}


def test_a_plan_by_hand_counts_as_on_the_command_line(tmp_path: Path) -> None:
    """Figures of the first stage, offices of the last year, a stage that changes nothing in between."""
    content = """version = 2
name = "Von\\u202eHand"
[[stages]]
year = 2012
[[stages]]
year = 2013
[[stages]]
name = "nichts"
[[stages]]
name = "erst"
closed = ["NI-H"]
opened = ["03352011"]
[[stages]]
name = "dann"
opened = ["03157005"]
"""
    (tmp_path / "plan.toml").write_text(content, encoding="utf-8")
    wanted = Plan.load(tmp_path / "plan.toml").evaluate(REGION).coverages
    again = opened(content.encode())
    assert again.draft.name == "VonHand"
    assert (again.view.stage, again.draft.stages, again.draft.closed) == (2013, 2, ("NI-H",))
    start = second.coverage(REGION, again.view)
    assert start.people == wanted[0].people
    assert start.covered == wanted[2].covered
    assert [after(start, again.draft, at).covered for at in (1, 2)] == [it.covered for it in wanted[3:]]


AREAS = list(REGION.district_names)


def _of_areas(heading: str, cells: list[str]) -> str:
    return "\n".join([f"ags;{heading}", *(f"{it};{cell}" for it, cell in zip(AREAS, cells, strict=True))])


SAID: dict[str, tuple[str, str, str, str]] = {
    "points": ("shares", "decimal = 'comma'", "a.csv", _of_areas("persons", ["8.910"] * len(AREAS))),
    "a column": (
        "shares", "columns = {persons = 'hier'}", "a.csv",
        _of_areas("dort;hier", ["9000;3000"] * len(AREAS)),
    ),
    "exchanged": ("offices", "swap_coordinates = true", "a.csv", "name;lon;lat\nA;52.62;10.08\n"),
    "a system": ("offices", "crs = 'EPSG:25832'", "a.csv", "name;x;y\nA;573000;5830000\n"),
    "a name": ("candidates", "columns = {name = 'wie'}", "a.csv", "wie;name;lon;lat\nA;B;10.08;52.6\n"),
    "a row": ("offices", "rows = {3 = 'leave'}", "a.csv", "name;lon;lat\nA;10.08;52.6\nB;;\n"),
    "a factor": ("distance", "columns = {factor = 'wie'}", "a.csv", "ags;factor;wie\n03241;1;1.5\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_what_a_plan_says_about_its_files_counts_on_a_page(case: str, tmp_path: Path) -> None:
    """The answers given to a command, sheets and systems among them, stand in the plan."""
    table, said, name, content = SAID[case]
    (tmp_path / name).write_text(content, encoding="utf-8")
    key = "factors" if table == "distance" else "file"
    plan = f'version = 2\n[{table}]\n{key} = "{name}"\n{said}\n[[stages]]\nyear = 2012\n'
    (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
    (wanted,) = Plan.load(tmp_path / "plan.toml").evaluate(REGION).coverages
    with zipfile.ZipFile(tmp_path / "plan.zip", "w") as packed:
        for it in ("plan.toml", name):
            packed.write(tmp_path / it, it)
    again = opened((tmp_path / "plan.zip").read_bytes(), "plan.zip")
    found = second.coverage(REGION, again.view, again.own)
    assert (found.people, found.covered) == (wanted.people, wanted.covered)
    assert [it.kind for it in again.own.files] == [{"distance": "factors"}.get(table, table)]
    if table == "candidates":
        assert again.own.candidates is not None
        assert again.own.candidates["name"].tolist() == ["A"]


PEOPLED = 'version = 2\n[demand]\nfile = "people.csv"\n{}[[stages]]\nyear = 2012\n'


def packed(plan: str, **tables: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as bundle:
        for name, content in {"plan.toml": plan.encode(), **tables}.items():
            bundle.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["distances", "grid_shares"])
def test_a_file_that_no_page_takes_is_named(kind: str) -> None:
    raw = packed(PEOPLED.format(f'[{kind}]\nfile = "a.csv"\n'), **{"people.csv": PEOPLE, "a.csv": PEOPLE})
    with pytest.raises(InputError) as caught:
        opened(raw, "plan.zip")
    assert [(it.code, it.column, it.value) for it in caught.value.problems] == [
        ("plan_not_on_screen", f"{kind}.file", "a.csv")
    ]


def test_of_two_files_of_people_that_of_the_places_counts() -> None:
    """As on the command line; the page names the one that it counts."""
    shares = _of_areas("share_pct", ["12.5"] * len(AREAS)).encode()
    plan = PEOPLED.format('[shares]\nfile = "shares.csv"\n')
    own = opened(packed(plan, **{"people.csv": PEOPLE, "shares.csv": shares}), "plan.zip").own
    assert [it.name for it in own.files] == ["people.csv"]
    assert own.demand is not None
    assert len(own.demand.places) == PEOPLE.count(b"\n") - 1


def test_a_plan_without_any_year_starts_from_the_offices_of_today(tmp_path: Path) -> None:
    content = 'version = 2\n[[stages]]\nname = "nur zwei"\nopened = ["NI-H", "03157005"]\n'
    (tmp_path / "plan.toml").write_text(content, encoding="utf-8")
    wanted = Plan.load(tmp_path / "plan.toml").coverage(0, REGION)
    again = opened(content.encode())
    assert again.view.stage == REGION.default_stage
    found = after(second.coverage(REGION, again.view), again.draft, 1)
    assert (found.people, found.covered, len(found.offices)) == (wanted.people, wanted.covered, 2)


def test_a_search_waits_for_its_turn() -> None:
    turns = []

    @contextmanager
    def solver() -> Iterator[None]:
        turns.append("mine")
        yield

    search = '[[stages]]\nname = "mehr"\n[stages.search]\nnew = 2\n[robustness]\nvariations = 1000\n'
    for content, added in ((STAGE, 0), (STAGE + search, 2)):
        read = planfiles.read_plan(
            content.encode(), "plan.toml", REGION, default_view(REGION), folder=SessionFolder(),
            solver=solver(),
        )  # fmt: skip
        assert len(read.draft.added) == added
    assert turns == ["mine"]
