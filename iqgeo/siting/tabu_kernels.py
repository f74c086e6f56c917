"""Compiled tabu search for sites that cover the most weight, by tables of what every swap is worth.

For the chosen site in slot ``s`` and any other site ``j`` (Resende and Werneck 2007):

``gain[j]``      weight that ``j`` would add to the chosen ones
``loss[s]``      weight that only the site in slot ``s`` reaches
``extra[s, j]``  weight that only slot ``s`` reaches and ``j`` reaches too

so that putting ``j`` in the place of slot ``s`` is worth ``gain[j] + extra[s, j] - loss[s]``. Opening or
closing a site touches its own rows alone. Shared shapes are those of `iqgeo.siting.search_kernels`.
"""

# ruff: noqa: PLR0912, PLR0915  loops for the compiler: flat arrays in, no objects to bundle them

import numpy as np

from iqgeo.compiled import compiled, loop
from iqgeo.siting.search_kernels import COVER_CUTS, COVER_INDEX, COVER_LENGTHS, may_swap, next_random


@compiled(
    index={"site_row": "lists(row_start)", "row_site": "lists(site_start)"},
    cuts={"site_start": "site_row", "row_start": "row_site"},
)
def neighbours(site_start, site_row, row_start, row_site):  # type: ignore[no-untyped-def]
    """For each site those that share a row with it, itself among them: starts and sites."""
    n = len(site_start) - 1
    seen = np.full(n, -1, np.int64)
    start = np.zeros(n + 1, np.int64)
    for turn in range(2):
        near = np.empty(start[n] if turn == 1 else 0, np.int32)
        seen[:] = -1
        count = 0
        for j in range(n):
            for e in range(site_start[j], site_start[j + 1]):
                i = site_row[e]
                for q in range(row_start[i], row_start[i + 1]):
                    c = row_site[q]
                    if seen[c] != j:
                        seen[c] = j
                        if turn == 1:
                            near[count] = c
                        count += 1
            start[j + 1] = count
    return start, near


@loop
def _open(  # type: ignore[no-untyped-def]
    j, s, site_start, site_row, row_start, row_site, weight, member_start, member, times, slots, gain,
    loss, extra, inside, chosen_of
):  # fmt: skip
    """Open site ``j`` in slot ``s``."""
    inside[j] = True
    for b in range(member_start[j], member_start[j + 1]):
        chosen_of[member[b]] += 1
    for e in range(site_start[j], site_start[j + 1]):
        i = site_row[e]
        if times[i] == 0:
            loss[s] += weight[i]
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] -= weight[i]
                extra[s, row_site[q]] += weight[i]
        elif times[i] == 1:
            # the one slot that reached it alone no longer does; the sum of slots is that slot
            alone = slots[i]
            loss[alone] -= weight[i]
            for q in range(row_start[i], row_start[i + 1]):
                extra[alone, row_site[q]] -= weight[i]
        times[i] += 1
        slots[i] += s


@loop
def _close(  # type: ignore[no-untyped-def]
    j, s, site_start, site_row, row_start, row_site, weight, member_start, member, times, slots, gain,
    loss, extra, inside, chosen_of
):  # fmt: skip
    """Close site ``j`` of slot ``s``: undo `_open`."""
    inside[j] = False
    for b in range(member_start[j], member_start[j + 1]):
        chosen_of[member[b]] -= 1
    for e in range(site_start[j], site_start[j + 1]):
        i = site_row[e]
        times[i] -= 1
        slots[i] -= s
        if times[i] == 0:
            loss[s] -= weight[i]
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] += weight[i]
                extra[s, row_site[q]] -= weight[i]
        elif times[i] == 1:
            alone = slots[i]
            loss[alone] += weight[i]
            for q in range(row_start[i], row_start[i + 1]):
                extra[alone, row_site[q]] += weight[i]


@loop
def _best_swap(  # type: ignore[no-untyped-def]
    step, value, best_value, now, near_start, near, gain, loss, extra, inside, no_in, no_out,
    member_start, member, low, high, chosen_of
):  # fmt: skip
    """Slot, site and worth of the best swap that is not forbidden, or leads to a new best; -1: none.

    Sites that share no row with a slot are stood for by the one of largest gain.
    """
    top = -1
    for j in range(len(gain)):
        if not inside[j] and no_in[j] < step and (top < 0 or gain[j] > gain[top]):
            top = j
    best_s = -1
    best_j = -1
    best_v = -np.inf
    for s in range(len(now)):
        if top >= 0 and no_out[s] < step:
            v = gain[top] + extra[s, top] - loss[s]
            fits = v > best_v
            if fits and len(low) > 0:
                fits = may_swap(now[s], top, member_start, member, low, high, chosen_of)
            if fits:
                best_s = s
                best_j = top
                best_v = v
        for q in range(near_start[now[s]], near_start[now[s] + 1]):
            j = near[q]
            v = gain[j] + extra[s, j] - loss[s]
            if v <= best_v or inside[j]:
                continue
            if (no_in[j] >= step or no_out[s] >= step) and value + v <= best_value:
                continue
            if len(low) > 0 and not may_swap(now[s], j, member_start, member, low, high, chosen_of):
                continue
            best_s = s
            best_j = j
            best_v = v
    return best_s, best_j, best_v


