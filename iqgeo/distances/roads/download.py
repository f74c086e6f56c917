"""Download a large file: with resume after a cut or the end of the program, a checksum, never a half file."""

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from iqgeo.distances.roads.progress import Progress, ProgressCallback, silent
from iqgeo.errors import InputError, Problem

CHUNK_BYTES = 1 << 20
TIMEOUT_SECONDS = 60.0
ATTEMPTS = 5
"""So many times in a row a server may fail without sending a single byte before we give up."""

LONGEST_PAUSE_SECONDS = 30.0
USER_AGENT = "iqgeo (roads build)"
FIRST_SERVER_ERROR = 500
_CUT = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError)


def open_url(
    url: str,
    headers: dict[str, str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    method: str = "GET",
) -> http.client.HTTPResponse:
    """Open an address of the web and nothing else (no local files).

    Raises
    ------
    InputError
        ``roads_download_failed`` for any other kind of address.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise failed(url, "http, https")
    headers = {"User-Agent": USER_AGENT, **(headers or {})}
    # The scheme has just been checked, which is what S310 asks for.
    request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout_seconds)  # noqa: S310
    except urllib.error.HTTPError as error:
        # It holds the connection open for whoever wants to read the page that says so.
        error.close()
        raise
    return response


def failed(url: str, reason: object) -> InputError:
    """Make the error for a download that did not come."""
    return InputError(Problem("roads_download_failed", value=url, details={"reason": str(reason)}))


def fetch_text(url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> str:
    """Text at an address.

    Raises
    ------
    InputError
        ``roads_download_failed``.
    """
    try:
        with open_url(url, timeout_seconds=timeout_seconds) as response:
            return response.read().decode("utf-8")
    except (*_CUT, UnicodeDecodeError) as error:
        raise failed(url, error) from error


def size_of(url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> int | None:
    """Bytes of a file, as its server says; ``None`` if it does not."""
    try:
        with open_url(url, timeout_seconds=timeout_seconds, method="HEAD") as response:
            length = response.headers.get("Content-Length") or ""
    except _CUT:
        # The size is said for information: whether the file can be had shows when it is fetched.
        return None
    return int(length) if length.isascii() and length.isdigit() else None


def md5_of(path: Path) -> str:
    """MD5 of a file, which is what Geofabrik publishes: it finds broken transfers, not forgeries."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def download(
    url: str,
    target: Path,
    *,
    md5: str | None = None,
    progress: ProgressCallback = silent,
    timeout_seconds: float = TIMEOUT_SECONDS,
    pause_seconds: float = 1.0,
) -> Path:
    """Download ``url`` to ``target``, going on where a cut connection or an ended program left off.

    The file gets its name only when it is whole. What came before an end stays beside it, hidden, with
    the mark of its version, so that the next call goes on there; what is not the same file any more, or
    has the wrong checksum, is thrown away.

    Parameters
    ----------
    url : str
        Where it lies.
    target : Path
        Where it goes.
    md5 : str | None
        Hexadecimal checksum the file must have.
    progress : ProgressCallback
        Called on the way.
    timeout_seconds : float
        Longest silence of the server.
    pause_seconds : float
        Before the second attempt; doubles with each further one.

    Raises
    ------
    InputError
        ``roads_download_failed`` with the reason, ``roads_download_checksum``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _Part.begun(target, url, md5)
    try:
        _fill(url, part, progress, timeout_seconds, pause_seconds)
        if md5 is not None and md5_of(part.path) != md5.lower():
            part.throw_away()
            raise InputError(Problem("roads_download_checksum", file=target.name, value=url))
        part.mark.unlink(missing_ok=True)
        return part.path.replace(target)
    finally:
        part.keep_if_of_use()


@dataclass
class _Part:
    """What has come of a file so far, and the mark that says what it is the beginning of.

    Attributes
    ----------
    path, mark : Path
        The bytes, and beside them address, checksum and version as JSON.
    version : str
        What the server calls this version of the file; empty if it does not say.
    """

    path: Path
    mark: Path
    url: str
    md5: str
    version: str = ""

    @classmethod
    def begun(cls, target: Path, url: str, md5: str | None) -> "_Part":
        """What an earlier call left of the same file, else an empty one."""
        path = target.with_name(f".{target.name}.part")
        part = cls(path, path.with_name(f"{path.name}.json"), url, (md5 or "").lower())
        try:
            said = json.loads(part.mark.read_text(encoding="utf-8"))
            if path.is_file() and (said["url"], said["md5"]) == (part.url, part.md5):
                part.version = str(said["version"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        if not part.version:
            path.write_bytes(b"")
        return part

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self.path.stat().st_size

    def of_version(self, version: str) -> None:
        """Remember which version the bytes that follow are of."""
        if version != self.version or not self.mark.exists():
            self.version = version
            said = {"url": self.url, "md5": self.md5, "version": version}
            self.mark.write_text(json.dumps(said), encoding="utf-8")

    def keep_if_of_use(self) -> None:
        """Leave the part only where the next call can go on with it."""
        if not self.path.exists() or not self.version or not self.size:
            self.throw_away()

    def throw_away(self) -> None:
        """Leave nothing behind."""
        self.path.unlink(missing_ok=True)
        self.mark.unlink(missing_ok=True)


def _fill(
    url: str, part: _Part, progress: ProgressCallback, timeout_seconds: float, pause_seconds: float
) -> None:
    failures = 0
    while True:
        before = part.size
        try:
            total = _fetch_rest(url, part, progress, timeout_seconds)
            if total is None or part.size >= total:
                return
            reason: object = f"{part.size} / {total}"
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and part.version:
                # All of it is here, or it is another file by now: begun anew.
                part.version = ""
                continue
            if error.code < FIRST_SERVER_ERROR:
                raise failed(url, error) from error
            reason = error
        except _CUT as error:
            reason = error
        failures = 1 if part.size > before else failures + 1
        if failures >= ATTEMPTS:
            raise failed(url, reason)
        time.sleep(min(pause_seconds * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS))


def _fetch_rest(url: str, part: _Part, progress: ProgressCallback, timeout_seconds: float) -> int | None:
    """Append what is missing; whole size if the server says it.

    Without a mark of the version nothing tells whether the rest belongs to what we have, so all is
    fetched anew.
    """
    have = part.size if part.version else 0
    headers = {"Range": f"bytes={have}-", "If-Range": part.version} if have else {}
    with open_url(url, headers, timeout_seconds) as response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0
        length = response.headers.get("Content-Length")
        total = None if length is None else have + int(length)
        with part.path.open("r+b") as file:
            file.seek(have)
            file.truncate()
            part.of_version(response.headers.get("ETag") or response.headers.get("Last-Modified") or "")
            while chunk := response.read1(CHUNK_BYTES):
                have += file.write(chunk)
                progress(Progress("downloading", have, total, details={"url": url}))
    return total
