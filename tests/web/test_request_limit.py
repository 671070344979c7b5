"""Requests above a number at a time: which are refused, and how."""

from __future__ import annotations

import anyio
from starlette.types import Message, Receive, Scope, Send

from practicum.web.request_limit import RequestLimit


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def test_an_address_leaves_room_for_others() -> None:
    """It gets half of all places, another one half of the rest; a place is free again once its request has ended."""
    over = anyio.Event()
    in_progress: list[str] = []
    refused: list[tuple[str, Message]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        in_progress.append(scope["client"][0])
        await over.wait()
        in_progress.remove(scope["client"][0])

    limit = RequestLimit(app, 16)

    async def request(address: str) -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                refused.append((address, message))

        await limit({"type": "http", "method": "GET", "headers": [], "client": (address, 1)}, _nothing, send)

    async def flood() -> tuple[int, int]:
        async with anyio.create_task_group() as group:
            for address in ["192.0.2.1"] * 50 + ["192.0.2.2"] * 50:
                group.start_soon(request, address)
            await anyio.wait_all_tasks_blocked()
            counts = in_progress.count("192.0.2.1"), in_progress.count("192.0.2.2")
            over.set()
        await request("192.0.2.1")
        return counts

    counts = anyio.run(flood)

    assert counts == (8, 4)
    assert len(refused) == 100 - 8 - 4
    for _, message in refused:
        headers = {name.decode(): value.decode() for name, value in message["headers"]}
        assert message["status"] == 503
        assert int(headers["retry-after"]) > 0
        assert headers["practicum-refusal"] == "overloaded"
