"""Output as a terminal would leave it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.runner.screen import shown

PLAIN = st.text(st.characters(blacklist_characters="\r\b\x1b", blacklist_categories=("Cs",)))


@given(PLAIN)
def test_plain_text_is_left_alone(text: str) -> None:
    assert shown(text) == text


@given(st.text(st.sampled_from("ab\r\b\n\x1b[3mKCDG1;0 ")))
def test_nothing_can_break_it_and_nothing_grows(text: str) -> None:
    """Whatever the sequences: no carriage return or backspace is left, and lines stay lines."""
    told = shown(text)

    assert "\r" not in told
    assert "\b" not in told
    assert told.count("\n") == text.count("\n")
    assert shown(told) == told


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("10 %\r50 %\r100 %\ndone\n", "100 %\ndone\n"),
        ("a long line\rshort\n", "shortg line\n"),
        ("a long line\r\x1b[Kshort\n", "short\n"),
        ("1/2\b\b\b2/2", "2/2"),
        ("\x1b[1m5/5\x1b[0m \x1b[32m━━━━\x1b[0m 0s", "5/5 ━━━━ 0s"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("\x1b[2Kgone", "gone"),
        ("\x1b]0;title\x07text", "text"),
        ("far\x1b[99999999Gaway", "away"),
    ],
)
def test_what_a_terminal_would_show(text: str, left: str) -> None:
    assert shown(text) == left
