"""Verdicts on problems with options: from what holds for each option to one finding with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from practicum.kinds.wording import numbered_options
from practicum.model import Failure, OptionFinding, Variant, VariantFinding, Verdict


def settled(variant: Variant, holds: Sequence[bool | None], observed: Sequence[str], result: str) -> VariantFinding:
    """The finding where every option is known to hold or not.

    Args:
        variant: The problem's variant.
        holds: Whether each option is right by the run.
        observed: What the run showed for each option.
        result: What the run returned, as half a sentence: `` `x` is `3` ``.
    """
    options = tuple(
        OptionFinding(option.text, option.key, is_right, text)
        for option, is_right, text in zip(variant.options, holds, observed, strict=True)
    )
    code, why = _reason(options, result)
    verdict = Verdict.REFUTED if why else Verdict.PROVED
    return VariantFinding(variant.params, verdict, why, options, code=code, part=_wrong_part(options) if why else "")


def unsettled(
    variant: Variant, verdict: Verdict, code: str, why: str, observed: str | Sequence[str] = "", part: str = ""
) -> VariantFinding:
    """The finding where a run could not show for any option whether it holds.

    Args:
        variant: The problem's variant.
        verdict: The verdict on it.
        code: Why, in kebab-case.
        why: Why, as a sentence.
        observed: What the run showed, of all options or of each.
        part: The part of the problem that the reason is about, as in :class:`PartMistake`.
    """
    texts = [observed] * len(variant.options) if isinstance(observed, str) else observed
    options = tuple(
        OptionFinding(option.text, option.key, None, text) for option, text in zip(variant.options, texts, strict=True)
    )
    return VariantFinding(variant.params, verdict, why, options, code=code, part=part)


def refuted(variant: Variant, code: str, why: str, observed: str) -> VariantFinding:
    """The finding where the premise of all options is false, so that none of them holds."""
    options = tuple(OptionFinding(option.text, option.key, False, observed) for option in variant.options)
    return VariantFinding(variant.params, Verdict.REFUTED, why, options, code=code, part="run")


def code_part(failure: Failure) -> str:
    """The part of a problem whose code raised an exception."""
    return {"setup": "setup", "snippet": "run"}.get(failure.where, "proof")


def _wrong_part(options: Sequence[OptionFinding]) -> str:
    """The first key that does not hold, or else the first distractor that holds."""
    wrong = [(not option.key, number) for number, option in enumerate(options, 1) if option.key is not option.holds]
    return f"option {min(wrong)[1]}" if wrong else ""


def _reason(options: Sequence[OptionFinding], result: str) -> tuple[str, str]:
    """The code and the sentence that say why options and run disagree; empty where they agree."""
    false_keys = [n for n, option in enumerate(options, 1) if option.key and not option.holds]
    true_distractors = [n for n, option in enumerate(options, 1) if not option.key and option.holds]
    if not any(option.holds for option in options):
        return "no-option-right", f"no option is right: {result}"
    if false_keys and true_distractors:
        right, marked = numbered_options(true_distractors), numbered_options(false_keys)
        verb = "holds" if len(true_distractors) == 1 else "hold"
        negation = "does not" if len(false_keys) == 1 else "do not"
        why = f"the wrong option is marked: {result}; so {right} {verb}, and {marked} (marked right) {negation}"
        return "wrong-option-marked", why
    if false_keys:
        verb = "is marked right and does not hold" if len(false_keys) == 1 else "are marked right and do not hold"
        return "key-does-not-hold", f"{numbered_options(false_keys)} {verb}: {result}"
    if true_distractors:
        verb = "is marked wrong and holds" if len(true_distractors) == 1 else "are marked wrong and hold"
        return "distractor-holds", f"{numbered_options(true_distractors)} {verb}: {result}"
    return "", ""
