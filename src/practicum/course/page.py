"""Pages and cards: a mode's prose with its cells, and what is to be remembered."""

from __future__ import annotations

import itertools
import re
import tomllib

from markdown_it.token import Token

from practicum import figures
from practicum.course import problem_markdown as drafts
from practicum.course.diagnostics import Notes, suggestion
from practicum.course.number_lint import numbers, typed
from practicum.course.page_values import questions
from practicum.course.placeholders import FillError
from practicum.course.toml_tables import Lines, syntax_error
from practicum.model import Block, Box, Card, Cell, Drawing, Page, Prose
from practicum.python_source.parsing import parse_expression

STEPS = "steps"
BOXES = (STEPS, "guides", "belief", "happens", "note")
"""The boxes that a page may hold."""

BRACES_ANY = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_BOX = re.compile(r"^:::[ \t]*(\w*)[ \t]*$")


def read_page(path: str, text: str, notes: Notes) -> Page | None:
    """A page; None if anything is wrong, which is then noted."""
    reader = _PageReader(text, notes)
    blocks = reader.read()
    if notes:
        return None
    return Page(path, reader.title, blocks)


class _PageReader:
    """Takes a page apart, and looks at each part."""

    def __init__(self, text: str, notes: Notes) -> None:
        self.notes = notes
        self.lines, self.tokens = drafts.blocks(text, 1)
        self.title = ""
        self.blocks: list[Block] = []
        self._began = 0
        """The line (from 0) on which the prose that is being gathered begins."""
        self._open: list[Box] = []

    def read(self) -> tuple[Block, ...]:
        self._read_title()
        fences = {(token.map or [0])[0]: token for token in self.tokens if token.type == "fence"}
        headings = {
            (token.map or [0])[0] for token in self.tokens if token.type == "heading_open" and token.tag == "h2"
        }
        number = 0
        while number < len(self.lines):
            token = fences.get(number)
            if token is not None:
                end = (token.map or [0, number + 1])[1]
                self._fence(token, number, end)
                number = end
                continue
            if number in headings and self._open and self._open[-1].name != STEPS:
                name = self._open[-1].name
                self.notes.add(
                    number + 1, f"a `##` heading begins a part, and none begins in `::: {name}`: close it first"
                )
            self._box(number)
            number += 1
        self._prose(len(self.lines), len(self.lines))
        for box in self._open:
            self.notes.add(box.line, f"this box is never closed: end `::: {box.name}` with a line `:::`")
        self._check_prose()
        return tuple(self.blocks)

    def _read_title(self) -> None:
        at = [i for i, token in enumerate(self.tokens) if token.type == "heading_open" and token.tag == "h1"]
        if len(at) == 1:
            self.title = self.tokens[at[0] + 1].content
            start, stop = self.tokens[at[0]].map or (0, 0)
            self.lines[start:stop] = [""] * (stop - start)
        elif at:
            self.notes.add((self.tokens[at[1]].map or [0])[0] + 1, "this is a second title: keep one")
        else:
            self.notes.add(1, "a page has one title: begin it with `# A title`")

    def _fence(self, token: Token, start: int, end: int) -> None:
        block = self._block(token, start + 1)
        if block is not None and token.level > 0:
            self.notes.add(start + 1, "this fence stands inside a list or quotation: move it out to the margin")
        elif token.level == 0:
            verbatim = Prose("\n".join(self.lines[start:end]), start + 1, verbatim=True)
            self._prose(start, end)
            self.blocks.append(block or verbatim)

    def _block(self, token: Token, line: int) -> Block | None:
        """What a fence is to the page; None for one that is shown as it stands."""
        if drafts.unclosed(token, self.lines):
            self.notes.add(line, f"this fence is never closed: end it with {token.markup}")
        words = token.info.split()
        if words and words[0] in figures.ALL:
            return self._drawing(words, token.content, line)
        if words[:2] == ["python", "run"] and len(words) == 3 and words[2].isidentifier():
            return Cell(token.content, line, raises=words[2])
        role = drafts.fence_role(token, self.notes)
        if role in ("run", "setup"):
            return Cell(token.content, line, shown=role == "run")
        if role is not None:
            drawn = ", ".join(f"```` ```{name} ````" for name in figures.ALL)
            known = f"its cells are ```` ```python run ````, its figures {drawn}"
            self.notes.add(line, f"a page has no `{role}`: {known}")
        return None

    def _drawing(self, words: list[str], text: str, line: int) -> Drawing | None:
        name = words[0]
        if len(words) > 1:
            self.notes.add(line, f"a `{name}` fence says nothing else in its first line")
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError) as reason:
            self.notes.add(*syntax_error(reason, text, line + 1))
            return None
        at = Lines(line + 1, text)
        for key, message in figures.ALL[name].mistakes(table):
            self.notes.add(at(key) if key else line, message)
        return Drawing(name, table, line)

    def _box(self, number: int) -> None:
        found = _BOX.match(self.lines[number])
        if not found:
            return
        self._prose(number, number + 1)
        name, line = found[1], number + 1
        if not name:
            if not self._open:
                self.notes.add(line, "no box is open here: `::: NAME` begins one")
            else:
                self._open.pop()
        else:
            if name not in BOXES:
                self.notes.add(line, f"`{name}` is no box{suggestion(name, BOXES)}")
            if self._open and self._open[-1].name != STEPS:
                self.notes.add(line, f"a box stands in no other but `{STEPS}`: close `::: {self._open[-1].name}` first")
            self._open.append(Box(name, line))
        self.blocks.append(Box(name, line))

    def _prose(self, end: int, after: int) -> None:
        """What was gathered since the last block, up to line `end`; the next begins on `after`."""
        text = "\n".join(self.lines[self._began : end])
        if text.strip():
            self.blocks.append(Prose(text, self._began + 1))
        self._began = after

    def _check_prose(self) -> None:
        prose = [block for block in self.blocks if isinstance(block, Prose) and not block.verbatim]
        for block in prose:
            try:
                questions(block.text)
            except FillError as reason:
                self.notes.add(block.line + reason.line - 1, str(reason))
        known = self._settings(prose)
        for block in prose:
            for line, message in typed(block.text, known):
                self.notes.add(block.line + line - 1, message)
        for _, message in typed(self.title, known):
            self.notes.add(1, message)

    def _settings(self, prose: list[Prose]) -> frozenset[str]:
        """The numbers that stand in the page's code, drawings and braces."""
        found: set[str] = set()
        for block in self.blocks:
            if isinstance(block, Cell):
                found |= numbers(block.code)
            elif isinstance(block, Drawing):
                found |= numbers(repr(block.table))
                start = block.line
                found |= numbers("\n".join(self._fence_lines(start)))
        for block in prose:
            for braces in BRACES_ANY.findall(block.text):
                found |= numbers(braces)
        return frozenset(found)

    def _fence_lines(self, line: int) -> list[str]:
        """A drawing's own text: in it a number stands as its author wrote it, `1e-5` and not `1e-05`."""
        token = next(t for t in self.tokens if t.type == "fence" and (t.map or [0])[0] == line - 1)
        return token.content.split("\n")


