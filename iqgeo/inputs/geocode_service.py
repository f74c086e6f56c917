"""One question to a search service for addresses, in the manner of Nominatim; answers are kept.

The search endpoint and its fields are described at https://nominatim.org/release-docs/latest/api/Search/.
Nothing here is called unless the user asks for it, and only the service the user names is asked.
"""

import hashlib
import http.client
import json
import math
import os
import queue
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import iqgeo
from iqgeo.errors import InputError, Problem
from iqgeo.inputs import limits
from iqgeo.inputs.words import cleaned, shown
from iqgeo.texts import Lang

MATCHES: Final = 5
"""So many matches are asked for: the first is taken, the others are shown beside it."""


@dataclass(frozen=True)
class AddressMatch:
    """A place a service found, in degrees of EPSG:4326, and what it calls it."""

    lon: float
    lat: float
    name: str


class ServiceError(Exception):
    """The service did not answer, or not with what it should. ``code`` names the problem's sentence."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Addresses go to the service that was named, never to where it points."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class Service:
    """A search endpoint.

    Parameters
    ----------
    url : str
        Address of the endpoint, such as ``https://example.org/search``.
    countries : str
        Codes of two letters, separated by commas; empty for the whole world.
    pause_s : float
        Seconds between two questions.
    timeout_s : float
        Seconds until an answer must be complete.
    cache : Path | None
        Folder for answers; ``None`` keeps nothing.

    Raises
    ------
    InputError
        If the address is none of the web, or names a user.
    """

    url: str
    lang: Lang = "de"
    countries: str = ""
    pause_s: float = 1.0
    timeout_s: float = 20.0
    cache: Path | None = None
    asked: int = field(default=0, init=False)
    _last: float = field(default=-math.inf, init=False)

    def __post_init__(self) -> None:
        codes = [code.strip().lower() for code in self.countries.split(",") if code.strip()]
        problems = []
        try:
            parts = urllib.parse.urlsplit(self.url)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
            good = good and self.url.isascii() and self.url.isprintable() and " " not in self.url
            good = good and (parts.port is None or parts.port > 0)
        except ValueError:
            good = False
        if not good:
            problems.append(Problem("geocode_service", column="service", value=shown(self.url)))
        bad = [code for code in codes if len(code) != 2 or not (code.isascii() and code.isalpha())]
        problems += [Problem("geocode_country", column="country", value=shown(code)) for code in bad]
        if problems:
            raise InputError(problems)
        self.countries = ",".join(codes)

    @property
    def shown(self) -> str:
        """The service as it is named to the user: without a query, which may hold a key."""
        parts = urllib.parse.urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    def search(self, address: str) -> tuple[AddressMatch, ...]:
        """What the service finds for an address, the best first; nothing if it finds nothing.

        Raises
        ------
        ServiceError
            If it cannot be asked or its answer cannot be used.
        """
        kept = self._kept(address)
        if kept is not None:
            with suppress(OSError, ServiceError):
                return matches_of(kept.read_bytes())
        time.sleep(max(0.0, self._last + self.pause_s - time.monotonic()))
        self._last = time.monotonic()
        self.asked += 1
        found = matches_of(self._answer(self._question(address)))
        if kept is not None:
            # A cache that cannot be written costs one more question the next time, nothing else.
            with suppress(OSError):
                _keep(kept, found)
        return found

    def _question(self, address: str) -> str:
        parts = urllib.parse.urlsplit(self.url)
        asked = {"q": address, "format": "jsonv2", "limit": str(MATCHES), "accept-language": self.lang}
        if self.countries:
            asked["countrycodes"] = self.countries
        query = "&".join(filter(None, (parts.query, urllib.parse.urlencode(asked))))
        return urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))

    def _kept(self, address: str) -> Path | None:
        if self.cache is None:
            return None
        named = json.dumps([self.url, self.countries, self.lang, address]).encode()
        return self.cache / f"{hashlib.sha256(named).hexdigest()}.json"

    def _answer(self, question: str) -> bytes:
        """The answer, complete within the time or not at all."""
        # A thread of its own: neither looking up a host name nor an answer that comes letter by letter
        # heeds the timeout of a socket.
        box: queue.SimpleQueue[bytes | ServiceError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                box.put(_fetched(question, self.timeout_s))
            except ServiceError as fault:
                box.put(fault)

        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = box.get(timeout=self.timeout_s)
        except queue.Empty:
            raise ServiceError("geocode_slow", seconds=f"{self.timeout_s:g}") from None
        if isinstance(answer, ServiceError):
            raise answer
        return answer


def _fetched(question: str, timeout_s: float) -> bytes:
    request = urllib.request.Request(  # noqa: S310 -- the scheme is checked in Service
        question, headers={"User-Agent": f"iqgeo/{iqgeo.__version__}", "Accept": "application/json"}
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=timeout_s) as stream:
            answer: bytes = stream.read(limits.ANSWER_BYTES + 1)
            if len(answer) <= limits.ANSWER_BYTES and stream.length:
                # Reading up to a limit does not complain about an answer that was cut off.
                raise http.client.IncompleteRead(answer, stream.length)
    except urllib.error.HTTPError as error:
        with error:
            raise ServiceError("geocode_status", status=str(error.code)) from error
    except TimeoutError as error:
        raise ServiceError("geocode_slow", seconds=f"{timeout_s:g}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = shown(getattr(error, "reason", None) or error) or type(error).__name__
        raise ServiceError("geocode_unreachable", reason=reason) from error
    if len(answer) > limits.ANSWER_BYTES:
        raise ServiceError("geocode_answer_large", limit=str(limits.ANSWER_BYTES // limits.MIB))
    return answer


def matches_of(answer: bytes) -> tuple[AddressMatch, ...]:
    """The matches in an answer.

    Raises
    ------
    ServiceError
        If it is anything but a list of places with a name and degrees that exist.
    """
    try:
        found = json.loads(answer.decode("utf-8"))
        if not isinstance(found, list):
            raise TypeError
        return tuple(_match(item) for item in found[:MATCHES])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise ServiceError("geocode_answer", start=shown(answer[:200].decode("utf-8", "replace"))) from error


def _match(item: Any) -> AddressMatch:
    lon, lat, name = float(item["lon"]), float(item["lat"]), item["display_name"]
    # Written so that NaN fails.
    if not (abs(lon) <= 180 and abs(lat) <= 90 and isinstance(name, str)):
        raise ValueError
    return AddressMatch(lon, lat, cleaned(name[: 2 * limits.NAME_LETTERS])[: limits.NAME_LETTERS])


def _keep(file: Path, found: tuple[AddressMatch, ...]) -> None:
    """Write an answer in the form of the service, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = [{"lon": it.lon, "lat": it.lat, "display_name": it.name} for it in found]
    number, temporary = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            json.dump(content, stream)
        Path(temporary).replace(file)
    finally:
        Path(temporary).unlink(missing_ok=True)
