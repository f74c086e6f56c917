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


def _opened(path: Path, form: str) -> Any:
    opened: Any = {"osm.gz": gzip.open, "osm.bz2": bz2.open}.get(form, open)
    return opened(path, "rb")


def remark_in_xml(path: Path, form: str) -> str:
    """What Overpass says when it breaks off: an element, at the end mostly, that is no part of the format."""
    end = b""
    with _opened(path, form) as file:
        while block := file.read(BLOCK_BYTES):
            end += block
            found = _XML_REMARK.search(end) if b"<remark" in end else None
            if found:
                return unescape(found[1].decode("utf-8", "replace")).strip()
            end = end[-TAIL_BYTES:]
    return ""


def deleted_in(path: Path, form: str) -> frozenset[int]:
    """Ways of an XML file that are deleted.

    JOSM keeps them until they are uploaded and says so in its way; a history keeps them without their tags.
    """
    if form == "pbf":
        return frozenset()
    found: set[int] = set()
    with _opened(path, form) as file:
        end = b""
        while block := file.read(BLOCK_BYTES):
            end += block
            if b"delete" in end or b"false" in end:
                found |= {int(it) for it in _XML_DELETED.findall(end)}
            end = end[-TAIL_BYTES:]
    return frozenset(found)
