"""A map drawn in an earlier run is the map that would be drawn anew."""

import copy
from dataclasses import fields, replace

import pytest

from iqgeo.gaps import find_gaps
from iqgeo.reports import drawn as room
from iqgeo.reports import pen, print_map
from iqgeo.reports.bases import kept_base
from iqgeo.reports.map.scene import scene_of
from iqgeo.reports.pen import Projection, frame_around
from iqgeo.reports.print_map import draw
from iqgeo.safe.kept import ENVIRONMENT

SIZE = (86.5, 80.0)


@pytest.fixture
def scene(region, coverage_2012):
    return scene_of(region, coverage_2012, find_gaps(coverage_2012), base=kept_base(region))


def test_a_kept_drawing_is_the_drawing(scene, region, tmp_path, monkeypatch):
    sheet = Projection(region.crs)
    frame = frame_around(sheet.metres(scene.base.outline).bounds, *SIZE)
    anew = draw(scene, sheet, frame, "de")
    monkeypatch.setenv(ENVIRONMENT, "")
    assert room.drawn(scene, sheet, SIZE, "de") == anew
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "kept"))
    assert room.drawn(scene, sheet, SIZE, "de") == anew
    # The second time nothing is projected.
    again = Projection(region.crs)
    assert room.drawn(copy.deepcopy(scene), again, SIZE, "de") == anew
    assert not again.paths
    assert len(list((tmp_path / "kept").glob("drawing-*"))) == 1


def test_another_scene_language_or_size_is_another_drawing(scene, region, tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    sheet = Projection(region.crs)
    turned = scene.dot_kind.copy()
    turned[0] = 2 - turned[0]
    asked = [
        (scene, SIZE, "de"), (scene, SIZE, "en"), (scene, (86.5, 68.0), "de"),
        (replace(scene, dot_kind=turned), SIZE, "de"),
        (replace(scene, sites=(replace(scene.sites[0], lon=scene.sites[0].lon + 1e-9), *scene.sites[1:])),
         SIZE, "de"),
        (replace(scene, base=replace(scene.base, outline=scene.base.outline.buffer(1e-9))), SIZE, "de"),
    ]  # fmt: skip
    for each, size, lang in asked:
        room.drawn(each, sheet, size, lang)
    assert len(list(tmp_path.glob("drawing-*"))) == len(asked)


def test_every_part_of_a_scene_is_in_its_checksum(scene):
    whole = room._bytes_of(scene)
    assert all(it.name.encode() in whole for it in fields(scene))
    assert room._bytes_of(copy.deepcopy(scene)) == whole


def test_whatever_of_ours_draws_is_in_the_checksum():
    """A map kept by an older version is drawn anew once anything that draws or words it has changed."""
    known = [it for module in (print_map, pen) for it in vars(module).values() if callable(it)]
    ours = {str(getattr(it, "__module__", "")) for it in known}
    assert {it for it in ours if it.startswith("iqgeo.")} <= set(room._MODULES)
