"""One goal of offices and places after the other: the search for the choice best at it."""

import math

from iqgeo.siting.control import Clock
from iqgeo.siting.oracle import Outcome
from iqgeo.siting.outreach_goals import CostGoal, GoalName, Prices
from iqgeo.siting.outreach_model import Model
from iqgeo.siting.sets import Longs
from iqgeo.siting.ways import affordable, least_cost


def best_at(
    model: Model, goal: GoalName, prices: Prices, best: Longs | None,
    clock: Clock,
) -> Outcome:  # fmt: skip
    """Search for the choice best at one goal under all conditions so far."""
    if goal == "places" and model.wanted is not None and model.wanted < model.all_weight:
        return _fewest_for_share(model, model.wanted, clock)
    oracle = model.oracle(goal, prices)
    most, starts = None, [] if best is None else [oracle.improve(best, 0)]
    if best is None:
        most, sites = model.plain(goal, clock)
        if goal == "places" and most is not None and -most > model.n_places:
            return Outcome(None, -math.inf, -math.inf, infeasible=True)
        starts = model.starts(oracle, sites, clock, math.inf if most is None else most)
        if isinstance(oracle, CostGoal) and oracle.price_km and affordable(model):
            return least_cost(model, oracle, starts, clock)

    def search(enough: float | None) -> Outcome:
        return model.tree(oracle, clock, enough=enough).run(starts)

    if most is None:
        return search(None)
    with clock.quiet():
        quick = search(most)
    if quick.chosen is not None and quick.worth >= most:
        return Outcome(quick.chosen, quick.worth, quick.worth, nodes=quick.nodes)
    outcome = search(None)
    # the first search has proven that ``most`` cannot be had
    most = most - oracle.step if quick.proven else most
    outcome.bound = max(outcome.worth, min(outcome.bound, most))
    return outcome


def _fewest_for_share(model: Model, wanted: float, clock: Clock) -> Outcome:
    """The fewest places that serve a share: for each number whether that many can serve so much."""
    most, sites = model.plain("places", clock)
    oracle = model.oracle("places", Prices())
    found = model.best_of(oracle, model.starts(oracle, sites, clock))
    number = 0 if most is None else round(-most)
    nodes = 0
    while number <= model.n_places and (found is None or number < -oracle.worth(found)):
        asked = model.with_places(number)
        goal = asked.oracle("served", Prices())
        with clock.quiet():
            tree = asked.tree(goal, clock, enough=wanted)
            outcome = tree.run(asked.starts(goal, sites, clock, wanted))
        nodes += outcome.nodes
        if outcome.chosen is not None and outcome.worth >= wanted:
            found = outcome.chosen
            break
        if clock.over() or not (outcome.infeasible or outcome.bound < wanted):
            break
        number += 1
    if found is None:
        nothing = number > model.n_places
        return Outcome(None, -math.inf, -math.inf if nothing else -float(number), nothing, nodes)
    worth = oracle.worth(found)
    return Outcome(found, worth, max(worth, -float(number)), nodes=nodes)
