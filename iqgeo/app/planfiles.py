"""A plan on screen as a file that anyone can run again, and back. No streamlit."""

import tempfile
from dataclasses import replace
from pathlib import Path

from iqgeo.app.services import OwnData
from iqgeo.app.state import Draft, PlannedSite, View
from iqgeo.coverage import Coverage
from iqgeo.offices import region_offices
from iqgeo.plan import Plan, Site, Stage
from iqgeo.region import Region
from iqgeo.texts import Lang


def plan_of(region: Region, view: View, draft: Draft, name: str, shown: Coverage) -> Plan:
    """Return the plan on screen: its settings, and one stage with what opens and closes."""
    towns = set(region.towns["id"].astype(str))
    return replace(
        Plan.of(shown, region, name=name),
        stages=(
            Stage(name, year=view.stage, opened=tuple(it.id for it in draft.added), closed=draft.closed),
        ),
        sites=tuple(Site(it.id, it.name, it.lon, it.lat) for it in draft.added if it.id not in towns),
        across_border=view.across_border,
        planned=view.planned,
        require=draft.require,
        forbid=draft.forbid,
    )


def can_be_written(own: OwnData) -> bool:
    """Whether a file can hold the plan: one that rests on the user's own files could only name them."""
    return not own.files


def plan_bytes(plan: Plan, lang: Lang) -> bytes:
    """Return the plan file."""
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        return plan.save(Path(folder) / "plan.toml", lang).read_bytes()


def read_plan(raw: bytes, region: Region, view: View) -> tuple[View, Draft]:
    """Read a plan file: the view it was made in, and its last stage as a draft.

    Raises
    ------
    InputError
        If it cannot be read or used: every problem at once.
    """
    with tempfile.TemporaryDirectory(prefix="iqgeo-") as folder:
        path = Path(folder) / "plan.toml"
        path.write_bytes(raw)
        plan = Plan.load(path)
        searched = any(stage.search is not None for stage in plan.stages)
        offices = plan.coverage(-1, region).offices if searched else plan.offices(-1, region)
    years = [stage.year for stage in plan.stages if stage.year is not None]
    year = years[-1] if years else None
    documented = region_offices(region, year, across_border=plan.across_border, planned=plan.planned)
    before, after = set(documented["id"].astype(str)), offices.assign(id=offices["id"].astype(str))
    new = after[~after["id"].isin(before)]
    added = tuple(
        PlannedSite(str(key), str(name), float(lon), float(lat))
        for key, name, lon, lat in zip(new["id"], new["name"], new["lon"], new["lat"], strict=True)
    )
    closed = tuple(key for key in documented["id"].astype(str) if key not in set(after["id"]))
    changed = replace(
        view,
        stage=year,
        weight=plan.weight,
        year=plan.year,
        distance=plan.distance,
        factor=plan.detour_factor,
        target_km=plan.target_km,
        across_border=plan.across_border,
        planned=plan.planned,
    )
    return changed, Draft(plan.name, added, closed, plan.require, plan.forbid)
