"""Marks what Keras's progress bars print, so that output can be compared without them: they contain times.

A bar is recognised by the code that writes it, never by its looks. The marks are terminal sequences in the output,
which the server removes (`marked_output`), and the check's process where it reads output. Code can forge them and so
hide a part of its own output from a comparison, but it must still print what it is compared with.
"""

from __future__ import annotations

import re
import sys
import types

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

BEGIN = "\x1b]practicum;bar\x07"
END = "\x1b]practicum;end\x07"
_BAR = re.compile(f"{re.escape(BEGIN)}.*?(?:{re.escape(END)}|$)", re.DOTALL)
MODULES = ("keras.src.utils.progbar", "keras.src.utils.generic_utils")
"""The modules that define the progress bar in Keras 3 and in Keras 2."""


def mark_progress_bars() -> None:
    """Mark what every progress bar prints to the run's stdout from now on, also if Keras is imported later."""
    for name in MODULES:
        if name in sys.modules:
            _mark(sys.modules[name])
            return
    sys.meta_path.insert(0, _MarkingFinder())


def without_progress_bars(text: str) -> str:
    """Return a piece of output without what progress bars wrote."""
    return _BAR.sub("", text) if BEGIN in text else text


class _MarkingFinder:
    """Finds the progress bar's module as the other finders do, and marks its output once it is imported."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in MODULES:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        found = (finder.find_spec(name, path, target) for finder in others)
        spec: Any = next((spec for spec in found if spec is not None), None)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            _mark(module)

        spec.loader.exec_module = exec_module
        return spec


def _mark(progbar: Any) -> None:
    io_utils: Any = getattr(progbar, "io_utils", None)
    if not hasattr(io_utils, "print_msg") or not hasattr(progbar, "Progbar"):
        return
    stdout = sys.__stdout__

    def print_msg(message: object, line_break: bool = True) -> None:
        if sys.stdout is not stdout or not io_utils.is_interactive_logging_enabled():  # redirected, or logged to stderr
            io_utils.print_msg(message, line_break)
            return
        # One write, so that no other thread's output gets between the marks.
        text = f"{message}\n" if line_break else str(message)
        io_utils.print_msg(BEGIN + text + END, line_break=False)

    marked: Any = types.ModuleType(io_utils.__name__)
    marked.__dict__.update(vars(io_utils), print_msg=print_msg)
    progbar.io_utils = marked
