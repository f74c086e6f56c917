"""Streets of Overture Maps: its rules of access say which way cars may drive, in whatever file they come."""

import json

import geopandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.distances.roads.overture import tags_of_rules

from .test_column_words import STREETS, arcs_read, arcs_wanted
from .test_said_otherwise import LINES

CLOSED = {0: None, 1: "backward", -1: "forward"}


def rule(kind, between=None, **when):
    """A rule as Arrow has it: every name is there, most of them say nothing."""
    names = ("during", "heading", "using", "recognized", "mode", "vehicle")
    scope = {name: when.get(name) for name in names} if when else None
    return {"access_type": kind, "between": between, "when": scope}


def denied(heading):
    return None if heading is None else [rule("denied", heading=heading)]


@pytest.mark.parametrize("road", ["residential", "motorway"])
@pytest.mark.parametrize("ending", ["parquet", "geojson", "gpkg", "csv"])
def test_one_ways_are_one_ways_in_every_file(tmp_path, ending, road):
    rules = [denied(CLOSED[way]) for *_, way in STREETS]
    classes = [road if way else "residential" for *_, way in STREETS]
    frame = geopandas.GeoDataFrame({"subtype": "road", "class": classes}, geometry=LINES, crs=4326)
    path = tmp_path / f"segment.{ending}"
    if ending == "parquet":
        frame.assign(access_restrictions=rules).to_parquet(path)
    elif ending == "geojson":
        features = json.loads(frame.to_json())
        for feature, it in zip(features["features"], rules, strict=True):
            feature["properties"]["access_restrictions"] = it
        path.write_text(json.dumps(features))
    else:
        frame = frame.assign(access_restrictions=[json.dumps(it) for it in rules])
        frame.to_csv(path, index=False) if ending == "csv" else frame.to_file(path)
    assert set(arcs_read(path)[0]) == set(arcs_wanted())


@pytest.mark.parametrize(
    ("rules", "tags"),
    [
        ([rule("denied", heading="backward")], {"oneway": "yes"}),
        ([rule("denied", heading="forward", mode=["vehicle"])], {"oneway": "-1"}),
        ([rule("denied", heading="backward", between=[0.2, 0.4])], {"oneway": "yes"}),
        ([rule("denied", heading=it) for it in ("forward", "backward")], {"access": "no"}),
        ([rule("denied")], {"access": "no"}),
        ([{"access_type": "denied"}], {"access": "no"}),
        ([rule("denied", between=[0, 0.5])], {}),
        ([rule("denied", mode=["hgv", "bus"])], {}),
        ([rule("denied", mode=["motor_vehicle"])], {"access": "no"}),
        ([rule("denied", heading="backward", during="Mo-Fr 15:00-18:00")], {}),
        ([rule("denied", vehicle=[{"dimension": "weight", "comparison": "greater_than", "value": 7.5}])], {}),
        (
            [rule("denied"), rule("allowed", using=["as_customer", "at_destination"])],
            {"access": "destination"},
        ),
        ([rule("denied"), rule("allowed", using=["to_deliver"])], {"access": "no"}),
        ([rule("denied"), rule("allowed", recognized=["as_private"])], {"access": "no"}),
        ([rule("denied"), rule("allowed", mode=["foot", "bicycle"])], {"access": "no"}),
        ([rule("denied"), rule("allowed", mode=["motor_vehicle"])], {}),
        ([rule("denied"), rule("designated", mode=["car"])], {}),
        (
            [rule("denied", heading="backward"), rule("allowed", heading="backward", mode=["bus"])],
            {"oneway": "yes"},
        ),
        ([rule("denied", heading="backward"), rule("allowed", heading="backward", mode=["vehicle"])], {}),
        (
            [rule("denied"), rule("allowed", using=["at_destination"]), rule("denied", heading="forward")],
            {"oneway": "-1", "access": "destination"},
        ),
        (
            [rule("denied", heading="forward"), rule("allowed", heading="forward", using=["at_destination"])],
            {},
        ),
    ],
)  # fmt: skip
def test_the_last_rule_for_all_cars_decides(rules, tags):
    assert tags_of_rules(rules) == tags


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.sampled_from(["denied", "backward", "car", ""]),
    lambda it: (
        st.lists(it, max_size=3)
        | st.dictionaries(
            st.sampled_from(["access_type", "when", "heading", "mode", "between"]), it, max_size=4
        )
    ),
)


@given(ANYTHING)
def test_what_is_no_list_of_rules_ends_no_reading(cell):
    assert set(tags_of_rules(cell)) <= {"oneway", "access"}