@loop
def _replacement(  # type: ignore[no-untyped-def]
    out, gain, inside, member_start, member, low, high, chosen_of, state
):  # fmt: skip
    """A site for the place of ``out`` (still open), at random among those that add much of what one can."""
    most = 0.0
    for j in range(len(gain)):
        if not inside[j]:
            most = max(most, gain[j])
    least = most * (0.3 + 0.6 * (next_random(state) % 1024) / 1024.0)
    new = out
    count = 0
    for j in range(len(gain)):
        if inside[j] or gain[j] < least:
            continue
        if len(low) > 0 and not may_swap(out, j, member_start, member, low, high, chosen_of):
            continue
        count += 1
        if next_random(state) % count == 0:
            new = j
    return new


@compiled(
    index={**COVER_INDEX, "chosen": "lists(site_start)", "near": "lists(site_start)"},
    cuts={**COVER_CUTS, "near_start": "near"},
    at_least={**COVER_LENGTHS, "near_start": "len(site_start)", "state": "1"},
)
def tabu(  # type: ignore[no-untyped-def]
    site_start, site_row, row_start, row_site, weight, member_start, member, low, high, near_start,
    near, chosen, steps, patience, enough, state
):  # fmt: skip
    """Swap ``steps`` times from ``chosen``; returns the best sites met and their weight.

    Each time the best swap is made, also one that loses, but a site just closed stays closed and a slot
    just changed stays as it is for some steps. After ``patience`` steps without a new best of the round a
    new one begins from the best of a round before, with two to five slots near one another changed. Ends
    early once ``enough`` weight is reached.
    """
    n = len(site_start) - 1
    p = len(chosen)
    now = chosen.copy()
    times = np.zeros(len(weight), np.int64)
    slots = np.zeros(len(weight), np.int64)
    gain = np.zeros(n)
    loss = np.zeros(p)
    extra = np.zeros((p, n))
    inside = np.zeros(n, np.bool_)
    chosen_of = np.zeros(len(low), np.int64)
    for j in range(n):
        for e in range(site_start[j], site_start[j + 1]):
            gain[j] += weight[site_row[e]]
    value = 0.0
    for s in range(p):
        value += gain[now[s]]
        _open(
            now[s], s, site_start, site_row, row_start, row_site, weight, member_start, member, times,
            slots, gain, loss, extra, inside, chosen_of
        )  # fmt: skip
    best = now.copy()
    best_value = value
    home = now.copy()
    home_value = value
    round_best = now.copy()
    round_value = value
    no_in = np.zeros(n, np.int64)
    no_out = np.zeros(p, np.int64)
    wanted = np.zeros(n, np.bool_)
    free = np.empty(p, np.int64)
    idle = 0
    if p == 0 or p >= n:
        steps = 0
    for step in range(1, steps + 1):
        if best_value >= enough:
            break
        s, j, v = _best_swap(
            step, value, best_value, now, near_start, near, gain, loss, extra, inside, no_in, no_out,
            member_start, member, low, high, chosen_of
        )  # fmt: skip
        if s < 0:
            idle = patience
        else:
            out = now[s]
            _close(
                out, s, site_start, site_row, row_start, row_site, weight, member_start, member, times,
                slots, gain, loss, extra, inside, chosen_of
            )  # fmt: skip
            _open(
                j, s, site_start, site_row, row_start, row_site, weight, member_start, member, times,
                slots, gain, loss, extra, inside, chosen_of
            )  # fmt: skip
            now[s] = j
            value += v
            no_in[out] = step + 5 + next_random(state) % 10
            no_out[s] = step + 1 + next_random(state) % max(1, p // 3)
            idle += 1
            if value > round_value:
                round_value = value
                round_best[:] = now
                idle = 0
            if value > best_value:
                best_value = value
                best[:] = now
        if idle < patience or step == steps:
            continue
        idle = 0
        # go on from this round or from the one before; now and then from the best of all
        if round_value >= home_value or next_random(state) % 20 == 0:
            home[:] = round_best
            home_value = round_value
        if next_random(state) % 10 == 0:
            home[:] = best
            home_value = best_value
        wanted[:] = False
        for t in range(p):
            wanted[home[t]] = True
        count = 0
        for t in range(p):
            if not wanted[now[t]]:
                free[count] = t
                count += 1
                value -= loss[t]
                _close(
                    now[t], t, site_start, site_row, row_start, row_site, weight, member_start, member,
                    times, slots, gain, loss, extra, inside, chosen_of
                )  # fmt: skip
        count = 0
        for t in range(p):
            if not inside[home[t]]:
                r = free[count]
                count += 1
                value += gain[home[t]]
                now[r] = home[t]
                _open(
                    now[r], r, site_start, site_row, row_start, row_site, weight, member_start, member,
                    times, slots, gain, loss, extra, inside, chosen_of
                )  # fmt: skip
        centre = now[next_random(state) % p]
        for _drop in range(min(p, 2 + next_random(state) % 4)):
            t = next_random(state) % p
            for _try in range(4 * p):
                beside = False
                for q in range(near_start[centre], near_start[centre + 1]):
                    if near[q] == now[t]:
                        beside = True
                if beside:
                    break
                t = next_random(state) % p
            out = now[t]
            new = _replacement(out, gain, inside, member_start, member, low, high, chosen_of, state)
            value -= loss[t]
            _close(
                out, t, site_start, site_row, row_start, row_site, weight, member_start, member, times,
                slots, gain, loss, extra, inside, chosen_of
            )  # fmt: skip
            value += gain[new]
            now[t] = new
            _open(
                new, t, site_start, site_row, row_start, row_site, weight, member_start, member, times,
                slots, gain, loss, extra, inside, chosen_of
            )  # fmt: skip
            no_out[t] = step + 3 + next_random(state) % 5
        round_value = value
        round_best[:] = now
    return best, best_value
