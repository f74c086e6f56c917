"""Uploads made in code, and the problems a reader names for them."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from iqgeo.errors import InputError, Problem
from iqgeo.inputs import Source

SITES = pd.DataFrame(
    {
        "id": ["A", "B", "C"],
        "name": ["Göttingen", "Stade", "Lüneburg"],
        "lon": [9.93, 9.47, 10.41],
        "lat": [51.53, 53.6, 53.25],
    }
)

# What readers of every kind find something in.
FULL = SITES.assign(people=[1, 20, 300], ags=["03241001", "3241", "03254"], opened=[2011, 2012, 2013])
GRID = (
    "GITTER_ID_1km;x_mp_1km;y_mp_1km;Einwohner;AnteilAuslaender\n"
    "CRS3035RES1000mN3250000E4320000;4320500;3250500;22;5,3\n"
    "CRS3035RES1000mN3250000E4321000;4321500;3250500;22;–\n"
).encode()


def csv(written: str | bytes, name: str = "stellen.csv", encoding: str = "utf-8") -> Source:
    """An upload of text."""
    return (written if isinstance(written, bytes) else written.encode(encoding), name)


def excel(**sheets: pd.DataFrame) -> bytes:
    """A workbook with these sheets."""
    stream = io.BytesIO()
    with pd.ExcelWriter(stream, engine="xlsxwriter") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return stream.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    """A Parquet file; with geometry a GeoParquet."""
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def points(frame: pd.DataFrame = SITES) -> gpd.GeoDataFrame:
    """Sites as points in EPSG:4326."""
    return gpd.GeoDataFrame(
        frame.drop(columns=["lon", "lat"]), geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326
    )


def zipped(**members: bytes) -> bytes:
    """A zip with these files; a double underscore in a name is a point."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return stream.getvalue()


@pytest.fixture
def problems_of() -> Callable[..., list[Problem]]:
    """Call a reader that must refuse; its problems, each of which must speak both languages in full."""

    def call(reader: Callable[..., Any], *arguments: Any, **options: Any) -> list[Problem]:
        with pytest.raises(InputError) as refused:
            reader(*arguments, **options)
        for problem in refused.value.problems:
            for lang in ("de", "en"):
                sentence = problem.sentence(lang)
                assert "None" not in sentence
                for quoted in (problem.value, *problem.details.values()):
                    sentence = sentence.replace(str(quoted), "")
                assert "{" not in sentence
                assert problem.remedy(lang)
        return list(refused.value.problems)

    return call
