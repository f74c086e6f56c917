"""Sites: where an office is, was or could be. One frame with fixed columns, and what is done to it."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PLANNED: Final = "planned"
OFFICE: Final = "office"
OUTREACH: Final = "outreach"
KINDS: Final = (OFFICE, PLANNED, OUTREACH)
"""What a site can be; planned ones are counted only where asked for, and an outreach place is served on
days by people who come from another office, its home."""

COLUMNS: Final = ("id", "name", "lon", "lat", "kind", "state", "opened", "closed", "operator", "home")
YEARS: Final = ("opened", "closed")
SEPARATOR: Final = ":"

# Two lists that name the same place under the same id mean one site; a hand's breadth is the same place.
_SAME_DEGREES: Final = 1e-6


@dataclass(frozen=True)
class Site:
    """A place where an office is, was or could be.

    Attributes
    ----------
    id : str
        Key among all sites of a scenario.
    lon, lat : float
        Degrees, EPSG:4326.
    kind : str
        One of :data:`KINDS`.
    state : str
        Official key of the state it lies in; empty if unknown.
    opened, closed : int | None
        Years, ``None`` if not documented.
    operator : str
        Who runs it; empty if unknown.
    home : str
        Id of the office that serves it, for an outreach place.
    """

    id: str
    name: str
    lon: float
    lat: float
    kind: str = OFFICE
    state: str = ""
    opened: int | None = None
    closed: int | None = None
    operator: str = ""
    home: str = ""


def sites_frame(sites: Iterable[Site]) -> pd.DataFrame:
    """Sites as a frame with :data:`COLUMNS`."""
    return completed(pd.DataFrame([asdict(it) for it in sites], columns=list(COLUMNS)))


def completed(frame: pd.DataFrame, state: str = "") -> pd.DataFrame:
    """A frame with ``id, name, lon, lat`` in the form of all sites: missing columns filled, others kept.

    ``opened`` and ``closed`` become nullable whole years, ``id`` text.
    """
    fills: dict[str, str] = {"kind": OFFICE, "state": state, "operator": "", "home": ""}
    made = frame.assign(
        id=frame["id"].astype(str),
        lon=frame["lon"].astype(float),
        lat=frame["lat"].astype(float),
        **{name: fill for name, fill in fills.items() if name not in frame},
    )
    for name in YEARS:
        years = pd.to_numeric(made[name]) if name in made else pd.Series(pd.NA, index=made.index)
        made[name] = years.astype("Int64")
    rest = [name for name in made.columns if name not in COLUMNS]
    return made[[*COLUMNS, *rest]].reset_index(drop=True)


def open_in(sites: pd.DataFrame, year: int | None) -> pd.DataFrame:
    """The sites open in a year: opened by then, not yet closed; all without a year.

    A site without a documented opening or closing counts as open.
    """
    if year is None:
        return sites.reset_index(drop=True)
    opened, closed = (_years(sites[name]) if name in sites else np.full(len(sites), np.nan) for name in YEARS)
    # Comparisons with NaN are false: what is not documented neither opens later nor has closed.
    return sites[~(opened > year) & ~(closed <= year)].reset_index(drop=True)


def _years(column: pd.Series) -> NDArray[np.float64]:
    numbers = column if pd.api.types.is_numeric_dtype(column) else pd.to_numeric(column)
    return numbers.to_numpy(dtype=float, na_value=np.nan)


def counted(
    sites: pd.DataFrame, state: str, *, across_border: bool = False, planned: bool = False
) -> pd.DataFrame:
    """The sites of a state that count; those of other states and planned ones where asked for."""
    keep = np.ones(len(sites), dtype=bool)
    if not across_border:
        keep &= sites["state"].eq(state).to_numpy()
    if not planned:
        keep &= sites["kind"].ne(PLANNED).to_numpy()
    return sites[keep].reset_index(drop=True)


def offices(sites: pd.DataFrame) -> pd.DataFrame:
    """The sites that are open every day: all but outreach places."""
    return sites if "kind" not in sites else sites[sites["kind"].ne(OUTREACH)].reset_index(drop=True)


def outreach(sites: pd.DataFrame) -> pd.DataFrame:
    """The outreach places among the sites."""
    return sites.iloc[:0] if "kind" not in sites else sites[sites["kind"].eq(OUTREACH)].reset_index(drop=True)


def without_home(sites: pd.DataFrame) -> pd.DataFrame:
    """The outreach places whose home is no office among the sites."""
    places = outreach(sites)
    return places[~places["home"].astype(str).isin(ids(offices(sites)))].reset_index(drop=True)


def ids(sites: pd.DataFrame) -> tuple[str, ...]:
    """The ids in their order."""
    return tuple(sites["id"].astype(str))


def with_(sites: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """The sites and those of ``more`` that are not among them yet, behind."""
    new = more[~more["id"].astype(str).isin(ids(sites))]
    if not len(new):
        return sites.reset_index(drop=True)
    return pd.concat([sites, new], ignore_index=True) if len(sites) else new.reset_index(drop=True)


def without(sites: pd.DataFrame, keys: Collection[str]) -> pd.DataFrame:
    """The sites but for those named."""
    return sites[~sites["id"].astype(str).isin(list(keys))].reset_index(drop=True)


def named(sites: pd.DataFrame, keys: Iterable[str]) -> pd.DataFrame:
    """The sites of these ids, in the order of the ids.

    Raises
    ------
    KeyError
        If an id is none of them.
    """
    return sites.set_index(sites["id"].astype(str)).loc[list(keys)].reset_index(drop=True)


def opened_since(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The sites of ``after`` that ``before`` has not."""
    return without(after, ids(before))


def distinct(lists: Iterable[tuple[str, pd.DataFrame]]) -> list[pd.DataFrame]:
    """Several lists with ids that mean one site each among all of them.

    An id belongs to its list: where another list has it for another place, it becomes ``list:id`` in the
    later one (``candidates:1``). The same id at the same place is the same site and keeps it.

    Parameters
    ----------
    lists : Iterable[tuple[str, pd.DataFrame]]
        Name and frame of each list, with ``id, name, lon, lat``.
    """
    places: dict[str, tuple[float, float]] = {}
    found = []
    for name, frame in lists:
        keys = []
        for key, lon, lat in zip(frame["id"].astype(str), frame["lon"], frame["lat"], strict=True):
            there = places.get(key)
            away = there is not None and max(abs(there[0] - lon), abs(there[1] - lat)) > _SAME_DEGREES
            keys.append(f"{name}{SEPARATOR}{key}" if away else key)
        for key, lon, lat in zip(keys, frame["lon"], frame["lat"], strict=True):
            places.setdefault(key, (float(lon), float(lat)))
        found.append(frame.assign(id=pd.Series(keys, index=frame.index, dtype=object)))
    return found
