"""A small world that is quick to export, and the exports of the real one, made once."""

import datetime
import io
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader
from pypdf.generic import DecodedStreamObject, NameObject

from iqgeo.api import Plan
from iqgeo.case import Case, case_for_papers, case_of
from iqgeo.coverage import Coverage, assess_places
from iqgeo.demand import Demand
from iqgeo.distances import Detour
from iqgeo.gap_names import GapName
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.proof import Proof
from iqgeo.proposal import Opening, Proposal
from iqgeo.region import Region
from iqgeo.reports.gap_list import gap_list_csv, gap_list_geojson, gap_list_gpkg, gap_list_xlsx
from iqgeo.scenario.evaluate import Step
from iqgeo.scenario.model import OwnFile, Rules, Stage
from iqgeo.scenario.settings import Settings

DATE = datetime.date(2012, 12, 31)


@dataclass(frozen=True)
class Small:
    """A few places around Celle, one of them on an island without an office."""

    region: Region
    coverage: Coverage
    gaps: Gaps


@cache
def _celle(region: Region) -> Small:
    """Four places and an office."""
    places = pd.DataFrame(
        {
            "id": ["p1", "p2", "p3", "p4"],
            "ags": ["03351006", "03351006", "03351012", "03452020"],
            "district_ags": ["03351", "03351", "03351", "03452"],
            "lon": [10.08, 10.40, 9.80, 7.15],
            "lat": [52.62, 52.80, 52.40, 53.71],
            "landmass": ["", "", "", "Norderney"],
            "people": [70.0, 20.0, 100.0, 7.0],
        }
    )
    demand = Demand("own", None, places, pd.DataFrame(columns=["area", "name", "persons"]), float("nan"), "")
    offices = pd.DataFrame(
        {"id": ["o1"], "name": ["Hannover"], "lon": [9.73], "lat": [52.37], "state": ["03"]}
    )
    coverage = assess_places(demand, offices, Detour(1.3), 35.0)
    return Small(region, coverage, find_gaps(coverage, region))


def small_world(region: Region, name: str = "Celle", *, office: str = "Hannover") -> Small:
    """Four places and an office; ``name`` is that of region, district, municipality and first gap."""
    bare = _celle(region)

    def renamed(places: pd.DataFrame) -> pd.DataFrame:
        return places.assign(nearest_office=[office if it else "" for it in places["nearest_office"]])

    coverage = replace(
        bare.coverage,
        places=renamed(bare.coverage.places),
        offices=bare.coverage.offices.assign(name=[office]),
        district_names={"03351": name, "03452": "Aurich"},
        municipality_names={"03351006": name, "03351012": "Hambühren", "03452020": "Norderney"},
    )
    first, *others = bare.gaps.regions
    regions = (replace(first, name=GapName("own", (name,))), *others)
    gaps = Gaps(coverage, renamed(bare.gaps.places), regions)
    named = replace(region, name=name)
    # Tables that were read already need not be read again for another name.
    vars(named).update({key: value for key, value in vars(region).items() if key not in vars(named)})
    return Small(named, coverage, gaps)


SEARCHED = (
    ("p1", 10.08, 52.62, 900, "03351006"), ("p2", 10.55, 52.97, 620, "03360025"),
    ("p3", 9.73, 52.37, 500, "03241001"), ("p4", 10.10, 53.30, 5, "03353031"),
)  # fmt: skip
"""Places of :func:`searched_case`: id, lon, lat, people, AGS."""
TOWNS = (("c1", "Celle", 10.08, 52.62), ("c2", "Nirgends", 8.0, 53.9), ("c3", "Uelzen", 10.55, 52.96))
"""Its candidates: id, name, lon, lat."""


_NO_RULES = Rules()


