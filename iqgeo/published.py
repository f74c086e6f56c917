"""What a published page shows of a case, as plain data that stays as it was: numbers, names, how sure."""

from typing import Any

from iqgeo.case import Case
from iqgeo.coverage import DAYS
from iqgeo.frames import plain_value
from iqgeo.gaps import Gaps
from iqgeo.texts import LANGUAGES
from iqgeo.words.proof import proof_words

MOST_GAPS = 12


def page_data(case: Case) -> dict[str, Any]:
    """What stands on the page: the networks before and after, what opens, what stays out, who is counted."""
    before, shown = case.before.coverage, case.shown
    names = {key: [str(name) for name in frame["name"]] for key, frame in _changes(case).items()}
    return {
        "changed": case.after is not None,
        "stage": before.stage,
        "figures": shown.demand.year,
        "who": {lang: shown.demand.counted.noun(lang) for lang in LANGUAGES},
        "counted": {lang: shown.demand.counted.subject(lang) for lang in LANGUAGES},
        "target": shown.target.value,
        "target_unit": shown.target.unit,
        "distance": shown.measure.kind,
        "factor": plain_value(shown.measure.factor),
        "offices": len(shown.offices),
        "share_before": plain_value(before.share),
        "share": plain_value(shown.share),
        "uncovered": shown.uncovered,
        "places": len(shown.day_places),
        "on_days": shown.people_by(DAYS),
        "gained": case.gained,
        "lost": case.lost,
        **names,
        "sure": {} if case.tested is None else {lang: proof_words(case.tested, lang) for lang in LANGUAGES},
        "gaps": _gaps(case.shown_gaps),
        "curve": [[count, share] for count, share in case.curve],
    }


def _changes(case: Case) -> dict[str, Any]:
    return {"opened": case.opened, "closed": case.closed}


def _gaps(gaps: Gaps) -> list[dict[str, Any]]:
    """The gaps that stay, largest first."""
    names = gaps.coverage.district_names
    return [
        {
            "number": it.number,
            "name": {lang: it.name.text(lang) for lang in LANGUAGES},
            "districts": [names.get(ags, ags) for ags, _ in it.districts[:3]],
            "people": it.people,
        }
        for it in sorted(gaps.regions, key=lambda region: region.rank)[:MOST_GAPS]
    ]
