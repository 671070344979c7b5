"""How much of a wrong answer was right: shown once the problem is closed, and only where there are parts."""

from __future__ import annotations

import pytest

from practicum import kinds
from practicum.model import Option, Variant

CHOICE = kinds.get("choice")


def numbers(text: str) -> list[str]:
    return [word.strip(",.") for word in text.split() if word.strip(",.").isdigit()]


@pytest.mark.parametrize(
    ("keys", "answer", "expected"),
    [
        ([True, True, True, False, False], ("0", "1"), ["2", "3"]),
        ([True, True, False, False, False], ("0", "2"), ["1", "2", "1"]),
        ([True, True, False, False, False], ("2", "3", "4"), ["0", "2", "3"]),
        ([True, False, False], ("1",), []),
    ],
)
def test_the_share_counts_right_options_found_and_wrong_ones_picked(
    keys: list[bool], answer: tuple[str, ...], expected: list[str]
) -> None:
    """With one right option there is no share."""
    variant = Variant({}, "T", "", options=tuple(Option(str(n), key) for n, key in enumerate(keys)))

    assert numbers(CHOICE.share_text(variant, answer)) == expected


@pytest.mark.parametrize("name", [name for name in kinds.registered() if name != "choice"])
def test_other_kinds_have_no_parts(name: str) -> None:
    """Their answers are right or not."""
    assert kinds.get(name).share_text(Variant({}, "T", ""), ("x",)) == ""
