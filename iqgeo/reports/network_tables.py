"""The network as it works, as tables: offices with posts, places with days, districts, failures, fairness."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from iqgeo import sites
from iqgeo.access.failure import failures
from iqgeo.access.fairness import fairness_of
from iqgeo.case import Case
from iqgeo.coverage import CLASSES, DAYS, NONE, OFFICE, RARELY, Coverage
from iqgeo.promises import promised_shares
from iqgeo.reports import facts
from iqgeo.reports.access_table import access_table
from iqgeo.reports.cells import Column, ReportTable
from iqgeo.reports.excel import Block, Sheet, workbook_bytes
from iqgeo.reports.sheet_pages import ROWS_ON_A_PAGE, printed_line
from iqgeo.safe.clean import clean
from iqgeo.scenario.asked import siting_of, with_every_district
from iqgeo.scenario.networks import coverage_of
from iqgeo.scenario.settings import Settings
from iqgeo.scenario.work import Work, work_of
from iqgeo.texts import Lang, number, percent, plain, text
from iqgeo.words.assumptions import assumption
from iqgeo.words.clauses import listed, plain_words
from iqgeo.words.network import network_clauses
from iqgeo.words.proof import proof_clauses
from iqgeo.words.states import region_name

_SHEETS: Final = ("offices", "places", "districts", "municipalities", "failures", "fairness", "assumptions")
_FAIRNESS: Final = ("mean_km", "worst_tenth_km", "kolm_pollak_km", "gini", "theil", "out_of_reach")


def network_xlsx(case: Case, lang: Lang, *, date: datetime.date | None = None) -> bytes:
    """The network as a workbook: a sheet each for offices, places, districts, failures and what they rest on.

    The same case on the same ``date`` gives the same bytes.
    """
    from iqgeo.reports.gap_list import sources_sheet

    title = text("reports.network.title", lang, region=clean(region_name(case.region.name, lang), 100))
    sources = sources_sheet(case.shown, case.region, lang, suggestion=case.proposal, date=date)
    return workbook_bytes([*network_sheets(case, lang, date), sources], lang, title=title, date=date)


def network_sheets(case: Case, lang: Lang, date: datetime.date | None = None) -> list[Sheet]:
    """The sheets of :func:`network_xlsx`, the one of places only where there are some."""
    work = work_of(case.shown, case.scenario.settings)
    keys = [key for key in _SHEETS if key != "places" or len(case.shown.day_places)]
    return _sheets(case, work, keys, lang, date)


def day_sheets(case: Case, lang: Lang, date: datetime.date | None = None) -> list[Sheet]:
    """The sheets that a gap list gets besides: places served on days, and who finds no appointment."""
    work = work_of(case.shown, case.scenario.settings)
    keys = ["places"] if len(case.shown.day_places) else []
    if work.short.unserved >= 1:
        keys.append("municipalities")
    return _sheets(case, work, keys, lang, date)


def _sheets(
    case: Case, work: Work, keys: Sequence[str], lang: Lang, date: datetime.date | None
) -> list[Sheet]:
    """Some of the sheets: each table is made only where it is shown."""
    settings, coverage = case.scenario.settings, case.shown
    made: dict[str, Callable[[], tuple[ReportTable, tuple[str, ...]]]] = {
        "offices": lambda: (offices_table(case, work, lang), load_lines(work, settings, lang)),
        "places": lambda: (day_places_table(coverage, lang), ()),
        "districts": lambda: (network_districts_table(case), promise_lines(case, lang)),
        "municipalities": lambda: (access_table(coverage, work, settings, lang), ()),
        "failures": lambda: _failures(coverage, lang),
        "fairness": lambda: (fairness_table(case, lang), ()),
        "assumptions": lambda: (assumptions_table(settings, lang), ()),
    }
    clauses = network_clauses(case.before.coverage, coverage, lang, settings.office_posts)
    clauses += [] if case.proposal is None else proof_clauses(case.proposal, lang)
    general = (
        facts.summary_sentence(coverage, case.region, lang, date),
        *(plain_words([it], lang) for it in clauses), assumption(coverage, case.region, lang),
    )  # fmt: skip
    sheets = []
    for key in keys:
        (table, lines), name = made[key](), text(f"reports.network.sheet_{key}", lang)
        # Only the long list of municipalities is more than a page.
        printed = min(len(table), ROWS_ON_A_PAGE) if key == "municipalities" else len(table)
        said = (*filter(None, (*lines, *general)), *printed_line(printed, len(table), lang))
        upright = key in ("fairness", "assumptions")
        sheets.append(Sheet(name, name, said, (Block(table),), upright=upright, printed=printed))
    return sheets


def load_lines(work: Work, settings: Settings, lang: Lang) -> tuple[str, ...]:
    """What there is to do, in sentences; the telephone beside the promise, never in it."""
    load, short = work.load, work.short
    said = [
        text(
            "network.load.headline", lang, consultations=number(load.consultations, lang),
            needed=number(load.posts_needed, lang, 1), per_post=plain(load.per_post, lang),
        ),
        text("network.words.shared", lang, posts=plain(settings.posts, lang)),
    ]  # fmt: skip
    if load.by_phone:
        journey = number(load.consultations - load.by_phone, lang)
        said.append(text("network.load.phone", lang, phone=number(load.by_phone, lang), journey=journey))
    if load.overloaded:
        names = ", ".join(clean(it, 40) for it in load.overloaded)
        said.append(text("network.load.overloaded", lang, offices=names))
    if short.unserved >= 1:
        names = ", ".join(clean(it, 40) for it in short.offices)
        unserved = number(short.unserved, lang)
        said.append(text("network.load.no_capacity", lang, unserved=unserved, offices=names))
    return tuple(said)


def offices_table(case: Case, work: Work, lang: Lang) -> ReportTable:
    """Every office with its consultations, posts, and the places it serves."""
    old = set(sites.ids(case.before.coverage.offices))
    load = work.load.offices
    over = load["consultations"] > load["posts"] * work.load.per_post + 1e-9
    frame = pd.DataFrame(
        {
            "name": load["name"].map(clean),
            "state_of_office": [
                text("reports.front.stays" if str(key) in old else "reports.front.new", lang)
                for key in load["id"]
            ],
            "people_nearest": case.shown.offices["people_nearest"].to_numpy(dtype=float),
            "consultations": load["consultations"].to_numpy(dtype=float),
            "consultations_on_days": load["on_days"].to_numpy(dtype=float),
            "posts": load["posts"].to_numpy(dtype=float),
            "per_post": load["per_post"].to_numpy(dtype=float),
            "too_many": [text("reports.yes", lang) if it else "" for it in over],
            "day_places": load["places"].to_numpy(dtype=float),
            "days_per_month": load["days_per_month"].to_numpy(dtype=float),
        }
    )
    columns = (
        Column("name", width=24), Column("state_of_office", width=12), Column("people_nearest", "people", 14),
        Column("consultations", "people", 13), Column("consultations_on_days", "people", 13),
        Column("posts", "km", 9), Column("per_post", "people", 10), Column("too_many", width=12),
        Column("day_places", "people", 9), Column("days_per_month", "km", 10),
    )  # fmt: skip
    return ReportTable(columns, frame)


def day_places_table(coverage: Coverage, lang: Lang) -> ReportTable:
    """Every place served on days: from where, how far, how often, for whom."""
    places = coverage.day_places
    rarely = set(coverage.places.loc[coverage.places["status"] == RARELY].get("day_place", ()))
    frame = pd.DataFrame(
        {
            "id": places["id"].map(clean),
            "day_place": places["name"].map(clean),
            "home": places["home_name"].map(clean),
            "home_km": places["home_km"].astype(float),
            "days_per_month": places["days_per_month"].astype(float),
            "people_on_days": places["people"].astype(float),
            "km_a_year": 24.0 * places["days_per_month"].astype(float) * places["home_km"].astype(float),
            "service": [
                text(f"network.class.{RARELY if number in rarely else DAYS}", lang)
                for number in range(len(places))
            ],
            "lon": places["lon"].astype(float),
            "lat": places["lat"].astype(float),
        }
    )
    columns = (
        Column("id", width=12), Column("day_place", width=24), Column("home", width=20),
        Column("home_km", "km", 10), Column("days_per_month", "km", 10),
        Column("people_on_days", "people", 13), Column("km_a_year", "people", 10),
        Column("service", width=18), Column("lon", "degrees", 10),
        Column("lat", "degrees", 10),
    )  # fmt: skip
    return ReportTable(columns, frame)


def network_districts_table(case: Case) -> ReportTable:
    """Every district with its classes and, where one was promised, the share t."""
    coverage = case.shown
    service, people = coverage.service, coverage.places["people"].to_numpy(dtype=float)
    sums = pd.DataFrame({kind: people * (service == kind) for kind in CLASSES})
    sums = sums.groupby(coverage.places["district_ags"].to_numpy()).sum()
    names = coverage.district_names
    keys = [str(key) for key in sums.index]
    total = sums.sum(axis=1).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = sums[OFFICE].to_numpy() / total
        any_share = 1 - sums[NONE].to_numpy() / total
    frame = pd.DataFrame(
        {
            "district_ags": keys,
            "district": [clean(names.get(key, key)) for key in keys],
            "people_total": total,
            "covered": sums[OFFICE].to_numpy(),
            "people_on_days": sums[DAYS].to_numpy(),
            "people_rarely": sums[RARELY].to_numpy(),
            "not_served": sums[NONE].to_numpy(),
            "share": share,
            "any_share": any_share,
        }
    )
    columns = [
        Column("district_ags", width=9), Column("district", width=24), Column("people_total", "people", 12),
        Column("covered", "people", 12), Column("people_on_days", "people", 12),
        Column("people_rarely", "people", 10), Column("not_served", "people", 12),
        Column("share", "share", 10), Column("any_share", "share", 11),
    ]  # fmt: skip
    promise = _promise(case)
    if promise is not None:
        frame["promised_share"] = [promise.shares.get(key, promise.share) for key in keys]
        columns.append(Column("promised_share", "share", 10))
    order = np.lexsort((frame["district_ags"], -frame["not_served"], -frame["people_on_days"]))
    return ReportTable(tuple(columns), frame.iloc[order].reset_index(drop=True))


@dataclass(frozen=True)
class _Promise:
    """What every district was promised, and what that means in each: less where less can be reached."""

    share: float
    shares: Mapping[str, float]


def _promise(case: Case) -> _Promise | None:
    """The promise for every district that the last proof of a case is about, if it is about one."""
    proofs = () if case.proposal is None else case.proposal.proofs
    proof = proofs[-1] if proofs else None
    if proof is None or proof.district_share_pct is None:
        return None
    if case.loaded is None or case.after is None:
        return _Promise(proof.district_share_pct / 100, {})
    loaded = case.loaded
    key = ("promised", proof.question, proof.district_share_pct, proof.start, case.after.year)
    if key not in loaded.kept:
        start = coverage_of(case.scenario, loaded, sites.named(loaded.known, proof.start), case.after.year)
        task = with_every_district(siting_of(case.scenario, loaded, start), case.scenario, loaded)
        loaded.kept[key] = promised_shares(task, proof.district_share_pct)
    return _Promise(proof.district_share_pct / 100, loaded.kept[key])


def promise_lines(case: Case, lang: Lang) -> tuple[str, ...]:
    """What was promised to every district, and in which ones less can be reached from any town."""
    promise = _promise(case)
    if promise is None:
        return ()
    names = case.shown.district_names
    cut = [clean(names.get(key, key), 40) for key, it in promise.shares.items() if it < promise.share - 1e-12]
    said = text("network.promise.asked", lang, share=percent(promise.share, lang))
    return (said, text("network.promise.cut", lang, districts=listed(cut, lang))) if cut else (said,)


def _failures(coverage: Coverage, lang: Lang) -> tuple[ReportTable, tuple[str, ...]]:
    """What is lost when each office fails, and who has two in reach."""
    places = coverage.day_places
    found = failures(
        coverage, list(zip(places["lon"], places["lat"], strict=True)), list(places["home"].astype(str))
    )
    two = text("network.failure.two", lang, people=number(found.people_with_two, lang))
    return _failures_table(found.offices, with_places=len(places) > 0), (two,)


def _failures_table(found: pd.DataFrame, *, with_places: bool) -> ReportTable:
    """What is lost when each office fails, its places with it."""
    frame = pd.DataFrame(
        {
            "name": found["name"].map(clean),
            "people_lost": found["lost"].astype(float),
            "people_kept": found["kept"].astype(float),
        }
    )
    columns = [
        Column("name", width=26),
        Column("people_lost", "people", 16),
        Column("people_kept", "people", 16),
    ]
    if with_places:
        frame["places_lost"] = found["places_lost"].astype(float)
        frame["days_lost"] = found["days_lost"].astype(float)
        columns += [Column("places_lost", "people", 12), Column("days_lost", "people", 16)]
    order = np.lexsort((frame["name"], -frame["people_lost"]))
    return ReportTable(tuple(columns), frame.iloc[order].reset_index(drop=True))


def fairness_table(case: Case, lang: Lang) -> ReportTable:
    """How evenly the ways to the nearest office are spread, before and after, with the same aversion."""
    before = fairness_of(case.before.coverage)
    kappa = before.kappa if np.isfinite(before.kappa) else None
    values = [before, fairness_of(case.shown, kappa)]
    frame = pd.DataFrame(
        [
            {
                "label": text(f"network.fairness.{name}", lang),
                "before_value": float(getattr(values[0], name)),
                "after_value": float(getattr(values[1], name)),
            }
            for name in _FAIRNESS
        ]
    )
    columns = (
        Column("label", width=60),
        Column("before_value", "number", 12),
        Column("after_value", "number", 12),
    )
    return ReportTable(columns, frame)


def assumptions_table(settings: Settings, lang: Lang) -> ReportTable:
    """Every setting of days away, consultations and posts with its source, or that it is an assumption."""
    frame = pd.DataFrame(
        [
            {
                "label": text(f"network.setting.{name}", lang), "setting_value": float(value),
                "setting_source": text(f"network.source.{name}", lang),
            }
            for name, value in settings.of_network().items()
        ]
    )  # fmt: skip
    columns = (
        Column("label", width=42),
        Column("setting_value", "number", 10),
        Column("setting_source", width=60),
    )
    return ReportTable(columns, frame)
