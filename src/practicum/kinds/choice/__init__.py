"""`choice`: two to eight options, any number of them right. Each option is a claim, settled by one form of proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from practicum.kinds import settings
from practicum.kinds.base import Found, Kind
from practicum.kinds.choice.best import Best
from practicum.kinds.choice.claims import Claims
from practicum.kinds.choice.edited import Raises, Repairs
from practicum.kinds.choice.expected_output import Error, Prints, Value
from practicum.kinds.choice.proof_form import Form
from practicum.model import Observation, Observations, Plan, Problem, Variant, VariantFinding

FORMS: dict[str, Form] = {form.key: form for form in (Value(), Prints(), Error(), Raises(), Repairs(), Best())}
_CLAIMS = Claims()


class Choice(Kind):
    """Pick the right options."""

    name = "choice"
    label = "Choice"
    roles = frozenset({"run", "setup", "claim", "fix"})
    form = "choice/form.html"
    typed = False
    proved = "The right option's claim held and every other's failed"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        yield from _options(variant)
        asked = [key for key in FORMS if variant.proof.get(key) not in (None, False)]
        if len(asked) > 1:
            both = " and ".join(f"`{key}`" for key in asked)
            yield Found("proof", f"`[proof]` asks for {both}: a problem has one form of proof")
            return
        form = _form(variant)
        yield from settings.wrong(variant.proof, form.settings, "proof", _holder(form), [*FORMS, *form.settings])
        yield from form.mistakes(variant)
        yield from _strays(variant, form)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        return _form(variant).plan(variant, experiments)

    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        return _form(variant).judge(variant, seen)

    # An answer holds the numbers of the chosen options, from 0 in the author's order, sorted. A field is an option's
    # place on the page, from 1: never its number, for authors mark the first one right more often than not.

    def parts(self, variant: Variant) -> int:
        return len(variant.options)

    def read(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        places = {str(place): number for place, number in enumerate(order, 1)}
        if not places.keys() >= set(fields):
            raise ValueError("no such option")
        return tuple(map(str, sorted({places[field] for field in fields})))

    def fields(self, variant: Variant, order: Sequence[int], answer: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(place) for place, number in enumerate(order, 1) if str(number) in answer)

    def grade(
        self, variant: Variant, answer: tuple[str, ...], finding: VariantFinding | None, seen: Observation | None
    ) -> bool:
        keys = {str(number) for number, option in enumerate(variant.options) if option.key}
        return set(answer) == keys


def _form(variant: Variant) -> Form:
    return next((form for key, form in FORMS.items() if variant.proof.get(key) not in (None, False)), _CLAIMS)


def _holder(form: Form) -> str:
    return "a `[proof]` without a form of proof" if form is _CLAIMS else f"a `{form.key}` proof"


def _options(variant: Variant) -> Iterator[Found]:
    if not 2 <= len(variant.options) <= 8:
        count = len(variant.options)
        yield Found("title", f"a choice has two to eight options, this one has {count}: write `- [x]` and `- [ ]`")
        return
    if not any(option.key for option in variant.options):
        yield Found("option 1", "no option is marked right: write `- [x]` before the key")
    seen: dict[str, int] = {}
    for number, option in enumerate(variant.options, 1):
        text = option.text.strip()
        if text in seen:
            yield Found(f"option {number}", f"this option says the same as option {seen[text]}")
        seen.setdefault(text, number)


def _strays(variant: Variant, form: Form) -> Iterator[Found]:
    """Claims and fixes which the problem's form of proof would never look at."""
    takes_fixes = form.key in ("raises", "repairs")
    for number, option in enumerate(variant.options, 1):
        if option.fix and not takes_fixes:
            message = "this fix settles nothing: fixes go with `raises` or `repairs` in `[proof]`"
            yield Found(f"fix {number}", message, -1)
        if option.claim and form is not _CLAIMS:
            message = f"this claim settles nothing: with `{form.key}` in `[proof]` options have no claims"
            yield Found(f"claim {number}", message, -1)
