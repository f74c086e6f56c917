"""What every export prints: what was counted and measured, how sure it is, where the data come from."""

import datetime
import math
from dataclasses import dataclass

from iqgeo.coverage import Coverage
from iqgeo.distances import KM
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports.cells import ColumnKind
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, date_words, number, percent, plain, text
from iqgeo.words import assumptions
from iqgeo.words.network import of_them
from iqgeo.words.proof import proof_words
from iqgeo.words.states import day_of, in_tense, network_name, region_name, tense_of
from iqgeo.words.units import promise

# Tables that every result rests on, beside that of the figures: whoever made them is named.
_ALWAYS = ("settlements.parquet", "districts.parquet", "municipalities.csv")
_OFFICES = "offices.csv"


@dataclass(frozen=True)
class Fact:
    """A labelled value; ``value`` is a number where ``kind`` is not ``text``."""

    key: str
    label: str
    value: str | float
    kind: ColumnKind = "text"

    def written(self, lang: Lang) -> str:
        """The value as text."""
        return self.value if isinstance(self.value, str) else written(self.value, self.kind, lang)


@dataclass(frozen=True)
class Source:
    """Where data come from."""

    title: str
    publisher: str
    year: str
    definition: str
    licence: str
    attribution: str


def written(value: float, kind: ColumnKind, lang: Lang) -> str:
    """A number as people read it; unreachable in words."""
    if math.isinf(value):
        return text("reports.unreachable", lang)
    if kind == "km":
        return number(value, lang, 1)
    if kind == "share":
        return percent(value, lang)
    return plain(value, lang) if kind in ("rank", "degrees") else number(value, lang)


def distance_words(coverage: Coverage, lang: Lang) -> str:
    """The way of measuring, with its factor."""
    measure = coverage.measure
    factor = "" if measure.factor is None else plain(measure.factor, lang)
    return text(f"cli.distance.{measure.kind}", lang, factor=factor)


def weight_words(coverage: Coverage, lang: Lang) -> str:
    """Who is counted, with the year of the figures."""
    weight = coverage.demand.counted.name(lang)
    return weight if coverage.demand.year is None else f"{weight}, {coverage.demand.year}"


def who(coverage: Coverage, lang: Lang) -> str:
    """Who is counted, as it stands in a sentence after a share."""
    return coverage.demand.counted.noun(lang)


def dated_who(coverage: Coverage, lang: Lang) -> str:
    """Who is counted, after a share, with the year of the figures."""
    return _dated(who(coverage, lang), coverage)


def dated_subject(coverage: Coverage, lang: Lang) -> str:
    """Who is counted, by themselves, with the year of the figures."""
    return _dated(coverage.demand.counted.subject(lang), coverage)


def _dated(people: str, coverage: Coverage) -> str:
    year = coverage.demand.year
    return people if year is None else f"{people} ({year})"


def summary_sentence(
    coverage: Coverage, region: Region, lang: Lang, date: datetime.date | None = None
) -> str:
    """How many are not within the target, exactly, and in which network: what was, what is or would be."""
    tense = tense_of(coverage, region, date) or ("" if coverage.stage is None else "stage")
    return text(
        in_tense("reports.gaps.sentence", tense),
        lang,
        network=network_name(coverage, region, lang),
        uncovered=number(coverage.uncovered, lang),
        people=number(coverage.people, lang),
        who=dated_who(coverage, lang),
        target=promise(coverage.target, lang),
        stage=coverage.stage,
    )


def gap_sentence(coverage: Coverage, region: Region, lang: Lang, date: datetime.date | None = None) -> str:
    """The same, and how many of them are served on days: for a file that says it in one sentence."""
    said = (summary_sentence(coverage, region, lang, date), of_them(coverage, lang))
    return " ".join(filter(None, said))


