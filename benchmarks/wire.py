"""HTTP/1.1 to this machine, as lean as it goes, so that the client is not what is measured."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    host: str
    port: int


@dataclass(frozen=True)
class Answer:
    """A response. `size` counts every byte of it on the wire, head included."""

    status: int
    head: str
    body: bytes
    size: int

    def header(self, name: str) -> str:
        """The header's first value, or nothing."""
        found = re.search(rf"^{name}: *(.*?)\r?$", self.head, re.I | re.M)
        return found[1] if found else ""


class Line:
    """One connection, kept open. One request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @classmethod
    async def to(cls, address: Address) -> Self:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        return cls(reader, writer, f"{address.host}:{address.port}")

    async def ask(self, request: bytes) -> Answer:
        """Send a request made by :func:`get` or :func:`post`, and read its response to the end."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        text = head.decode("latin-1")
        length = re.search(r"^content-length: *(\d+)", text, re.I | re.M)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        return Answer(int(text[9:12]), text, body, len(head) + len(body))

    def close(self) -> None:
        self._writer.close()


def get(address: Address, path: str, headers: Mapping[str, str]) -> bytes:
    """A GET's bytes."""
    return _head("GET", address, path, headers)


def post(address: Address, path: str, headers: Mapping[str, str], fields: Mapping[str, str]) -> bytes:
    """A form's bytes."""
    body = urlencode(fields).encode()
    form = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
    return _head("POST", address, path, {**headers, **form}) + body


def _head(method: str, address: Address, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"host: {address.host}:{address.port}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()
