"""Plain data as bytes and back: what goes from one process to another, and nothing that runs.

A header in JSON and, behind it, the long parts as they are: bytes, arrays, tables as Arrow. Unlike a
pickle it cannot name a function, so that a child which a file has taken over sends numbers and text at most.
"""

import datetime
import json
from typing import Any, Final

from iqgeo.errors import Problem

_LENGTH: Final = 8
_LONG: Final = 2**63


def to_bytes(value: Any) -> bytes:
    """``value`` as bytes; see :func:`to_parts`."""
    return b"".join(to_parts(value))


def to_parts(value: Any) -> list[Any]:
    """``value`` as buffers that follow each other; the long ones are not copied.

    It may be nothing, true or false, a number, text, bytes, a date, a
    :class:`~iqgeo.errors.Problem`, an array of numbers, a frame with the index 0, 1, 2, or a list, tuple or
    dict of such.

    Raises
    ------
    TypeError
        If anything else is in it (a fault of ours).
    """
    parts: list[Any] = []
    header = json.dumps(_tagged(value, parts), ensure_ascii=True, separators=(",", ":")).encode()
    return [it for part in (header, *parts) for it in (len(part).to_bytes(_LENGTH, "little"), part)]


def from_bytes(content: bytes | bytearray | memoryview) -> Any:
    """What :func:`to_bytes` wrote; frames and arrays share the memory of ``content``.

    Raises
    ------
    ValueError
        If the bytes were written by somebody else.
    """
    parts, at, view = [], 0, memoryview(content)
    while at < len(view):
        length = int.from_bytes(view[at : at + _LENGTH], "little")
        at += _LENGTH + length
        if at > len(view):
            raise ValueError("shorter than it says")
        parts.append(view[at - length : at])
    if not parts:
        raise ValueError("nothing there")
    try:
        return _untagged(json.loads(bytes(parts[0])), parts[1:])
    except (KeyError, IndexError, TypeError, RecursionError) as error:
        raise ValueError("no plain data") from error


def _tagged(value: Any, parts: list[Any]) -> Any:  # noqa: PLR0911 -- one line a type
    """JSON for ``value``: lists begin with what they stand for, all else stands for itself."""
    if value is None or isinstance(value, bool | str | float):
        # A NumPy float is a float.
        return float(value) if isinstance(value, float) else value
    if isinstance(value, int):
        return value if -_LONG <= value < _LONG else ["whole", hex(value)]
    if isinstance(value, list):
        return ["list", [_tagged(it, parts) for it in value]]
    if isinstance(value, tuple):
        return ["tuple", [_tagged(it, parts) for it in value]]
    if isinstance(value, dict):
        return ["dict", [[_tagged(key, parts), _tagged(it, parts)] for key, it in value.items()]]
    if isinstance(value, bytes | bytearray | memoryview):
        parts.append(value)
        return ["bytes", len(parts) - 1]
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return [type(value).__name__, value.isoformat()]
    if isinstance(value, Problem):
        details = {name: _detail(it) for name, it in value.details.items()}
        fields = [value.code, value.file, value.row, value.column, value.value]
        return ["problem", [_tagged(it, parts) for it in [*map(_detail, fields), details]]]
    return _tagged_numbers(value, parts)


def _detail(value: object) -> object:
    """What stands in a sentence, as a number or as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.item() if hasattr(value, "item") else str(value)


def _tagged_numbers(value: Any, parts: list[Any]) -> Any:
    import numpy as np
    import pandas as pd

    if isinstance(value, np.generic):
        return _tagged(value.item(), parts)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        parts.append(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
        return ["array", value.dtype.str, list(value.shape), len(parts) - 1]
    if isinstance(value, pd.DataFrame):
        import pyarrow as pa

        # Without what pandas notes beside the types: they suffice, and less has to be believed.
        table = pa.Table.from_pandas(value, preserve_index=False).replace_schema_metadata()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        parts.append(memoryview(sink.getvalue()))
        return ["frame", len(value), len(parts) - 1]
    raise TypeError(f"{type(value).__name__} is no plain data")


def _untagged(written: Any, parts: list[memoryview]) -> Any:  # noqa: PLR0911 -- one line a type
    if not isinstance(written, list):
        return written
    kind, *rest = written
    if kind == "list":
        return [_untagged(it, parts) for it in rest[0]]
    if kind == "tuple":
        return tuple(_untagged(it, parts) for it in rest[0])
    if kind == "dict":
        return {_untagged(key, parts): _untagged(it, parts) for key, it in rest[0]}
    if kind == "whole":
        return int(rest[0], 16)
    if kind == "bytes":
        return bytes(parts[rest[0]])
    if kind == "problem":
        code, file, row, column, value, details = (_untagged(it, parts) for it in rest[0])
        return Problem(code, file, row, column, value, details)
    if kind == "array":
        return _array(parts, *rest)
    if kind == "frame":
        return _frame(parts, *rest)
    if kind in ("datetime", "date", "time"):
        return getattr(datetime, kind).fromisoformat(rest[0])
    raise ValueError(kind)


def _array(parts: list[memoryview], dtype: str, shape: list[int], at: int) -> Any:
    import numpy as np

    return np.frombuffer(parts[at], dtype=np.dtype(dtype)).reshape(shape)


def _frame(parts: list[memoryview], rows: int, at: int) -> Any:
    import pandas as pd
    import pyarrow as pa

    try:
        table = pa.ipc.open_stream(pa.py_buffer(parts[at])).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise ValueError("no table") from error
    if not table.num_columns:
        return pd.DataFrame(index=pd.RangeIndex(rows))
    return table.to_pandas()
