"""A problem's Markdown taken apart, nothing filled in yet: title, statement, options, hint, explanation, fences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from practicum.course.diagnostics import Notes, suggestion

ROLES = {
    "python": frozenset({"run", "setup", "claim", "start", "solution", "check", "mutant"}),
    "diff": frozenset({"fix"}),
}
_OF_OPTIONS = {"claim", "fix"}
_SINGLE = {"start", "solution", "check"}
_SECTIONS = ("hint", "explanation")

LONGEST_OPTION = 2000
"""Characters of an option's text."""

_ELSEWHERE = "?"
"""Below a heading that is no section: what stands there is looked at when the heading is right."""

_BOX = re.compile(r"\[(\s*[^\]\[\s]?\s*)\](?:\s+|$)")
_TICKS = re.compile(r"`{3,}")
BRACES = re.compile(r"\{\{ *([A-Za-z_]\w*) *\}\}")
"""A parameter's name in braces, and nothing else."""

_markdown = MarkdownIt("commonmark")


@dataclass(frozen=True)
class Chunk:
    """A piece of a file: lines that follow one another, and the number of the first."""

    text: str
    line: int
    path: str = ""
    """The file, if it is not the problem's own."""


Passage = tuple[Chunk, ...]
"""Prose in pieces: what is hidden between them is left out, and a shown fence is a piece of its own."""


@dataclass
class DraftOption:
    """One item of the task list."""

    line: int
    key: bool
    text: Passage
    feedback: Passage = ()
    fence: Chunk | None = None
    """The fence that is its answer."""
    claim: Chunk | None = None
    fix: Chunk | None = None


@dataclass
class Draft:
    """The parts of a problem's body."""

    title: Chunk = field(default_factory=lambda: Chunk("", 1))
    sections: dict[str, Passage] = field(default_factory=dict)
    """`statement`, `hint`, `explanation`."""
    options: list[DraftOption] = field(default_factory=list)
    fences: dict[str, list[Chunk]] = field(default_factory=dict)
    """By role."""
    braces: list[tuple[int, str]] = field(default_factory=list)
    """The line and text of each `{{ name }}` in prose (code is code)."""

    def places(self) -> dict[str, Chunk]:
        """The piece of each part, as kinds name it."""
        found = {"title": self.title}
        for role, chunks in self.fences.items():
            found[role] = chunks[0]
            found |= {f"{role} {number}": chunk for number, chunk in enumerate(chunks, 1)}
        for number, option in enumerate(self.options, 1):
            found[f"option {number}"] = Chunk("", option.line)
            found |= {f"claim {number}": option.claim} if option.claim else {}
            found |= {f"fix {number}": option.fix} if option.fix else {}
        return found


def parse(body: str, first: int, notes: Notes, fenced_answers: bool = False) -> Draft:
    """Take apart a body that begins on line `first` of its file.

    `fenced_answers`: a fence without a role, under an option without a code span, is that option's answer; else it
    is part of the feedback.
    """
    return _Parser(body, first, notes, fenced_answers).parse()


def blocks(body: str, first: int) -> tuple[list[str], list[Token]]:
    """The file's lines (index = line − 1; empty before `first`) and Markdown tokens with their places in them."""
    text = "\n" * (first - 1) + body
    return text.split("\n"), _markdown.parse(text)


def fence_role(token: Token, notes: Notes) -> str | None:
    """The role that a fence's second word names; None without one, or with one that is not known (noted)."""
    words = token.info.split()
    line = (token.map or [0])[0] + 1
    if len(words) < 2:
        return None
    known = ROLES.get(words[0], frozenset())
    if len(words) > 2 or words[1] not in known:
        roles = [f"{language} {role}" for language, names in ROLES.items() for role in names]
        notes.add(line, f"```` ```{token.info.strip()} ```` is no role{suggestion(' '.join(words[:2]), roles)}")
        return None
    return words[1]


def unclosed(token: Token, lines: Sequence[str]) -> bool:
    """Whether a fence runs to the end of what holds it for want of a closing line."""
    start, end = token.map or (0, 0)
    last = lines[end - 1].strip() if end - 1 > start else ""
    return not (last.startswith(token.markup) and not last.strip(token.markup[0]))


def fenced(text: str) -> tuple[str, str]:
    """The lines to put before and after a piece of Python, so that it is a fence whatever it holds."""
    ticks = max((len(found) for found in _TICKS.findall(text)), default=2) + 1
    return "`" * ticks + "python", "`" * ticks


def code_span(markdown: str) -> str | None:
    """The first code span of a text."""
    if "`" not in markdown:
        return None
    for token in _markdown.parseInline(markdown):
        for child in token.children or ():
            if child.type == "code_inline":
                return child.content
    return None


