import hashlib
import shutil
import tomllib

import pandas as pd
import pytest

from iqgeo.errors import InputError
from iqgeo.frames import read_table
from iqgeo.inputs import read_candidates
from iqgeo.region import embedded_directory, load_region
from iqgeo.region_folder import REQUIRED_COLUMNS
from iqgeo.texts import LANGUAGES


def test_the_embedded_region_is_whole(region):
    assert region.name == "Niedersachsen"
    assert len(region.districts) == 45
    assert region.districts.geometry.is_valid.all()
    assert len(region.settlements) == 27_468
    assert len(region.towns) == 941
    assert set(region.settlements["district_ags"]) == set(region.districts["ags"])
    assert set(region.settlements["ags"]) <= set(region.municipality_names)


def test_a_table_is_read_as_pandas_reads_it(region):
    path = region.directory / "settlements.parquet"
    pd.testing.assert_frame_equal(read_table(path), pd.read_parquet(path))
    pd.testing.assert_frame_equal(
        read_table(path, ["lat", "id"]), pd.read_parquet(path, columns=["lat", "id"])
    )
    with pytest.raises(KeyError):
        read_table(path, ["nobody"])


def test_every_table_is_what_its_checksum_says(region):
    for name, digest in region.checksums.items():
        assert hashlib.sha256((region.directory / name).read_bytes()).hexdigest() == digest, name


def test_every_figure_names_a_source_with_licence_year_and_definition(region):
    assert set(region.figures["source"]) <= set(region.sources)
    tables = {table for source in region.sources.values() for table in source["tables"]}
    assert tables == set(region.checksums) - {"sources.toml"}
    for source in region.sources.values():
        for entry in ("title", "publisher", "year", "definition", "licence", "attribution"):
            assert source[entry]


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_every_source_is_named_in_every_language(region, lang):
    for key, source in region.sources.items():
        told = region.source(key, lang)
        assert told["definition"] != source["definition"]
        assert told["year"]
        # Facts have no licence, and the ODbL asks for a notice that readers understand.
        asks = not source["licence"].startswith(("Fakten", "Open Database License"))
        same = told["attribution"] == source["attribution"]
        assert same == asks, "licences ask for these words"
        assert region.source(key, "de") == source
    assert region.source("unknown", lang) == {}


def test_the_region_says_the_state_of_its_data_and_its_sites_in_every_language(region):
    assert region.state_of_data("en") == "2011 (census) to 2024 (microcensus)"
    for told in (region.state_of_data, region.site_noun.many, region.site_noun.nearest):
        assert len({told(lang) for lang in LANGUAGES}) == len(LANGUAGES)


def test_sources_md_says_what_the_table_of_sources_says(region):
    written = (region.directory.parent / "SOURCES.md").read_text(encoding="utf-8")
    sources = tomllib.loads((region.directory / "sources.toml").read_text(encoding="utf-8"))
    for source in sources.values():
        assert source["licence"] in written
        assert source["attribution"] in written


def test_settlements_lie_in_their_districts(region):
    import geopandas as gpd

    settlements = region.settlements
    points = gpd.GeoDataFrame(
        settlements[["district_ags", "population"]],
        geometry=gpd.points_from_xy(settlements["lon"], settlements["lat"]),
        crs="EPSG:4326",
    )
    joined = points.sjoin(region.districts[["ags", "geometry"]], how="left")
    joined = joined[~joined.index.duplicated()]
    inside = joined["ags"] == joined["district_ags"]
    # Outlines at 1:1 000 000 cut corners: a place near a border may fall on the other side.
    assert joined.loc[inside, "population"].sum() / joined["population"].sum() > 0.98


def test_a_folder_that_is_no_region_is_told_everything_missing(tmp_path, region):
    with pytest.raises(InputError, match="Ordner der Region gibt es nicht"):
        load_region(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"region\.toml"):
        load_region(tmp_path)
    (tmp_path / "region.toml").write_text('name = "X"', encoding="utf-8")
    shutil.copy(region.directory / "towns.csv", tmp_path)
    (tmp_path / "offices.csv").write_text("id,lon\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_region(tmp_path)
    codes = [(problem.code, problem.column) for problem in caught.value.problems]
    assert ("region_entry_missing", "crs") in codes
    assert ("column_missing", "lat") in codes
    assert ("column_missing", "name") in codes
    missing = [code for code, _ in codes if code == "region_table_missing"]
    assert len(missing) == len(REQUIRED_COLUMNS) - 2


def test_a_copied_region_gives_the_same_numbers(tmp_path, region, coverage_2012):
    from iqgeo.api import assess

    folder = tmp_path / "Region mit Ümlaut"
    shutil.copytree(region.directory, folder)
    assert assess(load_region(folder), stage=2012).covered == coverage_2012.covered


def test_the_leitstellen_of_2008_are_candidates_as_they_stand(region):
    intake = read_candidates(region.directory / "leitstellen_2008.csv")
    assert len(intake.frame) == 15
    assert set(intake.frame["name"]) <= set(region.towns["name"])


@pytest.mark.parametrize(("encoding", "points"), [("utf-8-sig", False), ("cp1252", True)])
def test_tables_that_a_german_spreadsheet_has_saved_again_say_the_same(tmp_path, encoding, points):
    """Semicolons, decimal commas, Western letters, and keys without the zero that is none of a number."""
    folder = tmp_path / "r"
    shutil.copytree(embedded_directory(), folder)
    for name in ("towns.csv", "figures.csv", "ags_changes.csv"):
        table = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        for column in table:
            saved = table[column].where(~table[column].str.fullmatch(r"0\d+"), table[column].str.lstrip("0"))
            decimal = saved.str.fullmatch(r"-?\d+\.\d+")
            if points:
                # What it took for text in every second row stays as it was.
                decimal &= pd.Series(range(len(table))) % 2 == 0
            table[column] = saved.mask(decimal, saved.str.replace(".", ",", regex=False))
        table.to_csv(folder / name, sep=";", index=False, encoding=encoding, errors="replace")
    saved, known = load_region(folder), load_region()
    columns = ["id", "ags", "lon", "lat", "population"]
    pd.testing.assert_frame_equal(saved.towns[columns], known.towns[columns])
    numbers = ["measure", "year", "area", "persons"]
    pd.testing.assert_frame_equal(saved.figures[numbers], known.figures[numbers])
    pd.testing.assert_frame_equal(saved.ags_changes[["old", "new"]], known.ags_changes[["old", "new"]])
