"""How often a law is drawn where the number of all laws (in conftest) is not the right one."""

import os

BY_NIGHT = "IQGEO_EXAMPLES" in os.environ


def draws(by_day: int, by_night: int = 400) -> int:
    """The number of examples of a dear law: few for every change, many in the nightly run."""
    return by_night if BY_NIGHT else by_day
