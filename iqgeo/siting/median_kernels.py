"""Compiled loops of the p-median: rows list their sites from the best value down.

Row ``i`` is worth ``value[e]`` to the site ``site[e]``, ``e`` in ``start[i]:start[i + 1]``; a choice of
sites is worth the sum over the rows of the best value chosen. Values are whole numbers held as
float64 with a total below 2**53, so that every sum is exact in any order.
"""

# ruff: noqa: PLR0912, PLR0915  loops for the compiler: flat arrays in, no objects to bundle them

import numpy as np

from iqgeo.compiled import compiled, loop
from iqgeo.siting.search_kernels import may_swap, next_random


@compiled(
    index={"site": "len(inside)"},
    cuts={"start": "site"},
    at_least={"value": "len(site)"},
)
def best_values(start, site, value, inside):  # type: ignore[no-untyped-def]
    """Worth of a choice."""
    total = 0.0
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            if inside[site[e]]:
                total += value[e]
                break
    return total


_worth = best_values.loop  # type: ignore[attr-defined]


@compiled(
    index={"site": "len(gain)"},
    cuts={"start": "site"},
    at_least={"value": "len(site)", "inside": "len(gain)"},
)
def median_gains(start, site, value, inside, gain):  # type: ignore[no-untyped-def]
    """What each site would add to the chosen ones."""
    gain[:] = 0.0
    for i in range(len(start) - 1):
        now = 0.0
        stop = start[i]
        while stop < start[i + 1]:
            if inside[site[stop]]:
                now = value[stop]
                break
            stop += 1
        for e in range(start[i], stop):
            gain[site[e]] += value[e] - now


@loop
def median_descend(  # type: ignore[no-untyped-def]
    start, site, value, member_start, member, low, high, chosen, slot, chosen_of, extra, gain,
    prefer_low
):  # fmt: skip
    """Best single swaps while the worth grows (Resende and Werneck's evaluation); returns the growth.

    With ``prefer_low`` swaps without loss to lower numbers follow.
    """
    n = len(slot)
    p = len(chosen)
    total = 0.0
    loss = np.zeros(p)
    while True:
        gain[:] = 0.0
        loss[:] = 0.0
        extra[:, :] = 0.0
        for i in range(len(start) - 1):
            first = -1
            v1 = 0.0
            v2 = 0.0
            end = start[i + 1]
            for e in range(start[i], start[i + 1]):
                s = slot[site[e]]
                if s >= 0:
                    if first < 0:
                        first = s
                        v1 = value[e]
                    else:
                        v2 = value[e]
                        end = e
                        break
            if first >= 0:
                loss[first] += v1 - v2
            for e in range(start[i], end):
                j = site[e]
                if slot[j] >= 0:
                    continue
                if value[e] > v1:
                    gain[j] += value[e] - v1
                    if first >= 0:
                        extra[first, j] += v1 - v2
                elif first >= 0:
                    extra[first, j] += value[e] - v2
        best = 0.0
        best_s = -1
        best_j = -1
        low_s = -1
        low_j = -1
        for s in range(p):
            for j in range(n):
                if slot[j] >= 0:
                    continue
                v = gain[j] - loss[s] + extra[s, j]
                lower = prefer_low and v == 0.0 and j < chosen[s] and low_s < 0
                if not (v > best or lower):
                    continue
                if len(low) > 0 and not may_swap(chosen[s], j, member_start, member, low, high, chosen_of):
                    continue
                if v > best:
                    best = v
                    best_s = s
                    best_j = j
                else:
                    low_s = s
                    low_j = j
        if best_s < 0:
            best_s = low_s
            best_j = low_j
        if best_s < 0:
            return total
        out = chosen[best_s]
        slot[out] = -1
        slot[best_j] = best_s
        chosen[best_s] = best_j
        for a in range(member_start[out], member_start[out + 1]):
            chosen_of[member[a]] -= 1
        for a in range(member_start[best_j], member_start[best_j + 1]):
            chosen_of[member[a]] += 1
        total += best


