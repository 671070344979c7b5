"""Text as learners type it: what keyboards and word processors substitute does not change its meaning."""

from __future__ import annotations

import unicodedata
from typing import Any

_SUBSTITUTES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f", " "),
        **dict.fromkeys("\u200b\u2060\ufeff"),
    }
)
"""Quotation marks, primes, hyphens, dashes, the minus sign, spaces of other widths, and characters without width."""


def normalize_typed(text: str) -> str:
    """Return a text with plain quotation marks, minus signs and spaces, and with composed letters."""
    return unicodedata.normalize("NFC", text.translate(_SUBSTITUTES))


def normalize_strings(value: Any) -> Any:
    """Return a value with every string in it normalized."""
    match value:
        case str():
            return normalize_typed(value)
        case list() | tuple() | set() | frozenset():
            return type(value)(map(normalize_strings, value))
        case dict():
            return {normalize_strings(key): normalize_strings(item) for key, item in value.items()}
        case _:
            return value
