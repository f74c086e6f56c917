"""The figures of a page computed another way: without a scenario, without anything kept."""

from collections.abc import Collection

import pandas as pd

from iqgeo.api import assess
from iqgeo.app import services
from iqgeo.app.services import EMBEDDED, OwnData
from iqgeo.app.state import PlannedSite, View
from iqgeo.coverage import Coverage
from iqgeo.region import Region


def coverage(region: Region, view: View, own: OwnData = EMBEDDED) -> Coverage:
    """The coverage of a view without any plan."""
    return assess(
        region,
        services.open_offices(region, view, own),
        demand=own.demand,
        weight=view.weight,
        year=view.year or (services_year(region, view) if own.demand is None else None),
        distance=services.measure(region, view, own),
        target_km=view.target_km,
    )


def services_year(region: Region, view: View) -> int:
    from iqgeo.demand import choose_year

    return choose_year(region, view.weight, view.stage)


def with_plan(start: Coverage, added: Collection[PlannedSite], closed: Collection[str] = ()) -> Coverage:
    """The coverage if a plan's offices open and others close."""
    columns = ["id", "name", "lon", "lat"]
    kept = start.offices[~start.offices["id"].isin(list(closed))][columns]
    new = pd.DataFrame([[it.id, it.name, it.lon, it.lat] for it in added], columns=columns)
    frames = [frame for frame in (kept, new) if len(frame)]
    return start.again(offices=pd.concat(frames, ignore_index=True) if frames else kept)
