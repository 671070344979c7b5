"""Proves candidates, mutates distractors that turn out true, and sorts what is kept from what is rejected."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from practicum.model import Problem, Verdict
from practicum.propose.candidate import Candidate, Malformed
from practicum.propose.draft import Draft, Judged
from practicum.propose.mutation import Replacement, replacements
from practicum.propose.problem_file import file_name, option_text, problem_text, says_the_same, stated_answer
from practicum.prove.catalogue import Entry

FEW = 3
"""Fewer options than this are reported."""
LEAST = 2
"""The least options of a choice."""
_PART = re.compile(r"(?:option|claim|fix|code) (\d+)")
_EARLIER = re.compile(r"\bas option (\d+)")
"""In the message on an option that repeats an earlier one: the number of that one."""


@dataclass(frozen=True)
class Change:
    """A distractor that turned out true, or could not be settled, and what became of it."""

    option: int
    """Its number as it was proposed, from 1."""
    before: str
    after: str
    """Empty if it was removed."""
    why: str


@dataclass(frozen=True)
class Outcome:
    """What became of a candidate."""

    title: str
    name: str = ""
    """The name of its file, if it is kept."""
    text: str = ""
    """The content of its file, if it is kept."""
    code: str = ""
    """Why it is rejected, in kebab-case."""
    why: str = ""
    changes: tuple[Change, ...] = ()
    problem: Problem | None = None
    """The problem that its file contains, if it is kept."""

    @property
    def kept(self) -> bool:
        return bool(self.name)

    @property
    def options(self) -> int:
        """How many options it has, if it is kept."""
        return len(self.problem.variants[0].options) if self.problem else 0

    @property
    def has_few_options(self) -> bool:
        """Whether so many distractors were removed that the answer is easily guessed."""
        return self.kept and any(not change.after for change in self.changes) and self.options < FEW


class Rejected(Exception):
    """A candidate cannot be kept."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


@dataclass
class _Attempt:
    """A candidate while it is being proved."""

    name: str
    candidate: Candidate
    numbers: list[int]
    """The numbers, from 1, that its options had when they were proposed."""
    changes: dict[int, Change] = field(default_factory=dict)
    untried: dict[int, Iterator[Replacement]] = field(default_factory=dict)
    """By the same numbers: what can still be tried for an option."""
    outcome: Outcome | None = None

    @property
    def text(self) -> str:
        return problem_text(self.candidate)

    @property
    def made(self) -> tuple[Change, ...]:
        """The changes, by the options' numbers."""
        return tuple(self.changes[number] for number in sorted(self.changes))


def examine(
    candidates: Sequence[Candidate | Malformed],
    draft: Draft,
    taken: Collection[str] = (),
) -> list[Outcome]:
    """Return what becomes of candidates, in their order.

    Args:
        candidates: The candidates.
        draft: The course in which they are proved.
        taken: Names of files that they must not have.
    """
    names = _names([each.title for each in candidates], taken)
    attempts = {
        name: _Attempt(name, each, list(range(1, len(each.options) + 1)))
        for name, each in zip(names, candidates, strict=True)
        if isinstance(each, Candidate)
    }
    while pending := [attempt for attempt in attempts.values() if attempt.outcome is None]:
        judged = draft.judge({attempt.name: attempt.text for attempt in pending})
        for attempt in pending:
            _settle(attempt, judged[attempt.name])
            if attempt.outcome is not None:
                draft.remove(attempt.name)
    return [_outcome(each, attempts.get(name)) for name, each in zip(names, candidates, strict=True)]


def _names(titles: Sequence[str], taken: Collection[str]) -> list[str]:
    """A name for each title that no file and no other candidate has."""
    used = set(taken)
    names = []
    for base in map(file_name, titles):
        name = next(name for number in range(1, len(used) + 3) if (name := _numbered(base, number)) not in used)
        used.add(name)
        names.append(name)
    return names


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base}-{number}"


def _outcome(candidate: Candidate | Malformed, attempt: _Attempt | None) -> Outcome:
    if attempt is None:
        assert isinstance(candidate, Malformed)
        return Outcome(candidate.title, code="malformed", why=candidate.why)
    assert attempt.outcome is not None
    return attempt.outcome


def _settle(attempt: _Attempt, judged: Judged) -> None:
    """Keep a candidate, reject it, or change what is wrong with its distractors."""
    try:
        wrong = _wrong_distractors(attempt.candidate, judged)
        for number, why in sorted(wrong.items(), reverse=True):
            _change(attempt, number, why, _answers(attempt, number, judged.entry))
    except Rejected as reason:
        attempt.outcome = _rejected(attempt, reason)
        return
    if not wrong:
        attempt.outcome = Outcome(
            attempt.candidate.title, attempt.name, attempt.text, changes=attempt.made, problem=judged.problem
        )


