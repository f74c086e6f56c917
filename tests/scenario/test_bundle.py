"""A plan and the user's data in one zip: exact, the same bytes every time, and nothing hostile gets in."""

import io
import math
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iqgeo.api import Plan
from iqgeo.case import compare
from iqgeo.cli import main
from iqgeo.demand import demand_from_shares
from iqgeo.errors import InputError
from iqgeo.inputs import demand_of, limits, read_candidates, read_demand, read_offices
from iqgeo.inputs.default_points import at_default
from iqgeo.region import Region
from iqgeo.reports.folder import run_plan
from iqgeo.scenario.bundle import PLAN_NAME, open_plan, pack, write_tables
from iqgeo.scenario.model import OwnFile, Stage
from iqgeo.scenario.written import changed_data
from iqgeo.sites import Site
from tests.draws import draws

OFFICES = b'id;name;lat;lon;von;bis\nA;Celle;52,62;10,08;2011;\nB;"Stade; ""Nord""";53,6;9,47;;2020\n'
CANDIDATES = b"id,name,lon,lat,population\nK1,Soltau,9.84,52.98,21000\nK2,Uelzen,10.56,52.96,\n"
PEOPLE = b"id,lon,lat,people\n1,9.7,52.4,1200.5\n2,9.8,52.9,0.125\n3,10.1,52.7,77\n"
PLAN = """version = 2
name = "Mit eigenen Daten"
[demand]
file = "menschen.csv"
[[stages]]
year = 2012
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, region: Region) -> Plan:
    """A plan that rests on the user's own offices, candidates and people."""
    files = write_tables(
        tmp_path_factory.mktemp("tables"),
        offices=read_offices((OFFICES, "o.csv")).frame,
        candidates=read_candidates((CANDIDATES, "k.csv")).frame,
        places=read_demand((PEOPLE, "m.csv"), region).frame,
    )
    stages = (Stage("Etappe 1", 2012, ("K1",)), Stage("Etappe 2", None, ("neu",), ("A",)))
    return Plan("Eigene", stages, sites=(Site("neu", "Neu", 9.2, 52.9),), files=files)


def path_of(files: tuple[OwnFile, ...], kind: str) -> Path:
    return next(it.path for it in files if it.kind == kind)


