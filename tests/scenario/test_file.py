"""Plan files: read as written, comments stay, older versions work, every problem is named."""

import math
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iqgeo.api import Plan, assess
from iqgeo.coverage import Coverage
from iqgeo.errors import InputError
from iqgeo.inputs import limits
from iqgeo.proof import Proof
from iqgeo.reading import Reading
from iqgeo.region import Region
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.file import read_scenario
from iqgeo.scenario.load import Given, load
from iqgeo.scenario.model import Outpost, OwnFile, Robustness, Rules, Search, Stage
from iqgeo.scenario.reader import Reader
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.written import changed_data, checksum, scenario_text, table_checksums
from iqgeo.sites import Site
from tests.draws import draws

PLAN = """# Ausbau nach 2012, besprochen am 3. Mai

version = 2
name = "Ausbau"   # Arbeitstitel

[demand]
weight = "migration_background"
year = 2010  # wie im Bericht

[target]
km = 35.0

# Beginn: das belegte Netz
[[stages]]
name = "2012"
year = 2012

# danach Göttingen
[[stages]]
name = "2013"
opened = ["NI-GÖ"]  # Leitstelle
"""


def write(folder: Path, content: str, name: str = "plan.toml") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def codes(content: str, folder: Path) -> list[tuple[str, str | None]]:
    with pytest.raises(InputError) as error:
        Plan.load(write(folder, content))
    for lang in ("de", "en"):
        assert "{" not in error.value.message(lang).replace("{0}", "")
    assert all(it.file == str(folder / "plan.toml") for it in error.value.problems)
    return [(it.code, it.column) for it in error.value.problems]


def test_comments_survive_a_change(tmp_path: Path) -> None:
    plan = Plan.load(write(tmp_path, PLAN))
    assert plan.settings.stage == 2012
    assert plan.stages == (Stage("2012"), Stage("2013", None, ("NI-GÖ",)))
    changed = plan.with_settings(target_km=30.0).with_stage(1, opened=("NI-GÖ", "NI-NOM"))
    changed.save(tmp_path / "changed.toml")
    written = (tmp_path / "changed.toml").read_text(encoding="utf-8")
    for comment in ("# Ausbau nach 2012, besprochen am 3. Mai", "# Arbeitstitel", "# wie im Bericht",
                    "# Beginn: das belegte Netz", "# danach Göttingen", "# Leitstelle"):  # fmt: skip
        assert comment in written
    assert Plan.load(tmp_path / "changed.toml") == changed


@pytest.mark.parametrize(
    "said",
    [
        {"columns": {"lon": "Rechtswert", "lat": "Hochwert"}, "crs": "EPSG:25832"},
        {"decimal": "comma"},
        {"decimal": "point", "agreed": True},
        {"without": ("people",), "rows": {3: "leave", 12: "swap"}},
    ],
)
def test_what_is_said_of_a_file_comes_back(tmp_path: Path, said: dict[str, Any]) -> None:
    file = OwnFile(
        "offices", tmp_path / "o.xlsx", swapped="crs" in said, layer="Blatt 2", reading=Reading(**said)
    )
    file.path.write_bytes(b"")
    Plan("p", (Stage("2012", 2012),), files=(file,)).save(tmp_path / "p.toml")
    assert Plan.load(tmp_path / "p.toml").files == (file,)


def test_saving_twice_changes_nothing(tmp_path: Path) -> None:
    Plan.load(write(tmp_path, PLAN)).save(tmp_path / "a.toml")
    Plan.load(tmp_path / "a.toml").save(tmp_path / "b.toml")
    assert (tmp_path / "a.toml").read_bytes() == (tmp_path / "b.toml").read_bytes()


