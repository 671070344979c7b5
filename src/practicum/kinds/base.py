"""What a problem kind is: what may stand in its file, what must be run to settle it, and what the runs say."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from practicum.model import Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict


@dataclass(frozen=True)
class Found:
    """One thing wrong in a problem as written."""

    where: str
    """The part it is about: `proof`, `proof.value`, `goal.metric`, `option 2`, `claim 2`, `fix 2`, `solution`,
    `mutant 1`; or `title`, where something is missing."""
    message: str
    down: int = 0
    """Lines below the part's first."""


class Unclear(ValueError):
    """What was sent is no answer yet: a blank left empty, a number that is none. It costs nothing; says what to do."""


class NoKey(LookupError):
    """Nothing says what is right: the problem has not been run as it stands."""


class Kind(ABC):
    """One kind of problem. A subclass lives in a folder of its own and is listed in the registry.

    An *answer* is a tuple of texts as it is stored; *fields* are what a form of the kind sends under the name
    `answer`. Only kinds with a `form` are ever asked for one.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    roles: ClassVar[frozenset[str]]
    """The fences its file may hold."""
    has_goal: ClassVar[bool] = False
    """Whether its front matter may hold a `[goal]`."""
    has_bank: ClassVar[bool] = False
    """Whether its front matter may hold a `bank`."""
    form: ClassVar[str | None] = None
    """The template that asks for an answer; None for a kind that has pages of its own."""
    typed: ClassVar[bool] = True
    """Whether an answer is work that may not be lost, and no pick that fits into an address."""
    in_code: ClassVar[bool] = False
    """Whether an answer reads as Python."""
    proved: ClassVar[str] = "Every run gave what its author says"
    """What its proof has shown, as half a sentence."""

    @abstractmethod
    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        """What is wrong with one variant as written, before anything is run."""

    @abstractmethod
    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        """What must be run. `experiments` names the functions which the topic's `experiments.py` offers."""

    @abstractmethod
    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        """What the runs settled."""

    # --- what a learner is asked, and what they answer

    def parts(self, variant: Variant) -> int:
        """How many things the form shuffles: the options of a choice, the lines of an order."""
        return 0

    def arrange(self, variant: Variant, rng: random.Random) -> tuple[int, ...]:
        """The order in which one learner sees those things, by chance."""
        order = list(range(self.parts(variant)))
        rng.shuffle(order)
        return tuple(order)

    def asks(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        """What the form's template asks with, options apart. `fields`: what the learner has put in so far, or nothing.

        What gives an answer away (key, solution, check, mutants) must not be in it.
        """
        return {"value": fields[0] if fields else ""}

    def read(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        """The answer that a form's fields mean; none at all where nothing was filled in.

        Two answers that say the same are equal. Raises ValueError if no form of ours sends that, and Unclear if it is
        no answer yet.
        """
        raise NotImplementedError(f"{self.name} is not answered by a form")

    def fields(self, variant: Variant, order: Sequence[int], answer: tuple[str, ...]) -> tuple[str, ...]:
        """The fields of a form that would send this answer."""
        return answer

    def attempt(self, variant: Variant, answer: tuple[str, ...]) -> Run | None:
        """What must be run to grade an answer; None where the key is known."""
        return None

    def grade(
        self, variant: Variant, answer: tuple[str, ...], finding: VariantFinding | None, seen: Observation | None
    ) -> bool:
        """Whether an answer is right, by what proving the variant found, and by what its `attempt` gave.

        Raises NoKey where that needs a finding and there is none.
        """
        raise NotImplementedError(f"{self.name} is not answered by a form")

    def told(self, variant: Variant, answer: tuple[str, ...]) -> str:
        """An answer as one reads it: text, or Python (`in_code`)."""
        return "\n".join(answer)

    def solution(self, variant: Variant, finding: VariantFinding | None) -> str:
        """A right answer, told as `told` tells one; nothing where options say it, or nothing is known."""
        return ""


def typed(text: str) -> str:
    """A text as it was typed: forms send line ends of their own. Blank lines and blanks at its end say nothing."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def finding(variant: Variant, verdict: Verdict, why: str) -> VariantFinding:
    """A finding about the variant as a whole, with nothing to say of single options."""
    return VariantFinding(variant.params, verdict, why)
