"""Office files are zip archives that carry the time they were written: here they carry the day asked for."""

import datetime
import io
import re
import zipfile
from typing import Final

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_CORE: Final = "docProps/core.xml"
_STAMP: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(<)")
# A workbook inside a slide is where a chart keeps its numbers.
_INNER: Final = (".xlsx",)


def settled(content: bytes, date: datetime.date) -> bytes:
    """The same archive with one time for every member, also in archives inside it.

    The same members on the same ``date`` give the same bytes.
    """
    stamp = f"{date.isoformat()}T00:00:00Z".encode()
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            member = source.read(name)
            if name == _CORE:
                member = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<3>", member)
            elif name.endswith(_INNER):
                member = settled(member, date)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, member)
    return buffer.getvalue()
