"""What many tasks bring back, as one tidy Parquet file that a run broken off goes on with.

Each task returns rows (dicts of plain values); the file holds them all in the order of the tasks, each
with the key of its task in the column ``task``. Beside it a journal grows line by line while tasks
end, so that nothing done is lost; it goes once the Parquet file is whole.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from iqgeo.errors import InputError, Problem
from iqgeo.safe.write import check_writable, write_bytes
from iqgeo.workers.executor import Done, Executor, Function

Rows = list[dict[str, Any]]
TASK = "task"


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended: tasks taken over from an earlier one, done now, and failed with the reason."""

    path: Path
    kept: int
    done: int
    failed: Mapping[str, Done] = field(default_factory=dict)


@dataclass(frozen=True)
class RunStep:
    """Progress: ``ended`` of ``count`` tasks, ``failed`` of them; ``last`` is the one just ended."""

    ended: int
    count: int
    failed: int
    last: Done


def checksum(item: Any) -> str:
    """The key of a task from plain data that says all about it (16 hexadecimal digits)."""
    text = json.dumps(item, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def journal_of(out: Path) -> Path:
    """The journal beside a results file."""
    return out.with_name(out.name + ".journal")


def run_tasks(
    executor: Executor,
    function: Function,
    items: Mapping[str, Any],
    out: Path,
    progress: Callable[[RunStep], None] | None = None,
) -> RunOutcome:
    """Run the tasks that are not done yet and write the rows of all to ``out``.

    Tasks done are those of the journal and of ``out`` itself under the same key; a failed one is
    tried again. The same tasks give the same file, byte for byte, wherever they ran.

    Parameters
    ----------
    executor : Executor
        Where they run.
    function : Function
        Returns the rows of a task, at least one (a task without any is run anew each time); see
        :meth:`iqgeo.workers.executor.Executor.run`.
    items : Mapping[str, Any]
        By their keys, say :func:`checksum`.
    out : Path
        A Parquet file, whether it is there or not.
    progress : Callable[[RunStep], None] | None
        Called on the way.

    Raises
    ------
    InputError
        If ``out`` is no file of results or cannot be written, or the executor fails. The journal then
        keeps what was done, and the same call goes on from there.
    """
    check_writable(out)
    journal = journal_of(out)
    found = _of_earlier_runs(out, journal)
    results = {key: found[key] for key in items if key in found}
    kept = len(results)
    left = {key: item for key, item in items.items() if key not in results}
    failed: dict[str, Done] = {}
    if left:
        # Rewritten at the start, so that a line cut off by a crash is gone.
        write_bytes(journal, b"".join(_line(key, rows) for key, rows in results.items()))
        with journal.open("ab") as lines:
            for done in executor.run(function, left):
                if done.failed:
                    failed[done.key] = done
                else:
                    line = _line(done.key, done.value)
                    lines.write(line)
                    lines.flush()
                    results[done.key] = json.loads(line)["rows"]
                if progress is not None:
                    ended = len(results) + len(failed)
                    progress(RunStep(ended, len(items), len(failed), done))
    write_bytes(out, _parquet((key, results[key]) for key in items if key in results))
    journal.unlink(missing_ok=True)
    return RunOutcome(out, kept, len(results) - kept, failed)


def _line(key: str, rows: Rows) -> bytes:
    return json.dumps({TASK: key, "rows": rows}, ensure_ascii=False, default=_plain).encode() + b"\n"


def _plain(value: Any) -> Any:
    """A number of numpy as one of Python."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no plain value")


def _of_earlier_runs(out: Path, journal: Path) -> dict[str, Rows]:
    """Rows by task of an earlier file and of the journal of a run broken off."""
    found: dict[str, Rows] = {}
    if out.exists():
        import pyarrow.parquet as pq
        from pyarrow import ArrowException

        try:
            table = pq.read_table(out)
        except (ArrowException, OSError):
            raise InputError(Problem("results_unreadable", file=str(out))) from None
        if TASK not in table.column_names:
            raise InputError(Problem("results_unreadable", file=str(out)))
        for row in table.to_pylist():
            found.setdefault(str(row.pop(TASK)), []).append(row)
    if journal.exists():
        for line in journal.read_bytes().splitlines(keepends=True):
            # only the last line can be cut off: it has no end
            if line.endswith(b"\n"):
                entry = json.loads(line)
                found[entry[TASK]] = entry["rows"]
    return found


def _parquet(tasks: Iterable[tuple[str, Rows]]) -> bytes:
    """All rows as one table, columns in the order in which they first occur."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{TASK: key, **row} for key, rows in tasks for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row)) or [TASK]
    columns = {name: _column([row.get(name) for row in rows]) for name in names}
    columns[TASK] = pa.array([row[TASK] for row in rows], pa.string())
    out = BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def _column(values: list[Any]) -> Any:
    """An Arrow array; whole and broken numbers in one column are broken numbers."""
    import pyarrow as pa

    if any(isinstance(it, float) for it in values):
        return pa.array([None if it is None else float(it) for it in values], pa.float64())
    return pa.array(values)
