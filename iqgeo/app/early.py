"""A script that stands on the page before streamlit's own do: what the way back leads to.

An ASGI layer of its own that knows no streamlit. Streamlit makes a step back of every change of the address,
so that the way back would lead to the same page first: only another page is a step. Said by a component,
that would hold only once the component has come.
"""

from collections.abc import MutableMapping
from typing import Any, Final

from iqgeo.app.shield import COMPONENT, MEDIA, STATIC, Application, Receive, Scope, Send

SCRIPT: Final = """
(function () {
  var past = window.history, push = past.pushState;
  past.pushState = function (state, title, url) {
    var same = url && new URL(url, location.href).pathname === location.pathname;
    if (same) { past.replaceState(state, title, url); } else { push.call(past, state, title, url); }
  };
})();
"""
_HEAD: Final = b"<head>"
# The page is another one than the file that these speak of.
_OF_THE_FILE: Final = (b"content-length", b"etag", b"last-modified", b"accept-ranges")
_CONDITIONS: Final = (b"if-none-match", b"if-modified-since", b"range")


class Early:
    """The layer: puts the script into the page, and lets everything else pass as it is.

    Parameters
    ----------
    application : Application
        What answers.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        path = str(scope.get("path", ""))
        if scope.get("method") != "GET" or any(it in path for it in (STATIC, COMPONENT, MEDIA)):
            await self._application(scope, receive, send)
            return
        headers = [it for it in scope["headers"] if it[0].lower() not in _CONDITIONS]
        page = _Page(send)
        await self._application({**scope, "headers": headers}, receive, page.sent)


class _Page:
    """An answer on its way: held back until all of it is there, if it is a page."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: MutableMapping[str, Any] | None = None
        self._body = b""

    async def sent(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._whole(self._start)
        else:
            await self._send(message)

    async def _whole(self, start: MutableMapping[str, Any]) -> None:
        body = self._body.replace(_HEAD, _HEAD + f"<script>{SCRIPT}</script>".encode(), 1)
        kept = [it for it in start["headers"] if it[0].lower() not in _OF_THE_FILE]
        length = (b"content-length", str(len(body)).encode())
        await self._send({**start, "headers": [*kept, length]})
        await self._send({"type": "http.response.body", "body": body})


def _is_page(start: MutableMapping[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in start.get("headers", ())}
    plain = b"content-encoding" not in headers
    return plain and headers.get(b"content-type", b"").startswith(b"text/html")
