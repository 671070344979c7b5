"""Values that JSON can hold and return unchanged."""

from __future__ import annotations

import math


def is_json(value: object) -> bool:
    """Return whether a value is made of finite numbers, 64-bit integers, strings, booleans, None, lists and dicts."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < 2**63
    if isinstance(value, list):
        return all(map(is_json, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(is_json, value.values()))
    return value is None or isinstance(value, str)
