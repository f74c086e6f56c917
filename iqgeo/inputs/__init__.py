"""What users bring: one reader per kind, bytes or path in, validated frame out.

Every reader raises one :class:`~iqgeo.errors.InputError` with every problem of the file, and hands
back an :class:`Intake` that lists every repair. Limits stand in :mod:`iqgeo.inputs.limits`.
"""

from iqgeo.inputs.check import CheckReport, check_file
from iqgeo.inputs.factors import read_factors
from iqgeo.inputs.intake import Intake, Notice, Source
from iqgeo.inputs.new_region import About, RegionReport, new_region
from iqgeo.inputs.outlines import read_districts
from iqgeo.inputs.pairs import read_distances
from iqgeo.inputs.places import demand_of, read_demand
from iqgeo.inputs.shares import demand_of_shares, persons_of, read_shares, shares_pct
from iqgeo.inputs.sites import read_candidates, read_offices
from iqgeo.inputs.states import state_region

__all__ = [
    "About",
    "CheckReport",
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
