"""A plan given away as a file is the same plan when it comes back."""

from dataclasses import replace

import pytest

from iqgeo.app import planfiles, services
from iqgeo.app.services import EMBEDDED, OwnData, OwnFile
from iqgeo.app.state import Draft, PlannedSite, default_view
from iqgeo.errors import InputError
from iqgeo.plan import Plan
from iqgeo.region import Region

OWN_PLACE = PlannedSite("X-1", "Alte Post", 9.2, 52.9)


def test_a_plan_travels_in_a_file(region: Region, tmp_path) -> None:
    view = replace(default_view(region), stage=2013, target_km=40.0, factor=1.25, planned=True)
    town = services.nearest_town(region, 9.84, 52.98)
    draft = Draft("Plan B", (town, OWN_PLACE), ("NI-LER",), forbid=("03101000",))
    shown = services.with_plan(services.coverage(region, view), draft.added, draft.closed)
    raw = planfiles.plan_bytes(planfiles.plan_of(region, view, draft, "Plan B", shown), "de")
    again, drafted = planfiles.read_plan(raw, region, default_view(region))
    assert replace(again, year=None) == view
    assert drafted == draft
    # The library computes the same from the file.
    path = tmp_path / "plan.toml"
    path.write_bytes(raw)
    assert Plan.load(path).coverage(-1, region).covered == shown.covered


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"name = ", b'name = "x"\n'])
def test_what_is_no_plan_is_a_sentence(raw: bytes, region: Region) -> None:
    with pytest.raises(InputError) as caught:
        planfiles.read_plan(raw, region, default_view(region))
    assert caught.value.message("de")


def test_own_data_cannot_travel_in_a_plan_file() -> None:
    assert planfiles.can_be_written(EMBEDDED)
    assert not planfiles.can_be_written(OwnData(files=(OwnFile("offices", "a.csv", 1, "0"),)))
