"""Writes docs/mutants.md: `python -m docs.mutants` lists wrong answers that the shipped checks reject.

The author's wrong answers are taken from the evidence. Practicum's own, which ignore their input, are run here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from practicum import kinds
from practicum.kinds import blind_answers
from practicum.kinds.goal import Goal
from practicum.model import Observation, Problem, Run
from practicum.prove.catalogue import Catalogue, Entry, load
from practicum.prove.repeated_runs import ExecutionContext, KnownExperiments, experiment_names, observe
from practicum.runner import Pool
from practicum.settings import shipped_courses

PAGE = Path(__file__).parent / "mutants.md"
HEAD = """# Wrong answers

This page is written by `python -m docs.mutants`. For each problem of the shipped course that is answered with code, it
lists the wrong answers that were run against its check: the code that learners start with, the author's mutants, and
practicum's own answers, which ignore their input ([decision 0024](decisions/0024-blind-answers.md)). A check must
reject all of them. A project has a score instead: an answer is rejected if its score misses the goal.

"""
CODE_KINDS = {"blanks", "repair", "code", "order", "project"}
SECONDS = 120.0


def write_page(root: Path) -> str:
    """Return the page for a course. Raises RuntimeError if a wrong answer is accepted."""
    catalogue = load(root)
    entries = [entry for entry in catalogue.entries.values() if entry.problem.kind in CODE_KINDS]
    with Pool() as pool:
        return HEAD + "\n".join(_section(catalogue, entry, pool) for entry in entries)


def _section(catalogue: Catalogue, entry: Entry, pool: Pool) -> str:
    rows = [*_recorded(entry), *_blind(catalogue, entry, pool)]
    table = "\n".join(f"| {answer} | {outcome} |" for answer, outcome in rows)
    title = entry.problem.variants[0].title
    return f"## {title}\n\n`{entry.path}`\n\n| answer | outcome |\n| --- | --- |\n{table}\n"


def _recorded(entry: Entry) -> Iterator[tuple[str, str]]:
    """The author's wrong answers, with what the first run of each did."""
    assert entry.evidence is not None
    seen = set()
    for finding in entry.evidence.variants:
        for run in finding.runs:
            if run.name not in ("solution", blind_answers.RUN, *seen):
                seen.add(run.name)
                yield run.name, run.outcome.replace("|", "\\|").replace("\n", " ")


def _blind(catalogue: Catalogue, entry: Entry, pool: Pool) -> Iterator[tuple[str, str]]:
    """Practicum's answers without input, with the score of each that passes the check."""
    topic = catalogue.topic(entry.topic)
    execution = ExecutionContext(pool.run, topic, SECONDS)
    names = experiment_names(topic)
    for run in _blind_runs(entry.problem, names):
        (observation,) = observe(run, execution, KnownExperiments(names=names))
        yield from _outcomes(entry.problem, observation)


def _blind_runs(problem: Problem, names: frozenset[str]) -> Iterator[Run]:
    plan = kinds.get(problem.kind).plan(problem, problem.variants[0], names)
    return (run for run in plan.runs if run.name == blind_answers.RUN)


def _outcomes(problem: Problem, observation: Observation) -> Iterator[tuple[str, str]]:
    if observation.stopped:
        raise RuntimeError(f"{problem.path}: {observation.stopped}")
    passing = observation.values["passing"]
    assert isinstance(passing, list)
    if not passing:
        yield "answers without input", "none passes the check"
    for name, pattern, score in passing:
        if problem.kind != "project" or Goal.of(problem).is_met([score]):
            raise RuntimeError(f"{problem.path}: accepts that `{name}` {blind_answers.PATTERNS[pattern]}")
        yield f"`{name}` {blind_answers.PATTERNS[pattern]}", f"scores {score:.3g}; the goal is {_goal(problem)}"


def _goal(problem: Problem) -> str:
    goal = Goal.of(problem)
    return f"at {'least' if goal.is_minimum else 'most'} {goal.bound:.3g}"


if __name__ == "__main__":
    PAGE.write_text(write_page(shipped_courses()[0]))
