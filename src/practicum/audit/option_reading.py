"""Reads what an option states: a result, an exception, no output, a remark about the other options, or prose."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import StrEnum

from practicum.audit.code_finding import SPAN, FoundCode, find_code
from practicum.exchange.bank import Description, Item
from practicum.kinds.typed_text import normalize_typed


class States(StrEnum):
    """What an option states."""

    CODE = "code"
    """A result that is marked as code."""
    TEXT = "text"
    """A result, or words: the comparison finds out which."""
    ERROR = "error"
    NOTHING = "nothing"
    NONE_OF_THESE = "none of these"
    ABOUT_OPTIONS = "about the options"
    """`All of the above`, `Both A and B`."""
    OPEN = "open"
    """`It depends`, `Cannot be determined`, `Infinite loop`."""
    PROSE = "prose"


@dataclass(frozen=True)
class Stated:
    """What one option states."""

    states: States
    text: str
    """The result as it is compared."""
    exception: str = ""
    """The name of the exception, if the option names one."""


_NONE = re.compile(
    r"(?:none|neither)(?: one)?(?: of (?:the |these )?(?:above|these|those|them|others?|"
    r"options?|mentioned|following|answers?|"
    r"other options?|other answers?|given options?|listed options?)(?: (?:is|are) (?:correct|true|right))?)|"
    r"(?:there is )?no (?:correct|right) (?:answer|option)|not listed(?: here)?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:all|any|both|two|either|some)(?: of)?(?: the| these| those)?(?: (?:above|these|"
    r"those|them|options?|mentioned|following|"
    r"answers?))*(?: (?:is|are) (?:correct|true|right))?|(?:both |only |options? |answers? "
    r")?\(?[a-fA-F1-6]\)? (?:and|or|&) "
    r"\(?[a-fA-F1-6]\)?(?: only| are correct)?|both .*",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r".*\b(?:depends?|cannot be (?:determined|said|known|predicted)|can't (?:say|tell)"
    r"|undefined|unpredictable|random\w*|varies|"
    r"infinite(?:ly)?|forever|never ends|hangs?|non-?determin\w+|not guaranteed|unknown|"
    r"arbitrary|machine|platform|implementation|"
    r"memory address|garbage|nothing happens|not sure|don't know)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_NOTHING = re.compile(
    r"(?:it |the code |the program |this )?(?:prints?|outputs?|displays?|shows?)? ?(?:nothing|"
    r"no output|blank|an? empty (?:line|output)|"
    r"empty output)(?: (?:is|will be|gets) (?:printed|displayed|shown|output))?(?: at all)?|there is no output",
    re.IGNORECASE,
)
_NAME = (
    r"(?:[A-Za-z_][\w.]*\.)?(?:[A-Z]\w*(?:Error|Exception|Warning)|StopIteration|StopAsyncIteration|"
    r"KeyboardInterrupt|SystemExit|GeneratorExit|Exception)"
)
_NAMED_ERROR = re.compile(
    rf"(?i:(?:an?|the|it|this|that|code|program|snippet|there|will|would|is|be|get|we|"
    rf"you|python|raises?|raised|throws?|thrown|gives?|"
    rf"causes?|produces?|results? in|returns?|shows?|prints?|error|error:|exception|exception:|"
    rf"message|occurs?|and) )*"
    rf"(?P<name>{_NAME})(?:\(.*\)|:.*|,? (?:exception|error|is raised|is thrown|will "
    rf"be raised|occurs|because.*|due to.*|message))?",
    re.DOTALL,
)
_SPACED_ERROR = re.compile(
    r"(?:(?:an?|the|it|raises?|throws?|gives?|will|be|there|is|code|program) )*(?P<name>syntax|"
    r"type|value|name|index|key|attribute|"
    r"indentation|import|zero ?division|recursion|assertion|unbound ?local|overflow|"
    r"memory|runtime) error(?: is raised| occurs)?",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:(?:an?|the|it|this|code|program|snippet|there|will|would|is|be|get|we|you|raises?|"
    r"throws?|gives?|causes?|produces?|results? in|"
    r"generates?|returns?|python|some|compile|compiler|compilation|compile-time|run-?time|"
    r"execution|fatal|unhandled) )*"
    r"(?:error|exception|errors|traceback)(?: message)?(?: (?:is|will be|gets) (?:raised|"
    r"thrown|shown|reported))?(?: occurs)?|"
    r"(?:it |the code |the program |this )?(?:does not|doesn't|will not|won't|cannot|"
    r"can't) (?:run|compile|be (?:run|compiled))|"
    r"(?:it |the code |the program )?(?:crashes|fails)|invalid syntax|invalid code",
    re.IGNORECASE,
)
_NO_ERROR = re.compile(
    r"(?:(?:there is |it raises |raises )?no (?:error|exception)s?(?: is raised| occurs| at all)?|none|"
    r"(?:it |the code )?runs? (?:fine|without (?:an )?errors?)|nothing is raised)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:it |the code |the program |this |the expression |the output is |the output "
    r"will be |output is |output: ?|output |result: ?|"
    r"the result is |answer: ?|will )*(?:prints?:?|returns?:?|outputs?:?|displays?:?|evaluates to|gives|is|:)? ?",
    re.IGNORECASE,
)
_PROMPT = re.compile(r"^\s*(?:>>> |Out\[\d*\]: )", re.MULTILINE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_option(text: str) -> Stated:
    """Return what an option states.

    Args:
        text: Markdown.
    """
    found = find_code(Item("", _BREAK.sub("\n", text), Description()))
    if found.images:
        return Stated(States.PROSE, text)
    if code := _only_code(found):
        return _of_code(_PROMPT.sub("", code))
    plain = _plain(text, found)
    stated = _of_words(plain)
    if stated.states is States.TEXT and found.spans:
        return _span_in_words(found, plain)
    return stated


def states_no_error(stated: Stated) -> bool:
    """Whether an option states that nothing is raised, in a question about an exception."""
    return _NO_ERROR.fullmatch(stated.text.strip().rstrip(".")) is not None


def _only_code(found: FoundCode) -> str:
    """Return the code of an option that is nothing else, or nothing."""
    if len(found.blocks) == 1 and not found.prose.strip() and found.blocks[0].place == "fence":
        return found.blocks[0].source
    prose = found.prose.strip().rstrip(" .,;")
    return found.spans[0] if not found.blocks and SPAN.fullmatch(prose) else ""


def _of_code(code: str) -> Stated:
    words = _of_words(code)
    if words.states in (States.ERROR, States.NONE_OF_THESE, States.ABOUT_OPTIONS):
        return Stated(words.states, code, words.exception)
    return Stated(States.CODE, code)


def _plain(text: str, found: FoundCode) -> str:
    """Return the text as it was typed: `-1` and `*` are no list and no emphasis here."""
    if found.blocks and all(block.place != "fence" for block in found.blocks):
        return text.strip("\n")
    return normalize_typed(html.unescape(re.sub(r"\\([\\`*_{}\[\]()#+\-.!<>|&~$])", r"\1", text))).strip()


def _of_words(plain: str) -> Stated:
    words = normalize_typed(" ".join(plain.split())).rstrip(".!").strip()
    if _NONE.fullmatch(words):
        return Stated(States.NONE_OF_THESE, plain)
    if _ABOUT.fullmatch(words) and not words.isdecimal():
        return Stated(States.ABOUT_OPTIONS, plain)
    if _NOTHING.fullmatch(words):
        return Stated(States.NOTHING, plain)
    if found := _NAMED_ERROR.fullmatch(words):
        return Stated(States.ERROR, plain, found["name"])
    if found := _SPACED_ERROR.fullmatch(words):
        name = found["name"].replace(" ", "")
        return Stated(States.ERROR, plain, "" if name.lower() == "runtime" else f"{name}error")
    if _ERROR.fullmatch(words):
        return Stated(States.ERROR, plain)
    if _OPEN.fullmatch(words):
        return Stated(States.OPEN, plain)
    return Stated(States.TEXT, plain)


def _span_in_words(found: FoundCode, plain: str) -> Stated:
    """Return the code of an option such as ``It prints `3` ``; other words around code are prose."""
    if len(found.spans) == 1 and not found.blocks:
        before, _, after = found.prose.partition("⟨0⟩")
        if _LEAD.fullmatch(before.strip() + " ") and not after.strip(" ."):
            return Stated(States.CODE, found.spans[0])
        if _LEAD.fullmatch(before.strip() + " ") and re.match(r"(?:is|are) (?:raised|thrown)", after.strip()):
            return _of_code(found.spans[0])
    return Stated(States.PROSE, plain)
