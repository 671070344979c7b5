"""Judges an item by what its runs showed. Pure: from matches and keys to a verdict.

An accusation needs that the runs alone decide: what cannot be compared, or matches only vaguely, is not provable.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from practicum.audit.claims import Claim, bound_names
from practicum.audit.code_finding import parse
from practicum.audit.comparison import ANY_ERROR, DIFFERS, ECHO, Level, Match, are_equal, compare, compare_number
from practicum.audit.findings import Fault
from practicum.audit.language import Evidence
from practicum.audit.option_reading import Stated, States
from practicum.audit.outcome import Outcome
from practicum.audit.question_phrases import Asks
from practicum.exchange.bank import Choice, Item, NumberAnswer, ShortAnswer
from practicum.kinds.run_agreement import forbidden_run, stop_reason
from practicum.model import Failure, Observation


@dataclass(frozen=True)
class Judgement:
    """What the runs of an item settle."""

    fault: Fault | None = None
    reason: str = ""
    """What is wrong; or if nothing is proved or refuted, why not."""
    is_proved: bool = False
    could_not_run: bool = False
    matches: tuple[Match, ...] = ()
    """For each option, accepted answer, or for the statement."""
    proposed: tuple[int, ...] = ()
    proposed_text: str = ""
    gave: str = ""
    option_gave: tuple[str, ...] = ()
    tolerances: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Equal for two judgements that settle the same."""
        held = "".join({True: "y", False: "n", None: "?"}[match.holds] for match in self.matches)
        return f"{self.fault or ''}:{self.is_proved}:{held}:{self.proposed}"


def judge(item: Item, claim: Claim, runs: Mapping[str, Sequence[Observation]]) -> Judgement:
    """Return what the runs of an item settle. They may differ from one another."""
    if stopped := _stopped(runs):
        return Judgement(reason=stopped, could_not_run=True)
    repeated = [claim.outcomes(runs, repeat) for repeat in range(max(map(len, runs.values())))]
    missing = next((text for outcomes in repeated for each in outcomes if (text := _missing(each.failure))), "")
    if missing and not _keyed_is_error(item, claim):
        return Judgement(reason=missing, could_not_run=True)
    found = [_matches(item, claim, outcomes) for outcomes in repeated]
    merged = [_merged(matches) for matches in zip(*found, strict=True)]
    matches = [match for match in merged if match is not None]
    varies = len({tuple(each.identity for each in outcomes) for outcomes in repeated}) > 1
    holds = any(match.holds for match in matches)
    if len(matches) < len(merged) or (varies and not holds and not claim.targets):
        return _varying(item, claim, repeated, found[0])
    judged = _judge_matches(item, claim, repeated[0], matches)
    if judged.fault and (needed := _PLATFORM.search(claim.code)):
        reason = f"its result depends on the platform (`{needed[0]}`)"
        return replace(judged, fault=Fault.UNSTABLE, reason=reason, proposed=(), proposed_text="")
    return judged


def _merged(matches: Sequence[Match]) -> Match | None:
    """Return how an option relates to the results of all runs: by the loosest of them; None if runs differ."""
    if len({match.holds for match in matches}) > 1:
        return None
    return max(matches, key=lambda match: (match.level, match.is_near))


def _varying(item: Item, claim: Claim, repeated: Sequence[Sequence[Outcome]], matches: Sequence[Match]) -> Judgement:
    shown = [" ".join("; ".join(each.shown for each in outcomes).split())[:60] for outcomes in repeated]
    judged = Judgement(matches=tuple(matches), gave=repeated[0][0].shown if len(repeated[0]) == 1 else "")
    if claim.question.is_statement or not _key_states_result(item, claim, repeated):
        return replace(judged, reason="its result varies, as its key may mean")
    different = ", ".join(f"`{text}`" for text in list(dict.fromkeys(shown))[:3])
    return replace(judged, fault=Fault.UNSTABLE, reason=f"fresh runs gave different results: {different}")


def _matches(item: Item, claim: Claim, outcomes: Sequence[Outcome]) -> list[Match]:
    """Return how each option, or accepted answer, or the statement relates to the outcomes of one repeat."""
    if claim.targets:
        return [_match_target(claim, number, outcome) for number, outcome in enumerate(outcomes)]
    if isinstance(item.answer, NumberAnswer):
        return [Match(compare_number(each.low, each.high, outcomes[0])) for each in item.answer.accepted]
    return [compare(stated, outcomes[0], claim.question.asks, claim.words) for stated in claim.stated]


