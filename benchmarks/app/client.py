"""A server of the app, and a visitor who speaks to it as a browser tab does, without drawing anything.

Eight browsers on two cores would measure the browsers; the visitor measures the server. It keeps what the
server allows to keep (the page of the map) and names it in every request, as a browser does.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

from tests.app.conftest import start_app, wait_until_healthy
from tests.ports import free_port

ANSWER_S = 120
_SUBPROTOCOL = "streamlit"


class Server:
    """The app in a process of its own."""

    def __init__(self, pid: int, address: str) -> None:
        self.process, self.address = psutil.Process(pid), address

    @property
    def resident_mb(self) -> float:
        return self.process.memory_info().rss / 2**20

    @property
    def cpu_seconds(self) -> float:
        spent = self.process.cpu_times()
        return spent.user + spent.system

    def sessions(self) -> int:
        """Sessions with a connected tab, as the server itself counts them."""
        with urllib.request.urlopen(
            f"{self.address}/_stcore/metrics?families=active_sessions", timeout=10
        ) as answer:
            found = re.search(r"^active_sessions\S* (\d+)", answer.read().decode(), re.MULTILINE)
        if found is None:
            raise RuntimeError("the server does not count its sessions")
        return int(found[1])


@contextmanager
def server(script: Path | None = None) -> Iterator[Server]:
    """Run the app, or another script by streamlit as a peer."""
    if script is None:
        # The server counts its sessions, and tells nobody unless asked to.
        os.environ["IQGEO_METRICS"] = "1"
        process, address = start_app()
    else:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
             f"--server.port={port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        wait_until_healthy(process, address)
        yield Server(process.pid, address)
    finally:
        process.terminate()
        process.wait(20)


class Visitor:
    """One tab. Open it with a page, act, read what it would show."""

    def __init__(self, address: str, page: str, **connection: object) -> None:
        self._open, self._address, self._session = ExitStack(), address, ""
        self._socket = self._open.enter_context(
            connect(
                f"{address.replace('http', 'ws', 1)}/_stcore/stream",
                subprotocols=[_SUBPROTOCOL],  # type: ignore[list-item]  # a name of their own type
                max_size=None,
                compression=None,
                **connection,  # type: ignore[arg-type]  # as connect takes them
            )
        )
        self._kept: dict[str, ForwardMsg] = {}
        self._states: dict[str, WidgetState] = {}
        self._lists: set[str] = set()
        self._hash = self._query = ""
        self.words = ""
        self.received_bytes = self.messages = 0
        self.widgets: dict[str, tuple[str, list[str]]] = {}
        self.seconds = self._run(page_name=page)

    def close(self) -> None:
        self._open.close()

    def map_event(self, key: str, **event: object) -> float:
        """Do something on a map; returns the seconds until the page stood again."""
        return self._set(key, json_value=json.dumps({"at": time.time(), **event}))

    def choose(self, key: str, option: str) -> float:
        """Choose one of the segments, or of the lines of a list, whose words hold ``option``."""
        words = next(it for it in self.widgets[key][1] if option in it)
        if self.widgets[key][0] in self._lists:
            return self._set(key, string_value=words)
        return self._set(key, string_array_value={"data": [words]})

    def press(self, key: str) -> float:
        """Press a button."""
        return self._set(key, trigger_value=True)

    def look(self, page: str) -> float:
        """Go to another page in the same tab."""
        self._hash = ""
        return self._run(page_name=page)

    def again(self) -> float:
        """Run the page once more, as a page does that waits for something."""
        return self._run()

    def bring(self, key: str, name: str, content: bytes) -> float:
        """Hand a file to an uploader, as a browser does; returns the seconds until the page stood again."""
        asked = BackMsg()
        asked.file_urls_request.request_id = "1"
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self._session
        self._socket.send(asked.SerializeToString())
        while True:
            _, answer = self._received()
            if answer.WhichOneof("type") == "file_urls_response":
                break
        urls = answer.file_urls_response.file_urls[0]
        with urllib.request.urlopen(f"{self._address}/_stcore/health", timeout=ANSWER_S) as health:
            kept = str(health.headers["set-cookie"]).split(";")[0]
        body = (
            f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
            + content
            + b"\r\n--limit--\r\n"
        )
        put = urllib.request.Request(
            f"{self._address}/{urls.upload_url.lstrip('/')}", data=body, method="PUT",
            headers={
                "Content-Type": "multipart/form-data; boundary=limit", "Cookie": kept,
                "X-Xsrftoken": kept.partition("=")[2],
            },
        )  # fmt: skip
        with urllib.request.urlopen(put, timeout=ANSWER_S):
            pass
        state = WidgetState(id=self.widgets[key][0])
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(content), urls.file_id
        info.file_urls.CopyFrom(urls)
        self._states[state.id] = state
        return self._run()

    def _received(self) -> tuple[int, ForwardMsg]:
        """The next message of the server, and of how many bytes it is."""
        raw = self._socket.recv(timeout=ANSWER_S)
        # What the server sends is bytes.
        return len(raw), ForwardMsg.FromString(raw)  # type: ignore[arg-type]

    def _set(self, key: str, **value: object) -> float:
        # As the kind of widget wants it.
        state = WidgetState(id=self.widgets[key][0], **value)  # type: ignore[arg-type]
        self._states[state.id] = state
        try:
            return self._run()
        finally:
            if "trigger_value" in value:
                del self._states[state.id]

    def _run(self, page_name: str = "") -> float:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.page_name = self._query, self._hash, page_name
        asked.widget_states.widgets.extend(self._states.values())
        asked.cached_message_hashes.extend(self._kept)
        self.received_bytes = self.messages = 0
        start = time.perf_counter()
        self._socket.send(message.SerializeToString())
        kind: str | None = "nothing yet"
        while True:
            try:
                size, answer = self._received()
            except TimeoutError as silence:
                raise TimeoutError(
                    f"{page_name or self._hash!r}: nothing for {ANSWER_S} s after {self.messages} messages"
                    f" (the last: {kind}), {time.perf_counter() - start:.0f} s since it was asked for"
                ) from silence
            self.received_bytes += size
            self.messages += 1
            kind = answer.WhichOneof("type")
            if kind == "ref_hash":
                path = list(answer.metadata.delta_path)
                answer = self._kept[answer.ref_hash]
                self._take(answer, path)
            elif kind == "delta":
                self._take(answer, list(answer.metadata.delta_path))
            elif kind == "new_session":
                # A run may start anew in the middle (a button that asks for it): only the last one counts.
                self._session = answer.new_session.initialize.session_id or self._session
                self._shown: dict[tuple[int, ...], str] = {}
                self.widgets = {}
            elif kind == "navigation":
                self._hash = answer.navigation.page_script_hash
            elif kind == "page_info_changed":
                self._query = answer.page_info_changed.query_string
            elif kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
            if answer.metadata.cacheable:
                self._kept[answer.hash] = answer
        self.seconds = time.perf_counter() - start
        self.words = "\n".join(self._shown.values())
        return self.seconds

    def _take(self, message: ForwardMsg, path: list[int]) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "html":
            self._shown[tuple(path)] = element.html.body
        elif kind == "exception":
            raise RuntimeError(f"{element.exception.type}: {element.exception.message}")
        elif kind is not None:
            shown = getattr(element, kind)
            key = re.match(r"\$\$ID-[0-9a-f]+-(.+)", getattr(shown, "id", ""))
            if key is not None and key[1] != "None":
                options = []
                if kind == "button_group":
                    options = [it.content for it in shown.options]
                elif kind == "selectbox":
                    options = list(shown.options)
                    self._lists.add(shown.id)
                self.widgets[key[1]] = (shown.id, options)
