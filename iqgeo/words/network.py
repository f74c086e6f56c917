"""What is said of places served on days: what they do, who is served only so, what it takes."""

from typing import TYPE_CHECKING

from iqgeo import sites
from iqgeo.access.outreach import POSTS_AN_OFFICE, km_a_year, posts_of_presence
from iqgeo.coverage import DAYS, NONE, RARELY, Coverage
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, number, people_rounded, percent, plain, text
from iqgeo.words.clauses import Clause, listed, plain_words
from iqgeo.words.units import promise

if TYPE_CHECKING:
    from iqgeo.access.spread import Spread
    from iqgeo.outreach import OutreachPlan
    from iqgeo.promises import FairSuggestion, RoomSuggestion

_NAMED = 3
"""So many districts are named of those with most people."""


def of_them(coverage: Coverage, lang: Lang) -> str:
    """How many of those without an office in reach are served on days; empty without such places."""
    if not len(coverage.day_places):
        return ""
    classes = {name: number(coverage.people_by(name), lang) for name in (DAYS, RARELY, NONE)}
    return text("network.words.of_them", lang, places=number(len(coverage.day_places), lang), **classes)


def network_clauses(
    before: Coverage,
    after: Coverage,
    lang: Lang,
    office_posts: float = POSTS_AN_OFFICE,
    *,
    rounded: bool = False,
) -> list[Clause]:
    """The sentence of a network with places served on days, and what it takes; nothing without such places.

    Posts are those of presence in offices that ``before`` has not and at the places, not of advising.
    ``rounded``: people and km as a paper tells them.
    """
    places = after.day_places
    if not len(places):
        return []

    def amount(value: float) -> str:
        if not rounded:
            return number(value, lang)
        return text("words.about", lang, people=people_rounded(value, lang))

    served = after.people - after.people_by(NONE)
    values = {
        "places": number(len(places), lang),
        **served_from(len(after.offices), lang),
        "days": plain(float(places["days_per_month"].mean()), lang),
        "target": promise(after.target, lang),
        "share": percent(served / max(1.0, after.people), lang),
    }
    found: list[Clause] = [("network.words.headline", values)]
    for service, column in ((DAYS, "on_days"), (RARELY, "rarely")):
        people = after.people_by(service)
        if people:
            said = {"people": amount(people), "where": _where(after, column, lang)}
            found.append((f"network.words.{column}", said))
    beyond = places.loc[places["beyond"].astype(bool), "name"]
    if len(beyond):
        names = listed([clean(name, 40) for name in beyond], lang)
        found.append(("network.words.beyond", {"names": names}))
    new = len(sites.opened_since(before.offices, after.offices))
    posts = posts_of_presence(after, new, office_posts)
    price = {
        "posts": number(posts, lang, 1), "km": amount(km_a_year(after)),
        "office_posts": plain(office_posts, lang), "hours": plain(float(places["day_hours"].mean()), lang),
    }  # fmt: skip
    found.append(("network.words.price", price))
    return found


def served_from(offices: int, lang: Lang, days: float | None = None) -> dict[str, str]:
    """How many offices a sentence about places begins with, and on how many days a month they are served."""
    said = {"offices": text("network.offices", lang, count=number(offices, lang))}
    return said if days is None else {**said, "days": text("network.days", lang, count=plain(days, lang))}


def network_words(
    before: Coverage, after: Coverage, lang: Lang, office_posts: float = POSTS_AN_OFFICE
) -> str:
    """The same as text without emphasis."""
    return plain_words(network_clauses(before, after, lang, office_posts), lang)


def _where(coverage: Coverage, column: str, lang: Lang) -> str:
    """The districts with most people of a class."""
    table = coverage.by_district().sort_values([column, "ags"], ascending=[False, True])
    most = table[table[column] > 0].head(_NAMED)
    return listed([clean(name, 40) for name in most["name"]], lang)


def obvious_words(plan: "OutreachPlan", lang: Lang) -> str:
    """Why the offices that alone reach most people do not do, and whom they strand."""
    found = plan.obvious
    if found is None:
        return ""
    names = plan.offices.before.district_names
    where = listed([clean(names.get(ags, ags), 40) for ags, _ in found.districts[:_NAMED]], lang)
    key = "obvious" if found.names else "stranded"
    return text(
        f"network.outreach.{key}", lang, offices=", ".join(clean(it, 40) for it in found.names),
        people=number(found.people, lang), districts=where, km=plain(plan.outreach.home_km, lang),
    )  # fmt: skip


def given_up_words(plan: "OutreachPlan", lang: Lang, *, on_screen: bool = False) -> str:
    """Which places were served on days so far and are no longer, and how to keep them."""
    if not plan.given_up:
        return ""
    return text(
        f"network.outreach.given_up{'_app' if on_screen else ''}", lang,
        names=listed([clean(name, 40) for _, name in plan.given_up], lang),
        ids=", ".join(clean(key, 40) for key, _ in plan.given_up),
    )  # fmt: skip


def spread_words(spread: "Spread", lang: Lang, *, own: bool = False) -> list[str]:
    """The share by settlements and by cells (``own``: by the user's people), and what that leaves open."""
    low, high = (percent(it, lang) for it in spread.shares)
    settlements, cells = (percent(it.share, lang) for it in (spread.settlements, spread.cells))
    said = [
        text(f"network.spread.both{'_own' if own else ''}", lang, settlements=settlements, cells=cells),
        text("network.spread.range", lang, low=low, high=high),
    ]
    if spread.without >= 1:
        key = f"network.spread.without{'_own' if own else ''}"
        said.append(text(key, lang, people=number(spread.without, lang)))
    return said


def euros_words(plan: "OutreachPlan", lang: Lang) -> str:
    """What the posts and kilometres of a plan cost in a year."""
    rules = plan.outreach
    return text(
        "network.outreach.euros", lang, euros=number(plan.euros, lang),
        each=number(rules.euros_per_post, lang), km=number(rules.euros_per_km, lang, 2),
    )  # fmt: skip


def room_words(found: "RoomSuggestion", lang: Lang) -> list[str]:
    """How many find an appointment, which offices are full, and whether the towns are others for it."""
    if not found.suggestion.sites:
        return []
    reached = found.suggestion.after.covered
    served = {"served": number(found.served, lang), "reached": number(reached, lang)}
    said = [text("network.room.headline", lang, **served)]
    if found.full:
        full = listed([clean(it, 40) for it in found.full], lang)
        said.append(text("network.room.full", lang, offices=full))
    said.append(
        text("network.room.same", lang)
        if found.same
        else text(
            "network.room.other", lang, plain=listed([clean(it, 40) for it in found.plain], lang),
            more=number(found.served - found.plain_served, lang),
        )
    )  # fmt: skip
    return said


def fair_words(found: "FairSuggestion", lang: Lang) -> str:
    """What an answer does to attendance, or to the spread of the ways."""
    people = found.suggestion.model == "attendance"
    digits = 0 if people else 1
    return text(
        f"network.fair.{'attendance' if people else 'even'}", lang, parameter=plain(found.parameter, lang),
        before=number(found.before, lang, digits), after=number(found.after, lang, digits),
    )  # fmt: skip