def zipped(members: dict[str, bytes], **options: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", options.get("compression", zipfile.ZIP_STORED)) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def refused(raw: bytes, name: str = "plan.zip") -> set[str]:
    with pytest.raises(InputError) as error, open_plan((raw, name)):
        pass
    for lang in ("de", "en"):
        said = error.value.message(lang)
        assert "iqgeo-" not in said
        assert "{" not in said
    return {it.code for it in error.value.problems}


def test_a_plan_travels_with_its_data(plan: Plan, region: Region) -> None:
    raw = pack(plan)
    with open_plan((raw, "plan.zip")) as again:
        assert not changed_data(again, region)
        read = Plan.from_scenario(again)
        assert {(it.kind, it.sha256) for it in read.files} == {(it.kind, it.sha256) for it in plan.files}
        assert read.key == plan.key
        for stage in (0, 1):
            mine, other = plan.coverage(stage, region), read.coverage(stage, region)
            assert mine.covered == other.covered
            assert mine.people == 1277.625
            assert list(other.offices["id"]) == [["A", "B", "K1"], ["B", "K1", "neu"]][stage]


def test_the_same_plan_is_the_same_bytes(plan: Plan) -> None:
    raw = pack(plan)
    assert pack(plan) == raw
    with open_plan((raw, "plan.zip")) as again:
        assert pack(again) == raw
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.namelist() == [PLAN_NAME, "candidates.csv", "demand.csv", "offices.csv"]
        assert {it.date_time for it in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


CALLED = st.sampled_from(
    ["stellen 2026.csv", "Stellen 2026.xlsx", "stellen.v2.csv", "offices.csv", "demand.xlsx", "plan.toml", ""]
) | st.text(max_size=8).map(lambda it: f"{it}.csv")


@given(st.fixed_dictionaries(dict.fromkeys(("offices", "candidates", "factors"), CALLED)))
@settings(max_examples=draws(15))
def test_a_file_goes_by_the_name_the_user_gave_it_if_that_is_plain(names: dict[str, str]) -> None:
    tables = {
        "offices": read_offices((OFFICES, "o.csv")).frame,
        "candidates": read_candidates((CANDIDATES, "k.csv")).frame,
        "factors": pd.DataFrame({"district_ags": ["03241"], "factor": [1.3]}),
    }
    with tempfile.TemporaryDirectory() as made:
        files = write_tables(Path(made), names=names, **tables)
        written = {it.kind: it.path.read_bytes() for it in files}
        raw = pack(Plan("Eigene", (Stage("Heute", 2012),), files=files))
    with open_plan((raw, "plan.zip")) as again:
        assert {it.kind: it.path.read_bytes() for it in again.files} == written
        assert len({it.path.name.casefold() for it in again.files}) == len(tables)
        assert pack(again) == raw
        called = {it.kind: it.path.name for it in again.files}
    for kind, name in names.items():
        if name in ("stellen 2026.csv", "stellen.v2.csv") and list(names.values()).count(name) == 1:
            assert called[kind] == name


def test_changed_data_in_a_bundle_are_noticed(plan: Plan, region: Region, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(plan))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["demand.csv"] = members["demand.csv"].replace(b"77", b"78")
    (tmp_path / "plan.zip").write_bytes(zipped(members))
    with open_plan(tmp_path / "plan.zip") as changed:
        assert [it.value for it in changed_data(changed, region)] == ["demand.csv"]
    with pytest.raises(InputError, match="nicht mehr die Fassung"):
        run_plan(tmp_path / "plan.zip", tmp_path / "out")


def test_shares_become_people_with_the_same_totals(region: Region, tmp_path: Path) -> None:
    shares = {ags: 3.0 + 0.7 * at for at, ags in enumerate(sorted(region.district_names))}
    before = demand_from_shares(region, shares)
    files = write_tables(tmp_path, places=before.places)
    after = demand_of(read_demand(path_of(files, "demand"), region))
    pd.testing.assert_frame_equal(after.places, before.places, check_dtype=False)


FINITE = st.floats(0, 2e10, allow_subnormal=False)
PLAIN_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)


def _are_somewhere(rows: list[tuple[float, float, float]]) -> bool:
    """Whether somebody lives there, and no site stands where only those do whose place nobody knew."""
    lon, lat, people = (np.array(it) for it in zip(*rows, strict=True))
    return bool(people.any() and not at_default(lon, lat).any())


@example([(9.0, 53.0, 1.125)], "=")
@example([(9.0, 53.0, 1.0)], "'")
@example([(9.0, 53.0, 1.0)], '="a"')
@settings(max_examples=draws(15))
@given(
    st.lists(
        st.tuples(st.floats(-180, 180), st.floats(-90, 90), FINITE | st.sampled_from([1.234, 12.345, 5.0])),
        min_size=1, max_size=6,
    ).filter(_are_somewhere),
    PLAIN_TEXT | st.sampled_from(
        ["=1+1", "@x", "-5", '"', "a,b", "a;b", "'", "<b>", "NA", "0012", "'12", '="a"', "nan", "#x"]
    ),
)  # fmt: skip
def test_every_number_and_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, float, float]], name: str
) -> None:
    lon, lat, people = (np.array(it) for it in zip(*rows, strict=True))
    ids = [f"{name}{at}" for at in range(len(rows))]
    places = pd.DataFrame(
        {"id": ids, "ags": "", "district_ags": "", "lon": lon, "lat": lat, "people": people}
    )
    sites = pd.DataFrame(
        {"id": ids, "name": name, "lon": lon, "lat": lat, "population": people, "ags": "", "district_ags": ""}
    )
    files = write_tables(tmp_path_factory.mktemp("t"), candidates=sites, places=places)
    demand = read_demand(path_of(files, "demand")).frame
    towns = read_candidates(path_of(files, "candidates")).frame
    for read, column, wanted in (
        (demand, "people", people), (demand, "lon", lon), (demand, "lat", lat), (towns, "population", people),
    ):  # fmt: skip
        assert read[column].tolist() == wanted.tolist()
    assert demand["id"].tolist() == ids
    assert towns["name"].tolist() == [name] * len(rows)
    # Nothing that a spreadsheet would compute lies in a CSV.
    text = path_of(files, "candidates")
    assert text.suffix == ".parquet" or not any(cell.startswith(("=", "+", "-", "@")) for cell in ids)


