"""`choice`: two to eight options, any number of them right. Each option is a claim, settled by one form of proof."""

from __future__ import annotations

from collections.abc import Iterator

from practicum.kinds.base import Found, Kind, LineOf
from practicum.kinds.choice.best import Best
from practicum.kinds.choice.claims import Claims
from practicum.kinds.choice.compared import Error, Prints, Value
from practicum.kinds.choice.edited import Raises, Repairs
from practicum.kinds.choice.form import Form, wrong_settings
from practicum.model import Observations, Plan, Problem, Variant, VariantFinding

FORMS: dict[str, Form] = {form.key: form for form in (Value(), Prints(), Error(), Raises(), Repairs(), Best())}
_CLAIMS = Claims()


class Choice(Kind):
    """Pick the right options."""

    name = "choice"
    label = "Choice"
    roles = frozenset({"run", "setup", "claim", "fix"})
    form = "choice/form.html"

    def mistakes(self, problem: Problem, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        yield from _options(variant, line_of)
        asked = [key for key in FORMS if variant.proof.get(key) not in (None, False)]
        if len(asked) > 1:
            both = " and ".join(f"`{key}`" for key in asked)
            yield line_of("proof"), f"`[proof]` asks for {both}: a problem has one form of proof"
            return
        form = _form(variant)
        wrong = list(wrong_settings(variant.proof, form, line_of))
        yield from wrong
        if not wrong:
            yield from form.mistakes(variant, line_of)
        yield from _strays(variant, form)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        return _form(variant).plan(variant, experiments)

    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        return _form(variant).judge(variant, seen)

    def grade(self, variant: Variant, answer: tuple[str, ...]) -> bool:
        """`answer` holds the numbers of the chosen options, from 0 in the author's order."""
        keys = {str(number) for number, option in enumerate(variant.options) if option.key}
        return set(answer) == keys


def _form(variant: Variant) -> Form:
    return next((form for key, form in FORMS.items() if variant.proof.get(key) not in (None, False)), _CLAIMS)


def _options(variant: Variant, line_of: LineOf) -> Iterator[Found]:
    if not 2 <= len(variant.options) <= 8:
        count = len(variant.options)
        yield line_of("title"), f"a choice has two to eight options, this one has {count}: write `- [x]` and `- [ ]`"
        return
    if not any(option.key for option in variant.options):
        yield variant.options[0].line, "no option is marked right: write `- [x]` before the key"
    seen: dict[str, int] = {}
    for option in variant.options:
        text = " ".join(option.text.split())
        if text in seen:
            yield option.line, f"this option says the same as the one on line {seen[text]}"
        seen.setdefault(text, option.line)


def _strays(variant: Variant, form: Form) -> Iterator[Found]:
    """Claims and fixes which the problem's form of proof would never look at."""
    takes_fixes = form.key in ("raises", "repairs")
    for option in variant.options:
        if option.fix and not takes_fixes:
            yield option.fix.line, "this fix settles nothing: fixes go with `raises` or `repairs` in `[proof]`"
        if option.claim and form is not _CLAIMS:
            yield option.line, f"this claim settles nothing: with `{form.key}` in `[proof]` options have no claims"
