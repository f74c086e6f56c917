"""Shares of any notation, level and year."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.demand import demand_from_shares
from iqgeo.inputs import demand_of_shares, read_shares, shares_pct
from iqgeo.inputs.crosswalk import todays_municipalities
from iqgeo.inputs.findings import Findings
from iqgeo.inputs.keys import Keys
from tests.draws import draws

from .conftest import csv


@pytest.fixture(scope="module")
def published(region):
    """Shares of 2012 as published: 45 districts, three pairs pooled."""
    figures = region.figures
    chosen = figures[(figures["measure"] == "migration_background") & (figures["year"] == 2012)]
    return (
        chosen.loc[chosen["area"] != "03", ["area", "name", "share_pct"]]
        .astype({"share_pct": float})
        .reset_index(drop=True)
    )


def _codes(intake):
    return {it.code for it in intake.repairs}


def test_per_cent_fractions_and_signs_mean_the_same(region, published):
    expected = shares_pct(read_shares(csv(published.to_csv(index=False)), region))
    fractions = published.assign(share_pct=published["share_pct"] / 100)
    signs = published.assign(share_pct=[f"{it:.2f} %".replace(".", ",") for it in published["share_pct"]])
    read = read_shares(csv(fractions.to_csv(index=False, sep=";", decimal=",")), region)
    assert shares_pct(read) == pytest.approx(expected)
    assert "share_fraction" in _codes(read)
    assert shares_pct(read_shares(csv(signs.to_csv(index=False, sep=";")), region)) == pytest.approx(expected)


def test_lost_zeros_are_put_back_visibly(region, published):
    bare = published.assign(area=published["area"].str.lstrip("0"))
    intake = read_shares(csv(bare.to_csv(index=False)), region)
    assert set(intake.frame["area"]) == set(published["area"])
    assert "key_zero" in _codes(intake)


def test_every_problem_at_once(region, published, problems_of):
    broken = published.drop(index=7).reset_index(drop=True)
    broken["share_pct"] = broken["share_pct"].astype(str)
    broken.loc[3, "share_pct"] = "125"
    broken.loc[4, "share_pct"] = "-3"
    broken.loc[5, "share_pct"] = "/"
    broken.loc[6, "share_pct"] = "viel"
    broken.loc[len(broken)] = [broken["area"][10], "noch einmal", "3"]
    broken.loc[len(broken)] = ["03999", "gibt es nicht", "3"]
    broken.loc[len(broken)] = ["Aurich", "kein Schlüssel", "3"]
    problems = problems_of(read_shares, csv(broken.to_csv(index=False)), region)
    rows = {(it.code, it.row) for it in problems}
    last = len(broken) + 1
    assert rows == {
        ("area_missing", None),
        ("share_over_100", 5),
        ("number_negative", 6),
        ("share_missing", 7),
        ("number_unreadable", 8),
        ("key_twice", last - 2),
        ("key_unknown", last - 1),
        ("key_unreadable", last),
    }
    missing = next(it for it in problems if it.code == "area_missing")
    assert missing.value is not None
    assert published["area"][7] in missing.value


def test_many_districts_without_a_figure_are_one_sentence(region, published, problems_of):
    """A table of another place is one fault: forty sentences of it hide what else is wrong."""
    few = published.head(9).astype({published.columns[-1]: object})
    few.loc[3, few.columns[-1]] = "viel"
    problems = problems_of(read_shares, csv(few.to_csv(index=False)), region)
    assert sorted(it.code for it in problems) == ["areas_missing", "number_unreadable"]
    many = next(it for it in problems if it.code == "areas_missing")
    without = {it[:5] for it in region.settlements["district_ags"]} - {it[:5] for it in few["area"]}
    assert many.details["count"] == len(without)
    assert sorted(without)[0] in many.what("de")


def test_rows_of_other_states_are_passed_over_visibly(region, published):
    national = published.copy()
    national.loc[len(national)] = ["05111", "Düsseldorf", 20.0]
    national.loc[len(national)] = ["Insgesamt", "", 17.0]
    national.loc[len(national)] = ["03", "Niedersachsen", 17.0]
    intake = read_shares(csv(national.to_csv(index=False)), region)
    assert set(intake.frame["area"]) == set(published["area"])
    assert {"key_elsewhere", "key_total"} <= _codes(intake)


def test_several_days_of_the_last_year_are_asked_about(region, published, problems_of):
    days = ("31.12.2012", "31.03.2015", "30.06.2015")
    every = pd.concat([published.assign(stichtag=it) for it in days])
    (problem,) = problems_of(read_shares, csv(every.to_csv(index=False)), region)
    assert problem.code == "years_unclear"
    assert "30.06.2015, 31.03.2015" in problem.what("de")


def test_old_and_new_districts(region, published):
    """A table from before the reform of 2016 serves, city of Göttingen or not."""
    old = published[published["area"] != "03159"]
    rows = [
        ["03152-x", "Göttingen ohne Stadt", 5.0],
        ["03152012", "Göttingen, Stadt", 20.0],
        ["03156", "Osterode", 10.0],
    ]
    written = pd.concat([old, pd.DataFrame(rows, columns=old.columns)])
    intake = read_shares(csv(written.to_csv(index=False)), region)
    demand = demand_from_shares(region, shares_pct(intake))
    places = demand.places.assign(population=region.settlements["population"].to_numpy())
    city = places[places["ags"] == "03152012"]
    assert city["people"].sum() == pytest.approx(0.2 * city["population"].sum(), abs=1)
    osterode = places[places["ags"].str[:5] == "03156"]
    assert osterode["people"].sum() == pytest.approx(0.1 * osterode["population"].sum(), abs=1)


def test_the_941_municipalities_of_2022_reach_every_settlement(region):
    table = region.municipalities.rename(columns={"census_2022_migration_share_pct": "share_pct"})
    intake = read_shares(csv(table[["ags", "name", "share_pct"]].to_csv(index=False)), region)
    derived = next(it for it in intake.repairs if it.code == "key_derived")
    assert derived.count > 50
    demand = demand_from_shares(region, shares_pct(intake))
    # 19.3 % of the inhabitants by the census of 2022.
    assert demand.people / region.settlements["population"].sum() == pytest.approx(0.19, abs=0.01)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("03152012", "Göttingen"),
        ("03156011", "Osterode am Harz"),
        ("03254006", "Gronau (Leine)"),
        ("03358004", "Walsrode"),
        ("03154003", "Helmstedt"),
        ("03154011", "Söllingen"),
        ("03153014", "Langelsheim"),
        ("03241001", "Hannover"),
    ],
)
def test_former_municipalities_find_their_successor(region, old, new):
    """Mergers as they were decreed between 2016 and 2021."""
    name = region.municipality_names[todays_municipalities(region)[old]]
    assert name.removeprefix("Söllingen, ").startswith(new)


def test_every_settlement_key_has_a_successor_of_today(region):
    today = todays_municipalities(region)
    inhabited = set(region.settlements["ags"])
    assert inhabited == set(today)
    assert set(today.values()) <= set(region.municipalities["ags"])


@st.composite
def mutilated(draw, keys):
    """A key as files have it, and the key it was."""
    key = draw(st.sampled_from(keys))
    form = draw(st.sampled_from(["as is", "no zero", "float", "blanks", "apostrophe", "ars"]))
    if form == "ars" and len(key) == 8:
        written = key[:5] + draw(st.text("0123456789", min_size=4, max_size=4)) + key[5:]
        return (written[1:] if draw(st.booleans()) else written), key
    written = {
        "no zero": key.lstrip("0"),
        "float": key.lstrip("0") + ".0",
        "blanks": f"  {key[:2]} {key[2]} {key[3:5]} {key[5:]} ",
        "apostrophe": "'" + key,
    }.get(form, key)
    return written, key


def test_keys_come_back_from_every_mutilation(region):
    keys = Keys.of(region)
    known = [*region.district_names, *region.settlements["ags"].unique()]

    @given(st.lists(mutilated(known), min_size=1, max_size=30))
    def check(pairs):
        findings = Findings("a.csv", pd.RangeIndex(len(pairs)).to_numpy())
        read = keys.normalised(pd.Series([it[0] for it in pairs], dtype="str"), findings, "ags")
        assert read.tolist() == [it[1] for it in pairs]
        assert not findings.any

    check()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("03354+03360", "03354+03360"),
        ("3360 + 3354", "03354+03360"),
        ("03354/03360", "03354+03360"),
        ("03354 und 03360", "03354+03360"),
        ("3241-x", "03241-x"),
        ("3241-X", "03241-x"),
        ("03241000", "03241"),
        ("032410000000", "03241"),
    ],
)
def test_pooled_and_remaining_areas(region, written, key):
    findings = Findings("a.csv", pd.RangeIndex(1).to_numpy())
    assert Keys.of(region).normalised(pd.Series([written], dtype="str"), findings, "ags").tolist() == [key]
    assert not findings.any


@pytest.mark.parametrize("written", ["abc", "1234567890123", "324", "032410", "03354+x", "-x", "+", "٠٣٢٤١"])
def test_what_is_no_key(region, written):
    findings = Findings("a.csv", pd.RangeIndex(1).to_numpy())
    Keys.of(region).normalised(pd.Series([written], dtype="str"), findings, "ags")
    assert [it.code for it in findings.problems] == ["key_unreadable"]


MOST_NAMED = 8


@pytest.fixture(scope="module")
def inhabitants(region):
    """Inhabitants by today's district, and by municipality with its district."""
    settlements = region.settlements
    towns = settlements.groupby(["district_ags", "ags"])["population"].sum().reset_index()
    towns = towns[towns["ags"].str[:5] == towns["district_ags"]]
    # In every district others are left, however many are named.
    towns = towns[towns.groupby("district_ags")["ags"].transform("size") > MOST_NAMED]
    return settlements.groupby("district_ags")["population"].sum(), towns


