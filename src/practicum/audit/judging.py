"""Judges an item by what its runs showed. Pure: from matches and keys to a verdict.

An accusation needs that the runs alone decide: what cannot be compared, or matches only vaguely, is not provable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from practicum.audit.claims import Claim
from practicum.audit.comparison import DIFFERS, Level, Match, compare, compare_number
from practicum.audit.doubts import MOMENT, PLATFORM, SYNTAX, broken, doubted, doubted_language, outside_need
from practicum.audit.findings import Fault
from practicum.audit.judgement import Judgement, named
from practicum.audit.option_reading import States
from practicum.audit.outcome import Outcome
from practicum.audit.question_phrases import Asks
from practicum.audit.single_choice import judge_single, uncompared, wrong_key
from practicum.exchange.bank import Choice, Item, NumberAnswer, ShortAnswer
from practicum.kinds.run_agreement import forbidden_run, stop_reason
from practicum.model import Failure, Observation


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
    return _judge_matches(item, claim, repeated[0], matches)


def by_platform(item: Item, claim: Claim, judged: Judgement, runs: Mapping[str, Sequence[Observation]]) -> Judgement:
    """Return a judgement that is unstable if the code asks for the platform, which runs cannot shift."""
    needed = PLATFORM.search(claim.code)
    if judged.fault and (moment := MOMENT.search(claim.code)):
        reason = f"depends on the process and its time (`{moment[0].rstrip('(.')}`)"
        return replace(judged, fault=Fault.UNSTABLE, reason=reason, proposed=(), proposed_text="")
    if not needed or judged.could_not_run or judged.fault is Fault.UNSTABLE:
        return judged
    if claim.question.is_statement or not _key_states_result(item, claim, [claim.outcomes(runs, 0)]):
        return judged
    reason = f"depends on the platform (`{needed[0]}`)"
    return replace(
        judged, fault=Fault.UNSTABLE, reason=reason, is_proved=False, proposed=(), proposed_text="", tolerances=()
    )


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
    if isinstance(item.answer, Choice) and any(matches[number].is_near for number in keyed(item.answer)):
        return replace(judged, reason="its result varies, and its key may stand for each")
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
    return doubted(replace(judged, gave=outcomes[0].shown), claim, outcomes[0])


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
    return replace(wrong_key(keys[0], [truths.index(bool(match.holds))]), matches=matches)


def _judge_accepted(answer: ShortAnswer, claim: Claim, outcome: Outcome, matches: Sequence[Match]) -> Judgement:
    judged = Judgement(matches=tuple(matches))
    full = [number for number, each in enumerate(answer.accepted) if each.credit == 100]
    held = [matches[number] for number in full if matches[number].holds]
    if held:
        tolerance = min(held, key=lambda match: match.level).tolerance
        return replace(judged, is_proved=True, tolerances=tuple(filter(None, (tolerance,))))
    if not full:
        return replace(judged, reason="no accepted answer has full credit")
    if open_ := uncompared(matches, claim.stated):
        return replace(judged, reason=open_)
    message = "no accepted answer is what the run gave"
    return replace(judged, fault=Fault.WRONG_KEY, reason=message, proposed_text=outcome.shown)


def _judge_number(answer: NumberAnswer, outcome: Outcome, matches: Sequence[Match]) -> Judgement:
    judged = Judgement(matches=tuple(matches))
    if outcome.failure:
        return replace(judged, fault=Fault.NO_RIGHT_OPTION, reason="no accepted number is what the run gave")
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
    before = [outcome.failure for outcome in outcomes if outcome.failure and outcome.failure.running == "setup"]
    if len(before) == len(outcomes) and before[0].type in SYNTAX:
        return broken(replace(found, fault=Fault.BROKEN_CODE), claim, before[0])
    for number, (outcome, match) in enumerate(zip(outcomes, matches, strict=True)):
        if reason := _undecided(claim, number, outcome, match, number in keys):
            return replace(found, reason=reason)
    if claim.question.is_negated:
        found = replace(found, matches=tuple(replace(match, holds=not match.holds) for match in matches))
    judged = _judge_set(answer, found.matches)
    return doubted_language(replace(judged, matches=found.matches, option_gave=found.option_gave), claim)


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
    objection = outside_need(failure, "\n".join((claim.code, claim.stated[number].text)))
    if objection and is_key and asks is not Asks.RAISES:
        return f"{named((number,))}: {objection}"
    if match.holds is None:
        return match.tolerance
    if match.is_near or (match.holds and match.level > Level.SAME):
        return f"{named((number,))} gives nearly what is asked for"
    truth = target.text in ("True", "False") and asks is Asks.VALUE
    if truth and not match.holds and outcome.text not in ("True", "False"):
        return f"{named((number,))} gives `{outcome.text[:40]}`, which counts as true or as false"
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
        subject = f"{named(wrong)} {'is' if len(wrong) == 1 else 'are'} marked as right"
        return Judgement(
            Fault.WRONG_KEY,
            f"{subject}; {named(right)} {'is' if len(right) == 1 else 'are'}",
            proposed=proposed,
        )
    return Judgement(Fault.SEVERAL_RIGHT, f"{named(unmarked)} would be right too", proposed=proposed)


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
