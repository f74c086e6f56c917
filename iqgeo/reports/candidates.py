"""The towns that a search chose from: which they were, what each would add, what became of it."""

from dataclasses import replace
from typing import Final

import pandas as pd

from iqgeo import sites
from iqgeo.case import Case
from iqgeo.gains import Pool
from iqgeo.proof import Proof
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.excel import Block, Sheet
from iqgeo.reports.sheet_pages import ROWS_ON_A_PAGE, printed_line
from iqgeo.safe.clean import clean
from iqgeo.scenario.networks import coverage_of
from iqgeo.scenario.searches import task_again
from iqgeo.texts import Lang, number, text
from iqgeo.words.assumptions import assumption
from iqgeo.words.clauses import plain_words
from iqgeo.words.states import state_names
from iqgeo.words.units import promise

_TOWNS: Final = "towns.csv"
_COLUMNS: Final = (
    Column("ags", width=12), Column("id", width=16), Column("name", width=26), Column("district", width=24),
    Column("inhabitants", "people", 12), Column("became", width=30),
    Column("gain_before", "people", 16), Column("gain_after", "people", 16),
    Column("lon", "degrees", 10), Column("lat", "degrees", 10),
)  # fmt: skip


def candidates_table(case: Case, lang: Lang) -> ReportTable | None:
    """A row for each site that the searches of a case could choose, the one that would add most first.

    ``gain_before`` are the people whom it alone would bring within the target beside the network before,
    ``gain_after`` beside the one after. ``None`` where nothing was chosen from a list.
    """
    pool, proofs = _pool(case), _searches(case)
    if pool is None:
        return None
    reach = Pool.of(case.before.coverage, pool)
    none = pd.Series("", pool.index)
    names, districts = case.shown.district_names, pool.get("district_ags", none)
    frame = pd.DataFrame(
        {
            "ags": pool.get("ags", none).fillna("").astype(str).map(clean),
            "id": pool["id"].astype(str).map(clean),
            "name": pool["name"].map(clean),
            "district": [clean(names.get(str(it), "")) for it in districts],
            "inhabitants": pool["population"].astype(float) if "population" in pool else float("nan"),
            "became": _became(case, proofs, pool, lang),
            "gain_before": reach.gains(case.before.coverage),
            "gain_after": reach.gains(case.shown),
            "lon": pool["lon"].astype(float),
            "lat": pool["lat"].astype(float),
        }
    )
    ordered = frame.sort_values(["gain_before", "id"], ascending=[False, True], ignore_index=True)
    # A town of the region is known by its key, one of somebody's own list by what that list calls it.
    shown = {key for key in ("ags", "district") if frame[key].ne("").any()}
    shown |= {"inhabitants"} if frame["inhabitants"].notna().any() else set()
    shown |= set() if "ags" in shown else {"id"}
    left_out = {"ags", "id", "district", "inhabitants"} - shown
    return ReportTable(tuple(it for it in _COLUMNS if it.key not in left_out), ordered)


def candidates_sheets(case: Case, lang: Lang) -> list[Sheet]:
    """The same as a sheet that says how many there were, and from what they were to improve."""
    table = candidates_table(case, lang)
    if table is None:
        return []
    proof = _searches(case)[0]
    known = (f"proof.pool_{proof.pool}", {"least": number(proof.least_people, lang)})
    names = state_names(case, lang)
    lines = (
        text(
            "reports.candidates.line", lang, count=number(proof.candidates, lang),
            pool=plain_words([known], lang),
        ),
        text(
            "reports.candidates.gains", lang, target=promise(case.shown.target, lang),
            before=clean(names[0], 60), after=clean(names[1], 60),
        ),
        _towns_from(case, lang) if proof.pool == "towns" else "",
        assumption(case.shown, case.region, lang),
    )  # fmt: skip
    name = text("reports.layer.candidates", lang)
    # Whatever a search did something with stands first, and is on the page.
    is_other = table.frame["became"].eq(text("reports.candidates.other", lang))
    ordered = pd.concat([table.frame[~is_other], table.frame[is_other]], ignore_index=True)
    table = replace(table, frame=ordered)
    printed = min(len(table), max(ROWS_ON_A_PAGE, int((~is_other).sum())))
    said = (*filter(None, lines), *printed_line(printed, len(table), lang))
    return [Sheet(name, name, said, (Block(table),), printed=printed)]


def _towns_from(case: Case, lang: Lang) -> str:
    """Whose inhabitants and places the region's towns have."""
    region = case.region
    entries = [
        region.source(key, lang) for key, it in region.sources.items() if _TOWNS in it.get("tables", ())
    ]
    told = [clean(f"{it.get('title', '')} ({it.get('year', '')})", 200) for it in entries]
    return text("reports.candidates.towns", lang, sources="; ".join(told)) if told else ""


def _searches(case: Case) -> list[Proof]:
    """What is proven of choices among candidates."""
    proofs = [] if case.proposal is None else case.proposal.proofs
    return [it for it in proofs if it.model != "keep-best"]


def _pool(case: Case) -> pd.DataFrame | None:
    """All that any of the searches could choose, each once."""
    if case.loaded is None or not _searches(case):
        return None
    found: pd.DataFrame | None = None
    for proof in _searches(case):
        start = sites.named(case.loaded.known, proof.start)
        network = coverage_of(case.scenario, case.loaded, start, case.before.year)
        task = task_again(case.scenario, case.loaded, network, proof)
        found = task.candidates if found is None else sites.with_(found, task.candidates)
    return found


def _became(case: Case, proofs: list[Proof], pool: pd.DataFrame, lang: Lang) -> list[str]:
    """What a search did with each of them."""
    said: dict[str, str] = {}
    openings = () if case.proposal is None else case.proposal.sites
    for site in reversed(openings):
        if site.runner_up_id:
            said[site.runner_up_id] = text("reports.candidates.second", lang, name=clean(site.name, 40))
    for proof in proofs:
        for kind, keys in (
            ("forbidden", proof.forbidden), ("chosen", proof.free), ("required", proof.required),
            ("on_days", tuple(it.split("@")[0] for it in proof.places)),
        ):  # fmt: skip
            said |= {key: text(f"reports.candidates.{kind}", lang) for key in keys}
    chosen = {key for proof in proofs for key in proof.free}
    if len({it.stage for it in openings}) > 1:
        said |= {
            it.id: text("reports.candidates.chosen_stage", lang, stage=it.stage)
            for it in openings
            if it.id in chosen
        }
    other = text("reports.candidates.other", lang)
    return [said.get(str(key), other) for key in pool["id"]]
