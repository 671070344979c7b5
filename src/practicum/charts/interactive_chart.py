"""What a chart with a way through it is made of: the picture, a slider, what it reads, and the table it reads from.

A row of the table is a place on the chart. The script in `web/static/figures.js` moves a marker and reads the row; what
it reads is written here already for the place where it begins, and the table is there without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from practicum.charts import svg

LETTERS = 80
"""About how many stand in a line on a wide page: so much room is kept that nothing below moves."""
MOVES = Markup(
    '<button type="button" data-move="-1">Previous</button><button type="button" data-move="1">Next</button>'
)


@dataclass(frozen=True)
class Rows:
    """A table: a row a place, its first column the place itself."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    before: str = ""
    """What is said before a place, `Epoch `, and after it, ` images a class`."""
    after: str = ""

    def read(self, row: int) -> str:
        """One row in a sentence: `Epoch 12: training 96 % (93 to 100), validation 41 % (36 to 47)`."""
        place, *cells = self.rows[row]
        told = [f"{name} {cell}" for name, cell in zip(self.head[1:], cells, strict=True) if cell]
        return f"{self.before}{place}{self.after}: {', '.join(told)}"


def read(ident: str, picture: Markup, rows: Rows, table: Markup, at: int, what: str, play: bool = False) -> Markup:
    """The chart with its slider, which begins at row `at`; `what` names the slider."""
    last = len(rows.rows) - 1
    steer = Markup('<div class="steer">{}<input type="range" id="{}-at" aria-label="{}" {}/>{}{}</div>').format(
        Markup('<button type="button" data-play="">Play</button>') if play else "",
        ident,
        what,
        Markup('min="0" max="{}" value="{}" step="1" list="{}-places"').format(last, at, ident),
        _datalist(ident, rows),
        MOVES if play else "",
    )
    return Markup(
        '<practicum-curves data-before="{}" data-after="{}"{}>{}{}<p class="reads w{}" aria-live="polite">{}</p>{}'
        "</practicum-curves>"
    ).format(
        rows.before,
        rows.after,
        Markup(' data-plays=""') if play else "",
        picture,
        steer,
        min(4, 1 + max(len(rows.read(row)) for row in range(last + 1)) // LETTERS),
        rows.read(at),
        table,
    )


def _datalist(ident: str, rows: Rows) -> Markup:
    """The places as marks along the slider, unless there are too many to see."""
    many = len(rows.rows)
    marks = svg.joined(
        Markup('<option value="{}" label="{}"></option>').format(index, row[0])
        for index, row in enumerate(rows.rows)
        if many <= 21
    )
    return Markup('<datalist id="{}-places">{}</datalist>').format(ident, marks)
