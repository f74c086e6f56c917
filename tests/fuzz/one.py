"""Fuzz one reader: ``python -m tests.fuzz.one READER FOLDER SECONDS``; the parts of :mod:`tests.fuzz`.

With atheris, new paths through our code are kept and lead on; without it the same changes are made blindly.
"""

import hashlib
import random
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

_MEMORY = 6 * 2**30
_LONGEST = 200_000
_SLOW_S = 30.0


def _imported():  # type: ignore[no-untyped-def]
    if atheris is None:
        from tests.fuzz import readers
    else:
        with atheris.instrument_imports(include=["iqgeo", "zipfile", "tomllib"]):
            from tests.fuzz import readers
    return readers


def main(name: str, folder: Path, seconds: float) -> None:
    readers = _imported()
    harness = readers.READERS[name]
    corpus, found = folder / "corpus" / name, folder / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    for seed in harness.seeds():
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    readers.apart_no_more()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def once(content: bytes) -> None:
        begun = time.process_time()
        try:
            readers.tried(harness, bytes(content))
        except Exception as error:  # noqa: BLE001 -- what comes out here is what is looked for
            _keep(found, name, bytes(content), traceback.format_exc(), _place(error))
        if time.process_time() - begun > _SLOW_S:
            _keep(found, name, bytes(content), "slow", "slow")

    if atheris is None:
        _blind(once, corpus, harness.packed, readers, seconds)
        return

    def changed(content: bytes, most: int, seed: int) -> bytes:
        if harness.packed and seed % 8:
            made = readers.repacked(bytes(content), lambda it: atheris.Mutate(it, len(it) + 64), seed // 8)
            if len(made) <= most:
                return bytes(made)
        return bytes(atheris.Mutate(content, most))

    options = [
        sys.argv[0], f"-max_total_time={int(seconds)}", f"-max_len={_LONGEST}", "-rss_limit_mb=0",
        "-timeout=120", "-print_final_stats=1", f"-artifact_prefix={found}/{name}-", "-use_value_profile=1",
        str(corpus),
    ]  # fmt: skip
    atheris.Setup(options, once, custom_mutator=changed)
    atheris.Fuzz()


def _place(error: BaseException) -> str:
    """Where a fault shows, so that one is kept once: kind of error and the deepest line of ours."""
    frames = [it for it in traceback.extract_tb(error.__traceback__) if "/iqgeo/" in it.filename]
    last = frames[-1] if frames else None
    return (
        f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}" if last else type(error).__name__
    )


def _keep(found: Path, name: str, content: bytes, said: str, place: str) -> None:
    target = found / f"{name}-{place}"
    if not target.exists():
        target.write_bytes(content)
        target.with_name(target.name + ".txt").write_text(said, encoding="utf-8", errors="replace")


def _blind(once, corpus: Path, packed: bool, readers, seconds: float) -> None:  # type: ignore[no-untyped-def]
    """Random changes to the files of the corpus."""
    chance = random.Random(20_261_125)
    files = [it.read_bytes() for it in sorted(corpus.iterdir())]
    end, count = time.monotonic() + seconds, 0

    def change(content: bytes) -> bytes:
        made = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(made) + 1)
            kind = chance.randrange(4)
            if kind == 0 and at < len(made):
                made[at] = chance.randrange(256)
            elif kind == 1:
                made[at:at] = bytes(chance.choice((0, 1, 127, 128, 255)) for _ in range(chance.randint(1, 8)))
            elif kind == 2:
                del made[at : at + chance.randint(1, 30)]
            else:
                made[at:at] = made[at : at + chance.randint(1, 300)]
        return bytes(made)

    while time.monotonic() < end:
        content = chance.choice(files)
        once(readers.repacked(content, change, count) if packed and count % 8 else change(content))
        count += 1
    print(f"stat::number_of_executed_units: {count}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
