"""The way from a place to its nearest office as a line to be drawn."""

from iqgeo.distances.base import Measure, Points, Way


def ways(measure: Measure, places: Points, offices: Points) -> list[Way | None]:
    """Return the way from every place to its nearest office, ``None`` where none can be reached.

    Along the roads where the measure knows any; a straight line otherwise.
    """
    if not len(places) or not len(offices):
        return [None] * len(places)
    return list(measure.lines(places, offices))
