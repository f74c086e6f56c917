"""What stands before the pages: who may ask under which name, and what a browser may do with the answer.

An ASGI layer of its own that knows no streamlit. A request under a name that is not this server's, or from
a page of somebody else, ends here: streamlit would ask a public service for its own address to find out.
"""

import base64
import hashlib
import ipaddress
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from iqgeo.safe.clean import terminal_text
from iqgeo.texts import LANGUAGES, text

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_MISDIRECTED, _FORBIDDEN, _NOT_FOUND = 421, 403, 404
_POLICY_VIOLATION: Final = 1008
_HEALTH: Final = "/_stcore/health"
METRICS: Final = "/_stcore/metrics"
# Numbers of the process, a door for programs, a check that runs the page: nothing a visitor needs.
CLOSED: Final = (METRICS, "/_stcore/agent", "/_stcore/script-health-check")
COMPONENT: Final = "/component/"
MEDIA: Final = "/media/"
STATIC: Final = "/static/"
_INLINE: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_LONGEST_NAME: Final = 80

_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_POLICY: Final = {
    "default-src": "'self'",
    "script-src": "'self'",
    # Streamlit and the map write styles as they draw.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}


@dataclass(frozen=True)
class Names:
    """Under which names the app is known.

    Attributes
    ----------
    hosts : tuple[str, ...]
        Names of this server beside those of the machine itself; ``*.example.org`` for all below, ``*`` for
        any.
    origins : tuple[str, ...]
        Other sites whose pages may talk to the app, as ``https://example.org``.
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def knows_host(self, host: str | None) -> bool:
        """Whether a request may come under that name: a number always, which nobody can redirect."""
        parsed = _split(f"//{host}") if host else None
        if parsed is None or parsed.path or parsed.query or parsed.fragment or "@" in parsed.netloc:
            return False
        name = _name(parsed)
        return bool(name) and (
            _is_number(name) or _is_here(name) or any(_fits(name, it) for it in self.hosts)
        )

    def knows_origin(self, origin: str, host: str) -> bool:
        """Whether the page that asks is one of ours: the same name and port, or one that was allowed."""
        parsed = _split(origin)
        if parsed is None or parsed.scheme not in ("http", "https"):
            return False
        if parsed.netloc.lower() == host.lower() or origin.lower() in (it.lower() for it in self.origins):
            return True
        # A proxy may have changed the name or the port that arrives here.
        return any(_fits(_name(parsed), it) for it in self.hosts if it != "*")


def _split(address: str) -> SplitResult | None:
    try:
        parsed = urlsplit(address)
        # What is no number in the range of ports is found only here.
        _ = parsed.port
    except ValueError:
        return None
    return parsed


def _name(parsed: SplitResult) -> str:
    return (parsed.hostname or "").rstrip(".")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_here(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost")


def _fits(name: str, pattern: str) -> bool:
    pattern = pattern.strip().lower().rstrip(".")
    return pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))


class Shield:
    """The layer: refuses, or passes on and puts its headers on what comes back.

    Parameters
    ----------
    application : Application
        What answers.
    names : Callable[[], Names]
        Asked for at the first request, when the settings are known.
    page : Path
        The one page that streamlit shows, whose inline scripts are allowed as they are.
    scripts : tuple[str, ...]
        Others that are put into it, and are allowed too.
    closed : tuple[str, ...]
        Paths that nobody gets an answer from.
    """

    def __init__(
        self,
        application: Application,
        names: Callable[[], Names],
        page: Path,
        scripts: tuple[str, ...] = (),
        closed: tuple[str, ...] = CLOSED,
    ) -> None:
        self._application = application
        self._names = names
        self._page = page
        self._scripts = scripts
        self._closed = closed
        self._policies: dict[str, bytes] | None = None
        self._said: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        status = self._refused(scope)
        if status is not None:
            await _refuse(scope, send, status)
            return
        more = self._headers(str(scope["path"]))

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in more}
                there = [it for it in message.get("headers", ()) if it[0].lower() not in ours]
                message = {**message, "headers": [*there, *more]}
            await send(message)

        await self._application(scope, receive, sent)

    def _refused(self, scope: Scope) -> int | None:
        path = str(scope["path"]).rstrip("/")
        if any(closed in path for closed in self._closed):
            return _NOT_FOUND
        hosts, origins = _values(scope, b"host"), _values(scope, b"origin")
        if not hosts and path.endswith(_HEALTH):
            # Who looks whether the app lives may say no name.
            return None
        names = self._names()
        if len(hosts) != 1 or not names.knows_host(hosts[0]):
            self._say("host", hosts)
            return _MISDIRECTED
        if len(origins) > 1 or not all(names.knows_origin(it, hosts[0]) for it in origins):
            self._say("origin", origins)
            return _FORBIDDEN
        return None

    def _say(self, what: str, values: list[str]) -> None:
        """Tell whoever runs the app, once a kind: what comes from outside must not fill a log."""
        if what in self._said:
            return
        self._said.add(what)
        named = terminal_text(" ".join(values)[:_LONGEST_NAME]) or "–"
        words = " / ".join(text(f"app.shield.{what}", lang, named=named) for lang in LANGUAGES)
        logging.getLogger("iqgeo").warning(words)

    def _headers(self, path: str) -> list[tuple[bytes, bytes]]:
        if self._policies is None:
            self._policies = _policies(self._page, self._scripts)
        ours = "" if STATIC in path else path
        kind = next((it for it in (COMPONENT, MEDIA) if it in ours), "")
        headers = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
        return [*headers, (b"content-security-policy", self._policies[kind])]


def _policies(page: Path, scripts: tuple[str, ...]) -> dict[str, bytes]:
    """What may run: on the page streamlit's own scripts and those given, in the frame of the map its own too.

    A file that the app hands out runs nothing, whatever it is.
    """
    allowed = [*_INLINE.findall(page.read_bytes()), *(it.encode() for it in scripts)]
    inline = " ".join(map(_hashed, allowed))
    return {
        "": _policy(_POLICY | {"script-src": f"'self' {inline}".strip()}),
        COMPONENT: _policy(_POLICY | {"script-src": "'self' 'unsafe-inline'"}),
        MEDIA: b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    }


def _hashed(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


def _policy(parts: dict[str, str]) -> bytes:
    return "; ".join(f"{name} {allowed}" for name, allowed in parts.items()).encode()


def _values(scope: Scope, name: bytes) -> list[str]:
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        # Before it was accepted: the server answers the handshake with 403.
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": ""})
        return
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
