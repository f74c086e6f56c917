"""What is said of a region and of how it was made."""

from typing import TYPE_CHECKING

from iqgeo.region import Region
from iqgeo.texts import Lang, number, text

if TYPE_CHECKING:
    from iqgeo.inputs import RegionReport


def made_words(report: "RegionReport", lang: Lang) -> dict[str, str]:
    """How much of what went into a region, as its sentence has it."""
    counted = {
        kind: text(f"words.made.{kind}", lang, count=number(getattr(report, kind), lang))
        for kind in ("districts", "settlements", "towns", "offices")
    }
    return {**counted, "people": number(report.people, lang)}


def population_words(region: Region, lang: Lang) -> str:
    """Of when the people of the places are: a year, or what their source says."""
    return str(region.population_year or region.source("settlements", lang).get("year", "–"))
