"""The whole life of an interpreter in subprocess mode: import, connect, limit, run one job, end."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterator

from practicum.runner.inside import child, locks, preload


def main() -> None:
    """Run one job for the server whose address is on standard input."""
    config = json.load(sys.stdin)
    sys.argv = [""]
    # Connected first, so that the server sees at once if an import fails.
    server = socket.create_connection(("127.0.0.1", config["port"]))
    server.sendall(bytes.fromhex(config["token"]))
    channel = child.Channel(server.recv, server.send)
    try:
        with _silence():
            preload.prepare(config["preload"], config["folders"])
    except ImportError as error:
        channel.send(b"X", str(error))
        return
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    job = channel.receive()
    with contextlib.suppress(NameError, AttributeError, ValueError, OSError):
        locks.limit(job["memory"], job["disk"], job["seconds"], threads=None)  # for accidents, not attackers
    try:
        child.run(channel, job, config["traces"] if config["traces"] >= 0 else None)
    finally:
        os._exit(0)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep off stderr what TensorFlow's C++ says while it is imported: it is not the job's."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
