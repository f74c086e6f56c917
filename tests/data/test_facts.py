"""The facts of the evaluation report of 2012 come out of the embedded data."""

import pytest


@pytest.fixture(scope="module")
def of_2010(region):
    figures = region.figures
    return figures[(figures["measure"] == "migration_background") & (figures["year"] == 2010)].set_index(
        "area"
    )


def test_the_state_had_1_33_million_people_with_a_migration_background_about_17_per_cent(of_2010):
    assert round(of_2010.loc["03", "persons"] / 1e6, 2) == 1.33
    assert round(float(of_2010.loc["03", "share_pct"])) == 17


def test_wolfsburg_has_almost_a_third(of_2010):
    assert 32 <= float(of_2010.loc["03103", "share_pct"]) < 100 / 3


def test_the_city_of_hannover_has_almost_29_per_cent(of_2010):
    assert 28.5 <= float(of_2010.loc["03241001", "share_pct"]) < 29


def test_delmenhorst_and_cloppenburg_have_28_per_cent(of_2010):
    assert round(float(of_2010.loc["03401", "share_pct"])) == 28
    assert round(float(of_2010.loc["03453", "share_pct"])) == 28


def test_four_areas_lie_under_or_at_7_per_cent(of_2010):
    shares = of_2010["share_pct"].astype(float)
    assert set(shares.index[shares <= 7.0]) == {"03452", "03455+03462", "03356", "03152-x"}


def test_six_offices_in_2012_and_goettingen_from_2013(region):
    from iqgeo.offices import region_offices

    in_2012 = set(region_offices(region, 2012)["name"])
    assert in_2012 == {"Osnabrück", "Hannover", "Leer", "Wolfsburg", "Lüneburg", "Oldenburg"}
    assert set(region_offices(region, 2013)["name"]) - in_2012 == {"Göttingen"}


def test_parts_of_a_district_add_up_to_it(region):
    figures = region.figures
    for (_, _), published in figures.groupby(["measure", "year"]):
        persons = published.set_index("area")["persons"]
        for rest in [area for area in persons.index if area.endswith("-x")]:
            district = rest[:5]
            city = [area for area in persons.index if len(area) == 8 and area.startswith(district)]
            # Published in thousands with three decimals: rounding may leave one person.
            assert abs(persons[district] - persons[rest] - persons[city].sum()) <= 1


def test_old_goettingen_and_osterode_keep_their_own_figures_of_2010(region):
    from iqgeo.demand import build_demand

    places = build_demand(region, year=2010).places
    former = places["ags"].str[:5]
    assert places.loc[former == "03156", "people"].sum() == 7_227
    assert places.loc[former == "03152", "people"].sum() == 37_578
    assert places.loc[places["district_ags"] == "03159", "people"].sum() == 37_578 + 7_227