class _Parser:
    def __init__(self, body: str, first: int, notes: Notes, fenced_answers: bool) -> None:
        self.notes = notes
        self.fenced_answers = fenced_answers
        self.first = first
        self.lines, self.tokens = blocks(body, first)
        self.draft = Draft()
        self.section = ""
        self.spans: dict[str, tuple[int, int]] = {}
        self.hidden: set[int] = set()
        self.shown: dict[int, tuple[Chunk, int]] = {}
        """By the line of its opening (from 0), the code of a fence with a role that is shown, and the line past it."""

    def parse(self) -> Draft:
        if not any(token.type == "heading_open" and token.tag == "h1" for token in self.tokens):
            line = (self.tokens[0].map or [0])[0] + 1 if self.tokens else self.first - 1
            self.notes.add(line, "there is no title: begin the text with `# A title`")
            self.section = "statement"
        index = 0
        while index < len(self.tokens):
            end = self._end(index)
            self._block(index, end)
            index = end
        self.draft.braces += self._braces()
        self.spans.pop(_ELSEWHERE, None)
        for name, (start, stop) in self.spans.items():
            self.draft.sections[name] = self._passage(start, stop)
        return self.draft

    def _braces(self) -> Iterator[tuple[int, str]]:
        for token in self.tokens:
            line = (token.map or [0])[0] + 1
            for child in token.children or ():
                line += child.type in ("softbreak", "hardbreak")
                if child.type == "text":
                    yield from ((line, found[0]) for found in BRACES.finditer(child.content))

    def _end(self, index: int) -> int:
        """The index just past the block that begins at `index`."""
        if self.tokens[index].nesting != 1:
            return index + 1
        level = self.tokens[index].level
        while not (self.tokens[index].nesting == -1 and self.tokens[index].level == level):
            index += 1
        return index + 1

    def _block(self, index: int, end: int) -> None:
        token = self.tokens[index]
        start, stop = token.map or (0, 0)
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            self._heading(token.tag, self.tokens[index + 1].content.strip(), start + 1, stop)
            return
        if _is_comment(token):
            self.hidden |= set(range(start, stop))
            return
        if not self.section:
            self.notes.add(start + 1, "text stands before the title: begin with `# A title`")
            self.section = _ELSEWHERE
        if self.section == "statement" and self._is_options(index, end):
            self._options(index, end)
            return
        if self.section == "statement":
            self._stray_boxes(index, end)
            if self.draft.options:
                self.notes.add(start + 1, "text stands after the options: indent it under one, or move it above them")
        self._fences(index, end)
        began, _ = self.spans.get(self.section, (start, stop))
        self.spans[self.section] = (began, stop)

    def _heading(self, tag: str, text: str, line: int, stop: int) -> None:
        if tag == "h1":
            if self.draft.title.text:
                self.notes.add(line, "this is a second title: a problem has one `#` heading, at its beginning")
            elif not text:
                self.notes.add(line, "the title is empty: write `# A title`")
            self.draft.title = self.draft.title if self.draft.title.text else Chunk(text or "?", line)
            self.section = "statement"
            return
        name = text.casefold()
        if name not in _SECTIONS:
            known = "`## Hint` and `## Explanation`"
            self.notes.add(line, f"`## {text}` is no section: there are {known}; use `###` inside a statement")
        elif name in self.spans or name == self.section:
            self.notes.add(line, f"there is a second `## {text}`: write one")
        self.section = name if name in _SECTIONS else _ELSEWHERE

    def _fences(self, index: int, end: int) -> None:
        """File the fences of a block by their role; only what is shown stays in the text."""
        for token in self.tokens[index:end]:
            if token.type != "fence":
                continue
            start, stop = token.map or (0, 0)
            self._check_closed(token)
            role = fence_role(token, self.notes)
            if role is None:
                continue
            if token.level > 0:
                self.notes.add(
                    start + 1, f"a `{role}` fence stands inside a list or quotation: move it out to the margin"
                )
            elif role in _OF_OPTIONS:
                self.notes.add(start + 1, f"a `{role}` belongs to an option: indent it under one")
            elif self.section == _ELSEWHERE:
                self._file(role, _content(token))
            elif self.section != "statement":
                self.notes.add(start + 1, f"a `{role}` fence stands in `## {self.section.title()}`: move it above")
            else:
                self._file(role, _content(token))
                self._show_or_hide(role, token, start, stop)

    def _file(self, role: str, chunk: Chunk) -> None:
        filed = self.draft.fences.setdefault(role, [])
        if filed and role in _SINGLE:
            self.notes.add(chunk.line - 1, f"there is a second `{role}` fence: a problem has one")
        filed.append(chunk)

    def _show_or_hide(self, role: str, token: Token, start: int, stop: int) -> None:
        if role == "run":
            self.shown[start] = Chunk(token.content.rstrip("\n"), _content(token).line), stop
        else:
            self.hidden |= set(range(start, stop))

    def _check_closed(self, token: Token) -> None:
        if unclosed(token, self.lines):
            self.notes.add((token.map or [0])[0] + 1, f"this fence is never closed: end it with {token.markup}")

    def _items(self, index: int, end: int) -> Iterator[tuple[int, int]]:
        level = self.tokens[index].level + 1
        at = index + 1
        while at < end - 1:
            stop = self._end(at)
            if self.tokens[at].type == "list_item_open" and self.tokens[at].level == level:
                yield at, stop
            at = stop

    def _first_text(self, at: int, stop: int) -> str:
        """The first paragraph of a list item."""
        if at + 2 < stop and self.tokens[at + 1].type == "paragraph_open":
            return self.tokens[at + 2].content
        return ""

    def _is_options(self, index: int, end: int) -> bool:
        if self.tokens[index].type != "bullet_list_open":
            return False
        return any(_BOX.match(self._first_text(at, stop)) for at, stop in self._items(index, end))

    def _stray_boxes(self, index: int, end: int) -> None:
        """Options that are no bulleted list at the margin."""
        for at in range(index, end):
            token = self.tokens[at]
            if token.type == "list_item_open" and _BOX.match(self._first_text(at, end)):
                message = "options stand in a bulleted list at the margin: write `- [x]` and `- [ ]`"
                self.notes.add((token.map or [0])[0] + 1, message)
                return

    def _options(self, index: int, end: int) -> None:
        for at, stop in self._items(index, end):
            line = (self.tokens[at].map or [0])[0] + 1
            box = _BOX.match(self._first_text(at, stop))
            if box is None:
                self.notes.add(line, "this item has no box: write `- [x]` for a right option, `- [ ]` for a wrong one")
            elif box[1] not in ("x", "X", " "):
                self.notes.add(line, f"`[{box[1]}]` is no box: write `[x]` for a right option, `[ ]` for a wrong one")
            else:
                self.draft.options.append(self._option(at, stop, box))

    def _option(self, at: int, stop: int, box: re.Match[str]) -> DraftOption:
        start, end = self.tokens[at].map or (0, 0)
        _, text_end = self.tokens[at + 1].map or (start, start + 1)
        text = self._first_text(at, stop)[box.end() :].rstrip()
        option = DraftOption(start + 1, box[1] in ("x", "X"), (Chunk(text, start + 1),) if text else ())
        for token in self.tokens[at:stop]:
            if token.type == "fence":
                self._option_fence(option, token)
        option.feedback = self._passage(text_end, end)
        if not option.text:
            self.notes.add(start + 1, "this option is empty: write what it says after its box")
        elif len(text) > LONGEST_OPTION:
            self.notes.add(start + 1, f"this option has {len(text)} characters: at most {LONGEST_OPTION} can be read")
        return option

    def _option_fence(self, option: DraftOption, token: Token) -> None:
        start, stop = token.map or (0, 0)
        self._check_closed(token)
        role = fence_role(token, self.notes)
        chunk = _content(token)
        if role is None:
            if len(token.info.split()) < 2 and self._answers(option):
                self._answer(option, chunk, range(start, stop))
            return
        self.hidden |= set(range(start, stop))
        if role not in _OF_OPTIONS:
            self.notes.add(start + 1, f"a `{role}` fence belongs to the problem: move it out of the option")
        elif getattr(option, role) is not None:
            self.notes.add(start + 1, f"there is a second `{role}` under this option: it has one")
        else:
            setattr(option, role, chunk)

    def _answers(self, option: DraftOption) -> bool:
        """Whether a fence without a role is what this option says."""
        if option.fence is not None:
            return False
        return not option.text or (self.fenced_answers and code_span(option.text[0].text) is None)

    def _answer(self, option: DraftOption, code: Chunk, lines: range) -> None:
        option.fence = code
        self.hidden |= set(lines)
        opening, closing = fenced(code.text)
        before = f"\n{opening}" if option.text else opening
        shown = Chunk(code.text.removesuffix("\n"), code.line)
        option.text = (*option.text, Chunk(before, lines.start + 1), shown, Chunk(closing, lines.stop))

    def _passage(self, start: int, stop: int) -> Passage:
        """Lines of the file as Markdown of their own: what is hidden left out, indentation taken away."""
        pieces: list[list[tuple[int, str]]] = [[]]
        codes: dict[int, Chunk] = {}
        number = start
        while number < stop:
            if number in self.shown:
                code, past = self.shown[number]
                opening, closing = fenced(code.text)
                pieces[-1].append((number, opening))
                codes[len(pieces)] = code
                number = past - 1
                pieces += [[], [(number, closing)]]
            elif number in self.hidden:
                pieces.append([])
            else:
                pieces[-1].append((number, _spaced(self.lines[number])))
            number += 1
        margin = min(
            (len(line) - len(line.lstrip()) for piece in pieces for _, line in piece if line.strip()), default=0
        )
        passage = []
        for at, piece in enumerate(pieces):
            if at in codes:
                passage.append(codes[at])
            elif any(line.strip() for _, line in piece):
                passage.append(Chunk("\n".join(line[margin:] for _, line in piece), piece[0][0] + 1))
        return tuple(passage)


def _spaced(line: str) -> str:
    """A line indented by blanks: a tab and two blanks are the same to Markdown, but not to the eye."""
    rest = line.lstrip(" \t")
    return line[: len(line) - len(rest)].expandtabs(4) + rest


def _content(token: Token) -> Chunk:
    """What a fence holds."""
    start, _ = token.map or (0, 0)
    return Chunk(token.content, start + 2 if token.content else start + 1)


def _is_comment(token: Token) -> bool:
    content = token.content.strip()
    return token.type == "html_block" and content.startswith("<!--") and content.endswith("-->")
