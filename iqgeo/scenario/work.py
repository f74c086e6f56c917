"""What there is to do in a network: consultations and posts under the settings, own numbers beside."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.scenario.settings import Settings

if TYPE_CHECKING:
    from iqgeo.access.consultations import Compared
    from iqgeo.access.load import Load, Overload
    from iqgeo.suggestions import Siting


@dataclass(frozen=True, eq=False)
class Work:
    """Consultations and posts of a network.

    Attributes
    ----------
    load : Load
        Of each office; from the user's own numbers where there are some.
    short : Overload
        Who finds no appointment within the target; with own numbers as many a head as these are.
    compared : Compared | None
        Own numbers beside what the model expects; ``None`` without such.
    """

    load: "Load"
    short: "Overload"
    compared: "Compared | None" = None

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data for JSON."""
        extra = {} if self.compared is None else self.compared.to_dict()
        return {**self.load.to_dict(), **self.short.to_dict(), **extra}


def work_of(coverage: Coverage, settings: Settings, consultations: pd.DataFrame | None = None) -> Work:
    """Tell what there is to do in a network: consultations and posts.

    Parameters
    ----------
    coverage : Coverage
        The network.
    settings : Settings
        Rates a year and 1,000 people, posts, and what a post manages in a year.
    consultations : pd.DataFrame | None
        The user's own numbers (:func:`iqgeo.inputs.consultations.read_consultations`).

    Returns
    -------
    Work
        By office, and all together.

    Raises
    ------
    InputError
        Naming every rate and number of posts that cannot be used.
    """
    from iqgeo.access.load import load_of, overload

    load = load_of(
        coverage, rate_per_1000=settings.rate_per_1000, posts=settings.posts, per_post=settings.per_post,
        telephone_pct=settings.telephone_pct,
    )  # fmt: skip
    compared = None
    if consultations is not None:
        from iqgeo.access.consultations import compare

        compared = compare(coverage, load, consultations)
        load = compared.load
    posts = load.offices["posts"].to_numpy(dtype=np.float64)
    # Own numbers are a rate of their own: as many as come are looked for an appointment, no more.
    own = compared is not None and coverage.people > 0
    rate = 1000 * load.consultations / coverage.people if own else settings.rate_per_1000
    short = overload(coverage, posts, rate, settings.per_post)
    return Work(load, short, compared)


def room_of(task: "Siting", settings: Settings) -> list[float]:
    """The people each site of a task has appointments for: those that its posts manage.

    Today's offices have the posts that fall to them when all are shared out; a new one has its own.

    Parameters
    ----------
    task : Siting
        Sites that are open, then candidates.
    settings : Settings
        Rates, posts, and what a post manages in a year.

    Returns
    -------
    list[float]
        People, one number per site of the task.

    Raises
    ------
    InputError
        Naming every rate and number of posts that cannot be used.
    """
    people_a_post = settings.per_post / settings.rate_per_1000 * 1000
    posts = work_of(task.start, settings).load.offices["posts"].to_numpy(dtype=float)
    new = len(task.sites) - task.existing
    return [*(posts * people_a_post).tolist(), *[settings.office_posts * people_a_post] * new]
