"""A server that speaks the protocol of chat completions, for tests: its answer is chosen by the model's name."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from practicum.propose.language_model import MAX_ANSWER


@dataclass
class ChatServer:
    """A running server and what it was asked."""

    url: str
    answer: str = "[]"
    """What the model says."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    redirected: list[str] = field(default_factory=list)
    """The headers `Authorization` that arrived where redirects lead."""
    released: threading.Event = field(default_factory=threading.Event)
    """Set when a model that never answers may end."""

    async def complete(self, request: Request) -> Response:
        """Answer as OpenAI's endpoint does, or as the model's name demands."""
        asked = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        match asked["model"]:
            case "refusing":
                return PlainTextResponse(f"No access with {self.keys[-1]}", 401)
            case "redirecting":
                return RedirectResponse("/elsewhere", 307)
            case "silent":
                await anyio.to_thread.run_sync(self.released.wait)
            case "dripping":
                return StreamingResponse(self._drip(), media_type="application/json")
            case "flooding":
                return StreamingResponse(self._flood(), media_type="application/json")
            case "empty":
                return JSONResponse({"choices": []})
            case "html":
                return PlainTextResponse("<html>")
        message = {"role": "assistant", "content": self.answer}
        return JSONResponse({"id": "1", "object": "chat.completion", "choices": [{"index": 0, "message": message}]})

    async def elsewhere(self, request: Request) -> Response:
        self.redirected.append(request.headers.get("Authorization", ""))
        return PlainTextResponse("")

    async def _drip(self) -> AsyncIterator[bytes]:
        while not self.released.is_set():
            yield b" "
            await anyio.sleep(0.02)

    async def _flood(self) -> AsyncIterator[bytes]:
        for _ in range(2 * MAX_ANSWER >> 20):
            yield b" " * (1 << 20)


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """Run a server on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        chat = ChatServer(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        routes = [
            Route("/v1/chat/completions", chat.complete, methods=["POST"]),
            Route("/elsewhere", chat.elsewhere, methods=["GET", "POST"]),
        ]
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield chat
        finally:
            chat.released.set()
            server.should_exit = True
            thread.join()


def fenced(candidates: list[dict[str, Any]]) -> str:
    """Candidates as models like to answer."""
    return f"Here they are:\n\n```json\n{json.dumps({'candidates': candidates}, indent=1)}\n```\n\nEnjoy!"
