"""Reading a form: what an HTML form without files sends, and nothing more."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.requests import Request

from practicum.web.view import Halt

TYPE = "application/x-www-form-urlencoded"
SIZE = 64 * 1024
"""Bytes that a form may have."""
FIELDS = 64


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