def _rejected(attempt: _Attempt, reason: Rejected) -> Outcome:
    return Outcome(attempt.candidate.title, code=reason.code, why=reason.why, changes=attempt.made)


def _wrong_distractors(candidate: Candidate, judged: Judged) -> Mapping[int, str]:
    """The numbers, from 0, of the distractors to change, with the reason; none if the candidate is proved.

    Raises:
        Rejected: Something else is wrong with it.
    """
    if judged.entry is None:
        return _repeated_options(candidate, judged)
    if not says_the_same(candidate, judged.problem):
        message = "its texts cannot be written to a problem file as they are: they contain options, headings or roles"
        raise Rejected("not-expressible", message)
    entry = judged.entry
    if entry.verdict is Verdict.PROVED:
        return {}
    return _distractors(candidate, entry, _true_options(candidate, entry) or _unsettled_option(entry))


def _repeated_options(candidate: Candidate, judged: Judged) -> Mapping[int, str]:
    """The distractors that say the same as another option, if nothing else is wrong with the file."""
    lines = problem_text(candidate).split("\n")
    boxes = [at for at, line in enumerate(lines, 1) if line.startswith(("- [x]", "- [ ]"))]
    found: dict[int, str] = {}
    for mistake in judged.mistakes:
        if mistake.code != "repeated-option" or mistake.line not in boxes or len(boxes) != len(candidate.options):
            break
        pair = [boxes.index(mistake.line), *(int(number) - 1 for number in _EARLIER.findall(mistake.message))]
        found |= {number: mistake.message.partition(":")[0] for number in pair[:2] if not candidate.options[number].key}
    else:
        if found:
            return dict([max(found.items())])
    raise Rejected("mistakes", "; ".join(f"line {each.line}: {each.message}" for each in judged.mistakes))


def _true_options(candidate: Candidate, entry: Entry) -> Mapping[int, str]:
    """The options that hold in some variant though they are marked wrong.

    Raises:
        Rejected: A key does not hold.
    """
    findings = entry.evidence.variants if entry.evidence else ()
    if any(option.key and option.holds is False for finding in findings for option in finding.options):
        raise Rejected(_code(entry), entry.why)
    return {
        number: f"it holds: {option.observed}" if option.observed else "it holds"
        for finding in findings
        for number, option in enumerate(finding.options)
        if option.holds and not option.key
    }


def _unsettled_option(entry: Entry) -> Mapping[int, str]:
    """The option that the verdict is about, if it is about one."""
    findings = entry.evidence.variants if entry.evidence else ()
    worst = next((finding for finding in findings if finding.verdict is entry.verdict), None)
    match = _PART.fullmatch(worst.part) if worst else None
    return {int(match[1]) - 1: worst.why} if worst and match else {}


def _distractors(candidate: Candidate, entry: Entry, found: Mapping[int, str]) -> Mapping[int, str]:
    if not found or any(candidate.options[number].key for number in found):
        raise Rejected(_code(entry), entry.why)
    return found


def _code(entry: Entry) -> str:
    findings = entry.evidence.variants if entry.evidence else ()
    return next((each.code for each in findings if each.verdict is entry.verdict and each.code), str(entry.verdict))


def _answers(attempt: _Attempt, number: int, entry: Entry | None) -> list[str]:
    """What the runs of each variant gave; if nothing was run, what an option states that says the same as the key."""
    findings = entry.evidence.variants if entry and entry.evidence else ()
    observed = [finding.options[0].observed for finding in findings if finding.options]
    stated = stated_answer(option_text(attempt.candidate, attempt.candidate.options[number]))
    return observed or ([stated] if stated is not None else [])


def _change(attempt: _Attempt, number: int, why: str, answers: Sequence[str]) -> None:
    """Replace a distractor by the next text that may be false, or remove it.

    Raises:
        Rejected: Fewer than two options would be left.
    """
    candidate = attempt.candidate
    option, proposed = candidate.options[number], attempt.numbers[number]
    if answers and proposed not in attempt.untried:
        attempt.untried[proposed] = replacements(candidate, number, answers)
    new = next(attempt.untried.get(proposed, iter(())), None)
    others = (candidate.options[:number], candidate.options[number + 1 :])
    if new is None and len(candidate.options) <= LEAST:
        raise Rejected("too-few-options", f"option {proposed} is not false ({why}), and one option alone asks nothing")
    kept = (replace(option, text=new.text, feedback=new.feedback),) if new else ()
    attempt.candidate = replace(candidate, options=(*others[0], *kept, *others[1]))
    if new is None:
        del attempt.numbers[number]
    first = attempt.changes.get(proposed)
    before, reason = (first.before, first.why) if first else (option_text(candidate, option), why)
    attempt.changes[proposed] = Change(proposed, before, new.text if new else "", reason)