@compiled(
    index={"site": "n", "chosen": "n", "member": "len(low)"},
    cuts={"start": "site", "member_start": "member"},
    at_least={"value": "len(site)", "member_start": "n + 1", "high": "len(low)", "state": "1"},
)
def median_improve(  # type: ignore[no-untyped-def]
    start, site, value, member_start, member, low, high, chosen, n, kicks, state, prefer_low
):  # fmt: skip
    """Swap descent with ``kicks`` rounds of random changes; returns sites and worth."""
    p = len(chosen)
    chosen = chosen.copy()
    slot = np.full(n, -1, np.int64)
    chosen_of = np.zeros(len(low), np.int64)
    for s in range(p):
        slot[chosen[s]] = s
        for a in range(member_start[chosen[s]], member_start[chosen[s] + 1]):
            chosen_of[member[a]] += 1
    extra = np.zeros((p, n))
    gain = np.zeros(n)
    median_descend(
        start, site, value, member_start, member, low, high, chosen, slot, chosen_of, extra, gain,
        prefer_low
    )  # fmt: skip
    best = chosen.copy()
    best_value = _worth(start, site, value, slot >= 0)
    if p == 0 or p >= n:
        kicks = 0
    for _ in range(kicks):
        for _change in range(min(p, 2 + next_random(state) % 3)):
            s = next_random(state) % p
            j = next_random(state) % n
            if slot[j] >= 0 or not may_swap(chosen[s], j, member_start, member, low, high, chosen_of):
                continue
            out = chosen[s]
            for a in range(member_start[out], member_start[out + 1]):
                chosen_of[member[a]] -= 1
            for a in range(member_start[j], member_start[j + 1]):
                chosen_of[member[a]] += 1
            slot[out] = -1
            slot[j] = s
            chosen[s] = j
        median_descend(
            start, site, value, member_start, member, low, high, chosen, slot, chosen_of, extra, gain,
            prefer_low
        )  # fmt: skip
        worth = _worth(start, site, value, slot >= 0)
        if worth > best_value:
            best_value = worth
            best[:] = chosen
        elif worth < best_value:
            slot[:] = -1
            chosen_of[:] = 0
            for s in range(p):
                chosen[s] = best[s]
                slot[best[s]] = s
                for a in range(member_start[best[s]], member_start[best[s] + 1]):
                    chosen_of[member[a]] += 1
    return best, best_value


@compiled(
    index={"site": "columns(table)", "group": "n_groups"},
    cuts={"start": "site"},
    at_least={"value": "len(site)", "group": "lists(start)", "opened": "columns(table)", "table": "n_groups"},
)
def median_cuts(start, site, value, group, n_groups, opened, table):  # type: ignore[no-untyped-def]
    """Benders cuts of the p-median at ``opened``, one for each group of rows.

    A row counts with the value at which the opened shares of its better sites reach one, and each
    better site with what it is worth above that. Fills ``table``; returns constants and values.
    """
    constant = np.zeros(n_groups)
    total = np.zeros(n_groups)
    table[:, :] = 0.0
    for i in range(len(start) - 1):
        g = group[i]
        share = 0.0
        worth = 0.0
        level = 0.0
        end = start[i + 1]
        for e in range(start[i], start[i + 1]):
            y = opened[site[e]]
            if share + y >= 1.0 - 1e-9:
                level = value[e]
                end = e
                break
            share += y
            worth += y * value[e]
        constant[g] += level
        total[g] += worth + (1.0 - share) * level
        for e in range(start[i], end):
            table[g, site[e]] += value[e] - level
    return constant, total


@compiled(
    index={"site": "len(opened)"},
    cuts={"start": "site"},
    at_least={"needy": "lists(start)"},
)
def short_rows(start, site, needy, opened, most):  # type: ignore[no-untyped-def]
    """Needy rows whose sites are opened by less than one in all, at most ``most`` of them."""
    out = np.empty(most, np.int64)
    k = 0
    for i in range(len(start) - 1):
        if not needy[i]:
            continue
        share = 0.0
        for e in range(start[i], start[i + 1]):
            share += opened[site[e]]
            if share >= 1.0 - 1e-7:
                break
        if share < 1.0 - 1e-7:
            out[k] = i
            k += 1
            if k == most:
                break
    return out[:k].copy()


@compiled(
    index={"site": "len(saved)"},
    cuts={"start": "site"},
    at_least={"km": "len(site)", "weight": "lists(start)", "limit": "lists(start)"},
)
def saved_below(start, site, km, weight, limit, saved):  # type: ignore[no-untyped-def]
    """What each site saves where every row pays up to its limit otherwise; rows list the nearest first."""
    saved[:] = 0.0
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            if km[e] >= limit[i]:
                break
            saved[site[e]] += weight[i] * (limit[i] - km[e])


@compiled(
    index={"site": "len(inside)"},
    cuts={"start": "site"},
    at_least={"km": "len(site)", "limit": "lists(start)"},
)
def chosen_below(start, site, km, limit, inside):  # type: ignore[no-untyped-def]
    """How many chosen sites each row has below its limit."""
    count = np.zeros(len(start) - 1)
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            if km[e] >= limit[i]:
                break
            if inside[site[e]]:
                count[i] += 1.0
    return count
