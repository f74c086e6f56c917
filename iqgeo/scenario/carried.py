"""Proofs that the stages of a plan brought along: which of them are still about what is computed now."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from iqgeo import sites
from iqgeo.coverage import Coverage
from iqgeo.proof import Proof
from iqgeo.scenario.by_hand import with_offices
from iqgeo.scenario.load import Loaded
from iqgeo.scenario.model import Scenario
from iqgeo.scenario.searches import outposts_of, question_again

if TYPE_CHECKING:
    from iqgeo.scenario.evaluate import State, Step


def proven(
    scenario: Scenario, loaded: Loaded, states: "Sequence[State]", found: "Sequence[Step]"
) -> "tuple[Step, ...]":
    """The steps, with the proofs that stages brought along where these are about just this step.

    A proof counts while it begins with the network before its stages with what was changed by hand,
    ends with the one after, and is about the same people, candidates and rules.

    Parameters
    ----------
    scenario : Scenario
        Its stages bring the proofs.
    loaded : Loaded
        The data of now.
    states : Sequence[State]
        The base, then the state after every stage.
    found : Sequence[Step]
        How each came about in this run.

    Returns
    -------
    tuple[Step, ...]
        A step each; a proof about another question stands in ``stale``.
    """
    steps = list(found)
    for number, stage in enumerate(scenario.stages):
        # Stages that searched have their proof from this run; joint ones have moved the numbers.
        if stage.proof is None or stage.search is not None or len(steps) != len(scenario.stages):
            continue
        proof = stage.proof
        first = number - proof.stages + 1
        before, after = states[max(first, 0)], states[number + 1]
        spanned = steps[first : number + 1]
        about = (spanned, before.coverage, after.coverage, proof)
        if first < 0 or not _holds(scenario, loaded, *about):
            steps[number] = replace(steps[number], stale=proof)
            continue
        for at in range(first, number + 1):
            step = steps[at]
            steps[at] = replace(
                step,
                opened=tuple(it for it in step.opened if it not in proof.opened),
                closed=tuple(it for it in step.closed if it not in proof.closed),
                places=() if proof.chose_places else step.places,
                part_of=first,
            )
        steps[number] = replace(steps[number], proof=proof)
    return tuple(steps)


def _holds(
    scenario: Scenario, loaded: Loaded, steps: "list[Step]", before: Coverage, after: Coverage, proof: Proof
) -> bool:
    network = before.offices
    if steps[0].stage.year is not None:
        network = sites.open_in(loaded.offices, steps[0].stage.year)
    for step in steps:
        by_hand = [it for it in step.opened if it not in proof.opened]
        network = sites.without(network, [it for it in step.closed if it not in proof.closed])
        network = with_offices(network, loaded.known, by_hand)
    network = sites.offices(network)
    # A question is about people, measure and offices; who is reached does not matter to it.
    again = question_again(scenario, loaded, replace(after, offices=network), proof)
    return proof.holds_for(sites.ids(network), sites.ids(after.offices), again, outposts_of(after))
