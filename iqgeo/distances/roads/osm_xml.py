"""What an XML file of OpenStreetMap says beside what osmium reads of it."""

import bz2
import gzip
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

TAIL_BYTES = 8192
BLOCK_BYTES = 1 << 20
_XML_REMARK = re.compile(rb"<remark[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</remark>", re.DOTALL)
_XML_DELETED = re.compile(
    rb"<way\b(?=[^>]*\b(?:action=[\"']delete|visible=[\"']false)[\"'])[^>]*\bid=[\"'](-?\d{1,19})[\"']"
)
_XML_DATE = re.compile(rb'osm_base="(\d{4}-\d{2}-\d{2})')


def date_in_xml(path: Path) -> str | None:
    """Return the day of an answer of Overpass."""
    # Overpass writes the date into an element that is no part of the format and that osmium skips.
    with path.open("rb") as file:
        found = _XML_DATE.search(file.read(2048))
    return found[1].decode() if found else None


def beside_in(path: Path, form: str) -> tuple[str, frozenset[int]]:
    """What osmium does not tell of an XML file: why Overpass broke off, and which ways are deleted.

    Overpass writes the reason into an element, at the end mostly, that is no part of the format. JOSM keeps
    deleted ways until they are uploaded and says so in its way; a history keeps them without their tags.
    """
    if form == "pbf":
        return "", frozenset()
    opened: Any = {"osm.gz": gzip.open, "osm.bz2": bz2.open}.get(form, open)
    remark, deleted, end = "", set[int](), b""
    with opened(path, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            end += block
            said = _XML_REMARK.search(end) if not remark and b"<remark" in end else None
            if said:
                remark = unescape(said[1].decode("utf-8", "replace")).strip()
            if b"delete" in end or b"false" in end:
                deleted |= {int(it) for it in _XML_DELETED.findall(end)}
            end = end[-TAIL_BYTES:]
    return remark, frozenset(deleted)
