"""Main program of an interpreter in subprocess mode: connect, import, set limits, run one job, exit."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import socket
import sys
from collections.abc import Iterator

from practicum.runner.inside import child, preload, self_restriction


def main() -> None:
    """Run one job for the server whose address is on standard input."""
    config = json.load(sys.stdin)
    sys.argv = [""]
    # Connects first, so that the server notices a failing import at once.
    server = socket.create_connection(("127.0.0.1", config["port"]))
    server.sendall(bytes.fromhex(config["token"]))
    channel = child.Channel(server.recv, server.send)
    gc.disable()  # as in a zygote; the job enables it
    try:
        with _silence():
            preload.prepare(config["preload"], config["folders"])
    except ImportError as error:
        channel.send(b"X", str(error))
        return
    child.reset_streams()
    job = channel.receive()
    with contextlib.suppress(NameError, AttributeError, ValueError, OSError):
        self_restriction.set_limits(
            job["memory"], job["disk"], job["seconds"], threads=None
        )  # against accidents, not against attackers
    try:
        child.run_job(channel, job, config["traces"] if config["traces"] >= 0 else None, is_isolated=False)
    finally:
        os._exit(0)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Discard stderr while TensorFlow is imported: what its C++ code writes is not the job's output."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
