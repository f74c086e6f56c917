"""What every door begins with."""

from dataclasses import replace

from iqgeo.region import Region
from iqgeo.scenario.settings import Settings


def start_of(region: Region, own_offices: bool = False) -> Settings:
    """The settings before anyone has said anything.

    With offices of one's own all of them count, whatever years the region's own network has.

    Parameters
    ----------
    region : Region
        Its documented network and who it counts.
    own_offices : bool
        Whether the offices are the user's.

    Returns
    -------
    Settings
        The settings every door begins with.
    """
    stage = None if own_offices else region.default_stage
    return replace(Settings(), stage=stage, weight=region.default_weight)
