"""The proposed office nearest to every place, where it brings the place within the target."""

import numpy as np
import pandas as pd

from iqgeo.coverage import Coverage
from iqgeo.offices import points_of, points_of_places
from iqgeo.proposal import Proposal
from iqgeo.safe.clean import clean


def nearest_site(places: pd.DataFrame, suggestion: Proposal, coverage: Coverage) -> pd.DataFrame:
    """The proposed office that brings a place within the target, by the coverage's own measure.

    Returns ``suggested_office, suggested_km`` on the index of ``places``; "" and NaN where none does: an
    office beyond the target is no help.
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
    reached = coverage.target.met_by(nearest.journey(coverage.target.unit))
    office = np.where(reached, nearest.office, len(sites)).astype(np.int64)
    return pd.DataFrame(
        {"suggested_office": names[office], "suggested_km": np.where(reached, nearest.distance_km, np.nan)},
        index=places.index,
    )
