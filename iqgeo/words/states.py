"""What the networks of a case are called, and how one speaks of them."""

import datetime
from typing import Literal
from weakref import WeakKeyDictionary

from iqgeo import sites
from iqgeo.case import Case
from iqgeo.coverage import Coverage
from iqgeo.offices import region_offices
from iqgeo.region import Region
from iqgeo.texts import Lang, place_name, said_of, text
from iqgeo.words.clauses import named_or_counted

_departed: WeakKeyDictionary[Coverage, dict[Region, tuple[list[str], list[str]]]] = WeakKeyDictionary()

Tense = Literal["", "past", "plan"]
"""Of a network that is (empty), that was, or that would be."""


def region_name(name: str, lang: Lang) -> str:
    """Name a region or state as the language does; names the catalogue does not know stay."""
    return place_name(name, lang)


def said_of_region(key: str, lang: Lang, region: str, /, **values: object) -> str:
    """A sentence that names a region behind a preposition: "im Saarland", "in the Netherlands"."""
    return said_of(key, lang, {**values, "region": region})


def plan_title(name: str, lang: Lang) -> str:
    """The plan as a page names it; a name that says it is a plan says so once."""
    word = text("words.plan_word", lang)
    return name if not name or word.casefold() in name.casefold() else f"{word} {name}"


def departures(coverage: Coverage, region: Region) -> tuple[list[str], list[str]]:
    """Names of the offices that a network has beyond those documented for its year, and of those it lacks."""
    # Each sentence that has a tense asks for them.
    known = _departed.setdefault(coverage, {})
    if region not in known:
        known[region] = _departures(coverage, region)
    more, gone = known[region]
    return [*more], [*gone]


def _departures(coverage: Coverage, region: Region) -> tuple[list[str], list[str]]:
    here, documented = (
        coverage.offices,
        region_offices(region, coverage.stage, across_border=True, planned=True),
    )
    keys, known = set(sites.ids(here)), set(sites.ids(documented))
    if not keys & known:
        # Somebody's own list is nobody's documented network: what came to it names the list it is from.
        later = here["list"].notna() if "list" in here else here["id"].isna()
        return [str(it) for it in here.loc[later, "name"]], []
    more = [str(it) for it in here.loc[~here["id"].astype(str).isin(known), "name"]]
    counted = region_offices(region, coverage.stage)
    # One that is served on days stands in the network, too.
    there = keys | set(coverage.day_places["id"].astype(str))
    return more, [str(it) for it in counted.loc[~counted["id"].astype(str).isin(there), "name"]]


def day_of(date: datetime.date | None) -> datetime.date:
    """The day that a file says: the one asked for, else today."""
    return date or datetime.datetime.now().astimezone().date()


def is_past(stage: int | None, day: datetime.date) -> bool:
    """Whether a network is of a year that is over on a day: it is told as what was."""
    return stage is not None and stage < day.year


def tense_of(coverage: Coverage, region: Region, date: datetime.date | None = None) -> Tense:
    """How a network is spoken of on a day: as one that would be, one that was, or (empty) one that is."""
    if any(departures(coverage, region)):
        return "plan"
    return "past" if is_past(coverage.stage, day_of(date)) else ""


def in_tense(key: str, tense: str) -> str:
    """The key of a sentence as it is said in a tense: of the plain one where that is empty."""
    return f"{key}_{tense}" if tense else key


def network_name(coverage: Coverage, region: Region, lang: Lang) -> str:
    """The network as its year, with what a plan opens and closes; or all offices."""
    year = coverage.stage
    more, gone = departures(coverage, region)
    if year is not None:
        said = str(year)
    else:
        said = text("words.all_before" if more or gone else "cli.coverage.all_offices", lang)
    if more:
        said = text("words.network_with", lang, network=said, names=named_or_counted(more, lang))
    if gone:
        said = text("words.network_without", lang, network=said, names=named_or_counted(gone, lang))
    return said


def state_names(case: Case, lang: Lang) -> tuple[str, str]:
    """What the network before and the one after are called: as the plan calls them, else by year."""
    year = case.before.coverage.stage
    first = case.before.name or (
        text("words.state", lang, year=year) if year is not None else text("words.state_all", lang)
    )
    return first, (case.after or case.before).name or text("words.proposal", lang)
