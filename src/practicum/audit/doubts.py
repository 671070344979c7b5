"""Takes accusations back that do not hold against code which needs more than its item shows."""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from dataclasses import replace

from practicum.audit.claims import Claim, bound_names
from practicum.audit.code_finding import parse
from practicum.audit.findings import Fault
from practicum.audit.judgement import Judgement
from practicum.audit.language import Evidence
from practicum.audit.option_reading import States
from practicum.audit.outcome import Outcome
from practicum.audit.question_phrases import Asks
from practicum.model import Failure

_NEEDS = {
    "FileNotFoundError": "a file",
    "EOFError": "input",
    "PermissionError": "a file",
    "ConnectionError": "the network",
    "URLError": "the network",
    "TimeoutError": "the network",
    "OSError": "something outside of the code",
    "KeyboardInterrupt": "a person",
    "SystemExit": "its own process",
}
PLATFORM = re.compile(
    r"\b(?:sys\.(?:platform|maxsize|getsizeof|byteorder|executable)|os\.(?:name|sep|linesep|uname)|platform\.\w+)\b"
)
"""What differs from platform to platform, and cannot be shifted."""
_BUILTINS = [name for name in vars(builtins) if len(name) > 3 and not name.startswith("_")]
MOMENT = re.compile(
    r"\b(?:time\.(?:perf_counter|monotonic|process_time|thread_time)|os\.getp?pid|(?<!\.)id\(|timeit\.)"
)
"""What differs from moment to moment and process to process, even where runs happen to agree."""
_LAYOUT = re.compile(r":\s*$|\\[_*\[>]", re.MULTILINE)
"""A compound statement, whose indentation counts, or an escape of Markdown, which plain text shows as it is."""
SYNTAX = ("SyntaxError", "IndentationError", "TabError")
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_OLD_PRINT = re.compile(
    r"Missing parentheses in call to '(?:print|exec)'|multiple exception types must "
    r"be parenthesized"
)
_GONE = re.compile(
    r"deprecated|was removed|has been removed|no longer (?:available|supported)|expired|deprecat", re.IGNORECASE
)


def doubted(judged: Judgement, claim: Claim, outcome: Outcome) -> Judgement:
    """Take an accusation back that does not hold against code which needs more than the item shows."""
    if judged.is_proved or judged.fault is None:
        return judged
    if reason := _doubt(judged, claim, outcome.failure):
        return Judgement(reason=reason, matches=judged.matches, gave=judged.gave)
    failure = outcome.failure
    if failure and _OLD_PRINT.search(failure.message):
        return replace(judged, fault=Fault.VERSION_BOUND, reason="its code is Python 2 and does not run", proposed=())
    if failure and _GONE.search(failure.message):
        reason = f"its code does not run with the installed versions: {failure}"
        return replace(judged, fault=Fault.VERSION_BOUND, reason=reason, proposed=())
    is_unexpected = judged.fault is Fault.NO_RIGHT_OPTION or (judged.fault is Fault.WRONG_KEY and judged.proposed_text)
    if failure and is_unexpected and claim.question.asks is not Asks.RAISES:
        return broken(judged, claim, failure)
    return doubted_language(judged, claim)


def _doubt(judged: Judgement, claim: Claim, failure: Failure | None) -> str:
    """Return why an accusation does not hold, or nothing."""
    if claim.is_mended:
        return "its indentation had to be mended"
    if failure is None:
        return ""
    if failure.running == "setup":
        return f"the session raises {failure} before its end"
    states_error = any(each.states is States.ERROR for each in claim.stated)
    if _OLD_PRINT.search(failure.message):
        return "its code is Python 2" if states_error else ""
    if need := outside_need(failure, claim.code):
        return need
    if _may_be_layout(failure, claim):
        return "its code may have lost its layout"
    if judged.fault is Fault.NO_RIGHT_OPTION and states_error and claim.question.asks is not Asks.RAISES:
        return f"it expects another error than {failure.type}"
    return ""


def broken(judged: Judgement, claim: Claim, failure: Failure) -> Judgement:
    """The code raises, which the item does not expect."""
    is_syntax = failure.type in SYNTAX
    if claim.evidence < Evidence.LIKELY or (is_syntax and claim.evidence < Evidence.SAID):
        return Judgement(reason="its code does not run and may not be Python", matches=judged.matches, gave=judged.gave)
    if _may_be_layout(failure, claim):
        return Judgement(reason="its code may have lost its layout", matches=judged.matches, gave=judged.gave)
    return replace(judged, fault=Fault.BROKEN_CODE, reason=f"its code raises {failure}", proposed=(), proposed_text="")


def _may_be_layout(failure: Failure, claim: Claim) -> bool:
    """Whether code may be invalid only because its lines or its indentation were lost on the way into the bank."""
    if failure.type not in SYNTAX:
        return False
    if failure.type != "SyntaxError" and (failure.line or 1) <= 1:
        return True
    if claim.place in ("fence", "code of the item"):
        return False
    return claim.place in ("text", "code span") or _LAYOUT.search(claim.code) is not None


def doubted_language(judged: Judgement, claim: Claim) -> Judgement:
    if judged.fault and claim.evidence < Evidence.LIKELY:
        return replace(judged, fault=None, reason="its code may not be Python", proposed=(), proposed_text="")
    return judged


def outside_need(failure: Failure | None, code: str) -> str:
    """Return why a failure may come from something that the item does not show, or nothing."""
    if failure is None:
        return ""
    for name in failure.classes:
        if need := _NEEDS.get(name.rsplit(".", 1)[-1]):
            return f"its code needs {need}"
    if failure.type == "NameError" and (found := _UNDEFINED.search(failure.message)):
        tree = parse(code)
        if difflib.get_close_matches(found[1], _BUILTINS, 1, 0.79):
            return ""  # a slip of the pen: `pritn`
        if not isinstance(tree, ast.AST) or found[1] not in bound_names(tree):
            return f"its code uses `{found[1]}`, which the item does not define"
    return ""
