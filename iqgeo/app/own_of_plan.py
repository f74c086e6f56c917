"""The files of a plan as data of a page, with what the plan says about them. No streamlit."""

from typing import TYPE_CHECKING, Any

from iqgeo.app import uploads
from iqgeo.app.services import EMBEDDED, OwnData, UsedFile
from iqgeo.app.uploads import SessionFolder, Upload
from iqgeo.errors import Gathering, InputError, Problem
from iqgeo.region import Region
from iqgeo.scenario import own_files
from iqgeo.scenario.file import FILE_ENTRIES
from iqgeo.scenario.model import OwnFile, Scenario
from iqgeo.scenario.settings import limits_of

if TYPE_CHECKING:
    from iqgeo.inputs import Notice


def own_data_of(plan: Scenario, region: Region, folder: SessionFolder) -> OwnData:
    """The data that a plan brought, read and checked as the commands read and check them.

    Parameters
    ----------
    plan : Scenario
        Names the files, and what is said about each.
    region : Region
        What the app shows.
    folder : SessionFolder
        Where a road network is kept.

    Raises
    ------
    InputError
        If a file cannot be used: the problems of all at once.
    """
    own, gathering = EMBEDDED, Gathering()
    for file in plan.files:
        if file.kind == "shares" and plan.file("demand") is not None:
            # Of two files of people that of the places counts.
            continue
        with gathering:
            own = uploads.take(own, _read(plan, file, region, folder))
    gathering.finish()
    return own


def _read(plan: Scenario, file: OwnFile, region: Region, folder: SessionFolder) -> Upload:
    """A file of a plan, with what the plan says about it, by the reader that the commands have for it."""
    if file.kind not in uploads.KINDS:
        column = ".".join(FILE_ENTRIES[file.kind])
        raise InputError(Problem("plan_not_on_screen", column=column, value=file.path.name))
    raw = file.path.read_bytes()
    if file.kind == "roads":
        return uploads.read_roads(raw, file.path.name, folder)
    from iqgeo.inputs.factors import refuse_of_nobody

    notices: list[Notice] = []
    if file.kind in ("offices", "candidates"):
        # What was near enough under any setting once is so still.
        content: Any = own_files.sites_of(file, (region, limits_of("target_km")[1]), notices)
        rows = len(content)
    elif file.kind == "factors":
        intake = own_files.factors_of(file, notices)
        refuse_of_nobody(intake.frame, intake.file, region.settlements)
        content = intake.frame
        rows = len(content)
    else:
        content = own_files.people_of(plan, region, notices)
        rows = len(content.places if content.areas.empty else content.areas)
    digest = uploads.digest_of(raw, file.swapped, file.layer, file.reading, plan.settings.weight)
    return Upload(UsedFile(file.kind, file.path.name, rows, digest), content, None, tuple(notices))
