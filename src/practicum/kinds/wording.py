"""Options in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from practicum.formatting import join_words


def numbered_options(numbers: Sequence[int]) -> str:
    """`option 2`, `options 1 and 3`: options as authors count them, from 1."""
    return f"option{'s' * (len(numbers) > 1)} {join_words([str(number) for number in numbers])}"
