"""Compiled loops of the siting engine. Arrays only: no sets of names, no geography, no solver.

Shared shapes: ``row_start``/``row_site`` list for every row (a merged demand point) its sites in
ascending order; ``site_start``/``site_row`` list for every site its rows. Weights are whole numbers
held as float64 with a total below 2**53, so that every sum here is exact in any order.

Side constraints come as counts: site ``j`` stands in the counted sets
``member[member_start[j]:member_start[j + 1]]``, and between ``low[c]`` and ``high[c]`` sites of set
``c`` must be chosen.
"""

import numpy as np
from numba import njit


@njit(cache=True)
def transpose(start, index, n_columns):  # type: ignore[no-untyped-def]
    """Turn row lists into column lists; the entries of each column come out in ascending row order."""
    out_start = np.zeros(n_columns + 1, np.int64)
    for e in range(len(index)):
        out_start[index[e] + 1] += 1
    for j in range(n_columns):
        out_start[j + 1] += out_start[j]
    fill = out_start[:-1].copy()
    out = np.empty(len(index), np.int32)
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            j = index[e]
            out[fill[j]] = i
            fill[j] += 1
    return out_start, out


@njit(cache=True)
def group_pairs(first, second, n_first, n_second):  # type: ignore[no-untyped-def]
    """Sort pairs by (first, second) in linear time; returns starts of ``first`` and the pair order."""
    count = np.zeros(n_second + 1, np.int64)
    for e in range(len(second)):
        count[second[e] + 1] += 1
    for k in range(n_second):
        count[k + 1] += count[k]
    by_second = np.empty(len(second), np.int64)
    for e in range(len(second)):
        k = second[e]
        by_second[count[k]] = e
        count[k] += 1
    start = np.zeros(n_first + 1, np.int64)
    for e in range(len(first)):
        start[first[e] + 1] += 1
    for k in range(n_first):
        start[k + 1] += start[k]
    fill = start[:-1].copy()
    order = np.empty(len(first), np.int64)
    for t in range(len(first)):
        e = by_second[t]
        k = first[e]
        order[fill[k]] = e
        fill[k] += 1
    return start, order


@njit(cache=True)
def drop_repeats(start, index):  # type: ignore[no-untyped-def]
    """Remove repeated entries from sorted lists."""
    out_start = np.zeros(len(start), np.int64)
    out = np.empty(len(index), np.int32)
    k = 0
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            if e == start[i] or index[e] != index[e - 1]:
                out[k] = index[e]
                k += 1
        out_start[i + 1] = k
    return out_start, out[:k].copy()


@njit(cache=True)
def hash_sets(start, index, keys):  # type: ignore[no-untyped-def]
    """One 64-bit number for each list, the same for equal sets."""
    out = np.zeros(len(start) - 1, np.uint64)
    for i in range(len(start) - 1):
        h = np.uint64(0)
        for e in range(start[i], start[i + 1]):
            h ^= keys[index[e]]
        out[i] = h
    return out


@njit(cache=True)
def _compare(start, index, a, b):  # type: ignore[no-untyped-def]
    """Order of the lists ``a`` and ``b``: -1, 0 or 1, shorter first, then entry by entry."""
    na = start[a + 1] - start[a]
    nb = start[b + 1] - start[b]
    if na != nb:
        return -1 if na < nb else 1
    for t in range(na):
        x = index[start[a] + t]
        y = index[start[b] + t]
        if x != y:
            return -1 if x < y else 1
    return 0


@njit(cache=True)
def merge_equal(start, index, hashes, order):  # type: ignore[no-untyped-def]
    """Number the different lists: the hash says which to compare, the entries decide.

    ``order`` sorts the lists by hash. Returns the number of each list (empty lists -1) and one list
    standing for each number. The numbering depends on the set of lists only, not on their order.
    """
    n = len(start) - 1
    number = np.full(n, -1, np.int32)
    chosen = np.empty(n, np.int64)
    k = 0
    t = 0
    while t < n:
        end = t + 1
        while end < n and hashes[order[end]] == hashes[order[t]]:
            end += 1
        base = k
        for s in range(t, end):
            i = order[s]
            if start[i + 1] == start[i]:
                continue
            found = False
            for q in range(base, k):
                if _compare(start, index, i, chosen[q]) == 0:
                    found = True
                    break
            if not found:
                chosen[k] = i
                k += 1
        for a in range(base + 1, k):
            moved = chosen[a]
            b = a - 1
            while b >= base and _compare(start, index, moved, chosen[b]) < 0:
                chosen[b + 1] = chosen[b]
                b -= 1
            chosen[b + 1] = moved
        for s in range(t, end):
            i = order[s]
            for q in range(base, k):
                if _compare(start, index, i, chosen[q]) == 0:
                    number[i] = q
                    break
        t = end
    return number, chosen[:k].copy()


