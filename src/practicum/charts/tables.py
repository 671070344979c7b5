"""HTML tables with a chart's data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from practicum.charts.svg import join


def data_table(
    title: str, head: Sequence[str], rows: Iterable[Sequence[str]], css: str = "", text_columns: int = 1
) -> Markup:
    """A table whose first column names its rows; columns from `text_columns` on hold numbers."""

    def cell(index: int, text: str) -> Markup:
        if index == 0:
            return Markup('<th scope="row">{}</th>').format(text)
        return (Markup("<td>{}</td>") if index < text_columns else Markup('<td class="num">{}</td>')).format(text)

    heads = join(
        Markup('<th scope="col"{}>{}</th>').format("" if index < text_columns else Markup(' class="num"'), text)
        for index, text in enumerate(head)
    )
    body = join(Markup("<tr>{}</tr>").format(join(cell(index, text) for index, text in enumerate(row))) for row in rows)
    return scrolling_table(title, Markup("<thead><tr>{}</tr></thead><tbody>{}</tbody>").format(heads, body), css)


def scrolling_table(title: str, content: Markup, css: str = "") -> Markup:
    """A table in a frame that scrolls sideways where the table is too wide."""
    return Markup('<div class="table{}" tabindex="0" role="region" aria-label="{}"><table>{}</table></div>').format(
        Markup(" ") + escape(css) if css else "", title, content
    )


def folded_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int = 1) -> Markup:
    """A table behind *Show as a table*."""
    return details("Show as a table", data_table(title, head, rows, text_columns=text_columns), title)


def details(summary: str, content: Markup, subject: str = "") -> Markup:
    """Content that is folded away; `subject` tells screen readers what the summary is about."""
    about = Markup('<span class="sr">: {}</span>').format(subject) if subject else ""
    return Markup("<details><summary>{}{}</summary>{}</details>").format(summary, about, content)
