"""Reading a form: what an HTML form sends, without files or with one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import wraps
from urllib.parse import parse_qsl

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application.learner_jobs import MAX_CODE
from practicum.application.refusals import Reason, Refused

TYPE = "application/x-www-form-urlencoded"
FILE_TYPE = "multipart/form-data"
MAX_SIZE = 64 * 1024
"""Bytes that a form may have."""
MAX_CODE_SIZE = 12 * MAX_CODE + 1_000
"""Bytes of a form with code: each character four bytes, each byte written as `%XX`."""
MAX_FIELDS = 64
MAX_SHORT = 100
"""Characters that a short field may have."""

Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]
FormHandler = Callable[[Request, FormData], Awaitable[Response]]
BlockingFormHandler = Callable[[Request, FormData], Response]
ReadForm = Callable[[Request, int], Awaitable[FormData]]


def short_field(form: FormData, name: str, limit: int = MAX_SHORT) -> str:
    """Return a field; empty if it is missing, longer than `limit` characters, or a file."""
    value = form.get(name)
    return value if isinstance(value, str) and len(value) <= limit else ""


def code_field(form: FormData, name: str = "code") -> str:
    """Return a field as it was typed: forms send line ends of their own."""
    text = form.get(name, "")
    return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else ""


def answer_fields(form: FormData) -> list[str]:
    """Return the fields named `answer`."""
    return [field for field in form.getlist("answer") if isinstance(field, str)]


async def read_form(request: Request, size: int = MAX_SIZE) -> FormData:
    """Return the form in a request's body. Raises Refused: invalid for another type, too large above `size` bytes."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise _no_form("wrong-content-type")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > size:
            raise Refused(
                Reason.TOO_LARGE, "form-too-large", "This form is too large", "Nothing was stored or run. Shorten it."
            )
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise _no_form("malformed-form") from None
    return FormData([*fields])


async def read_upload(request: Request, size: int) -> FormData:
    """Return the form in a request's body, with up to one file, which is on disk; close the form afterwards.

    Raises Refused: invalid for another type, too large above `size` bytes.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FILE_TYPE:
        raise _no_form("wrong-content-type")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > size:
        raise _too_large(size)

    async def bounded() -> AsyncGenerator[bytes, None]:
        received = 0
        async for chunk in request.stream():
            received += len(chunk)
            if received > size:
                raise _too_large(size)
            yield chunk

    try:
        return await MultiPartParser(request.headers, bounded(), max_files=1, max_fields=MAX_FIELDS).parse()
    except (MultiPartException, ValueError, KeyError):
        raise _no_form("malformed-form") from None


def _too_large(size: int) -> Refused:
    message = f"A file may have up to {size >> 20} MB. Nothing was stored."
    return Refused(Reason.TOO_LARGE, "file-too-large", "This file is too large", message)


def _no_form(code: str) -> Refused:
    return Refused(
        Reason.UNSUPPORTED if code == "wrong-content-type" else Reason.INVALID,
        code,
        "This is not a form of this page",
        "Open the page again, and use its buttons.",
    )


# --- routes


def get(path: str, handler: Handler) -> Route:
    """Return the route of a page."""
    return Route(path, handler, methods=["GET"])


def post(path: str, handler: FormHandler, size: int = MAX_SIZE, read: ReadForm = read_form) -> Route:
    """Return the route of a form, which is read before its handler is called.

    Args:
        path: The path, as Starlette writes it.
        handler: Answers the form.
        size: Bytes that the form may have.
        read: Reads the form.
    """

    @wraps(handler)
    async def receive(request: Request) -> Response:
        return await handler(request, await read(request, size))

    return Route(path, receive, methods=["POST"])


def blocking(handler: BlockingFormHandler) -> FormHandler:
    """Return a handler that runs in a thread, for one that waits for the store."""

    async def threaded(request: Request, form: FormData) -> Response:
        return await in_thread(handler, request, form)

    return threaded
