"""A region: what is planned for. One folder of tables, read when first asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from iqgeo import cards, region_folder, sites
from iqgeo.errors import InputError
from iqgeo.frames import read_table
from iqgeo.known_regions import directory_of
from iqgeo.texts import LANGUAGES, Lang
from iqgeo.weights import POPULATION, SiteNoun, Weight, weight_of

if TYPE_CHECKING:
    import geopandas as gpd

EMBEDDED = "niedersachsen"
REGION_VARIABLE = "IQGEO_REGION"
"""Environment variable that names the folder of the region the app opens."""

DERIVED = "largest place"
"""Position of towns that were derived from the places."""

_KEYS = ("ags", "district_ags", "area", "old", "new")
"""Columns of keys in tables of text."""

_ONE_SHORT = (1, 4, 7)
"""Digits of a German state's, district's or municipality's key without its first."""

FEW_TOWNS = 10
"""Fewer derived towns than this offer no choice: the settlements themselves are offered."""


def embedded_directory() -> Path:
    """Folder of the embedded region, in an installed iqgeo or in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "data" / EMBEDDED
    return installed if installed.is_dir() else package.parent / "data" / EMBEDDED


@dataclass(frozen=True, eq=False)
class Region:
    """A region's tables. Frames are shared between callers: copy before changing one.

    Attributes
    ----------
    directory : Path
        Folder the tables are read from
    name, ags : str
        The region's name and its official key ("03" for Lower Saxony, may be empty)
    crs : str
        Metric coordinate system of the region, used wherever areas or widths are measured
    stages : tuple[int, ...]
        Years for which the network of offices is documented
    default_stage : int | None
        The year shown if none is asked for; ``None`` means all offices
    data_date, data_dates : str, mapping
        State of the data in words, and the same by language where the region says it so
    checksums : Mapping[str, str]
        SHA-256 of every table by file name
    population_year : int | None
        Year of the settlements' own inhabitants, where they count as figures themselves
    municipality_keys, district_keys : str
        Of which borders the keys of municipalities and districts are, in years; empty where nobody said
    described : Mapping[str, Mapping[str, Any]]
        What the region's description says of its weights, by key
    preferred_weight : str
        The weight the description names as the default
    site_noun : SiteNoun
        What the sites are called
    islands_known : bool
        Whether the settlements say on which island they are; else the outlines are asked
    holidays : str
        Whose public holidays hold ("DE-NI", "NL"); empty: what the map says
    """

    directory: Path
    name: str
    ags: str
    crs: str
    stages: tuple[int, ...]
    default_stage: int | None
    data_date: str
    checksums: Mapping[str, str]
    data_dates: Mapping[str, str] = field(default_factory=dict)
    population_year: int | None = None
    municipality_keys: str = ""
    district_keys: str = ""
    described: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preferred_weight: str = ""
    site_noun: SiteNoun = field(default_factory=SiteNoun)
    islands_known: bool = True
    holidays: str = ""

    def __repr__(self) -> str:
        years = ", ".join(str(it) for it in self.stages)
        return f"<Region: {self.name}{f'; offices of {years}' if years else ''}>"

    def _repr_html_(self) -> str:
        return cards.region_card(self, sites.open_in(self.offices, self.stages[-1] if self.stages else None))

    def _path(self, name: str) -> Path:
        """A table, which was read by another process before if it does not come with the program."""
        path = self.directory / name
        if self.directory != embedded_directory():
            region_folder.read_apart(path)
        return path

    def _csv(self, name: str, **options: Any) -> pd.DataFrame:
        path = self._path(name)
        if name in region_folder.OPTIONAL_TABLES and not path.exists():
            return pd.DataFrame(columns=["ags", "name", "old", "new"], dtype=str)
        with region_folder.readable(path):
            return self._with_zeros(region_folder.csv_table(path, **options))

    def _with_zeros(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A table with the zeros before German keys that a spreadsheet has taken for those of numbers."""
        for column in [it for it in _KEYS if it in frame]:
            written = frame[column].astype(str)
            short = written.str.len().isin(_ONE_SHORT)
            if not short.any():
                continue
            short &= written.str.fullmatch(r"\d+")
            full = "0" + written
            ours = full.str[:5].isin(list(self.district_names))
            if self.ags:
                # Former districts, and the state itself.
                ours |= full.str.startswith(self.ags)
            lost = short & ours
            if lost.any():
                frame[column] = written.mask(lost, full)
                if column == "ags" and "id" in frame:
                    # Towns are known by their keys.
                    same = lost & frame["id"].astype(str).eq(written)
                    frame["id"] = frame["id"].mask(same, frame["ags"])
        return frame

    def _parquet(self, name: str, *columns: str, if_there: tuple[str, ...] = ()) -> pd.DataFrame:
        """All columns of a table or some, and others if it has them; outlines stay as they are stored."""
        path = self._path(name)
        with region_folder.readable(path):
            return read_table(path, columns or None, if_there)

    @cached_property
    def settlements(self) -> pd.DataFrame:
        """Inhabited places: ``id, ags, district_ags, lon, lat, population, landmass``."""
        frame = self._parquet("settlements.parquet")
        if self.islands_known:
            return frame if "landmass" in frame else frame.assign(landmass="")
        from iqgeo.islands import island_names, landmasses

        found = landmasses(frame, self.districts, self.context, self.crs)
        named = island_names(found, frame, self.municipality_names, self.district_names)
        return frame.assign(landmass=named)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north end of the inhabited places, in degrees."""
        places = self._parquet("settlements.parquet", "lon", "lat")
        lon, lat = places["lon"], places["lat"]
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def is_home_of(self, places: pd.DataFrame) -> bool:
        """Whether anyone of ``places`` (``lon, lat, people``) lives between the region's ends."""
        west, south, east, north = self.bounds
        within = places["lon"].between(west, east) & places["lat"].between(south, north)
        return bool((within & (places["people"] > 0)).any())

    @cached_property
    def towns(self) -> pd.DataFrame:
        """Towns as candidate sites: ``id, name, ags, district_ags, lon, lat, population, position``."""
        towns = self._csv("towns.csv", dtype={"id": str, "ags": str, "district_ags": str})
        if "position" in towns and towns["position"].eq(DERIVED).all() and len(towns) < FEW_TOWNS:
            return self._settled_towns()
        return towns

    def _settled_towns(self) -> pd.DataFrame:
        """Towns by clustering the places: a region without municipalities offers no other."""
        from iqgeo.settled import named_towns

        return named_towns(self.settlements, self.municipality_names, self.district_names)

    @cached_property
    def offices(self) -> pd.DataFrame:
        """All documented offices: ``id, name, lon, lat, kind, state, opened, closed, operator, home, ...``.

        ``opened`` and ``closed`` are years (nullable integers).
        """
        frame = self._csv("offices.csv", dtype={"id": str, "state": str})
        for column, fill in (("kind", "office"), ("state", self.ags), ("operator", ""), ("home", "")):
            if column not in frame:
                frame[column] = fill
        for column in ("opened", "closed"):
            with region_folder.readable(self.directory / "offices.csv"):
                years = (
                    pd.to_numeric(frame[column]) if column in frame else pd.Series(pd.NA, index=frame.index)
                )
                frame[column] = years.astype("Int64")
        return frame

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Published figures per area.

        ``measure, year, area, name, persons, share_pct, population, source``.
        """
        frame = self._csv("figures.csv", dtype={"area": str})
        with region_folder.readable(self.directory / "figures.csv"):
            return frame.astype({"year": int, "persons": float})

    @cached_property
    def weights(self) -> dict[str, Weight]:
        """Who can be counted, by key: described weights first, then those of the figures, all last."""
        figures = self.figures
        measures = list(dict.fromkeys(figures["measure"].astype(str)))
        if self.population_year is not None and POPULATION not in measures:
            measures.append(POPULATION)
        sources = dict(zip(figures["measure"], figures.get("source", ""), strict=False))
        ordered = sorted(measures, key=lambda key: (key not in self.described, key == POPULATION))
        return {
            key: weight_of(key, self.described.get(key, {}), str(sources.get(key, ""))) for key in ordered
        }

    @property
    def default_weight(self) -> str:
        """The weight that counts if none is asked for: the described one, else the first that is not all."""
        known = self.weights
        if self.preferred_weight in known:
            return self.preferred_weight
        return next(iter(known), POPULATION)

    @cached_property
    def ags_changes(self) -> pd.DataFrame:
        """District reforms: ``old, new, name, date, reason``."""
        return self._csv("ags_changes.csv", dtype=str)

    @cached_property
    def districts(self) -> "gpd.GeoDataFrame":
        """District outlines: ``ags, name, kind, geometry`` in EPSG:4326."""
        import geopandas as gpd

        path = self._path("districts.parquet")
        with region_folder.readable(path):
            return gpd.read_parquet(path)

    @cached_property
    def context(self) -> "gpd.GeoDataFrame":
        """Neighbouring districts and countries: ``ags, name, state, geometry`` in EPSG:4326."""
        import geopandas as gpd

        path = self._path("context.parquet")
        if not path.exists():
            return gpd.GeoDataFrame({"ags": [], "name": [], "state": []}, geometry=[], crs="EPSG:4326")
        with region_folder.readable(path):
            return gpd.read_parquet(path)

    @cached_property
    def borders(self) -> "gpd.GeoDataFrame":
        """Borders of the municipalities, for maps: ``source, geometry`` in EPSG:4326, lines.

        ``source`` is ``outlines``, or ``settlements`` for lines that run only about there. Empty where nobody
        knows them.
        """
        import geopandas as gpd

        path = self._path("borders.parquet")
        if not path.exists():
            return gpd.GeoDataFrame({"source": []}, geometry=[], crs="EPSG:4326")
        with region_folder.readable(path):
            return gpd.read_parquet(path)

    @cached_property
    def district_names(self) -> dict[str, str]:
        """Name of every district by its AGS, without reading outlines."""
        frame = self._parquet("districts.parquet", "ags", "name")
        return dict(zip(frame["ags"], frame["name"], strict=True))

    @cached_property
    def district_kinds(self) -> dict[str, str]:
        """What every district is (``Landkreis``), by its AGS; empty where the outlines do not say."""
        frame = self._parquet("districts.parquet", "ags", if_there=("kind",))
        kinds = frame["kind"].fillna("") if "kind" in frame else [""] * len(frame)
        return dict(zip(frame["ags"].astype(str), map(str, kinds), strict=True))

    @cached_property
    def municipalities(self) -> pd.DataFrame:
        """Today's municipalities: ``ags, name, lon, lat`` and what the region has of them; may be empty."""
        return self._csv("municipalities.csv", dtype={"ags": str})

    @cached_property
    def municipality_names(self) -> dict[str, str]:
        """Name of every municipality by its AGS, former ones included."""
        names: dict[str, str] = {}
        for table in ("municipalities_former.csv", "municipalities.csv"):
            frame = self._csv(table, dtype={"ags": str})
            with region_folder.readable(self.directory / table):
                names.update(zip(frame["ags"], frame["name"], strict=True))
        return names

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """Source of every table: title, publisher, year, definition, licence, attribution, and ``en``."""
        return region_folder.words_if_any(self.directory / "sources.toml")

    @cached_property
    def _sources_translated(self) -> dict[Lang, dict[str, dict[str, Any]]]:
        """What files of their own say of the sources: ``sources.nl.toml``, by language and source."""
        return {
            lang: region_folder.words_if_any(self.directory / f"sources.{lang}.toml") for lang in LANGUAGES
        }

    def source(self, key: str, lang: Lang) -> dict[str, Any]:
        """One source in a language; what is not translated stays as it is. Empty if unknown."""
        entry = self.sources.get(key, {})
        translated = entry.get(lang) or self._sources_translated[lang].get(key)
        return {**entry, **translated} if isinstance(translated, dict) else entry

    def state_of_data(self, lang: Lang) -> str:
        """State of the data in words."""
        return self.data_dates.get(lang) or self.data_date


