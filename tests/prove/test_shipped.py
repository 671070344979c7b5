"""The shipped courses: their evidence is valid, and running their claims once more has the same results."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from practicum import kinds, settings
from practicum.model import Deck, Measured, Measurement, Page, Problem, Verdict
from practicum.prove import experiments, judging, subjects
from practicum.prove.catalogue import Catalogue, Entry, load
from practicum.prove.judging import MeasurementResults
from practicum.prove.repeated_runs import ExecutionContext, experiment_names
from practicum.runner import Pool

COURSES = settings.shipped_courses()


def entries() -> Iterator[tuple[Catalogue, Entry]]:
    for root in COURSES:
        catalogue = load(root)
        for entry in catalogue.all.values():
            yield catalogue, entry


def measured(entry: Entry) -> list[Measured]:
    return [one for variant in entry.evidence.variants for one in variant.measured] if entry.evidence else []


def ran(entry: Entry) -> float:
    """Return the seconds that its runs took when it was proved, measurements excluded."""
    return sum(run.seconds for variant in entry.evidence.variants for run in variant.runs) if entry.evidence else 0.0


MOST = 15
"""Seconds. What ran longer when it was proved is left to `practicum prove --all`, since tests run at every change."""
LONGEST = 6
"""Seconds of the longest experiment that is measured again."""
ALL = list(entries())
BRISK = [(catalogue, entry) for catalogue, entry in ALL if ran(entry) <= MOST]
LONG = [(catalogue, entry) for catalogue, entry in ALL if measured(entry)]


def test_courses_are_shipped() -> None:
    """With problems, pages and cards."""
    kinds = {type(entry.subject) for _, entry in ALL}

    assert [root.name for root in COURSES] == ["transfer-learning"]
    assert kinds == {Problem, Page, Deck}


@pytest.mark.parametrize(("catalogue", "entry"), ALL, ids=[entry.path for _, entry in ALL])
def test_shipped_evidence_is_valid(catalogue: Catalogue, entry: Entry) -> None:
    """As `practicum prove --check` reports."""
    assert entry.verdict.served, f"{entry.path}: {entry.verdict}: {entry.why}"


PROBLEMS = [(catalogue, entry) for catalogue, entry in ALL if isinstance(entry.subject, Problem)]


@pytest.mark.parametrize(("catalogue", "entry"), PROBLEMS, ids=[entry.path for _, entry in PROBLEMS])
def test_evidence_has_every_run_of_the_plan(catalogue: Catalogue, entry: Entry) -> None:
    """Also those that a newer practicum has added, such as answers that ignore their input."""
    kind = kinds.get(entry.subject.kind)
    for variant, finding in zip(entry.subject.variants, entry.evidence.variants, strict=True):
        plan = kind.plan(entry.subject, variant, experiment_names(catalogue.topic(entry.topic)))
        assert {run.name for run in plan.runs} <= {run.name for run in finding.runs}


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("catalogue", "entry"), BRISK, ids=[entry.path for _, entry in BRISK])
def test_running_again_has_the_same_results(pool: Pool, catalogue: Catalogue, entry: Entry) -> None:
    """Every claim, check and cell runs once more, with the recorded measurements."""
    if entry.cited:
        return
    assert entry.evidence is not None
    topic = catalogue.topic(entry.topic)
    known = MeasurementResults({one.measurement: one for one in measured(entry)})
    execution = ExecutionContext(pool.run, topic, 120)

    for part, recorded in zip(subjects.parts(entry.subject, topic), entry.evidence.variants, strict=True):
        now = judging.judge_part(part, execution, known, once=True)

        assert now.why == ""
        assert now.verdict is Verdict.PROVED
        assert [(option.holds, option.key) for option in now.options] == [(o.holds, o.key) for o in recorded.options]
        assert [(cell.stdout, cell.failure) for cell in now.cells] == [(c.stdout, c.failure) for c in recorded.cells]
        assert now.values == recorded.values


def calls() -> dict[str, tuple[Catalogue, Entry, Measured]]:
    """Return one recorded call of each experiment, with its lowest seed; of a sweep, the one marked as the key."""
    found: dict[str, tuple[Catalogue, Entry, Measured]] = {}
    for catalogue, entry in LONG:
        first = entry.problem.variants[0] if isinstance(entry.subject, Problem) else None
        keys = {option.code for option in first.options if option.key} if first else set()
        vary = first.proof.get("vary") if first else None
        for one in sorted(measured(entry), key=lambda one: one.measurement.seed):
            if one.seconds > LONGEST:
                continue
            if vary is None or any(key and float(key) == one.measurement.params[vary] for key in keys):
                found.setdefault(one.measurement.function, (catalogue, entry, one))
    return found


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("function", sorted(calls()))
def test_an_experiment_returns_the_same_with_one_seed(pool: Pool, function: str) -> None:
    """Another processor may round differently, so accuracies may differ by 0.1."""
    catalogue, entry, recorded = calls()[function]
    found: dict[Measurement, Measured | str] = {}
    execution = ExecutionContext(pool.run, catalogue.topic(entry.topic))

    experiments.measure([recorded.measurement], execution, found.__setitem__)

    again = found[recorded.measurement]
    assert isinstance(again, Measured), again
    assert again.code == recorded.code
    assert again.ran_on == recorded.ran_on
    for name in {name for name in recorded.numbers if "accuracy" in name}:
        assert again.numbers[name] == pytest.approx(recorded.numbers[name], abs=0.1)
