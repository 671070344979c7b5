"""Output piece by piece is what a terminal shows of the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from practicum.runner.ansi import shown
from practicum.web.terminal import LINE, Terminal
from tests.examples import examples

PIECES = st.lists(
    st.one_of(
        st.sampled_from(["\r", "\n", "\r\n", "\b", "\x1b[1m", "\x1b[K", "\x1b[3D", "\x1b", "[", "2", "K", "step"]),
        st.text("ab █", max_size=5),
    ),
    max_size=40,
)


@given(PIECES)
def test_in_pieces_as_in_one(pieces: list[str]) -> None:
    """However it was cut."""
    terminal = Terminal()
    final = "".join(terminal.write(piece)[0] for piece in pieces)
    whole = shown("".join(pieces) + "\n")

    assert final + terminal.write("\n")[0] == whole


@examples(10)
@given(st.integers(1, 40))
def test_a_bar_with_many_states_is_its_last(width: int) -> None:
    """And what is remembered of it stays small."""
    terminal, final, line = Terminal(), "", ""
    for number in range(700):
        more, line = terminal.write(f"\r{'#' * width} {number:05}")
        final += more

    assert (final, line) == ("", f"{'#' * width} 00699")
    assert len(terminal._rest) <= LINE


def test_a_line_without_end_becomes_final() -> None:
    """What is sent again and again stays small."""
    terminal = Terminal()
    final, line = terminal.write("x" * (LINE + 1))

    assert (final, line) == ("x" * (LINE + 1), "")


def test_half_a_colour_is_not_shown() -> None:
    terminal = Terminal()

    assert terminal.write("a\x1b[3")[1] == "a"
    assert terminal.write("2mb")[1] == "ab"