def read_cards(path: str, text: str, notes: Notes) -> tuple[Card, ...]:
    """The cards of a `recall.md`: each `##` heading is a question, what follows is its answer."""
    lines, tokens = drafts.blocks(text, 1)
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    if not starts:
        notes.add(1, "there is no card: write a question as `## Question`, its answer beneath")
    for token in tokens[: starts[0]] if starts else ():
        if token.level == 0 and token.type in ("paragraph_open", "fence", "bullet_list_open"):
            notes.add((token.map or [0])[0] + 1, "text stands before the first question: move it under a `## Question`")
    cards = [
        _card(path, tokens[start:stop], lines, notes) for start, stop in itertools.pairwise([*starts, len(tokens)])
    ]
    seen: dict[str, int] = {}
    for card in cards:
        if card.question in seen:
            notes.add(card.line, f"this question stands on line {seen[card.question]} already")
        seen.setdefault(card.question, card.line)
    return tuple(cards)


def _card(path: str, tokens: list[Token], lines: list[str], notes: Notes) -> Card:
    start, _ = tokens[0].map or (0, 0)
    question = tokens[1].content.strip()
    hidden: set[int] = set()
    claim, setup = None, ""
    last = start + 1
    for token in tokens:
        begin, end = token.map or (0, 0)
        last = max(last, end)
        if token.type != "fence":
            continue
        if drafts.unclosed(token, lines):
            notes.add(begin + 1, f"this fence is never closed: end it with {token.markup}")
        role = drafts.fence_role(token, notes)
        if role == "claim":
            claim = token.content.strip()
            _check_claim(claim, begin + 2 if claim else begin + 1, notes)
        elif role == "setup":
            setup = token.content
        elif role is not None:
            notes.add(begin + 1, f"a card has no `{role}`: it may have a `setup` and a `claim`")
        if role is not None:
            hidden |= set(range(begin, end))
    body = "\n".join("" if number in hidden else lines[number] for number in range(start + 1, last))
    answer = re.sub(r"\n{3,}", "\n\n", body).strip()
    if not question or not answer:
        notes.add(start + 1, "this card is not whole: a question as `## Question`, and its answer beneath")
    if claim is None and answer:
        for line, message in typed(body, frozenset()):
            found = message.split(":")[0]
            notes.add(
                start + 1 + line, f"{found}: a card whose answer holds a number needs a `python claim` that proves it"
            )
    return Card(path, question, answer, setup, claim, start + 1)


def _check_claim(claim: str, line: int, notes: Notes) -> None:
    try:
        parse_expression(claim)
    except SyntaxError as reason:
        notes.add(line, f"the claim is no Python expression: {reason.msg}")
