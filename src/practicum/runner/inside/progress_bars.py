"""Marks what Keras's progress bars print, so that output can be compared without them: they contain times.

A bar is recognised by the code that writes it, never by its looks. The marks are terminal sequences in the output,
which the server removes (`marked_output`). Code can forge them and so hide its own output from a comparison. That makes
no wrong answer right: what is compared is the output of an author's snippet with options or with a learner's text, in
which marks have no meaning. A learner's code is graded by a check, never by what it prints.
"""

from __future__ import annotations

import sys
import types

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

BEGIN = "\x1b]practicum;bar\x07"
END = "\x1b]practicum;end\x07"


def mark_progress_bars() -> None:
    """Mark what every progress bar prints to the run's stdout from now on. Does nothing if Keras is not loaded."""
    progbar: Any = sys.modules.get("keras.src.utils.progbar")
    io_utils: Any = getattr(progbar, "io_utils", None)
    if not hasattr(io_utils, "print_msg"):
        return
    stdout = sys.stdout

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
