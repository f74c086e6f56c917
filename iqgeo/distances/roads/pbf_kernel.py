"""Walk the bytes of a group of ways or points (compiled; imported only where a PBF file is read)."""

# ruff: noqa: PLR0912, PLR0915, PLR1714  loops for the compiler

from typing import Any

import numpy as np
import numpy.typing as npt

from iqgeo.compiled import compiled, loop

Array = npt.NDArray[Any]

BAD = -1
"""Where reading would go on after a number or a field that leads out of the bytes."""


@loop
def varint(data: Array, at: int, end: int) -> Any:
    """Read an unsigned number and say where it ends; ``BAD`` where it does not."""
    value, shift = np.uint64(0), np.uint64(0)
    while at < end and shift < np.uint64(64):
        byte = data[at]
        value |= np.uint64(byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return np.int64(value), at
        shift += np.uint64(7)
    return np.int64(0), BAD


@loop
def signed(value: int) -> int:
    """Undo the zigzag that signed numbers are written in."""
    return (value >> 1 & 0x7FFFFFFFFFFFFFFF) ^ -(value & 1)


@loop
def field(data: Array, at: int, end: int) -> tuple[int, int, int, int]:
    """Return a field's number, its value if it is a number, where its bytes begin, and where it ends.

    A number has no bytes: it begins where it ends. ``BAD`` as number where the bytes are no field.
    """
    key, at = varint(data, at, end)
    if at == BAD:
        return BAD, 0, 0, 0
    kind = key & 7
    if kind == 0:
        value, after = varint(data, at, end)
        return (BAD if after == BAD else key >> 3), value, after, after
    if kind == 2:
        size, start = varint(data, at, end)
        if start == BAD or size < 0 or size > end - start:
            return BAD, 0, 0, 0
        return key >> 3, 0, start, start + size
    width = 8 if kind == 1 else 4 if kind == 5 else -1
    if width < 0 or at + width > end:
        return BAD, 0, 0, 0
    return key >> 3, 0, at + width, at + width


@loop
def numbers(data: Array, start: int, end: int, into: Array, filled: int) -> int:
    """Append packed numbers to an array; how full it is then, ``BAD`` on bad bytes or without room."""
    while start < end:
        value, start = varint(data, start, end)
        if start == BAD or filled >= len(into):
            return BAD
        into[filled] = value
        filled += 1
    return filled


@compiled()
def read_ways(data: Array, wanted: Array) -> tuple[Array, Array, Array, Array, Array, Array, bool]:
    """Ways of a group that bear one of the wanted keys, and those that were deleted, which bear none.

    Returns
    -------
    tuple[Array, Array, Array, Array, Array, Array, bool]
        References and where each way's begin, keys, values and where each way's begin, four rows of what is
        said of each way (id, version, time of its last change, whether it is there), and whether all bytes
        could be read.
    """
    size = len(data)
    # No number is shorter than a byte.
    refs, keys, values = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    ref_ptr, tag_ptr = np.zeros(size // 2 + 2, np.int64), np.zeros(size // 2 + 2, np.int64)
    about = np.empty((4, size // 2 + 2), np.int64)
    count, good, at = 0, True, 0
    while at < size and good:
        number, _, start, at = field(data, at, size)
        if number == BAD:
            good = False
        if number != 3:
            continue
        end = at
        n_keys, n_values, n_refs = tag_ptr[count], tag_ptr[count], ref_ptr[count]
        first_key, first_ref = n_keys, n_refs
        about[:3, count] = 0
        about[3, count] = 1
        inner = start
        while inner < end and good:
            part, value, low, inner = field(data, inner, end)
            high = inner
            if part == BAD:
                good = False
            elif part == 1:
                about[0, count] = value
            elif part == 2:
                n_keys = numbers(data, low, high, keys, n_keys)
            elif part == 3:
                n_values = numbers(data, low, high, values, n_values)
            elif part == 8:
                n_refs = numbers(data, low, high, refs, n_refs)
            elif part == 4:
                deep = low
                while deep < high and good:
                    it, value, _, deep = field(data, deep, high)
                    if it == BAD:
                        good = False
                    elif it in (1, 2):
                        about[it, count] = value
                    elif it == 6:
                        about[3, count] = value
            if n_keys == BAD or n_values == BAD or n_refs == BAD:
                good = False
        if not good or n_keys != n_values:
            good = False
            break
        bears = about[3, count] == 0
        for k in range(first_key, n_keys):
            for key in wanted:
                bears = bears or keys[k] == key
        if bears:
            so_far = 0
            for k in range(first_ref, n_refs):
                so_far += signed(refs[k])
                refs[k] = so_far
            count += 1
            ref_ptr[count], tag_ptr[count] = n_refs, n_keys
    n_refs, n_keys = ref_ptr[count], tag_ptr[count]
    for k in range(n_keys):
        good = good and keys[k] >= 0 and values[k] >= 0
    return (
        refs[:n_refs].copy(),
        ref_ptr[: count + 1].copy(),
        keys[:n_keys].copy(),
        values[:n_keys].copy(),
        tag_ptr[: count + 1].copy(),
        about[:, :count].copy(),
        good,
    )


@loop
def place(wanted: Array, number: int) -> int:
    """Position of an id in ascending order, ``BAD`` if it is not there."""
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high) // 2
        if wanted[middle] < number:
            low = middle + 1
        else:
            high = middle
    return low if low < len(wanted) and wanted[low] == number else BAD


@compiled(at_least={"lon": "len(wanted)", "lat": "len(wanted)", "scale": "3"})
def read_points(
    data: Array, wanted: Array, lon: Array, lat: Array, scale: Array, marks: Array
) -> tuple[Array, Array, Array, Array, bool]:
    """Write the positions of wanted points into ``lon`` and ``lat``; list those that bear a marked key.

    Returns
    -------
    tuple[Array, Array, Array, Array, bool]
        Ids of these, their keys and values, where each one's begin, and whether all bytes could be read.
    """
    size = len(data)
    ids, keys, values = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    tagged, ptr = np.empty(size, np.int64), np.zeros(size + 1, np.int64)
    rows = np.empty((3, size), np.int64)
    count, good, at = 0, True, 0
    while at < size and good:
        number, _, start, at = field(data, at, size)
        if number == BAD:
            good = False
        # A single point (1) holds its values where a dense group (2) holds rows of differences.
        if number not in (1, 2):
            continue
        end = at
        held, n_keys, n_values, mixed = np.zeros(3, np.int64), ptr[count], ptr[count], 0
        first = n_keys
        inner = start
        while inner < end and good:
            part, value, low, inner = field(data, inner, end)
            high = inner
            if part == BAD:
                good = False
            elif part in (1, 8, 9) and number == 2:
                row = 0 if part == 1 else part - 7
                held[row] = numbers(data, low, high, rows[row], held[row])
                good = held[row] != BAD
            elif part in (1, 8, 9):
                row = 0 if part == 1 else part - 7
                rows[row, 0], held[row] = value, 1
            elif part == 10 and number == 2:
                mixed = numbers(data, low, high, tagged, mixed)
                good = mixed != BAD
            elif part == 2 and number == 1:
                n_keys = numbers(data, low, high, keys, n_keys)
                good = n_keys != BAD
            elif part == 3 and number == 1:
                n_values = numbers(data, low, high, values, n_values)
                good = n_values != BAD
        if not good or held[0] != held[1] or held[0] != held[2] or n_keys != n_values:
            good = False
            break
        so_far, y, x, tag = 0, 0, 0, 0
        for k in range(held[0]):
            so_far += signed(rows[0, k])
            y += signed(rows[1, k])
            x += signed(rows[2, k])
            spot = place(wanted, so_far)
            bears, begin = False, tag
            # Where no point of a group has a tag there need not be an end for each of them.
            if number == 2 and mixed > 0:
                while tag < mixed and tagged[tag] != 0:
                    for mark in marks:
                        bears = bears or tagged[tag] == mark
                    tag += 2
                if tag > mixed:
                    good = False
                    break
            elif number == 1:
                for it in range(first, n_keys):
                    for mark in marks:
                        bears = bears or keys[it] == mark
            if spot != BAD:
                lat[spot] = scale[2] + scale[0] * y
                lon[spot] = scale[1] + scale[0] * x
                if bears:
                    if number == 2:
                        for it in range(begin, tag, 2):
                            keys[n_keys], values[n_keys] = tagged[it], tagged[it + 1]
                            n_keys += 1
                    ids[count] = so_far
                    count += 1
                    ptr[count] = n_keys
            tag += 1
    for k in range(ptr[count]):
        good = good and keys[k] >= 0 and values[k] >= 0
    n_keys = ptr[count]
    return ids[:count].copy(), keys[:n_keys].copy(), values[:n_keys].copy(), ptr[: count + 1].copy(), good
