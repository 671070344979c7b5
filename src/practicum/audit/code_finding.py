"""Finds the code in an item: in a fence, indented, inline, in a REPL transcript, in lines without markup, or apart."""

from __future__ import annotations

import ast
import doctest
import html
import re
import textwrap
import warnings
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from practicum.exchange.bank import Item

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

SPAN = re.compile(r"⟨(\d+)⟩")
"""Stands in prose for a code span: its index in `spans`."""

PYTHON_TAGS = frozenset({"python", "py", "python3", "py3", "pycon", "ipython", "ipython3", "numpy"})
_TRANSCRIPT = re.compile(r"^\s*(?:>>>|In \[\d*\]:)", re.MULTILINE)
_IPYTHON = re.compile(r"^(\s*)In \[\d*\]:\s?", re.MULTILINE)
_IPYTHON_MORE = re.compile(r"^(\s*)\.{3,}:\s?", re.MULTILINE)
_IPYTHON_OUT = re.compile(r"^\s*Out\[\d*\]:\s?", re.MULTILINE)
_PRE = re.compile(r"<pre\b[^>]*>(.*?)</pre>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_CODE_LINE = re.compile(
    r"\s*(?:(?:def|class|for|while|if|elif|else|try|except|finally|with|import|from|return|print|raise|assert|del)\b.*"
    r"[(:)\]'\"\w]|@\w.*|[\w.\[\]'\"]+(?:, *\w+)* *(?:[-+*/%|&]|//|\*\*)?= *\S.*|[\w.]+\(.*\)?|\s+\S.*)\s*"
)
"""A line that is code, valid or not: a keyword and what follows, an assignment, a call, an indented line."""
_MARKS = re.compile(r"[\w\])]\(|=|\[|:\s*$|^\s*(?:import|from)\b", re.MULTILINE)
"""What lines of code have somewhere, and lines of prose that are valid Python do not."""
_MAX_LINES = 80
"""Lines of a text up to which code without markup is looked for in it."""
_ANSWER_LEFT_OPEN = re.compile(r"^\s*(?:\?+|_{2,}|\.{3,}|…)\s*$")


@dataclass(frozen=True)
class Block:
    """A block of code as the item shows it."""

    source: str
    language: str = ""
    """The tag of its fence in lower case; empty without one."""
    place: str = "fence"
    """How it was found, in words: `fence`, `indented block`, `lines of the text`, `code of the item`."""


@dataclass(frozen=True)
class Transcript:
    """The examples of a REPL session: those whose output is shown, and those after them."""

    shown: str
    """The source of the examples up to the last one with output."""
    asked: str
    """The source of the examples after it, whose output is not shown."""


@dataclass(frozen=True)
class FoundCode:
    """The code of an item, and its text without it."""

    blocks: tuple[Block, ...]
    spans: tuple[str, ...]
    prose: str
    """In one line per paragraph. `⟨0⟩` stands for the first code span."""
    images: int = 0
    has_table: bool = False


def find_code(item: Item) -> FoundCode:
    """Return the code of an item, and its text without it."""
    source_text = _PRE.sub(_fence, item.text)
    blocks, spans, prose, images = _parts(source_text)
    if item.code.strip():
        blocks.append(Block(item.code.strip("\n"), place="code of the item"))
    elif all(block.place != "fence" for block in blocks):
        source, rest = _bare_lines(source_text)
        if source.count("\n") >= sum(block.source.count("\n") + 1 for block in blocks):
            _, spans, prose, images = _parts(rest)
            blocks = [Block(textwrap.dedent(source), place="lines of the text")] if source else []
    text = "\n".join(" ".join(paragraph.split()) for paragraph in prose)
    has_table = any(paragraph.count("|") > 3 and "---" in paragraph for paragraph in prose)
    return FoundCode(tuple(blocks), tuple(spans), text, images, has_table)


def with_lone_span(found: FoundCode) -> FoundCode:
    """Return what was found with a code span that is a paragraph of its own as a block, if there is no other."""
    paragraphs = found.prose.split("\n")
    alone = [paragraph for paragraph in paragraphs if SPAN.fullmatch(paragraph.strip())]
    if found.blocks or len(alone) != 1:
        return found
    source = found.spans[int(alone[0].strip("⟨⟩ "))]
    prose = "\n".join(paragraph for paragraph in paragraphs if paragraph is not alone[0])
    return replace(found, blocks=(Block(source, place="code span"),), prose=prose)


def read_transcript(source: str) -> Transcript | None:
    """Return the examples of a REPL session, or None if the source is none."""
    if not _TRANSCRIPT.search(source):
        return None
    text = _IPYTHON_OUT.sub("", _IPYTHON_MORE.sub(r"\1... ", _IPYTHON.sub(r"\1>>> ", source)))
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return None
    wanted = [bool(example.want.strip()) and not _ANSWER_LEFT_OPEN.match(example.want) for example in examples]
    last = max((number for number, is_shown in enumerate(wanted, 1) if is_shown), default=0)
    shown, asked = (
        "".join(example.source for example in part if example.source.strip())
        for part in (examples[:last], examples[last:])
    )
    return Transcript(shown, asked)


