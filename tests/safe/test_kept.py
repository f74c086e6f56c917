"""What is kept between runs: the same as computed anew; never somebody else's, another version's, damaged."""

import os
from dataclasses import fields

import pytest

from iqgeo.gap_names import surroundings_of
from iqgeo.gaps import find_gaps
from iqgeo.reports.bases import as_told, kept_base, told
from iqgeo.reports.map.geometry import base_of
from iqgeo.safe import kept as room
from iqgeo.safe.kept import ENVIRONMENT, files_of, kept, key_of

ROOT = os.name == "posix" and os.geteuid() == 0
posix = pytest.mark.skipif(os.name != "posix", reason="owners and groups are those of POSIX")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of this test to keep in."""
    place = tmp_path / "kept"
    monkeypatch.setenv(ENVIRONMENT, str(place))
    room._safe_folder.cache_clear()
    yield place
    room._safe_folder.cache_clear()


class Made:
    """Something dear to compute, counted."""

    def __init__(self, content=None):
        self.times, self.content = (
            0,
            {"a": [0.1, 2.0**-30, "ü\x00"], "b": None} if content is None else content,
        )

    def __call__(self):
        self.times += 1
        return self.content


def only_file(folder):
    (found,) = folder.iterdir()
    return found


def test_it_is_computed_once_and_comes_back_exactly(folder):
    made = Made()
    assert kept("thing", "k1", made) == made.content
    assert kept("thing", "k1", made) == made.content
    assert made.times == 1
    kept("thing", "k2", made)
    kept("other", "k1", made)
    assert made.times == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda it: it.write_bytes(b""),
        lambda it: it.write_bytes(it.read_bytes()[:-3]),
        lambda it: it.write_bytes(it.read_bytes().replace(b"2.0", b"3.0", 1) + b" "),
        lambda it: it.write_bytes(b"k9" + it.read_bytes()[2:]),
        lambda it: it.unlink(),
        lambda it: (it.unlink(), it.mkdir()),
    ],
)
def test_a_damaged_file_or_one_of_another_key_is_none(folder, damage):
    made = Made()
    kept("thing", "k1", made)
    damage(only_file(folder))
    assert kept("thing", "k1", made) == made.content
    assert made.times == 2


@posix
def test_a_file_that_others_may_write_is_none_of_ours(folder):
    made = Made()
    kept("thing", "k1", made)
    only_file(folder).chmod(0o622)
    kept("thing", "k1", made)
    assert made.times == 2


@pytest.mark.skipif(not ROOT, reason="only root gives files away")
def test_a_file_of_somebody_else_is_never_used(folder):
    made = Made()
    kept("thing", "k1", made)
    os.chown(only_file(folder), 65534, 65534)
    kept("thing", "k1", made)
    assert made.times == 2


@posix
def test_in_a_folder_that_others_may_write_nothing_is_kept(folder):
    folder.mkdir()
    folder.chmod(0o777)
    made = Made()
    for _ in range(2):
        assert kept("thing", "k1", made) == made.content
    assert made.times == 2
    assert not list(folder.iterdir())


def test_without_a_place_it_is_computed_each_time(tmp_path, monkeypatch):
    made = Made()
    for named in ("", str(tmp_path / "file" / "below")):
        (tmp_path / "file").write_text("no folder", encoding="utf-8")
        monkeypatch.setenv(ENVIRONMENT, named)
        room._safe_folder.cache_clear()
        kept("thing", "k1", made)
        kept("thing", "k1", made)
    assert made.times == 4


def test_old_files_go(folder, monkeypatch):
    monkeypatch.setattr(room, "_OF_A_KIND", 3)
    for number in range(6):
        kept("thing", f"k{number}", Made())
    kept("other", "k", Made())
    assert len(list(folder.glob("thing-*"))) == 3
    assert (folder / "thing-k5.json").exists()


def test_a_key_stands_for_data_modules_and_libraries(tmp_path):
    start = key_of(["a", "b"], ["iqgeo.gaps"], ["numpy"])
    assert key_of([b"a", "b"], ["iqgeo.gaps"], ["numpy"]) == start
    others = [
        key_of(["ab"], ["iqgeo.gaps"], ["numpy"]),
        key_of(["a", "b", ""], ["iqgeo.gaps"], ["numpy"]),
        key_of(["a", "b"], ["iqgeo.gap_names"], ["numpy"]),
        key_of(["a", "b"], ["iqgeo.gaps"], ["pandas"]),
        key_of(["a", "b"], ["iqgeo.gaps"], ["no_such_library"]),
    ]
    assert len({start, *others}) == 6
    path = tmp_path / "table"
    missing = files_of([path])
    path.write_bytes(b"1")
    one = files_of([path])
    path.write_bytes(b"2")
    assert len({it[0] for it in (missing, one, files_of([path]))}) == 3


def test_gaps_from_an_earlier_run_are_those_computed_anew(folder, coverage_2012):
    def shown(gaps):
        return [(it.number, it.rank, it.name, it.people, it.districts) for it in gaps.regions]

    others = [coverage_2012.again(target_km=target) for target in (12.0, 35.0, 90.0)]
    others += [
        coverage_2012.again(offices=coverage_2012.offices.iloc[:1]),
        coverage_2012.again(target_km=500.0),
    ]
    first = [find_gaps(it) for it in others]
    written = len(list(folder.glob("gaps-*")))
    assert written == len(others)
    surroundings_of.cache_clear()
    for gaps, coverage in zip(first, others, strict=True):
        again = find_gaps(coverage)
        assert shown(again) == shown(gaps)
        assert again.places.equals(gaps.places)
    assert len(list(folder.glob("gaps-*"))) == written


def test_outlines_from_an_earlier_run_are_those_computed_anew(folder, region):
    for ask in (surroundings_of, kept_base):
        ask.cache_clear()
    names = surroundings_of(region)
    surroundings_of.cache_clear()
    again = surroundings_of(region)
    assert again is not names
    assert (again.cities, again.bounds, again.crs) == (names.cities, names.bounds, names.crs)
    assert again.outline.equals_exact(names.outline, 0)
    assert again.coast.equals_exact(names.coast, 0)
    assert {name: it.wkb for name, it in again.neighbours.items()} == {
        name: it.wkb for name, it in names.neighbours.items()
    }
    base = base_of(region)
    assert {*told(base), "site_noun"} == {row.name for row in fields(base)}
    for drawn in (kept_base(region), as_told(told(base), region)):
        assert told(drawn) == told(base)
        assert (drawn.site_noun, drawn.towns) == (base.site_noun, base.towns)
        assert [(it.name, it.label) for it in drawn.neighbours] == [
            (it.name, it.label) for it in base.neighbours
        ]
    for ask in (surroundings_of, kept_base):
        ask.cache_clear()
