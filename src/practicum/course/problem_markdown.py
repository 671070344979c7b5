"""Parses a problem's Markdown into title, statement, options, hint, explanation and fences, with braces unfilled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from practicum.course.diagnostics import Diagnostics, suggestion
from practicum.course.formulas import TOKENS, formula_plugin, inline_lines

ROLES = {
    "python": frozenset({"run", "setup", "claim", "start", "solution", "check", "mutant", "distractor"}),
    "diff": frozenset({"fix"}),
}
_OPTION_ROLES = {"claim", "fix"}
_SINGLE_ROLES = {"start", "solution", "check"}
_SECTIONS = ("hint", "explanation")

MAX_OPTION = 2000
"""Characters of an option's text."""

_UNKNOWN_SECTION = "?"
"""Text below a heading that is not a section. It is checked when the heading is right."""

_CHECKBOX = re.compile(r"\[(\s*[^\]\[\s]?\s*)\](?:\s+|$)")
_TICKS = re.compile(r"`{3,}")
PARAMETER = re.compile(r"\{\{ *([A-Za-z_]\w*) *\}\}")
"""A parameter's name in braces."""
_SPACED_PARAMETER = re.compile(r"\{\{ +([A-Za-z_]\w*) +\}\}")

_markdown = MarkdownIt("commonmark").use(formula_plugin)


@dataclass(frozen=True)
class Chunk:
    """Consecutive lines of a file, and the number of the first."""

    text: str
    line: int
    path: str = ""
    """The file, if it is not the problem's main file."""


Passage = tuple[Chunk, ...]
"""Prose without the hidden fences between its chunks. A shown fence is a chunk of its own."""


@dataclass
class BodyOption:
    """One item of the task list, parameters not filled in."""

    line: int
    key: bool
    text: Passage
    feedback: Passage = ()
    fence: Chunk | None = None
    """The fence that is its answer, if it has one."""
    claim: Chunk | None = None
    fix: Chunk | None = None


@dataclass
class ProblemBody:
    """The parts of a problem's Markdown, parameters not filled in."""

    title: Chunk = field(default_factory=lambda: Chunk("", 1))
    sections: dict[str, Passage] = field(default_factory=dict)
    """`statement`, `hint`, `explanation`."""
    options: list[BodyOption] = field(default_factory=list)
    fences: dict[str, list[Chunk]] = field(default_factory=dict)
    """By role."""
    braces: list[tuple[int, str]] = field(default_factory=list)
    """The line and text of each `{{ name }}` in prose. In code, braces are code."""

    def parts(self) -> dict[str, Chunk]:
        """The chunk of each part, by the names that kinds use."""
        found = {"title": self.title}
        for role, chunks in self.fences.items():
            found[role] = chunks[0]
            found |= {f"{role} {number}": chunk for number, chunk in enumerate(chunks, 1)}
        for number, option in enumerate(self.options, 1):
            found[f"option {number}"] = Chunk("", option.line)
            found[f"code {number}"] = option.fence or Chunk("", option.line)
            found |= {f"claim {number}": option.claim} if option.claim else {}
            found |= {f"fix {number}": option.fix} if option.fix else {}
        return found


def parse_body(body: str, first: int, diagnostics: Diagnostics, fenced_answers: bool = False) -> ProblemBody:
    """Parse a body that begins on line `first` of its file.

    Args:
        fenced_answers: Whether a fence without a role, below an option without a code span, is that option's answer.
            If not, it belongs to the feedback, unless the option consists of it alone.
    """
    return _Parser(body, first, diagnostics, fenced_answers).parse()


def tokenize(body: str, first: int) -> tuple[list[str], list[Token]]:
    """The lines of the file (index = line − 1; empty before `first`), and Markdown tokens with their places in them."""
    text = "\n" * (first - 1) + body
    return text.split("\n"), _markdown.parse(text)


