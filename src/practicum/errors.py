"""The base of practicum's own exceptions: a stable code beside the message."""

from __future__ import annotations


class CodedError(Exception):
    """An error that programs tell apart by its code, and people by its message.

    Args:
        code: Kebab-case, stable across wordings: `port-in-use`.
        message: What happened, then what to do about it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class InvalidSetting(CodedError):
    """A setting or option has a value that it cannot have.

    Codes: `invalid-setting`, `invalid-proxy`, `invalid-root-path`.
    """
