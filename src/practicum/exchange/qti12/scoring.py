"""How QTI 1.2 scores a response: the conditions of an item, and what picking an option is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from practicum.exchange.bank import AcceptedNumber
from practicum.exchange.item_reading import credit_of, number
from practicum.exchange.xml_parsing import Element, local_name

HUNDRED = Decimal(100)
_COMBINED = {"and", "or", "not"}


@dataclass(frozen=True)
class Condition:
    """A `<respcondition>`: what a response must be, and what it is worth then."""

    element: Element
    test: Element
    """Its `<conditionvar>`."""
    score: Decimal
    """Percent of the points."""
    adds: bool
    stops: bool
    feedback: tuple[str, ...]

    def accepted(self, response: str = "") -> list[str]:
        """The values that it asks for, of one response or of all."""
        return [value for ident, value in _values(self.test) if not response or ident == response]

    @property
    def is_pattern(self) -> bool:
        """Whether it asks for a part of a text, not for the text."""
        return self.test.find(".//{*}varsubset") is not None or self.test.find(".//{*}varsubstring") is not None


def conditions_of(item: Element) -> list[Condition]:
    """The conditions of an item, with scores in percent."""
    found = list(item.iterfind(".//{*}resprocessing/{*}respcondition"))
    most = _maximum(item, found)
    return [_condition(element, most) for element in found if element.find("{*}conditionvar") is not None]


def _maximum(item: Element, conditions: list[Element]) -> Decimal:
    declared = [number(variable.get("maxvalue") or "") for variable in item.iterfind(".//{*}decvar")]
    set_to = [number(variable.text or "") for element in conditions for variable in element.iterfind("{*}setvar")]
    known = [value for value in (*declared, *set_to) if value is not None and value > 0]
    return known[0] if known else HUNDRED


def _condition(element: Element, most: Decimal) -> Condition:
    scores = list(element.iterfind("{*}setvar"))
    score, adds = Decimal(0), False
    for variable in scores:
        score = _score(variable.text or "", most)
        adds = (variable.get("action") or "Set") in {"Add", "Subtract"}
        score = -score if variable.get("action") == "Subtract" else score
    feedback = tuple(shown.get("linkrefid") or "" for shown in element.iterfind("{*}displayfeedback"))
    if not scores and "correct" in feedback:  # Blackboard leaves the score out
        score = HUNDRED
    stops = (element.get("continue") or "No").lower() != "yes"
    return Condition(element, element.find("{*}conditionvar"), score, adds, stops, feedback)


def _score(text: str, most: Decimal) -> Decimal:
    if text.strip() == "SCORE.max":
        return HUNDRED
    value = number(text)
    return Decimal(0) if value is None else credit_of(str(value * 100 / most))


def _values(test: Element, negated: bool = False) -> Iterator[tuple[str, str]]:
    """The identifier and value of each comparison that must hold."""
    for child in test.iterchildren("*"):
        name = local_name(child)
        if name in _COMBINED:
            yield from _values(child, negated != (name == "not"))
        elif name in {"varequal", "varsubset", "varsubstring"} and not negated:
            yield child.get("respident") or "", (child.text or "").strip()


def credit_for(picked: str, response: str, conditions: list[Condition]) -> Decimal:
    """What picking one option is worth, in percent."""
    total = Decimal(0)
    matched = False
    for condition in conditions:
        if not _holds(condition.test, picked, response, matched):
            continue
        if condition.score or condition.adds:
            matched = True
        total = total + condition.score if condition.adds else condition.score or total
        if condition.stops and condition.score:
            break
    return total


def _holds(test: Element, picked: str, response: str, matched: bool) -> bool:
    return all(_part_holds(part, picked, response, matched) for part in test.iterchildren("*"))


def _part_holds(part: Element, picked: str, response: str, matched: bool) -> bool:
    name = local_name(part)
    inner = [_part_holds(child, picked, response, matched) for child in part.iterchildren("*")]
    if name in _COMBINED:
        return {"and": all(inner), "or": any(inner), "not": not all(inner)}[name]
    if name == "varequal":
        return part.get("respident") in {response, None} and (part.text or "").strip() == picked
    return name == "other" and not matched


def ranges(condition: Condition) -> list[AcceptedNumber]:
    """The numbers that a condition accepts: each pair of bounds, and values outside of them."""
    found: list[AcceptedNumber] = []
    for group in condition.test.iter("{*}conditionvar", "{*}and", "{*}or"):
        low, high = _bound(group, ("vargte", "vargt")), _bound(group, ("varlte", "varlt"))
        if low is not None and high is not None and low <= high:
            found.append(AcceptedNumber(low, high, credit=condition.score))
    values = [number(text) for text in condition.accepted()]
    alone = {value for value in values if value is not None}
    outside = sorted(value for value in alone if not any(part.low <= value <= part.high for part in found))
    return found + [AcceptedNumber(value, value, credit=condition.score) for value in outside]


def _bound(group: Element, names: tuple[str, ...]) -> Decimal | None:
    for name in names:
        element = group.find(f"{{*}}{name}")
        if element is not None:
            return number(element.text or "")
    return None
