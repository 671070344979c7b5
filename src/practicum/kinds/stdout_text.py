"""Printed output as it is compared: without progress bars, colours and trailing white space."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_COUNT = r"\s*\d+/(?:\d+|Unknown) "
_BAR = re.compile(rf"^{_COUNT}(?:[━ ]*━|\[[=>.]{{30}}\]|-.* \d+[mµn]?s(?:/(?:step|epoch))?(?: -|$))")


def normalize_stdout(text: str) -> str:
    """Printed text without Keras's progress bars (they contain times), colours and trailing white space."""
    plain = _ANSI.sub("", text).replace("\b", "")
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in plain.replace("\r\n", "\n").split("\n")]
    return "\n".join(line for line in lines if not _BAR.match(line)).rstrip()
