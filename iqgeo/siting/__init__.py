"""Where to open sites, and which to keep: exact models on sets, weights and distances.

Nothing here knows geography: sites and demand points are numbers, reach is a sparse table. Build a
`CoverSets` or a `DistanceTable`, ask a model, read the answer's status before its numbers.

>>> from iqgeo.siting import CoverSets, max_cover
>>> sets = CoverSets.from_sets([{0}, {0, 1}, {2}], weight=[10, 20, 5], n_sites=3)
>>> answer = max_cover(sets, new=1)
>>> answer.status, answer.sites, answer.objective
('optimal', (0,), 30.0)
"""

from typing import TYPE_CHECKING, Final

from iqgeo.late import late_names

if TYPE_CHECKING:
    from iqgeo.siting.answers import (
        Answer,
        CoverAnswer,
        RobustAnswer,
        SiteReason,
        StagesAnswer,
        TravelAnswer,
    )
    from iqgeo.siting.capacity import RoomAnswer, cover_with_room
    from iqgeo.siting.center import p_center
    from iqgeo.siting.conflicts import Conflict, conflict
    from iqgeo.siting.control import Control, SearchProgress
    from iqgeo.siting.failure import SafeAnswer, lost_without, safe_cover, weight_with_two
    from iqgeo.siting.fewest_sites import full_cover, smallest_target_km
    from iqgeo.siting.growing import p_center_growing, p_median_growing
    from iqgeo.siting.homes import Homes
    from iqgeo.siting.median import p_median
    from iqgeo.siting.most_covered import keep_best, keep_best_all, max_cover
    from iqgeo.siting.outreach import (
        GoalProof,
        OutreachAnswer,
        cover_of,
        fewest_places,
        most_people,
        stranded,
    )
    from iqgeo.siting.outreach_goals import Prices
    from iqgeo.siting.parts import (
        PartsAnswer,
        fewest_for_parts,
        most_for_parts,
        needs_of_parts,
        reachable_of_parts,
    )
    from iqgeo.siting.parts_model import Parts
    from iqgeo.siting.robustness import robust, vary
    from iqgeo.siting.rules import PlaceRules, SiteRules
    from iqgeo.siting.series import alternatives, curve, explain, keep_loss
    from iqgeo.siting.sets import CoverSets, DistanceTable
    from iqgeo.siting.source import DistanceSource
    from iqgeo.siting.staged import stages

__all__ = [
    "Answer",
    "Conflict",
    "Control",
    "CoverAnswer",
    "CoverSets",
    "DistanceSource",
    "DistanceTable",
    "GoalProof",
    "Homes",
    "OutreachAnswer",
    "Parts",
    "PartsAnswer",
    "PlaceRules",
    "Prices",
    "RobustAnswer",
    "RoomAnswer",
    "SafeAnswer",
    "SearchProgress",
    "SiteReason",
    "SiteRules",
    "StagesAnswer",
    "TravelAnswer",
    "alternatives",
    "conflict",
    "cover_of",
    "cover_with_room",
    "curve",
    "explain",
    "fewest_for_parts",
    "fewest_places",
    "full_cover",
    "keep_best",
    "keep_best_all",
    "keep_loss",
    "lost_without",
    "max_cover",
    "most_for_parts",
    "most_people",
    "needs_of_parts",
    "p_center",
    "p_center_growing",
    "p_median",
    "p_median_growing",
    "reachable_of_parts",
    "robust",
    "safe_cover",
    "smallest_target_km",
    "stages",
    "stranded",
    "vary",
    "weight_with_two",
]

_HOME: Final = {
    "Answer": "answers",
    "Conflict": "conflicts",
    "Control": "control",
    "CoverAnswer": "answers",
    "CoverSets": "sets",
    "DistanceSource": "source",
    "DistanceTable": "sets",
    "GoalProof": "outreach",
    "Homes": "homes",
    "OutreachAnswer": "outreach",
    "Parts": "parts_model",
    "PartsAnswer": "parts",
    "PlaceRules": "rules",
    "Prices": "outreach_goals",
    "RobustAnswer": "answers",
    "RoomAnswer": "capacity",
    "SafeAnswer": "failure",
    "SearchProgress": "control",
    "SiteReason": "answers",
    "SiteRules": "rules",
    "StagesAnswer": "answers",
    "TravelAnswer": "answers",
    "alternatives": "series",
    "conflict": "conflicts",
    "cover_of": "outreach",
    "cover_with_room": "capacity",
    "curve": "series",
    "explain": "series",
    "fewest_for_parts": "parts",
    "fewest_places": "outreach",
    "full_cover": "fewest_sites",
    "keep_best": "most_covered",
    "keep_best_all": "most_covered",
    "keep_loss": "series",
    "lost_without": "failure",
    "max_cover": "most_covered",
    "most_for_parts": "parts",
    "most_people": "outreach",
    "needs_of_parts": "parts",
    "p_center": "center",
    "p_center_growing": "growing",
    "p_median": "median",
    "p_median_growing": "growing",
    "reachable_of_parts": "parts",
    "robust": "robustness",
    "safe_cover": "failure",
    "smallest_target_km": "fewest_sites",
    "stages": "staged",
    "stranded": "outreach",
    "vary": "robustness",
    "weight_with_two": "failure",
}
# Each model brings its loops and the solver; what an answer is made of brings neither.
__getattr__, __dir__ = late_names(__name__, _HOME)
