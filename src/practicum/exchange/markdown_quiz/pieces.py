"""A Markdown page as pieces in their order: headings, texts, options, and what tells the key."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token

from practicum.exchange.markup import markdown_parser

HEADING, TEXT, OPTION, ANSWER, EXPLANATION, RULE = "heading", "text", "option", "answer", "explanation", "rule"

_TASK = re.compile(r"\[([ xX])\](?:\s+|$)")
_LETTERED = re.compile(
    r"(?P<mark>\\?\*(?!\*)\s*|[✓✔✅☑]\ufe0f?\s*)?(?P<bold>\*\*|__)?(?P<after>[✓✔✅]\ufe0f?\s*)?\(?(?P<label>[A-Za-z])[).](?P<rest>\*\*|__)?(?:\s+|$)"
)
_EMPHASIS = r"(?:\*\*|__|\*|_)?"
_SAID = rf"\s*+{_EMPHASIS}\s*+[:：]\s*+{_EMPHASIS}\s*+(.*)"
_ANSWER = re.compile(
    rf"{_EMPHASIS}(?:the\s++)?(?:correct\s++|right\s++)?(?:answers?|ans|key)(?:\s++key)?(?:\s++is)?{_SAID}", re.I | re.S
)
_ANSWER_IS = re.compile(rf"{_EMPHASIS}(?:the\s++)?(?:correct|right)\s++answer\s++is\s++{_EMPHASIS}(.*)", re.I | re.S)
_EXPLANATION = re.compile(rf"{_EMPHASIS}(?:explanation|rationale|reason|why){_SAID}", re.I | re.S)
_SIGN_BEFORE = re.compile(r"^[✓✔✅☑]\ufe0f?")
_SIGN_AFTER = re.compile(r"(?:[✓✔✅☑]\ufe0f?|\((?:correct|right|answer)\)|(?<=\s)\\?\*)$", re.I)
_DETAILS = re.compile(r"<details[^>]*>", re.I)
_SUMMARY = re.compile(r"<summary[^>]*>(.*?)</summary>", re.I | re.S)
_REVEALS = re.compile(r"answer|solution|explanation|reveal|correct|key", re.I)


@dataclass(frozen=True)
class Piece:
    """A part of a page."""

    kind: str
    text: str
    line: int
    label: str = ""
    """Of an option: its letter or number, or empty."""
    right: bool | None = None
    """Of an option: whether it is marked, or None if nothing would mark it there."""
    task: bool = False
    """Of an option: whether it is an item of a task list."""
    level: int = 0
    """Of a heading; of other pieces, in how many lists they are."""
    bold: bool = False
    """Of an option: whether all of it is bold."""
    run: int = 0
    """Of an option: the number of the list that it is in."""


def pieces(markdown: str, first_line: int = 1) -> list[Piece]:
    """The pieces of a page, with the numbers of their lines."""
    tokens = markdown_parser(html=True).parse(markdown)
    return _without_details(list(_Page(markdown.split("\n"), first_line).pieces(tokens, 0)))


@dataclass(frozen=True)
class _Page:
    lines: Sequence[str]
    first_line: int

    def pieces(self, tokens: Sequence[Token], depth: int) -> Iterator[Piece]:
        """The pieces of a sequence of blocks."""
        at = 0
        while at < len(tokens):
            token = tokens[at]
            end = _end(tokens, at)
            line = self.first_line + (token.map[0] if token.map else 0)
            if token.type == "heading_open":
                yield Piece(HEADING, tokens[at + 1].content, line, level=int(token.tag[1]))
            elif token.type == "paragraph_open":
                yield from _of_paragraph(tokens[at + 1].content, line, depth)
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                yield from self._of_list(tokens[at:end], depth)
            elif token.type == "hr":
                yield Piece(RULE, "", line, level=depth)
            elif token.type == "fence":
                yield Piece(TEXT, f"{token.markup}{token.info}\n{token.content}{token.markup}", line, level=depth)
            elif token.map:
                text = textwrap.dedent("\n".join(self.lines[token.map[0] : token.map[1]])).strip("\n")
                yield Piece(TEXT, text, line, level=depth)
            at = end

    def _of_list(self, tokens: Sequence[Token], depth: int) -> Iterator[Piece]:
        """The items of a list: options, if each is a text of its own, or else what they contain."""
        ordered = tokens[0].type == "ordered_list_open"
        number = int(tokens[0].attrs.get("start", 1) or 1)
        for item in _children(tokens):
            inner = list(self.pieces(item[1:-1], depth + 1))
            first = inner[0] if inner else None
            label = str(number) if ordered else ""
            number += 1
            if first is None:
                continue
            if first.kind == TEXT and not any(piece.kind in (OPTION, ANSWER) for piece in inner):
                yield _option(inner, label, depth)
            elif first.kind == OPTION and first.level == depth + 1 and len([p for p in inner if p.kind == OPTION]) == 1:
                yield from (replace(piece, level=depth) if piece.kind == OPTION else piece for piece in inner)
            else:
                yield from ([replace(first, label=label)] if first.kind == TEXT else [first]) + inner[1:]


def _end(tokens: Sequence[Token], at: int) -> int:
    """The place after the block that begins there."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].nesting
        if depth <= 0:
            return place + 1
    return len(tokens)