@njit(cache=True)
def take_lists(start, index, wanted):  # type: ignore[no-untyped-def]
    """The lists ``wanted`` in that order."""
    out_start = np.zeros(len(wanted) + 1, np.int64)
    for k in range(len(wanted)):
        out_start[k + 1] = out_start[k] + start[wanted[k] + 1] - start[wanted[k]]
    out = np.empty(out_start[-1], np.int32)
    for k in range(len(wanted)):
        for t in range(out_start[k + 1] - out_start[k]):
            out[out_start[k] + t] = index[start[wanted[k]] + t]
    return out_start, out


@njit(cache=True)
def renumber_lists(start, index, new_number):  # type: ignore[no-untyped-def]
    """Rename the entries by ``new_number`` (ascending where not -1); entries at -1 fall away."""
    out_start = np.zeros(len(start), np.int64)
    out = np.empty(len(index), np.int32)
    k = 0
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            v = new_number[index[e]]
            if v >= 0:
                out[k] = v
                k += 1
        out_start[i + 1] = k
    return out_start, out[:k].copy()


@njit(cache=True)
def list_sums(start, index, weight):  # type: ignore[no-untyped-def]
    """Sum of ``weight`` over each list."""
    out = np.zeros(len(start) - 1)
    for j in range(len(start) - 1):
        s = 0.0
        for e in range(start[j], start[j + 1]):
            s += weight[index[e]]
        out[j] = s
    return out


@njit(cache=True)
def covered_rows(site_start, site_row, chosen, n_rows):  # type: ignore[no-untyped-def]
    """How many of the chosen sites reach each row."""
    count = np.zeros(n_rows, np.int32)
    for j in chosen:
        for e in range(site_start[j], site_start[j + 1]):
            count[site_row[e]] += 1
    return count


@njit(cache=True)
def contained_lists(start, index, back_start, back_index, label):  # type: ignore[no-untyped-def]
    """Mark lists that are contained in another list of the same label (of equal ones the later)."""
    n = len(start) - 1
    marked = np.zeros(n, np.bool_)
    count = np.zeros(n, np.int32)
    touched = np.empty(n, np.int32)
    for j in range(n):
        size = start[j + 1] - start[j]
        if size == 0:
            marked[j] = True
            continue
        rare = start[j]
        for e in range(start[j], start[j + 1]):
            i = index[e]
            r = index[rare]
            if back_start[i + 1] - back_start[i] < back_start[r + 1] - back_start[r]:
                rare = e
        n_touched = 0
        i = index[rare]
        for q in range(back_start[i], back_start[i + 1]):
            k = back_index[q]
            if k == j or marked[k] or label[k] != label[j]:
                continue
            other = start[k + 1] - start[k]
            if other > size or (other == size and k < j):
                count[k] = 1
                touched[n_touched] = k
                n_touched += 1
        seen = 1
        alive = n_touched > 0
        for e in range(start[j], start[j + 1]):
            if e == rare:
                continue
            if not alive:
                break
            i = index[e]
            alive = False
            for q in range(back_start[i], back_start[i + 1]):
                k = back_index[q]
                if count[k] == seen:
                    count[k] = seen + 1
                    alive = True
            seen += 1
        for t in range(n_touched):
            k = touched[t]
            if alive and count[k] == size:
                marked[j] = True
            count[k] = 0
    return marked


@njit(cache=True)
def containing_lists(start, index, back_start, order):  # type: ignore[no-untyped-def]
    """Mark lists that contain another list (of equal ones the later): redundant rows of a covering.

    ``order`` names the lists from the shortest up; each one kept is filed under its rarest entry, so that a
    longer list meets it only if it holds that entry.
    """
    n = len(start) - 1
    n_entries = len(back_start) - 1
    marked = np.zeros(n, np.bool_)
    inside = np.zeros(n_entries, np.bool_)
    head = np.full(n_entries, -1, np.int64)
    following = np.full(n, -1, np.int64)
    for t in range(n):
        i = order[t]
        for e in range(start[i], start[i + 1]):
            inside[index[e]] = True
        hit = False
        rare = -1
        for e in range(start[i], start[i + 1]):
            j = index[e]
            if rare < 0 or back_start[j + 1] - back_start[j] < back_start[rare + 1] - back_start[rare]:
                rare = j
            k = head[j]
            while k >= 0:
                hit = True
                for q in range(start[k], start[k + 1]):
                    if not inside[index[q]]:
                        hit = False
                        break
                if hit:
                    break
                k = following[k]
            if hit:
                break
        for e in range(start[i], start[i + 1]):
            inside[index[e]] = False
        if hit:
            marked[i] = True
        elif rare >= 0:
            following[i] = head[rare]
            head[rare] = i
    return marked


@njit(cache=True)
def cover_search(site_start, site_row, row_start, row_site, chosen, steps, state):  # type: ignore[no-untyped-def]
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


