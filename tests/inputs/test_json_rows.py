"""JSON in the forms that services give it: the same offices, whatever stands around them."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import limits, read_offices

NAMES = st.lists(
    st.text("abcäöü –/\"'{}[],;", min_size=1, max_size=8).filter(lambda it: it.strip()),
    min_size=1,
    max_size=4,
)


def offices(names):
    return [
        {"id": f"o{number}", "name": name, "lon": 9.5 + number / 8, "lat": 52.5}
        for number, name in enumerate(names)
    ]


def features(records):
    return [
        {
            "type": "Feature",
            "properties": {"id": it["id"], "name": it["name"]},
            "geometry": {"type": "Point", "coordinates": [it["lon"], it["lat"]]},
        }
        for it in records
    ]


FORMS = {
    "list": json.dumps,
    "answer": lambda it: json.dumps({"count": len(it), "results": it, "notes": []}),
    "lines": lambda it: "\n".join(json.dumps(one) for one in it) + "\n",
    "within": lambda it: json.dumps(
        [{"id": one["id"], "name": one["name"], "geo": {"lon": one["lon"], "lat": one["lat"]}} for one in it]
    ),
    # OpenStreetMap's own interface: a building stands where its middle is, as "out center" tells.
    "overpass": lambda it: json.dumps(
        {
            "version": 0.6,
            "elements": [
                {
                    "type": "way",
                    "id": one["id"],
                    "nodes": [1, 2, 1],
                    "tags": {"name": one["name"]},
                    "center": {"lat": one["lat"], "lon": one["lon"]},
                }
                for one in it
            ],
        }
    ),
    "features": lambda it: json.dumps(features(it)),
    "feature lines": lambda it: "\r\n".join(json.dumps(one) for one in features(it)),
    "sequence": lambda it: "".join(f"\x1e{json.dumps(one)}\n" for one in features(it)),
    "feature": lambda it: json.dumps(features(it)[0]),
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=8, deadline=None)
@given(names=NAMES)
def test_every_form_holds_the_same_offices(form, names):
    records = offices(
        names[:1] if form == "feature" else names + ["B"] * (form == "lines" and len(names) == 1)
    )
    read = read_offices((FORMS[form](records).encode(), "stellen.json")).frame
    wanted = pd.DataFrame(records).assign(name=lambda it: it["name"].str.strip())
    pd.testing.assert_frame_equal(read[["id", "name", "lon", "lat"]], wanted, check_dtype=False)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('{"a": [{"id": 1}], "b": [{"id": 2}]}', "geojson_no_collection"),
        ('[{"id": 1}, 2]', "geojson_no_collection"),
        ('{"id": 1}\n{"id": ', "json_broken"),
        (json.dumps([{f"k{it}": 1} for it in range(limits.COLUMNS + 1)]), "too_many_columns"),
    ],
)
def test_what_is_no_list_of_objects_is_a_sentence(written, code):
    with pytest.raises(InputError) as error:
        read_offices((written.encode(), "stellen.json"))
    assert [it.code for it in error.value.problems] == [code]
