"""What one run showed, as options are compared with it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Any

from practicum.kinds.literals import parse_literal, value_text
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import Failure, Observation, Opaque

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")
NO_VALUE = Opaque("", "")
"""Stands for no value, or for one that is no plain data: it equals nothing."""


@dataclass(frozen=True)
class Outcome:
    """The result of a run: a text and what it stands for, or an exception."""

    text: str
    """The printed text; or of a value, its `repr`."""
    plain: str | None = None
    """Of a value: its `str`."""
    value: Any = field(default_factory=lambda: NO_VALUE)
    type: str = ""
    """Of a value: the name of its class, after its module."""
    failure: Failure | None = None
    echoed: str | None = None
    """What a prompt shows: the printed text and the values of expressions. None if it is the printed text."""
    was_value: bool = True

    @property
    def shown(self) -> str:
        """The result in words."""
        if self.failure:
            return f"raises {self.failure}"
        if self.was_value:
            return self.text
        if not self.text and self.echoed:
            return self.echoed
        return self.text or "(nothing is printed)"

    @property
    def identity(self) -> tuple[object, ...]:
        """What is the same for two runs with the same result; addresses of objects are left out."""
        failure = self.failure.type if self.failure else ""
        return without_addresses(self.text), without_addresses(self.echoed or ""), failure


def printed_outcome(script: Observation, prompt: Observation | None = None) -> Outcome:
    """Return what a script prints, and what the same code shows at a prompt, if that is another text."""
    text = normalize_stdout(script.stdout)
    echoed = None
    if prompt is not None and prompt.failure is None and normalize_stdout(prompt.stdout) != text:
        echoed = normalize_stdout(prompt.stdout)
    return Outcome(text, None, literal_value(text), "", script.failure, echoed, was_value=False)


def value_outcome(run: Observation) -> Outcome:
    """Return the value that a run has left in `VALUES`."""
    if run.failure:
        return Outcome(normalize_stdout(run.stdout), failure=run.failure)
    texts = {name: value for name, value in run.values.items() if isinstance(value, str)}
    value = run.values.get("value", NO_VALUE)
    if isinstance(value, Failure):
        value = NO_VALUE
    text = texts.get("repr", value_text(value))
    return Outcome(text, texts.get("str"), value, texts.get("type", ""))


def literal_value(text: str) -> Any:
    """Return the value of a text that is one Python literal, or `NO_VALUE`.

    A set or dict that repeats an element or a key, as `{1, 1}`, is none: no result is shown so, and as an option it is
    meant to differ from `{1}`.
    """
    if not text.strip() or len(text) > 10_000:
        return NO_VALUE
    try:
        value = parse_literal(text)
    except ValueError:
        return NO_VALUE
    return NO_VALUE if "{" in text and _repeats(text) else value


def _repeats(text: str) -> bool:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    parts = [
        node.elts if isinstance(node, ast.Set) else node.keys
        for node in ast.walk(tree)
        if isinstance(node, (ast.Set, ast.Dict))
    ]
    return any(len({ast.dump(part) for part in each if part}) < len(each) for each in parts)


def without_addresses(text: str) -> str:
    """Return a text without the addresses of objects, which differ from run to run."""
    return _ADDRESS.sub("0x…", text)
