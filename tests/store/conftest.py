"""Every test of the store runs on both databases, the real ones."""

import pytest

from iqgeo.store.database import open_store
from tests.store.postgres import running


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL that the tests started."""
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Path or address of a store that is not there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "Pläne & mehr" / "plans?#%41.db")
    return request.getfixturevalue("postgres").emptied()


@pytest.fixture
def store(place):
    """An empty store."""
    return open_store(place)
