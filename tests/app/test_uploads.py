"""Every kind of upload on the page: nothing bad gets in, what is good counts as the library counts it."""

import dataclasses
import io
import itertools
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from iqgeo import inputs
from iqgeo.api import Plan, assess
from iqgeo.app import keeping, planfiles, router, services, uploads
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import Draft, Kept, PlannedSite, Session, View, default_view
from iqgeo.app.uploads import KINDS
from iqgeo.demand import Demand, demand_from_shares
from iqgeo.distances import road_measure, roads
from iqgeo.inputs import limits
from iqgeo.region import Region
from iqgeo.scenario.bundle import open_plan
from iqgeo.scenario.measures import fitted_measure
from iqgeo.store.members import LOCAL
from iqgeo.texts import number, of_hundred, people_rounded
from tests.app import second
from tests.app.test_pages import HOSTILE, run, words

Raw = dict[str, bytes]
NAMES = {kind: f"meine.{'parquet' if kind == 'roads' else 'csv'}" for kind in KINDS}
KEPT: list[uploads.SessionFolder] = []
WRONG_COLUMNS = {
    "offices": b"id,name\n1,Celle\n",
    "candidates": b"id,lon,lat\n1,9.7,52.4\n",
    "shares": b"gebiete,wert\n03241,7\n",
    "demand": b"id,lon,lat\n1,9.7,52.4\n",
    "factors": b"district_ags,km\n03241,1.3\n",
}
CELL = '"' + HOSTILE.replace('"', '""') + '"'
# Every field that can hold text holds it; what must be a key or a number does not.
HOSTILE_GOOD = {
    "offices": f"id,name,lon,lat,kind,operator,{CELL}\n{CELL},{CELL},10.08,52.62,{CELL},{CELL},{CELL}\n",
    "candidates": f"id,name,lon,lat,ags,district_ags,{CELL}\n{CELL},{CELL},9.8,52.95,{CELL},{CELL},{CELL}\n",
    "demand": f"id,lon,lat,people,ags,{CELL}\n{CELL},9.75,52.95,10,{CELL},{CELL}\n",
    "factors": f"district_ags,factor,name\n03241,1.4,{CELL}\n{CELL},1.3,{CELL}\n",
}
HOSTILE_BAD = {
    "offices": f"id,name,lon,lat,opened\n{CELL},{CELL},{CELL},{CELL},{CELL}\n{CELL},{CELL},2.3,48.8,\n",
    "candidates": f"id,name,lon,lat,population\n{CELL},{CELL},{CELL},{CELL},{CELL}\n",
    "shares": f"ags,share_pct,name\n{CELL},{CELL},{CELL}\n03241,{CELL},{CELL}\n",
    "demand": f"id,lon,lat,people\n{CELL},{CELL},{CELL},{CELL}\n",
    "factors": f"district_ags,factor\n{CELL},{CELL}\n",
}


def shares(region: Region) -> dict[str, float]:
    return {ags: 4.0 + 0.5 * at for at, ags in enumerate(sorted(region.district_names))}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> roads.RoadNetwork:
    """Roads along a wide grid over the south of the state, from a table of edges."""
    folder = tmp_path_factory.mktemp("roads")
    knots = {(x, y): f"k{x}-{y}" for x in range(12) for y in range(12)}
    nodes = pd.DataFrame(
        [(key, 8.0 + 0.25 * x, 51.6 + 0.15 * y) for (x, y), key in knots.items()],
        columns=["node_id", "lon", "lat"],
    )
    ways = [
        (knots[a], knots[b], 20.0)
        for a, b in itertools.product(knots, knots)
        if (b[0] - a[0], b[1] - a[1]) in ((1, 0), (0, 1))
    ]
    nodes.to_csv(folder / "n_nodes.csv", index=False)
    pd.DataFrame(ways, columns=["from", "to", "km"]).to_csv(folder / "n_edges.csv", index=False)
    return roads.build_roads(folder / "n_edges.csv")