@njit(cache=True)
def next_random(state):  # type: ignore[no-untyped-def]
    """Advance an xorshift64* generator; returns 31 random bits."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))


@njit(cache=True)
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


@njit(cache=True)
def _deficit_left(new, member_start, member, low, chosen_of, family_of, family_gap):  # type: ignore[no-untyped-def]
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


@njit(cache=True)
def greedy_fill(  # type: ignore[no-untyped-def]
    site_start,
    site_row,
    row_start,
    row_site,
    weight,
    member_start,
    member,
    low,
    high,
    family_of,
    n_families,
    chosen,
    n_sites,
    gain_out,
):
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
            if inside[best] or not swap_allowed(-1, best, member_start, member, low, high, chosen_of):
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
                    if not swap_allowed(-1, j, member_start, member, low, high, chosen_of):
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


@njit(cache=True)
def _open(
    j,
    site_start,
    site_row,
    row_start,
    row_site,
    weight,
    member_start,
    member,  # type: ignore[no-untyped-def]
    times,
    gain,
    inside,
    chosen_of,
):
    inside[j] = True
    for b in range(member_start[j], member_start[j + 1]):
        chosen_of[member[b]] += 1
    for e in range(site_start[j], site_start[j + 1]):
        i = site_row[e]
        if times[i] == 0:
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] -= weight[i]
        times[i] += 1


@njit(cache=True)
def _close(
    j,
    site_start,
    site_row,
    row_start,
    row_site,
    weight,
    member_start,
    member,  # type: ignore[no-untyped-def]
    times,
    gain,
    inside,
    chosen_of,
):
    inside[j] = False
    for b in range(member_start[j], member_start[j + 1]):
        chosen_of[member[b]] -= 1
    for e in range(site_start[j], site_start[j + 1]):
        i = site_row[e]
        times[i] -= 1
        if times[i] == 0:
            for q in range(row_start[i], row_start[i + 1]):
                gain[row_site[q]] += weight[i]


@njit(cache=True)
def _descend(  # type: ignore[no-untyped-def]
    site_start,
    site_row,
    row_start,
    row_site,
    weight,
    member_start,
    member,
    low,
    high,
    chosen,
    times,
    gain,
    inside,
    chosen_of,
    extra,
    prefer_low,
):
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
            if len(low) > 0 and not swap_allowed(out, j, member_start, member, low, high, chosen_of):
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
                out,
                site_start,
                site_row,
                row_start,
                row_site,
                weight,
                member_start,
                member,
                times,
                gain,
                inside,
                chosen_of,
            )
            _open(
                best,
                site_start,
                site_row,
                row_start,
                row_site,
                weight,
                member_start,
                member,
                times,
                gain,
                inside,
                chosen_of,
            )
            chosen[s] = best
            total += value - loss
            idle = 0
        else:
            idle += 1
        s = (s + 1) % len(chosen)
    return total


@njit(cache=True)
def improve(  # type: ignore[no-untyped-def]
    site_start,
    site_row,
    row_start,
    row_site,
    weight,
    member_start,
    member,
    low,
    high,
    chosen,
    kicks,
    state,
    prefer_low,
):
    """Swap descent, then ``kicks`` rounds of an iterated local search. Returns sites and their weight.

    A kick drops two to five sites that lie together (they share rows with one chosen at random) or
    anywhere, refills at random among sites that add something, and descends again; a result no worse
    is kept.
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
            j,
            site_start,
            site_row,
            row_start,
            row_site,
            weight,
            member_start,
            member,
            times,
            gain,
            inside,
            chosen_of,
        )
    _descend(
        site_start,
        site_row,
        row_start,
        row_site,
        weight,
        member_start,
        member,
        low,
        high,
        chosen,
        times,
        gain,
        inside,
        chosen_of,
        extra,
        prefer_low,
    )
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
                out,
                site_start,
                site_row,
                row_start,
                row_site,
                weight,
                member_start,
                member,
                times,
                gain,
                inside,
                chosen_of,
            )
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
                new,
                site_start,
                site_row,
                row_start,
                row_site,
                weight,
                member_start,
                member,
                times,
                gain,
                inside,
                chosen_of,
            )
            chosen[s] = new
        _descend(
            site_start,
            site_row,
            row_start,
            row_site,
            weight,
            member_start,
            member,
            low,
            high,
            chosen,
            times,
            gain,
            inside,
            chosen_of,
            extra,
            prefer_low,
        )
        covered = 0.0
        for i in range(len(weight)):
            if times[i] > 0:
                covered += weight[i]
        if covered >= current_value:
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
                    _close(chosen[s], site_start, site_row, row_start, row_site, weight, member_start,
                           member, times, gain, inside, chosen_of)  # fmt: skip
            for s in range(p):
                chosen[s] = current[s]
                if not inside[chosen[s]]:
                    _open(chosen[s], site_start, site_row, row_start, row_site, weight, member_start,
                          member, times, gain, inside, chosen_of)  # fmt: skip
    return best, best_value


@njit(cache=True)
def covering_cuts(  # type: ignore[no-untyped-def]
    site_start, site_row, row_start, row_site, weight, group, n_groups, opened, reach, table
):
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
