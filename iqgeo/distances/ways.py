"""The way from a place to its nearest office as a line to be drawn."""

from iqgeo.distances.base import Measure, Points, Way


def ways(measure: Measure, places: Points, offices: Points) -> list[Way | None]:
    """The way from every place to its nearest office.

    Along the roads where the measure knows any; a straight line otherwise.

    Parameters
    ----------
    measure : Measure
        How the nearest office was found.
    places, offices : Points
        From where, to which.

    Returns
    -------
    list[Way | None]
        One a place; ``None`` where no office can be reached.
    """
    if not len(places) or not len(offices):
        return [None] * len(places)
    return list(measure.lines(places, offices))
