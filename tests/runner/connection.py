"""A check's process and its job's, connected as two threads of this process."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from practicum.python_source.check_name_sources import find_borrowing
from practicum.runner.inside import child
from practicum.runner.inside.answer_server import AnswerServer
from practicum.runner.inside.check_process import CheckNamespace, CheckPeer
from practicum.runner.inside.deserialize import Deserializer
from practicum.runner.inside.message_format import ReferenceTable
from practicum.runner.inside.serialize import Serializer


class Wire:
    """Frames over one end of a socket pair."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._file = end.makefile("rb")

    def send(self, letter: bytes, content: bytes) -> None:
        self._end.sendall(letter + len(content).to_bytes(4, "big") + content)

    def receive(self) -> tuple[bytes, bytes]:
        head = self._file.read(5)
        if len(head) < 5:
            raise EOFError
        return head[:1], self._file.read(int.from_bytes(head[1:], "big"))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self._end.close()


def describe(error: BaseException) -> dict[str, Any]:
    return {"failure": child.failure(error, ""), "traceback": ""}


@contextlib.contextmanager
def connected_check(code: str, setup: str = "", source: str = "") -> Iterator[CheckPeer]:
    """A check's peer, connected to a job's process (a thread here) in which setup and code have run."""
    ends = [Wire(end) for end in socket.socketpair()]

    def job() -> None:
        space: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(setup, "<setup>", "exec"), space)  # noqa: S102
        exec(compile(code, "<snippet>", "exec"), space)  # noqa: S102
        AnswerServer(ends[1].send, ends[1].receive, describe, space, lambda: "").serve()

    thread = threading.Thread(target=job, daemon=True)
    thread.start()
    peer = CheckPeer(ends[0].send, ends[0].receive, describe)
    space = CheckNamespace({"__name__": "__main__"})
    exec(compile(setup, "<setup>", "exec"), space)  # noqa: S102
    peer.begin(space, find_borrowing(setup, code).to_json(), {"__name__", "__builtins__"}, setup + source)
    try:
        yield peer
    finally:
        ends[0].send(b"O", b"")
        thread.join(60)
        for end in ends:
            end.close()


def check(check: str, code: str, setup: str = "") -> None:
    """Run a check as its process would; raises what it raises."""
    with connected_check(code, setup, check) as peer:
        exec(compile(check, "<check>", "exec"), peer.space)  # noqa: S102


def there_and_back(value: object) -> Any:
    serializer = Serializer(ReferenceTable())
    reader = Deserializer(ReferenceTable(), serializer.message(serializer.serialize(value)), None)
    return reader.deserialize(reader.content)
