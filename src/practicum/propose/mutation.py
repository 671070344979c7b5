"""Other texts for a distractor that turned out true: neighbours of the answer and typical mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from practicum.kinds.choice import FORMS
from practicum.kinds.literals import is_literal, parse_literal, value_text
from practicum.kinds.misconceptions import printed_mistakes, value_mistakes
from practicum.propose.candidate import Candidate
from practicum.propose.problem_file import answer_text, option_text

_TEMPLATE = re.compile(r"`\s*\{\{(?P<expression>[^{}]+)\}\}\s*`")
_SHIFTS = ("+ 1", "- 1", "* 2", "+ 10")
_ERRORS = ("TypeError", "ValueError", "IndexError", "KeyError", "AttributeError", "NameError", "none")
_WARNINGS = ("RuntimeWarning", "UserWarning", "DeprecationWarning", "FutureWarning", "none")
MOST = 12
"""The most texts that are tried for one distractor."""


@dataclass(frozen=True)
class Replacement:
    """Another text for a distractor, and the feedback that goes with it."""

    text: str
    feedback: str = ""


def replacements(candidate: Candidate, number: int, answers: Sequence[str]) -> Iterator[Replacement]:
    """Yield other texts for an option, the most typical mistake first.

    Args:
        candidate: The candidate.
        number: Of the option, from 0.
        answers: What the runs gave, one per variant.
    """
    taken = {option_text(candidate, option) for option in candidate.options}
    found = 0
    for replacement in _replacements(candidate, number, answers):
        if replacement.text not in taken and found < MOST:
            taken.add(replacement.text)
            found += 1
            yield replacement


def _replacements(candidate: Candidate, number: int, answers: Sequence[str]) -> Iterator[Replacement]:
    form = next((key for key in FORMS if candidate.proof.get(key) not in (None, False)), "")
    states_outcome = "equals" in candidate.proof or isinstance(candidate.proof.get(form), str)
    if form == "value" and "equals" not in candidate.proof:
        yield from _values(option_text(candidate, candidate.options[number]), answers)
    elif form in ("prints", "stderr") and not states_outcome:
        for answer in dict.fromkeys(answers):
            yield from (Replacement(answer_text(text), hint) for text, hint in printed_mistakes(answer))
    elif form in ("error", "warns") and not states_outcome:
        yield from (Replacement(answer_text(name)) for name in (_ERRORS if form == "error" else _WARNINGS))


def _values(text: str, answers: Sequence[str]) -> Iterator[Replacement]:
    """A parametrized text stays parametrized; a literal becomes another one that is wrong in every variant."""
    if template := _TEMPLATE.fullmatch(text):
        expression = template["expression"].strip()
        yield from (Replacement(f"`{{{{ ({expression}) {shift} }}}}`") for shift in _SHIFTS)
    for answer in dict.fromkeys(filter(is_literal, answers)):
        for value, hint in value_mistakes(parse_literal(answer)):
            yield Replacement(answer_text(value_text(value)), hint)
