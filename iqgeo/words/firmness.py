"""What is said of how firm a choice is: a choice that is proven can still be fragile."""

from typing import TYPE_CHECKING

from iqgeo.distances import KM
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, number, plain, text
from iqgeo.words.clauses import MOST_NAMED, Clause, listed, named_or_counted, plain_words
from iqgeo.words.units import journey

if TYPE_CHECKING:
    from iqgeo.firmness import Assumption, Firmness, SiteFirmness

_RIVALS = 3


def firmness_clauses(it: "Firmness", lang: Lang, most: int = MOST_NAMED) -> list[Clause]:
    """Which areas are firm, and which town of the others is chosen how often, with its rivals.

    Parameters
    ----------
    it : Firmness
        How firm a choice is.
    lang : Lang
        The language of the sentences.
    most : int
        So many towns that depend on the assumptions have a sentence, those that stay in the fewest first if
        there are more.

    Returns
    -------
    list[Clause]
        The sentences.
    """
    if not it.sites:
        return []
    of = number(len(it.assumptions), lang)
    firm = [site for site in it.sites if site.area_stays]
    rest = [site for site in it.sites if not site.area_stays]
    values = {
        "firm": number(len(firm), lang), "open": number(len(rest), lang),
        "count": number(len(it.sites), lang), "of": of,
        "names": named_or_counted([site.name for site in firm], lang),
    }  # fmt: skip
    key = "none" if not firm else "all" if not rest else "some"
    clauses: list[Clause] = [(f"firmness.{key}", values)]
    if len(rest) > most:
        rest = sorted(rest, key=lambda site: (site.count("same"), site.count("beside")))
    clauses += [_site(site, of, lang) for site in rest[:most]]
    if shaky := [_town(site, of, lang) for site in firm[:most] if site.is_shaky]:
        clauses.append(("firmness.towns", {"towns": "; ".join(shaky)}))
    if it.searches > 1:
        clauses.append(("firmness.searches", {}))
    if it.unproven:
        clauses.append(("firmness.unproven", {"count": number(it.unproven, lang)}))
    return clauses


def firmness_words(it: "Firmness", lang: Lang) -> str:
    """The same as text without emphasis."""
    return plain_words(firmness_clauses(it, lang), lang)


def _site(site: "SiteFirmness", of: str, lang: Lang) -> Clause:
    beside = site.count("beside")
    values = {
        "name": clean(site.name, 40), "same": number(site.count("same"), lang), "of": of,
        "beside": number(beside, lang), "rivals": rivals_words(site, lang) or "–",
    }  # fmt: skip
    return "firmness.site_beside" if beside else "firmness.site", values


def _town(site: "SiteFirmness", of: str, lang: Lang) -> str:
    return text(
        "firmness.town", lang, name=clean(site.name, 40), same=number(site.count("same"), lang), of=of,
        rivals=rivals_words(site, lang),
    )  # fmt: skip


def rivals_words(site: "SiteFirmness", lang: Lang) -> str:
    """The towns that are chosen in its place, and how often."""
    return listed(
        [
            text("firmness.rival", lang, name=clean(name, 40), times=number(times, lang))
            for name, times in site.rivals[:_RIVALS]
        ],
        lang,
    )


def row_words(it: "Assumption", lang: Lang, unit: str = KM) -> str:
    """Promise and detour of an assumption."""
    target = journey(round(it.target, 1), unit, lang)
    if it.factor is None:
        return target
    return text("firmness.row", lang, target=target, factor=plain(it.factor, lang))


def year_words(it: "Assumption", lang: Lang) -> str:
    """Whose figures an assumption counts."""
    if it.year is None:
        return text("firmness.column_own", lang)
    return text("firmness.column_year", lang, year=it.year)


def grid(it: "Firmness") -> tuple[list[int], list[list[int]]]:
    """The assumptions as a table: one of each column, then a row of positions for each promise."""
    ways = list(dict.fromkeys((one.target, one.factor) for one in it.assumptions))
    years = list(dict.fromkeys(one.year for one in it.assumptions))
    at = {(one.target, one.factor, one.year): n for n, one in enumerate(it.assumptions)}
    rows = [[at[(*way, year)] for year in years] for way in ways]
    return rows[0] if rows else [], rows


def alt_words(site: "SiteFirmness", lang: Lang) -> str:
    """The marks of a site in words."""
    counts = {kind: number(site.count(kind), lang) for kind in ("same", "beside", "elsewhere")}
    return text("firmness.alt", lang, name=clean(site.name, 40), of=number(len(site.held), lang), **counts)


def count_words(site: "SiteFirmness", lang: Lang) -> str:
    """In how many assumptions a town is chosen, and in how many one beside it, in a few words."""
    values = {kind: number(site.count(kind), lang) for kind in ("same", "beside")}
    key = "count_beside" if site.count("beside") else "count"
    return text(f"firmness.{key}", lang, of=number(len(site.held), lang), **values)


def assumed_words(it: "Firmness", lang: Lang, unit: str = KM) -> str:
    """Which assumptions were tried: promises, detours, years of figures."""
    targets = [journey(round(one, 1), unit, lang) for one in sorted({one.target for one in it.assumptions})]
    factors = sorted({one.factor for one in it.assumptions if one.factor is not None})
    years = sorted({one.year for one in it.assumptions if one.year is not None})
    parts = [text("firmness.tried_targets", lang, targets=listed(targets, lang))]
    if factors:
        parts.append(
            text("firmness.tried_factors", lang, factors=listed([plain(it, lang) for it in factors], lang))
        )
    if years:
        parts.append(text("firmness.tried_years", lang, years=listed([str(it) for it in years], lang)))
    return "; ".join(parts)
