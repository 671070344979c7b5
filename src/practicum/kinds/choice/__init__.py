"""`choice`: two to eight options, one or several of them right; each is a claim that one form of proof settles."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from practicum.kinds import validators
from practicum.kinds.base import Kind, PartMistake
from practicum.kinds.choice.best import BestProof
from practicum.kinds.choice.claim import ClaimProof
from practicum.kinds.choice.edited_snippet import RaisesProof, RepairsProof
from practicum.kinds.choice.expected_output import (
    ErrorProof,
    PrintsProof,
    StderrProof,
    ValueProof,
    WarnsProof,
)
from practicum.kinds.choice.option_code import CheckProof
from practicum.kinds.choice.option_references import count_last_references, refers_to_others
from practicum.kinds.choice.proof_form import ProofForm
from practicum.kinds.experiment_calls import MeasuredNumber
from practicum.model import Measurement, Observation, Observations, Plan, Problem, Variant, VariantFinding

MIN_OPTIONS, MAX_OPTIONS = 2, 8

FORMS: dict[str, ProofForm] = {
    form.key: form
    for form in (
        *(ValueProof(), PrintsProof(), StderrProof(), ErrorProof(), WarnsProof()),
        *(CheckProof(), RaisesProof(), RepairsProof(), BestProof()),
    )
}
"""The forms that a key of `[proof]` selects."""

CLAIMS = ClaimProof()
"""The form of a problem without such a key."""


LETTERS = "ABCDEFG"
"""Without H, which shows the hint."""
_NUMBER = re.compile(r"`?[-+−]?\d[\d.,_]*(e[-+]?\d+)?`?\s*(%|[a-z]{1,3})?", re.IGNORECASE)
"""A number as an option's whole text, with or without a unit: `1e-5`, `3,840`, `60 %`."""


class Choice(Kind):
    """Pick the right options.

    An answer holds the numbers of the chosen options, sorted, from 0 in the author's order. A field holds an option's
    position on the page, from 1; never its number, because authors often write the right option first.
    """

    name = "choice"
    label = "Choice"
    roles = frozenset({"run", "setup", "claim", "fix", "check"})
    has_shuffle = True
    is_composed = False
    proof_summary = "The right option's claim held and every other's failed"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        yield from _option_mistakes(variant)
        selected = [key for key in FORMS if variant.proof.get(key) not in (None, False)]
        if len(selected) > 1:
            keys = " and ".join(f"`{key}`" for key in selected)
            message = f"`[proof]` has {keys}: a problem has one form of proof"
            yield PartMistake("proof", "one-form-of-proof", message)
            return
        form = _form(variant.proof)
        known = [*FORMS, *form.schema]
        yield from validators.check_table(variant.proof, form.schema, "proof", _holder(form), known)
        yield from form.mistakes(variant)
        yield from _same_answers(variant, form)
        yield from _unused_fences(variant, form)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        return _form(variant.proof).plan(variant, experiments)

    def further_measurements(self, variant: Variant, observations: Observations) -> tuple[Measurement, ...]:
        return _form(variant.proof).further_measurements(variant, observations)

    def judge(self, problem: Problem, variant: Variant, observations: Observations) -> VariantFinding:
        return _form(variant.proof).judge(variant, observations)

    def fence_is_answer(self, proof: Mapping[str, Any]) -> bool:
        return any(form.reads_code for key, form in FORMS.items() if key in proof)

    def experiment_names(self, variant: Variant) -> frozenset[str]:
        return _form(variant.proof).experiment_names(variant)

    def option_code(self, variant: Variant) -> tuple[str, ...]:
        return _form(variant.proof).option_code(variant)

    def with_one_seed(self, variant: Variant) -> Variant:
        if "seeds" not in _form(variant.proof).schema:
            return variant
        seeds = variant.proof.get("seeds")
        return replace(variant, proof={**variant.proof, "seeds": seeds[:1] if isinstance(seeds, list) else 1})

    def observes_value(self, variant: Variant) -> bool:
        form = _form(variant.proof)
        return form.reads_code and not form.option_code(variant)

    def measured_numbers(
        self, variant: Variant, number: int, experiments: frozenset[str]
    ) -> tuple[MeasuredNumber, ...]:
        return _form(variant.proof).measured_numbers(variant, number, experiments)

    def measured_option(self, variant: Variant, measurement: Measurement) -> int | None:
        return _form(variant.proof).measured_option(variant, measurement)

    def item_count(self, variant: Variant) -> int:
        return len(variant.options)

    def shuffled_order(self, variant: Variant, rng: random.Random) -> tuple[int, ...]:
        """A random order, in which options at the end stay there if they refer to the others."""
        if not variant.shuffle:
            return tuple(range(len(variant.options)))
        free = len(variant.options) - count_last_references(variant.options)
        order = super().shuffled_order(variant, rng)
        return (*(number for number in order if number < free), *range(free, len(order)))

    def option_mark(self, variant: Variant, place: int) -> str:
        """A letter where an option is a number itself, so that option 2 is not the answer `2`; else its place."""
        has_number = any(_NUMBER.fullmatch(option.text.strip()) for option in variant.options)
        return LETTERS[place - 1] if has_number and len(variant.options) <= len(LETTERS) else str(place)

    def shortcut_help(self, variant: Variant) -> str:
        first, last = (self.option_mark(variant, place) for place in (1, len(variant.options)))
        return f"{first}–{last} pick, Enter answers"

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        numbers = {str(position): number for position, number in enumerate(order, 1)}
        if not numbers.keys() >= set(fields):
            raise ValueError("there is no such option")
        return tuple(map(str, sorted({numbers[field] for field in fields})))

    def answer_fields(self, variant: Variant, order: Sequence[int], answer: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(position) for position, number in enumerate(order, 1) if str(number) in answer)

    def grade(
        self,
        variant: Variant,
        answer: tuple[str, ...],
        finding: VariantFinding | None,
        observations: Sequence[Observation] = (),
    ) -> bool:
        keys = {str(number) for number, option in enumerate(variant.options) if option.key}
        return set(answer) == keys

    def share_text(self, variant: Variant, answer: tuple[str, ...]) -> str:
        keys = {str(number) for number, option in enumerate(variant.options) if option.key}
        if len(keys) < 2:
            return ""
        wrong = len(set(answer) - keys)
        found = f"Your last answer had {len(keys & set(answer))} of the {len(keys)} right options"
        return f"{found}, and {wrong} that {'is' if wrong == 1 else 'are'} not." if wrong else f"{found}."

    def wrong_answer_text(self, variant: Variant) -> str:
        return "Not quite." if sum(option.key for option in variant.options) > 1 else "Not that one."