NAMES = st.text(max_size=20).filter(lambda it: it.strip() == it and "\r" not in it)
NAMED = NAMES.filter(bool)
KNOWN = st.sampled_from(["NI-OS", "NI-H", "NI-GÖ", "NI-NOM", "03157005", "p1"])
SEARCHES = st.builds(
    Search,
    st.sampled_from(["max-cover", "full-cover", "p-median", "p-center"]),
    st.none() | st.integers(0, 30),
    st.none() | st.integers(0, 30),
    st.none() | st.floats(1, 100),
    time_limit_s=st.floats(0.5, 600),
) | st.one_of(
    st.builds(Search, places=st.integers(0, 40) | st.just("fewest"), share_pct=st.none() | st.floats(1, 100)),
    st.builds(Search, st.sampled_from(["max-cover", "full-cover"]), district_share_pct=st.floats(1, 100)),
    st.builds(Search, goal=st.sampled_from(["safe", "attendance", "even"])),
)
PROOFS = st.builds(
    Proof,
    st.sampled_from(["max-cover", "full-cover", "keep-best", "stages"]),
    st.sampled_from(["optimal", "feasible", "infeasible"]),
    st.floats(0, 1),
    st.floats(0, 100),
    st.lists(KNOWN, unique=True, max_size=2).map(tuple),
    per_district=st.booleans(),
    candidates=st.integers(0, 300),
    stages=st.integers(1, 3),
    start=st.lists(KNOWN, unique=True, max_size=2).map(tuple),
    question=st.sampled_from(["", "a" * 64]),
) | st.builds(
    Proof, st.sampled_from(["outreach-fewest", "outreach-most"]), st.just("optimal"), st.just(0.0),
    st.just(1.0), st.just(("03157005",)), places=st.sampled_from([(), ("03157005@NI-OS",)]),
    also=st.sampled_from([(), ("office", "km")]), district_share_pct=st.none() | st.floats(1, 100),
)  # fmt: skip
STAGES = st.builds(
    Stage,
    NAMED,
    st.none() | st.sampled_from([2012, 2013]),
    st.lists(KNOWN, unique=True, max_size=3).map(tuple),
    st.just(()),
    st.none() | SEARCHES,
    st.none() | PROOFS,
    st.lists(st.builds(Outpost, KNOWN, KNOWN), unique_by=lambda it: it.id, max_size=2).map(tuple),
)
PLANS = st.builds(
    Plan,
    name=NAMED,
    stages=st.lists(STAGES, min_size=1, max_size=4).map(tuple),
    sites=st.builds(
        lambda name, lon, lat: (Site("p1", name, lon, lat),), NAMED, st.floats(6, 11), st.floats(51, 54)
    ),
    note=NAMES,
    settings=st.builds(
        Settings,
        stage=st.none() | st.sampled_from([2012, 2021]),
        year=st.none() | st.sampled_from([2010, 2012]),
        across_border=st.booleans(),
        planned=st.booleans(),
        distance=st.sampled_from(["straight", "detour"]),
        target_km=st.floats(1, 200),
        least_people=st.integers(0, 100_000),
        home_km=st.floats(1, 200) | st.just(75.0),
        posts=st.just(11.5) | st.integers(1, 40).map(lambda it: it / 2),
    ),
    rules=st.builds(
        Rules,
        st.lists(KNOWN, unique=True, max_size=2).map(tuple),
        st.lists(KNOWN, unique=True, max_size=2).map(tuple),
        st.booleans(),
    ),
    robustness=st.none() | st.builds(Robustness, st.integers(1, 99), st.integers(0, 9)),
)


