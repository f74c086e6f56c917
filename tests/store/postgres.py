"""A PostgreSQL of the tests' own: on the loopback address, in a temporary folder, as somebody but root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.ports import free_port

MISSING = "PostgreSQL is not installed; `make tools` installs it"


def binaries() -> Path:
    """Where the server's programs are; Debian keeps them out of the path."""
    found = sorted(
        (it for it in Path("/usr/lib/postgresql").glob("*/bin") if (it / "initdb").exists()),
        key=lambda it: int(it.parent.name) if it.parent.name.isdigit() else 0,
    )
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    assert initdb is not None, MISSING
    return Path(initdb).resolve().parent


class Server:
    """A running server; databases are made in it, it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.folder, self.data = binaries(), folder, folder / "data"
        # The server refuses to run as root.
        self.user = None if os.geteuid() else next(it for it in ("postgres", "nobody") if known(it))
        if self.user is not None:
            os.chown(folder, pwd.getpwnam(self.user).pw_uid, -1)
        # It falls and comes back at the same port: nobody else may get it meanwhile.
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.made, self.emptied_url = 0, ""
        self.run("initdb", "-D", self.data, "-U", "iqgeo", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    def run(self, program, *arguments):
        done = subprocess.run(
            [self.bin / program, *arguments],
            capture_output=True,
            user=self.user,
            cwd=self.folder,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                self.bin / "postgres", "-D", self.data, "-p", str(self.port), "-k", self.folder,
                "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=16MB",
                "-c", "max_connections=50",
            ],
            user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                assert self.process.poll() is None, "PostgreSQL did not start"
                time.sleep(0.1)
        raise AssertionError("PostgreSQL does not answer")

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End the server; ``SIGQUIT`` at once and without tidying up, as a crash does."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def url(self, database: str) -> str:
        return f"postgresql://iqgeo@127.0.0.1:{self.port}/{database}"

    def emptied(self) -> str:
        """The address of one and the same database, empty: much quicker than a new one."""
        if not self.emptied_url:
            self.emptied_url = self.new_database()
        with psycopg.connect(self.emptied_url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.emptied_url

    def new_database(self) -> str:
        """The address of a database of its own."""
        self.made += 1
        name = f"plans_{self.made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)


def known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


@contextmanager
def running():
    # Not pytest's folder: nobody but its owner comes into that.
    with tempfile.TemporaryDirectory(prefix="iqgeo-pg-") as made:
        server = Server(Path(made))
        server.start()
        try:
            yield server
        finally:
            server.stop()
