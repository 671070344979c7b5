"""The token in a visitor's cookie: random, with the time at which it was issued, and signed by the service."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""A token is 32 bytes in base64: 16 random bytes, 4 of its time, and 12 of its signature."""
_RANDOM, _TIME = 16, 4
_SIGNED = _RANDOM + _TIME
_PROCESS_KEY = secrets.token_bytes(32)


class TokenIssuer:
    """Issues tokens and recognises its own.

    Args:
        key: Signs the tokens. Another service with the same key recognises them. Default: a random one of this process.
        clock: Returns the seconds since 1970.
    """

    def __init__(self, key: bytes | None = None, clock: Callable[[], float] = time.time) -> None:
        self._key = key or _PROCESS_KEY
        self._clock = clock

    def issue(self) -> str:
        """Return a new token."""
        signed = secrets.token_bytes(_RANDOM) + int(self._clock()).to_bytes(_TIME)
        return _encoded(signed + self._signature(signed))

    def age(self, token: str) -> float | None:
        """Return the seconds since a token was issued; None if it was not issued with this key."""
        if not TOKEN.fullmatch(token):
            return None
        content = urlsafe_b64decode(token + "=")
        signed, signature = content[:_SIGNED], content[_SIGNED:]
        if _encoded(content) != token or not hmac.compare_digest(signature, self._signature(signed)):
            return None
        return self._clock() - int.from_bytes(signed[_RANDOM:])

    def _signature(self, signed: bytes) -> bytes:
        return hmac.digest(self._key, signed, hashlib.sha256)[: 32 - _SIGNED]


def derived_key(key: bytes | None, purpose: str) -> bytes:
    """Return a key for another purpose, derived from the key that signs tokens. Default: that of this process."""
    return hmac.digest(key or _PROCESS_KEY, f"practicum {purpose}".encode(), hashlib.sha256)


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
