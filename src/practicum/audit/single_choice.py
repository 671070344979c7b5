"""Judges a choice with one keyed option by how each option relates to the one outcome."""

from __future__ import annotations

from collections.abc import Sequence

from practicum.audit.comparison import ANY_ERROR, ECHO, Level, Match, are_equal
from practicum.audit.findings import Fault
from practicum.audit.judgement import Judgement, named
from practicum.audit.option_reading import Stated, States
from practicum.audit.question_phrases import Asks


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
        return Judgement(Fault.EQUAL_OPTIONS, f"{named(equal)} state the same result")
    general = [number for number, each in enumerate(matches) if each.holds and each.tolerance == ANY_ERROR]
    if general and match.level < Level.VAGUE:
        return Judgement(Fault.SEVERAL_RIGHT, f"{named(sorted((key, *general)))} are right: an error is raised")
    if not others:
        return proved
    best = matches[others[0]].level
    if key in right:
        if best <= Level.SAME:
            return Judgement(Fault.SEVERAL_RIGHT, f"{named(sorted(right))} are right")
        return Judgement(reason=f"{named(sorted(right))} fit equally well")
    if match.tolerance == ANY_ERROR and all(matches[number].level is Level.EXACT for number in others):
        return Judgement(Fault.SEVERAL_RIGHT, f"{named(sorted((key, *others)))} are right: an error is raised")
    if match.level is Level.TELLING and ECHO not in match.tolerance:
        return wrong_key(key, others)
    return Judgement(reason=f"{named((key, *others))} both describe the result")


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
            Judgement(reason=f"{named(right)} fit, and none of them is the key")
            if best > Level.SAME
            else wrong_key(key, right)
        )
    return wrong_key(key, right)


def wrong_key(key: int, right: Sequence[int]) -> Judgement:
    proposed = tuple(right) if len(right) == 1 else ()
    is_are = "is" if len(right) == 1 else "are"
    return Judgement(
        Fault.WRONG_KEY,
        f"{named((key,))} is marked as right; {named(right)} {is_are}",
        proposed=proposed,
    )


def _judge_none_of_these(
    matches: Sequence[Match], stated: Sequence[Stated], key: int, right: Sequence[int], best: Level | None
) -> Judgement:
    if right and best is not None:
        return wrong_key(key, right) if best <= Level.SAME else Judgement(reason=f"{named(right)} may be right")
    if open_ := uncompared(matches, stated, key):
        return Judgement(reason=open_)
    return Judgement(is_proved=True)


def _judge_none_right(matches: Sequence[Match], stated: Sequence[Stated], key: int) -> Judgement:
    """The keyed option differs, and no other matches."""
    none_of_these = [number for number, each in enumerate(stated) if each.states is States.NONE_OF_THESE]
    if open_ := uncompared(matches, stated, *none_of_these):
        return Judgement(reason=open_)
    if none_of_these:
        return wrong_key(key, none_of_these)
    return Judgement(Fault.NO_RIGHT_OPTION, "no option is what the run gave")


def uncompared(matches: Sequence[Match], stated: Sequence[Stated], *apart: int) -> str:
    """Return why some option, apart from these, may be right though it does not match; nothing if none may be."""
    for number, match in enumerate(matches):
        if number in apart:
            continue
        if match.holds is None:
            return match.tolerance
        if match.is_near:
            return f"{named((number,))} differs only in punctuation, white space or letter case"
    return ""
