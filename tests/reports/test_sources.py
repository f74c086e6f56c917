"""Whoever made the data is named in every paper, as their licences ask, whatever region it is of."""

from pathlib import Path

from iqgeo.api import assess
from iqgeo.inputs import state_region
from iqgeo.region import Region
from iqgeo.reports.facts import sources_line
from iqgeo.texts import LANGUAGES

FED = {"settlements.parquet", "districts.parquet", "municipalities.csv", "offices.csv"}
"""Tables of which every paper shows something."""


def test_papers_of_any_region_name_whose_data_they_show(tmp_path: Path, region: Region) -> None:
    """Papers of other states named nobody: their sources go by other names than ours."""
    offices = (b"name;lon;lat\nA;8.8;53.08\n", "stellen.csv")
    other = state_region(tmp_path / "bremen", "04", offices=offices).region
    for one in (region, other):
        coverage = assess(one, stage=one.default_stage, target_km=35)
        for lang in LANGUAGES:
            line = sources_line(coverage, one, lang)
            named = [
                one.source(key, lang)["attribution"]
                for key, entry in one.sources.items()
                if FED & set(entry["tables"]) and "attribution" in entry and key != "geonames"
            ]
            assert len(named) >= 4
            assert [it for it in named if it not in line] == []