def parse(source: str, mode: str = "exec") -> ast.Module | ast.Expression | None:
    """Return the tree of a source, or None if it is not valid Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `"\d"` and `1 is 1` of someone else's code
            return ast.parse(source, mode=mode)  # type: ignore[return-value]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def is_expression(source: str) -> bool:
    """Whether a source is one Python expression."""
    return parse(source.strip(), "eval") is not None


def looks_like_code(source: str) -> bool:
    """Whether valid Python is more than words and numbers: a call, an operation, a subscript, an assignment …"""
    tree = parse(source)
    return tree is not None and any(isinstance(node, _STRUCTURE) for node in ast.walk(tree))


_STRUCTURE = (
    *(ast.Call, ast.BinOp, ast.BoolOp, ast.Compare, ast.Subscript, ast.Attribute, ast.List, ast.Dict, ast.Set),
    *(ast.Assign, ast.AugAssign, ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Import),
    *(ast.ImportFrom, ast.With, ast.Try, ast.Lambda, ast.ListComp, ast.JoinedStr, ast.UnaryOp, ast.GeneratorExp),
)


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


def _parts(text: str) -> tuple[list[Block], list[str], list[str], int]:
    blocks: list[Block] = []
    spans: list[str] = []
    prose: list[str] = []
    images = 0
    for token in _markdown().parse(text):
        if token.type in ("fence", "code_block"):
            info = token.info.strip().split()
            language = info[0].strip("{}.").lower() if info else ""
            place = "fence" if token.type == "fence" else "indented block"
            blocks.append(Block(token.content.rstrip(), language, place))
        elif token.type == "inline":
            images += sum(child.type == "image" for child in token.children or ())
            prose.append(_inline(token.children or [], spans))
        elif token.type == "html_block":
            images += token.content.count("<img")
            prose.append(html.unescape(re.sub(r"<[^>]*>", " ", token.content)))
    return blocks, spans, prose, images


def _inline(tokens: list, spans: list[str]) -> str:  # type: ignore[type-arg]
    """Return the text of inline tokens, with a mark for each code span, whose content is appended to `spans`."""
    found = []
    for token in tokens:
        if token.type == "code_inline":
            found.append(f"⟨{len(spans)}⟩")
            spans.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            found.append("\n")
        elif token.type == "text":
            found.append(token.content)
    return "".join(found)


def _bare_lines(text: str) -> tuple[str, str]:
    """Return code that is written without any markup, as whole lines, and the text without it.

    The lines are those of the text itself, since Markdown drops the indentation of lines in a paragraph.
    """
    lines = text.split("\n")
    if any(line.startswith(">>> ") for line in lines) and "```" not in text:
        return _bare_session(lines)
    if not 1 < len(lines) <= _MAX_LINES:
        return "", text
    best = (0, 0)
    for start in range(len(lines)):
        for end in range(len(lines), start, -1):
            if end - start > best[1] - best[0] and _are_code(lines[start:end]):
                best = start, end
                break
    start, end = _with_broken_lines(lines, *best)
    source = "\n".join(lines[start:end]).strip("\n")
    return source, "\n".join([*lines[:start], "", *lines[end:]]) if source else text


def _with_broken_lines(lines: list[str], start: int, end: int) -> tuple[int, int]:
    """Return a range of lines with those around it that are code too, though they are not valid Python with it.

    If there is no valid code, return the last lines that look like code.
    """
    if start == end:
        end = len(lines)
        while end and not lines[end - 1].strip():
            end -= 1
        start = end
    while start and _CODE_LINE.fullmatch(lines[start - 1]):
        start -= 1
    while end < len(lines) and end > start and _CODE_LINE.fullmatch(lines[end]):
        end += 1
    source = "\n".join(lines[start:end])
    return (start, end) if "`" not in source and _MARKS.search(source) else (0, 0)


def _fence(found: re.Match[str]) -> str:
    """Return the content of `<pre>` as a fence."""
    content = html.unescape(_TAG.sub("", re.sub(r"(?i)<br\s*/?>", "\n", found[1]))).strip("\n")
    return f"\n\n```\n{content}\n```\n\n"


def _bare_session(lines: list[str]) -> tuple[str, str]:
    """Return a REPL session that Markdown would take for quotations, and the text without it."""
    prompts = [number for number, line in enumerate(lines) if line.startswith((">>> ", "... "))]
    end = prompts[-1] + 1
    while end < len(lines) and lines[end].strip():
        end += 1
    return "\n".join(lines[prompts[0] : end]), "\n".join([*lines[: prompts[0]], "", *lines[end:]])


def _are_code(lines: list[str]) -> bool:
    """Whether lines are Python from the first to the last, which a line with one word of prose would be too."""
    if not lines[0].strip() or not lines[-1].strip() or any("`" in line for line in lines):
        return False
    source = textwrap.dedent("\n".join(lines))
    tree = parse(source)
    if not isinstance(tree, ast.Module) or not tree.body or not looks_like_code(source):
        return False
    if not _MARKS.search(source):
        return False
    first = tree.body[0]
    return not (isinstance(first, ast.Expr) and isinstance(first.value, (ast.Name, ast.Constant, ast.Tuple)))
