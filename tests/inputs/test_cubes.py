"""Cubes of statistical offices: JSON-stat, SDMX as CSV; PX and SDMX-JSON refused by name."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import check_file, persons_of, read_shares
from iqgeo.region import load_region
from iqgeo.texts import LANGUAGES

REGION = load_region()
NAMES = REGION.district_names
PEOPLE = {key: 1_000 + 7 * at for at, key in enumerate(NAMES)}
CITIZENS = {"TOTAL": "Insgesamt", "NAT": "Deutsche", "FOR": "Ausländer"}
YEARS = ("2020", "2022")


def figure(key, citizen, year):
    return PEOPLE[key] * {"FOR": 1, "NAT": 9, "TOTAL": 10}[citizen] + (year == "2020")


def as_file(document, name="tabelle.json"):
    return (json.dumps(document).encode(), name)


def dataset(order, *, sparse, index, first_version, citizens, years, geo):
    """The cube in the order of dimensions that is drawn."""
    codes = {geo: list(NAMES), "citizen": list(citizens), "time": list(years), "unit": ["NR"]}
    labels = {geo: NAMES, "citizen": CITIZENS, "time": {it: it for it in years}, "unit": {"NR": "Anzahl"}}
    cells = itertools.product(*(codes[name] for name in order))
    named = (dict(zip(order, cell, strict=True)) for cell in cells)
    values = [figure(it[geo], it["citizen"], it["time"]) for it in named]
    dimension = {}
    for name in order:
        category = {"label": {it: labels[name][it] for it in codes[name]}}
        if index == "object":
            category["index"] = {it: at for at, it in enumerate(codes[name])}
        elif index == "list" or len(codes[name]) > 1:
            category["index"] = codes[name]
        dimension[name] = {"label": name.title(), "category": category}
    shape = {"id": list(order), "size": [len(codes[name]) for name in order]}
    value = {str(at): it for at, it in enumerate(values)} if sparse else values
    if first_version:
        return {"dataset": {"label": "Bevölkerung", "dimension": {**dimension, **shape}, "value": value}}
    return {"version": "2.0", "class": "dataset", "label": "Bevölkerung", **shape, "dimension": dimension,
            "role": {"geo": [geo], "time": ["time"]}, "value": value}  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(
    order=st.permutations(["geo", "citizen", "time", "unit"]), sparse=st.booleans(),
    index=st.sampled_from(["object", "list", "left out"]), first_version=st.booleans(),
    citizens=st.sampled_from([("FOR",), ("TOTAL", "NAT", "FOR")]),
    years=st.sampled_from([("2022",), YEARS]), geo=st.sampled_from(["geo", "Kreise"]),
)  # fmt: skip
def test_a_cube_is_the_figures_that_it_holds(order, sparse, index, first_version, citizens, years, geo):
    named = [geo if it == "geo" else it for it in order]
    source = as_file(dataset(named, sparse=sparse, index=index, first_version=first_version,
                             citizens=citizens, years=years, geo=geo))  # fmt: skip
    read = read_shares(source, REGION, weight="foreigners")
    assert persons_of(read) == PEOPLE
    assert read.year == 2022
    codes = {it.code for it in read.repairs}
    assert "json_stat_read" in codes
    assert ("year_taken" in codes) is (len(years) > 1)
    assert check_file(source, REGION).kind == "shares"


def test_a_figure_that_is_not_there_is_asked_for_by_its_area():
    cube = dataset(["geo", "citizen", "time"], sparse=True, index="object", first_version=False,
                   citizens=("FOR",), years=("2022",), geo="geo")  # fmt: skip
    del cube["value"]["3"]
    with pytest.raises(InputError) as caught:
        read_shares(as_file(cube), REGION, weight="foreigners")
    assert list(NAMES)[3] in caught.value.problems[0].sentence("de")


@pytest.mark.parametrize("change", [
    {"value": [1, 2]}, {"size": [3, 1, 1]}, {"size": [10**6, 10**6, 10**6]}, {"id": ["geo"]}, {"id": None},
    {"dimension": {}}, {"value": {"x": 1}}, {"value": {"999": 1}}, {"size": [-1, 1, 1]}, {"value": {"-1": 5}},
])  # fmt: skip
def test_a_cube_that_does_not_fit_together_is_told_as_one(change):
    cube = dataset(["geo", "citizen", "time"], sparse=False, index="object", first_version=False,
                   citizens=("FOR",), years=("2022",), geo="geo")  # fmt: skip
    with pytest.raises(InputError) as caught:
        read_shares(as_file({**cube, **change}), REGION, weight="foreigners")
    assert caught.value.problems[0].code in ("json_stat_broken", "too_many_rows")


@pytest.mark.parametrize(("data", "name", "code"), [
    (b'CHARSET="ANSI";\nAXIS-VERSION="2013";\nTITLE="x";\nDATA=\n1 2;\n', "tabelle.px", "form_px"),
    (b'AXIS-VERSION="2013";\nDATA=1 2;\n', "tabelle.txt", "form_px"),
    (b'{"header":{"id":"x"},"dataSets":[{}],"structure":{}}', "t.json", "form_sdmx_json"),
    (b'{"meta":{},"data":{"dataSets":[{}],"structures":[]}}', "t.json", "form_sdmx_json"),
])  # fmt: skip
def test_other_cubes_are_refused_by_their_name(data, name, code):
    with pytest.raises(InputError) as caught:
        read_shares((data, name), REGION)
    assert [it.code for it in caught.value.problems] == [code]
    assert all(
        {"form_px": "PX", "form_sdmx_json": "SDMX-JSON"}[code] in it
        for it in map(caught.value.problems[0].sentence, LANGUAGES)
    )


@pytest.mark.parametrize("labelled", [False, True])
def test_sdmx_as_csv_has_a_row_for_each_figure(labelled):
    head = "DATAFLOW,LAST UPDATE,freq,unit,citizen,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"
    rows = [head.split(",")]
    called = {**CITIZENS, "FOR": "Foreign country"}
    for key, citizen, year in itertools.product(NAMES, CITIZENS, YEARS):
        geo, who = (key, called[citizen] if citizen == "FOR" else citizen)
        if labelled:
            geo, who = f"{key}: {NAMES[key]}", f"{citizen}: {called[citizen]}"
        value = str(figure(key, citizen, year))
        rows.append(["ESTAT:X(1.0)", "07/02/24", "A", "NR", who, geo, year, value, "", ""])
    written = ("\n".join(",".join(it) for it in rows).encode(), "estat.csv")
    read = read_shares(written, REGION, weight="foreigners")
    assert (persons_of(read), read.year) == (PEOPLE, 2022)
