"""Reads a page: the title and the blocks of a mode's text."""

from __future__ import annotations

import itertools
import re
import tomllib

from markdown_it.token import Token

from practicum import figures
from practicum.course import problem_markdown
from practicum.course.diagnostics import Diagnostics, suggestion
from practicum.course.images import LoadImage, no_images
from practicum.course.number_lint import find_numbers, find_typed_numbers
from practicum.course.placeholders import PlaceholderError, find_queries
from practicum.course.prose import check_prose, find_title_mistakes, without_braces
from practicum.course.toml_tables import KeyLines, explain_syntax_error
from practicum.model import Block, Box, Cell, Drawing, Image, Page, Prose

STEPS = "steps"
BOXES = (STEPS, "guides", "belief", "happens", "note", "code")
"""The names of the boxes that a page may have."""

_BRACES = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_BOX_LINE = re.compile(r"^:::[ \t]*(\w*)[ \t]*$")


def read_page(path: str, text: str, diagnostics: Diagnostics, load_image: LoadImage = no_images) -> Page | None:
    """Read a page. None if it has a mistake. `load_image` returns the images in its prose."""
    reader = _PageReader(text, diagnostics, load_image)
    blocks = reader.read()
    if diagnostics:
        return None
    return Page(path, reader.title, blocks, tuple(reader.images.values()))


