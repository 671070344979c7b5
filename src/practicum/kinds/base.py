"""What a problem kind is: what may stand in its file, what must be run to settle it, and what the runs say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from practicum.model import Observations, Plan, Problem, Variant, VariantFinding, Verdict


@dataclass(frozen=True)
class Found:
    """One thing wrong in a problem as written."""

    where: str
    """The part it is about: `proof`, `proof.value`, `goal.metric`, `option 2`, `claim 2`, `fix 2`, `solution`,
    `mutant 1`; or `title`, where something is missing."""
    message: str
    down: int = 0
    """Lines below the part's first."""


class Kind(ABC):
    """One kind of problem. A subclass lives in a folder of its own and is listed in the registry."""

    name: ClassVar[str]
    label: ClassVar[str]
    roles: ClassVar[frozenset[str]]
    """The fences its file may hold."""
    has_goal: ClassVar[bool] = False
    """Whether its front matter may hold a `[goal]`."""
    form: ClassVar[str | None] = None
    """The template that asks for an answer, if learners can be asked already."""

    @abstractmethod
    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        """What is wrong with one variant as written, before anything is run."""

    @abstractmethod
    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        """What must be run. `experiments` names the functions which the topic's `experiments.py` offers."""

    @abstractmethod
    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        """What the runs settled."""

    def grade(self, variant: Variant, answer: tuple[str, ...]) -> bool:
        """Whether a learner's answer is right. Only kinds with a `form` are ever asked."""
        raise NotImplementedError(f"{self.name} has no form yet")


def finding(variant: Variant, verdict: Verdict, why: str) -> VariantFinding:
    """A finding about the variant as a whole, with nothing to say of single options."""
    return VariantFinding(variant.params, verdict, why)
