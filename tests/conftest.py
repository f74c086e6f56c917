"""What all tests share: the embedded region, and where the real files for tests only may lie."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from iqgeo.api import assess
from iqgeo.cli import main
from iqgeo.coverage import Coverage
from iqgeo.gaps import Gaps, find_gaps
from iqgeo.region import Region, load_region
from tests.draws import BY_NIGHT

# A law that says no number of its own is drawn so often; ``IQGEO_EXAMPLES`` draws more, as by night.
settings.register_profile(
    "iqgeo", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("IQGEO_EXAMPLES", "12")),
)  # fmt: skip
settings.load_profile("iqgeo")
# Hypothesis also draws the numbers and words that stand in whatever modules are loaded, and they are others
# for every process that had other tests before: by day a law is drawn alike everywhere, by night with them.
if not BY_NIGHT:
    providers._get_local_constants = lambda: providers._local_constants

pytest_plugins = ["tests.browser"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    # A page run in process stays behind as the main program, and a process that is started runs it again.
    main_program = sys.modules["__main__"]
    try:
        yield
    finally:
        sys.modules["__main__"] = main_program


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole processes that die or take all memory first: as the last, one tester would be left with them."""
    items.sort(key=lambda it: "workers" not in it.path.parts)


def pytest_collection_finish() -> None:
    """What all tests have loaded stays to the end: no collection of garbage need look through it again."""
    gc.collect()
    gc.freeze()


TEST_ONLY = Path(__file__).resolve().parents[2] / "shared" / "data" / "test-only"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Keep the tests out of the user's cache and data folders, in this process and those it starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        # Whoever runs the tests may have plans of their own.
        patch.delenv("IQGEO_STORE", raising=False)
        # What this run has computed need not be computed by each process anew; of earlier runs nothing stays.
        patch.setenv("IQGEO_KEPT", str(_of_the_run(tmp_path_factory) / "kept"))
        yield


def _of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of a run share, under one tester and under several."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def test_only_data() -> Path:
    """Folder of real files that may be read by tests but never enter the project."""
    if not TEST_ONLY.is_dir():
        pytest.skip(f"the real files for tests only are not at {TEST_ONLY}")
    return TEST_ONLY


@pytest.fixture
def iqgeo(monkeypatch, capsys):
    """Runs the command in this process, which it leaves as it was."""

    def run(*arguments):
        typed = ["iqgeo", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", typed)
        before, folder = dict(os.environ), Path.cwd()
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        # Libraries set variables of their own as they are loaded; what was set stays.
        assert os.environ.items() >= before.items()
        assert Path.cwd() == folder
        code = ended.value.code
        assert code is None or isinstance(code, int), "the interpreter would print this"
        return CompletedProcess(typed, code or 0, written.out, written.err)

    return run


@pytest.fixture(scope="session")
def region() -> Region:
    """The embedded region."""
    return load_region()


@pytest.fixture(scope="session")
def coverage_2012(region: Region) -> Coverage:
    """The six offices of 2012, people with a migration background of 2010, detour 1.3, 35 km."""
    return assess(region, stage=2012)


@pytest.fixture(scope="session")
def gaps_2012(region: Region, coverage_2012: Coverage) -> Gaps:
    """Who the six offices of 2012 leave out."""
    return find_gaps(coverage_2012, region)
