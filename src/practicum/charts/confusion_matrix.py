"""Confusion matrices as HTML tables: true classes in rows, predicted classes in columns."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from practicum.charts.svg import join
from practicum.charts.tables import scrolling_table
from practicum.formatting import truncate_middle

SHADES = 5
"""Shades of a cell, by its share of the row: classes `q1` to `q5`; `q0` for an empty cell."""
NAME_LENGTH = 24
"""Characters of a class name; a longer one is shortened, and shown in full as a tooltip."""
MOST_UPRIGHT = 60
"""Characters of all class names together, above which the column heads are written vertically."""


def draw_confusion(title: str, counts: Sequence[Sequence[int]], classes: Sequence[str]) -> Markup:
    """Counts by true class (rows) and predicted class (columns), shaded by their share of the row."""
    names = join(Markup('<th scope="col" class="num">{}</th>').format(_name(name)) for name in classes)
    head = Markup(
        '<thead><tr><th scope="col" rowspan="2">True class</th>'
        '<th scope="colgroup" class="over" colspan="{}">Predicted class</th></tr><tr class="classes">{}</tr></thead>'
    ).format(len(classes), names)
    rows = join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(_name(name), _cells(row, index))
        for index, (name, row) in enumerate(zip(classes, counts, strict=True))
    )
    vertical = sum(len(truncate_middle(name, NAME_LENGTH)) for name in classes) > MOST_UPRIGHT
    css = "confusion vertical" if vertical else "confusion"
    return scrolling_table(title, head + Markup("<tbody>{}</tbody>").format(rows), css)


def _cells(row: Sequence[int], true: int) -> Markup:
    total = sum(row)
    return join(
        Markup('<td class="num q{}{}">{}</td>').format(
            min(SHADES, 1 + int(SHADES * count / total)) if count else 0, " hit" if true == predicted else "", count
        )
        for predicted, count in enumerate(row)
    )


def _name(name: str) -> Markup:
    if len(name) <= NAME_LENGTH:
        return Markup("<span>{}</span>").format(name)
    return Markup('<span title="{}">{}</span>').format(name, truncate_middle(name, NAME_LENGTH))