@settings(max_examples=draws(12), suppress_health_check=list(HealthCheck))
@given(PLANS)
def test_what_is_read_is_what_was_written(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> None:
    folder = tmp_path_factory.mktemp("plan")
    plan.save(folder / "plan.toml")
    assert Plan.load(folder / "plan.toml") == plan


@settings(max_examples=draws(12), suppress_health_check=list(HealthCheck))
@given(PLANS, PLANS)
def test_any_plan_can_become_any_other_in_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, first: Plan, second: Plan
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    first.save(folder / "plan.toml")
    document = Plan.load(folder / "plan.toml").document
    replace(second, document=document).save(folder / "plan.toml")
    assert Plan.load(folder / "plan.toml") == second
    tomlkit.parse((folder / "plan.toml").read_text(encoding="utf-8"))


def test_the_short_form_of_version_1_is_understood(tmp_path: Path) -> None:
    old = """# kurz
weight = "population"   # alle
distance = "straight"
target_km = 40
require = ["03157005"]
[[stages]]
year = 2012
"""
    plan = Plan.load(write(tmp_path, old))
    settings = plan.settings
    assert (settings.weight, settings.distance, settings.target_km, plan.rules.require) == (
        "population",
        "straight",
        40.0,
        ("03157005",),
    )
    assert plan.name == "plan"
    plan.save(tmp_path / "new.toml")
    written = (tmp_path / "new.toml").read_text(encoding="utf-8")
    assert "version = 3" in written
    assert "# kurz" in written
    assert Plan.load(tmp_path / "new.toml") == plan


def test_every_problem_at_once(tmp_path: Path) -> None:
    bad = """version = 2
name = 3
targett = 1
[demand]
weight = "x"
year = 2010.5
file = "nirgends.csv"
[distance]
kind = "fly"
factor = 0.5
[target]
km = "35"
[[sites]]
lon = 999
[[stages]]
opened = ["NI-OS", "NI-OS"]
closed = "a"
[stages.search]
model = "guess"
new = -1
"""
    assert sorted(codes(bad, tmp_path)) == sorted(
        [
            ("plan_key_unknown", "targett"),
            ("plan_expected_text", "name"),
            ("plan_word_unknown", "demand.weight"),
            ("plan_expected_whole", "demand.year"),
            ("plan_file_missing", "demand.file"),
            ("plan_word_unknown", "distance.kind"),
            ("plan_number_out_of_range", "distance.factor"),
            ("plan_expected_number", "target.km"),
            ("plan_entry_missing", "sites[1].id"),
            ("plan_number_out_of_range", "sites[1].lon"),
            ("plan_entry_missing", "sites[1].lat"),
            ("plan_entry_missing", "stages[1].name"),
            ("plan_twice", "stages[1].opened"),
            ("plan_expected_texts", "stages[1].closed"),
            ("plan_word_unknown", "stages[1].search.model"),
            ("plan_expected_whole", "stages[1].search.new"),
        ]
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("version = 99\n", "plan_version"),
        ("version = true\n", "plan_version"),
        ("name = \n", "plan_unreadable"),
        ("version = 2\n", "plan_no_stages"),
        ("version = 3\n", "plan_no_stages"),
        ('[[stages]]\nname="a"\nopened=["NI-H"]\nclosed=["NI-H"]\n', "plan_opened_and_closed"),
        ('[[stages]]\nname="a"\nplaces=[{id="NI-H"}]\n', "plan_entry_missing"),
        ('[[stages]]\nname="a"\nsearch={places=3, goal="safe"}\n', "network_one_question"),
        ('[[stages]]\nname="a"\nsearch={places=3, model="p-median"}\n', "network_model"),
        ('[[stages]]\nname="a"\nsearch={places="many"}\n', "plan_expected_whole"),
        ('[[sites]]\nid="x"\nlon=9\nlat=52\nhome="NI-H"\n[[stages]]\nname="a"\n', "plan_home_of_office"),
        ("stages = 3\n", "plan_expected_tables"),
        ("version = 2\ndemand = 3\n[[stages]]\nyear=2012\n", "plan_expected_table"),
        ('version = 2\n[offices]\nplanned = "ja"\n[[stages]]\nyear=2012\n', "plan_expected_flag"),
    ],
)
def test_what_a_plan_cannot_be(tmp_path: Path, content: str, code: str) -> None:
    assert code in [it for it, _ in codes(content, tmp_path)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('[[stages]]\nname="a"\nopened=["NI-XX"]\n', "plan_site_unknown"),
        ('[[stages]]\nyear=2012\nclosed=["NI-GÖ"]\n', "plan_not_open"),
        ('[[stages]]\nyear=2012\nplaces=[{id="NI-XX", home="NI-H"}]\n', "plan_site_unknown"),
        ('[[stages]]\nyear=2012\nplaces=[{id="NI-GÖ", home="NI-GS"}]\n', "place_home_unknown"),
        ('[[stages]]\nyear=2012\nplaces=[{id="NI-GÖ", home="NI-GÖ"}]\n', "place_own_home"),
        ('[[stages]]\nyear=2012\nplaces=[{id="03157005", home="NI-LER"}]\n', "place_home_far"),
    ],
)
def test_what_a_plan_cannot_name(tmp_path: Path, content: str, code: str) -> None:
    with pytest.raises(InputError) as error:
        Plan.load(write(tmp_path, content)).evaluate()
    assert [it.code for it in error.value.problems] == [code]


def test_a_missing_and_a_binary_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gibt es nicht"):
        Plan.load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="kein lesbarer Plan"):
        Plan.load(tmp_path / "binary.toml")
    with pytest.raises(InputError):
        Plan.load(tmp_path)


