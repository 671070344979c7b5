"""`blanks`: fill in the blanks of code; every answer that passes the check is right."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds.base import IncompleteAnswer, PartMistake
from practicum.kinds.checked_code import CheckedCode
from practicum.model import Problem, Variant

BLANK = "____"
MAX_BLANKS = 40


class Blanks(CheckedCode):
    """Fill in every `____` of the start. An answer holds the text of each blank, in their order."""

    name = "blanks"
    label = "Fill in the blanks"
    has_bank = True

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        yield from super().mistakes(problem, variant)
        count = variant.start.count(BLANK)
        if variant.start.strip() and not count:
            message = f"the start has no blank: write `{BLANK}` where the learner fills something in"
            yield PartMistake("start", "missing-blank", message)
        elif count > MAX_BLANKS:
            message = f"the start has {count} blanks: at most {MAX_BLANKS} are allowed"
            yield PartMistake("start", "too-many-blanks", message)
        elif problem.bank:
            yield from _bank_mistakes(problem, variant)

    def form_context(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        count = variant.start.count(BLANK)
        bank = list(problem.bank)
        random.Random(problem.path).shuffle(bank)  # the author may have written the right words first
        return {
            "start": variant.start,
            "blank": BLANK,
            "values": list(itertools.islice(itertools.chain(fields, itertools.repeat("")), count)),
            "bank": bank,
        }

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        texts = tuple(" ".join(field.split("\n")).strip() for field in fields)
        count = variant.start.count(BLANK)
        if not any(texts):
            return ()
        if len(texts) != count:
            raise ValueError(f"the form has {count} blanks")
        empty = [number for number, text in enumerate(texts, 1) if not text]
        if empty:
            subject = "The blank" if count == 1 else f"Blank {empty[0]} of {count}"
            raise IncompleteAnswer("blank-empty", f"{subject} is still empty. Fill in each of them, then answer.")
        return texts

    def full_code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        pieces = variant.start.split(BLANK)
        return "".join(itertools.chain(*itertools.zip_longest(pieces, answer, fillvalue="")))


def _bank_mistakes(problem: Problem, variant: Variant) -> Iterator[PartMistake]:
    """A bank that repeats a word, or lacks one that the solution needs."""
    if len(set(problem.bank)) < len(problem.bank):
        message = "`bank` repeats a word: write each word once, learners can use it several times"
        yield PartMistake("bank", "repeated-word", message)
    pieces = list(map(re.escape, variant.start.strip().split(BLANK)))
    words = "|".join(map(re.escape, problem.bank))
    solution = variant.solution.strip()
    if re.fullmatch("(?s:.+)".join(pieces), solution) and not re.fullmatch(f"(?:{words})".join(pieces), solution):
        yield PartMistake("bank", "missing-word", "`bank` lacks a word that the solution puts into a blank: add it")
