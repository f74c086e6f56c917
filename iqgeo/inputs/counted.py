"""Whom the figures of a table count, by what the table itself says."""

from collections.abc import Sequence

from iqgeo.demand import DEFAULT_WEIGHT
from iqgeo.inputs.area_columns import is_of_everybody, words_of_weight
from iqgeo.inputs.intake import Intake, Notice
from iqgeo.inputs.words import folded
from iqgeo.texts.later import Word
from iqgeo.weights import POPULATION, STANDARD


def weight_named(figure: str, title: Sequence[str] = ()) -> str:
    """The weight that a heading names, or else a line above the table; empty where none or several are named.

    Of people with a migration background it is the narrow sense: a heading does not tell the two apart.
    """
    if is_of_everybody(figure):
        return POPULATION
    others = [it for it in STANDARD if it != POPULATION]
    for line in (figure, *title):
        named = [it for it in others if any(word in folded(line) for word in words_of_weight(it))]
        # What the narrow sense is called the wide one is called, too.
        found = {tuple(words_of_weight(it)[1:]): it for it in reversed(named)}
        if found:
            return next(iter(found.values())) if len(found) == 1 else ""
    return ""


def counted_of(intake: Intake, asked: str | None, described: str) -> tuple[str, list[Notice]]:
    """Whom figures by area count: who is ``asked`` for, or whom the file or the table beside it names.

    Parameters
    ----------
    intake : Intake
        The figures, and whom their table names.
    asked : str | None
        The weight that the user named.
    described : str
        The weight of shares by cell that are there already; empty if there are none.

    Returns
    -------
    tuple[str, list[Notice]]
        Key of a weight, and what is worth saying of it.
    """
    said = intake.weight
    if asked:
        if said and asked in STANDARD and words_of_weight(said)[1:] != words_of_weight(asked)[1:]:
            return asked, [_note("weight_other", intake, said=said, counted=asked)]
        return asked, []
    if described:
        return described, []
    counted = said or DEFAULT_WEIGHT
    return counted, [_note("weight_said" if said else "weight_assumed", intake, counted=counted)]


def _note(code: str, intake: Intake, **weights: str) -> Notice:
    words = {name: Word(f"cli.weight.{it}") for name, it in weights.items()}
    return Notice(code, "hint", intake.file, details=words)