def test_files_are_found_beside_the_plan_wherever_it_moves(tmp_path: Path, region: Region) -> None:
    (tmp_path / "a").mkdir()
    data = write(tmp_path / "a", "id,lon,lat,people\n1,9.7,52.4,10\n", "menschen.csv")
    plan = Plan("p", (Stage("2012", 2012),), files=(OwnFile("demand", data, checksum(data)),))
    plan.save(tmp_path / "a" / "plan.toml")
    assert 'file = "menschen.csv"' in (tmp_path / "a" / "plan.toml").read_text(encoding="utf-8")
    (tmp_path / "a").rename(tmp_path / "b c")
    moved = Plan.load(tmp_path / "b c" / "plan.toml")
    assert moved.coverage().people == 10
    moved.save(tmp_path / "elsewhere.toml")
    assert 'file = "b c/menschen.csv"' in (tmp_path / "elsewhere.toml").read_text(encoding="utf-8")
    assert not changed_data(moved, region)
    write(tmp_path / "b c", "id,lon,lat,people\n1,9.7,52.4,11\n", "menschen.csv")
    assert [it.code for it in changed_data(moved, region)] == ["plan_data_changed"]


def test_a_plan_of_what_is_on_screen(region: Region, coverage_2012: Coverage, tmp_path: Path) -> None:
    new = {"id": "neu", "name": "Neue Stelle", "lon": 10.5, "lat": 52.3, "state": "03"}
    more = coverage_2012.offices.drop(columns="people_nearest")
    more.loc[len(more)] = new | {"kind": "office", "opened": None, "closed": None}
    after = assess(region, more.iloc[1:].reset_index(drop=True), demand=coverage_2012.demand)
    plan = Plan.of([coverage_2012, after], region, name="Versuch")
    assert plan.settings.stage == 2012
    assert plan.stages[0] == Stage("2012")
    assert plan.stages[1].opened == ("neu",)
    assert plan.stages[1].closed == ("NI-OS",)
    assert plan.checksums == table_checksums(region)
    assert not changed_data(plan, region)
    plan.save(tmp_path / "plan.toml")
    again = Plan.load(tmp_path / "plan.toml").evaluate()
    assert [it.covered for it in again.coverages] == [coverage_2012.covered, after.covered]
    assert scenario_text(plan, tmp_path, "en").startswith("# Plan for iqgeo")


def test_people_without_a_file_cannot_be_planned(coverage_2012: Coverage, region: Region) -> None:
    own = replace(coverage_2012, demand=replace(coverage_2012.demand, weight="own"))
    with pytest.raises(InputError, match=r"\[demand\]"):
        Plan.of(own, region, name="x")


def test_a_plan_of_a_region_that_nobody_knows_is_not_counted_on_another(region: Region) -> None:
    plan = Plan("p", (Stage("a", 2012),), region_name="Bayern")
    with pytest.raises(InputError, match="„Bayern“"):
        load(plan)
    # Who brings the region says which it is.
    assert load(plan, Given(region=region)).region is region
    assert load(replace(plan, region_name=region.name)).region is region


def test_stages_follow_each_other() -> None:
    plan = Plan(
        "p",
        (
            Stage("a", 2012),
            Stage("b", None, ("NI-GÖ", "03157005"), ("NI-OS",)),
            Stage("c", None, ("NI-OS",), ("NI-GÖ",)),
            Stage("d", 2012),
        ),
    )
    states = evaluate(plan, load(plan)).states
    ids = [it.coverage.offices["id"].tolist() for it in states]
    six = ids[0]
    assert set(ids[1]) == {*six, "NI-GÖ", "03157005"} - {"NI-OS"}
    assert set(ids[2]) == {*six, "03157005"}
    assert ids[3] == six
    assert not any(math.isnan(it) for it in states[1].coverage.offices["lon"])


HOSTILE_PATHS = [
    "/etc/passwd", "../secret.csv", "sub/../../secret.csv", "..\\secret.csv", "C:\\Windows\\win.ini",
    "c:win.ini", "\\\\server\\share\\a.csv", "//server/share/a.csv", "\\\\?\\C:\\a.csv", "file:///etc/passwd",
    "/vsizip/a.zip", "GPKG:a.gpkg", "a.csv:stream", "/dev/zero", "/proc/self/environ",
    "link.csv", "folder/secret.csv", "nul\\u0000.csv", "..", "/",
]  # fmt: skip
PATH_ENTRIES = (
    "region.directory", "demand.file", "offices.file", "candidates.file", "distance.roads", "shares.file",
    "distances.file",
)  # fmt: skip


