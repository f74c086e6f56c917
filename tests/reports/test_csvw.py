"""What stands beside a CSV describes it: read by the description alone, the numbers are the model's."""

import json
from pathlib import Path

import pandas as pd
import pytest

from iqgeo.case import Case
from iqgeo.gaps import find_gaps
from iqgeo.reports import registry
from iqgeo.scenario.evaluate import State
from iqgeo.scenario.model import Scenario
from iqgeo.texts import LANGUAGES, Lang
from tests.reports.conftest import DATE, Small


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_the_description_is_enough_to_read_it(
    small: Small, tmp_path: Path, lang: Lang, plain: bool, exact: bool
) -> None:
    gaps = find_gaps(small.coverage, small.region)
    case = Case(Scenario("Plan A"), small.region, State("", None, small.coverage), gaps)
    options = registry.WriterOptions(date=DATE, plain_csv=plain, exact=exact)
    path = registry.write(tmp_path / "Lücken.csv", case, lang, "gaps", options=options)
    told = json.loads((tmp_path / "Lücken.csv-metadata.json").read_text(encoding="utf-8"))
    assert told["url"] == path.name
    assert told["dc:created"] == "2012-12-31"
    assert told["dialect"]["lineTerminators"] == ["\r\n"]
    columns = told["tableSchema"]["columns"]
    marks = {it["datatype"]["format"]["decimalChar"] for it in columns if isinstance(it["datatype"], dict)}
    read = pd.read_csv(
        path, sep=told["dialect"]["delimiter"], decimal=marks.pop(), encoding="utf-8-sig",
        dtype={it["titles"]: str for it in columns if it["datatype"] == "string"}, keep_default_na=False,
    )  # fmt: skip
    assert [it["titles"] for it in columns] == list(read.columns)
    by_name = {it["name"]: it["titles"] for it in columns}
    assert set(read[by_name["ags"]]) == set(gaps.places["ags"])
    assert list(read[by_name["lon"]]) == pytest.approx(list(read[by_name["lon"]].astype(float)))
    people = dict(zip(read[by_name["place"]], read[by_name["people"]], strict=True))
    few = {"de": "unter 10", "en": "under 10", "nl": "minder dan 10"}[lang]
    assert str(people["p4"]) == ("7" if exact or plain else few)
    assert any(
        "nicht" in it["value"] or "own" in it["value"] or "eigen" in it["value"] for it in told["notes"]
    )
