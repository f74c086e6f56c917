"""What the board's page is about: the states it compares, and its sentences."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from iqgeo import sites
from iqgeo.access.outreach import POSTS_AN_OFFICE
from iqgeo.case import BestChoice, LikelyTown
from iqgeo.coverage import COVERED, DAYS, RARELY, Coverage
from iqgeo.demand import municipality_keys
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports.bases import fine_base, kept_base
from iqgeo.reports.map.dots import people_per_dot, sample
from iqgeo.reports.map.geometry import MapBase
from iqgeo.reports.map.scene import MapScene, scene_of
from iqgeo.reports.pen import Projection
from iqgeo.safe.clean import clean
from iqgeo.texts import Lang, number, text
from iqgeo.words.clauses import Rich, rich_words
from iqgeo.words.states import is_past

_DOTS: Final = 13_000
_SPOKEN_COUNTS: Final = 12


def left_by_town(coverage: Coverage) -> pd.Series:
    """People who are not reached by AGS of their municipality."""
    places = coverage.places[coverage.places["status"] != COVERED]
    return places.groupby(municipality_keys(places).rename("ags"))["people"].sum()


@dataclass(frozen=True, eq=False)
class Board:
    """What the page shows: the starting state and, if there is a plan, what becomes of it.

    ``best`` and ``likely`` are what the proposal is held against (see :class:`iqgeo.case.Case`);
    ``stage_words`` name what becomes of it where that is a stage on the way, not the proposal.
    """

    before: Gaps
    region: Region
    lang: Lang
    after: Coverage | None
    suggestion: Proposal | None
    curve: Sequence[tuple[int, float]]
    plan_name: str
    date: datetime.date
    after_gaps: Gaps | None = None
    best: Mapping[int, BestChoice] = field(default_factory=dict)
    likely: LikelyTown | None = None
    stage_words: str = ""
    office_posts: float = POSTS_AN_OFFICE

    @property
    def start(self) -> Coverage:
        """The coverage of the starting state."""
        return self.before.coverage

    @property
    def coverages(self) -> tuple[Coverage, ...]:
        """The coverage of the starting state and, if there is a plan, of what becomes of it."""
        return (self.start,) if self.after is None else (self.start, self.after)

    @property
    def is_past(self) -> bool:
        """Whether the starting state is of a year that is over: it is told as what was."""
        return is_past(self.start.stage, self.date)

    @property
    def has_days(self) -> bool:
        """Whether the plan serves places on days."""
        return self.after is not None and len(self.after.day_places) > 0

    @cached_property
    def left(self) -> Gaps | None:
        """The gaps that the plan leaves, with the numbers of the starting state."""
        if self.after is None or self.after_gaps is not None:
            return self.after_gaps
        return find_gaps(self.after, self.region, after=self.before)

    @cached_property
    def towns_after(self) -> pd.DataFrame:
        """People whom the plan does not reach (``after``), and those of them served on days, by AGS."""
        if self.after is None:
            return pd.DataFrame(columns=["after", "days"], dtype=float)
        places, on_days = self.after.places, np.isin(self.after.service, (DAYS, RARELY))
        served = places[on_days]
        days = served.groupby(municipality_keys(served).rename("ags"))["people"].sum().rename("days")
        return left_by_town(self.after).to_frame("after").join(days).fillna(0.0)

    @cached_property
    def sheet(self) -> Projection:
        """Projection shared by all drawings of the document."""
        return Projection(self.region.crs)

    @cached_property
    def scenes(self) -> tuple[MapScene, ...]:
        """The map before and, with a plan, after; both with the same dots and gap numbers."""
        return self._drawn(kept_base(self.region))

    @cached_property
    def fine_scenes(self) -> tuple[MapScene, ...]:
        """The same for maps of single districts, with finer outlines."""
        return self._drawn(fine_base(self.region))

    def _drawn(self, base: MapBase) -> tuple[MapScene, ...]:
        dots = sample(self.start.places, per_dot=people_per_dot(self.start.people, _DOTS))
        scenes = [scene_of(self.region, self.start, self.before, base=base, dots=dots)]
        if self.after is not None:
            new = sites.ids(sites.opened_since(self.start.offices, self.after.offices))
            scenes.append(scene_of(self.region, self.after, self.left, new, base=base, dots=dots))
        return tuple(scenes)

    def first(self, names: Iterable[str], most: int, length: int = 40, others: str = "others") -> list[str]:
        """The names, cut at ``length``; of more than ``most`` the first, and that there are others.

        ``others`` is the key of what is said of those: ``lead_others`` where a sentence says in which towns.
        """
        shown = [clean(it, length) for it in names]
        return shown if len(shown) <= most else [*shown[: most - 1], self.say(others)]

    def say(self, key: str, **values: object) -> str:
        """A sentence of this page without emphasis."""
        return text(f"reports.board.{key}", self.lang, **values)

    def rich(self, key: str, **values: object) -> Rich:
        """A sentence of the page; what stands between ``**`` in the catalogue is strong, never a value."""
        filled = {name: str(value) for name, value in values.items()}
        return rich_words([(f"reports.board.{key}", filled)], self.lang)

    @property
    def states(self) -> tuple[tuple[str, Coverage], ...]:
        """The one state, or both that stand beside each other, by name."""
        both = () if self.after is None else ((self.state_name(1), self.after),)
        return (self.state_name(0), self.start), *both

    def state_name(self, index: int) -> str:
        """What a state is called above its map and its column."""
        if index == 0:
            stage = self.start.stage
            return self.say("stage", stage=stage) if stage is not None else self.say("stage_now")
        assert self.after is not None
        if self.stage_words:
            return self.stage_words
        if self.after.stage is not None and self.after.stage != self.start.stage:
            return self.say("stage", stage=self.after.stage)
        return self.say("proposal")

    def count(self, how_many: int) -> str:
        """A number of things as one says it: in words up to twelve."""
        if 2 <= how_many <= _SPOKEN_COUNTS:
            return text(f"reports.count.n{how_many}", self.lang)
        return number(how_many, self.lang)
