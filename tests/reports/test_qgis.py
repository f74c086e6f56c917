"""The project in the GeoPackage: read as XML, and opened by QGIS itself where it is installed."""

import io
import json
import os
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from iqgeo.reports.gap_list import gap_list_gpkg
from tests.reports.conftest import DATE, Small, proposal

# What a person does: open the project of a package, look at its layers, print its page.
OPENED = """
import json, sys
from urllib.parse import quote
from qgis.core import QgsApplication, QgsLayoutExporter, QgsProject
app = QgsApplication([], False)
app.initQgis()
package, picture, name = sys.argv[1:4]
project = QgsProject.instance()
read = project.read("geopackage:" + package + "?projectName=" + quote(name))
layers = {
    it.name(): [it.layer() is not None and it.layer().isValid(), it.isVisible(), it.layer().featureCount()]
    for it in project.layerTreeRoot().findLayers()
}
layout = project.layoutManager().printLayouts()[0]
settings = QgsLayoutExporter.ImageExportSettings()
settings.dpi = 40
done = QgsLayoutExporter(layout).exportToImage(picture, settings)
print(json.dumps({"read": read, "crs": project.crs().authid(), "layers": layers, "done": done}))
"""
SYSTEM_PYTHON = Path("/usr/bin/python3")


@pytest.fixture(scope="module")
def package(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("QGIS") / "Lücken & mehr.gpkg"
    path.write_bytes(
        gap_list_gpkg(small.gaps, small.region, origin=proposal(), date=DATE, file_name=path.name)
    )
    return path


def project_of(package: Path) -> tuple[str, ET.Element]:
    with closing(sqlite3.connect(package)) as base:
        name, _, content = base.execute("SELECT name, metadata, content FROM qgis_projects").fetchone()
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        return name, ET.fromstring(archive.read("project.qgs").decode().split("\n", 1)[1])


def test_the_project_names_the_packages_layers_and_the_regions_system(package: Path, small: Small) -> None:
    name, root = project_of(package)
    assert name == f"Lückenliste {small.region.name}"
    assert root.findtext("projectCrs/spatialrefsys/authid") == small.region.crs == "EPSG:25832"
    with closing(sqlite3.connect(package)) as base:
        there = {row[0] for row in base.execute("SELECT table_name FROM gpkg_geometry_columns")}
        styles = dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    sources = [it.text or "" for it in root.iter("datasource")]
    assert {it.removeprefix("./Lücken & mehr.gpkg|layername=") for it in sources} == there
    assert {"unsicher, je nach Straße", "Vorgeschlagene Stellen"} <= there
    assert '"gap_region"' in ET.fromstring(styles["Lückengebiete"].split("\n", 1)[1]).find(
        ".//text-style"
    ).get("fieldName")  # type: ignore[union-attr, operator]
    sizes = [
        float(it.get("v", ""))
        for it in ET.fromstring(styles["Orte nicht erreicht"].split("\n", 1)[1]).iter("prop")
        if it.get("k") == "size"
    ]
    assert sizes == sorted(set(sizes))
    assert len(sizes) == 5
    extent = next(it for it in root.iter("Extent"))
    assert float(extent.get("xmin", "")) < 350_000
    assert float(extent.get("xmax", "")) > 660_000
    words = [it.get("labelText", "") for it in root.iter("LayoutItem")]
    assert any("weiter als 35 km" in it for it in words)
    assert any("31.12.2012" in it and "VG1000" in it for it in words)


def test_the_same_day_gives_the_same_project(small: Small, tmp_path: Path, package: Path) -> None:
    again = tmp_path / package.name
    again.write_bytes(
        gap_list_gpkg(small.gaps, small.region, origin=proposal(), date=DATE, file_name=package.name)
    )
    assert ET.tostring(project_of(again)[1]) == ET.tostring(project_of(package)[1])


def test_names_of_others_stay_words(small: Small, tmp_path: Path) -> None:
    region = replace(small.region, name='"><evil/>&\x00')
    vars(region).update({key: value for key, value in vars(small.region).items() if key not in vars(region)})
    path = tmp_path / "x.gpkg"
    path.write_bytes(gap_list_gpkg(small.gaps, region, date=DATE))
    name, root = project_of(path)
    assert '"><evil/>&' in name
    assert root.find(".//evil") is None


def test_qgis_opens_and_prints_it(package: Path, tmp_path: Path) -> None:
    asked = [str(SYSTEM_PYTHON), "-c", "import qgis.core"]
    if not SYSTEM_PYTHON.is_file() or subprocess.run(asked, check=False, capture_output=True).returncode:
        pytest.skip("QGIS is not installed (Debian: python3-qgis, qgis-providers)")
    script, picture = tmp_path / "open.py", tmp_path / "page.png"
    script.write_text(OPENED, encoding="utf-8")
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
    }
    name, _ = project_of(package)
    done = subprocess.run(
        [str(SYSTEM_PYTHON), str(script), str(package), str(picture), name], env=environment, check=True,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    said = json.loads(done.stdout.strip().splitlines()[-1])
    assert said["read"]
    assert said["crs"] == "EPSG:25832"
    assert said["done"] == 0
    assert all(valid and count > 0 for valid, _, count in said["layers"].values())
    assert [it for it, (_, shown, _) in said["layers"].items() if not shown] == ["Gemeinden nicht erreicht"]
    colours = Image.open(picture).convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 50