def test_years_of_offices_come_back_from_both_forms(tmp_path: Path) -> None:
    frame = read_offices((OFFICES, "o.csv")).frame
    for at, name in enumerate(("Celle", "=Celle")):
        given = frame.assign(name=[name, "x"])
        (tmp_path / str(at)).mkdir()
        file = write_tables(tmp_path / str(at), offices=given)[0].path
        assert file.suffix == (".csv", ".parquet")[at]
        pd.testing.assert_frame_equal(read_offices(file).frame, given)


def test_a_bundle_runs_and_compares_like_its_plan(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(pack(plan))
    done = run_plan(tmp_path / "a.zip", tmp_path / "out")
    assert [it.covered for it in done.coverages] == [it.covered for it in plan.evaluate().coverages]
    assert (tmp_path / "out" / "plan.zip").read_bytes() == (tmp_path / "a.zip").read_bytes()
    assert set(done.record["inputs"]["files"]) == {"offices.csv", "candidates.csv", "demand.csv"}
    # What it leaves behind can be run again, too.
    with open_plan(tmp_path / "out" / "Plan_mit_Ergebnis.zip") as solved:
        assert Plan.from_scenario(solved).coverage().covered == done.coverages[-1].covered
    with open_plan(tmp_path / "a.zip") as first, open_plan(tmp_path / "out" / "plan.zip") as second:
        one, other = (Plan.from_scenario(it).evaluate() for it in (first, second))
    compared = compare(one, other, stage_first=1)
    assert compared.gained - compared.lost == done.coverages[1].covered - done.coverages[0].covered


def test_the_commands_take_a_bundle_like_a_plan_file(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.zip").write_bytes(pack(plan))
    pack_of_one = pack(replace(plan, name="Eine", stages=plan.stages[:1]))
    (tmp_path / "b.zip").write_bytes(pack_of_one)
    (tmp_path / "broken.zip").write_bytes(pack_of_one[:-40])

    def typed(*words: str) -> tuple[object, str]:
        full = [str(tmp_path / it) if "." in it else it for it in words]
        monkeypatch.setattr(sys, "argv", ["iqgeo", "plan", *full])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out + said.err

    code, said = typed("compare", "b.zip", "a.zip", "--out", "c.csv")
    assert not code, said
    assert (tmp_path / "c.csv").read_bytes().count(b"\n") > 1
    assert "Menschen gewinnen" in said
    assert "−" in said.splitlines()[-1]
    code, said = typed("compare", "a.zip", "broken.zip")
    assert code
    assert "beschädigt" in said


def test_what_cannot_be_packed(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    wrong = replace(
        plan,
        region_directory=tmp_path,
        files=(
            *(it for it in plan.files if it.kind != "demand"),
            OwnFile("demand", tmp_path / "a.xlsx"),
            OwnFile("roads", tmp_path / "gone.parquet"),
        ),
    )  # fmt: skip
    with pytest.raises(InputError) as error:
        pack(wrong)
    assert {it.code for it in error.value.problems} == {"bundle_region", "bundle_member", "plan_file_missing"}


GOOD = {PLAN_NAME: PLAN.encode(), "menschen.csv": PEOPLE}


def test_a_bundle_made_by_hand_is_read() -> None:
    with open_plan((zipped(GOOD), "von Hand.zip")) as plan:
        assert Plan.from_scenario(plan).coverage().people == 1277.625


def hostile(name: str, content: bytes = b"id,lon,lat,people\n1,9,52,1\n") -> bytes:
    return zipped({**GOOD, name: content})


def link() -> bytes:
    buffer = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(buffer, "a") as archive:
        member = zipfile.ZipInfo("link.csv")
        member.create_system = 3
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return buffer.getvalue()


def bomb() -> bytes:
    return zipped(
        {**GOOD, "gross.csv": b"0" * (limits.UNPACK_FREE_BYTES + 1)}, compression=zipfile.ZIP_DEFLATED
    )


def locked() -> bytes:
    raw = bytearray(zipped(GOOD))
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    return bytes(raw)


def twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (PLAN_NAME, "a.csv", "A.csv"):
            archive.writestr(name, PLAN)
    return buffer.getvalue()


def damaged() -> bytes:
    return zipped(GOOD).replace(b"1200.5", b"9999.9")


def lying_size() -> bytes:
    """A directory that promises fewer bytes than there are."""
    raw = bytearray(zipped(GOOD, compression=zipfile.ZIP_DEFLATED))
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 3)
    return bytes(raw)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: hostile("../a.csv"), "zip_traversal"),
        (lambda: hostile("/etc/a.csv"), "zip_traversal"),
        (lambda: hostile("C:\\a.csv"), "zip_traversal"),
        (lambda: hostile("..\\a.csv"), "zip_traversal"),
        (lambda: hostile("ordner/a.csv"), "bundle_member"),
        (lambda: hostile("ordner/", b""), "bundle_member"),
        (lambda: hostile("b.toml"), "bundle_member"),
        (lambda: hostile("b.exe"), "bundle_member"),
        (lambda: hostile(".csv"), "bundle_member"),
        (lambda: hostile("a|b.csv"), "bundle_member"),
        (lambda: hostile("innen.zip", zipped(GOOD)), "bundle_member"),
        (lambda: hostile("innen.csv", zipped(GOOD)), "bundle_member"),
        (lambda: hostile("innen.csv", b"\x1f\x8b" + b"0" * 99), "bundle_member"),
        (lambda: hostile("innen.parquet", zipped(GOOD)), "bundle_member"),
        (lambda: hostile("t.csv", b"<OGRVRTDataSource>"), "form_vrt"),
        (lambda: hostile("t.parquet", b"id,name\n"), "bundle_member"),
        (lambda: hostile("leer.csv", b""), "file_empty"),
        (lambda: zipped({**GOOD, **{f"{at}.csv": PEOPLE for at in range(30)}}), "zip_too_many"),
        (lambda: zipped({"menschen.csv": PEOPLE}), "bundle_no_plan"),
        (lambda: zipped({PLAN_NAME: PLAN.encode()}), "plan_file_absent"),
        (lambda: zipped({PLAN_NAME: b"#" * (limits.PLAN_BYTES + 1)}), "file_too_large"),
        (lambda: zipped({PLAN_NAME: PLAN.replace("menschen", "../menschen").encode()}), "plan_path_outside"),
        (link, "bundle_member"),
        (bomb, "zip_bomb"),
        (locked, "zip_locked"),
        (twice, "zip_broken"),
        (damaged, "zip_broken"),
        (lying_size, "zip_broken"),
        (lambda: zipped(GOOD)[:-30], "zip_broken"),
        (lambda: zipped(GOOD)[:200], "zip_broken"),
        (lambda: b"PK\x03\x04", "zip_broken"),
    ],
)  # fmt: skip
def test_a_hostile_bundle_is_a_sentence(make: Callable[[], bytes], code: str) -> None:
    assert code in refused(make())


def test_a_bundle_that_promises_too_much_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = zipped(GOOD)
    monkeypatch.setattr(limits, "PLAN_UNPACKED_BYTES", 100)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert "file_too_large" in refused(raw)
    monkeypatch.setattr(limits, "UPLOAD_BYTES", 100)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "file_too_large" in refused(raw)


def test_no_bundle_breaks_the_reader(plan: Plan) -> None:
    raw = pack(plan)
    generator = np.random.default_rng(5)
    for _ in range(60):
        broken = bytearray(raw)
        for at in generator.integers(0, len(raw), 8):
            broken[at] = generator.integers(0, 256)
        # Anything but a plan or a sentence fails the test.
        with suppress(InputError), open_plan((bytes(broken), "plan.zip")) as opened:
            assert math.isfinite(opened.settings.target_km)


def test_a_lone_plan_that_names_files_is_told_to_bring_them() -> None:
    assert refused(PLAN.encode(), "plan.toml") == {"plan_file_absent"}
