"""A private PostgreSQL cluster for tests: its files and its socket are in a temporary folder."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.waiting import eventually

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian installs each version's programs, outside of the PATH."""
ACCOUNT = "postgres"
"""The account of Debian's package. PostgreSQL refuses to run as root."""
PORT = 5432
"""Only the name of the socket: the cluster listens on no address."""
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "16MB",
    "max_connections": "60",
    # A killed server loses nothing, because the system's cache survives it.
    "fsync": "off",
    "autovacuum": "off",
}


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, of the newest version; None if it is not installed."""
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """A running server, which can be killed and started again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._account = {"user": ACCOUNT, "group": ACCOUNT} if os.geteuid() == 0 else {}
        if self._account:
            shutil.chown(folder, **self._account)
        options = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        self._call("initdb", *options, "--pgdata", str(folder / "data"))
        self.start()

    def _call(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=120, **self._account)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *options]
        with (self.folder / "log").open("a") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._account)
        assert eventually(self._answers), (self.folder / "log").read_text()

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self.conninfo()):
            return True
        return False

    def stop(self) -> None:
        """Stop it in order, ending all connections."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(60)

    def kill(self) -> None:
        """Kill it and all that it started, as a crash of the machine would."""
        self._call("pg_ctl", "stop", "--mode=immediate", "--pgdata", str(self.folder / "data"))
        self._server.wait(60)

    def conninfo(self, database: str = "postgres") -> str:
        """The address of a database for psycopg."""
        return f"host={self.folder} port={PORT} user=postgres dbname={database}"

    def url(self, database: str, password: str = "") -> str:
        """The address of a database for practicum. The cluster asks for no password, and accepts any."""
        account = f"postgres:{password}" if password else "postgres"
        return f"postgresql://{account}@/{database}?host={self.folder}&port={PORT}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Create an empty database and yield its name; drop it afterwards."""
        name = f"practicum_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name}")
        yield name
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Execute one statement, in no transaction."""
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@contextmanager
def private_cluster() -> Iterator[Cluster]:
    """Create and start a cluster, and remove it. Skips the test where PostgreSQL is not installed."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    # Short and outside of pytest's folder: a socket's path has 107 bytes at most, and pytest's folder is private.
    folder = Path(tempfile.mkdtemp(prefix="practicum-pg-"))
    try:
        cluster = Cluster(folder, found)
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
