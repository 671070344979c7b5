"""Options of one form: only the key differs from all others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from practicum.lint.item import ItemOption, LintItem, quoted
from practicum.lint.prose import CODE
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.rules.numeric_options import numeric_range
from practicum.lint.sources import HALADYNA, Source

_HEDGED = re.compile(r"\s*(?:about|approximately|around|roughly|nearly|almost|circa|ca\.|≈|~)\s*", re.IGNORECASE)


def _precision(option: ItemOption) -> str:
    """Whether a number is exact. Words without a number may be another outcome, such as an error."""
    if hedged := _HEDGED.match(option.text):
        return "an approximate number" if numeric_range(replace(option, text=option.text[hedged.end() :])) else ""
    return "a number" if numeric_range(option) else ""


def _ending(option: ItemOption) -> str:
    """Whether a text ends with a full stop."""
    text = option.prose.text.rstrip(" \"'”’")
    if option.prose.has_block or not option.prose.words or text.endswith((CODE, "..")):
        return ""
    return "a text with a full stop" if text.endswith(".") else "a text without a full stop"


ASPECTS: tuple[Callable[[ItemOption], str], ...] = (_precision, _ending)
"""In what an option can differ, each in words; an empty string if that is unknown."""


def unlike_key(item: LintItem) -> Iterator[Flaw]:
    """A key that is the only option of its form."""
    others = [option for option in item.distractors if not option.refers_to_others]
    if len(item.keys) != 1 or len(others) < 2 or item.keys[0].refers_to_others:
        return
    key = item.keys[0]
    for aspect in ASPECTS:
        forms = {aspect(option) for option in others}
        if len(forms) == 1 and "" not in forms and aspect(key) not in ("", *forms):
            message = f"only the key, {quoted([key])}, is {aspect(key)}, and each distractor is {forms.pop()}"
            yield Flaw(item, f"{message}: write all options in the same form", key.line)
            return


RULES = (
    Rule(
        "unlike-key",
        Severity.WARNING,
        "The key has the form of the distractors: all are exact numbers, or all end with a full stop.",
        (Source(HALADYNA, "guidelines 23 and 28d"),),
        each_item(unlike_key),
    ),
)
