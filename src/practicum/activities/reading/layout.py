"""A page taken apart for its template: sections by their headings, boxes and steps around their content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from practicum import figures
from practicum.application.pages import sections
from practicum.course.placeholders import fill_queries
from practicum.course.render import code as highlighted
from practicum.model import (
    Box,
    Cell,
    CellFinding,
    Drawing,
    Measured,
    Measurement,
    Page,
    Prose,
    VariantFinding,
)
from practicum.prove import page_queries
from practicum.web.problem_view import html

LABELS = {
    "guides": "What many guides say",
    "belief": "A common belief",
    "happens": "What happens",
    "note": "",
    "code": "Show the code",
}


@dataclass
class Section:
    """A part of a page under a heading; within `steps`, a step."""

    number: int
    title: Markup
    inner: list[Any] = field(default_factory=list)
    sort: str = "section"


@dataclass
class Frame:
    """A box, or the steps, and its content."""

    sort: str
    label: str = ""
    inner: list[Any] = field(default_factory=list)

    def has_cell(self, number: int) -> bool:
        """Whether the cell with this number is in it."""
        return any(isinstance(item, CellView) and item.number == number for item in self.inner)


@dataclass(frozen=True)
class ProseBlock:
    """Prose with its placeholders filled in, or a figure."""

    html: Markup
    sort: str = "prose"


@dataclass(frozen=True)
class CellView:
    """A cell and its recorded output."""

    number: int
    code: str
    highlighted: Markup
    rows: int
    output: CellFinding | None
    figures: tuple[Mapping[str, Any], ...]
    sort: str = "cell"


class PageLayout:
    """The content of a page in order.

    Args:
        page: The page.
        finding: What running it found; None in a draft that was not run.
        path: The page's path, for the addresses of its figures.
    """

    def __init__(self, page: Page, finding: VariantFinding | None, path: str) -> None:
        self.sections: list[Section] = []
        self.content: list[Any] = []
        self.figure_count = 0
        self.loads_figures = False
        """Whether a figure needs the style and the script of `practicum.figures`."""
        self._finding, self._path = finding, path
        self._images = page.images
        self._measured: Mapping[Measurement, Measured] = (
            {measured.measurement: measured for measured in finding.measured} if finding else {}
        )
        self._answers = page_queries.answer_functions(self._measured, finding.values if finding else {})
        self._open: list[list[Any]] = [self.content]
        self._section: Section | None = None
        self._cell_count = 0
        for block in page.blocks:
            self._add_block(block)

    def _add_block(self, block: Any) -> None:
        match block:
            case Prose(verbatim=True):
                self._add(ProseBlock(html(block.text)))
            case Prose():
                self._add_prose(block)
            case Cell(shown=True):
                self._add(self._cell(block))
            case Drawing():
                self._add_figure(block)
            case Box():
                self._open_or_close_box(block)

    def _add(self, item: Any) -> None:
        self._open[-1].append(item)

    def _add_prose(self, block: Prose) -> None:
        for title, text in sections(self._filled(block.text)):
            if title:
                self._begin_section(title)
            if text.strip():
                self._add(ProseBlock(html(text, images=self._images)))

    def _begin_section(self, title: str) -> None:
        self._end_section()
        self._section = Section(len(self.sections) + 1, html(title, short=True))
        self.sections.append(self._section)
        self._add(self._section)
        self._open.append(self._section.inner)

    def _end_section(self) -> None:
        if self._section is not None:
            self._open.pop()
            self._section = None

    def _open_or_close_box(self, block: Box) -> None:
        if block.name:
            if block.name == "steps":
                self._end_section()
            frame = Frame(block.name, LABELS.get(block.name, ""))
            self._add(frame)
            self._open.append(frame.inner)
        else:
            if self._section is not None and self._open[-1] is self._section.inner:
                self._end_section()
            self._open.pop()

    def _filled(self, text: str) -> str:
        if self._finding is None:
            return re.sub(r"\{\{.*?\}\}", "(not run)", text, flags=re.DOTALL)
        return fill_queries(text, self._answers)

    def _cell(self, block: Cell) -> CellView:
        self._cell_count += 1
        number = self._cell_count
        output = self._finding.cells[number - 1] if self._finding and self._finding.cells else None
        views = tuple(
            {
                "url": f"{self._path}/figure-{number}-{place}.png?v={figure_version(png)}",
                "size": _size(png),
                "alt": _alt_text(block.code) or f"Figure drawn by cell {number}",
            }
            for place, png in enumerate(output.figures if output else (), 1)
        )
        text = shown_code(block)
        return CellView(number, text, highlighted(text), text.count("\n") + 1, output, views)

    def _add_figure(self, block: Drawing) -> None:
        self.figure_count += 1
        self.loads_figures |= figures.get(block.figure).has_script
        if self._finding is None:
            message = f"*(The {block.figure} at line {block.line} was not measured yet.)*"
            self._add(ProseBlock(html(message)))
        else:
            figure = figures.get(block.figure).draw(block.table, self._measured, self.figure_count)
            self._add(ProseBlock(figure, sort="figure"))


_ALT_TEXT = re.compile(r"\s*#\s*figure:[^\S\n]*(.+)\n*")
"""An author's description of a cell's figure for those who cannot see it, in the cell's first line."""


def _alt_text(code: str) -> str:
    found = _ALT_TEXT.match(code)
    return found[1].strip() if found else ""


def shown_code(cell: Cell) -> str:
    """Return a cell's code as learners see it, without the description of its figure."""
    return _ALT_TEXT.sub("", cell.code, count=1).rstrip("\n") if _ALT_TEXT.match(cell.code) else cell.code.rstrip("\n")


def figure_version(png: bytes) -> str:
    """Return what tells a figure from an earlier one in its place."""
    return hashlib.sha256(png).hexdigest()[:12]


def _size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels, so that a page reserves its place."""
    if png[12:16] != b"IHDR":
        return (0, 0)
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
