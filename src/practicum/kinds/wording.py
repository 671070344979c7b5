"""Small parts of sentences: numbered options, lists of texts, shortened texts."""

from __future__ import annotations

from collections.abc import Sequence


def numbered_options(numbers: Sequence[int]) -> str:
    """`option 2`, `options 1 and 3`: options as authors count them, from 1."""
    return f"option{'s' * (len(numbers) > 1)} {listed([str(number) for number in numbers])}"


def listed(texts: Sequence[str]) -> str:
    """`3`, `3 and 5`, `3, 4 and 5`."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def shorten(text: str, limit: int = 80) -> str:
    """A text of at most `limit` characters, with an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
