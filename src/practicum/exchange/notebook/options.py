"""The options of a choice as a task list at the end of a text: `- [x]` is right, and a quotation below is feedback."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from practicum.exchange.markup import markdown_parser

_BOX = re.compile(r"(\s*[-*+]\s+)\[([ xX])\](?:\s+|$)")


@dataclass(frozen=True)
class TaskOption:
    """An option as it is written."""

    text: str
    right: bool
    feedback: str = ""
    line: int = 0
    """The number of its first line, from 0."""


def split_options(markdown: str) -> tuple[str, list[TaskOption]]:
    """The text above the task list at the end of a Markdown text, and the options in it."""
    lines = markdown.split("\n")
    tokens = markdown_parser().parse(markdown)
    outermost = [token for token in tokens if token.level == 0 and token.map]
    last = outermost[-1] if outermost else None
    if last is None or last.type != "bullet_list_open" or last.map is None:
        return markdown, []
    places = [
        tuple(token.map)
        for token in tokens[tokens.index(last) :]
        if token.type == "list_item_open" and token.level == 1 and token.map
    ]
    if not all(_BOX.match(lines[start]) for start, _ in places):
        return markdown, []
    return "\n".join(lines[: last.map[0]]).strip(), [_option(lines[start:end], start) for start, end in places]


def _option(lines: Sequence[str], line: int) -> TaskOption:
    box = _BOX.match(lines[0])
    assert box
    margin = re.compile(rf" {{0,{len(box[1])}}}")
    body = "\n".join([lines[0][box.end() :], *(margin.sub("", below, count=1) for below in lines[1:])]).strip()
    text, feedback = _split_feedback(body)
    return TaskOption(text, box[2] != " ", feedback, line)


def _split_feedback(body: str) -> tuple[str, str]:
    """The text of an option, and the quotation that ends it."""
    outermost = [token for token in markdown_parser().parse(body) if token.level == 0 and token.map]
    if len(outermost) < 2 or outermost[-1].type != "blockquote_open" or outermost[-1].map is None:
        return body, ""
    lines, start = body.split("\n"), outermost[-1].map[0]
    quoted = [re.sub(r"^\s*> ?", "", line) for line in lines[start:]]
    return "\n".join(lines[:start]).strip(), "\n".join(quoted).strip()


def written_options(options: Sequence[TaskOption]) -> str:
    """The task list of these options."""
    return "\n".join(line for option in options for line in _written(option))


def _written(option: TaskOption) -> Iterator[str]:
    """The lines of an option: its text beside the box if it is a single line, or below."""
    box = "- [x]" if option.right else "- [ ]"
    types = [token.type for token in markdown_parser().parse(option.text)]
    beside = "\n" not in option.text and types == ["paragraph_open", "inline", "paragraph_close"]
    yield f"{box} {option.text}" if beside else box
    below = [] if beside else ["", *option.text.split("\n")]
    if option.feedback:
        below += [*([] if beside else [""]), *(f"> {line}".rstrip() for line in option.feedback.split("\n"))]
    for line in below:
        yield f"  {line}" if line else ""


def with_key(markdown: str, right: frozenset[int]) -> str:
    """The text with other options marked as right: as long as before."""
    lines = markdown.split("\n")
    for at, option in enumerate(split_options(markdown)[1]):
        if option.right != (at in right):
            box = _BOX.match(lines[option.line])
            assert box
            start = box.end(1) + 1
            mark = "x" if at in right else " "
            lines[option.line] = lines[option.line][:start] + mark + lines[option.line][start + 1 :]
    return "\n".join(lines)
