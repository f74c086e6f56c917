"""Figures of after a merger on districts of before it, and the reverse: nobody is lost or counted twice."""

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from iqgeo.errors import InputError
from iqgeo.inputs import demand_of_shares, new_region, read_shares
from iqgeo.inputs.mergers import CUT, MERGED

from .conftest import csv

NEIGHBOUR = "16061"


@pytest.fixture(scope="module")
def regions(tmp_path_factory):
    """Regions with the districts of before and after some mergers; their people have the same keys."""
    found = {}
    for whole in ("16063", "03159", "05334"):
        old = sorted({*MERGED[whole], *(["16063"] if whole == "16063" else [])})
        for keys in (old, [whole]):
            listed = [*keys, NEIGHBOUR]
            outlines = gpd.GeoDataFrame(
                {"ags": listed, "name": [f"Kreis {it}" for it in listed]},
                geometry=[box(10 + at, 51, 11 + at, 52) for at in range(len(listed))],
                crs=4326,
            )
            rows = [f"{it},{it}001,{10.5 + at},51.5,{1000 * (at + 1)}" for at, it in enumerate(listed)]
            report = new_region(
                tmp_path_factory.mktemp("merged") / "r", name="R", year=2020,
                districts=(outlines.to_json().encode(), "a.geojson"),
                settlements=csv("id,ags,lon,lat,people\n" + "\n".join(rows)),
            )  # fmt: skip
            found[whole, keys == old] = report.region, keys
    return found


@settings(max_examples=12)
@given(
    st.sampled_from(("16063", "03159", "05334")),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 90),
)
def test_persons_are_met_on_either_side_of_a_merger(regions, whole, region_older, table_older, kept, count):
    """GENESIS keeps the row of a district that is no more, with a dash."""
    region, _ = regions[whole, region_older]
    parts = regions[whole, True][1]
    rows = {it: 100 + at + count for at, it in enumerate(parts)} if table_older else {whole: 321 + count}
    rows[NEIGHBOUR] = 77
    dashes = {it: "-" for it in parts if kept and it not in rows}
    content = "ags;Ausländer\n" + "\n".join(f"{key};{it}" for key, it in {**dashes, **rows}.items())
    intake = read_shares(csv(content + "\n"), region, weight="foreigners")
    people = demand_of_shares(region, intake, "foreigners").places.groupby("district_ags")["people"].sum()
    assert people[NEIGHBOUR] == 77
    assert people.sum() == sum(rows.values())
    if region_older:
        # Nobody is nowhere: what is told of the whole is told of every part.
        assert (people > 0).all()


@pytest.mark.parametrize("whole", ["16063", "03159"])
def test_a_share_of_the_whole_holds_for_its_parts_and_two_make_none(regions, whole):
    older, parts = regions[whole, True]
    told = read_shares(csv(f"ags;Anteil in %\n{whole};10\n{NEIGHBOUR};20\n"), older, weight="foreigners")
    people = demand_of_shares(older, told, "foreigners").places.set_index("district_ags")["people"]
    assert people[parts].tolist() == [100 * (at + 1) for at in range(len(parts))]
    rows = "".join(f"{it};{10 + at}\n" for at, it in enumerate(parts))
    with pytest.raises(InputError) as refused:
        read_shares(
            csv(f"ags;Anteil in %\n{rows}{NEIGHBOUR};20\n"), regions[whole, False][0], weight="foreigners"
        )
    assert "merged_shares" in {it.code for it in refused.value.problems}


def test_more_people_than_live_there_are_said(regions):
    region, _ = regions["16063", True]
    content = f"ags;Ausländer\n16056;100\n16063;99000\n{NEIGHBOUR};500\n"
    said = {it.code: it.value for it in read_shares(csv(content), region, weight="foreigners").repairs}
    assert said["more_than_live"] == "Kreis 16063"


@pytest.mark.parametrize("sign", [".", "x", "/"])
def test_a_column_of_which_most_is_secret_is_one_of_figures(regions, sign, problems_of):
    region, _ = regions["16063", True]
    content = f"ags;Ausländer\n16056;{sign}\n16063;990\n{NEIGHBOUR};{sign}\n"
    assert {it.code for it in problems_of(read_shares, csv(content), region, weight="foreigners")} == {
        "share_missing"
    }


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """Regions with the districts of after and before Aschersleben-Staßfurt was cut, and a neighbour."""
    found = {}
    for newer, keys in zip((True, False), CUT[2], strict=True):
        listed = [*sorted(keys), NEIGHBOUR]
        outlines = gpd.GeoDataFrame(
            {"ags": listed, "name": listed},
            geometry=[box(10 + at, 51, 11 + at, 52) for at in range(len(listed))],
            crs=4326,
        )
        rows = [f"{it},{it}001,{10.5 + at},51.5,{1000 * (at + 1)}" for at, it in enumerate(listed)]
        found[newer] = new_region(
            tmp_path_factory.mktemp("cut") / "r", name="R", year=2020,
            districts=(outlines.to_json().encode(), "a.geojson"),
            settlements=csv("id,ags,lon,lat,people\n" + "\n".join(rows)),
        ).region  # fmt: skip
    return found


@pytest.mark.parametrize("newer", [True, False])
def test_persons_of_a_district_that_was_cut_count_for_all_its_heirs_together(cut, newer):
    there = sorted(CUT[2][newer])
    content = "ags;Ausländer\n" + "\n".join(f"{it};{100 + at}" for at, it in enumerate([*there, NEIGHBOUR]))
    intake = read_shares(csv(content), cut[newer], weight="foreigners")
    people = demand_of_shares(cut[newer], intake, "foreigners").places.groupby("district_ags")["people"].sum()
    assert people.sum() == sum(range(100, 101 + len(there)))
    assert people[NEIGHBOUR] == 100 + len(there)
    assert "districts_cut" in {it.code for it in intake.repairs}


@pytest.mark.parametrize("newer", [True, False])
def test_shares_of_a_district_that_was_cut_are_refused_by_its_name(cut, newer):
    content = "ags;Anteil\n" + "\n".join(f"{it};12,5" for it in [*CUT[2][newer], NEIGHBOUR])
    with pytest.raises(InputError) as refused:
        read_shares(csv(content), cut[newer], weight="foreigners")
    assert [it.code for it in refused.value.problems] == ["district_cut"]
    assert "Aschersleben-Staßfurt" in str(refused.value)
