"""A shapefile says many numbers of itself: whichever of them is another, it is read or told, and soon."""

import struct
import time

from hypothesis import given
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.inputs import limits, read_districts

from .shapefiles import packed, parts
from .test_bombs import MOST_GROWTH, MOST_S, watched_memory

NASTY = (0, 1, 2, 33, 255, 32_767, 65_535, 2**20, 10**8, 2**31 - 1, 2**32 - 1)
ENDINGS = ("shp", "shx", "dbf")


def said_of(content: bytes) -> list[str]:
    """What is said of a file; nothing if it is read."""
    try:
        read = read_districts((content, "a.zip"))
    except InputError as refused:
        return [it.sentence(lang) for it in refused.problems for lang in ("de", "en")]
    assert 1 <= len(read.frame) <= limits.OUTLINES
    return []


@given(st.data())
def test_any_number_of_a_shapefile_may_be_any_other(data: st.DataObject) -> None:
    ending = data.draw(st.sampled_from(ENDINGS))
    content = bytearray(parts()[f".{ending}"])
    for _ in range(data.draw(st.integers(1, 2))):
        kind = data.draw(st.sampled_from(("<I", ">I", "<H", "<B")))
        number = data.draw(st.sampled_from(NASTY)) % 2 ** (8 * struct.calcsize(kind))
        at = data.draw(st.integers(0, len(content) - struct.calcsize(kind)))
        struct.pack_into(kind, content, at, number)
    begun = time.monotonic()
    with watched_memory() as growth:
        told = said_of(packed(**{ending: bytes(content)}))
        assert all(told)
        assert growth() < MOST_GROWTH
    assert time.monotonic() - begun < MOST_S