def fence_role(token: Token, diagnostics: Diagnostics) -> str | None:
    """The role in a fence's first line. None without one, or with an unknown one, which is a mistake."""
    words = token.info.split()
    line = (token.map or [0])[0] + 1
    if len(words) < 2:
        return None
    known = ROLES.get(words[0], frozenset())
    if len(words) > 2 or words[1] not in known:
        roles = [f"{language} {role}" for language, names in ROLES.items() for role in names]
        message = f"```` ```{token.info.strip()} ```` is not a role{suggestion(' '.join(words[:2]), roles)}"
        diagnostics.add("unknown-role", line, message)
        return None
    return words[1]


def is_unclosed(token: Token, lines: Sequence[str]) -> bool:
    """Whether a fence has no closing line, and so runs to the end of its container."""
    start, end = token.map or (0, 0)
    last = lines[end - 1].strip() if end - 1 > start else ""
    return not (last.startswith(token.markup) and not last.strip(token.markup[0]))


def add_unclosed(token: Token, diagnostics: Diagnostics) -> None:
    """Add the mistake of a fence without a closing line."""
    message = f"this fence is not closed: end it with {token.markup}"
    diagnostics.add("unclosed-fence", (token.map or [0])[0] + 1, message)


def fence_lines(text: str) -> tuple[str, str]:
    """The opening and closing line for a fence around Python code, longer than any row of backticks in it."""
    ticks = max(map(len, _TICKS.findall(text)), default=2) + 1
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


def is_one_span(markdown: str) -> bool:
    """Whether a text is a code span and nothing else."""
    if not markdown.startswith("`"):
        return False
    tokens = _markdown.parse(markdown)
    children = tokens[1].children or [] if len(tokens) == 3 else []
    return [child.type for child in children] == ["code_inline"]


def is_one_fence(markdown: str) -> bool:
    """Whether a text is a fence and nothing else."""
    if not markdown.startswith(("```", "~~~")):
        return False
    tokens = _markdown.parse(markdown)
    return [token.type for token in tokens] == ["fence"] and not is_unclosed(tokens[0], markdown.splitlines())