def _form(proof: Mapping[str, Any]) -> ProofForm:
    return next((form for key, form in FORMS.items() if proof.get(key) not in (None, False)), CLAIMS)


def _holder(form: ProofForm) -> str:
    return "a `[proof]` without a form of proof" if form is CLAIMS else f"a `{form.key}` proof"


def _option_mistakes(variant: Variant) -> Iterator[PartMistake]:
    count = len(variant.options)
    if not MIN_OPTIONS <= count <= MAX_OPTIONS:
        message = f"a choice has two to eight options, and this one has {count}: write them as `- [x]` and `- [ ]`"
        yield PartMistake("title", "option-count", message)
        return
    if not any(option.key for option in variant.options):
        message = "no option is marked right: write `- [x]` before the right one"
        yield PartMistake("option 1", "missing-key", message)
    free = count - count_last_references(variant.options) if variant.shuffle else 0
    for number, option in enumerate(variant.options[:free], 1):
        if refers_to_others(option.text):
            message = "this option refers to the others, whose order is random"
            message += ": move it to the end, or write `shuffle = false` in the front matter"
            yield PartMistake(f"option {number}", "misplaced-reference", message)


def _same_answers(variant: Variant, form: ProofForm) -> Iterator[PartMistake]:
    """Options that say the same as an earlier one: a learner, or the form of proof, cannot tell them apart."""
    for number, option in enumerate(variant.options, 1):
        for earlier, other in enumerate(variant.options[: number - 1], 1):
            if option.text.strip() == other.text.strip():
                same = "has the same text as"
            elif form.same_answer(variant, option, other):
                same = "says the same as"
            else:
                continue
            message = f"option {number} {same} option {earlier}: change one of them, or remove it"
            yield PartMistake(f"option {number}", "repeated-option", message)
            break


def _unused_fences(variant: Variant, form: ProofForm) -> Iterator[PartMistake]:
    """Checks, claims and fixes that the problem's form of proof does not use."""
    if variant.check.strip() and not form.takes_check:
        keys = " or ".join(f"`{key} = true`" for key, known in FORMS.items() if known.takes_check)
        yield PartMistake("check", "unused-check", f"this check is not used: it needs {keys} in `[proof]`", -1)
    for number, option in enumerate(variant.options, 1):
        if option.fix and not form.takes_fixes:
            keys = " or ".join(f"`{key}`" for key, known in FORMS.items() if known.takes_fixes)
            message = f"this fix is not used: fixes need {keys} in `[proof]`"
            yield PartMistake(f"fix {number}", "unused-fix", message, -1)
        if option.claim and not form.takes_claims:
            message = f"this claim is not used: with `{form.key}` in `[proof]`, options have no claims"
            yield PartMistake(f"claim {number}", "unused-claim", message, -1)
