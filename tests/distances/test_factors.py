"""Factors by district on their way: fitted, written, read again, measured with, said and kept in a plan."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from iqgeo.cli.main import app
from iqgeo.distances.roads import build_roads
from iqgeo.errors import InputError
from iqgeo.inputs import check_file, read_factors


def run(*arguments):
    done = CliRunner().invoke(app, [str(it) for it in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def listed(text):
    return text.encode(), "f.csv"


def test_from_the_roads_into_a_plan(test_only_data, tmp_path):
    build_roads(test_only_data / "dcw_edges.csv").save(tmp_path / "roads.parquet")
    table, plan = tmp_path / "factors.csv", tmp_path / "plan.toml"
    asked = ("--stage", "2012", "--snap-limit-km", "20", "--roads", tmp_path / "roads.parquet")
    compared = json.loads(run("roads", "compare", *asked, "--out", table, "--json", "-"))
    again = json.loads(run("roads", "compare", *asked, "--factors", table, "--json", "-"))
    assert compared["fitted_share"] > compared["same_share"]
    # Written in thousandths.
    assert again["fitted_share"] == pytest.approx(compared["fitted_share"], abs=2e-3)
    assert check_file(table).kind == "factors"
    # A table of somebody else's, whose column has to be named.
    table.with_name("g.csv").write_text(table.read_text().replace(",factor,", ",Umwegfaktor,"))
    named = ("--factors", table.with_name("g.csv"), "--column", "factors.factor=Umwegfaktor")
    assert json.loads(run("roads", "compare", *asked, *named, "--json", "-")) == again
    found = json.loads(run("coverage", "--stage", "2012", "--factors", table, "--json", "-"))
    assert found["distance"] == "fitted"
    assert found["detour_factor"] is None
    factors = pd.read_csv(table)["factor"]
    assert (found["band"]["factor_low"], found["band"]["factor_high"]) == (
        pytest.approx(min(1.3, factors.min())), pytest.approx(factors.max()),
    )  # fmt: skip
    said = run("suggest", "--stage", "2012", "--new", "1", "--factors", table, "--save-plan", plan)
    assert 'factors = "factors.csv"' in plan.read_text()
    assert said
    kept = json.loads(run("coverage", "--plan", plan, "--json", "-"))
    assert kept["distance"] == "fitted"
    assert kept["covered"] > found["covered"]
    for lang, words in (("de", "Luftlinie × Faktor des Kreises"), ("en", "straight line × factor of the")):
        assert words in run("coverage", "--stage", "2012", "--factors", table, "--lang", lang)


@given(
    st.dictionaries(st.from_regex(r"0\d{4}", fullmatch=True), st.floats(1, 10), min_size=1, max_size=9),
    st.booleans(),
    st.sampled_from([(",", "."), (";", ",")]),
)
@settings(max_examples=25)
def test_a_table_is_read_as_it_was_written_even_by_a_spreadsheet(factors, without_zero, marks):
    separator, decimal = marks
    rows = [
        f"{ags[1:] if without_zero else ags}{separator}{factor:.6f}".replace(".", decimal)
        for ags, factor in factors.items()
    ]
    read = read_factors(listed("\n".join([f"district_ags{separator}factor", *rows]))).frame
    assert dict(zip(read["district_ags"], read["factor"], strict=True)) == pytest.approx(factors, abs=1e-6)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("03101,0.9", "factor_impossible"),
        ("03101,11", "factor_impossible"),
        ("03101,", "value_missing"),
        (",1.3", "value_missing"),
        ("03101,1.3\n3101,1.4", "factor_twice"),
        ("03101,much", "number_unreadable"),
    ],
)
def test_what_is_no_factor_is_named(rows, code):
    with pytest.raises(InputError) as caught:
        read_factors(listed(f"district_ags,factor\n{rows}"))
    assert code in [it.code for it in caught.value.problems]


def test_factors_of_another_country_are_refused(tmp_path):
    table = tmp_path / "f.csv"
    table.write_text("district_ags,factor\n99999,1.4\n")
    done = CliRunner().invoke(app, ["coverage", "--factors", str(table), "--lang", "en"])
    assert isinstance(done.exception, InputError)
    assert "99999" in str(done.exception)