def _children(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    at = 1
    while at < len(tokens) - 1:
        end = _end(tokens, at)
        yield tokens[at:end]
        at = end


def _option(inner: Sequence[Piece], label: str, depth: int) -> Piece:
    """An item of a list as an option."""
    text = "\n\n".join(piece.text for piece in inner)
    task = _TASK.match(text)
    if task:
        return Piece(OPTION, text[task.end() :], inner[0].line, label, task[1] in "xX", task=True, level=depth)
    return _marked(Piece(OPTION, text, inner[0].line, label, level=depth))


def _of_paragraph(content: str, line: int, depth: int) -> Iterator[Piece]:
    """The lines of a paragraph: text, then options or answers that begin lines of their own."""
    held: list[str] = []
    kind = Piece(TEXT, "", line, level=depth)
    for at, text in enumerate(content.split("\n")):
        begun = _begun(text, line + at, depth)
        if begun is not None:
            yield from _finished(kind, held)
            kind, held = begun, [begun.text]
        else:
            held.append(text)
    yield from _finished(kind, held)


def _begun(text: str, line: int, depth: int) -> Piece | None:
    """What a line begins, or None if it continues the text before."""
    if found := _LETTERED.match(text):
        bold = bool(found["bold"]) and not found["rest"]
        rest = text[found.end() :]
        whole = bold and rest.rstrip().endswith(found["bold"])
        rest = rest.rstrip().removesuffix(found["bold"]) if whole else found["bold"] + rest if bold else rest
        marked = bool(found["mark"] or found["after"])
        return Piece(OPTION, rest, line, found["label"].lower(), marked or None, level=depth, bold=whole)
    if found := _ANSWER.fullmatch(text) or _ANSWER_IS.fullmatch(text):
        return Piece(ANSWER, found[1], line, level=depth)
    if found := _EXPLANATION.fullmatch(text):
        return Piece(EXPLANATION, found[1], line, level=depth)
    return None


def _finished(kind: Piece, held: Sequence[str]) -> Iterator[Piece]:
    text = "\n".join(held).strip()
    if text or kind.kind != TEXT:
        piece = replace(kind, text=text)
        yield _marked(piece) if kind.kind == OPTION else piece


def _marked(option: Piece) -> Piece:
    """The option without a sign that it is right, and without bold around all of it."""
    text = option.text
    stripped = _SIGN_BEFORE.sub("", _SIGN_AFTER.sub("", text.strip()).strip(), count=1) if _has_sign(text) else text
    right = True if stripped != text else option.right
    bold = re.fullmatch(r"(\*\*|__)((?:(?!\1).)+)\1", stripped.strip(), re.S)
    return replace(option, text=bold[2] if bold else stripped, right=right, bold=option.bold or bold is not None)


def _has_sign(text: str) -> bool:
    return _SIGN_BEFORE.match(text.strip()) is not None or _SIGN_AFTER.search(text.strip()) is not None


def _without_details(found: Sequence[Piece]) -> list[Piece]:
    """The pieces with those in a details block about the answer as its answer, or as its explanation."""
    result: list[Piece] = []
    at = 0
    while at < len(found):
        piece = found[at]
        end = at + 1
        if piece.kind == TEXT and _DETAILS.match(piece.text):
            while "</details>" not in found[end - 1].text.lower() and end < len(found):
                end += 1
            result += _revealed(found[at:end])
        else:
            result.append(piece)
        at = end
    return result


def _revealed(block: Sequence[Piece]) -> list[Piece]:
    head = block[0].text
    summary = _SUMMARY.search(head)
    if not _REVEALS.search(summary[1] if summary else head):
        return list(block)
    inner = _DETAILS.sub("", _SUMMARY.sub("", head)) if summary else _DETAILS.sub("", head)
    first = re.sub(r"</details>|</?p>|<br\s*/?>", "\n", inner, flags=re.I).strip()
    rest = [replace(piece, text=re.sub(r"</details>", "", piece.text, flags=re.I).strip()) for piece in block[1:]]
    named = _ANSWER.fullmatch(re.sub(r"<[^>]+>", "", summary[1]).strip()) if summary else None
    revealed = [Piece(ANSWER, named[1], block[0].line)] if named and named[1] else []
    if first:
        revealed += [replace(piece, kind=ANSWER, text=_as_answer(piece)) for piece in pieces(first, block[0].line)]
    kept = [piece for piece in rest if piece.text]
    # The first text that a block reveals is the answer, unless it is named as one: what follows explains it.
    if not revealed and kept and not any(piece.kind == ANSWER for piece in kept):
        revealed, kept = [replace(kept[0], kind=ANSWER, text=_as_answer(kept[0]))], kept[1:]
    return revealed + [
        piece if piece.kind == ANSWER else replace(piece, kind=EXPLANATION, text=_as_answer(piece)) for piece in kept
    ]


def _as_answer(piece: Piece) -> str:
    return f"{piece.label.upper()}) {piece.text}" if piece.kind == OPTION and piece.label else piece.text
