"""How firm a choice is, computed beside the page: the answer never waits for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from iqgeo.app import resources, session
from iqgeo.app.components import html
from iqgeo.app.jobs import Job
from iqgeo.case import firmness_of
from iqgeo.firmness import Firmness, SiteFirmness
from iqgeo.proof import Proof
from iqgeo.safe.clean import html_text
from iqgeo.scenario.evaluate import Evaluation
from iqgeo.siting import Control
from iqgeo.texts import Lang, text
from iqgeo.words.clauses import marked_words
from iqgeo.words.firmness import alt_words, firmness_clauses, grid, row_words, year_words

_KEPT = "firm-kept"
_LIMIT_S = 60.0
_PAUSE_S = 0.02
_FIRST_PAUSE_S = 0.7
"""The answer comes first: both would share one interpreter while it is sent and drawn."""
_MOST_IN_FULL = 5
_KINDS = ("same", "beside", "elsewhere")


@dataclass(frozen=True)
class _Work:
    """What is computed, and for which choice."""

    key: tuple[str, tuple[str, ...]]
    job: Job[Firmness]


def can_be_asked(answer: Evaluation) -> bool:
    """Whether it can be asked how firm an answer is, or a plan that one was taken into."""
    return _asked(answer) is not None


def _asked(answer: Evaluation) -> Proof | None:
    proof = answer.steps[-1].proof if answer.steps else None
    if proof is None or proof.model != "max-cover" or not proof.free or answer.steps[-1].answer is not None:
        return None
    return proof


def of(answer: Evaluation) -> Firmness | None:
    """Return how firm an answer is, if that is known by now; begins to compute it if not."""
    proof = _asked(answer)
    if proof is None:
        return None
    key = (proof.question, proof.free)
    kept: _Work | None = st.session_state.get(_KEPT)
    if kept is None or kept.key != key:
        if kept is not None:
            # Nobody waits for the firmness of a choice that is gone.
            kept.job.stop()
        kept = st.session_state[_KEPT] = _Work(key, _begun(answer, proof))
    if kept.job.fault is not None:
        raise kept.job.fault
    return kept.job.result


def stop() -> None:
    """Stop what is being computed: a question that is asked now comes first."""
    kept: _Work | None = st.session_state.pop(_KEPT, None)
    if kept is not None:
        kept.job.stop()


def _begun(answer: Evaluation, proof: Proof) -> Job[Firmness]:
    scenario, loaded, year = answer.scenario, answer.loaded, answer.states[-1].year

    def work(control: Control) -> Firmness:
        time.sleep(_FIRST_PAUSE_S)
        return firmness_of(scenario, loaded, proof, year, control, _turn)

    return Job(work, threading.Lock(), _LIMIT_S, session.watcher())


@contextmanager
def _turn() -> Iterator[None]:
    """Compute one assumption beside the pages: whoever waits for an answer comes in between."""
    time.sleep(_PAUSE_S)
    with resources.JOBS:
        yield


def show(answer: Evaluation, lang: Lang) -> None:
    """Show how firm an answer is beside its proof, or that it is being computed."""
    if of(answer) is None:
        _waiting(lang)
        return
    _shown(answer, lang)


@st.fragment(run_every=0.5)
def _waiting(lang: Lang) -> None:
    kept: _Work | None = st.session_state.get(_KEPT)
    if kept is None:
        return
    if not kept.job.running:
        if kept.job.result is not None or kept.job.fault is not None:
            st.rerun()
        return
    html.status(html.RUNNING, text("firmness.running", lang))


def _shown(answer: Evaluation, lang: Lang) -> None:
    found = of(answer)
    if found is None or not found.sites:
        return
    firm = all(site.area_stays for site in found.sites)
    clauses = firmness_clauses(found, lang, 1) if _is_cut(found) else firmness_clauses(found, lang)
    html.status(html.DONE if firm else html.OPEN, marked_words(clauses, lang))


def more(answer: Evaluation, lang: Lang) -> None:
    """Say of more towns how they depend on the assumptions than there was room for beside the proof."""
    found = of(answer)
    if found is not None and _is_cut(found):
        html.section(text("firmness.heading", lang))
        html.note(marked_words(firmness_clauses(found, lang), lang))


def _is_cut(found: Firmness) -> bool:
    """Whether there are so many places that one sentence about the least firm has to do at first."""
    return len(found.sites) > _MOST_IN_FULL


def legend(lang: Lang, *, counted: bool = False) -> None:
    """Say what the marks of :func:`marks` mean, or the numbers of :func:`count`."""
    if counted:
        html.note(text("firmness.legend_count", lang))
        return
    words = {kind: html_text(text(f"firmness.legend_{kind}", lang)) for kind in _KINDS}
    inside = "".join(
        f'<span class="iq-marks"><i class="{kind}"></i></span> {said} ' for kind, said in words.items()
    )
    st.html(f'<p class="iq-note">{inside}</p>')


def count(site: SiteFirmness, lang: Lang) -> str:
    """Return in how many of the assumptions a site stays, with all of it in words."""
    kinds = [held.kind for held in site.held if held is not None]
    words = html_text(alt_words(site, lang))
    return f'<span class="iq-count" title="{words}">{kinds.count("same")}/{len(site.held)}</span>'


def marks(site: SiteFirmness, lang: Lang) -> str:
    """Return one mark an assumption, filled, hatched or empty, with the same in words."""
    kinds = sorted(
        ("none" if held is None else held.kind for held in site.held),
        key=(*_KINDS, "none").index,
    )
    inside = "".join(f'<i class="{kind}"></i>' for kind in kinds)
    return (
        f'<span class="iq-marks" role="img" aria-label="{html_text(alt_words(site, lang))}">{inside}</span>'
    )


def table(found: Firmness, site: SiteFirmness, unit: str, lang: Lang) -> None:
    """Show which town each assumption chooses in place of a site."""
    columns, rows = grid(found)
    head = [text("firmness.column_rows", lang), *(year_words(found.assumptions[at], lang) for at in columns)]
    body = []
    for row in rows:
        cells = [f"<td>{html_text(row_words(found.assumptions[row[0]], lang, unit))}</td>"]
        for at in row:
            held = site.held[at]
            kind = "none" if held is None else held.kind
            name = "–" if held is None else held.name
            cells.append(f'<td class="iq-held {kind}">{html_text(name)}</td>')
        body.append(f"<tr>{''.join(cells)}</tr>")
    top = "".join(f'<th scope="col">{html_text(it)}</th>' for it in head)
    label = html_text(text("firmness.heading", lang))
    st.html(
        f'<div class="iq-scroll" tabindex="0" role="region" aria-label="{label}"><table class="iq-table">'
        f"<thead><tr>{top}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )
