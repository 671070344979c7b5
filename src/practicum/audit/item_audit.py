"""Audits one item: its claim is formed and run, and what was found is put into words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from practicum.audit.bank_check import canonical, claim_digest, equal_texts, text_digest
from practicum.audit.claims import Claim, form_claim
from practicum.audit.comparison import are_equal
from practicum.audit.findings import Fault, ItemFinding, OptionReport, Settled
from practicum.audit.judgement import Judgement
from practicum.audit.language import Evidence
from practicum.audit.older_python import PRELUDE, as_python_2
from practicum.audit.option_labels import without_labels
from practicum.audit.question_reading import NotFormed
from practicum.audit.running import Runner
from practicum.audit.solutions import audit_solution
from practicum.exchange.bank import Choice, CodeAnswer, Item, NumberAnswer, ShortAnswer

_MAX_SHOWN = 2_000
"""Characters of a result that are kept."""


def audit_item(item: Item, runner: Runner, context: str = "") -> ItemFinding:
    """Return what the audit of an item finds. Raises ProofCancelled."""
    plain = plain_finding(item)
    if isinstance(item.answer, CodeAnswer):
        given = f"{item.code}\n" if item.code.strip() else ""
        return audit_solution(replace(item.answer, solution=given + item.answer.solution), plain, runner)
    try:
        claim = form_claim(item, context)
    except NotFormed as reason:
        return _with_equal_options(replace(plain, reason=str(reason)), equal_texts(plain.options))
    judged = runner.settle(item, claim)
    if judged.fault in (Fault.WRONG_KEY, Fault.NO_RIGHT_OPTION) and _held_in_python_2(item, claim, runner):
        judged = replace(judged, fault=Fault.VERSION_BOUND, reason=f"{judged.reason}: the key is true in Python 2")
    equal = dict.fromkeys((*equal_texts(plain.options), *_equal_results(claim)))
    return _with_equal_options(_finding(plain, claim, judged), list(equal))


def plain_finding(item: Item) -> ItemFinding:
    """Return the finding of an item of which nothing is settled."""
    answers = _answers(item)
    texts = without_labels([text for text, _ in answers])
    options = tuple(
        OptionReport(text, key, canonical=canonical(plain)) for (text, key), plain in zip(answers, texts, strict=True)
    )
    return ItemFinding(
        identifier=item.identifier,
        path=item.path,
        line=item.line,
        title=item.title,
        text=item.text + (f"\n\n```\n{item.code}\n```" if item.code.strip() else ""),
        settled=Settled.NOT_PROVABLE,
        options=options,
        question=text_digest(item),
    )


def _answers(item: Item) -> Sequence[tuple[str, bool]]:
    match item.answer:
        case Choice(options=options):
            return [(option.text, option.key) for option in options]
        case ShortAnswer(accepted=accepted):
            return [(each.text, each.credit > 0) for each in accepted]
        case NumberAnswer(accepted=accepted):
            return [(_range(each.low, each.high), each.credit > 0) for each in accepted]
        case _:
            return []


def _range(low: Decimal, high: Decimal) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def _finding(plain: ItemFinding, claim: Claim, judged: Judgement) -> ItemFinding:
    settled = Settled.NOT_PROVABLE
    if judged.could_not_run:
        settled = Settled.COULD_NOT_RUN
    elif judged.is_proved:
        settled = Settled.PROVED
    elif judged.fault:
        settled = Settled.REFUTED
    found = replace(
        plain,
        settled=settled,
        reason="" if judged.fault else judged.reason,
        reading=claim.reading,
        code=claim.code,
        question=claim_digest(claim),
        gave=judged.gave[:_MAX_SHOWN],
        options=_options(plain.options, judged, is_settled=settled in (Settled.PROVED, Settled.REFUTED)),
        proposed=judged.proposed if judged.fault is Fault.WRONG_KEY or judged.fault is Fault.SEVERAL_RIGHT else (),
        proposed_text=judged.proposed_text[:_MAX_SHOWN],
        tolerances=judged.tolerances,
    )
    return found.with_fault(judged.fault, judged.reason) if judged.fault else found


def _options(options: Sequence[OptionReport], judged: Judgement, *, is_settled: bool) -> tuple[OptionReport, ...]:
    """Return the options with what was settled about each."""
    if judged.fault is Fault.UNSTABLE or len(judged.matches) != len(options):
        return tuple(options)
    gave = judged.option_gave or ("",) * len(options)
    return tuple(
        replace(option, right=match.holds if is_settled else None, note=match.tolerance, gave=shown[:_MAX_SHOWN])
        for option, match, shown in zip(options, judged.matches, gave, strict=True)
    )


def _equal_results(claim: Claim) -> list[tuple[int, int]]:
    """Return the pairs of options, by their numbers from 0, that state the same result."""
    if claim.question.options_are_code or claim.evidence < Evidence.LIKELY:
        return []
    pairs = itertools.combinations(range(len(claim.stated)), 2)
    return [(a, b) for a, b in pairs if are_equal(claim.stated[a], claim.stated[b], claim.question.asks)]


def _with_equal_options(finding: ItemFinding, pairs: Sequence[tuple[int, int]]) -> ItemFinding:
    """Return the finding with a fault if options are equal, unless that was found by running."""
    if not pairs or any(found.fault is Fault.EQUAL_OPTIONS for found in finding.faults):
        return finding
    message = "; ".join(f"options {left + 1} and {right + 1} are equal" for left, right in pairs)
    return finding.with_fault(Fault.EQUAL_OPTIONS, message)


def _held_in_python_2(item: Item, claim: Claim, runner: Runner) -> bool:
    """Whether the key is what the same code gave in Python 2."""
    older = [as_python_2(run.snippet) for run in claim.runs]
    if not any(older):
        return False
    runs = [
        replace(run, snippet=snippet or run.snippet, setup=f"{PRELUDE}{run.setup}")
        for run, snippet in zip(claim.runs, older, strict=True)
    ]
    return runner.settle(item, replace(claim, runs=tuple(runs))).is_proved
