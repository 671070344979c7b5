"""Rendering of output as a terminal shows it, whole and piece by piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.runner.ansi import BLANKS_PER_CHARACTER, MAX_OPEN_LINE, TerminalStream, render
from tests.examples import examples

PLAIN = st.text(st.characters(blacklist_characters="\r\b\x1b", blacklist_categories=("Cs",)))
PIECES = st.lists(
    st.one_of(
        st.sampled_from(["\r", "\n", "\r\n", "\b", "\x1b[1m", "\x1b[K", "\x1b[3D", "\x1b", "[", "2", "K", "step"]),
        st.text("ab █", max_size=5),
    ),
    max_size=40,
)


@given(PLAIN)
def test_leaves_plain_text_unchanged(text: str) -> None:
    assert render(text) == text


@given(st.text(st.sampled_from("ab\r\b\n\x1b[3mKCDG1;0 ")))
def test_removes_every_control_character_and_keeps_the_lines(text: str) -> None:
    """For any sequences, no carriage return or backspace is left, and rendering again changes nothing."""
    rendered = render(text)

    assert "\r" not in rendered
    assert "\b" not in rendered
    assert rendered.count("\n") == text.count("\n")
    assert render(rendered) == rendered


@pytest.mark.parametrize(
    ("text", "rendered"),
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
def test_renders_what_a_terminal_shows(text: str, rendered: str) -> None:
    assert render(text) == rendered


@given(st.lists(st.text("#- 0123456789", min_size=1, max_size=80), min_size=1, max_size=200))
def test_leaves_the_last_state_of_a_bar_that_erases_itself(states: list[str]) -> None:
    """A bar of any length may erase itself each time: it blanks no more cells than it has written."""
    assert render("".join(f"\x1b[2K\r{state}" for state in states)) == states[-1].rstrip(" ")


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
def test_the_rendered_text_is_limited(first: str, second: str) -> None:
    """The largest output of a run, half of it text and half sequences that erase or jump, stays in proportion."""
    more = first + second
    text = "x" * 4_000 + (more + "\r" + more) * (4_000 // (2 * len(more) + 1))

    assert len(render(text)) < 2 * BLANKS_PER_CHARACTER * len(text)


@given(PIECES)
def test_renders_pieces_like_the_whole(pieces: list[str]) -> None:
    """Where the output is cut into pieces makes no difference."""
    stream = TerminalStream()
    final = "".join(stream.write(piece)[0] for piece in pieces)

    assert final + stream.write("\n")[0] == render("".join(pieces) + "\n")


@examples(3)
@given(st.integers(1, 40))
def test_reduces_a_bar_with_many_states_to_its_last(width: int) -> None:
    """Nothing becomes final while the bar goes on, and the line that is returned stays short."""
    stream, final, line = TerminalStream(), "", ""
    for number in range(700):
        more, line = stream.write(f"\r{'#' * width} {number:05}")
        final += more

    assert (final, line) == ("", f"{'#' * width} 00699")


def test_a_long_line_without_end_becomes_final() -> None:
    """So what must be sent again with each piece stays short."""
    final, line = TerminalStream().write("x" * (MAX_OPEN_LINE + 1))

    assert (final, line) == ("x" * (MAX_OPEN_LINE + 1), "")


def test_holds_back_an_incomplete_sequence() -> None:
    stream = TerminalStream()

    assert stream.write("a\x1b[3")[1] == "a"
    assert stream.write("2mb")[1] == "ab"
