"""What if an office stood elsewhere: coverage, districts and every candidate's gain after a move.

``python -m benchmarks.siting.whatif``: the state, and a country of Germany's size drawn from a seed (173,052
places, 3,078 candidates, 50 offices). The pool (whom each candidate reaches) is made once; then the
median of some moves.
"""

import statistics
import time

import numpy as np
import pandas as pd

from benchmarks.measured import measured
from benchmarks.siting.instances import made_country
from iqgeo.api import assess
from iqgeo.coverage import Coverage
from iqgeo.demand import demand_from_places
from iqgeo.gains import Pool
from iqgeo.region import load_region
from iqgeo.suggestions import candidate_towns

MOVES = 7


def moves(name: str, start: Coverage, candidates: pd.DataFrame) -> None:
    before = time.process_time()
    pool = Pool.of(start, candidates)
    measured(f"{name}: pool, once", round(time.process_time() - before, 3))
    drawn = np.random.default_rng(1)
    spent = []
    for _ in range(MOVES):
        kept = start.offices.drop(index=int(drawn.integers(len(start.offices))))
        moved = pool.candidates.iloc[[int(drawn.integers(len(pool.candidates)))]]
        before = time.process_time()
        offices = kept[["id", "name", "lon", "lat"]]
        after = start.again(offices=pd.concat([offices, moved[offices.columns]], ignore_index=True))
        after.by_district()
        pool.gains(after)
        spent.append(time.process_time() - before)
    measured(f"{name}: an office moved, all gains anew", round(statistics.median(spent), 3))


def main() -> None:
    region = load_region()
    moves("what-if, the state", assess(region, stage=2012), candidate_towns(region, 0))
    places, towns = made_country()
    district = [f"{at % 400:05d}" for at in range(len(places))]
    ids = [f"p{at}" for at in range(len(places))]
    demand = demand_from_places(places.assign(id=ids, ags=district, district_ags=district, landmass=""))
    towns = towns.assign(id=[f"t{at}" for at in range(len(towns))])
    towns = towns.assign(name=towns["id"])
    moves("what-if, Germany's size", assess(region, towns.iloc[:50], demand=demand), towns)


if __name__ == "__main__":
    main()
