"""What a plain script makes of an item: its snippet, the expression that is asked for, and the text of its key."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from practicum.exchange.bank import Choice, Item, NumberAnswer, ShortAnswer

_FENCE = re.compile(r"^(```|~~~)\w*\n(.*?)\n\1$", re.M | re.S)
_PRE = re.compile(r"<pre>(.*?)</pre>", re.S)
_INDENTED = re.compile(r"(?:\n(?:    .*|))+\Z")
_PRINTS = re.compile(r"print|output", re.I)
_EVALUATES = re.compile(r"value|evaluat|result|return|gives|what is `", re.I)
_OTHER = re.compile(r"which|type|shape|how |why|where|must|fits", re.I)


@dataclass(frozen=True)
class PlainItem:
    """An item with code. The key is what the code should print, or what the expression should evaluate to."""

    identifier: str
    code: str
    expression: str
    """Empty if what is printed is asked for."""
    options: tuple[str, ...]
    keys: frozenset[str]

    @property
    def key(self) -> str:
        """The text that is right; of several, the first in alphabetical order."""
        return min(self.keys)

    @property
    def expects_error(self) -> str | None:
        """The exception that the key names, `Exception` if it speaks of any, or None."""
        found = re.search(r"\b[A-Z]\w*(Error|Exception|Iteration)\b", self.key)
        return found[0] if found else "Exception" if re.search(r"error|exception", self.key, re.I) else None


def plain_item(item: Item) -> PlainItem | None:
    """The item as a script reads it, or None if it finds neither a program and its output nor a value."""
    if isinstance(item.answer, Choice) and not item.answer.several and not item.answer.true_false:
        options = tuple(bare(option.text) for option in item.answer.options)
        keys = frozenset(bare(option.text) for option in item.answer.options if option.key)
    elif isinstance(item.answer, ShortAnswer):
        options = tuple(accepted.text for accepted in item.answer.accepted)
        keys = frozenset(options)
    elif isinstance(item.answer, NumberAnswer):
        options = tuple(f"{accepted.value:f}" for accepted in item.answer.accepted)
        keys = frozenset(options)
    else:
        return None
    stem, code = snippet(item)
    inline = re.findall(r"`([^`]+)`", stem)
    if _OTHER.search(stem) or not keys:
        return None
    if code and _PRINTS.search(stem):
        return PlainItem(item.identifier, code, "", options, keys)
    if inline and _EVALUATES.search(stem):
        return PlainItem(item.identifier, code, inline[-1], options, keys)
    return None


def bare(text: str) -> str:
    """An option without its fence or code span."""
    fenced = _FENCE.search(text)
    return (fenced[2] if fenced else text).strip().strip("`")


def snippet(item: Item) -> tuple[str, str]:
    """The text without the snippet, and the snippet."""
    if item.code:
        return item.text, item.code
    for pattern, group in ((_FENCE, 2), (_PRE, 1), (_INDENTED, 0)):
        if found := pattern.search(item.text):
            stem = item.text[: found.start()] + item.text[found.end() :]
            return stem, unprompted(html.unescape(dedented(found[group])))
    return item.text, ""


def dedented(code: str) -> str:
    lines = code.strip("\n").split("\n")
    indented = all(line.startswith("    ") or not line for line in lines)
    return "\n".join(line[4:] if indented else line for line in lines)


def unprompted(code: str) -> str:
    """The statements of a transcript, or the code as it is."""
    if not code.startswith(">>>"):
        return code
    return "\n".join(line[4:] for line in code.split("\n") if line.startswith((">>>", "...")))
