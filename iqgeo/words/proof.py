"""How sure a choice is: what was chosen freely, what was given, from where, among how many.

No sentence claims a comparison that was not made.
"""

import math
from collections.abc import Mapping

from iqgeo.choices import Unmet
from iqgeo.proof import FEWEST_DAYS, Proof
from iqgeo.proposal import Proposal
from iqgeo.safe.clean import clean
from iqgeo.scenario.evaluate import Step
from iqgeo.texts import Lang, number, percent, plain
from iqgeo.words.clauses import Clause, named_or_counted, plain_words
from iqgeo.words.firmness import firmness_clauses


def proof_clauses(proposal: Proposal, lang: Lang) -> list[Clause]:
    """How sure a proposal is: a sentence for each of its parts."""
    if proposal.scope == "documented":
        clauses: list[Clause] = [("proof.documented", {})]
    elif proposal.scope == "hand":
        # What was chosen under other settings is not chosen by hand.
        clauses = [("proof.unproven" if proposal.stale else "proof.hand", {})]
    elif proposal.scope == "whole":
        step = next(it for it in proposal.steps if it.proof is not None)
        clauses = [*_proven(step, proposal.names, lang), *_seconds(step.proof, lang)]
    else:
        clauses = _parts(proposal, lang)
    if proposal.stale:
        clauses.append(("proof.stale", {}))
    if proposal.firmness is not None:
        # A proof and how firm what it proves is always stand together.
        clauses += firmness_clauses(proposal.firmness, lang)
    if proposal.untested:
        clauses.append((f"firmness.untested_{proposal.untested}", {}))
    return clauses


def proof_words(proposal: Proposal, lang: Lang) -> str:
    """The same as text without emphasis."""
    return plain_words(proof_clauses(proposal, lang), lang)


def step_clauses(step: Step, names: Mapping[str, str], lang: Lang) -> list[Clause]:
    """How sure one step is."""
    if step.proof is None:
        return [("proof.stale" if step.stale else "proof.hand", {})]
    return [
        *_proven(step, names, lang),
        *_by_hand([step], names, lang),
        *_seconds(step.proof, lang),
    ]


def step_words(step: Step, names: Mapping[str, str], lang: Lang) -> str:
    """The same as text without emphasis."""
    return plain_words(step_clauses(step, names, lang), lang)


def _parts(proposal: Proposal, lang: Lang) -> list[Clause]:
    """A sentence a stage, and that nobody knows whether they are the best together."""
    clauses: list[Clause] = []
    groups: dict[int, list[Step]] = {}
    for step in proposal.steps:
        groups.setdefault(step.part_of, []).append(step)
    several = len(groups) > 1
    for steps in groups.values():
        proof = steps[-1].proof
        by_hand = _by_hand(steps, proposal.names, lang)
        if proof is None and not by_hand:
            continue
        if several:
            name = clean(" – ".join(dict.fromkeys(it.stage.name for it in (steps[0], steps[-1]))), 60)
            clauses.append(("proof.stage", {"name": name}))
        if proof is not None:
            clauses += _proven(steps[-1], proposal.names, lang)
        clauses += by_hand
    if several:
        clauses.append(("proof.parts", {}))
    return clauses


def _proven(step: Step, names: Mapping[str, str], lang: Lang) -> list[Clause]:
    """What a step's proof says; where there is no answer, which rules are in the way."""
    proof, unmet = step.proof, step.unmet
    # Where no rule for offices is in the way, it is the places served from them that cannot be had.
    of_places = proof is not None and proof.chose_places and unmet is not None and not unmet.rules
    if unmet is not None and not of_places:
        return [unmet_clause(unmet, lang)]
    return [] if proof is None else sentence(proof, names, lang)


def unmet_clause(unmet: Unmet, lang: Lang) -> Clause:
    """That it is not possible, because of which rules, and what number would do."""
    return "proof.infeasible", {"reason": unmet.sentence(lang)}


