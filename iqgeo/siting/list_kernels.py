"""Compiled loops over lists of numbers: sort, merge, compare. No names, no geography, no solver.

A list of lists is held as ``start`` and ``index``: list ``i`` is ``index[start[i]:start[i + 1]]``, in
ascending order unless said otherwise.
"""

# ruff: noqa: PLR0912  loops for the compiler: flat arrays in, no objects to bundle them

import numpy as np

from iqgeo.compiled import compiled, loop


@compiled(
    index={"index": "n_columns"},
    cuts={"start": "index"},
)
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


@compiled(
    index={"first": "n_first", "second": "n_second"},
    at_least={"first": "len(second)", "second": "len(first)"},
)
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


@compiled(
    cuts={"start": "index"},
)
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


@compiled(
    index={"index": "len(keys)"},
    cuts={"start": "index"},
)
def hash_sets(start, index, keys):  # type: ignore[no-untyped-def]
    """One 64-bit number for each list, the same for equal sets."""
    out = np.zeros(len(start) - 1, np.uint64)
    for i in range(len(start) - 1):
        h = np.uint64(0)
        for e in range(start[i], start[i + 1]):
            h ^= keys[index[e]]
        out[i] = h
    return out


@loop
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


@compiled(
    index={"order": "lists(start)"},
    cuts={"start": "index"},
    at_least={"hashes": "lists(start)", "order": "lists(start)"},
)
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


@compiled(
    index={"wanted": "lists(start)"},
    cuts={"start": "index"},
)
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


@compiled(
    index={"index": "len(new_number)"},
    cuts={"start": "index"},
)
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


@compiled(
    index={"index": "len(weight)"},
    cuts={"start": "index"},
)
def list_sums(start, index, weight):  # type: ignore[no-untyped-def]
    """Sum of ``weight`` over each list."""
    out = np.zeros(len(start) - 1)
    for j in range(len(start) - 1):
        s = 0.0
        for e in range(start[j], start[j + 1]):
            s += weight[index[e]]
        out[j] = s
    return out


@compiled(
    index={"site_row": "n_rows", "chosen": "lists(site_start)"},
    cuts={"site_start": "site_row"},
)
def covered_rows(site_start, site_row, chosen, n_rows):  # type: ignore[no-untyped-def]
    """How many of the chosen sites reach each row."""
    count = np.zeros(n_rows, np.int32)
    for j in chosen:
        for e in range(site_start[j], site_start[j + 1]):
            count[site_row[e]] += 1
    return count


@compiled(
    index={"index": "lists(back_start)", "back_index": "lists(start)"},
    cuts={"start": "index", "back_start": "back_index"},
    at_least={"label": "lists(start)"},
)
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


@compiled(
    index={"index": "lists(back_start)", "order": "lists(start)"},
    cuts={"start": "index"},
    at_least={"order": "lists(start)"},
)
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
