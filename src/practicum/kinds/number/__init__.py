"""`number`: work out a number; it is right within the tolerance of what the run returns."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds import misconceptions, validators
from practicum.kinds.base import IncompleteAnswer, PartMistake
from practicum.kinds.equality import is_close, is_equal
from practicum.kinds.literals import parse_literal, value_text
from practicum.kinds.predict import Predict, proved_value
from practicum.kinds.typed_text import normalize_typed
from practicum.model import Observation, Problem, Variant, VariantFinding
from practicum.narrow_floats import NarrowFloat

ROUNDING = 1e-9
"""The relative difference that is always allowed, because learners do not type all binary digits of a fraction."""

_SEPARATORS = re.compile(r"[\s\u2009\u202f\u00a0_']")
_MINUS = str.maketrans("\u2212\u2013", "--")
_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+")
_MAX_LENGTH = 60


class Number(Predict):
    """Work out a number. An answer holds its `repr`."""

    name = "number"
    label = "Number"
    schema = {
        "value": validators.expression,
        "tolerance": validators.tolerance,
        "significant": validators.digit_count,
        "units": validators.text("the unit of the answer"),
    }

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        yield from super().mistakes(problem, variant)
        if {"tolerance", "significant"} <= variant.proof.keys():
            message = "`tolerance` and `significant` both set how close an answer must be: keep one"
            yield PartMistake("proof.significant", "two-tolerances", message)

    def form_context(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        shown = {key: variant.proof.get(key, "") for key in ("units", "significant")}
        return {**super().form_context(problem, variant, order, fields), **shown}

    def key_objection(self, result: Any) -> str | None:
        if validators.number(result) is None:
            return None
        return f"the run returns `{value_text(result)}`, which is not a number that can be typed"

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        if len(fields) > 1:
            raise ValueError("the form has one field")
        text = _without_unit(fields[0].strip(), str(variant.proof.get("units", ""))) if fields else ""
        return (repr(parse_number(text)),) if text else ()

    def grade(
        self,
        variant: Variant,
        answer: tuple[str, ...],
        finding: VariantFinding | None,
        observations: Sequence[Observation] = (),
    ) -> bool:
        entered, key = parse_literal(answer[0]), proved_value(finding)
        if digits := variant.proof.get("significant"):
            return bool(_rounded(entered, digits) == _rounded(float(key), digits))
        tolerance = float(variant.proof.get("tolerance", 0))
        if isinstance(key, NarrowFloat) and not key.is_integer() and key.is_rounding_of(entered):
            return True  # a fraction with more digits than its type has: 0.3333333333 for `np.float32(1 / 3)`
        return is_close(entered, key, ROUNDING) or is_equal(entered, key, tolerance=tolerance)

    def wrong_answer_hint(self, variant: Variant, answer: tuple[str, ...], finding: VariantFinding | None) -> str:
        if finding is None or not finding.options:
            return ""

        def is_right(candidate: Any) -> bool:
            is_number = isinstance(candidate, int | float) and not isinstance(candidate, bool)
            return is_number and self.grade(variant, (repr(candidate),), finding)

        answered, key = parse_literal(answer[0]), proved_value(finding)
        return misconceptions.hint(misconceptions.VALUES, answered, key, is_right)


def _rounded(value: float, digits: int) -> str:
    """A number to that many significant digits, in one notation. Zero has no sign."""
    return f"{value or 0:.{digits - 1}e}"


def _without_unit(text: str, units: str) -> str:
    """The text of a number in these units. Raises IncompleteAnswer (`wrong-unit`) if it has another unit."""
    text = normalize_typed(text)
    if not units:
        return text
    number = text.removesuffix(normalize_typed(units.strip())).strip()
    if re.search(r"[^\W\d_]\W*$|[%°]$", number):
        raise IncompleteAnswer("wrong-unit", f"Give the number in {units.strip()}.")
    return number


def parse_number(text: str) -> int | float:
    """The number in a text: `2.30`, `2,30`, `1 000`, `1,234.5`, `1e-3`.

    Raises:
        IncompleteAnswer: The text is not a number (`not-a-number`), or can be read as two numbers (`ambiguous-number`).
    """
    plain = _SEPARATORS.sub("", text.translate(_MINUS))
    if len(plain) <= _MAX_LENGTH:
        plain = _without_commas(plain)
        if _PLAIN.fullmatch(plain):
            value = float(plain) if re.search(r"[.eE]", plain) else int(plain)
            if math.isfinite(value):
                return value
    raise IncompleteAnswer("not-a-number", "This is not a number. Write one such as `2.3` or `1e-3`, without a unit.")


def _without_commas(text: str) -> str:
    """A number with its thousands separators removed and a decimal comma replaced by a point."""
    whole, point, rest = text.partition(".")
    if _GROUPED.fullmatch(whole) and (point or whole.count(",") > 1):
        return whole.replace(",", "") + point + rest
    if _GROUPED.fullmatch(text) and text.lstrip("-+")[0] != "0":
        thousands, decimal = text.replace(",", ""), text.replace(",", ".")
        message = f"`{text}` can be read in two ways. Write `{thousands}` or `{decimal}`."
        raise IncompleteAnswer("ambiguous-number", message)
    if text.count(",") == 1 and not point:
        return text.replace(",", ".")
    return text
