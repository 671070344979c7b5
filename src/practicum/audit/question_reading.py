"""Reads what an item asks: what is printed, the value of an expression, its type or shape, an exception, or which code.

A question is read only if its asking sentence has one of a few forms as a whole. Anything else is not formed: a false
reading would accuse a key that is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from practicum.audit.code_finding import SPAN, is_expression, looks_like_code


class Asks(StrEnum):
    """What the options, or the stated outcome, are."""

    PRINTS = "printed text"
    VALUE = "value"
    TYPE = "type"
    SHAPE = "shape"
    RAISES = "exception"


@dataclass(frozen=True)
class Question:
    """What is asked."""

    asks: Asks
    expression: str = ""
    """The expression whose value is asked for; empty for what the snippet prints or raises."""
    states: str | None = None
    """The outcome that the question states, as Markdown. None if the options, or the accepted answers, state it."""
    options_are_code: bool = False
    """Whether each option is code, and the question states the outcome that the right ones have."""
    is_statement: bool = False
    """Whether the item is a statement to judge as true or false."""
    is_negated: bool = False
    """Whether the right options are those that do not have the outcome."""


class NotFormed(Exception):
    """No claim can be formed. The message is the reason, as a part of a sentence."""


_E = r"(?P<e>⟨\d+⟩|(?-i:[^\s?.,;:⟨⟩][^?⟨⟩]*?))"
"""An expression: a code span, or code without markup."""
_V = r"(?P<v>⟨\d+⟩|[^?⟨⟩]+?)"
_CODE = (
    r"(?:the |this |that |each |a |given |following |above |below |preceding |next |short |simple |python3? |numpy |"
    r"pandas |small |piece of |block of |snippet of |lines? of |code |sample )*"
    r"(?:code(?: ?snippet| ?segment| ?fragment| ?block| ?cell)?|program(?:me)?|snippet|script|statements?|lines?|"
    r"example|cell|loop|segment|fragment|function call|print statement|expression|session|instructions?|commands?)"
)
_WHERE = r"(?: (?:below|above|shown(?: below| above)?|given(?: below| above)?|here))?"
_RUN = (
    r"(?:,? ?(?:when|if|after|once|as|upon) (?:(?:it|this|you|we|the) ?)?(?:is |are )?"
    rf"(?:{_CODE}{_WHERE} (?:is |are |has been |gets )?(?:run|executed|evaluated|finished|runs|executes)|"
    r"(?:run|runs|running|execute|executed|executes|executing|evaluated?|evaluating)"
    rf"(?: (?:it|{_CODE}){_WHERE})?|{_CODE}{_WHERE})(?: in python(?: ?3)?)?)?"
)
_PY = r"(?:(?:,)? in python(?: ?3(?:\.\d+)?)?| in numpy| in pandas)?"
_ADJ = (
    r"(?:the |exact |final |correct |expected |resulting |printed |actual |right |console "
    r"|program |standard |full )*"
)
_OUT = rf"{_ADJ}(?:output|result|printout|stdout)"
_PRINTS = r"(?:print(?:ed|s)?(?: out)?|output(?:s|ted)?|display(?:ed|s)?|produced?|produces|show[ns]?|generated?)"
_TO = r"(?: (?:to|on|in|at|by) (?:the )?(?:screen|console|terminal|stdout|standard output|output|user))?"
_GIVES = (
    r"(?:return(?:s|ed)?|evaluates? to|gives?(?: back)?|produces?|yields?|equals?|results? "
    r"in|outputs?|prints?(?: out)?|"
    r"displays?|computes?|is equal to|come(?:s)? out (?:to|as))"
)
_WILL = r"(?:is|are|was|will be|would be|gets|'s)"
_DO = r"(?:does|do|will|would|did)"
_WHICH = (
    r"(?:which|select|choose|pick|mark|what (?:code|expression|statement))(?: (?:one|"
    r"all|of|the|these|those|following|answers?|options?|choices?|"
    r"code|correct|python|numpy|lines?|statements?|expressions?|snippets?|calls?|function|commands?|(?:that|which)|"
    r"slices?|indexing|comprehensions?|below|will|would|correctly|are|is|and|apply|programs?|loops?|operations?))*"
)
_ERROR = r"(?:python )?(?:type of |kind of |sort of |built-in )?(?:errors?|exceptions?)(?: types?| class| name)?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{text}\s*", re.IGNORECASE)


_OF_PRINTED = [
    _pattern(text)
    for text in (
        rf"what(?:'s| {_WILL}) {_OUT}(?: (?:of|from|for|by) (?:running |executing |evaluating "
        rf")?{_CODE})?{_WHERE}{_RUN}{_PY}{_TO}",
        rf"what(?:'s| {_WILL}) (?:the )?(?:result|outcome|output) of (?:running |executing "
        rf"|evaluating )?{_CODE}{_WHERE}{_PY}",
        rf"what {_DO} {_CODE}{_WHERE} {_PRINTS}{_TO}{_RUN}{_PY}",
        rf"what (?:{_WILL}|does|do|will) (?:it |this |be |get )?{_PRINTS}{_TO}(?: by {_CODE}{_WHERE})?{_RUN}{_PY}",
        rf"what (?:text |value |values )?(?:{_WILL} )?(?:being )?{_PRINTS}{_TO}(?: by {_CODE}{_WHERE})?{_RUN}{_PY}",
        rf"(?:which|what)(?: one)?(?: of (?:the following|these)(?: options?| answers?)?|"
        rf"option|answer)? {_WILL} {_OUT}"
        rf"(?: (?:of|from|for) {_CODE})?{_WHERE}{_RUN}{_PY}",
        rf"(?:predict|select|choose|determine|find|give|state|identify|enter|type|write) {_OUT}"
        rf"(?: (?:of|from|for) {_CODE})?{_WHERE}{_PY}",
        rf"{_OUT} of {_CODE}{_WHERE}(?: {_WILL})?",
        rf"{_OUT}{_WHERE}(?: {_WILL})?",
        rf"{_CODE}{_WHERE} (?:prints|outputs|displays)",
        rf"what happens when {_CODE}{_WHERE} (?:is|are) (?:run|executed)",
    )
]
_OF_EXPRESSION = [
    (asks, _pattern(text))
    for asks, text in (
        (
            Asks.SHAPE,
            rf"what(?:'s| {_WILL}) the (?:resulting |output |final )?shape of (?:the )?(?:array "
            rf"|tensor |result of |matrix |output of )?{_E}{_RUN}{_PY}",
        ),
        (Asks.SHAPE, rf"what shape {_DO} {_E} (?:have|has|return|produce){_RUN}{_PY}"),
        (
            Asks.TYPE,
            rf"what(?:'s| {_WILL}) the (?:data ?|python )?type of (?:the )?(?:result of |value "
            rf"of |variable |expression |object (?:returned by )?|return value of )?{_E}{_RUN}{_PY}",
        ),
        (
            Asks.TYPE,
            rf"(?:what|which) (?:data ?|python )?type (?:of (?:object|value) )?{_DO} {_E} (?:return|"
            rf"have|evaluate to|produce|give){_RUN}{_PY}",
        ),
        (Asks.TYPE, rf"(?:what|which) (?:data ?|python )?type is {_E}{_RUN}{_PY}"),
        (
            Asks.VALUE,
            rf"what(?:'s| {_WILL}) {_ADJ}(?:value|values|result|return value|returned value|contents?|"
            rf"output)(?: stored)? (?:of|in|by|from|for|returned by|when calling) (?:calling "
            rf"|evaluating |running |executing |computing |variable |the (?:variable|expression|"
            rf"call|function call|code|statement|python expression|python code|operation|following "
            rf"expression|following code|following|list|array|dictionary|set|tuple|string)[ :]*|"
            rf"the following[^:⟨⟩]*: ?)*{_E}{_RUN}{_PY}",
        ),
        (
            Asks.VALUE,
            rf"what(?: value| values| result)? {_DO} (?:calling |the (?:expression|call|function "
            rf"call|code|statement|python expression|following expression|variable|list)[ :]*|"
            rf"the following[^:⟨⟩]*: ?)*{_E} (?:return|evaluate to|give(?: back)?|produce|yield|"
            rf"equal|result in|output|print(?: out)?|display|contain|hold|become|look like){_RUN}{_PY}",
        ),
        (
            Asks.VALUE,
            rf"what {_WILL} (?:returned|printed|output|produced|displayed) (?:by|from|for) (?:calling "
            rf")?(?:the (?:expression|call|code)[ :]*)?{_E}{_RUN}{_PY}",
        ),
        (
            Asks.VALUE,
            rf"(?:what|which)(?: value)? (?:is|will|are) {_E}(?: equal(?: to)?| be| evaluate "
            rf"to)?{_RUN}{_PY}",
        ),
        (Asks.VALUE, rf"{_E} (?:returns|evaluates to|gives|equals|yields|produces|results in|prints|outputs)"),
        (
            Asks.VALUE,
            rf"(?:after (?:running |executing )?{_CODE}{_WHERE}(?: (?:runs|is run|executes|is "
            rf"executed))?, )?what(?:'s| is| will be) (?:the value of )?{_E}",
        ),
        (Asks.VALUE, rf"(?:evaluate|compute)(?: the (?:following )?expression)?:? {_E}{_PY}"),
        (Asks.VALUE, rf"what (?:is|are) (?:stored |left )?in {_E}{_RUN}"),
    )
]
_OF_EXCEPTION = [
    _pattern(text)
    for text in (
        rf"(?:what|which) {_ERROR} (?:{_WILL}|{_DO}|gets?|occurs?|results?) ?(?:be )?(?:raised?|"
        rf"thrown?|throws?|occurs?|produced?|caused?|triggered?|generated?|happens?|encountered|"
        rf"results?)?(?: (?:by|from|in|with|when|if) (?:running |executing |calling |evaluating "
        rf")?(?:{_CODE}|{_E}))?{_WHERE}{_RUN}{_PY}",
        rf"(?:what|which) {_ERROR} {_DO} (?:{_CODE}|(?:calling |evaluating )?{_E}){_WHERE} "
        rf"(?:raise|throw|cause|produce|give|trigger|generate|result in){_RUN}{_PY}",
        rf"what {_WILL} the (?:type of |name of the |class of the )?(?:errors?|exceptions?)"
        rf" (?:raised|thrown) by (?:{_CODE}|{_E}){_WHERE}{_RUN}{_PY}",
    )
]
_OF_CODE = [
    (asks, _pattern(text))
    for asks, text in (
        (
            Asks.RAISES,
            rf"{_WHICH} (?P<n>(?:does|do|will|would) not |doesn't |don't )?(?:raises?|throws?|"
            rf"causes?|gives?|produces?|results? in|triggers?) an? (?P<v>⟨\d+⟩|[\w.]*(?:error|"
            rf"exception|stopiteration|keyboardinterrupt))(?: exception| error)?(?: when (?:run|"
            rf"executed|evaluated|called))?{_PY}",
        ),
        (
            Asks.PRINTS,
            rf"{_WHICH} (?P<n>(?:does|do|will|would) not |doesn't |don't )?(?:prints?(?: out)"
            rf"?|outputs?|displays?)(?! of\b)(?: the)?(?: text| string| value| number| output)? {_V}{_TO}{_PY}",
        ),
        (
            Asks.VALUE,
            rf"{_WHICH} (?P<n>(?:does|do|will|would) not |doesn't |don't )?(?:returns?|evaluates? "
            rf"to|gives?|produces?|yields?|equals?|results? in)(?: the)?(?: value| result| list|"
            rf" string| number| boolean| tuple| set)? {_V}{_PY}",
        ),
        (Asks.VALUE, rf"{_WHICH} (?:is|are) (?P<n>not )?(?:equal to|equals) {_V}{_PY}"),
        (Asks.VALUE, rf"{_WHICH} (?:is|are) (?P<v>true|false|⟨\d+⟩){_PY}"),
        (Asks.VALUE, rf"{_WHICH} (?:has|have) the value {_V}{_PY}"),
        (
            Asks.TYPE,
            rf"{_WHICH} (?:(?:has|have) type|(?:is|are) of type|returns? an? (?:object|value)"
            rf" of type|creates? an?) {_V}{_PY}",
        ),
        (
            Asks.SHAPE,
            rf"{_WHICH} (?:has|have|creates? an? array (?:of|with)|returns? an? array (?:of|with)"
            rf") (?:the )?shape {_V}{_PY}",
        ),
    )
]
_STATEMENTS = [
    (asks, _pattern(text))
    for asks, text in (
        (Asks.TYPE, rf"(?:in python,? ?)?the (?:data )?type of {_E} is {_V}"),
        (Asks.SHAPE, rf"(?:in numpy,? ?)?the shape of {_E} is {_V}"),
        (
            Asks.VALUE,
            rf"(?:in python,? ?)?(?:the (?:value|result|output) of )?(?:the expression |calling "
            rf")?{_E} (?:is|returns|evaluates to|gives|equals|is equal to|yields|results in|prints|"
            rf"outputs) (?:the value )?{_V}{_PY}",
        ),
        (
            Asks.RAISES,
            rf"(?:in python,? ?)?(?:the expression |calling |running )?{_E} (?:raises|throws|"
            rf"causes|results in) an? (?P<v>⟨\d+⟩|[\w.]*(?:error|exception))(?: exception)?{_PY}",
        ),
        (Asks.PRINTS, rf"{_CODE}{_WHERE} (?:prints|outputs|displays) (?P<v>⟨\d+⟩)"),
        (Asks.RAISES, rf"{_CODE}{_WHERE} (?:raises|throws) an? (?P<v>⟨\d+⟩|[\w.]*(?:error|exception))"),
    )
]
_NEGATED = re.compile(r"\b(?:not|except|never|cannot|can't|isn't|doesn't|won't|incorrect|false|invalid|wrong)\b", re.I)
_OPEN = re.compile(
    r"\b(?:possible|possibly|could|might|may|probably|likely|typically|usually|approximately|roughly|about how|"
    r"best|most|least|why|how many|which line|purpose|instead|replace[ds]?|modif\w+|"
    r"changed?|change[sd]|remov\w+|missing|"
    r"blank|complet\w+|fill|insert\w*|add(?:ed|ing)?|describe[sd]?|explain\w*|assum\w+|suppose\w*|imagine|"
    r"given that|user (?:enters|inputs|types)|enters|file (?:named|called|contains)|python ?2|previous|"
    r"first line|second line|last line|third line|iteration|times)\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"\b(?:output|outputs|prints?|printed|displays?|displayed)\b", re.IGNORECASE)
_QUESTION_WORDS = re.compile(
    r"\b(?:what|which|predict|select|choose|determine|output|evaluate|result)\b", re.IGNORECASE
)
BARE_CODE = re.compile(r"[\w.]\(|[\[\]{}'\"]|\A[\d\s+\-*/%().<>=!&|^~]+\Z")
"""What code without markup has at least, apart from hyphenated words and numbers: `GPT-4`."""
_SENTENCE = re.compile(r"(?<=[.?!:])\s+(?=[A-Z⟨])|\n+")


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
        if _OPEN.search(SPAN.sub("", prose)):
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
    found = _OPEN.search(plain) or _NEGATED.search(plain)
    return found[0] if found else ""


def _asking_sentence(prose: str) -> str:
    """Return the sentence that asks, without its end. Raises NotFormed if several do."""
    sentences = [part.strip() for part in _SENTENCE.split(prose) if part.strip()]
    asking = [sentence for sentence in sentences if sentence.endswith("?")]
    if len(asking) > 1:
        raise NotFormed("the text asks several questions")
    if not asking:
        asking = [sentence for sentence in sentences if _QUESTION_WORDS.search(sentence)][-1:] or sentences[-1:]
    sentence = asking[0].rstrip(" ?:.\t…_")
    joined = re.fullmatch(r"(?:consider|given|look at|for|in|with)\b[^,⟨⟩]*, *(.*)", sentence, re.IGNORECASE)
    return joined[1] if joined else sentence


def _code_question(asking: str, spans: tuple[str, ...]) -> Question | None:
    for asks, pattern in _OF_CODE:
        if (found := pattern.fullmatch(asking)) and (stated := _text(found["v"], spans)):
            negated = bool(found.groupdict().get("n"))
            return Question(asks, states=stated, options_are_code=True, is_negated=negated)
    return None


def _outcome_question(asking: str, spans: tuple[str, ...], has_block: bool) -> Question:
    if has_block and any(pattern.fullmatch(asking) for pattern in _OF_PRINTED):
        return Question(Asks.PRINTS)
    for pattern in _OF_EXCEPTION:
        if found := pattern.fullmatch(asking):
            expression = _expression(found.groupdict().get("e"), spans)
            if expression or has_block:
                return Question(Asks.RAISES, expression or "")
    for asks, pattern in _OF_EXPRESSION:
        if (found := pattern.fullmatch(asking)) and (expression := _expression(found["e"], spans)):
            is_shown = asks is Asks.VALUE and _SHOWN.search(SPAN.sub("", asking.replace(found["e"], "")))
            return Question(Asks.PRINTS if is_shown else asks, expression)
    raise NotFormed("what it asks is not a result that a run shows" if has_block else _NO_CODE)


def _statement(prose: str, spans: tuple[str, ...], has_block: bool) -> Question:
    plain = re.sub(r"(?i)^\W*(?:true or false|true/false)[^\w⟨]+", "", prose)
    sentences = [part.strip() for part in _SENTENCE.split(plain) if part.strip()] or [""]
    statement = sentences[-1].rstrip(" .?:")
    if _open_wording(statement) or (len(sentences) > 1 and not has_block):
        raise NotFormed("the statement is not a plain result of code")
    for asks, pattern in _STATEMENTS:
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
