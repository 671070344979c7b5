"""`number`: type a number; within the tolerance of what the run gives, it is right."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from practicum.kinds import settings
from practicum.kinds.base import NoKey, Unclear
from practicum.kinds.equality import literal, near, same, shown
from practicum.kinds.predict import Predict
from practicum.model import Observation, Variant, VariantFinding

ROUNDING = 1e-9
"""The part of itself by which a fraction may always be off: nobody is asked for the binary digits of 0.1."""

_SPACES = re.compile(r"[\s\u2009\u202f\u00a0_']")
_MINUS = str.maketrans("\u2212\u2013", "--")
_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+")
_LONGEST = 60


class Number(Predict):
    """Work out a number."""

    name = "number"
    label = "Number"
    form = "number/form.html"

    settings = {"value": settings.expression, "tolerance": settings.tolerance}

    def objection(self, outcome: Any) -> str | None:
        if settings.number(outcome) is None:
            return None
        return f"the run gives `{shown(outcome)}`, which is no number that one could type"

    def read(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        if len(fields) > 1:
            raise ValueError("one number is asked for")
        return (repr(number(fields[0])),) if fields and fields[0].strip() else ()

    def grade(
        self, variant: Variant, answer: tuple[str, ...], finding: VariantFinding | None, seen: Observation | None
    ) -> bool:
        if finding is None or not finding.options:
            raise NoKey("it has not been run as it stands")
        typed, key = literal(answer[0]), literal(finding.options[0].observed)
        return near(typed, key, ROUNDING) or same(typed, key, tolerance=float(variant.proof.get("tolerance", 0)))


def number(text: str) -> int | float:
    """The number that somebody typed: `2.30`, `2,30`, `1 000`, `1,234.5`, `1e-3`. Raises Unclear."""
    plain = _SPACES.sub("", text.translate(_MINUS))
    if len(plain) <= _LONGEST:
        whole, point, rest = plain.partition(".")
        if _GROUPED.fullmatch(whole) and (point or whole.count(",") > 1):
            plain = whole.replace(",", "") + point + rest
        elif _GROUPED.fullmatch(plain) and plain.lstrip("-+")[0] != "0":
            without = plain.replace(",", "")
            raise Unclear(f"`{plain}` can be read in two ways. Write `{without}`, or `{plain.replace(',', '.')}`.")
        elif plain.count(",") == 1 and not point:
            plain = plain.replace(",", ".")
        if _PLAIN.fullmatch(plain):
            value = float(plain) if re.search(r"[.eE]", plain) else int(plain)
            if math.isfinite(value):
                return value
    raise Unclear("That is no number. Write one such as `2.3` or `1e-3`, without a unit.")
