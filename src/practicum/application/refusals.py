"""Why a request cannot be carried out: a reason that a program understands, and words for a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from practicum.errors import CodedError


class Reason(StrEnum):
    """What kind of refusal it is. A web page turns it into a status, an API into its own field."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too-large"
    INCOMPLETE = "incomplete"
    UNSUPPORTED = "unsupported"
    TOO_MANY = "too-many"
    UNAVAILABLE = "unavailable"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Link:
    """Where to go instead: the path of something, and a label for it."""

    path: str
    label: str


class Refused(CodedError):
    """A request that was not carried out, and has changed nothing.

    Args:
        reason: The kind of refusal.
        code: Kebab-case, one for each case: `no-such-topic`.
        heading: What happened, in a few words.
        message: What to do about it, or why; may be empty.
        link: Where to go instead.
    """

    def __init__(self, reason: Reason, code: str, heading: str, message: str = "", link: Link | None = None) -> None:
        super().__init__(code, message)
        self.reason = reason
        self.heading = heading
        self.link = link

    def __str__(self) -> str:
        return f"{self.heading}. {self.message}" if self.message else self.heading
