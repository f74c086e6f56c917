"""A list of thousands of offices on one page: names that find room, words of a bearable length."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from iqgeo import assess, find_gaps
from iqgeo.reports.board import board_data, board_pdf
from iqgeo.reports.board_state import Board
from iqgeo.reports.print_map import _NAMED

LONGEST_IN_PDF = 32_767


@pytest.fixture(scope="module")
def gaps(region):
    towns = region.towns[["id", "name", "lon", "lat"]]
    copies = [
        towns.assign(id=towns["id"] + f"-{at}", lon=towns["lon"] + 0.01 * at, lat=towns["lat"] + 0.005 * at)
        for at in range(3)
    ]
    import pandas as pd

    offices = pd.concat(copies, ignore_index=True)
    assert len(offices) > 2_500
    return find_gaps(assess(region, offices, target_km=3.0))


def boxes(svg):
    """The plates on which names stand."""
    found = []
    for it in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect"):
        if it.get("fill-opacity") == "0.82":
            x, y, width, height = (float(it.get(name)) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + width, y + height))
    return np.array(found)


def test_names_of_many_offices_never_cover_each_other(gaps, region):
    import datetime

    board = Board(gaps, region, "de", None, None, (), "", datetime.date(2026, 1, 2), None)
    data = board_data(board)
    named = boxes(data["maps"][0]["svg"])
    assert 5 < len(named) < len(gaps.coverage.offices) / 10
    assert len(gaps.coverage.offices) > _NAMED
    for at, box in enumerate(named):
        others = np.delete(named, at, axis=0)
        wide = np.minimum(others[:, 2], box[2]) - np.maximum(others[:, 0], box[0])
        high = np.minimum(others[:, 3], box[3]) - np.maximum(others[:, 1], box[1])
        assert not ((wide > 1) & (high > 1)).any()
    for picture in data["maps"]:
        assert len(picture["alt"]) < LONGEST_IN_PDF / 4
        assert "weitere" in picture["alt"] or "andere" in picture["alt"]


def test_the_page_of_a_national_list_is_a_page(gaps, region):
    written = board_pdf(gaps, region)
    assert written.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", written)) >= 1


def test_names_of_thirty_offices_can_be_read(region):
    import datetime

    towns = region.towns.sort_values("id").iloc[::32][["id", "name", "lon", "lat"]].reset_index(drop=True)
    assert 25 < len(towns) <= 40
    board = Board(
        find_gaps(assess(region, towns)), region, "de", None, None, (), "", datetime.date(2026, 1, 2)
    )
    named = boxes(board_data(board)["maps"][0]["svg"])
    assert len(named) > len(towns) / 2
    for at, box in enumerate(named):
        others = np.delete(named, at, axis=0)
        wide = np.clip(np.minimum(others[:, 2], box[2]) - np.maximum(others[:, 0], box[0]), 0, None)
        high = np.clip(np.minimum(others[:, 3], box[3]) - np.maximum(others[:, 1], box[1]), 0, None)
        # No name eats more than the edge of another's plate.
        assert (wide * high).max() <= 0.05 * (box[2] - box[0]) * (box[3] - box[1])