class _PageReader:
    """Splits a page into blocks, and checks each."""

    def __init__(self, text: str, diagnostics: Diagnostics, load_image: LoadImage) -> None:
        self.diagnostics = diagnostics
        self.load_image = load_image
        self.images: dict[str, Image] = {}
        self.lines, self.tokens = problem_markdown.tokenize(text, 1)
        self.title = ""
        self.blocks: list[Block] = []
        self._prose_start = 0
        """The line (from 0) on which the current prose begins."""
        self._open: list[Box] = []

    def read(self) -> tuple[Block, ...]:
        self._read_title()
        fences = {(token.map or [0])[0]: token for token in self.tokens if token.type == "fence"}
        headings = {
            (token.map or [0])[0] for token in self.tokens if token.type == "heading_open" and token.tag == "h2"
        }
        self._check_headings()
        number = 0
        while number < len(self.lines):
            token = fences.get(number)
            if token is not None:
                end = (token.map or [0, number + 1])[1]
                self._read_fence(token, number, end)
                number = end
                continue
            if number in headings and self._open and self._open[-1].name != STEPS:
                name = self._open[-1].name
                message = f"a `##` heading begins a section, which a box cannot hold: close `::: {name}` first"
                self.diagnostics.add("heading-in-box", number + 1, message)
            self._read_box_line(number)
            number += 1
        self._end_prose(len(self.lines), len(self.lines))
        for box in self._open:
            message = f"this box is not closed: end `::: {box.name}` with a line `:::`"
            self.diagnostics.add("unclosed-box", box.line, message)
        self._check_prose()
        return tuple(self.blocks)

    def _read_title(self) -> None:
        titles = [i for i, token in enumerate(self.tokens) if token.type == "heading_open" and token.tag == "h1"]
        if len(titles) == 1:
            self.title = self.tokens[titles[0] + 1].content
            start, stop = self.tokens[titles[0]].map or (0, 0)
            for mistake in find_title_mistakes(self.title):
                self.diagnostics.add(mistake.code, start + 1, mistake.message)
            self.lines[start:stop] = [""] * (stop - start)
        elif titles:
            line = (self.tokens[titles[1]].map or [0])[0] + 1
            self.diagnostics.add("second-title", line, "this is a second title: keep one")
        else:
            self.diagnostics.add("no-title", 1, "the title is missing: begin the page with `# A title`")

    def _check_headings(self) -> None:
        for token, content in itertools.pairwise(self.tokens):
            if token.type == "heading_open" and token.tag == "h2":
                for mistake in find_title_mistakes(content.content):
                    self.diagnostics.add(mistake.code, (token.map or [0])[0] + 1, mistake.message)

    def _read_fence(self, token: Token, start: int, end: int) -> None:
        block = self._parse_fence(token, start + 1)
        if block is not None and token.level > 0:
            message = "this fence is inside a list or quotation: move it to the margin"
            self.diagnostics.add("nested-fence", start + 1, message)
        elif token.level == 0:
            verbatim = Prose("\n".join(self.lines[start:end]), start + 1, verbatim=True)
            self._end_prose(start, end)
            self.blocks.append(block or verbatim)

    def _parse_fence(self, token: Token, line: int) -> Block | None:
        """The cell or figure in a fence; None for a fence that is shown as it is."""
        if problem_markdown.is_unclosed(token, self.lines):
            problem_markdown.add_unclosed(token, self.diagnostics)
        words = token.info.split()
        if words and words[0] in figures.registered():
            return self._parse_figure(words, token.content, line)
        if words[:2] == ["python", "run"] and len(words) == 3 and words[2].isidentifier():
            return Cell(token.content, line, raises=words[2])
        role = problem_markdown.fence_role(token, self.diagnostics)
        if role in ("run", "setup"):
            return Cell(token.content, line, shown=role == "run")
        if role is not None:
            listed = ", ".join(f"```` ```{name} ````" for name in figures.registered())
            message = f"a page has no `{role}`: its cells are ```` ```python run ````, its figures {listed}"
            self.diagnostics.add("unused-role", line, message)
        return None

    def _parse_figure(self, words: list[str], text: str, line: int) -> Drawing | None:
        name = words[0]
        if len(words) > 1:
            message = f"the first line of a `{name}` fence has only its name: remove `{' '.join(words[1:])}`"
            self.diagnostics.add("figure-words", line, message)
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            self.diagnostics.add("invalid-toml", *explain_syntax_error(error, text, line + 1))
            return None
        key_line = KeyLines(line + 1, text)
        for key, message in figures.get(name).mistakes(table):
            self.diagnostics.add("figure-table", key_line(key) if key else line, message)
        return Drawing(name, table, line)

    def _read_box_line(self, number: int) -> None:
        match = _BOX_LINE.match(self.lines[number])
        if not match:
            return
        self._end_prose(number, number + 1)
        name, line = match[1], number + 1
        if name:
            self._open_box(Box(name, line))
        elif self._open:
            self._open.pop()
        else:
            self.diagnostics.add("no-open-box", line, "no box is open here: `::: NAME` opens one")
        self.blocks.append(Box(name, line))

    def _open_box(self, box: Box) -> None:
        if box.name not in BOXES:
            self.diagnostics.add("unknown-box", box.line, f"`{box.name}` is not a box{suggestion(box.name, BOXES)}")
        if self._open and self._open[-1].name != STEPS:
            message = f"only `{STEPS}` may contain another box: close `::: {self._open[-1].name}` first"
            self.diagnostics.add("nested-box", box.line, message)
        self._open.append(box)

    def _end_prose(self, end: int, after: int) -> None:
        """Add the prose up to line `end`; the next prose begins on line `after`."""
        text = "\n".join(self.lines[self._prose_start : end])
        if text.strip():
            self.blocks.append(Prose(text, self._prose_start + 1))
        self._prose_start = after

    def _check_prose(self) -> None:
        prose = [block for block in self.blocks if isinstance(block, Prose) and not block.verbatim]
        for block in prose:
            try:
                find_queries(block.text)
            except PlaceholderError as error:
                self.diagnostics.add(error.code, block.line + error.line - 1, error.message)
        for block in prose:
            checked = check_prose(without_braces(block.text), self.load_image)
            self.images |= {image.source: image for image in checked.images}
            for mistake in checked.mistakes:
                self.diagnostics.add(mistake.code, block.line + mistake.line - 1, mistake.message)
        settings = self._settings(prose)
        for block in prose:
            for number in find_typed_numbers(block.text, settings):
                self.diagnostics.add(number.code, block.line + number.line - 1, number.message)
        for number in find_typed_numbers(self.title, settings):
            self.diagnostics.add(number.code, 1, number.message)

    def _settings(self, prose: list[Prose]) -> frozenset[str]:
        """The numbers in the page's code, figures and braces."""
        found: set[str] = set()
        for block in self.blocks:
            if isinstance(block, Cell):
                found |= find_numbers(block.code)
            elif isinstance(block, Drawing):
                found |= find_numbers(repr(block.table)) | find_numbers(self._figure_text(block))
        for block in prose:
            for braces in _BRACES.findall(block.text):
                found |= find_numbers(braces)
        return frozenset(found)

    def _figure_text(self, figure: Drawing) -> str:
        """The TOML of a figure, in which numbers are as their author wrote them: `1e-5`, not `1e-05`."""
        fence = next(t for t in self.tokens if t.type == "fence" and (t.map or [0])[0] == figure.line - 1)
        return fence.content
