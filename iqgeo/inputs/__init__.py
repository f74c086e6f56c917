"""What users bring: one reader per kind, bytes or path in, validated frame out.

Every reader raises one :class:`~iqgeo.errors.InputError` with every problem of the file, and hands
back an :class:`Intake` that lists every repair. Limits stand in :mod:`iqgeo.inputs.limits`.
"""

from iqgeo.inputs.intake import Intake, Notice, Source
from iqgeo.inputs.sites import check_sites_reach, read_candidates, read_offices

__all__ = [
    "Intake",
    "Notice",
    "Source",
    "check_sites_reach",
    "read_candidates",
    "read_offices",
]
