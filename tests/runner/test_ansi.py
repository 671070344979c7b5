"""Output as a terminal would leave it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.runner.ansi import shown

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
        ("far\x1b[9Gaway", "far     away"),
        ("far\x1b[2Caway", "far  away"),
        ("gone\x1b[2K\rhere", "here"),
        ("gone\x1b[1Khere", "    here"),
        ("gone\x1b[2Khere", "    here"),
        ("gone\x1b[3D\x1b[Kood", "good"),
    ],
)
def test_what_a_terminal_would_show(text: str, left: str) -> None:
    assert shown(text) == left


@given(st.lists(st.text("#- 0123456789", min_size=1, max_size=80), min_size=1, max_size=200))
def test_of_a_bar_that_is_erased_each_time_the_last_state_is_left(states: list[str]) -> None:
    """However long it goes on: what a bar blanks is no more than what it has written."""
    assert shown("".join(f"\x1b[2K\r{state}" for state in states)) == states[-1].rstrip(" ")


SEQUENCES = [
    "\x1b[2K",
    "\x1b[1K",
    "\x1b[K",
    "\x1b[9999G",
    "\x1b[9999C",
    "\x1b[D",
    "\r",
    "\b",
    "x",
    "\n",
    "\x1b]",
    "\x1b[",
]


@pytest.mark.parametrize("first", SEQUENCES)
@pytest.mark.parametrize("second", SEQUENCES)
def test_no_output_takes_long_or_grows_without_bounds(first: str, second: str) -> None:
    """All that a run may write, of the worst that it can be: half of it letters, the rest erases them."""
    more = first + second
    text = "x" * 60_000 + (more + "\r" + more) * (60_000 // (2 * len(more) + 1))
    began = time.process_time()

    told = shown(text)

    assert time.process_time() - began < 2
    assert len(told) < 40 * len(text)
