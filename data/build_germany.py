"""Build ``data/germany``: districts, inhabited places and municipality names of all sixteen states.

Run ``python data/build_germany.py`` after ``data/build.py`` could fetch its packages. A region of any
state is made from these tables by one command (``iqgeo region new FOLDER --state 05``). Outlines are
those of VG1000, simplified to 100 m; people are those of the census of 2011; names of municipalities and
keys of European statistics are those of Eurostat's lists.
"""

import io
import re
import runpy
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

HERE = Path(__file__).parent
# Packages and outlines are those of the embedded region.
_BUILD = runpy.run_path(str(HERE / "build.py"))
packages, member, outlines, write_tables = (
    _BUILD[it] for it in ("packages", "member", "outlines", "write_tables")
)
GERMANY = HERE / "germany"
SIMPLIFIED_M = 100.0
LAU_YEAR: Final = 2016
"""The keys of the settlements are those of 2015 and 2016: this list knows all but forests."""
NUTS_YEARS: Final = (2024, 2021, 2016, 2013, 2010)
"""Editions of the regions of European statistics, the newest first."""
OF_THE_DISTRICTS: Final = 2016
"""The edition with the districts of 2017 to 2019."""
JOINED: Final = {"DEG0R": "16056+16063"}
"""Eisenach became a part of the Wartburgkreis on 1 July 2021: the region of 2024 is both."""
WITHOUT: Final = "gemeindefreies Gebiet"
_NO_MUNICIPALITY: Final = re.compile(r"[, ]+gem(fr\.|eindefreies) ?(Gebiet|Geb\.|Bezirk)$")


def districts(reegis: Path) -> gpd.GeoDataFrame:
    """All districts, neighbours sharing their borders."""
    germany = outlines(reegis).to_crs("EPSG:25832")
    germany["geometry"] = shapely.coverage_simplify(germany.geometry.to_numpy(), SIMPLIFIED_M)
    germany["geometry"] = shapely.set_precision(germany.geometry.make_valid().to_numpy(), 1.0)
    return germany.to_crs("EPSG:4326")[["ags", "name", "kind", "geometry"]]


def settlements(reegis: Path) -> pd.DataFrame:
    """Inhabited settlement areas at one point each: ``id, ags, lon, lat, people``."""
    table = pd.read_csv(
        io.BytesIO(member(reegis, _BUILD["LOADAREAS"])),
        usecols=["id", "ags_0", "zensus_sum", "st_astext"],
        dtype={"ags_0": str},
    )
    table = table[table["zensus_sum"] > 0]
    points = shapely.from_wkt(table["st_astext"].to_numpy())
    frame = pd.DataFrame(
        {
            "id": table["id"].astype("int32").to_numpy(),
            "ags": table["ags_0"].str.zfill(8).to_numpy(),
            "lon": np.round(shapely.get_x(points), 4),
            "lat": np.round(shapely.get_y(points), 4),
            "people": table["zensus_sum"].astype("int32").to_numpy(),
        }
    )
    return frame.sort_values(["ags", "id"], ignore_index=True)


def listed(names: Path, unit: str, year: int, level: int) -> pd.DataFrame:
    """A list of Eurostat's units as the package has it; all cells are text."""
    file = f"{unit.removesuffix(f'_{level}').lower()}_{year}_level_{level}.csv"
    path = f"{_BUILD['LISTED']}/{unit}/{year}/{file}"
    return pd.read_csv(io.BytesIO(member(names, path)), dtype=str, keep_default_na=False)


def municipality_name(official: str) -> str:
    """The name of "Monschau, Stadt", and of "Boffzen, gemfr. Gebiet", which is not that village."""
    if _NO_MUNICIPALITY.search(official):
        return f"{WITHOUT} {_NO_MUNICIPALITY.sub('', official)}"
    return official.partition(",")[0].strip()


def municipalities(places: pd.DataFrame, of_districts: pd.DataFrame, names: Path) -> pd.DataFrame:
    """The official name of every municipality with people: ``ags, name``."""
    official = listed(names, "LAU", LAU_YEAR, 0).rename(columns={"id": "ags"})
    official["name"] = official["name"].map(municipality_name)
    # A town that is a district of its own is called as the district is.
    called = dict(zip(of_districts["ags"] + "000", of_districts["name"], strict=True))
    official["name"] = official["ags"].map(called).fillna(official["name"])
    # Who is in no list of municipalities lives in a forest of Bavaria that belongs to none.
    forests = pd.DataFrame({"ags": sorted(set(places["ags"]) - set(official["ags"])), "name": WITHOUT})
    every = pd.concat([official[official["ags"].isin(places["ags"])], forests])
    return every.sort_values("ags", ignore_index=True)


def european_keys(of_districts: pd.DataFrame, names: Path) -> pd.DataFrame:
    """Keys of European statistics (NUTS 3) that are a district of ``of_districts``: ``nuts, ags``.

    Where a list has no German key, the name says it, within the state. Of older editions only states
    count whose districts are as many as later: where some were joined, a key of old may be a part.
    """
    editions = {year: listed(names, "NUTS_3", year, 3) for year in NUTS_YEARS}
    today = editions[OF_THE_DISTRICTS]["id_nuts"].str[:3].value_counts()
    rows = dict(JOINED)
    for year, units in editions.items():
        keyed = units[units["id_ars"].ne("")]
        of_state = dict(zip(keyed["id_nuts"].str[:3], keyed["id_ars"].str[:2], strict=True))
        state = units["id_nuts"].str[:3]
        whole = state.map(state.value_counts()).eq(state.map(today)) | (year >= OF_THE_DISTRICTS)
        for nuts, name, ags in units.loc[whole, ["id_nuts", "name", "id_ars"]].itertuples(index=False):
            same = of_districts["ags"].str[:2].eq(of_state[nuts[:3]])
            named = of_districts.loc[same & of_districts["name"].eq(name.partition(",")[0]), "ags"].tolist()
            found = ags or (named[0] if len(named) == 1 else "")
            if nuts not in JOINED and found in set(of_districts["ags"]):
                assert rows.setdefault(nuts, found) == found, f"{nuts} is {rows[nuts]} and {found}"
    return pd.DataFrame(sorted(rows.items()), columns=["nuts", "ags"])


def main() -> None:
    with packages(__doc__) as files:
        inhabited, drawn = settlements(files["reegis"]), districts(files["reegis"])
        tables = {
            "districts": drawn,
            "settlements": inhabited,
            "municipalities": municipalities(inhabited, drawn, files["geo_mapper_htw"]),
            "european_keys": european_keys(drawn, files["geo_mapper_htw"]),
        }
    write_tables(GERMANY, tables)


if __name__ == "__main__":
    main()
