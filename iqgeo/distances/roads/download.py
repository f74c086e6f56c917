"""Download a large file: with resume after a cut, a checksum, and no half file left behind."""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
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
    """Download ``url`` to ``target``, going on where a cut connection ended.

    The file gets its name only when it is whole; whatever happens, nothing else is left behind.

    Parameters
    ----------
    md5 : hexadecimal checksum the file must have.
    timeout_seconds : longest silence of the server.
    pause_seconds : before the second attempt; doubles with each further one.

    Raises
    ------
    InputError
        ``roads_download_failed`` with the reason, ``roads_download_checksum``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.part")
    try:
        unfinished.write_bytes(b"")
        _fill(url, unfinished, progress, timeout_seconds, pause_seconds)
        if md5 is not None and md5_of(unfinished) != md5.lower():
            raise InputError(Problem("roads_download_checksum", file=target.name, value=url))
        return unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _fill(
    url: str, unfinished: Path, progress: ProgressCallback, timeout_seconds: float, pause_seconds: float
) -> None:
    failures, version = 0, ""
    while True:
        before = unfinished.stat().st_size
        try:
            total, version = _fetch_rest(url, unfinished, version, progress, timeout_seconds)
            if total is None or unfinished.stat().st_size >= total:
                return
            reason: object = f"{unfinished.stat().st_size} / {total}"
        except urllib.error.HTTPError as error:
            if error.code < FIRST_SERVER_ERROR:
                raise failed(url, error) from error
            reason = error
        except _CUT as error:
            reason = error
        failures = 1 if unfinished.stat().st_size > before else failures + 1
        if failures >= ATTEMPTS:
            raise failed(url, reason)
        time.sleep(min(pause_seconds * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS))


def _fetch_rest(
    url: str, unfinished: Path, version: str, progress: ProgressCallback, timeout_seconds: float
) -> tuple[int | None, str]:
    """Append what is missing; whole size if the server says it, and the mark of the file's version.

    Without such a mark nothing tells whether the rest belongs to what we have, so all is fetched anew.
    """
    have = unfinished.stat().st_size if version else 0
    headers = {"Range": f"bytes={have}-", "If-Range": version} if have else {}
    with open_url(url, headers, timeout_seconds) as response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0
        length = response.headers.get("Content-Length")
        total = None if length is None else have + int(length)
        version = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        with unfinished.open("r+b") as file:
            file.seek(have)
            file.truncate()
            while chunk := response.read1(CHUNK_BYTES):
                have += file.write(chunk)
                progress(Progress("downloading", have, total, details={"url": url}))
    return total, version
