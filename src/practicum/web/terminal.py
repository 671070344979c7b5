"""Output as a terminal shows it, piece by piece: what progress bars write over themselves stays one line."""

from __future__ import annotations

import re

from practicum.runner.ansi import shown

LINE = 4_000
"""Letters of a line that is still being written, beyond which nothing is written over any more."""

_CUT = re.compile(r"\x1b(?:\[[0-9;:<=>?]*)?\Z")
"""The beginning of a control sequence whose end is still to come."""


class Terminal:
    """One stream of one run."""

    def __init__(self) -> None:
        self._rest = ""

    def write(self, text: str) -> tuple[str, str]:
        """What has become final, to be added to what was; and the last line as it stands, to replace the one before."""
        *lines, rest = (self._rest + text).replace("\r\n", "\n").split("\n")
        final = "".join(shown(line) + "\n" for line in lines)
        if len(rest) > LINE:  # Of a bar's hundred states the last is enough to go on from.
            before, back, after = rest.rpartition("\r")
            rest = shown(before) + back + after
        if len(rest) > LINE:
            final, rest = final + shown(rest), ""
        self._rest = rest
        return final, shown(_CUT.sub("", rest))
