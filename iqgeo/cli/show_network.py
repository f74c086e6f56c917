"""Places served on days, promises, failures and load as sentences and tables in the terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from iqgeo.cli.listing import Listing
from iqgeo.cli.screen import console
from iqgeo.cli.show_plans import change_sentence
from iqgeo.frames import rows
from iqgeo.texts import Lang, number, percent, plain, text
from iqgeo.words.clauses import plain_words
from iqgeo.words.network import (
    euros_words,
    fair_words,
    given_up_words,
    obvious_words,
    room_words,
    served_from,
    spread_words,
)
from iqgeo.words.proof import unmet_clause
from iqgeo.words.units import promise

if TYPE_CHECKING:
    import pandas as pd

    from iqgeo.access.consultations import Compared
    from iqgeo.access.failure import Failures
    from iqgeo.access.load import Load, Overload
    from iqgeo.access.spread import Spread
    from iqgeo.choices import Suggestion
    from iqgeo.coverage import Coverage
    from iqgeo.outreach import OutreachPlan
    from iqgeo.promises import DistrictPromise, FairSuggestion, RoomSuggestion, SafeSuggestion


def _say(sentences: Iterable[str]) -> None:
    out = console()
    for position, sentence in enumerate(sentences):
        out.print(sentence, bold=position == 0)


def show_free_days(lines: Sequence[str]) -> None:
    """Which days a calendar leaves free."""
    for line in lines:
        console().print(line)


def _proof(found: "Suggestion", lang: Lang) -> str:
    """How sure a choice of offices is."""
    if found.status == "infeasible":
        if found.unmet is not None and found.unmet.rules:
            return plain_words([unmet_clause(found.unmet, lang)], lang)
        return text("network.proof.infeasible", lang)
    if found.status == "optimal":
        key = "fewest" if found.model == "full-cover" else "optimal"
        return text(f"network.proof.{key}", lang, sites=len(found.sites), candidates=found.candidates)
    if not found.sites:
        return text("network.proof.nothing", lang)
    return text("network.proof.gap", lang, gap=percent(found.gap, lang))


def _table(columns: Sequence[str], lines: Iterable[Sequence[str]], lang: Lang, left: int = 1) -> None:
    """A table; the first ``left`` columns are words, the others numbers."""
    table = Listing()
    for position, column in enumerate(columns):
        right = position >= left
        table.add_column(text(f"network.column.{column}", lang), justify="right" if right else "left")
    for line in lines:
        table.add_row(*line)
    console().print()
    table.show(console())


def outreach_sentences(plan: "OutreachPlan", lang: Lang) -> list[str]:
    """The plan in words: what it does, the three classes, the proof, the price, why not the obvious."""
    after, outreach = plan.offices.after, plan.outreach
    found = []
    if plan.status == "infeasible":
        found.append(text("network.outreach.infeasible", lang, km=plain(outreach.home_km, lang)))
    elif not plan.goals:
        found.append(text("network.proof.nothing", lang))
    else:
        found += [
            text(
                f"network.outreach.{'headline' if plan.goals[0].goal != 'served' else 'most'}", lang,
                places=len(plan.places), target=promise(after.target, lang),
                **served_from(len(after.offices), lang, outreach.days_per_month),
                share=percent(1 - plan.people_not_served / max(1.0, after.people), lang),
            ),
            text(
                "network.outreach.classes", lang, office=number(plan.people_with_office, lang),
                days=number(plan.people_on_days, lang), none=number(plan.people_not_served, lang),
            ),
            _outreach_proof(plan, lang),
            text(
                "network.outreach.price", lang, posts=number(plan.posts, lang, 1),
                km=number(plan.km_a_year, lang), office_posts=plain(outreach.office_posts, lang),
                hours=plain(outreach.day_hours, lang),
            ),
        ]  # fmt: skip
        if plan.least == "euros":
            found.append(euros_words(plan, lang))
        if outreach.rarely:
            found.append(text("network.outreach.rarely", lang, days=plain(outreach.days_per_month, lang)))
    return [*found, *(it for it in (obvious_words(plan, lang), given_up_words(plan, lang)) if it)]


def _outreach_proof(plan: "OutreachPlan", lang: Lang) -> str:
    first = plan.goals[0]
    if not first.proven:
        least = f"gap_{plan.least}" if first.goal == "cost" else "gap_fewest"
        key = "gap_most" if first.goal == "served" else least
        digits = 2 if key == "gap_posts" else 0
        return text(f"network.outreach.{key}", lang, bound=number(first.bound, lang, digits))
    if first.goal == "places":
        return text("network.outreach.proven_fewest", lang, less=number(max(0.0, first.value - 1), lang))
    return text("network.outreach.proven", lang)


def show_outreach(plan: "OutreachPlan", lang: Lang) -> None:
    """Sentences, the new offices, the places with their homes."""
    _say(outreach_sentences(plan, lang))
    if plan.offices.sites:
        _table(("office", "id"), ((site.name, site.id) for site in plan.offices.sites), lang, 2)
    if plan.places:
        lines = (
            (
                place.name,
                place.id,
                place.home_name,
                number(place.home_km, lang, 1),
                number(place.people, lang),
            )
            for place in plan.places
        )
        _table(("place", "id", "home", "home_km", "on_days"), lines, lang, 3)


def show_fair(found: "FairSuggestion", lang: Lang) -> None:
    """The sentence, the proof, the new offices."""
    _say([fair_words(found, lang), _proof(found.suggestion, lang)])
    _table(("office", "id"), ((site.name, site.id) for site in found.suggestion.sites), lang, 2)


def show_room(found: "RoomSuggestion", lang: Lang) -> None:
    """Who finds an appointment, the proof, the new offices."""
    _say([*room_words(found, lang), _proof(found.suggestion, lang)])
    _table(("office", "id"), ((site.name, site.id) for site in found.suggestion.sites), lang, 2)


def show_answer(
    answer: "OutreachPlan | DistrictPromise | SafeSuggestion | FairSuggestion | RoomSuggestion", lang: Lang
) -> None:
    """What a search for more than offices found."""
    from iqgeo.outreach import OutreachPlan
    from iqgeo.promises import FairSuggestion, RoomSuggestion, SafeSuggestion

    if isinstance(answer, OutreachPlan):
        show_outreach(answer, lang)
    elif isinstance(answer, SafeSuggestion):
        show_safe(answer, lang)
    elif isinstance(answer, FairSuggestion):
        show_fair(answer, lang)
    elif isinstance(answer, RoomSuggestion):
        show_room(answer, lang)
    else:
        show_promise(answer, lang)


def show_promise(promise: "DistrictPromise", lang: Lang) -> None:
    """What the promise takes, and the districts that cannot have it."""
    found = promise.suggestion
    said = [change_sentence(found, lang), _proof(found, lang)]
    share = plain(promise.share_pct, lang)
    if found.sites:
        said.append(text("network.promise.kept", lang, share=share, new=len(found.sites)))
    if promise.price == promise.price:
        said.append(text("network.promise.price", lang, people=number(promise.price, lang)))
    for row in rows(promise.short):
        possible = percent(row.possible / row.people, lang)
        said.append(text("network.promise.short", lang, district=row.name, possible=possible, share=share))
    _say(said)
    _table(("office", "id"), ((site.name, site.id) for site in found.sites), lang, 2)
    lines = (
        (row.name, number(row.people, lang), number(row.promised, lang), number(row.covered, lang))
        for row in rows(promise.districts)
    )
    _table(("district", "people", "promised", "covered"), lines, lang)


def show_safe(safe: "SafeSuggestion", lang: Lang) -> None:
    """What is left after the worst failure, and the price."""
    found = safe.suggestion
    said = []
    if found.sites:
        said = [
            text(
                "network.safe.headline", lang, left=number(safe.after_worst_failure, lang),
                office=safe.worst_failure[1], plain=number(safe.plain_after_worst, lang),
            ),
            text("network.safe.price", lang, people=number(safe.price, lang)),
        ]  # fmt: skip
    _say([*said, _proof(found, lang)])
    _table(("office", "id"), ((site.name, site.id) for site in found.sites), lang, 2)


def show_load(load: "Load", short: "Overload", compared: "Compared | None", lang: Lang) -> None:
    """Consultations, posts and load of each office."""
    said = [
        text(
            "network.load.headline", lang, consultations=number(load.consultations, lang),
            needed=number(load.posts_needed, lang, 1), per_post=plain(load.per_post, lang),
        )
    ]  # fmt: skip
    if load.by_phone:
        with_journey = number(load.consultations - load.by_phone, lang)
        said.append(text("network.load.phone", lang, phone=number(load.by_phone, lang), journey=with_journey))
    if load.overloaded:
        said.append(text("network.load.overloaded", lang, offices=", ".join(load.overloaded)))
    if short.unserved >= 1:
        said.append(
            text(
                "network.load.no_capacity", lang, unserved=number(short.unserved, lang),
                offices=", ".join(short.offices),
            )
        )  # fmt: skip
    if compared is not None:
        said.append(text("network.load.own", lang, months=number(compared.months, lang)))
        if compared.fall_off_per_km is not None:
            half = number(compared.half_km, lang)
            said.append(text("network.load.fall_off", lang, km=half))
    _say(said)
    lines = (
        (row.name, number(row.consultations, lang), number(row.posts, lang, 1), number(row.per_post, lang))
        for row in rows(load.offices)
    )
    _table(("office", "consultations", "posts", "per_post"), lines, lang)


def show_failures(found: "Failures", coverage: "Coverage", lang: Lang) -> None:
    """Who loses when each office fails."""
    worst = found.worst
    said = []
    if worst is not None:
        said.append(
            text(
                "network.failure.headline", lang, office=worst["name"], people=number(worst["lost"], lang),
                left=number(coverage.covered - float(worst["lost"]), lang),
            )
        )  # fmt: skip
    said.append(text("network.failure.two", lang, people=number(found.people_with_two, lang)))
    _say(said)
    columns = ["lost", "kept", *(it for it in ("places_lost", "days_lost") if it in found.offices)]
    lines = (
        (row.name, *(number(getattr(row, column), lang) for column in columns)) for row in rows(found.offices)
    )
    _table(("office", *columns), lines, lang)


def show_needs(found: "pd.DataFrame", lang: Lang) -> None:
    """What it would take in each district, a row a district and level."""
    _say([text("network.needs.headline", lang)])
    lines = (
        (
            row.name, plain(row.level_pct, lang), number(row.new, lang),
            text(f"network.needs.{'can' if row.possible else 'cannot'}", lang), row.sites,
        )
        for row in rows(found)
    )  # fmt: skip
    _table(("district", "level", "new", "possible", "towns"), lines, lang)


def show_spread(spread: "Spread", lang: Lang) -> None:
    """The share by settlements and by cells, and what that leaves open."""
    _say(spread_words(spread, lang))
