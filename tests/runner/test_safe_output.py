"""What a terminal receives of untrusted output."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.runner.safe_output import SafeOutput, safe_output

PIECES = st.lists(
    st.text()
    | st.sampled_from(["\x1b", "[", "]", "0;", "31m", "\x07", "\x1b\\", "\x9b", "\x9d", "2J", "m", "\x1b[31m"])
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\r\n", "plain\ttext\r\n"),
        ("\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"),
        ("\x1b[38:5:208morange\x1b[m", "\x1b[38:5:208morange\x1b[m"),
        ("50%\b\b\b60%", "50%\b\b\b60%"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]52;c;Y29weQ==\x1b\\text", "text"),
        ("\x1b]8;;http://a.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b[2J\x1b[1;1Htext", "text"),
        ("\x1b[?1049htext\x1b[6n", "text"),
        ("\x9b2J\x9d0;title\x9ctext", "text"),
        ("\x1bP+q544e\x1b\\text", "text"),
        ("\x1bctext\x1b(0", "text"),
        ("\x07\x7f\x00text\x0b", "text"),
        ("\x1b]0;unfinished", "0;unfinished"),
        ("\x1b[31", "31"),
    ],
)
def test_only_colours_reach_the_terminal(text: str, shown: str) -> None:
    assert safe_output(text) == shown


def test_a_sequence_in_two_pieces_is_one() -> None:
    stream = SafeOutput()

    assert [stream.write(piece) for piece in ("a\x1b", "[3", "1mred\x1b[", "2Jb")] == ["a", "", "\x1b[31mred", "b"]


@given(PIECES)
def test_no_other_control_character_is_left(pieces: list[str]) -> None:
    """However the output is cut into pieces."""
    stream = SafeOutput()
    shown = "".join(map(stream.write, pieces))
    rest = re.sub(r"\x1b\[[0-9;:]*m", "", shown)

    assert not re.search(r"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]", rest)