class _Parser:
    def __init__(self, body: str, first: int, diagnostics: Diagnostics, fenced_answers: bool) -> None:
        self.diagnostics = diagnostics
        self.fenced_answers = fenced_answers
        self.first = first
        self.lines, self.tokens = tokenize(body, first)
        self.body = ProblemBody()
        self.section = ""
        self.sections_begun: set[str] = set()
        self.spans: dict[str, tuple[int, int]] = {}
        self.hidden: set[int] = set()
        self.shown: dict[int, tuple[Chunk, int]] = {}
        """The code of each shown fence with a role, and the line after it, by the line of its opening (from 0)."""

    def parse(self) -> ProblemBody:
        if not any(token.type == "heading_open" and token.tag == "h1" for token in self.tokens):
            line = (self.tokens[0].map or [0])[0] + 1 if self.tokens else self.first - 1
            self.diagnostics.add("no-title", line, "the title is missing: begin the text with `# A title`")
            self.section = "statement"
        index = 0
        while index < len(self.tokens):
            end = self._end(index)
            self._block(index, end)
            index = end
        self.body.braces += self._braces()
        self.spans.pop(_UNKNOWN_SECTION, None)
        for name, (start, stop) in self.spans.items():
            self.body.sections[name] = self._passage(start, stop)
        return self.body

    def _braces(self) -> Iterator[tuple[int, str]]:
        for token in self.tokens:
            for child, line in inline_lines(token):
                if child.type == "text" or child.type in TOKENS:
                    # TeX has double braces too, as in `x^{{n}}`, but hardly with spaces within.
                    pattern = PARAMETER if child.type == "text" else _SPACED_PARAMETER
                    yield from ((line, found[0]) for found in pattern.finditer(child.content))

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
            self.diagnostics.add("text-before-title", start + 1, "text before the title: begin with `# A title`")
            self.section = _UNKNOWN_SECTION
        if self.section == "statement" and self._is_options(index, end):
            self._options(index, end)
            return
        if self.section in _SECTIONS and self._is_options(index, end):
            message = f"the options come before `## {self.section.title()}`: move them above it"
            self.diagnostics.add("options-in-section", start + 1, message)
        if self.section == "statement":
            self._refuse_nested_options(index, end)
            if self.body.options:
                message = "text after the options: indent it below one, or move it above them"
                self.diagnostics.add("text-after-options", start + 1, message)
        self._fences(index, end)
        began, _ = self.spans.get(self.section, (start, stop))
        self.spans[self.section] = (began, stop)

    def _heading(self, tag: str, text: str, line: int, stop: int) -> None:
        if tag == "h1":
            if self.body.title.text:
                self.diagnostics.add("second-title", line, "this is a second title: a problem has one `#` heading")
            elif not text:
                self.diagnostics.add("empty-title", line, "the title is empty: write `# A title`")
            self.body.title = self.body.title if self.body.title.text else Chunk(text or "?", line)
            self.section = "statement"
            return
        name = text.casefold()
        if name not in _SECTIONS:
            known = "`## Hint` and `## Explanation`"
            message = f"`## {text}` is not a section: the sections are {known}; use `###` inside a statement"
            self.diagnostics.add("unknown-section", line, message)
        elif name in self.sections_begun:
            self.diagnostics.add("second-section", line, f"this is a second `## {text}`: keep one")
        elif name == "hint" and "explanation" in self.sections_begun:
            message = "the hint comes before the explanation: move this section above `## Explanation`"
            self.diagnostics.add("section-order", line, message)
        self.sections_begun.add(name)
        self.section = name if name in _SECTIONS else _UNKNOWN_SECTION

    def _fences(self, index: int, end: int) -> None:
        """Collect the fences of a block by their roles. Hidden ones are removed from the text."""
        for token in self.tokens[index:end]:
            if token.type != "fence":
                continue
            start, stop = token.map or (0, 0)
            self._check_closed(token)
            role = fence_role(token, self.diagnostics)
            if role is None:
                continue
            if token.level > 0:
                message = f"a `{role}` fence is inside a list or quotation: move it to the margin"
                self.diagnostics.add("nested-fence", start + 1, message)
            elif role in _OPTION_ROLES:
                message = f"a `{role}` belongs to an option: indent it below one"
                self.diagnostics.add("role-outside-option", start + 1, message)
            elif self.section == _UNKNOWN_SECTION:
                self._collect(role, _content(token))
            elif self.section != "statement":
                message = f"a `{role}` fence is in `## {self.section.title()}`: move it above, to the statement"
                self.diagnostics.add("role-in-section", start + 1, message)
            else:
                self._collect(role, _content(token))
                self._show_or_hide(role, token, start, stop)

    def _collect(self, role: str, chunk: Chunk) -> None:
        chunks = self.body.fences.setdefault(role, [])
        if chunks and role in _SINGLE_ROLES:
            message = f"this is a second `{role}` fence: a problem has one"
            self.diagnostics.add("repeated-role", chunk.line - 1, message)
        chunks.append(chunk)

    def _show_or_hide(self, role: str, token: Token, start: int, stop: int) -> None:
        if role == "run":
            self.shown[start] = Chunk(token.content.rstrip("\n"), _content(token).line), stop
        else:
            self.hidden |= set(range(start, stop))

    def _check_closed(self, token: Token) -> None:
        if is_unclosed(token, self.lines):
            add_unclosed(token, self.diagnostics)

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
        return any(_CHECKBOX.match(self._first_text(at, stop)) for at, stop in self._items(index, end))

    def _refuse_nested_options(self, index: int, end: int) -> None:
        """Add a mistake for options that are not a bulleted list at the margin."""
        for at in range(index, end):
            token = self.tokens[at]
            if token.type == "list_item_open" and _CHECKBOX.match(self._first_text(at, end)):
                message = "options must be a bulleted list at the margin: write `- [x]` and `- [ ]`"
                self.diagnostics.add("nested-options", (token.map or [0])[0] + 1, message)
                return

    def _options(self, index: int, end: int) -> None:
        for at, stop in self._items(index, end):
            line = (self.tokens[at].map or [0])[0] + 1
            box = _CHECKBOX.match(self._first_text(at, stop))
            if box is None:
                message = "this item has no checkbox: write `- [x]` for a right option, `- [ ]` for a wrong one"
                self.diagnostics.add("no-checkbox", line, message)
            elif box[1] not in ("x", "X", " "):
                message = f"`[{box[1]}]` is not a checkbox: write `[x]` for a right option, `[ ]` for a wrong one"
                self.diagnostics.add("invalid-checkbox", line, message)
            else:
                self.body.options.append(self._option(at, stop, box))

    def _option(self, at: int, stop: int, box: re.Match[str]) -> BodyOption:
        start, end = self.tokens[at].map or (0, 0)
        _, text_end = self.tokens[at + 1].map or (start, start + 1)
        text = self._first_text(at, stop)[box.end() :].rstrip()
        option = BodyOption(start + 1, box[1] in ("x", "X"), (Chunk(text, start + 1),) if text else ())
        for token in self.tokens[at:stop]:
            if token.type == "fence":
                self._option_fence(option, token)
        option.feedback = self._passage(text_end, end)
        if not option.text:
            self.diagnostics.add("empty-option", start + 1, "this option is empty: write its text after the checkbox")
        elif len(text) > MAX_OPTION:
            message = f"this option has {len(text)} characters: write at most {MAX_OPTION}"
            self.diagnostics.add("option-too-long", start + 1, message)
        return option

    def _option_fence(self, option: BodyOption, token: Token) -> None:
        start, stop = token.map or (0, 0)
        self._check_closed(token)
        role = fence_role(token, self.diagnostics)
        chunk = _content(token)
        if role is None:
            if len(token.info.split()) < 2 and self._is_answer(option):
                self._set_answer(option, chunk, range(start, stop))
            return
        self.hidden |= set(range(start, stop))
        if role not in _OPTION_ROLES:
            message = f"a `{role}` fence belongs to the problem: move it out of the option"
            self.diagnostics.add("role-in-option", start + 1, message)
        elif getattr(option, role) is not None:
            message = f"this is a second `{role}` of this option: keep one"
            self.diagnostics.add("repeated-option-role", start + 1, message)
        else:
            setattr(option, role, chunk)

    def _is_answer(self, option: BodyOption) -> bool:
        """Whether a fence without a role is this option's answer."""
        if option.fence is not None:
            return False
        return not option.text or (self.fenced_answers and code_span(option.text[0].text) is None)

    def _set_answer(self, option: BodyOption, code: Chunk, lines: range) -> None:
        option.fence = code
        self.hidden |= set(lines)
        opening, closing = fence_lines(code.text)
        before = f"\n{opening}" if option.text else opening
        shown = Chunk(code.text.removesuffix("\n"), code.line)
        option.text = (*option.text, Chunk(before, lines.start + 1), shown, Chunk(closing, lines.stop))

    def _passage(self, start: int, stop: int) -> Passage:
        """Lines of the file as a Markdown text: without hidden lines and common indentation."""
        pieces: list[list[tuple[int, str]]] = [[]]
        codes: dict[int, Chunk] = {}
        number = start
        while number < stop:
            if number in self.shown:
                code, past = self.shown[number]
                opening, closing = fence_lines(code.text)
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
    """The line indented by spaces: Markdown treats a tab and two spaces alike, an eye does not."""
    rest = line.lstrip(" \t")
    return line[: len(line) - len(rest)].expandtabs(4) + rest


def _content(token: Token) -> Chunk:
    """The code in a fence."""
    start, _ = token.map or (0, 0)
    return Chunk(token.content, start + 2 if token.content else start + 1)


def _is_comment(token: Token) -> bool:
    content = token.content.strip()
    return token.type == "html_block" and content.startswith("<!--") and content.endswith("-->")
