"""The errors of the lab that its user can do something about."""

from __future__ import annotations

from practicum.errors import CodedError


class LabError(CodedError):
    """A problem with the user's images, options, network or machine; its message says what to do about it.

    `practicum lab` shows the message alone. Every other exception is a defect of the lab and keeps its traceback.
    """
