"""What a scenario proposes, office by office, and what of that is proven. Numbers only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo import sites
from iqgeo.choices import SiteChoice
from iqgeo.coverage import Coverage
from iqgeo.distances import Pairs
from iqgeo.frames import rows
from iqgeo.offices import points_of
from iqgeo.proof import Proof, Scope
from iqgeo.scenario.evaluate import Step

if TYPE_CHECKING:
    from iqgeo.firmness import Firmness, SiteFirmness


@dataclass(frozen=True)
class Opening:
    """An office that opens, with what it brings.

    Attributes
    ----------
    gain : float
        People it adds to the offices that stay and those that open before it.
    runner_up, runner_up_id, runner_up_loss : str, float
        The best town in its place with all others kept, and the people lost by that; empty and NaN where it
        was not asked for.
    by_hand : bool
        Whether someone chose it, not a model.
    stage : int
        Number of the stage it opens in, from 1.
    districts : tuple[tuple[str, float], ...]
        AGS of the districts of the people it adds, with how many, most first.
    """

    id: str
    name: str
    lon: float
    lat: float
    gain: float
    runner_up: str = ""
    runner_up_loss: float = float("nan")
    by_hand: bool = False
    stage: int = 1
    districts: tuple[tuple[str, float], ...] = ()
    runner_up_id: str = ""


@dataclass(frozen=True)
class Proposal:
    """What opens and closes between two networks, and how that came about.

    Attributes
    ----------
    sites : tuple[Opening, ...]
        The offices that open, in the order of their stages.
    closed : tuple[str, ...]
        Names of the offices that close.
    steps : tuple[Step, ...]
        How each stage came about.
    names : Mapping[str, str]
        Name of every site by its id.
    start, end : frozenset[str]
        Ids of the offices before and after.
    firmness : Firmness | None
        How what was chosen holds under other assumptions, where that was asked.
    untested : str
        Why that was not asked of all that was chosen: ``days`` (places served on days were chosen, too),
        ``goal`` (something other than most people was asked); empty otherwise.
    """

    sites: tuple[Opening, ...]
    closed: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    start: frozenset[str] = frozenset()
    end: frozenset[str] = frozenset()
    firmness: "Firmness | None" = None
    untested: str = ""

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """What is proven of the steps."""
        return tuple(it.proof for it in self.steps if it.proof is not None)

    @property
    def firm(self) -> "dict[str, SiteFirmness]":
        """How each office that opens holds, by its id; empty where that was not asked."""
        return {} if self.firmness is None else {it.id: it for it in self.firmness.sites}

    @property
    def stale(self) -> bool:
        """Whether a stage carries a proof that is about another question."""
        return any(it.stale is not None for it in self.steps)

    @property
    def scope(self) -> Scope:
        """What a proof covers: nothing, all from before to after, or parts of it.

        It is the whole only if it begins with the offices before and ends with those after: then nothing
        was set by hand and no other stage lies between. Networks documented for a year are no choice.
        """
        return scope_of(self.steps, self.start, self.end)

    @property
    def keeps(self) -> bool:
        """Whether a model chose what stays, not what opens."""
        return self.scope == "whole" and self.proofs[0].model == "keep-best"


def scope_of(steps: Sequence[Step], start: frozenset[str], end: frozenset[str]) -> Scope:
    """What the proofs of some steps cover, see :attr:`Proposal.scope`."""
    proofs = [it.proof for it in steps if it.proof is not None]
    if not proofs:
        years = steps and all(it.stage.year is not None for it in steps)
        return "documented" if years and not any(it.opened or it.closed for it in steps) else "hand"
    one = len(proofs) == 1 and set(proofs[0].start) == start and set(proofs[0].end) == end
    return "whole" if one else "parts"


def best_of(steps: Sequence[Step], before: Coverage, after: Coverage) -> Proof | None:
    """The proof that no other choice of so many offices reaches more people, all steps together.

    None where a part was set before or by hand, where stages were weighed against each other, and where
    something else than the people reached was made best.
    """
    start, end = (frozenset(sites.ids(sites.offices(it.offices))) for it in (before, after))
    proof = next((it.proof for it in steps if it.proof is not None), None)
    if proof is None or scope_of(steps, start, end) != "whole" or not proof.is_optimal:
        return None
    return proof if proof.model in ("max-cover", "keep-best") else None


def proposal_of(
    before: Coverage,
    after: Coverage,
    steps: Sequence[Step] = (),
    names: Mapping[str, str] | None = None,
    reasons: Mapping[str, SiteChoice] | None = None,
) -> Proposal:
    """What changes from one network to another; chosen by hand if no steps say otherwise.

    ``reasons`` are those of a choice that a plan brought along with its proof, by id.
    """
    start, end = (frozenset(sites.ids(it.offices)) for it in (before, after))
    closed = sites.opened_since(after.offices, before.offices)
    opened = sites.opened_since(before.offices, after.offices)
    scope = scope_of(steps, start, end)
    brought = _brought_by(before, after, opened)
    openings = tuple(_openings(brought, opened, steps, scope, reasons or {}))
    return Proposal(openings, tuple(closed["name"].astype(str)), tuple(steps), names or {}, start, end)


def _pairs(coverage: Coverage) -> Pairs:
    """Every place within the target of every office."""
    points = points_of(coverage.offices, coverage.demand), coverage.demand.points
    return coverage.measure.pairs(*points, coverage.target.value)


def _reached(coverage: Coverage, pairs: Pairs, offices: Sequence[int]) -> NDArray[np.bool_]:
    """Which places are within the target of any of some offices, told by their positions in the frame."""
    reached = np.zeros(len(coverage.places), dtype=bool)
    for office in offices:
        first, last = np.searchsorted(pairs.candidate, (office, office + 1))
        reached[pairs.place[first:last]] = True
    return reached


Brought = dict[str, tuple[float, tuple[tuple[str, float], ...]]]
_brought: WeakKeyDictionary[Coverage, WeakKeyDictionary[Coverage, Brought]] = WeakKeyDictionary()


def _brought_by(before: Coverage, after: Coverage, opened: pd.DataFrame) -> Brought:
    """People whom each office that opens brings beside those before it, and in which districts; by id."""
    # A paper tells the same proposal before and after it has its reasons.
    known = _brought.setdefault(after, WeakKeyDictionary())
    if before in known:
        return known[before]
    # Whatever stays or opens is an office of the network after.
    number = {key: at for at, key in enumerate(sites.ids(after.offices))}
    stays = [number[key] for key in sites.ids(before.offices) if key in number]
    pairs = _pairs(after)
    covered = _reached(after, pairs, stays)
    people = after.places["people"].to_numpy(dtype=float)
    district, names = pd.factorize(after.places["district_ags"].astype(str))
    found: Brought = {}
    for key in sites.ids(opened):
        more = _reached(after, pairs, [number[key]]) & ~covered
        covered |= more
        sums = np.bincount(district, weights=people * more, minlength=len(names))
        helped = [(str(names[it]), float(sums[it])) for it in np.argsort(-sums, kind="stable")]
        found[key] = float(people @ more), tuple(it for it in helped if it[1] > 0)
    known[before] = found
    return found


def _openings(
    brought: Brought,
    opened: pd.DataFrame,
    steps: Sequence[Step],
    scope: Scope,
    known: Mapping[str, SiteChoice],
) -> "list[Opening]":
    reasons = {**known} | {
        it.id: it for step in steps if step.suggestion is not None for it in step.suggestion.sites
    }
    by_hand = {key for step in steps for key in step.opened}
    stage_of = {key: number for number, step in enumerate(steps, start=1) for key in step.stage.opened}
    found = []
    for office in rows(opened[["id", "name", "lon", "lat"]]):
        key, name = str(office.id), str(office.name)
        gained, districts = brought[key]
        opening = Opening(
            key, name, float(office.lon), float(office.lat), gained,
            by_hand=key in by_hand or not steps, stage=stage_of.get(key, 1), districts=districts,
        )  # fmt: skip
        reason = reasons.get(key)
        # A runner-up was held against all the others: of one search that is the whole plan.
        if reason is not None and scope == "whole":
            opening = replace(
                opening, runner_up=reason.runner_up, runner_up_id=reason.runner_up_id,
                runner_up_loss=reason.runner_up_loss,
            )  # fmt: skip
        found.append(opening)
    return found
