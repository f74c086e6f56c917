"""Compiled search for sites that cover the most weight: greedy filling, swaps, iterated local search.

Shared shapes: ``row_start``/``row_site`` list for every row (a merged demand point) its sites in
ascending order; ``site_start``/``site_row`` list for every site its rows. Weights are whole numbers
held as float64 with a total below 2**53, so that every sum here is exact in any order.

Side constraints come as counts: site ``j`` stands in the counted sets
``member[member_start[j]:member_start[j + 1]]``, and between ``low[c]`` and ``high[c]`` sites of set
``c`` must be chosen.
"""

# ruff: noqa: PLR0912, PLR0915  loops for the compiler: flat arrays in, no objects to bundle them

import numpy as np

from iqgeo.compiled import compiled, loop

# share of the best worth that a round of local search may lose and still be gone on from
BEARABLE = 0.003

COVER_INDEX = {"site_row": "len(weight)", "row_site": "lists(site_start)", "member": "len(low)"}
COVER_CUTS = {"site_start": "site_row", "row_start": "row_site", "member_start": "member"}
COVER_LENGTHS = {"row_start": "len(weight) + 1", "member_start": "len(site_start)", "high": "len(low)"}


@loop
def next_random(state):  # type: ignore[no-untyped-def]
    """Advance an xorshift64* generator; returns 31 random bits."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))


@compiled(
    index={"new": "lists(member_start)", "member": "len(low)"},
    or_missing={"out": "lists(member_start)"},
    cuts={"member_start": "member"},
    at_least={"high": "len(low)", "chosen_of": "len(low)"},
)
def swap_allowed(out, new, member_start, member, low, high, chosen_of):  # type: ignore[no-untyped-def]
    """Whether replacing site ``out`` (-1: none) by ``new`` keeps every count within its limits."""
    if out >= 0:
        for a in range(member_start[out], member_start[out + 1]):
            c = member[a]
            if chosen_of[c] - 1 < low[c]:
                kept = False
                for b in range(member_start[new], member_start[new + 1]):
                    if member[b] == c:
                        kept = True
                if not kept:
                    return False
    for b in range(member_start[new], member_start[new + 1]):
        c = member[b]
        if chosen_of[c] + 1 > high[c]:
            given = False
            if out >= 0:
                for a in range(member_start[out], member_start[out + 1]):
                    if member[a] == c:
                        given = True
            if not given:
                return False
    return True


may_swap = swap_allowed.loop  # type: ignore[attr-defined]


@loop
def _deficit_left(  # type: ignore[no-untyped-def]
    new, member_start, member, low, chosen_of, family_of, family_gap
):  # fmt: skip
    """Largest number of sites that some family of disjoint counted sets still lacks after ``new``."""
    worst = 0
    for f in range(len(family_gap)):
        gap = family_gap[f]
        for b in range(member_start[new], member_start[new + 1]):
            c = member[b]
            if family_of[c] == f and chosen_of[c] < low[c]:
                gap -= 1
        worst = max(worst, gap)
    return worst


@compiled(
    index={**COVER_INDEX, "chosen": "lists(site_start)"},
    or_missing={"family_of": "n_families"},
    cuts=COVER_CUTS,
    at_least={**COVER_LENGTHS, "family_of": "len(low)", "gain_out": "n_sites"},
)
def greedy_fill(  # type: ignore[no-untyped-def]
    site_start, site_row, row_start, row_site, weight, member_start, member, low, high, family_of,
    n_families, chosen, n_sites, gain_out
):  # fmt: skip
    """Add the site of largest further weight until ``n_sites`` are chosen (ties: the lower number).

    Begins with ``chosen`` as far as the counts allow. Keeps enough open places for every count that
    has not reached its lower limit. Returns the chosen sites in the order taken (fewer than asked if
    the limits leave no candidate).
    """
    n = len(site_start) - 1
    free = np.ones(len(weight), np.bool_)
    gain = np.zeros(n)
    inside = np.zeros(n, np.bool_)
    chosen_of = np.zeros(len(low), np.int64)
    out = np.empty(n_sites, np.int64)
    for j in range(n):
        for e in range(site_start[j], site_start[j + 1]):
            gain[j] += weight[site_row[e]]
    k = 0
    given = 0
    gap = np.zeros(n_families, np.int64)
    while k < n_sites:
        best = -1
        if given < len(chosen):
            best = chosen[given]
            given += 1
            if inside[best] or not may_swap(-1, best, member_start, member, low, high, chosen_of):
                continue
        else:
            gap[:] = 0
            for c in range(len(low)):
                if family_of[c] >= 0 and chosen_of[c] < low[c]:
                    gap[family_of[c]] += low[c] - chosen_of[c]
            for j in range(n):
                if inside[j] or (best >= 0 and gain[j] <= gain[best]):
                    continue
                if len(low) > 0:
                    if not may_swap(-1, j, member_start, member, low, high, chosen_of):
                        continue
                    left = _deficit_left(j, member_start, member, low, chosen_of, family_of, gap)
                    if left > n_sites - k - 1:
                        continue
                best = j
        if best < 0:
            break
        inside[best] = True
        gain_out[k] = gain[best]
        out[k] = best
        k += 1
        for b in range(member_start[best], member_start[best + 1]):
            chosen_of[member[b]] += 1
        for e in range(site_start[best], site_start[best + 1]):
            i = site_row[e]
            if free[i]:
                free[i] = False
                for q in range(row_start[i], row_start[i + 1]):
                    gain[row_site[q]] -= weight[i]
    return out[:k].copy()


@loop
def _open(  # type: ignore[no-untyped-def]
    j, site_start, site_row, row_start, row_site, weight, member_start, member, times, gain, inside,
    chosen_of
):  # fmt: skip
    """Open site ``j``: count it, and take its new rows from the gains of others."""
    inside[j] = True
    for b in range(member_start[j], member_start[j + 1]):
        chosen_of[member[b]] += 1
    for e in range(site_start[j], site_start[j + 1]):
        i = site_row[e]
        if times[i] == 0:
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] -= weight[i]
        times[i] += 1


@loop
def _close(  # type: ignore[no-untyped-def]
    j, site_start, site_row, row_start, row_site, weight, member_start, member, times, gain, inside,
    chosen_of
):  # fmt: skip
    """Close site ``j``: undo `_open`."""
    inside[j] = False
    for b in range(member_start[j], member_start[j + 1]):
        chosen_of[member[b]] -= 1
    for e in range(site_start[j], site_start[j + 1]):
        i = site_row[e]
        times[i] -= 1
        if times[i] == 0:
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] += weight[i]


@loop
def _descend(  # type: ignore[no-untyped-def]
    site_start, site_row, row_start, row_site, weight, member_start, member, low, high, chosen,
    times, gain, inside, chosen_of, extra, prefer_low
):  # fmt: skip
    """Swap one site at a time while the covered weight grows; returns the growth.

    For each chosen site in turn the best replacement is taken at once. With ``prefer_low`` a swap
    without loss to a site of a lower number counts as growth: that settles ties.
    """
    n = len(site_start) - 1
    total = 0.0
    idle = 0
    s = 0
    while idle < len(chosen):
        out = chosen[s]
        loss = 0.0
        for e in range(site_start[out], site_start[out + 1]):
            i = site_row[e]
            if times[i] == 1:
                loss += weight[i]
                for q in range(row_start[i], row_start[i + 1]):
                    extra[row_site[q]] += weight[i]
        best = -1
        value = loss
        for j in range(n):
            v = gain[j] + extra[j]
            if inside[j] or v < value:
                continue
            if v == value and not (prefer_low and best < 0 and j < out):
                continue
            if len(low) > 0 and not may_swap(out, j, member_start, member, low, high, chosen_of):
                continue
            best = j
            value = v
        for e in range(site_start[out], site_start[out + 1]):
            i = site_row[e]
            if times[i] == 1:
                for q in range(row_start[i], row_start[i + 1]):
                    extra[row_site[q]] = 0.0
        if best >= 0:
            _close(
                out, site_start, site_row, row_start, row_site, weight, member_start, member, times,
                gain, inside, chosen_of
            )  # fmt: skip
            _open(
                best, site_start, site_row, row_start, row_site, weight, member_start, member, times,
                gain, inside, chosen_of
            )  # fmt: skip
            chosen[s] = best
            total += value - loss
            idle = 0
        else:
            idle += 1
        s = (s + 1) % len(chosen)
    return total


@compiled(
    index={**COVER_INDEX, "chosen": "lists(site_start)"},
    cuts=COVER_CUTS,
    at_least={**COVER_LENGTHS, "state": "1"},
)
def improve(  # type: ignore[no-untyped-def]
    site_start, site_row, row_start, row_site, weight, member_start, member, low, high, chosen,
    kicks, state, prefer_low
):  # fmt: skip
    """Swap descent, then ``kicks`` rounds of an iterated local search. Returns sites and their weight.

    A kick drops two to five sites that lie together (they share rows with one chosen at random) or
    anywhere, refills at random among sites that add something, and descends again; a result not
    much worse is kept to go on from, the best one is returned.
    """
    n = len(site_start) - 1
    p = len(chosen)
    chosen = chosen.copy()
    times = np.zeros(len(weight), np.int32)
    gain = np.zeros(n)
    inside = np.zeros(n, np.bool_)
    chosen_of = np.zeros(len(low), np.int64)
    extra = np.zeros(n)
    for j in range(n):
        for e in range(site_start[j], site_start[j + 1]):
            gain[j] += weight[site_row[e]]
    for j in chosen:
        _open(
            j, site_start, site_row, row_start, row_site, weight, member_start, member, times, gain,
            inside, chosen_of
        )  # fmt: skip
    _descend(
        site_start, site_row, row_start, row_site, weight, member_start, member, low, high, chosen,
        times, gain, inside, chosen_of, extra, prefer_low
    )  # fmt: skip
    covered = 0.0
    for i in range(len(weight)):
        if times[i] > 0:
            covered += weight[i]
    best = chosen.copy()
    best_value = covered
    current = chosen.copy()
    current_value = covered
    wanted = np.zeros(n, np.bool_)
    overlap = np.zeros(n, np.int64)
    pool = np.empty(n, np.int64)
    rank = np.empty(p, np.int64)
    if p == 0 or p >= n:
        kicks = 0
    for _ in range(kicks):
        drop = min(p, 2 + next_random(state) % 4)
        if next_random(state) % 2 == 0:
            overlap[:] = 0
            centre = chosen[next_random(state) % p]
            for e in range(site_start[centre], site_start[centre + 1]):
                i = site_row[e]
                for q in range(row_start[i], row_start[i + 1]):
                    overlap[row_site[q]] += 1
            for s in range(p):
                rank[s] = overlap[chosen[s]] * 64 + next_random(state) % 64
        else:
            for s in range(p):
                rank[s] = next_random(state)
        for _drop in range(drop):
            s = 0
            for t in range(p):
                if rank[t] > rank[s]:
                    s = t
            rank[s] = -1
            out = chosen[s]
            limit = 0.0
            _close(
                out, site_start, site_row, row_start, row_site, weight, member_start, member, times,
                gain, inside, chosen_of
            )  # fmt: skip
            for j in range(n):
                if not inside[j] and gain[j] > limit:
                    limit = gain[j]
            limit *= 0.25 + 0.5 * (next_random(state) % 1024) / 1024.0
            count = 0
            for j in range(n):
                if inside[j] or j == out or gain[j] < limit:
                    continue
                # the closed site's place is open: counts now stand without it
                fits = True
                for a in range(member_start[out], member_start[out + 1]):
                    c = member[a]
                    if chosen_of[c] < low[c]:
                        kept = False
                        for b in range(member_start[j], member_start[j + 1]):
                            if member[b] == c:
                                kept = True
                        fits = fits and kept
                for b in range(member_start[j], member_start[j + 1]):
                    if chosen_of[member[b]] + 1 > high[member[b]]:
                        fits = False
                if fits:
                    pool[count] = j
                    count += 1
            new = out if count == 0 else pool[next_random(state) % count]
            _open(
                new, site_start, site_row, row_start, row_site, weight, member_start, member, times,
                gain, inside, chosen_of
            )  # fmt: skip
            chosen[s] = new
        _descend(
            site_start, site_row, row_start, row_site, weight, member_start, member, low, high, chosen,
            times, gain, inside, chosen_of, extra, prefer_low
        )  # fmt: skip
        covered = 0.0
        for i in range(len(weight)):
            if times[i] > 0:
                covered += weight[i]
        if covered >= current_value - BEARABLE * best_value:
            current[:] = chosen
            current_value = covered
            if covered > best_value:
                best[:] = chosen
                best_value = covered
        else:
            wanted[:] = False
            for s in range(p):
                wanted[current[s]] = True
            for s in range(p):
                if not wanted[chosen[s]]:
                    _close(
                        chosen[s], site_start, site_row, row_start, row_site, weight, member_start,
                        member, times, gain, inside, chosen_of
                    )  # fmt: skip
            for s in range(p):
                chosen[s] = current[s]
                if not inside[chosen[s]]:
                    _open(
                        chosen[s], site_start, site_row, row_start, row_site, weight, member_start,
                        member, times, gain, inside, chosen_of
                    )  # fmt: skip
    return best, best_value
