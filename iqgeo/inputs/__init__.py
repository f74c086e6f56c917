"""What users bring: one reader per kind, bytes or path in, validated frame out.

Every reader raises one :class:`~iqgeo.errors.InputError` with every problem of the file, and hands
back an :class:`Intake` that lists every repair. Limits stand in :mod:`iqgeo.inputs.limits`.
"""

from typing import TYPE_CHECKING

from iqgeo.late import late_names

if TYPE_CHECKING:
    from iqgeo.inputs.check import CheckReport, check_file
    from iqgeo.inputs.factors import read_factors
    from iqgeo.inputs.intake import Intake, Notice, Source
    from iqgeo.inputs.outlines import read_districts
    from iqgeo.inputs.pairs import read_distances
    from iqgeo.inputs.places import demand_of, read_demand
    from iqgeo.inputs.region_made import About, Further, RegionReport, new_region
    from iqgeo.inputs.shares import demand_of_shares, persons_of, read_shares, shares_pct
    from iqgeo.inputs.sites import read_candidates, read_offices
    from iqgeo.inputs.states import state_region

__all__ = [
    "About",
    "CheckReport",
    "Further",
    "Intake",
    "Notice",
    "RegionReport",
    "Source",
    "check_file",
    "demand_of",
    "demand_of_shares",
    "new_region",
    "persons_of",
    "read_candidates",
    "read_demand",
    "read_distances",
    "read_districts",
    "read_factors",
    "read_offices",
    "read_shares",
    "shares_pct",
    "state_region",
]

_HOME = {
    "About": "region_made",
    "CheckReport": "check",
    "Further": "region_made",
    "Intake": "intake",
    "Notice": "intake",
    "RegionReport": "region_made",
    "Source": "intake",
    "check_file": "check",
    "demand_of": "places",
    "demand_of_shares": "shares",
    "new_region": "region_made",
    "persons_of": "shares",
    "read_candidates": "sites",
    "read_demand": "places",
    "read_distances": "pairs",
    "read_districts": "outlines",
    "read_factors": "factors",
    "read_offices": "sites",
    "read_shares": "shares",
    "shares_pct": "shares",
    "state_region": "states",
}

__getattr__, __dir__ = late_names(__name__, _HOME)
