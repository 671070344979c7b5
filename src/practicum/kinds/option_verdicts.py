"""From what each option turned out to be to one verdict, in words an author can act on."""

from __future__ import annotations

from collections.abc import Sequence

from practicum.model import OptionFinding, Variant, VariantFinding, Verdict


def judged(variant: Variant, holds: Sequence[bool | None], observed: Sequence[str], gives: str) -> VariantFinding:
    """The finding once every option is known to hold or not. `gives` says what the run gives, as half a sentence."""
    options = tuple(
        OptionFinding(option.text, option.key, held, what)
        for option, held, what in zip(variant.options, holds, observed, strict=True)
    )
    why = _why(options, gives)
    return VariantFinding(variant.params, Verdict.REFUTED if why else Verdict.PROVED, why, options)


def unsettled(variant: Variant, verdict: Verdict, why: str, observed: str | Sequence[str] = "") -> VariantFinding:
    """The finding where the options could not be settled: none of them holds or fails."""
    texts = [observed] * len(variant.options) if isinstance(observed, str) else observed
    options = tuple(
        OptionFinding(option.text, option.key, None, text) for option, text in zip(variant.options, texts, strict=True)
    )
    return VariantFinding(variant.params, verdict, why, options)


def denied(variant: Variant, why: str, observed: str) -> VariantFinding:
    """The finding where what all options rest on is not so: none of them holds."""
    options = tuple(OptionFinding(option.text, option.key, False, observed) for option in variant.options)
    return VariantFinding(variant.params, Verdict.REFUTED, why, options)


def numbered(numbers: Sequence[int]) -> str:
    """`option 2`, `options 1 and 3`: options as an author counts them."""
    words = [str(number) for number in numbers]
    if len(words) == 1:
        return f"option {words[0]}"
    return f"options {', '.join(words[:-1])} and {words[-1]}"


def listed(texts: Sequence[str]) -> str:
    """`3`, `3 and 5`, `3, 4 and 5`."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _why(options: Sequence[OptionFinding], gives: str) -> str:
    false_keys = [n for n, option in enumerate(options, 1) if option.key and not option.holds]
    true_distractors = [n for n, option in enumerate(options, 1) if not option.key and option.holds]
    if not any(option.holds for option in options):
        return f"no option is right: {gives}"
    if false_keys and true_distractors:
        right, marked = numbered(true_distractors), numbered(false_keys)
        return f"the wrong option is marked: {gives}; so {right} holds, and {marked} (marked right) does not"
    if false_keys:
        return f"{numbered(false_keys)} is marked right and does not hold: {gives}"
    if true_distractors:
        return f"{numbered(true_distractors)} is marked wrong and holds: {gives}"
    return ""
