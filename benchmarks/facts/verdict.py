"""What the notes this project started from say, beside what is measured here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.table import markdown


@dataclass(frozen=True)
class Verdict:
    """A sentence of the notes, what was found here, whether that agrees, and if it does not, what may explain it.

    `agrees` is None where the notes only ask.
    """

    notes: str
    here: str
    agrees: bool | None
    because: str = ""


def table(verdicts: Sequence[Verdict]) -> str:
    """A Markdown table of them."""
    rows = [[one.notes, one.here, _outcome(one)] for one in verdicts]
    return markdown(["the notes say", "here", "so"], rows).replace("---:", "---")


def _outcome(verdict: Verdict) -> str:
    if verdict.agrees is None:
        return "new"
    if verdict.agrees is None:
        return "new"
    if verdict.agrees:
        return "agrees"
    return f"**differs**: {verdict.because}" if verdict.because else "**differs**"
