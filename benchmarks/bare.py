"""The least that stores an answer durably: one Starlette handler, one row, one commit.

Run by `python -m benchmarks.bare FILE`, with the file of a database that is not there yet.
"""

from __future__ import annotations

import socket
import sqlite3
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def create_app(file: str) -> Starlette:
    """It reads no form, asks nobody who they are, judges nothing: the body goes into a row as it came.

    The commit is made in the event loop: with one writer at a time, a thread for it was measured to cost more.
    """
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")

    async def store(request: Request) -> Response:
        database.execute("INSERT INTO answer (body) VALUES (?)", (await request.body(),))
        return Response(status_code=303, headers={"location": "/"})

    return Starlette(routes=[Route("/answer", store, methods=["POST"])])


def main(file: str) -> None:
    """Serve it as `practicum serve` serves: the same server with the same settings."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        create_app(file), log_level="warning", access_log=False, server_header=False, lifespan="on", ws="none"
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
