"""The proposed office nearest to every place."""

import numpy as np
import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.offices import points_of, points_of_places
from iqgeo.proposal import Proposal
from iqgeo.safe.clean import clean


def nearest_site(places: pd.DataFrame, suggestion: Proposal, coverage: Coverage) -> pd.DataFrame:
    """The proposed office nearest to every place, by the coverage's own measure.

    Returns ``suggested_office, suggested_km`` on the index of ``places``; unreachable is ``inf`` and "".
    """
    sites = pd.DataFrame(
        {
            "id": [site.id for site in suggestion.sites],
            "name": [clean(site.name) for site in suggestion.sites],
            "lon": [site.lon for site in suggestion.sites],
            "lat": [site.lat for site in suggestion.sites],
        }
    )
    nearest = coverage.measure.nearest(points_of_places(places), points_of(sites, coverage.demand))
    names = np.append(sites["name"].to_numpy(dtype=object), "")
    reached = np.isfinite(nearest.distance_km)
    office = np.where(reached, nearest.office, len(sites)).astype(np.int64)
    return pd.DataFrame(
        {"suggested_office": names[office], "suggested_km": nearest.distance_km}, index=places.index
    )
