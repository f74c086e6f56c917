"""Sampling errors against the formula by hand, and against samples that were drawn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from iqgeo.coverage import Coverage
from iqgeo.demand import Demand, areas_of_settlements
from iqgeo.region import Region
from iqgeo.sampling import Z_95, sampling_error


def test_a_district_by_hand(coverage_2012: Coverage, region: Region) -> None:
    found = sampling_error(coverage_2012, region)
    assert found is not None
    braunschweig = found.districts.set_index("ags").loc["03101"]
    half = 1.96 * np.sqrt(53_288 * (1 - 0.2156) * 0.99 / 0.01)
    assert braunschweig["people"] == 53_288
    assert braunschweig["low"] == pytest.approx(53_288 - half)
    assert braunschweig["high"] == pytest.approx(53_288 + half)
    assert found.districts["people"].sum() == coverage_2012.people


def test_the_headline_as_drawn_samples_have_it(coverage_2012: Coverage, region: Region) -> None:
    """Draw the areas' figures anew 20,000 times: the share varies as the formula says."""
    found = sampling_error(coverage_2012, region)
    assert found is not None
    areas = coverage_2012.demand.areas
    area = areas_of_settlements(coverage_2012.places, areas["area"].tolist())
    people = coverage_2012.places["people"].to_numpy()
    sums = pd.DataFrame({"people": people, "covered": people * coverage_2012.is_covered}).groupby(area).sum()
    figures = region.figures
    rows = figures[(figures["measure"] == "migration_background") & (figures["year"] == 2010)]
    share = rows.set_index("area")["share_pct"].astype(float).reindex(sums.index) / 100
    error = np.sqrt(sums["people"] * (1 - share) * 0.99 / 0.01)
    drawn = np.random.default_rng(7).normal(sums["people"], error, size=(20_000, len(sums)))
    shares = drawn @ (sums["covered"] / sums["people"]) / drawn.sum(axis=1)
    half = (found.share_high - found.share_low) / 2
    assert half == pytest.approx(Z_95 * shares.std(), rel=0.03)
    assert (found.share_low + found.share_high) / 2 == pytest.approx(coverage_2012.share)


def test_what_was_counted_has_none(coverage_2012: Coverage, region: Region) -> None:
    demand = coverage_2012.demand
    counted = replace(coverage_2012, demand=replace(demand, source="lsn_azr"))
    assert sampling_error(counted, region) is None
    own = Demand("own", None, demand.places, demand.areas.iloc[:0], float("nan"), "")
    assert sampling_error(replace(coverage_2012, demand=own), region) is None
