"""Build ``data/world``: coarse outlines of the sixteen German states and of all countries.

Run ``python data/build_world.py`` after ``data/build.py`` could fetch its packages. They name borders
and coasts around a region and are never measured against: VG1000 is simplified to 500 m, Natural Earth
is that of 1:50 million.
"""

import runpy
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

HERE = Path(__file__).parent
# Packages and outlines are those of the embedded region.
_BUILD = runpy.run_path(str(HERE / "build.py"))
packages, member, outlines, write_tables = (
    _BUILD[it] for it in ("packages", "member", "outlines", "write_tables")
)
WORLD = HERE / "world"
COUNTRIES = "package/countries-50m.json"
SIMPLIFIED_M = 500.0
GRID_DEGREES = 0.005
STATES = {
    "01": "Schleswig-Holstein", "02": "Hamburg", "03": "Niedersachsen", "04": "Bremen",
    "05": "Nordrhein-Westfalen", "06": "Hessen", "07": "Rheinland-Pfalz", "08": "Baden-Württemberg",
    "09": "Bayern", "10": "Saarland", "11": "Berlin", "12": "Brandenburg", "13": "Mecklenburg-Vorpommern",
    "14": "Sachsen", "15": "Sachsen-Anhalt", "16": "Thüringen",
}  # fmt: skip
GERMAN = {
    "Albania": "Albanien", "Austria": "Österreich", "Belarus": "Belarus", "Belgium": "Belgien",
    "Bosnia and Herz.": "Bosnien und Herzegowina", "Bulgaria": "Bulgarien", "Croatia": "Kroatien",
    "Czechia": "Tschechien", "Denmark": "Dänemark", "Estonia": "Estland", "Finland": "Finnland",
    "France": "Frankreich", "Germany": "Deutschland", "Greece": "Griechenland", "Hungary": "Ungarn",
    "Ireland": "Irland", "Italy": "Italien", "Latvia": "Lettland", "Liechtenstein": "Liechtenstein",
    "Lithuania": "Litauen", "Luxembourg": "Luxemburg", "Macedonia": "Nordmazedonien", "Malawi": "Malawi",
    "Moldova": "Moldau", "Montenegro": "Montenegro", "Mozambique": "Mosambik", "Netherlands": "Niederlande",
    "Norway": "Norwegen", "Poland": "Polen", "Portugal": "Portugal", "Romania": "Rumänien",
    "Russia": "Russland", "Serbia": "Serbien", "Slovakia": "Slowakei", "Slovenia": "Slowenien",
    "Spain": "Spanien", "Sweden": "Schweden", "Switzerland": "Schweiz", "Tanzania": "Tansania",
    "Turkey": "Türkei", "Ukraine": "Ukraine", "United Kingdom": "Vereinigtes Königreich", "Zambia": "Sambia",
}  # fmt: skip


def states(reegis: Path) -> gpd.GeoDataFrame:
    """The sixteen states, neighbours sharing their borders."""
    germany = outlines(reegis)
    germany["ags"] = germany["ags"].str[:2]
    merged = germany.dissolve("ags", as_index=False)[["ags", "geometry"]].to_crs("EPSG:25832")
    merged["geometry"] = shapely.coverage_simplify(merged.geometry.to_numpy(), SIMPLIFIED_M)
    merged["name"] = merged["ags"].map(STATES)
    return merged.to_crs("EPSG:4326")[["ags", "name", "geometry"]]


def countries(world_atlas: Path) -> gpd.GeoDataFrame:
    """All countries with their name in German (as far as it is known here) and English."""
    with tempfile.NamedTemporaryFile(suffix=".json") as topology:
        topology.write(member(world_atlas, COUNTRIES))
        topology.flush()
        found = pyogrio.read_dataframe(topology.name, layer="countries").set_crs("EPSG:4326")
    found["geometry"] = shapely.set_precision(found.geometry.make_valid().to_numpy(), GRID_DEGREES)
    english = found["name"].astype(str)
    named = pd.DataFrame({"ags": "", "name": english.map(GERMAN).fillna(english), "name_en": english})
    frame = gpd.GeoDataFrame(named, geometry=found.geometry, crs="EPSG:4326")
    return frame.sort_values("name", ignore_index=True)


def main() -> None:
    with packages(__doc__) as files:
        tables = {"states": states(files["reegis"]), "countries": countries(files["world-atlas"])}
    write_tables(WORLD, tables)


if __name__ == "__main__":
    main()
