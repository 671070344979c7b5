"""Reading a form: what an HTML form sends, without files or with one, and nothing more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from practicum.web.view import Halt

TYPE = "application/x-www-form-urlencoded"
SIZE = 64 * 1024
"""Bytes that a form may have."""
FIELDS = 64
FILE_TYPE = "multipart/form-data"
WORD = 100
"""Letters that a short field may have."""


def word(form: FormData, name: str, most: int = WORD) -> str:
    """A field of a sensible length; nothing if it is not there, is longer, or is a file."""
    value = form.get(name)
    return value if isinstance(value, str) and len(value) <= most else ""


def code(form: FormData, name: str = "code") -> str:
    """A field as it was typed: forms send line ends of their own."""
    text = form.get(name, "")
    return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else ""


async def read(request: Request, size: int = SIZE) -> FormData:
    """The form in a request's body. Raises Halt for another type (415), or for more than `size` bytes (413)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise Halt(415, "That is no form of ours", "Open the page anew, and use its buttons.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > size:
            raise Halt(
                413,
                "That is too much",
                "The form was larger than any of ours. Nothing was stored or run.",
            )
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        raise Halt(400, "That is no form of ours", "Open the page anew, and use its buttons.") from None
    return FormData([*fields])


async def read_file(request: Request, size: int) -> FormData:
    """The form in a request's body, with one file at the most, which lies on disk; close it afterwards.

    Raises Halt for another type (415), or for more than `size` bytes (413).
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FILE_TYPE:
        raise Halt(415, "That is no form of ours", "Open the page anew, and use its buttons.")

    async def counted() -> AsyncGenerator[bytes, None]:
        taken = 0
        async for chunk in request.stream():
            taken += len(chunk)
            if taken > size:
                raise Halt(413, "That is too much", f"A file may have {size >> 20} MB at the most. Nothing was stored.")
            yield chunk

    try:
        return await MultiPartParser(request.headers, counted(), max_files=1, max_fields=FIELDS).parse()
    except (MultiPartException, ValueError, KeyError):
        raise Halt(400, "That is no form of ours", "Open the page anew, and use its buttons.") from None