@pytest.fixture
def lair(tmp_path: Path) -> Path:
    """A folder for a stranger's plan, beside a secret, with links that lead to it."""
    (tmp_path / "plan").mkdir()
    (tmp_path / "outside").mkdir()
    for name in ("secret.csv", "outside/secret.csv"):
        write(tmp_path, "id,lon,lat,people\nTOPSECRET,9.7,52.4,1\n", name)
    try:
        (tmp_path / "plan" / "link.csv").symlink_to(tmp_path / "secret.csv")
        (tmp_path / "plan" / "folder").symlink_to(tmp_path / "outside", target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    return tmp_path / "plan"


def naming(path: str, *entries: str) -> str:
    """A plan whose entries all name the same path."""
    tables: dict[str, str] = {}
    for entry in entries:
        table, key = entry.split(".")
        tables[table] = f'[{table}]\n{key} = "{path}"\n'
    return "version = 2\n" + "".join(tables.values()) + "[[stages]]\nyear = 2012\n"


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_a_stranger_s_plan_opens_nothing_outside_its_folder(lair: Path, path: str) -> None:
    escaped = path.replace("\\", "\\\\").replace("\\\\u0000", "\\u0000")
    plan = write(lair, naming(escaped, *PATH_ENTRIES))
    with pytest.raises(InputError) as error:
        Plan.load(plan, within=lair)
    found = {(it.code, it.column) for it in error.value.problems}
    assert found == {("plan_path_outside", entry) for entry in PATH_ENTRIES}
    for lang in ("de", "en"):
        said = error.value.message(lang)
        assert "TOPSECRET" not in said
        assert "root:" not in said
        assert str(lair) not in said


def test_a_stranger_s_plan_may_name_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write(tmp_path, "id,lon,lat,people\n1,9.7,52.4,10\n", "menschen.csv")
    for path in ("menschen.csv", "./menschen.csv", "sub/../menschen.csv"):
        plan = write(tmp_path, naming(path, "demand.file"))
        assert Plan.load(plan, within=tmp_path).coverage().people == 10
    below = write(tmp_path / "sub", naming("../menschen.csv", "demand.file"))
    assert Plan.load(below, within=tmp_path).coverage().people == 10
    with pytest.raises(InputError, match="führt aus dem Ordner"):
        Plan.load(below, within=tmp_path / "sub")


def test_what_did_not_come_with_a_plan_is_said(tmp_path: Path) -> None:
    plan = write(tmp_path, naming("fehlt.csv", *PATH_ENTRIES))
    with pytest.raises(InputError) as error:
        Plan.load(plan, within=tmp_path)
    assert [it.code for it in error.value.problems] == ["plan_file_absent"] * len(PATH_ENTRIES)
    assert "als ZIP" in error.value.message("de")
    assert "as a ZIP" in error.value.message("en")


@pytest.mark.parametrize("within", [False, True])
def test_a_large_plan_is_refused_before_it_is_parsed(
    tmp_path: Path, within: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = write(tmp_path, PLAN + "#" * limits.PLAN_BYTES)
    monkeypatch.setattr(tomlkit, "parse", None)
    monkeypatch.setattr(tomllib, "loads", None)
    with pytest.raises(InputError) as error:
        Plan.load(plan, within=tmp_path if within else None)
    assert [it.code for it in error.value.problems] == ["file_too_large"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a = " + "[" * 50_000, "plan_unreadable"),
        ("a = " + "9" * 50_000, "plan_unreadable"),
        ("a" + ".a" * 50_000 + " = 1", "plan_dots"),
        ("[[stages]]\nyear = 0x" + "f" * 50_000, "plan_expected_whole"),
        ("[target]\nkm = 0x" + "f" * 50_000, "plan_expected_number"),
        ("version = 0x" + "f" * 50_000, "plan_version"),
        ("version = [1]", "plan_version"),
        ('[demand]\nfile = "' + "a" * 50_000 + '"', "plan_file_absent"),
        ("[[stages]]\nyear = 2012\n" * 101, "plan_many_stages"),
        ('name = "' + "x" * 400_000 + '"', "text_too_long"),
        ("[robustness]\nvariations = 2000000000", "plan_number_out_of_range"),
        ('[[stages]]\nname = "a"\nopened = [' + '"x",' * 60_000 + "]", "plan_twice"),
        (
            '[[stages]]\nname = "a"\nopened = [' + ",".join(f'"{at}","{at}"' for at in range(9_000)) + "]",
            "plan_twice",
        ),
        ("".join(f"k{at} = 1\n" for at in range(30_000)) + "[[stages]]\nyear = 2012", "plan_key_foreign"),
        ("a" * 400_000 + " = 1", "plan_key_foreign"),
        ("".join(f"[a.b.c.d.e.f{at}]\nx.y=1\n[a.g{at}.h]\n" for at in range(3000)), "plan_key_foreign"),
    ],
)
def test_a_crafted_plan_is_a_sentence(tmp_path: Path, content: str, code: str) -> None:
    with pytest.raises(InputError) as error:
        Plan.load(write(tmp_path, content), within=tmp_path)
    assert code in [it.code for it in error.value.problems]
    assert len(error.value.message("de")) < 5000


@given(st.text(max_size=40))
def test_no_name_leads_out(tmp_path_factory: pytest.TempPathFactory, named: str) -> None:
    home = tmp_path_factory.getbasetemp() / "home"
    reader = Reader("plan.toml", home, home)
    path = reader.folder_of({"directory": named}, "region.directory")
    if path is not None:
        assert path.resolve().is_relative_to(home.resolve())


SPARE = 'version = 3\nname = "Plän"\n[network]\nyear = 2012\n[[stages]]\nname = "heute"\n'


def of_text(folder, written, encoding="utf-8"):
    (folder / "plan.toml").write_bytes(written.encode(encoding))
    return read_scenario(folder / "plan.toml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_plan_in_every_encoding_of_an_editor_is_read_or_told_how_to_be_saved(encoding, end, tmp_path):
    written = SPARE.replace("\n", end)
    if encoding != "cp1252":
        assert of_text(tmp_path, written, encoding).name == "Plän"
        return
    with pytest.raises(InputError) as refused:
        of_text(tmp_path, written, encoding)
    assert [(it.code, it.row) for it in refused.value.problems] == [("text_not_utf8", 2)]


@pytest.mark.parametrize("year", [0, 12, 999, 20120])
@pytest.mark.parametrize("where", ["network", "stages"])
def test_a_year_that_is_none_is_told(year, where, tmp_path):
    """With the year 12 no office was open, and nobody was reached, unsaid."""
    written = SPARE.replace("2012", str(year)) if where == "network" else f"{SPARE}year = {year}\n"
    if (where, year) == ("stages", 20120):
        written = f"{SPARE}year = -1\n"
    with pytest.raises(InputError) as refused:
        of_text(tmp_path, written)
    assert {it.column for it in refused.value.problems} == {f"{where}{'[1]' * (where == 'stages')}.year"}


@pytest.mark.parametrize(
    ("said", "column", "code"),
    [
        ('rows = {3 = "weg"}', "offices.rows", "row_option"),
        ('rows = {x = "leave"}', "offices.rows", "row_option"),
        ('rows = {4 = "leave:Celle"}', "offices.rows", "row_option"),
        ('columns = {longitude = "x"}', "offices.columns.longitude", "plan_key_foreign"),
        ('columns = {nam = "x"}', "offices.columns.nam", "plan_key_unknown"),
        ('columns = "x"', "offices.columns", "plan_expected_table"),
    ],
)  # fmt: skip
def test_what_a_plan_says_about_a_file_is_understood_or_told(said, column, code, tmp_path):
    """An answer that is none, and a column of a kind that is none, were passed over."""
    (tmp_path / "off.csv").write_text("id,name,lon,lat\n1,A,9.7,52.3\n")
    with pytest.raises(InputError) as refused:
        of_text(tmp_path, f'{SPARE}[offices]\nfile = "off.csv"\n{said}\n')
    assert [(it.code, it.column) for it in refused.value.problems] == [(code, column)]


def test_every_kind_of_column_that_the_app_offers_may_stand_in_a_plan():
    from iqgeo.inputs.preview import ROLES as OFFERED
    from iqgeo.reading import ROLES

    assert {it for roles in OFFERED.values() for it in roles} <= set(ROLES)


@pytest.mark.parametrize("within", [True, False])
def test_paths_of_windows_are_found_elsewhere(within, tmp_path):
    (tmp_path / "listen").mkdir()
    (tmp_path / "listen" / "off.csv").write_text("id,name,lon,lat\n1,A,9.7,52.3\n")
    (tmp_path / "plan.toml").write_text(f"{SPARE}[offices]\nfile = 'listen\\off.csv'\n", encoding="utf-8")
    found = read_scenario(tmp_path / "plan.toml", tmp_path if within else None)
    assert found.file("offices").path.read_text().startswith("id")
