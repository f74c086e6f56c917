"""Figures as papers round them: no more exact than the model behind them."""

from typing import Final

from iqgeo.texts import Lang, number, people_rounded, text

LEAST_TOLD: Final = 10
"""Fewer people than this are not told one place at a time: the model is not that exact, and they are few."""


def tens(people: float, lang: Lang) -> str:
    """People rounded to tens; of few only that they are few."""
    if 0 < people < LEAST_TOLD:
        return text("words.few", lang, least=LEAST_TOLD)
    return people_rounded(people, lang) if people >= 100_000 else number(round(people / 10) * 10, lang)


def about_tens(people: float, lang: Lang) -> str:
    """The same in a sentence: "rund 120", but "unter 10"."""
    told = tens(people, lang)
    return told if 0 < people < LEAST_TOLD else text("words.about", lang, people=told)