def settings(
    coverage: Coverage,
    region: Region,
    lang: Lang = "de",
    *,
    suggestion: Proposal | None = None,
    date: datetime.date | None = None,
) -> list[Fact]:
    """Everything needed to read the numbers of an export, and to compute them again."""
    from iqgeo import __version__

    demand = coverage.demand
    facts: list[tuple[str, str | float, ColumnKind]] = [
        ("region", region_name(region.name, lang), "text"),
        ("stage", network_name(coverage, region, lang), "text"),
        ("offices", _office_list(coverage, lang), "text"),
        ("weight", demand.counted.name(lang), "text"),
        ("year", str(demand.year) if demand.year is not None else "–", "text"),
        ("definition", definition_words(coverage, region, lang), "text"),
        ("assumption", assumptions.assumption(coverage, region, lang), "text"),
        ("target_km" if coverage.target.unit == KM else "target_min", coverage.target.value, "rank"),
        ("distance", distance_words(coverage, lang), "text"),
        ("people_total", coverage.people, "people"),
        ("covered", coverage.covered, "people"),
        ("uncovered", coverage.uncovered, "people"),
        ("share", coverage.share, "share"),
    ]
    for key, words in (
        ("band", assumptions.band_words(coverage, lang)),
        ("sample", assumptions.sample_words(coverage, region, lang)),
        ("method", assumptions.sample_method(coverage, region, lang)),
        ("warning", assumptions.measure_warning(coverage, region, lang)),
        ("keys", assumptions.keys_words(coverage, region, lang)),
    ):
        if words:
            facts.append((key, words, "text"))
    if coverage.without_road:
        facts.append(("without_road", coverage.without_road, "people"))
    if not math.isnan(demand.published_total):
        facts.append(("published_total", demand.published_total, "people"))
    if difference := assumptions.difference_words(coverage, lang):
        facts.append(("difference", difference, "text"))
    if suggestion is not None:
        facts.append(("suggestion", proof_words(suggestion, lang), "text"))
    facts += [
        ("data_date", assumptions.state_of_data(coverage, region, lang), "text"),
        ("date", date_words(day_of(date), lang), "text"),
        ("made_with", f"iqgeo {__version__}", "text"),
    ]
    return [Fact(key, text(f"reports.fact.{key}", lang), clean_value(it), kind) for key, it, kind in facts]


def clean_value(value: str | float) -> str | float:
    """Text made safe, numbers as they are."""
    return clean(value) if isinstance(value, str) else float(value)


def _office_list(coverage: Coverage, lang: Lang) -> str:
    names = ", ".join(clean(name, 100) for name in coverage.offices["name"])
    count = number(len(coverage.offices), lang)
    return f"{count}: {names}" if names else count


def definition_words(coverage: Coverage, region: Region, lang: Lang) -> str:
    """Who is counted, as the figures' publisher defines it."""
    source = region.source(coverage.demand.source, lang)
    said = coverage.demand.counted.definition(lang) or str(source.get("definition", ""))
    return said or text("reports.definition_own", lang)


def _measure_sources(coverage: Coverage) -> list[Source]:
    """The data that distances are measured on, e.g. a road network."""
    return [
        Source(
            clean(it.title), "", clean(it.date), f"{it.kind}, sha256 {it.checksum}", "", clean(it.attribution)
        )
        for it in coverage.measure.sources
    ]


def sources_line(coverage: Coverage, region: Region, lang: Lang) -> str:
    """Whom the figures are from, as licences ask, and what made the page."""
    from iqgeo import __version__

    given = [source.attribution for source in sources(coverage, region, lang) if source.attribution]
    if len(coverage.offices) and not _documented(coverage, region):
        given.append(text("reports.offices_own", lang))
    attributions = "; ".join(dict.fromkeys(given)) or text("reports.definition_own", lang)
    return text("reports.board.sources", lang, sources=attributions, version=__version__)


def _documented(coverage: Coverage, region: Region) -> bool:
    """Whether any of the offices is one that the region documents."""
    return bool(set(region.offices["id"]) & set(coverage.offices["id"]))


def sources(coverage: Coverage, region: Region, lang: Lang = "de") -> list[Source]:
    """The sources a result rests on, that of the figures first. Empty values where a region says nothing."""
    tables = (*_ALWAYS, *([_OFFICES] if _documented(coverage, region) else []))
    of_table = {it: key for key, entry in reversed(region.sources.items()) for it in entry.get("tables", ())}
    keys = [coverage.demand.source, *(of_table[it] for it in tables if it in of_table)]
    found = _measure_sources(coverage)
    for key in dict.fromkeys(keys):
        entry = region.source(key, lang)
        if entry:
            fields = {name: clean(entry.get(name, "")) for name in Source.__dataclass_fields__}
            found.append(Source(**fields))
    return found
