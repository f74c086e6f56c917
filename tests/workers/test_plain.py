"""What goes from one process to another comes out as it went in, and nothing else comes out."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import Problem
from iqgeo.workers.plain import from_bytes, to_bytes

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(alphabet=st.characters(codec=None))
    | st.binary()
    | st.datetimes()
    | st.dates()
    | st.times()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_plain_data_survives(value: Any) -> None:
    again = from_bytes(to_bytes(value))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    "number", [math.nan, math.inf, -math.inf, 2**70, -(2**300), 1 << 20_000], ids=list("abcdef")
)
def test_numbers_without_an_end_survive(number: float) -> None:
    again = from_bytes(to_bytes([number]))[0]
    assert again == number or (math.isnan(again) and math.isnan(number))


def test_frames_survive() -> None:
    frame = pd.DataFrame(
        {
            "name": pd.Series(["Göttingen", "", "😀"], dtype="str"),
            "lon": [9.9, math.nan, math.inf],
            "rows": np.array([1, 2, 2**62], dtype=np.int64),
            "large": np.array([1, 2, 2**64 - 1], dtype=np.uint64),
        }
    )
    pd.testing.assert_frame_equal(from_bytes(to_bytes(frame)), frame)
    for empty in (frame[[]], frame[:0], pd.DataFrame(index=pd.RangeIndex(7))):
        again = from_bytes(to_bytes(empty))
        assert again.shape == empty.shape
        assert list(again.columns) == list(empty.columns)


@pytest.mark.parametrize("kind", ["f8", "f4", "i8", "u1", "?", "i4"])
def test_arrays_survive(kind: str) -> None:
    for shape in ((0,), (5,), (2, 3)):
        array = np.arange(math.prod(shape)).reshape(shape).astype(kind)
        again = from_bytes(to_bytes({"a": array}))["a"]
        np.testing.assert_array_equal(again, array)
        assert again.dtype == array.dtype


def test_problems_survive() -> None:
    problem = Problem(
        "zip_bomb", "a\udc80.zip", 3, None, "x", {"limit": 4, "reason": ValueError("y"), "n": 1.5}
    )
    again = from_bytes(to_bytes([problem]))[0]
    assert (again.code, again.file, again.row, again.value) == (problem.code, problem.file, 3, "x")
    assert again.details == {"limit": 4, "reason": "y", "n": 1.5}


@pytest.mark.parametrize("value", [object(), {1, 2}, print, np.array([object()]), 1j])
def test_what_is_not_plain_is_a_fault(value: object) -> None:
    with pytest.raises(TypeError):
        to_bytes([value])


@given(st.binary(max_size=200))
def test_strange_bytes_are_refused(content: bytes) -> None:
    framed = len(content).to_bytes(8, "little") + content
    for attempt in (content, framed):
        try:
            from_bytes(attempt)
        except ValueError:
            continue


@given(VALUES, st.data())
def test_altered_bytes_are_refused_or_plain(value: Any, data: st.DataObject) -> None:
    written = bytearray(to_bytes([value, pd.DataFrame({"a": [1.0, 2.0]}), np.arange(3)]))
    at = data.draw(st.integers(0, len(written) - 1))
    written[at] = data.draw(st.integers(0, 255))
    try:
        from_bytes(bytes(written))
    except ValueError:
        return
