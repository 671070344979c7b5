"""What was found about an option, in one line."""

from __future__ import annotations

import re

from practicum.formatting import truncate
from practicum.model import OptionFinding

_FENCE = re.compile(r"`{3,}[^`]*")
_HOLDS = {True: "holds", False: "does not hold", None: "not settled"}


def describe_option(number: int, finding: OptionFinding) -> str:
    """Return an option's number, mark, whether its claim holds, and text: `option 1, marked right, holds: 6`."""
    marked = "right" if finding.key else "wrong"
    return f"option {number}, marked {marked}, {_HOLDS[finding.holds]}: {option_line(finding.text)}"


def option_line(text: str) -> str:
    """Return an option's text without the lines around a fence, with `↵` for a line break, shortened."""
    lines = [line.rstrip() for line in text.strip().split("\n")]
    content = [line for line in lines if line and not _FENCE.fullmatch(line)]
    return truncate(" ↵ ".join(content), 72) or "an empty fence"
