"""The phrases in which items ask for results, as patterns over a whole sentence.

They are matched in full, so a sentence with one more clause is not read. `⟨0⟩` stands for a code span.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Asks(StrEnum):
    """What the options, or the stated outcome, are."""

    PRINTS = "printed text"
    VALUE = "value"
    TYPE = "type"
    SHAPE = "shape"
    RAISES = "exception"


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
    rf"(?:{_CODE}{_WHERE} (?:is |are |has been |gets |has )?(?:run|executed|evaluated|finished|runs|executes)|"
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


OF_PRINTED = [
    _pattern(text)
    for text in (
        rf"what(?:'s| {_WILL}) {_OUT}(?: (?:of|from|for|by) (?:running |executing |evaluating "
        rf")?{_CODE})?{_WHERE}{_RUN}{_PY}{_TO}",
        rf"what(?:'s| {_WILL}) (?:the )?(?:result|outcome|output) of (?:running |executing "
        rf"|evaluating )?{_CODE}{_WHERE}{_PY}",
        rf"what {_DO} (?:{_CODE}{_WHERE}|it|this|python|the interpreter|the (?:python )?prompt) "
        rf"{_PRINTS}{_TO}(?: after the last (?:line|statement|command))?{_RUN}{_PY}",
        rf"what (?:{_WILL}|does|do|will) (?:it |this |be |get )?{_PRINTS}{_TO}(?: by {_CODE}{_WHERE})?{_RUN}{_PY}",
        rf"what (?:text |value |values )?(?:{_WILL} )?(?:being )?{_PRINTS}{_TO}(?: by {_CODE}{_WHERE})?{_RUN}{_PY}",
        rf"(?:which|what)(?: one)?(?: of (?:the following|these)(?: options?| answers?)?|"
        rf"option|answer)? {_WILL} {_OUT}"
        rf"(?: (?:of|from|for) {_CODE})?{_WHERE}{_RUN}{_PY}",
        rf"(?:predict|select|choose|determine|find|give|state|identify|enter|type|write|name) {_OUT}"
        rf"(?: (?:of|from|for) {_CODE})?{_WHERE}{_PY}",
        rf"{_OUT} of {_CODE}{_WHERE}(?: {_WILL})?",
        rf"{_OUT}{_WHERE}(?: {_WILL})?",
        rf"{_CODE}{_WHERE} (?:prints|outputs|displays)",
        rf"what happens when {_CODE}{_WHERE} (?:is|are) (?:run|executed)",
    )
]
OF_EXPRESSION = [
    (asks, _pattern(text))
    for asks, text in (
        (
            Asks.SHAPE,
            rf"what(?:'s| {_WILL}) the (?:resulting |output |final )?shape of (?:the )?(?:array "
            rf"|tensor |result of |matrix |output of )?{_E}{_RUN}{_PY}",
        ),
        (Asks.SHAPE, rf"(?:what|which) shape {_DO} {_E} (?:have|has|return|produce){_RUN}{_PY}"),
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
        (Asks.TYPE, rf"{_E} is of (?:what|which) (?:data ?|python )?type{_PY}"),
        (Asks.TYPE, rf"(?:what|which) (?:class|type) {_DO} {_E} belong to{_PY}"),
        (Asks.SHAPE, rf"{_E} (?:is of|has) (?:what|which) shape{_PY}"),
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
        (
            Asks.VALUE,
            rf"(?:predict|give|state|determine|name|find) (?:the )?(?:output|result|value)(?: of)?:? {_E}{_PY}",
        ),
    )
]
OF_EXCEPTION = [
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
OF_CODE = [
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
        (Asks.VALUE, rf"{_WHICH} (?:is|are) (?P<n>not )?(?P<v>true|false|⟨\d+⟩){_PY}"),
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
STATEMENTS = [
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
        (Asks.PRINTS, rf"{_OUT} of {_CODE}{_WHERE} is (?P<v>⟨\d+⟩)"),
        (Asks.RAISES, rf"{_CODE}{_WHERE} (?:raises|throws) an? (?P<v>⟨\d+⟩|[\w.]*(?:error|exception))"),
    )
]
OF_LAST = [
    (asks, _pattern(text))
    for asks, text in (
        (Asks.TYPE, rf"what(?:'s| {_WILL}) the (?:data ?)?type of (?:the (?:result|value) of )?{_CODE}{_WHERE}{_PY}"),
        (Asks.SHAPE, rf"what(?:'s| {_WILL}) the shape of (?:the (?:result|value) of )?{_CODE}{_WHERE}{_PY}"),
        (Asks.VALUE, rf"what(?:'s| {_WILL}) the (?:value|return value) (?:of|returned by) {_CODE}{_WHERE}{_PY}"),
        (Asks.VALUE, rf"what (?:value )?{_DO} {_CODE}{_WHERE} (?:return|evaluate to|yield|give){_RUN}{_PY}"),
        (Asks.VALUE, rf"what {_WILL} returned(?: by {_CODE}{_WHERE})?{_RUN}{_PY}"),
        (Asks.VALUE, rf"evaluate {_CODE}{_WHERE}{_PY}"),
    )
]
ABOUT_STATEMENTS = _pattern(
    rf"(?:which|select|choose)(?: one| all)?(?: of)?(?: the| these| following)*(?: (?:correct|true))?(?: "
    rf"statements?| claims?| "
    rf"assertions?)?(?: about {_CODE}{_WHERE})?(?: (?:is|are|holds?)(?: (?:correct|true|right))?)?(?: "
    rf"about {_CODE}{_WHERE})?{_PY}"
)


NEGATED = re.compile(r"\b(?:not|except|never|cannot|can't|isn't|doesn't|won't|incorrect|false|invalid|wrong)\b", re.I)
OPEN = re.compile(
    r"\b(?:possible|possibly|could|might|may|probably|likely|typically|usually|approximately|roughly|about how|"
    r"best|most|least|why|how many|which line|purpose|instead|replace[ds]?|modif\w+|"
    r"changed?|change[sd]|remov\w+|missing|"
    r"blank|complet\w+|fill|insert\w*|add(?:ed|ing)?|describe[sd]?|explain\w*|assum\w+|suppose\w*|imagine|"
    r"given that|user (?:enters|inputs|types)|enters|file (?:named|called|contains)|python ?2|previous|"
    r"(?:first|second|third|last) (?:line|value|number|element|item|character) (?:of|that|in|printed)|"
    r"iteration|times)\b",
    re.IGNORECASE,
)
SHOWN = re.compile(r"\b(?:output|outputs|prints?|printed|displays?|displayed)\b", re.IGNORECASE)
QUESTION_WORDS = re.compile(r"\b(?:what|which|predict|select|choose|determine|output|evaluate|result)\b", re.IGNORECASE)
BARE_CODE = re.compile(r"[\w.]\(|[\[\]{}'\"]|\A[\d\s+\-*/%().<>=!&|^~]+\Z")
"""What code without markup has at least, apart from hyphenated words and numbers: `GPT-4`."""
SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z⟨])|(?<=:)\s+(?=[A-Z])|\n+")
SAYS_MORE = re.compile(
    r"⟨\d+⟩|\d|[\"“'‘(]|\b(?:if|when|where|returns?|contains?|called|defined?|given|file)\b", re.IGNORECASE
)
"""What a sentence has that may state more than the code shows: an argument, a file, what a function is to do."""
HEADING = re.compile(
    r"(?:question|problem|exercise|item|q|no|number|task)?\W*\d+\W*|[(\[]?\d+ (?:points?|marks?|pts?)[)\]]?\W*|"
    r"(?:consider|given|look at|study|read|examine|see|here is|take|run|the) (?:the |this |following "
    r"|a )*(?:following |given |"
    r"python |short |simple |small )*(?:code|program|snippet|script|function|session|example|lines?|"
    r"statements?|class|loop|"
    r"definitions?)[\w ]*\W*|(?:select|choose|check|mark|tick|pick)\b[^⟨⟩]*|(?:type|write|enter|"
    r"give)\b[^⟨⟩]*\banswer\b[^⟨⟩]*",
    re.IGNORECASE,
)