def _stopped(runs: Mapping[str, Sequence[Observation]]) -> str:
    if forbidden := forbidden_run(runs):
        return forbidden[1]
    return next((reason for observations in runs.values() if (reason := stop_reason(observations))), "")


def _missing(failure: Failure | None) -> str:
    if failure and failure.type in ("ModuleNotFoundError", "ImportError"):
        return f"a package is missing: {failure.message}"
    return ""


def _judge_matches(item: Item, claim: Claim, outcomes: Sequence[Outcome], matches: Sequence[Match]) -> Judgement:
    if claim.targets and isinstance(item.answer, Choice):
        return _judge_code_options(item.answer, claim, outcomes, matches)
    match item.answer:
        case Choice() if claim.question.is_statement:
            judged = _judge_statement(item.answer, matches[0])
        case Choice():
            judged = _judge_choice(item.answer, claim, matches)
        case ShortAnswer():
            judged = _judge_accepted(item.answer, claim, outcomes[0], matches)
        case NumberAnswer():
            judged = _judge_number(item.answer, outcomes[0], matches)
        case _:
            judged = Judgement(reason="its type of question is not compared")
    return _doubted(replace(judged, gave=outcomes[0].shown), claim, outcomes[0])


# --- one outcome -----------------------------------------------------------------------------------------------------


def _judge_choice(answer: Choice, claim: Claim, matches: Sequence[Match]) -> Judgement:
    keys = keyed(answer)
    if not keys:
        return Judgement(reason="no option is marked as right", matches=tuple(matches))
    if len(keys) > 1:
        return Judgement(reason="several options are marked as right", matches=tuple(matches))
    judged = judge_single(matches, claim.stated, keys[0], claim.question.asks)
    return replace(judged, matches=tuple(matches))


def keyed(answer: Choice) -> list[int]:
    """Return the numbers of the options that are marked as right: of a single choice, those with the most credit."""
    best = max((option.credit for option in answer.options), default=Decimal(0))
    return [
        number
        for number, option in enumerate(answer.options)
        if option.key and (answer.several or option.credit == best)
    ]


def judge_single(matches: Sequence[Match], stated: Sequence[Stated], key: int, asks: Asks) -> Judgement:
    """Judge one keyed option by how each option relates to the one outcome."""
    best = min((match.level for match in matches if match.holds), default=None)
    right = [number for number, match in enumerate(matches) if match.holds and match.level == best]
    match = matches[key]
    if match.holds:
        return _judge_held(matches, stated, key, right, asks)
    if stated[key].states is States.NONE_OF_THESE:
        return _judge_none_of_these(matches, stated, key, right, best)
    if match.holds is None:
        return Judgement(reason=match.tolerance)
    if right and best is not None:
        return _judge_other(matches, stated, key, right, best, asks)
    return _judge_none_right(matches, stated, key)


def _judge_held(
    matches: Sequence[Match], stated: Sequence[Stated], key: int, right: Sequence[int], asks: Asks
) -> Judgement:
    """The keyed option matches: so may others, as exactly or more so."""
    match = matches[key]
    tolerances = tuple(filter(None, (match.tolerance,)))
    proved = Judgement(is_proved=True, tolerances=tolerances)
    if ECHO in match.tolerance and any(each.states is States.NOTHING for each in stated):
        return Judgement(reason="a script prints nothing here, and a prompt shows a value")
    others = [number for number in right if number != key]
    equal = [number for number in range(len(stated)) if number == key or are_equal(stated[key], stated[number], asks)]
    if len(equal) > 1 and set(others) <= set(equal):
        return Judgement(Fault.EQUAL_OPTIONS, f"{_options(equal)} state the same result")
    general = [number for number, each in enumerate(matches) if each.holds and each.tolerance == ANY_ERROR]
    if general and match.level < Level.VAGUE:
        return Judgement(Fault.SEVERAL_RIGHT, f"{_options(sorted((key, *general)))} are right: an error is raised")
    if not others:
        return proved
    best = matches[others[0]].level
    if key in right:
        if best <= Level.SAME:
            return Judgement(Fault.SEVERAL_RIGHT, f"{_options(sorted(right))} are right")
        return Judgement(reason=f"{_options(sorted(right))} fit equally well")
    if match.level is Level.TELLING and ECHO not in match.tolerance:
        return _wrong_key(key, others)
    return Judgement(reason=f"{_options((key, *others))} both describe the result")


