"""Output with the marks of Keras's progress bars, separated while it arrives."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from practicum.runner.inside import progress_bars
from practicum.runner.inside.progress_bars import BEGIN, END, mark_progress_bars
from practicum.runner.marked_output import MarkedOutput

BAR = f"{BEGIN}\r1/2 0s{END}{BEGIN}\r2/2 0s\n{END}"


@pytest.mark.parametrize(
    ("output", "shown", "printed"),
    [
        ("a\nb\n", "a\nb\n", "a\nb\n"),
        (f"Epoch 1/2\n{BAR}x", "Epoch 1/2\n\r1/2 0s\r2/2 0s\nx", "Epoch 1/2\nx"),
        ("1/2 0s\n2/2 ━━━━ 0s 3ms/step\n", "1/2 0s\n2/2 ━━━━ 0s 3ms/step\n", "1/2 0s\n2/2 ━━━━ 0s 3ms/step\n"),
        (f"a{BEGIN}b", "ab", "a"),
        (f"a{END}b", "ab", "ab"),
        ("a\x1b[1mb\x1b]c", "a\x1b[1mb\x1b]c", "a\x1b[1mb\x1b]c"),
        ("a\x1b", "a\x1b", "a\x1b"),
    ],
)
def test_only_what_is_marked_is_left_out(output: str, shown: str, printed: str) -> None:
    """In whatever pieces it arrives: at once, or character by character."""
    for size in (len(output), 1, 3):
        stream = MarkedOutput()

        pieces = [stream.take(output[at : at + size]) for at in range(0, len(output), size)]
        pieces.append(stream.take("", final=True))

        assert "".join(pieces) == stream.text == shown
        assert stream.printed == printed


@pytest.fixture
def progbar(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that Keras's progress bar is defined in, as far as it matters here."""

    def print_msg(message: str, line_break: bool = True) -> None:
        sys.stdout.write(f"{message}\n" if line_break else message)

    io_utils, module = ModuleType("io_utils"), ModuleType("progbar")
    vars(io_utils).update(print_msg=print_msg, is_interactive_logging_enabled=lambda: True)
    vars(module).update(io_utils=io_utils, Progbar=object)
    monkeypatch.setitem(sys.modules, "keras.src.utils.progbar", module)
    return module


def test_what_a_bar_writes_is_marked(
    progbar: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each write of the bar is marked; writes of anything else through the same function are not."""
    io_utils = progbar.io_utils

    monkeypatch.setattr(sys, "__stdout__", sys.stdout)
    mark_progress_bars()
    progbar.io_utils.print_msg("\r1/2", line_break=False)
    io_utils.print_msg("Epoch 2/2")

    assert capsys.readouterr().out == f"{BEGIN}\r1/2{END}Epoch 2/2\n"


def test_a_bar_that_is_imported_later_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its module is found as without the marks."""
    functions = [
        "print_msg(message, line_break=True): print(message, end='')",
        "is_interactive_logging_enabled(): return 1",
    ]
    (tmp_path / "io_of_late_bar.py").write_text("\n".join(f"def {function}" for function in functions))
    (tmp_path / "late_bar.py").write_text("import io_of_late_bar as io_utils\nclass Progbar: ...\n")
    monkeypatch.setattr(progress_bars, "MODULES", ("late_bar",))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "__stdout__", sys.stdout)
    monkeypatch.syspath_prepend(tmp_path)

    mark_progress_bars()
    importlib.import_module("late_bar").io_utils.print_msg("1/2")

    assert capsys.readouterr().out == f"{BEGIN}1/2\n{END}"


def test_a_bar_that_is_redirected_is_not_marked(progbar: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the code reads from its own stream is what Keras wrote."""
    from contextlib import redirect_stdout
    from io import StringIO

    mark_progress_bars()
    with redirect_stdout(StringIO()) as stream:
        progbar.io_utils.print_msg("1/2")

    assert stream.getvalue() == "1/2\n"
