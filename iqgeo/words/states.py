"""What the networks of a case are called."""

from iqgeo.case import Case
from iqgeo.texts import Lang, text, words_of


def region_name(name: str, lang: Lang) -> str:
    """Name a region or state as the language does; names the catalogue does not know stay."""
    entry = words_of(f"map.area.{name}")
    return entry[lang] if entry else name


def state_names(case: Case, lang: Lang) -> tuple[str, str]:
    """What the network before and the one after are called: as the plan calls them, else by year."""
    year = case.before.coverage.stage
    first = case.before.name or (
        text("words.state", lang, year=year) if year is not None else text("words.state_all", lang)
    )
    return first, (case.after or case.before).name or text("words.proposal", lang)