def _judge_other(
    matches: Sequence[Match], stated: Sequence[Stated], key: int, right: Sequence[int], best: Level, asks: Asks
) -> Judgement:
    """The keyed option differs, and others match."""
    tolerance = matches[right[0]].tolerance
    if best is Level.VAGUE and ECHO in tolerance:
        return Judgement(reason="a script and a prompt show different results")
    if ECHO in tolerance and stated[key].states is States.NOTHING:
        return Judgement(reason="a script prints nothing here, and a prompt shows a value")
    if len(right) > 1 and not all(are_equal(stated[right[0]], stated[other], asks) for other in right[1:]):
        return (
            Judgement(reason=f"{_options(right)} fit, and none of them is the key")
            if best > Level.SAME
            else _wrong_key(key, right)
        )
    return _wrong_key(key, right)


def _wrong_key(key: int, right: Sequence[int]) -> Judgement:
    proposed = tuple(right) if len(right) == 1 else ()
    is_are = "is" if len(right) == 1 else "are"
    return Judgement(
        Fault.WRONG_KEY, f"{_options((key,))} is marked as right; {_options(right)} {is_are}", proposed=proposed
    )


def _judge_none_of_these(
    matches: Sequence[Match], stated: Sequence[Stated], key: int, right: Sequence[int], best: Level | None
) -> Judgement:
    if right and best is not None:
        return _wrong_key(key, right) if best <= Level.SAME else Judgement(reason=f"{_options(right)} may be right")
    if open_ := _uncompared(matches, stated, key):
        return Judgement(reason=open_)
    return Judgement(is_proved=True)


def _judge_none_right(matches: Sequence[Match], stated: Sequence[Stated], key: int) -> Judgement:
    """The keyed option differs, and no other matches."""
    none_of_these = [number for number, each in enumerate(stated) if each.states is States.NONE_OF_THESE]
    if open_ := _uncompared(matches, stated, *none_of_these):
        return Judgement(reason=open_)
    if none_of_these:
        return _wrong_key(key, none_of_these)
    return Judgement(Fault.NO_RIGHT_OPTION, "no option is what the run gave")


def _uncompared(matches: Sequence[Match], stated: Sequence[Stated], *apart: int) -> str:
    """Return why some option, apart from these, may be right though it does not match; nothing if none may be."""
    for number, match in enumerate(matches):
        if number in apart:
            continue
        if match.holds is None:
            return match.tolerance
        if match.is_near:
            return f"{_options((number,))} differs only in punctuation, white space or letter case"
    return ""


def _judge_statement(answer: Choice, match: Match) -> Judgement:
    keys = keyed(answer)
    truths = [option.text.strip(" `*.").casefold() == "true" for option in answer.options]
    if match.holds is None or match.is_near or (match.holds and match.level > Level.SAME):
        return Judgement(reason=match.tolerance or "the statement is nearly right")
    if len(keys) != 1:
        return Judgement(reason="not exactly one of true and false is marked as right")
    matches = tuple(Match(truth is match.holds) for truth in truths)
    if truths[keys[0]] is match.holds:
        return Judgement(is_proved=True, matches=matches, tolerances=tuple(filter(None, (match.tolerance,))))
    return replace(_wrong_key(keys[0], [truths.index(bool(match.holds))]), matches=matches)


def _judge_accepted(answer: ShortAnswer, claim: Claim, outcome: Outcome, matches: Sequence[Match]) -> Judgement:
    judged = Judgement(matches=tuple(matches))
    full = [number for number, each in enumerate(answer.accepted) if each.credit == 100]
    held = [matches[number] for number in full if matches[number].holds]
    if held:
        tolerance = min(held, key=lambda match: match.level).tolerance
        return replace(judged, is_proved=True, tolerances=tuple(filter(None, (tolerance,))))
    if not full:
        return replace(judged, reason="no accepted answer has full credit")
    if open_ := _uncompared(matches, claim.stated):
        return replace(judged, reason=open_)
    message = "no accepted answer is what the run gave"
    return replace(judged, fault=Fault.WRONG_KEY, reason=message, proposed_text=outcome.shown)


