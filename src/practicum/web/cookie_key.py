"""The key that signs cookies: a setting, or a file that is created once in the data folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from practicum import settings

FILE = "cookie.key"
_BYTES = 32


class NoCookieKey(Exception):
    """The key can be neither read nor created. The message says why, and what to do."""


def cookie_key(data: Path) -> bytes:
    """Return the key of the settings, or that in the data folder, which is created if it is missing.

    Raises NoCookieKey.
    """
    secret = settings.cookie_secret()
    if secret is not None:
        return hashlib.sha256(b"practicum cookie" + secret.encode()).digest()
    path = data / FILE
    try:
        with contextlib.suppress(FileNotFoundError):
            return _read(path)
        _create(path)
        return _read(path)
    except OSError as error:
        raise NoCookieKey(
            f"The key that signs cookies cannot be stored in {path} ({error.strerror}). Make the folder writable, or "
            f"set {settings.COOKIE_KEY}."
        ) from None


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise NoCookieKey(f"{path} is damaged. Delete it: a new one is created, and no progress is lost.")
    return key


def _create(path: Path) -> None:
    """Write a new key, whole and private, unless another service was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    try:
        draft.touch(0o600, exist_ok=False)
        with draft.open("wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
