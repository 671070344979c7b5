"""`blanks`: fill in the blanks; any filling is right that passes the check."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds.base import Found, Unclear
from practicum.kinds.checked_code import Checked
from practicum.model import Problem, Variant

BLANK = "____"
MOST = 40
"""Blanks that somebody may be asked to fill in."""


class Blanks(Checked):
    """Fill in every `____` of the start. An answer holds what was put into each, in their order."""

    name = "blanks"
    label = "Fill in the blanks"
    has_bank = True
    form = "blanks/form.html"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        yield from super().mistakes(problem, variant)
        if variant.start.strip() and BLANK not in variant.start:
            yield Found("start", f"the start has no blank: write `{BLANK}` where the learner fills something in")
        elif variant.start.count(BLANK) > MOST:
            yield Found("start", f"nobody fills in {variant.start.count(BLANK)} blanks: {MOST} are allowed")
        elif problem.bank:
            yield from _wrong_bank(problem, variant)

    def asks(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        count = variant.start.count(BLANK)
        bank = list(problem.bank)
        random.Random(problem.path).shuffle(bank)  # Its author may have written the right ones first.
        return {
            "start": variant.start,
            "blank": BLANK,
            "values": list(itertools.islice(itertools.chain(fields, itertools.repeat("")), count)),
            "bank": bank,
        }

    def read(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        filled = tuple(" ".join(field.split("\n")).strip() for field in fields)
        count = variant.start.count(BLANK)
        if not any(filled):
            return ()
        if len(filled) != count:
            raise ValueError("no form of ours has so many blanks")
        empty = [number for number, text in enumerate(filled, 1) if not text]
        if empty:
            which = "The blank is" if count == 1 else f"Blank {empty[0]} of {count} is"
            raise Unclear(f"{which} still empty. Fill in each of them, then answer.")
        return filled

    def code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        pieces = variant.start.split(BLANK)
        return "".join(itertools.chain(*itertools.zip_longest(pieces, answer, fillvalue="")))


def _wrong_bank(problem: Problem, variant: Variant) -> Iterator[Found]:
    """What keeps the bank from being of use: a word twice, or not what the solution needs."""
    if len(set(problem.bank)) < len(problem.bank):
        yield Found("bank", "`bank` holds a word twice: each can be used as often as one likes, so write it once")
    pieces = list(map(re.escape, variant.start.strip().split(BLANK)))
    words = "|".join(map(re.escape, problem.bank))
    solution = variant.solution.strip()
    if re.fullmatch("(?s:.+)".join(pieces), solution) and not re.fullmatch(f"(?:{words})".join(pieces), solution):
        yield Found("bank", "`bank` lacks something that the solution puts into a blank: add it")