def load_region(directory: str | Path | None = None) -> Region:
    """Return a region: the embedded Lower Saxony, or the one in a folder.

    The embedded one is always the same object, so that what was read of it is read once.

    Parameters
    ----------
    directory : str | Path | None
        The folder, or what a region is known by, see
        :func:`~iqgeo.known_regions.known_regions`; ``None``: the embedded one.

    Returns
    -------
    Region
        Its tables are read when they are first asked for.

    Raises
    ------
    InputError
        If the folder is no region: every missing table and column is named.

    Examples
    --------
    >>> import iqgeo
    >>> iqgeo.load_region()
    <Region: Niedersachsen; offices of 2012, 2013, 2020, 2021>
    """
    if directory is None:
        return _embedded()
    folder = Path(directory)
    known = None if region_folder.is_there(folder) else directory_of(str(directory))
    return _region_in(folder if known is None else known)


@lru_cache(maxsize=1)
def _embedded() -> Region:
    return _region_in(embedded_directory())


def _region_in(folder: Path) -> Region:
    problems = region_folder.missing_parts(folder, brought=folder != embedded_directory())
    if problems:
        raise InputError(problems)
    described = region_folder.words_in(folder / region_folder.DESCRIPTION)
    return Region(
        directory=folder,
        name=described["name"],
        ags=described.get("ags", ""),
        crs=described["crs"],
        stages=tuple(described.get("stages", ())),
        default_stage=described.get("default_stage"),
        data_date=described.get("data_date", ""),
        checksums=described.get("sha256", {}),
        data_dates={it: str(described.get(f"data_date_{it}", "")) for it in LANGUAGES},
        population_year=described.get("population_year"),
        municipality_keys=str(described.get("municipality_keys", "")),
        district_keys=str(described.get("district_keys", "")),
        described=_tables_in(described, "weights"),
        preferred_weight=str(described.get("default_weight", "")),
        site_noun=SiteNoun.of(_table(described.get("sites"))),
        islands_known="islands" in described,
        holidays=str(described.get("holidays", "")),
    )


def _table(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _tables_in(described: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    return {str(key): _table(it) for key, it in _table(described.get(name)).items()}
