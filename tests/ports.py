"""Ports of this machine for servers of tests."""

import itertools
import os
import socket

# Below those that the system gives to connections (from 32,768 on): between the look and the start of a
# server, which takes seconds, no connection gets one of these. Each tester has a thousand of its own, takes
# another for every server, and begins where another run of tests beside this one hardly does.
_FIRST, _EACH = 20_000, 1_000
_TESTER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10
_turns = itertools.count(os.getpid() * 7)


def free_port() -> int:
    """A port at which nobody listens."""
    for turn in itertools.islice(_turns, _EACH):
        port = _FIRST + _EACH * _TESTER + turn % _EACH
        with socket.socket() as probe:
            # As a server does: what a connection that has ended still holds is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no port is free from {_FIRST + _EACH * _TESTER} on")