def _judge_number(answer: NumberAnswer, outcome: Outcome, matches: Sequence[Match]) -> Judgement:
    judged = Judgement(matches=tuple(matches))
    full = [match for match, each in zip(matches, answer.accepted, strict=True) if each.credit == 100]
    if not full or any(match.holds is None for match in full):
        return replace(judged, reason="the result is no number")
    if any(match.holds for match in full):
        return replace(judged, is_proved=True)
    message = "no accepted number is what the run gave"
    return replace(judged, fault=Fault.WRONG_KEY, reason=message, proposed_text=outcome.shown)


# --- code as options -------------------------------------------------------------------------------------------------


def _judge_code_options(
    answer: Choice, claim: Claim, outcomes: Sequence[Outcome], matches: Sequence[Match]
) -> Judgement:
    found = Judgement(matches=tuple(matches), option_gave=tuple(outcome.shown for outcome in outcomes))
    keys = keyed(answer)
    for number, (outcome, match) in enumerate(zip(outcomes, matches, strict=True)):
        if reason := _undecided(claim, number, outcome, match, number in keys):
            return replace(found, reason=reason)
    if claim.question.is_negated:
        found = replace(found, matches=tuple(replace(match, holds=not match.holds) for match in matches))
    judged = _judge_set(answer, found.matches)
    return _doubted_language(replace(judged, matches=found.matches, option_gave=found.option_gave), claim)


def _match_target(claim: Claim, number: int, outcome: Outcome) -> Match:
    """Return whether an option that has a run of its own has the outcome that makes it right."""
    asks = claim.asked[number]
    if outcome.failure and asks is not Asks.RAISES:
        return DIFFERS
    return compare(claim.targets[number], outcome, asks, claim.words)


def _undecided(claim: Claim, number: int, outcome: Outcome, match: Match, is_key: bool) -> str:
    """Return why it is not settled whether an option that is code has the outcome; nothing if it is.

    A name that is not defined makes a wrong option wrong. It is a doubt where the option is marked as right.
    """
    failure = outcome.failure
    if failure and failure.running == "setup":
        return f"the code before the options raises {failure}"
    asks, target = claim.asked[number], claim.targets[number]
    objection = _objection(failure, "\n".join((claim.code, claim.stated[number].text)))
    if objection and is_key and asks is not Asks.RAISES:
        return f"{_options((number,))}: {objection}"
    if match.holds is None:
        return match.tolerance
    if match.is_near or (match.holds and match.level > Level.SAME):
        return f"{_options((number,))} gives nearly what is asked for"
    truth = target.text in ("True", "False") and asks is Asks.VALUE
    if truth and not match.holds and outcome.text not in ("True", "False"):
        return f"{_options((number,))} gives `{outcome.text[:40]}`, which counts as true or as false"
    return ""


def _judge_set(answer: Choice, matches: Sequence[Match]) -> Judgement:
    keys = keyed(answer)
    right = [number for number, match in enumerate(matches) if match.holds]
    wrong = [number for number in keys if number not in right]
    unmarked = [number for number in right if number not in keys]
    if not keys:
        return Judgement(reason="no option is marked as right")
    if not wrong and not unmarked:
        return Judgement(is_proved=True)
    if not right:
        return Judgement(Fault.NO_RIGHT_OPTION, "no option has the outcome that is asked for")
    proposed = tuple(right) if answer.several or len(right) == 1 else ()
    if wrong:
        subject = f"{_options(wrong)} {'is' if len(wrong) == 1 else 'are'} marked as right"
        return Judgement(
            Fault.WRONG_KEY, f"{subject}; {_options(right)} {'is' if len(right) == 1 else 'are'}", proposed=proposed
        )
    return Judgement(Fault.SEVERAL_RIGHT, f"{_options(unmarked)} would be right too", proposed=proposed)


# --- doubts ----------------------------------------------------------------------------------------------------------


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
_PLATFORM = re.compile(
    r"\b(?:sys\.(?:platform|maxsize|getsizeof|byteorder|executable)|os\.(?:name|sep|linesep|uname)|platform\.(?:architecture|machine|processor|release|version|python_\w+))\b"
)
"""What differs from platform to platform, and cannot be shifted."""
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_OLD_PRINT = re.compile(
    r"Missing parentheses in call to '(?:print|exec)'|multiple exception types must "
    r"be parenthesized"
)
_GONE = re.compile(
    r"deprecated|was removed|has been removed|no longer (?:available|supported)|expired|deprecat", re.IGNORECASE
)


