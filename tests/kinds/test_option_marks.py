"""Options that are numbers are called by letters, so that the second option is not the answer 2."""

from __future__ import annotations

import pytest

from practicum import kinds
from practicum.model import Option, Variant

CHOICE = kinds.get("choice")


def marks(*texts: str) -> str:
    options = tuple(Option(text, False) for text in texts)
    variant = Variant(params={}, title="t", statement="", hint="", explanation="", options=options)
    return "".join(CHOICE.option_mark(variant, place) for place in range(1, len(texts) + 1))


@pytest.mark.parametrize("text", ["`2`", "1e-5", "`1e-3`", "3,840", "60 %", "-0.5", "12 ms"])
def test_a_number_among_the_options_makes_letters(text: str) -> None:
    assert marks(text, "none of these", "`x`") == "ABC"


@pytest.mark.parametrize("text", ["`x + 2`", "two", "2 layers are frozen", "`[2]`", ""])
def test_other_options_keep_their_places(text: str) -> None:
    assert marks(text, "`y`") == "12"


def test_more_options_than_letters_keep_their_places() -> None:
    """The eighth letter shows the hint."""
    assert marks(*map(str, range(8))) == "12345678"
