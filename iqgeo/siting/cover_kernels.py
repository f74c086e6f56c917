"""Compiled loops around covers: the Benders cuts of maximal covering, and the search for small covers.

Shapes as in :mod:`iqgeo.siting.search_kernels`.
"""

# ruff: noqa: PLR0912, PLR0915  loops for the compiler: flat arrays in, no objects to bundle them

from collections.abc import Mapping
from typing import Any

import numpy as np

from iqgeo.compiled import compiled
from iqgeo.siting.search_kernels import next_random


def _row_without_site(given: Mapping[str, Any]) -> str | None:
    empty = (np.diff(given["row_start"]) == 0).any()
    return "row_start has a row without a site" if empty else None


@compiled(
    index={"site_row": "len(weight)", "row_site": "columns(table)", "group": "n_groups"},
    cuts={"site_start": "site_row", "row_start": "row_site"},
    at_least={
        "group": "len(weight)",
        "reach": "len(weight)",
        "row_start": "len(weight) + 1",
        "site_start": "len(opened) + 1",
        "table": "n_groups",
    },
)
def covering_cuts(  # type: ignore[no-untyped-def]
    site_start, site_row, row_start, row_site, weight, group, n_groups, opened, reach, table
):  # fmt: skip
    """Benders cuts of maximal covering at the fractional point ``opened``, one for each group of rows.

    ``theta_g <= constant_g + sum_j table[g, j] * y_j``: a row reached by opened shares of one or more
    counts as constant, any other row with the shares of its sites (Cordeau, Furini and Ljubic 2019).
    Returns the constants and the value of each cut at ``opened``; fills ``table``.
    """
    n = len(opened)
    reach[:] = 0.0
    for j in range(n):
        if opened[j] > 1e-12:
            for e in range(site_start[j], site_start[j + 1]):
                reach[site_row[e]] += opened[j]
    constant = np.zeros(n_groups)
    value = np.zeros(n_groups)
    table[:, :] = 0.0
    for i in range(len(weight)):
        g = group[i]
        if reach[i] >= 1.0 - 1e-9:
            constant[g] += weight[i]
            value[g] += weight[i]
        else:
            value[g] += weight[i] * reach[i]
            for q in range(row_start[i], row_start[i + 1]):
                table[g, row_site[q]] += weight[i]
    return constant, value


@compiled(
    index={"site_row": "lists(row_start)", "row_site": "lists(site_start)", "chosen": "lists(site_start)"},
    cuts={"site_start": "site_row", "row_start": "row_site"},
    at_least={"state": "1"},
    also=_row_without_site,
)
def cover_search(  # type: ignore[no-untyped-def]
    site_start, site_row, row_start, row_site, chosen, steps, state
):  # fmt: skip
    """Look for smaller covers by local search with growing row weights (Gao et al. 2015, RWLS).

    ``chosen`` must cover every row. Whenever all rows are covered one site is taken away; then sites
    are swapped, the rows that stay uncovered growing heavier. Returns the smallest cover met.
    """
    n = len(site_start) - 1
    m = len(row_start) - 1
    weight = np.ones(m)
    times = np.zeros(m, np.int32)
    inside = np.zeros(n, np.bool_)
    gain = np.zeros(n)
    loss = np.zeros(n)
    stamp = np.zeros(n, np.int64)
    may_enter = np.ones(n, np.bool_)
    bare = np.empty(m, np.int64)
    place = np.full(m, -1, np.int64)
    n_bare = 0
    current = np.empty(n, np.int64)
    size = 0
    for j in range(n):
        gain[j] = site_start[j + 1] - site_start[j]
    for i in range(m):
        place[i] = n_bare
        bare[n_bare] = i
        n_bare += 1
    best = chosen.copy()
    step = 0
    given = 0
    last_in = -1
    # One loop, though long: a turn decides on one site to add or to remove and then brings gains, losses and
    # bare rows up to date. Cut in two, the parts would hand each other a dozen arrays and six counters.
    while step < steps or given < len(chosen):
        add = -1
        remove = -1
        if given < len(chosen):
            add = chosen[given]
            given += 1
            if inside[add]:
                continue
        elif n_bare == 0:
            best = current[:size].copy()
            if size <= 1:
                break
            for t in range(size):
                j = current[t]
                if (
                    remove < 0
                    or loss[j] < loss[remove]
                    or (loss[j] == loss[remove] and stamp[j] < stamp[remove])
                ):
                    remove = j
        elif size >= len(best) - 1:
            step += 1
            for t in range(size):
                j = current[t]
                if j == last_in:
                    continue
                if (
                    remove < 0
                    or loss[j] < loss[remove]
                    or (loss[j] == loss[remove] and stamp[j] < stamp[remove])
                ):
                    remove = j
            if remove < 0:
                break
        else:
            i = bare[next_random(state) % n_bare]
            for q in range(row_start[i], row_start[i + 1]):
                j = row_site[q]
                if not may_enter[j]:
                    continue
                if add < 0 or gain[j] > gain[add] or (gain[j] == gain[add] and stamp[j] < stamp[add]):
                    add = j
            if add < 0:
                add = row_site[row_start[i]]
            last_in = add
        if remove >= 0:
            inside[remove] = False
            for t in range(size):
                if current[t] == remove:
                    current[t] = current[size - 1]
                    break
            size -= 1
            stamp[remove] = step
            may_enter[remove] = False
            for e in range(site_start[remove], site_start[remove + 1]):
                i = site_row[e]
                times[i] -= 1
                if times[i] == 0:
                    place[i] = n_bare
                    bare[n_bare] = i
                    n_bare += 1
                    loss[remove] -= weight[i]
                    for q in range(row_start[i], row_start[i + 1]):
                        gain[row_site[q]] += weight[i]
                        may_enter[row_site[q]] = row_site[q] != remove
                elif times[i] == 1:
                    for q in range(row_start[i], row_start[i + 1]):
                        if inside[row_site[q]]:
                            loss[row_site[q]] += weight[i]
                            break
            loss[remove] = 0.0
        if add >= 0:
            inside[add] = True
            current[size] = add
            size += 1
            stamp[add] = step
            loss[add] = 0.0
            for e in range(site_start[add], site_start[add + 1]):
                i = site_row[e]
                times[i] += 1
                if times[i] == 1:
                    t = place[i]
                    n_bare -= 1
                    bare[t] = bare[n_bare]
                    place[bare[t]] = t
                    place[i] = -1
                    loss[add] += weight[i]
                    for q in range(row_start[i], row_start[i + 1]):
                        gain[row_site[q]] -= weight[i]
                        may_enter[row_site[q]] = True
                elif times[i] == 2:
                    for q in range(row_start[i], row_start[i + 1]):
                        j = row_site[q]
                        if inside[j] and j != add:
                            loss[j] -= weight[i]
                            break
            if given >= len(chosen):
                for t in range(n_bare):
                    i = bare[t]
                    weight[i] += 1.0
                    for q in range(row_start[i], row_start[i + 1]):
                        gain[row_site[q]] += 1.0
    return best