@pytest.fixture(scope="module")
def road_files(network: roads.RoadNetwork, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    """Network files: one good, one with hostile words about its source."""
    folder = tmp_path_factory.mktemp("files")
    network.save(folder / "good.parquet")
    said = {"source": HOSTILE, "attribution": HOSTILE, "date": HOSTILE}
    dataclasses.replace(network, info=dataclasses.replace(network.info, **said)).save(folder / "bad.parquet")
    pd.DataFrame({HOSTILE: [HOSTILE]}).to_parquet(folder / "columns.parquet")
    return {it.stem: it.read_bytes() for it in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def good(region: Region, road_files: Raw) -> Raw:
    return {
        "offices": b"id;name;lat;lon\nA;Celle;52,62;10,08\nB;Stade;53,6;9,47\n",
        "candidates": b"id,name,lon,lat\nK1,Soltau,9.84,52.98\nK2,Uelzen,10.56,52.96\n",
        "shares": (
            "ags;anteil\n" + "".join(f"{it[1:]};{pct}\n" for it, pct in shares(region).items())
        ).encode(),
        "demand": b"id,lon,lat,people\n1,9.7,52.4,1200.5\n2,9.8,52.9,0.125\n3,8.1,53.2,77\n",
        "factors": b"district_ags;factor\n3241;1,5\n03351;1,2\n",
        "roads": road_files["good"],
    }


def page(kind: str, own: OwnData = EMBEDDED) -> AppTest:
    test = run("data", own=own)
    if kind != KINDS[0]:
        test.selectbox(key="data-kind").select(kind).run()
    return test


def give(test: AppTest, kind: str, raw: bytes, name: str | None = None) -> str:
    """Give a file to the page and return what it says; nothing may be in use because of it."""
    before = test.session_state["iqgeo_own_data"]
    given = (name or NAMES[kind], raw, "application/octet-stream")
    test.file_uploader(key="data-file").set_value(given).run()
    assert not test.exception
    said = words(test)
    assert "<script" not in said
    assert "{{" not in said
    assert test.session_state["iqgeo_own_data"] is before
    return said


def taken(kind: str, raw: bytes, name: str | None = None) -> OwnData:
    test = page(kind)
    assert "In Ordnung" in give(test, kind, raw, name)
    test.button(key="data-take").click().run()
    assert not test.exception
    if kind == "roads":
        # The file of a network goes with its session.
        KEPT.append(test.session_state["iqgeo_folder"])
    own: OwnData = test.session_state["iqgeo_own_data"]
    return own


@pytest.mark.parametrize("kind", KINDS)
def test_bad_files_are_told_apart_and_nothing_is_replaced(kind: str, road_files: Raw) -> None:
    test = page(kind)
    wrong = road_files["columns"] if kind == "roads" else WRONG_COLUMNS[kind]
    bad = road_files["columns"] if kind == "roads" else HOSTILE_BAD[kind].encode()
    for raw in (b"", wrong, b"PK\x03\x04 no archive", b"\x89PNG\r\n", bad):
        assert "Noch nicht brauchbar" in give(test, kind, raw)
        assert not [it for it in test.button if it.key == "data-take"]
    name = f"../../{HOSTILE}{Path(NAMES[kind]).suffix}"
    assert "Noch nicht brauchbar" in give(test, kind, wrong, name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_too_big_is_refused_before_it_is_read(
    kind: str, good: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = page(kind)
    monkeypatch.setattr(limits, "UPLOAD_BYTES", 10)
    monkeypatch.setattr("iqgeo.inputs.sites.read_table", None)
    monkeypatch.setattr("iqgeo.inputs.shares.read_table", None)
    monkeypatch.setattr("iqgeo.inputs.places.form_of", None)
    monkeypatch.setattr("iqgeo.inputs.factors.read_table", None)
    monkeypatch.setattr("iqgeo.distances.roads.load_roads", None)
    said = give(test, kind, good[kind])
    assert "Noch nicht brauchbar" in said
    assert "gelesen werden höchstens" in said


def same(one: object, other: object) -> bool:
    """Whether what a file held is what another held."""
    if isinstance(one, Demand) and isinstance(other, Demand):
        one, other = one.places[["lon", "lat", "people"]], other.places[["lon", "lat", "people"]]
    if isinstance(one, Path) and isinstance(other, Path):
        return one.read_bytes() == other.read_bytes()
    assert isinstance(one, pd.DataFrame)
    assert isinstance(other, pd.DataFrame)
    return one[other.columns].astype(str).equals(other.astype(str))


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_file_is_taken_kept_and_given_back(kind: str, good: Raw, region: Region) -> None:
    test = page(kind)
    assert "In Ordnung" in give(test, kind, good[kind], f"=meine <b>{Path(NAMES[kind]).suffix}")
    test.button(key="data-take").click().run()
    own = test.session_state["iqgeo_own_data"]
    assert [it.kind for it in own.files] == [kind]
    assert "eigene Datei" in words(test)
    assert "<b>" not in words(test)
    # Without any other change there is a plan that has the file again after a reload.
    session: Session = test.session_state["iqgeo_session"]
    assert not keeping.is_kept(session, own)
    keeping.keep(session, own, region, keeping.Summary, LOCAL)
    assert keeping.is_kept(session, own)
    folder = uploads.SessionFolder()
    again, _ = keeping.stored_plan(session.home.plan_id, None, region, session.view, folder=folder, by=LOCAL)
    assert again.view == session.view
    # Shares are people per place by then.
    field = "demand" if kind == "shares" else kind
    assert [it.kind for it in again.own.files] == [field]
    assert same(getattr(again.own, field), getattr(own, field))
    test.button(key="data-back").click().run()
    assert test.session_state["iqgeo_own_data"] is EMBEDDED
    assert not test.exception


@pytest.fixture(scope="module")
def hostile(road_files: Raw) -> OwnData:
    """Every kind of data at once, hostile in every field of text."""
    files = {**{kind: it.encode() for kind, it in HOSTILE_GOOD.items()}, "roads": road_files["bad"]}
    own = EMBEDDED
    for kind, raw in files.items():
        mine = taken(kind, raw, f"{HOSTILE}{Path(NAMES[kind]).suffix}")
        both = (*own.files, *mine.files)
        own = dataclasses.replace(own, files=both, **{kind: getattr(mine, kind)})
    return own


@pytest.mark.parametrize("distance", ["detour", "road"])
@pytest.mark.parametrize("name", ["overview", "planning", "gap_list", "data"])
def test_hostile_uploads_reach_no_page_unescaped(
    name: str, distance: str, hostile: OwnData, region: Region
) -> None:
    session = Session(view=dataclasses.replace(default_view(region), distance=distance))
    session.draft = Draft(HOSTILE, (PlannedSite("P", HOSTILE, 9.9, 51.6),), (HOSTILE,))
    session.saved[HOSTILE] = Kept(session.view, session.draft)
    said = words(run(name, own=hostile, session=session))
    assert "<script" not in said
    assert "{{" not in said


def test_own_people_are_counted_as_the_library_counts_them(region: Region, good: Raw) -> None:
    demand = inputs.demand_of(inputs.read_demand((good["demand"], "a.csv"), region))
    wanted = assess(region, demand=demand, stage=2012)
    said = words(run("overview", own=taken("demand", good["demand"])))
    assert f"<strong>{of_hundred(wanted.share)}</strong>" in said
    assert people_rounded(wanted.uncovered, "de") in said
    assert wanted.people == 1277.625


def test_own_shares_are_counted_as_the_library_counts_them(region: Region, good: Raw) -> None:
    wanted = assess(region, demand=demand_from_shares(region, shares(region)), stage=2012)
    said = words(run("overview", own=taken("shares", good["shares"])))
    assert f"<strong>{of_hundred(wanted.share)}</strong>" in said
    assert people_rounded(wanted.uncovered, "de") in said


def test_own_offices_are_counted_as_the_library_counts_them(region: Region, good: Raw) -> None:
    offices = inputs.read_offices((good["offices"], "a.csv")).frame
    wanted = assess(region, offices, stage=2012)
    said = words(run("overview", own=taken("offices", good["offices"])))
    assert f"<strong>{of_hundred(wanted.share)}</strong>" in said
    assert people_rounded(wanted.uncovered, "de") in said


def measured_on(own: OwnData, region: Region) -> str:
    """The overview on the roads of an upload, after a look at its numbers."""
    measure = road_measure(own.roads, region.directory, None)
    wanted = assess(region, stage=2012, distance=measure)
    assert 0 < wanted.covered < wanted.people
    said = words(run("overview", query={"distance": "road"}, own=own))
    assert f"<strong>{of_hundred(wanted.share)}</strong>" in said
    assert people_rounded(wanted.uncovered, "de") in said
    # A network with holes says so, and one without does not.
    assert ("Das Straßennetz ist lückenhaft" in said) == (wanted.without_road >= 0.005 * wanted.people)
    return said


def test_own_roads_are_measured_as_the_library_measures_them(region: Region, good: Raw) -> None:
    measured_on(taken("roads", good["roads"]), region)


@pytest.mark.slow
def test_real_main_roads_are_measured_as_the_library_measures_them(
    region: Region, test_only_data: Path, tmp_path: Path
) -> None:
    built = roads.build_roads(test_only_data / "dcw_edges.csv", nodes=test_only_data / "dcw_nodes.csv")
    built.save(tmp_path / "dcw.parquet")
    own = taken("roads", (tmp_path / "dcw.parquet").read_bytes())
    assert "Das Straßennetz ist lückenhaft" in measured_on(own, region)
    near = words(run("overview", query={"distance": "road", "snap_limit_km": "40"}, own=own))
    assert "lückenhaft" not in near


def test_own_factors_are_estimated_with_as_the_library_does(region: Region, good: Raw) -> None:
    own = taken("factors", good["factors"])
    frame = inputs.read_factors((good["factors"], "a.csv")).frame
    assert frame["district_ags"].tolist() == ["03241", "03351"]
    measure = fitted_measure(frame, "a.csv", 1.3, region.settlements)
    wanted, plain = (assess(region, stage=2012, distance=it) for it in (measure, "detour"))
    assert wanted.covered != plain.covered
    test = run("overview", own=own)
    assert f"<strong>{of_hundred(wanted.share)}</strong>" in words(test)
    assert "Luftlinie × Faktor des Kreises" in words(test)
    assert "× 1,3" not in words(test)
    method = words(run("method", own=own))
    assert "Luftlinie × Faktor des Kreises aus meine.csv; 1,3, wo keiner steht" in method
    assert "Luftlinie × 1,3" not in method
    # The bar above every page says it, too, and what the one factor is still for.
    bar = AppTest.from_file(str(Path(router.__file__)), default_timeout=120)
    bar.session_state["iqgeo_own_data"] = own
    bar.run()
    assert "35 km, Luftlinie × Faktor des Kreises" in [it.proto.popover.label for it in bar.get("popover")]
    assert "Die Kreise haben ihre Faktoren aus <strong>meine.csv</strong>" in words(bar)
    # Factors of another state would change nothing, and that is said before they are taken.
    assert "Noch nicht brauchbar" in give(page("factors"), "factors", b"district_ags,factor\n09162,1.2\n")


def test_factors_are_fitted_on_the_roads_in_use_and_travel_with_the_plan(region: Region, good: Raw) -> None:
    test = page("factors", taken("roads", good["roads"]))
    test.button(key="data-fit").click().run(timeout=60)
    assert not test.exception
    own: OwnData = test.session_state["iqgeo_own_data"]
    view: View = test.session_state["iqgeo_session"].view
    assert [(it.kind, it.name) for it in own.files][-1] == ("factors", "Faktoren_meine.csv")
    assert view.distance == "detour"
    assert own.factors is not None
    assert own.factors["factor"].between(1, 10).all()
    assert own.factors["factor"].nunique() > 5
    draft = Draft("Geschätzt", (services.nearest_town(region, 9.84, 52.98),))
    for distance, kinds in (("detour", ["factors"]), ("straight", [])):
        changed = dataclasses.replace(view, distance=distance)
        shown = second.with_plan(second.coverage(region, changed, own), draft.added, ())
        raw = planfiles.plan_bytes(region, changed, draft, draft.name, own)
        again = planfiles.read_plan(raw, "plan.zip", region, view, folder=uploads.SessionFolder())
        assert [it.kind for it in again.own.files] == kinds
        found = second.coverage(region, again.view, again.own)
        assert second.with_plan(found, again.draft.added, ()).covered == shown.covered


def test_own_candidates_are_what_may_be_suggested(region: Region, good: Raw) -> None:
    own = taken("candidates", good["candidates"])
    assert services.candidates(region, own, 10_000)["name"].tolist() == ["Soltau", "Uelzen"]
    assert not run("planning", own=own).exception


# A plan file on the planning page.


def open_on_page(raw: bytes, name: str, own: OwnData = EMBEDDED) -> AppTest:
    test = run("planning", own=own, panel="plans")
    test.file_uploader(key="plans-read").set_value((name, raw, "application/octet-stream")).run()
    assert not test.exception
    return test


@pytest.fixture(scope="module")
def draft(region: Region) -> Draft:
    town = services.nearest_town(region, 9.84, 52.98)
    made = Draft("Mitgebracht", (town, PlannedSite("X", "Alte Post", 9.2, 52.9)), ("NI-H",))
    return made.in_stage("X", 2)


def test_a_plan_file_is_opened_on_the_page(region: Region, draft: Draft, good: Raw) -> None:
    view = dataclasses.replace(default_view(region), target_km=40.0)
    shown = second.with_plan(second.coverage(region, view), draft.added, draft.closed)
    raw = planfiles.plan_bytes(region, view, draft, draft.name)
    # What was in use before would change the numbers of the plan: it goes.
    test = open_on_page(raw, "plan.toml", taken("offices", good["offices"]))
    session: Session = test.session_state["iqgeo_session"]
    assert (session.draft, session.view.target_km) == (draft, 40.0)
    assert list(session.saved) == ["Mitgebracht"]
    assert test.session_state["iqgeo_own_data"] is EMBEDDED
    test.button_group(key="cockpit-panel").set_value("ask").run()
    assert f"{number(100 * shown.share, 'de', 1)} von 100" in words(test)
    test.button_group(key="cockpit-panel").set_value("offices").run()
    test.button(key="planning-undo").click().run()
    assert test.session_state["iqgeo_session"].draft.is_empty


def test_a_plan_with_its_data_is_opened_on_the_page(region: Region, good: Raw) -> None:
    own = taken("demand", good["demand"])
    view = default_view(region)
    draft = Draft("Mit Daten", (services.nearest_town(region, 9.84, 52.98),))
    test = open_on_page(planfiles.plan_bytes(region, view, draft, draft.name, own), "plan.zip")
    session, brought = test.session_state["iqgeo_session"], test.session_state["iqgeo_own_data"]
    assert session.draft == draft
    assert brought.demand.people == 1277.625
    assert [(it.kind, it.name) for it in brought.files] == [("demand", "meine.csv")]
    button = next(it for it in test.get("download_button") if "eigenen Daten" in it.proto.label)
    assert button.proto.label.endswith("(.zip)")


def test_a_plan_on_own_roads_travels_with_them(region: Region, good: Raw) -> None:
    own = taken("roads", good["roads"])
    draft = Draft("Auf Straßen", (services.nearest_town(region, 9.84, 52.98),), ("NI-H",))
    for distance, kinds in (("road", ["roads"]), ("detour", [])):
        view = dataclasses.replace(default_view(region), distance=distance)
        shown = second.with_plan(second.coverage(region, view, own), draft.added, draft.closed)
        raw = planfiles.plan_bytes(region, view, draft, draft.name, own)
        folder = uploads.SessionFolder()
        again = planfiles.read_plan(raw, "plan.zip", region, default_view(region), folder=folder)
        assert [it.kind for it in again.own.files] == kinds
        found = second.coverage(region, again.view, again.own)
        assert second.with_plan(found, again.draft.added, again.draft.closed).covered == shown.covered
        with open_plan((raw, "plan.zip")) as plan:
            assert Plan.from_scenario(plan).coverage(-1, region).covered == shown.covered


def archive(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return buffer.getvalue()


STAGE = "version = 2\n[[stages]]\nyear = 2012\n"
OTHER = "id,lon,lat,people\n" + HOSTILE + ",9,52,-1\n"


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("leer.toml", b"", "keine Etappe"),
        ("a.toml", b'[demand]\nfile = "/etc/passwd"\n' + STAGE[12:].encode(), "führt aus dem Ordner"),
        ("a.toml", b'[demand]\nfile = "menschen.csv"\n' + STAGE[12:].encode(), "als ZIP"),
        ("a.toml", f"name = '{HOSTILE}'\n[x]\n".encode(), "gibt es nicht"),
        ("a.toml", f"'{HOSTILE}' = 1\n{STAGE}".encode(), "gibt es nicht"),
        ("a.toml", f'{STAGE}opened = ["{HOSTILE}"]\n'.encode(), "weder eine Stelle"),
        ("a.toml", b"#" * (limits.PLAN_BYTES + 1), "gelesen werden höchstens"),
        ("a.zip", b"PK\x03\x04", "beschädigt"),
        ("a.zip", archive(**{"plan.toml": STAGE, "../a.csv": "x"}), "aus ihm herausführt"),
        ("a.zip", archive(**{"plan.toml": STAGE, HOSTILE: "x"}), "gehört nicht in das ZIP"),
        (
            "a.zip",
            archive(**{"plan.toml": '[demand]\nfile = "m.csv"\n' + STAGE[12:], "m.csv": OTHER}),
            "negativ",
        ),
    ],
)
def test_a_hostile_plan_file_is_a_sentence(name: str, raw: bytes, said: str) -> None:
    test = open_on_page(raw, name)
    shown = words(test)
    assert "iq-failed" in shown
    assert said in shown
    assert "<script" not in shown
    assert "{{" not in shown
    assert "root:" not in shown
    assert "iqgeo-" not in shown
    with pytest.MonkeyPatch.context() as patch:
        # Said again after a click elsewhere, without another look at the file.
        patch.setattr(planfiles, "read_plan", None)
        assert said in words(test.run())
    assert test.session_state["iqgeo_session"].draft.is_empty
    assert test.session_state["iqgeo_own_data"] is EMBEDDED


def test_a_plan_with_hostile_words_is_shown_escaped() -> None:
    """Names that are allowed to be anything: of the plan, a stage and a place."""
    words_of = HOSTILE.replace("'", "")
    content = (
        f"version = 2\nname = '{words_of}'\nnote = '{words_of}'\n[[sites]]\nid = '{words_of}'\n"
        f"name = '{words_of}'\nlon = 9.2\nlat = 52.9\n[[stages]]\nname = '{words_of}'\nyear = 2012\n"
        f"opened = ['{words_of}']\n"
    )
    test = open_on_page(content.encode(), "plan.toml")
    assert len(test.session_state["iqgeo_session"].draft.added) == 1
    assert "<script" not in words(test)
    assert "{{" not in words(test)


def test_the_page_s_folder_holds_no_name_of_the_user_s(good: Raw, region: Region) -> None:
    folder = uploads.SessionFolder()
    uploads.read_upload(
        "roads", good["roads"], "../../weg.parquet", region, target_km=35, swap=False, folder=folder
    )
    assert [len(it.stem) for it in folder.path.iterdir()] == [64]