def _doubted(judged: Judgement, claim: Claim, outcome: Outcome) -> Judgement:
    """Take an accusation back that does not hold against code which needs more than the item shows."""
    failure = outcome.failure
    if judged.is_proved or judged.fault is None:
        return judged
    if failure is None:
        return _doubted_language(judged, claim)
    if failure.running == "setup":
        return Judgement(
            reason=f"the session raises {failure} before its end", matches=judged.matches, gave=judged.gave
        )
    if _OLD_PRINT.search(failure.message):
        if any(each.states is States.ERROR for each in claim.stated):
            return Judgement(reason="its code is Python 2", matches=judged.matches, gave=judged.gave)
        return replace(judged, fault=Fault.VERSION_BOUND, reason="its code is Python 2 and does not run", proposed=())
    if objection := _objection(failure, claim.code):
        return Judgement(reason=objection, matches=judged.matches, gave=judged.gave)
    if _GONE.search(failure.message):
        reason = f"its code does not run with the installed versions: {failure}"
        return replace(judged, fault=Fault.VERSION_BOUND, reason=reason, proposed=())
    if judged.fault is Fault.NO_RIGHT_OPTION or (judged.fault is Fault.WRONG_KEY and judged.proposed_text):
        return _broken(judged, claim, failure)
    return _doubted_language(judged, claim)


def _broken(judged: Judgement, claim: Claim, failure: Failure) -> Judgement:
    """The code raises, which the item does not expect."""
    is_syntax = failure.type in ("SyntaxError", "IndentationError", "TabError")
    if claim.evidence < Evidence.LIKELY or (is_syntax and claim.evidence < Evidence.SAID):
        return Judgement(reason="its code does not run and may not be Python", matches=judged.matches, gave=judged.gave)
    if is_syntax and claim.place not in ("fence", "code of the item"):
        return Judgement(reason="its code may have lost its layout", matches=judged.matches, gave=judged.gave)
    return replace(judged, fault=Fault.BROKEN_CODE, reason=f"its code raises {failure}", proposed=(), proposed_text="")


def _doubted_language(judged: Judgement, claim: Claim) -> Judgement:
    if judged.fault and claim.evidence < Evidence.LIKELY:
        return replace(judged, fault=None, reason="its code may not be Python", proposed=(), proposed_text="")
    return judged


def _objection(failure: Failure | None, code: str) -> str:
    """Return why a failure may come from something that the item does not show, or nothing."""
    if failure is None:
        return ""
    for name in failure.classes:
        if need := _NEEDS.get(name.rsplit(".", 1)[-1]):
            return f"its code needs {need}"
    if failure.type == "NameError" and (found := _UNDEFINED.search(failure.message)):
        tree = parse(code)
        if not isinstance(tree, ast.AST) or found[1] not in bound_names(tree):
            return f"its code uses `{found[1]}`, which the item does not define"
    return ""


def _keyed_is_error(item: Item, claim: Claim) -> bool:
    if not isinstance(item.answer, Choice) or claim.targets or claim.question.is_statement:
        return claim.question.asks is Asks.RAISES
    keys = keyed(item.answer)
    return len(keys) == 1 and claim.stated[keys[0]].states is States.ERROR


def _key_states_result(item: Item, claim: Claim, repeated: Sequence[Sequence[Outcome]]) -> bool:
    """Whether the keyed answer is a result, not a remark such as `A random number`."""
    if not isinstance(item.answer, Choice) or claim.targets:
        return True
    keys = [claim.stated[number] for number in keyed(item.answer)]
    return bool(keys) and all(
        (key.states in (States.CODE, States.TEXT) and len(key.text.split()) == 1)
        or compare(key, repeated[0][0], claim.question.asks, claim.words).holds is not None
        for key in keys
    )


def _options(numbers: Sequence[int]) -> str:
    """Return options by their numbers from 1: `option 2`, `options 1 and 3`."""
    names = [str(number + 1) for number in numbers]
    if len(names) == 1:
        return f"option {names[0]}"
    return f"options {', '.join(names[:-1])} and {names[-1]}"
