"""Reads what an item asks: what is printed, the value of an expression, its type or shape, an exception, or which code.

A question is read only if its asking sentence has one of a few forms as a whole. Anything else is not formed: a false
reading would accuse a key that is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from practicum.audit.code_finding import SPAN, is_expression, looks_like_code
from practicum.audit.question_phrases import (
    ABOUT_STATEMENTS,
    BARE_CODE,
    HEADING,
    NEGATED,
    OF_CODE,
    OF_EXCEPTION,
    OF_EXPRESSION,
    OF_LAST,
    OF_PRINTED,
    OPEN,
    QUESTION_WORDS,
    SAYS_MORE,
    SENTENCE,
    SHOWN,
    STATEMENTS,
    Asks,
)


@dataclass(frozen=True)
class Question:
    """What is asked."""

    asks: Asks
    expression: str = ""
    """The expression whose value is asked for; empty for what the snippet prints or raises."""
    states: str | None = None
    """The outcome that the question states, as Markdown. None if the options, or the accepted answers, state it."""
    of_last: bool = False
    """Whether it is the value of the last expression of the code that is asked for."""
    options_are_statements: bool = False
    """Whether each option is a statement about code, and those are right that are true."""
    options_are_code: bool = False
    """Whether each option is code, and the question states the outcome that the right ones have."""
    is_statement: bool = False
    """Whether the item is a statement to judge as true or false."""
    is_negated: bool = False
    """Whether the right options are those that do not have the outcome."""


class NotFormed(Exception):
    """No claim can be formed. The message is the reason, as a part of a sentence."""


_NO_CODE = "it contains no code to run"


def read_question(prose: str, spans: tuple[str, ...], *, has_block: bool, true_false: bool = False) -> Question:
    """Return what an item asks.

    Args:
        prose: Its text without its code, `⟨0⟩` for a code span.
        spans: The code spans.
        has_block: Whether it has a block of code.
        true_false: Whether it is a statement to judge.

    Raises:
        NotFormed: The text has none of the forms that are read.
    """
    if not prose.strip():
        if has_block and not true_false:
            raise NotFormed("the text asks nothing")
        raise NotFormed("there is no text")
    if true_false:
        return _statement(prose, spans, has_block)
    asking = _asking_sentence(prose)
    if found := _code_question(asking, spans):
        if OPEN.search(SPAN.sub("", prose)):
            raise NotFormed("the wording leaves open what is right")
        return found
    if not (has_block or spans or re.search(r"[\w.]\(|\[|\d", prose)):
        raise NotFormed(_NO_CODE)
    if words := _open_wording(prose):
        raise NotFormed(f"the wording (“{words}”) asks for more than a result")
    return _outcome_question(asking, spans, has_block)


def _open_wording(prose: str) -> str:
    """Return the words of a text that ask for more than a result, or nothing."""
    plain = SPAN.sub("", prose)
    found = OPEN.search(plain) or NEGATED.search(plain)
    return found[0] if found else ""


def _asking_sentence(prose: str) -> str:
    """Return the sentence that asks, without its end. Raises NotFormed if several do."""
    sentences = [part.strip() for part in SENTENCE.split(prose) if part.strip()]
    asking = [sentence for sentence in sentences if sentence.endswith("?")]
    if len(asking) > 1:
        raise NotFormed("the text asks several questions")
    if not asking:
        asking = [sentence for sentence in sentences if QUESTION_WORDS.search(sentence)][-1:] or sentences[-1:]
    sentence = asking[0].rstrip(" ?:.\t…_")
    others = [each for each in sentences if each != asking[0] and not HEADING.fullmatch(each)]
    if any(map(SAYS_MORE.search, others)):
        raise NotFormed("its text says more than its code shows")
    joined = re.fullmatch(r"(?:consider|given|look at|for|in|with|using)\b[^,:⟨⟩]*[,:] *(.*)", sentence, re.IGNORECASE)
    return joined[1] if joined else sentence


def _code_question(asking: str, spans: tuple[str, ...]) -> Question | None:
    for asks, pattern in OF_CODE:
        if (found := pattern.fullmatch(asking)) and (stated := _text(found["v"], spans)):
            negated = bool(found.groupdict().get("n"))
            return Question(asks, states=stated, options_are_code=True, is_negated=negated)
    return None


def _outcome_question(asking: str, spans: tuple[str, ...], has_block: bool) -> Question:
    if has_block and any(pattern.fullmatch(asking) for pattern in OF_PRINTED):
        return Question(Asks.PRINTS)
    for asks, pattern in OF_LAST if has_block else ():
        if pattern.fullmatch(asking):
            return Question(asks, of_last=True)
    for pattern in OF_EXCEPTION:
        if found := pattern.fullmatch(asking):
            expression = _expression(found.groupdict().get("e"), spans)
            if expression or has_block:
                return Question(Asks.RAISES, expression or "")
    for asks, pattern in OF_EXPRESSION:
        if (found := pattern.fullmatch(asking)) and (expression := _expression(found["e"], spans)):
            is_shown = asks is Asks.VALUE and SHOWN.search(SPAN.sub("", asking.replace(found["e"], "")))
            return Question(Asks.PRINTS if is_shown else asks, expression)
    if re.search(r"correct|true|right|holds?", asking, re.IGNORECASE) and ABOUT_STATEMENTS.fullmatch(asking):
        return Question(Asks.VALUE, options_are_statements=True)
    raise NotFormed("what it asks is not a result that a run shows" if has_block else _NO_CODE)


def read_statement(prose: str, spans: tuple[str, ...], has_block: bool) -> Question:
    """Return what a statement states. Raises NotFormed."""
    return _statement(prose, spans, has_block)


def _statement(prose: str, spans: tuple[str, ...], has_block: bool) -> Question:
    plain = re.sub(r"(?i)^\W*(?:true or false|true/false)[^\w⟨]+", "", prose)
    sentences = [part.strip() for part in SENTENCE.split(plain) if part.strip()] or [""]
    statement = sentences[-1].rstrip(" .?:")
    if _open_wording(statement) or (len(sentences) > 1 and not has_block):
        raise NotFormed("the statement is not a plain result of code")
    for asks, pattern in STATEMENTS:
        found = pattern.fullmatch(statement)
        if found and (stated := _text(found["v"], spans)):
            groups = found.groupdict()
            if "e" not in groups and has_block:
                return Question(asks, states=stated, is_statement=True)
            if expression := _expression(groups.get("e"), spans):
                return Question(asks, expression, stated, is_statement=True)
    raise NotFormed("the statement is not a plain result of code")


def _text(found: str, spans: tuple[str, ...]) -> str:
    """Return a stated outcome as Markdown: a code span, or words."""
    span = SPAN.fullmatch(found.strip())
    return f"`{spans[int(span[1])]}`" if span else found.strip().strip('"“”')


def _expression(found: str | None, spans: tuple[str, ...]) -> str | None:
    """Return an expression, or None if the text is none: a code span, or text that can only be code."""
    if not found:
        return None
    if span := SPAN.fullmatch(found.strip()):
        return spans[int(span[1])].strip()
    text = found.strip()
    text = text.replace("“", '"').replace("”", '"').replace("‘", "'").replace("’", "'")
    if re.fullmatch(r"[A-Za-z_]\w{0,2}|[a-z]+(?:_\w+)+", text) and text not in ("the", "it", "a", "an", "is"):
        return text  # a name such as `x`; that it exists is found out by the run
    return text if BARE_CODE.search(text) and is_expression(text) and looks_like_code(text) else None