@settings(max_examples=draws(6, 100), deadline=None)
@given(st.data())
def test_a_district_s_figure_counts_the_municipalities_named_beside_it(region, inhabitants, data):
    """ "Region Hannover" and its city below are no two areas that add up."""
    districts, towns = inhabitants
    at = data.draw(st.lists(st.integers(0, len(towns) - 1), min_size=1, max_size=MOST_NAMED, unique=True))
    part = data.draw(st.floats(0.1, 1.0))
    lines = [f"{ags};{int(people)}" for ags, people in districts.items()]
    own = {str(towns["ags"].iloc[it]): int(part * towns["population"].iloc[it]) for it in at}
    table = "\n".join(["ags;Menschen", *lines, *(f"{ags};{people}" for ags, people in own.items())])
    places = demand_of_shares(region, read_shares(csv(table), region)).places
    found = places.groupby("district_ags")["people"].sum()
    assert found.to_dict() == pytest.approx(districts.to_dict())
    by_town = places.groupby("ags")["people"].sum()
    assert {ags: by_town[ags] for ags in own} == own


def test_a_district_s_share_holds_with_its_city(region, inhabitants):
    districts, towns = inhabitants
    city = towns.set_index("ags")["population"]["03241001"]
    table = "\n".join(["ags;Anteil", *(f"{it};20,0 %" for it in districts.index), "03241001;30,0 %"])
    intake = read_shares(csv(table), region)
    assert "area_rests" in {it.code for it in intake.repairs}
    places = demand_of_shares(region, intake).places
    assert places.groupby("district_ags")["people"].sum()["03241"] == pytest.approx(
        0.2 * districts["03241"], abs=1
    )
    assert places.groupby("ags")["people"].sum()["03241001"] == pytest.approx(0.3 * city, abs=1)


def test_parts_that_exceed_their_whole_are_told(region, inhabitants, problems_of):
    districts, _ = inhabitants
    rows = [f"{ags};{people}" for ags, people in districts.items()]
    table = "\n".join(["ags;Menschen", *rows, f"03241001;{districts['03241'] + 5}"])
    (problem,) = problems_of(read_shares, csv(table), region)
    assert (problem.code, problem.value) == ("area_parts_contradict", "03241")
    assert "−5" in problem.what("de")
    shares = "\n".join(["ags;Anteil", *(f"{it};20,0 %" for it in districts.index), "03241001;90,0 %"])
    intake = read_shares(csv(shares), region)
    assert "area_rests_odd" in {it.code for it in intake.repairs}
    assert shares_pct(intake)["03241"] == 20
