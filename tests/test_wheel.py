"""iqgeo installed as a wheel carries its region and everything the app shows."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_the_wheel_finds_its_region(tmp_path, coverage_2012):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    installed = tmp_path / "installed"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(installed)
        names = set(wheel.namelist())
    assert {"iqgeo/data/SOURCES.md", "iqgeo/reports/map/static/leaflet/LICENSE", "iqgeo/py.typed"} <= names
    assert {"iqgeo/texts/nl/app.toml", "iqgeo/data/niedersachsen/sources.nl.toml"} <= names
    assert not [name for name in names if name.startswith("tests/")]
    code = "import iqgeo\nprint(iqgeo.load_region().directory)\nprint(iqgeo.assess(stage=2012).covered)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    directory, covered = done.stdout.split("\n")[:2]
    assert Path(directory).is_relative_to(installed)
    assert float(covered) == coverage_2012.covered
