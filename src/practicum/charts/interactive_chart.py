"""A chart with a slider that reads out one row of its table at a time.

A row of the table is a place on the chart. The script `script.js` moves a marker and reads the row.
The page holds the text of the first position already, and the table stays without the script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from practicum.charts.svg import join

LINE_LENGTH = 80
"""About as many characters as a line of a wide page holds. Room is kept for all lines, so that nothing below moves."""
MOST_TICKS = 21
"""Marks along the slider; more of them cannot be distinguished."""
STEP_BUTTONS = Markup(
    '<button type="button" data-move="-1">Previous</button><button type="button" data-move="1">Next</button>'
)


@dataclass(frozen=True)
class ReadoutTable:
    """A table with a row per place; its first column holds the place itself."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    before: str = ""
    """Text before a place in the readout, such as `Epoch `."""

    def readout(self, row: int) -> str:
        """One row in a sentence: `Epoch 12: training 96 % (93 to 100), validation 41 % (36 to 47)`."""
        place, *cells = self.rows[row]
        values = [f"{name} {cell}" for name, cell in zip(self.head[1:], cells, strict=True) if cell]
        return f"{self.before}{place}: {', '.join(values)}"


def add_slider(
    ident: str, chart: Markup, readouts: ReadoutTable, table: Markup, *, start: int, label: str, play: bool = False
) -> Markup:
    """The chart with a slider below it.

    Args:
        ident: The figure's id, which the slider's own ids begin with.
        chart: The SVG.
        readouts: The rows that the slider reads.
        table: The same table as HTML.
        start: The row at which the slider begins.
        label: The slider's accessible name.
        play: Whether there are buttons to play the rows one after another.
    """
    last = len(readouts.rows) - 1
    controls = Markup('<div class="steer">{}<input type="range" id="{}-at" aria-label="{}" {}/>{}{}</div>').format(
        Markup('<button type="button" data-play="">Play</button>') if play else "",
        ident,
        label,
        Markup('min="0" max="{}" value="{}" step="1" list="{}-places"').format(last, start, ident),
        _datalist(ident, readouts),
        STEP_BUTTONS if play else "",
    )
    longest = max(len(readouts.readout(row)) for row in range(last + 1))
    return Markup(
        '<practicum-curves data-before="{}"{}>{}{}<p class="reads w{}" aria-live="polite">{}</p>{}</practicum-curves>'
    ).format(
        readouts.before,
        Markup(' data-plays=""') if play else "",
        chart,
        controls,
        min(4, 1 + longest // LINE_LENGTH),
        readouts.readout(start),
        table,
    )


def _datalist(ident: str, readouts: ReadoutTable) -> Markup:
    """The places as marks along the slider, unless there are too many."""
    marks = join(
        Markup('<option value="{}" label="{}"></option>').format(index, row[0])
        for index, row in enumerate(readouts.rows)
        if len(readouts.rows) <= MOST_TICKS
    )
    return Markup('<datalist id="{}-places">{}</datalist>').format(ident, marks)
