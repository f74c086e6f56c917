"""What is said of the years of a network: how many are too far, and where the difference comes from."""

from iqgeo.safe.clean import clean
from iqgeo.story import Story
from iqgeo.texts import Lang, in_hundred, number, people_rounded, signed, text
from iqgeo.words.clauses import Clause, named_or_counted, plain_words
from iqgeo.words.units import promise


def headline(it: Story, lang: Lang) -> Clause:
    """How many were too far in the first year, and how many in the last."""
    split = it.split
    values = {
        "first": str(it.first.year),
        "last": str(it.last.year),
        "before": people_rounded(split.before, lang),
        "after": people_rounded(split.after, lang),
        "target": target_words(it, lang),
        "counted": clean(it.last.coverage.demand.counted.subject(lang), 80),
    }
    return "story.headline", values


def lead(it: Story, lang: Lang) -> list[Clause]:
    """What the offices and what the people changed, rounded."""
    clauses = [_offices(it, lang)]
    more = it.split.more_people
    if it.one_count:
        clauses.append(("story.one_count", {}))
    elif more:
        values = {"people": about(abs(more), lang), "target": target_words(it, lang)}
        clauses.append(("story.people_more" if more > 0 else "story.people_less", values))
    return clauses


def _offices(it: Story, lang: Lang) -> Clause:
    opened = [name for change in it.split.changes for name in change.opened]
    closed = [name for change in it.split.changes for name in change.closed]
    people = it.split.other_offices
    if people > 0:
        return "story.offices_more", {"people": about(people, lang)}
    if not people:
        return "story.offices_none", {}
    values = {
        "names": named_or_counted(opened, lang),
        "closed": named_or_counted(closed, lang),
        "people": about(-people, lang),
    }
    return "story.offices_both" if closed else "story.offices_less", values


def exact(it: Story, lang: Lang) -> Clause:
    """The sum to the person."""
    split = it.split
    earlier, later = it.figures
    values = {
        "first": str(it.first.year), "last": str(it.last.year),
        "earlier": str(earlier), "later": str(later),
        "before": number(split.before, lang), "after": number(split.after, lang),
        "more": _step(split.more_people, lang), "offices": _step(split.other_offices, lang),
    }  # fmt: skip
    return "story.exact_one" if it.one_count else "story.exact", values


def _step(people: float, lang: Lang) -> str:
    return signed(people, lang) if round(people) else f"± {number(0, lang)}"


def notes(it: Story, lang: Lang) -> list[Clause]:
    """What is served on days, and where the series of the figures breaks."""
    clauses: list[Clause] = []
    last = it.last
    if last.days:
        with_days = (last.coverage.covered + last.on_days) / last.coverage.people
        values = {
            "names": named_or_counted(last.days, lang),
            "year": str(last.year),
            "people": number(last.on_days, lang),
            "share": in_hundred(with_days, lang),
        }
        clauses.append(("story.days", values))
    if it.breaks:
        clauses.append(("story.breaks", {"years": ", ".join(map(str, it.breaks))}))
    return clauses


def told(it: Story, lang: Lang) -> list[str]:
    """Everything that is said, a sentence each, without emphasis."""
    clauses = [headline(it, lang), *lead(it, lang), exact(it, lang), *notes(it, lang)]
    return [plain_words([clause], lang) for clause in clauses]


def target_words(it: Story, lang: Lang) -> str:
    """The promise with its unit."""
    return promise(it.last.coverage.target, lang)


def offices_words(it: Story, at: int, lang: Lang, *, days: bool = True) -> str:
    """How many offices a year has, and which places on days."""
    year = it.years[at]
    offices = text("story.offices_count", lang, count=number(len(year.coverage.offices), lang))
    if not (days and year.days):
        return offices
    return text("story.and_days", lang, offices=offices, days=named_or_counted(year.days, lang))


def reached_clause(it: Story, at: int, lang: Lang) -> Clause:
    """What share a year reaches."""
    year = it.years[at]
    people = year.coverage.people
    share = in_hundred(year.coverage.share, lang) if people else "–"
    days = in_hundred(year.on_days / people, lang) if people else "–"
    return "story.reached_days" if year.days else "story.reached", {"share": share, "days": days}


def about(people: float, lang: Lang) -> str:
    """People in a sentence: thousands, of few the number."""
    return number(round(people, -3) if people >= 10_000 else people, lang)
