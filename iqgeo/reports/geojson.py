"""GeoJSON (RFC 7946): the uncovered places, with settings and sources beside the features."""

import datetime
import json
import math
from typing import Any

from iqgeo.gaps import Gaps
from iqgeo.proposal import Proposal
from iqgeo.region import Region
from iqgeo.reports import facts
from iqgeo.reports.gap_tables import places_table
from iqgeo.texts import Lang

# About a metre: RFC 7946 asks for no more than is known.
_DIGITS = 5


def gap_features(
    gaps: Gaps,
    region: Region,
    lang: Lang,
    *,
    suggestion: Proposal | None = None,
    origin: Proposal | None = None,
    least: int = 0,
    date: datetime.date | None = None,
) -> bytes:
    """Every uncovered place as a point with the columns of the gap list as properties.

    What cannot be reached has ``null`` as its length, and so have fewer people than ``least``. The
    members ``settings`` and ``sources`` say what the numbers mean; ``properties`` are keyed as the plain
    CSV.
    """
    table = places_table(gaps, region, lang, suggestion, least=least)
    keys = [column.key for column in table.columns if column.kind != "degrees"]
    records = table.frame[keys].to_dict(orient="records")
    for record in records if table.least else ():
        few = 0 < record["people"] < table.least
        record |= {
            "people": None if few else record["people"],
            "people_words": table.few(lang) if few else "",
        }
    positions = zip(table.frame["lon"].round(_DIGITS), table.frame["lat"].round(_DIGITS), strict=True)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {str(key): _plain(value) for key, value in record.items()},
        }
        for record, (lon, lat) in zip(records, positions, strict=True)
    ]
    stated = facts.settings(gaps.coverage, region, lang, suggestion=suggestion or origin, date=date)
    collection = {
        "type": "FeatureCollection",
        "description": facts.gap_sentence(gaps.coverage, region, lang, date),
        "settings": {it.key: _plain(it.value) for it in stated},
        "sources": [vars(it) for it in facts.sources(gaps.coverage, region, lang)],
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
