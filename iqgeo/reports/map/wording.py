"""Sentences about a scene: the headline, the lead, the source line. Bold parts stand between ``**``."""

from iqgeo.reports.map.pieces import PROPOSED
from iqgeo.reports.map.scene import MapScene
from iqgeo.texts import Lang, of_hundred, people_rounded, plain, text
from iqgeo.weights import OWN_WEIGHT
from iqgeo.words.states import said_of_region
from iqgeo.words.units import spoken_promise


def headline(scene: MapScene, lang: Lang, *, closes: bool = False, past: bool = False) -> str:
    """Say how many of a hundred are within the target.

    ``closes``: a plan that gives offices up; ``past``: a network of a year that is over.
    """
    if not scene.sites:
        return said_of_region("map.headline.none", lang, scene.base.name)
    proposed = sum(site.kind == PROPOSED for site in scene.sites)
    if closes:
        key = "with_plan"
    elif proposed:
        # Where nothing was open before, these are no further ones.
        key = "with_more" if proposed < len(scene.sites) else "with_first"
    else:
        key = "state_past" if past else "state"
    return said_of_region(
        f"map.headline.{key}",
        lang,
        scene.base.name,
        share=of_hundred(scene.share, lang),
        stage=scene.stage,
        who=scene.weight.noun(lang),
        nearest=scene.base.site_noun.nearest(lang),
        target=spoken_promise(scene.target, lang),
        count=count_word(proposed, lang),
    )


def lead(scene: MapScene, lang: Lang, *, past: bool = False) -> str:
    """Say for how many it is farther, would be by a plan, or was where the network is ``past``."""
    left = scene.people - scene.covered
    if left <= 0:
        return text("map.lead.nobody", lang)
    planned = any(site.kind == PROPOSED for site in scene.sites)
    tense = "_planned" if planned else "_past" if past else ""
    days = people_rounded(scene.on_days, lang)
    key = "farther_days" if scene.on_days else "farther"
    return text(f"map.lead.{key}{tense}", lang, people=people_rounded(left, lang), days=days)


def count_word(count: int, lang: Lang) -> str:
    """Write a small number as a word: ``vier``, ``four``; a larger one, and one, in figures.

    Of one a sentence speaks in the singular.
    """
    words = text("map.count_words", lang).split(",")
    return words[count] if 0 <= count < len(words) else str(count)


def distance_sentence(scene: MapScene, lang: Lang) -> str:
    """Say how distances were measured and what that leaves open."""
    said = text(f"map.source.distance_{scene.distance}", lang, factor=plain(scene.factor, lang))
    if scene.band is None or scene.covered_band is None or not scene.people or not scene.covered_band[1]:
        # Where nobody is reached on any road, nothing is uncertain.
        return said
    low, high = (plain(round(100 * (it - 1)), lang) for it in scene.band)
    of_100 = [of_hundred(it / scene.people, lang).split(" ")[0] for it in scene.covered_band]
    key = "band" if of_100[0] != of_100[1] else "band_same"
    band = text(f"map.source.{key}", lang, low=low, high=high, people_low=of_100[0], people_high=of_100[1])
    return f"{said} {band}"


def source_line(scene: MapScene, lang: Lang) -> str:
    """Say what was counted, how far was measured and where the data come from."""
    weight = scene.weight.name(lang)
    own = scene.weight.key == OWN_WEIGHT or scene.year is None
    counted = text(
        "map.source.counted_own" if own else "map.source.counted", lang, weight=weight, year=scene.year
    )
    parts = [distance_sentence(scene, lang), counted]
    if given := scene.attributions.get(lang):
        parts.append(text("map.source.sources", lang, sources="; ".join(given)))
    return " ".join(part for part in parts if part)