def _by_hand(steps: list[Step], names: Mapping[str, str], lang: Lang) -> list[Clause]:
    """What no search of these steps chose: before one it may be the answer of an earlier one."""
    clauses: list[Clause] = []
    how = "hand" if all(it.proof is None for it in steps) else "before"
    for kind in ("opened", "closed"):
        keys = [key for step in steps for key in getattr(step, kind)]
        if keys:
            clauses.append((f"proof.{how}_{kind}", {"names": _names(keys, names, lang)}))
    return clauses


def _names(keys: "list[str] | tuple[str, ...]", names: Mapping[str, str], lang: Lang) -> str:
    return named_or_counted([names.get(key, key) for key in keys], lang)


def sentence(proof: Proof, names: Mapping[str, str], lang: Lang) -> list[Clause]:
    """What a proof says, and under which rules; never more than what was compared."""
    if proof.status == "infeasible":
        return [(f"proof.infeasible_{_kind(proof)}", _values(proof, lang)), *_of_places(proof, names, lang)]
    if proof.model != "keep-best" and not proof.free and not proof.places:
        return [("proof.nothing_free" if proof.required else "proof.nothing_found", {})]
    clauses: list[Clause] = []
    if proof.is_optimal:
        priced = f"_{proof.least}" if proof.least not in ("", "places") else ""
        clauses.append((f"proof.optimal_{proof.model}{priced}", _values(proof, lang)))
        if proof.chose_places:
            clauses += [
                (f"proof.also_{goal}" if goal in proof.also else f"proof.open_{goal}", {})
                for goal in ("office", "km")
            ]
    elif math.isfinite(proof.gap):
        clauses.append(("proof.gap", _values(proof, lang)))
    else:
        clauses.append(("proof.no_bound", _values(proof, lang)))
    if proof.required:
        clauses.append(("proof.required", {"names": _names(proof.required, names, lang)}))
    if proof.forbidden:
        clauses.append(("proof.forbidden", {"names": _names(proof.forbidden, names, lang)}))
    clauses += _of_places(proof, names, lang)
    if proof.per_district:
        clauses.append(("proof.per_district", {}))
    return clauses


def _of_places(proof: Proof, names: Mapping[str, str], lang: Lang) -> list[Clause]:
    """Which places had to be served on days, and which not."""
    return [
        (f"proof.{kind}", {"names": _names(keys, names, lang)})
        for kind, keys in (
            ("required_places", proof.required_places), ("forbidden_places", proof.forbidden_places)
        )
        if keys
    ]  # fmt: skip


def _kind(proof: Proof) -> str:
    """What could not be met: the share, or the rules."""
    if proof.chose_places:
        asked = proof.required_places or proof.model != FEWEST_DAYS
        return "place_rules" if asked else "places"
    return "share" if proof.model == "full-cover" else "rules"


def _values(proof: Proof, lang: Lang) -> dict[str, str]:
    pool: Clause = (f"proof.pool_{proof.pool}", {"least": number(proof.least_people, lang)})
    start = len(proof.start)
    return {
        "count": number(len(proof.free), lang),
        "candidates": number(proof.candidates, lang),
        "pool": plain_words([pool], lang),
        "start": plain_words(
            [("proof.start", {"count": number(start, lang)}) if start else ("proof.start_none", {})], lang
        ),
        "share": plain(proof.share_pct, lang),
        "places": number(len(proof.places), lang),
        "less": number(max(0, len(proof.places) - 1), lang),
        "district_share": plain(proof.district_share_pct or 0.0, lang),
        "stages": number(proof.stages, lang),
        "gap": percent(proof.gap, lang) if math.isfinite(proof.gap) else "",
    }


def _seconds(proof: Proof | None, lang: Lang) -> list[Clause]:
    if proof is None or proof.is_optimal or not math.isfinite(proof.seconds) or proof.status == "infeasible":
        return []
    return [("proof.stopped", {"seconds": number(proof.seconds, lang, 1)})]
