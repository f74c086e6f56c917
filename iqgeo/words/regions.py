"""What is said of a region that was made."""

from typing import TYPE_CHECKING

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
