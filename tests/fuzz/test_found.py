"""What fuzzing has found, read again: each file was a fault of ours once, and is a result or a sentence now."""

from pathlib import Path

import pytest

from tests.fuzz.readers import READERS, repacked, tried

FOUND = sorted(it for it in (Path(__file__).parent / "found").iterdir() if it.suffix != ".txt")


@pytest.mark.parametrize("path", FOUND, ids=lambda it: it.name)
def test_what_was_found_is_mended(path: Path) -> None:
    reader = next(it for it in sorted(READERS, key=len, reverse=True) if path.name.startswith(f"{it}-"))
    tried(READERS[reader], path.read_bytes())


@pytest.mark.parametrize("reader", READERS)
def test_good_files_are_good(reader: str) -> None:
    """The files that fuzzing begins with are read, not refused: else it would only see refusals."""
    harness = READERS[reader]
    for seed in harness.seeds():
        harness.call(seed, harness.file)
        if harness.packed:
            assert repacked(seed, bytes, 1) != b""