def searched_case(folder: Path, *stages: Stage, rules: Rules = _NO_RULES, curve: bool = True) -> Case:
    """Four places, an office in Hannover, three towns of which searches choose; as papers have it."""
    tables = {
        "demand": ["id,lon,lat,people,ags", *(",".join(map(str, it)) for it in SEARCHED)],
        "offices": ["id,name,lon,lat", "o1,Hannover,9.73,52.37"],
        "candidates": ["id,name,lon,lat", *(",".join(map(str, it)) for it in TOWNS)],
    }
    for kind, lines in tables.items():
        (folder / f"{kind}.csv").write_text("\n".join(lines), encoding="utf-8")
    files = tuple(OwnFile(kind, folder / f"{kind}.csv") for kind in tables)
    evaluated = Plan(files=files, settings=Settings(), stages=stages, rules=rules).evaluate()
    return case_for_papers(evaluated) if curve else case_of(evaluated)


# Lines and curves of a drawing.
PATHS = re.compile(rb"(?:-?[\d.]+\s+){2}[ml]\s+|(?:-?[\d.]+\s+){6}c\s+")


def pages_of(content: bytes) -> list[str]:
    """The text of every page of a PDF, white space evened out.

    The thousands of dots of the maps go first: reading them takes most of the time and finds no text.
    """
    texts = []
    for page in PdfReader(io.BytesIO(content)).pages:
        contents = page.get_contents()
        assert contents is not None
        thinned = DecodedStreamObject()
        thinned.set_data(PATHS.sub(b"", contents.get_data()))
        page[NameObject("/Contents")] = thinned
        texts.append(re.sub(r"\s+", " ", page.extract_text()).replace("\u00a0", " "))
    return texts


def proposal(name: str = "Celle") -> Proposal:
    """Two towns as a model would propose them."""
    return proven(
        (
            Opening("a", name, 10.08, 52.62, 90.0, "Uelzen", 20.0),
            Opening("b", "Norden", 7.2, 53.6, 0.0, "", float("nan")),
        )
    )


def proven(openings: tuple[Opening, ...]) -> Proposal:
    """A proposal that one search has proven, beginning with six offices."""
    free = tuple(it.id for it in openings)
    start = ("NI-OS", "NI-H", "NI-LER", "NI-WOB", "NI-LG", "NI-OL")
    proof = Proof(
        "max-cover", "optimal", 0.0, 0.3, free, candidates=197, least_people=10_000, start=start,
        end=(*start, *free),
    )  # fmt: skip
    step = Step(Stage("", None, free), proof=proof)
    return Proposal(openings, (), (step,), {}, frozenset(start), frozenset({*start, *free}))


@pytest.fixture(scope="session")
def small(region: Region) -> Small:
    return small_world(region)


@pytest.fixture(scope="session")
def real_proposal(region: Region) -> Proposal:
    """Göttingen and Braunschweig, as a model would propose them."""
    towns = region.towns.set_index("name")
    sites = [
        Opening(towns.ags[name], name, float(towns.lon[name]), float(towns.lat[name]), gain, other, loss)
        for name, gain, other, loss in (
            ("Göttingen", 45_736.0, "Northeim", 8_000.0),
            ("Braunschweig", 60_000.0, "", np.nan),
        )
    ]
    return proven(tuple(sites))


@pytest.fixture(scope="session")
def exports(
    region: Region, gaps_2012: Gaps, real_proposal: Proposal, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The gap list of 2012 in every form, as files."""
    folder = tmp_path_factory.mktemp("Lücken Ausgabe")
    for make, name in (
        (gap_list_xlsx, "gaps.xlsx"),
        (gap_list_gpkg, "gaps.gpkg"),
        (gap_list_geojson, "gaps.geojson"),
    ):
        (folder / name).write_bytes(make(gaps_2012, region, suggestion=real_proposal, exact=True, date=DATE))
    (folder / "gaps.csv").write_bytes(gap_list_csv(gaps_2012, region, suggestion=real_proposal, exact=True))
    (folder / "plain.csv").write_bytes(gap_list_csv(gaps_2012, region, plain=True))
    return folder
