"""What only papers hold a choice against."""

import pytest

from iqgeo.case import Case, case_for_papers
from iqgeo.region import Region
from iqgeo.scenario.evaluate import evaluate
from iqgeo.scenario.load import Given, load
from iqgeo.scenario.model import Rules, Scenario, Search, Stage
from iqgeo.scenario.settings import Settings

CELLE, GOSLAR = "03351006", "03153017"


def paper_of(region: Region, new: int, *require: str) -> Case:
    scenario = Scenario(
        settings=Settings(stage=2012),
        rules=Rules(require=require),
        stages=(Stage("", search=Search(new=new)),),
    )
    return case_for_papers(evaluate(scenario, load(scenario, Given(region)), reasons=False), beyond=0)


@pytest.mark.parametrize("require", [(CELLE,), (CELLE, GOSLAR)])
def test_where_every_town_was_given_none_is_likely_in_its_place(
    region: Region, require: tuple[str, ...]
) -> None:
    """Such a paper could not be written: one more was asked for than offices."""
    case = paper_of(region, len(require), *require)
    assert case.likely is None
    assert case.proposal is not None
    assert {it.id for it in case.proposal.sites} == set(require)
    assert case.best[len(case.shown.offices)].optimal


def test_the_likely_town_is_the_first_that_got_an_office_later_beside_what_was_given(region: Region) -> None:
    case = paper_of(region, 2, CELLE)
    assert case.likely is not None
    offices = region.offices[(region.offices["opened"] > 2012) & (region.offices["state"] == region.ags)]
    first = offices.sort_values(["opened", "id"]).iloc[0]
    assert (case.likely.name, case.likely.year) == (first["name"], first["opened"])
    assert set(case.likely.best.towns) == {"Celle", first["name"]}
    towns = region.towns[region.towns["name"].isin(case.likely.best.towns)][["id", "name", "lon", "lat"]]
    with_both = case.before.coverage.again(
        offices=case.before.coverage.offices[["id", "name", "lon", "lat"]].merge(towns, how="outer")
    )
    assert case.likely.best.share == with_both.share
