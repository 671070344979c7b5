"""The proved problem that the home page shows with its answer.

It lies in this package and belongs to no course: no learner is ever asked it, so its answer gives nothing away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean

from practicum import kinds
from practicum.course import read_course
from practicum.model import Evidence, Measured, Option, Problem, Variant, Verdict
from practicum.prove.evidence_file import evidence_path, read_evidence
from practicum.prove.evidence_hash import evidence_hash

ROOT = Path(__file__).parents[1] / "showcase"


@dataclass(frozen=True)
class ShownOption:
    """An option of the problem, and what it gave when it was run."""

    option: Option
    result: float
    """The mean of its measurements."""
    runs: int


@dataclass(frozen=True)
class Showcase:
    """The problem and its evidence."""

    problem: Problem
    evidence: Evidence
    measure: str
    """The name of the number that was measured."""
    options: tuple[ShownOption, ...]

    @property
    def variant(self) -> Variant:
        return self.problem.variants[0]

    @property
    def runs(self) -> int:
        return sum(option.runs for option in self.options)


@cache
def showcase() -> Showcase | None:
    """Return the problem, read once; None if its evidence is not for its text and code as they are now."""
    topic = read_course(ROOT).topics[0]
    problem = next(problem for problems in topic.problems.values() for problem in problems)
    evidence = read_evidence(ROOT / evidence_path(problem))
    if evidence is None or evidence.verdict is not Verdict.PROVED or evidence.hash != evidence_hash(problem, topic):
        return None
    measured, variant = evidence.variants[0].measured, problem.variants[0]
    measure = next(iter(measured[0].numbers))
    options = (_shown(problem, variant, number, measured, measure) for number in range(len(variant.options)))
    return Showcase(problem, evidence, measure, tuple(options))


def _shown(problem: Problem, variant: Variant, number: int, measured: Sequence[Measured], measure: str) -> ShownOption:
    kind = kinds.get(problem.kind)
    own = [one.numbers[measure] for one in measured if kind.measured_option(variant, one.measurement) == number]
    return ShownOption(variant.options[number], fmean(own), len(own))
