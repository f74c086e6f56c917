"""Straight line times a detour factor: the estimate where no road network is loaded."""

from dataclasses import dataclass

from iqgeo.distances.straight import GreatCircle

DEFAULT_DETOUR_FACTOR = 1.3
"""Usual ratio of road to straight line in Central Europe.

Checked on a main-road network of Lower Saxony (Digital Chart of the World): weighted by people the
ratio has its middle at 1.34; a tenth of the people have less than 1.1, a tenth more than 2.1, mostly
where the Elbe, the Weser or the Jade cut the way; 92 of 100 people fall into the same class as with
1.3. On every result it is therefore called an estimate.

A table of the great rivers (Elbe, lower Weser, Ems, Jade with their bridges and tunnels; the straight line
led over the nearest crossing) was tried on the same network: 8.41 instead of 8.50 of 100 people in the wrong
class, too little to keep. Factors by district, fitted on ways to all other towns (:mod:`.factors`), were held
against 40 networks of 4 to 13 offices drawn at random: 8.2 instead of 9.5 of 100 (fitted on the nearest of
other offices alone 9.3; a factor for each pair of districts 7.8). That is one network of main roads, on which
the factors would also be fitted, so the estimate without roads keeps one factor; ``roads compare --out``
writes the factors of one's own network, ``--factors`` measures with them.
"""

BAND_LOW, BAND_HIGH = 1.2, 1.4
"""Factors of the uncertain band shown beside every estimate: reached for certain only if the road may
be 40 % longer than the straight line, possibly if it is only 20 % longer."""


@dataclass(frozen=True)
class Detour(GreatCircle):
    """Great-circle distance times a detour factor."""

    factor: float = DEFAULT_DETOUR_FACTOR

    kind = "detour"
    anywhere = True
    understates = False

    @property
    def stretch(self) -> float:
        """What the great-circle distance is multiplied by."""
        return self.factor

    @property
    def key(self) -> str:
        """Tells two factors apart."""
        return f"detour {self.factor!r}"

    @property
    def band(self) -> tuple[float, float]:
        """The lower and the upper factor of the band, never narrower than the factor itself."""
        return min(BAND_LOW, self.factor), max(BAND_HIGH, self.factor)
