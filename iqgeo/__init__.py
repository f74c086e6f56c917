"""iqgeo: who is within reach of a first-contact office, who is left out, and where to open next.

>>> import iqgeo
>>> coverage = iqgeo.assess(stage=2012)
>>> round(coverage.share, 2)
0.47
"""

from typing import TYPE_CHECKING

from iqgeo.late import late_names

if TYPE_CHECKING:
    from iqgeo.api import Plan, assess, suggest
    from iqgeo.choices import Suggestion
    from iqgeo.coverage import Coverage
    from iqgeo.demand import Demand, build_demand
    from iqgeo.errors import InputError, IqgeoError, Problem
    from iqgeo.gaps import Gaps, find_gaps
    from iqgeo.region import Region, load_region
    from iqgeo.reports.notebook import (
        districts_of,
        explore,
        gap_regions_of,
        offices_of,
        places_of,
        plot_curve,
    )

__version__ = "0.1.0"

__all__ = [
    "Coverage",
    "Demand",
    "Gaps",
    "InputError",
    "IqgeoError",
    "Plan",
    "Problem",
    "Region",
    "Suggestion",
    "assess",
    "build_demand",
    "districts_of",
    "explore",
    "find_gaps",
    "gap_regions_of",
    "load_region",
    "offices_of",
    "places_of",
    "plot_curve",
    "suggest",
]

_HOME = {
    "Coverage": "coverage",
    "Demand": "demand",
    "Gaps": "gaps",
    "InputError": "errors",
    "IqgeoError": "errors",
    "Plan": "api",
    "Problem": "errors",
    "Region": "region",
    "Suggestion": "choices",
    "assess": "api",
    "build_demand": "demand",
    "districts_of": "reports.notebook",
    "explore": "reports.notebook",
    "find_gaps": "gaps",
    "gap_regions_of": "reports.notebook",
    "load_region": "region",
    "offices_of": "reports.notebook",
    "places_of": "reports.notebook",
    "plot_curve": "reports.notebook",
    "suggest": "api",
}

__getattr__, __dir__ = late_names(__name__, _HOME)
