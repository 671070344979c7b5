"""Pages for requests that were refused or failed: what happened, and what to do."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from practicum.application.refusals import Link, Reason, Refused
from practicum.application.store_trouble import public_message
from practicum.store import StoreError
from practicum.web import rendering

STATUS = {
    Reason.INVALID: 400,
    Reason.FORBIDDEN: 403,
    Reason.NOT_FOUND: 404,
    Reason.CONFLICT: 409,
    Reason.GONE: 410,
    Reason.TOO_LARGE: 413,
    Reason.UNSUPPORTED: 415,
    Reason.INCOMPLETE: 422,
    Reason.TOO_MANY: 429,
    Reason.DAMAGED: 500,
    Reason.UNAVAILABLE: 503,
}
HOME = Link("/", "Go to the home page")
CODE_HEADER = "practicum-refusal"
"""The response header with the code of a refusal, for programs and tests."""
RETRY_AFTER = 5
"""Seconds after which a program may send a request again that the service could not answer."""
_NOT_OF_THE_DATABASE = ("no-such-learner", "no-such-sitting")
"""Codes of errors that the store does not log, because its database works."""
_HEADINGS = {
    404: ("There is no such page", "The address may be mistyped, or the page has moved."),
    405: ("This address only takes forms", "Go back, and use the buttons of the page."),
}


def error_page(
    request: Request, status: int, heading: str, message: str, link: Link = HOME, code: str = ""
) -> Response:
    """Return a page that reports what happened, with a link to go on; to one of our scripts, the words alone."""
    if rendering.wants_events(request):
        text = " ".join(filter(None, (heading + "." if message else heading, message)))
        response: Response = PlainTextResponse(text, status)
    else:
        response = rendering.page(request, "error.html", status, heading=heading, message=message, link=link)
    if code:
        response.headers[CODE_HEADER] = code
    if status == STATUS[Reason.UNAVAILABLE]:
        response.headers["retry-after"] = str(RETRY_AFTER)
    return response


def refused(request: Request, error: Exception) -> Response:
    """Return the page for a refusal."""
    assert isinstance(error, Refused)
    return error_page(request, STATUS[error.reason], error.heading, error.message, error.link or HOME, error.code)


def http_error(request: Request, error: Exception) -> Response:
    """Return the page for an address or a method that does not exist."""
    assert isinstance(error, HTTPException)
    default = ("This did not work", str(error.detail))
    return error_page(request, error.status_code, *_HEADINGS.get(error.status_code, default))


def store_error(request: Request, error: Exception) -> Response:
    """Return the page for a store that cannot be read or written: nothing was acknowledged."""
    assert isinstance(error, StoreError)
    if error.code in _NOT_OF_THE_DATABASE:
        logging.getLogger(__name__).error("%s", error, exc_info=error)
    message = f"Nothing was lost, and nothing was counted. {public_message(error)}"
    return error_page(request, 503, "Your progress cannot be stored", message, code=error.code)


def server_error(request: Request, error: Exception) -> Response:
    """Return the page for a fault in practicum."""
    message = (
        "This is a fault in practicum, not in your code. Your earlier answers are stored. Try again; if it happens "
        "again, report it with what the service printed."
    )
    return error_page(request, 500, "Something went wrong here", message, code="fault")
