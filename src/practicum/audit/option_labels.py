"""Letters and numbers that banks write before their options: `A) 3`, `B) 4`."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

_LABEL = re.compile(r"\s*[(\[]?([A-Za-z]|\d{1,2})[.):\]]+\s+(?=\S)")


def without_labels(texts: Sequence[str]) -> list[str]:
    """Return texts without their labels, if all have one and the labels are in order."""
    found = [_LABEL.match(text) for text in texts]
    labels = [match[1].upper() for match in found if match]
    letters = list(string.ascii_uppercase[: len(texts)])
    numbers = [str(number) for number in range(1, len(texts) + 1)]
    if len(texts) < 2 or labels not in (letters, numbers):
        return list(texts)
    return [text[match.end() :] for text, match in zip(texts, found, strict=True) if match]
