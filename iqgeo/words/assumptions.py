"""What every number rests on: how people came to their places, from which years, how far a sample reaches."""

import math
from collections.abc import Sequence

from iqgeo.coverage import Coverage
from iqgeo.frames import rows
from iqgeo.region import Region
from iqgeo.safe.clean import clean
from iqgeo.sampling import SamplingError, sampled_fraction, sampling_error
from iqgeo.texts import Lang, in_hundred, number, people_rounded, percent, plain, text
from iqgeo.weights import POPULATION
from iqgeo.words.clauses import listed
from iqgeo.words.districts import is_city


def assumption(coverage: Coverage, region: Region, lang: Lang) -> str:
    """Where the people of a place come from, in one sentence: counted there, or computed."""
    demand = coverage.demand
    if demand.areas.empty:
        kind = "own" if demand.year is None else "counted"
    elif demand.weight == POPULATION and demand.year is not None:
        kind = "counted" if _as_counted(coverage, region) else "inhabitants"
    elif demand.year is None:
        kind = "own_shares"
    else:
        published = demand.areas["area"].astype(str)
        kind = "areas" if published.str.fullmatch(r"\d{8}").any() else "districts"
    population = "" if region.population_year is None else str(region.population_year)
    key = f"words.assumption.{kind}" if population or kind == "own" else f"words.assumption.{kind}_undated"
    return text(key, lang, year=demand.year, population=population)


def _as_counted(coverage: Coverage, region: Region) -> bool:
    """Whether every place has the very inhabitants it was counted with, though areas are published."""
    people = coverage.demand.places.set_index("id")["people"]
    counted = region.settlements.set_index("id")["population"]
    return bool(counted.reindex(people.index).eq(people).all())


def band_words(coverage: Coverage, lang: Lang, *, shares: bool = False) -> str:
    """How far an estimate can be off, in people or in ``shares`` of them; empty where nothing is estimated.

    Where nobody could be reached by any road, and where nobody is counted, nothing is uncertain.
    """
    band = coverage.band
    if band is None or not band.covered_most or not coverage.people:
        return ""
    low, high, most = (
        percent(it / coverage.people, lang) if shares else number(it, lang)
        for it in (band.covered_low, band.covered_high, band.covered_most)
    )
    factors = {"factor_low": plain(band.factor_low, lang), "factor_high": plain(band.factor_high, lang)}
    return text("words.band", lang, low=low, high=high, most=most, **factors)


def sample_words(
    coverage: Coverage, region: Region, lang: Lang, states: Sequence[tuple[str, Coverage]] = ()
) -> str:
    """How far the share can be off because only a part was asked; empty for figures that are counted.

    Of several ``states`` beside each other each is told by its name: which share is meant is said.
    """
    found = sampling_error(coverage, region)
    if found is None:
        return ""
    if len(states) < 2:
        return text("words.sample.share", lang, **_range(found, lang))
    errors = [(name, sampling_error(it, region)) for name, it in states]
    ranges = [
        text("words.sample.range", lang, name=name, low=ends["low"], high=ends["high"])
        for name, ends in ((name, _range(it, lang)) for name, it in errors if it is not None)
    ]
    sample = percent(found.fraction, lang, 0)
    return text("words.sample.shares", lang, sample=sample, ranges=listed(ranges, lang))


def sample_method(coverage: Coverage, region: Region, lang: Lang) -> str:
    """How that is computed, with its source."""
    fraction = sampled_fraction(coverage, region)
    return text("words.sample.method", lang, sample=percent(fraction, lang, 0)) if fraction else ""


def district_ranges(coverage: Coverage, region: Region, lang: Lang) -> dict[str, str]:
    """Between which numbers the people of each district lie for the sample alone, by AGS."""
    found = sampling_error(coverage, region)
    if found is None:
        return {}
    sample, kinds, told = percent(found.fraction, lang, 0), region.district_kinds, {}
    for row in rows(found.districts):
        ags = str(row.ags)
        key = "district_city" if is_city(kinds.get(ags, "")) else "district"
        low, high = people_rounded(row.low, lang), people_rounded(row.high, lang)
        told[ags] = text(f"words.sample.{key}", lang, sample=sample, low=low, high=high)
    return told


def _range(found: SamplingError, lang: Lang) -> dict[str, str]:
    return {
        "sample": percent(found.fraction, lang, 0),
        "low": in_hundred(found.share_low, lang),
        "high": in_hundred(found.share_high, lang),
    }


def difference_words(coverage: Coverage, lang: Lang) -> str:
    """Why the districts add up to another number than the state publishes; empty where they do not."""
    published, computed = coverage.demand.published_total, coverage.people
    if math.isnan(published) or round(published) == round(computed):
        return ""
    more = published - computed
    return text(
        "words.published_more" if more > 0 else "words.published_less", lang,
        published=number(published, lang), computed=number(computed, lang), more=number(abs(more), lang),
    )  # fmt: skip


def keys_words(coverage: Coverage, region: Region, lang: Lang) -> str:
    """Of which years the keys are, where those of municipalities begin otherwise than their districts'."""
    places = coverage.places
    towns, districts = places["ags"].astype(str), places["district_ags"].astype(str)
    other = towns.str.len().eq(8) & districts.ne("") & (towns.str[:5] != districts)
    if not other.any():
        return ""
    examples = districts[other].drop_duplicates().sort_values()
    names = ", ".join(clean(coverage.district_names.get(it, it), 40) for it in examples[:3])
    towns_of, districts_of = region.municipality_keys, region.district_keys
    key = "words.keys" if towns_of and districts_of else "words.keys_undated"
    return text(key, lang, year=towns_of, other=districts_of, names=names)


def state_of_data(coverage: Coverage, region: Region, lang: Lang) -> str:
    """From which years the numbers used are: figures, inhabitants, offices."""
    demand = coverage.demand
    parts = []
    if demand.year is not None:
        parts.append(text("words.data.figures", lang, year=demand.year))
    if not demand.areas.empty and region.population_year is not None:
        parts.append(text("words.data.population", lang, year=region.population_year))
    if coverage.stage is not None:
        parts.append(text("words.data.offices", lang, year=coverage.stage))
    return ", ".join(parts) or clean(region.state_of_data(lang))


def measure_warning(coverage: Coverage, region: Region, lang: Lang) -> str:
    """What a reader must know beside the result: straight lines, offices of other states."""
    parts = []
    if coverage.measure.understates:
        parts.append(text("words.straight", lang))
    states = set(coverage.offices["state"]) if "state" in coverage.offices else set()
    if states - {region.ags, ""}:
        parts.append(text("words.across_border", lang))
    return " ".join(parts)
