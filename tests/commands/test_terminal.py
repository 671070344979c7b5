"""Tables, errors and exit codes that the commands share."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from practicum import cli
from practicum.commands.terminal import (
    CommandError,
    StyledText,
    exit_with_no,
    interruptible,
    print_table,
    raise_mistakes,
)
from practicum.model import Mistake


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def exit_code_of(action: object) -> tuple[int, str, str]:
    """Run a command that does `action`; return its exit code, stdout and stderr."""

    @click.command()
    def command() -> None:
        assert callable(action)
        action()

    result = CliRunner().invoke(command)
    return result.exit_code, result.stdout, result.stderr


def fail() -> None:
    raise CommandError("not-found", "a: there is no such file.")


def interrupt() -> None:
    with interruptible("interrupted; nothing was kept"):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("action", "exit_code", "stderr"),
    [
        (lambda: None, 0, ""),
        (exit_with_no, 1, ""),
        (fail, 2, "a: there is no such file.\n"),
        (interrupt, 130, "interrupted; nothing was kept\n"),
    ],
    ids=["fine", "no", "could not", "interrupted"],
)
def test_exit_codes(action: object, exit_code: int, stderr: str) -> None:
    """Errors go to standard error, and nothing to standard output."""
    assert exit_code_of(action) == (exit_code, "", stderr)


def test_aligns_the_columns_of_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns are as wide as their widest cell, also beyond the width of a terminal, without trailing blanks."""
    long = "x" * 150

    print_table([("a", "1", StyledText("proved", "green")), (long, "22", "")], ("name", "runs", "verdict"), right=[1])

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"{'name':150}  runs  verdict",
        f"{'a':150}     1  proved",
        f"{long}    22",
    ]


def test_aligns_wide_characters(capsys: pytest.CaptureFixture[str]) -> None:
    """A character that takes two columns of a terminal counts as two, and a header is optional."""
    print_table([("猫", "1"), ("cats", "2")])

    assert capsys.readouterr().out.splitlines() == ["猫    1", "cats  2"]


def test_keeps_each_row_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a stranger's file is called: no line break, no control sequence of a terminal."""
    print_table([("a\nb\x1b[31m", "1"), ("", StyledText("", "green")), ("e\u0301", "2")])

    assert capsys.readouterr().out.splitlines() == ["a\ufffdb\ufffd[31m  1", "", "e\u0301         2"]


@pytest.mark.parametrize(
    ("settings", "on_terminal", "coloured"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours_are_for_terminals_that_have_them(
    settings: dict[str, str], on_terminal: bool, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In tables and in other output of a command; the text is the same."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    screen = Screen() if on_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)

    @click.command()
    def shown() -> None:
        print_table([(StyledText("proved", "green"), "1")], ("verdict", "runs"))
        click.secho("bad", fg="red")

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: shown)
    cli.main(["shown"], standalone_mode=False)

    assert ("\x1b" in screen.getvalue()) is coloured
    assert click.unstyle(screen.getvalue()) == "verdict  runs\nproved   1\nbad\n"
    assert screen.getvalue().count("\x1b[32m") == coloured


def test_lists_mistakes_with_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the current folder if they are in it."""
    monkeypatch.chdir(tmp_path)
    mistakes = [Mistake("course.toml", 3, "`name` is missing", "missing-key")]

    with pytest.raises(CommandError) as inside:
        raise_mistakes([(tmp_path / "course", mistake) for mistake in mistakes])
    with pytest.raises(CommandError) as outside:
        raise_mistakes([(Path("/elsewhere"), mistake) for mistake in mistakes], "nothing was run")

    assert inside.value.code == "mistakes-in-course"
    assert inside.value.message.startswith("course/course.toml:3: ")
    assert outside.value.message.startswith("/elsewhere/course.toml:3: ")
    assert outside.value.message.endswith("\nnothing was run")
