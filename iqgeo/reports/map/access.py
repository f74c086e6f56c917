"""How well people are served, as a layer of classes: posts within reach (2SFCA), or how many of them come.

Light to dark in one order of lightness, so that it is read without telling hues apart; who has nothing
within reach is hatched.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from iqgeo.access.fairness import attendance, catchment_column
from iqgeo.coverage import Coverage
from iqgeo.demand import municipality_keys
from iqgeo.reports.map.geometry import MapBase, areas_of
from iqgeo.reports.map.overlay import SHADES, Area, Overlay
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.work import work_of
from iqgeo.texts import Lang, number, plain, text

Layer = Literal["2sfca", "attendance"]
LAYERS: Final[tuple[Layer, ...]] = get_args(Layer)
NOTHING: Final = "#8A949C"
_OF_MEAN: Final = (0.5, 1.0, 2.0)
_COME: Final = (0.1, 0.25, 0.5)


def access_overlay(
    base: MapBase, coverage: Coverage, settings: Settings, layer: Layer, lang: Lang
) -> Overlay:
    """The classes of every municipality as areas, with their words.

    Posts within reach are per 100,000 people, in classes by the mean of the state; those who come are so
    many of a hundred, ever fewer with the way.

    Raises
    ------
    InputError
        Naming every rate and number of posts that cannot be used.
    """
    shown, words = _classified(coverage, settings, layer, lang)
    if not len(shown):
        return Overlay()
    kind = shown["kind"].to_numpy()
    lon, lat = (shown[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    shapes, _ = areas_of(base, lon, lat, kind.astype(np.int64))
    areas = tuple(
        Area(shapes[k], NOTHING if k == 0 else SHADES[k - 1], "diagonal" if k == 0 else "shade", tip=words[k])
        for k in sorted(shapes)
    )
    legend = tuple(("diagonal" if k == 0 else f"shade_{k}", words[k]) for k in sorted(shapes))
    return Overlay(areas=areas, legend=legend, shaded=True)


@dataclass(frozen=True)
class AccessClass:
    """A class of a layer.

    Attributes
    ----------
    colour : str
        Of its areas.
    is_nothing : bool
        Whether there is nothing at all, which is hatched.
    words : str
        What it means.
    people : float
        Who lives in its municipalities.
    """

    colour: str
    is_nothing: bool
    words: str
    people: float


def access_classes(
    coverage: Coverage, settings: Settings, layer: Layer, lang: Lang
) -> tuple[AccessClass, ...]:
    """Say what the classes of a layer mean and how many people live in each, nobody in some.

    Parameters
    ----------
    coverage : Coverage
        The network.
    settings : Settings
        Its posts and consultations.
    layer : Layer
        Which one.
    lang : Lang
        Of the words.

    Returns
    -------
    tuple[AccessClass, ...]
        From nothing at all to most.

    Raises
    ------
    InputError
        Naming every rate and number of posts that cannot be used.
    """
    shown, words = _classified(coverage, settings, layer, lang)
    people = shown.groupby("kind")["people"].sum()
    return tuple(
        AccessClass(NOTHING if k == 0 else SHADES[k - 1], k == 0, said, float(people.get(k, 0.0)))
        for k, said in enumerate(words)
    )


def _classified(
    coverage: Coverage, settings: Settings, layer: Layer, lang: Lang
) -> tuple[pd.DataFrame, list[str]]:
    """Every municipality with the ``kind`` of its value, and what each kind means.

    0 where there is nothing at all, then one class from each step on.
    """
    values, steps = (_posts if layer == "2sfca" else _coming)(coverage, settings)
    shown = _by_municipality(coverage.places, values)
    kind = np.where(shown["value"] > 0, 1 + np.searchsorted(steps, shown["value"], side="right"), 0)
    return shown.assign(kind=kind), _words(layer, steps, settings, lang)


def _posts(coverage: Coverage, settings: Settings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Posts per 100,000 people within reach of each place, and the steps of its classes."""
    posts = work_of(coverage, settings).load.offices["posts"].to_numpy(dtype=np.float64)
    mean = float(posts.sum()) / max(1.0, coverage.people) * 1e5
    values = catchment_column(coverage, posts).to_numpy(dtype=np.float64)
    return values, np.array(_OF_MEAN) * mean


def _coming(coverage: Coverage, settings: Settings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The share of each place's people who come, and the steps of its classes."""
    km = coverage.places["distance_km"].to_numpy(dtype=np.float64)
    return attendance(km, settings.half_km), np.array(_COME)


def _by_municipality(places: pd.DataFrame, values: NDArray[np.float64]) -> pd.DataFrame:
    """People, mean value and middle of each municipality: ``people, value, lon, lat``."""
    people = places["people"].to_numpy(dtype=float)
    table = pd.DataFrame(
        {
            "ags": municipality_keys(places).to_numpy(),
            "people": people,
            "value": people * values,
            "lon": people * places["lon"].to_numpy(dtype=float),
            "lat": people * places["lat"].to_numpy(dtype=float),
        }
    )
    sums = table[table["people"] > 0].groupby("ags", sort=True).sum()
    return sums[["value", "lon", "lat"]].div(sums["people"], axis=0).assign(people=sums["people"])


def _words(layer: Layer, steps: NDArray[np.float64], settings: Settings, lang: Lang) -> list[str]:
    """What each class means."""
    if layer == "2sfca":
        ends = [number(step, lang, 2) for step in steps]
        unit = {}
    else:
        ends = [number(100 * step, lang) for step in steps]
        unit = {"km": plain(settings.half_km, lang)}
    spans = [("none", {}), ("below", {"high": ends[0]})]
    spans += [("from", {"low": low, "high": high}) for low, high in pairwise(ends)]
    spans.append(("above", {"low": ends[-1]}))
    return [text(f"network.layer.{layer}_{key}", lang, **values, **unit) for key, values in spans]
