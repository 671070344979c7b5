"""Options of one form: only the key differs from all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from practicum.lint.item import ItemOption, LintItem, quoted
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.rules.numeric_options import numeric_range
from practicum.lint.sources import HALADYNA, Source


def _form(option: ItemOption) -> str:
    """Whether an option is code, a number or text."""
    if option.prose.is_code:
        return "code"
    return "a number" if numeric_range(option) else "text"


def _ending(option: ItemOption) -> str:
    """Whether an option ends with a full stop."""
    if _form(option) != "text":
        return ""
    return "a sentence with a full stop" if option.prose.text.rstrip().endswith(".") else "a text without a full stop"


ASPECTS: tuple[Callable[[ItemOption], str], ...] = (_form, _ending)
"""In what an option can differ, each in words; an empty string if that cannot be told."""


def unlike_key(item: LintItem) -> Iterator[Flaw]:
    """A key that is the only option of its form."""
    others = [option for option in item.distractors if not option.refers_to_others]
    if len(item.keys) != 1 or len(others) < 2:
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
        "The key has the form of the distractors: all are code, or numbers, or sentences.",
        (Source(HALADYNA, "guidelines 23 and 28d"),),
        each_item(unlike_key),
    ),
)
