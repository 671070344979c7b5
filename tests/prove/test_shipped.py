"""The shipped courses: their evidence is fresh, all is run once more, and of each experiment one seed is measured."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from practicum import settings
from practicum.model import Deck, Measured, Measurement, Page, Problem, Verdict
from practicum.prove import experiments, judging, subjects
from practicum.prove.catalogue import Catalogue, Entry, load
from practicum.prove.judging import Measurements
from practicum.prove.repeated_runs import Bench
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
    """Seconds that its runs took when it was proved, without what was measured."""
    return sum(run.seconds for variant in entry.evidence.variants for run in variant.runs) if entry.evidence else 0.0


MOST = 15
"""Seconds. What ran longer when it was proved is left to `practicum prove --all`: these tests run at every change."""
LONGEST = 6
"""Seconds of the longest experiment that is measured again."""
ALL = list(entries())
BRISK = [(catalogue, entry) for catalogue, entry in ALL if ran(entry) <= MOST]
LONG = [(catalogue, entry) for catalogue, entry in ALL if measured(entry)]


def test_courses_are_shipped() -> None:
    """There is something to serve: problems, pages and cards."""
    kinds = {type(entry.subject) for _, entry in ALL}

    assert [root.name for root in COURSES] == ["transfer-learning"]
    assert kinds == {Problem, Page, Deck}


@pytest.mark.parametrize(("catalogue", "entry"), ALL, ids=[entry.path for _, entry in ALL])
def test_all_that_is_shipped_is_proved_by_fresh_evidence(catalogue: Catalogue, entry: Entry) -> None:
    """What `practicum prove --check` says."""
    assert entry.verdict.served, f"{entry.path}: {entry.verdict}: {entry.why}"


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("catalogue", "entry"), BRISK, ids=[entry.path for _, entry in BRISK])
def test_what_is_shipped_gives_the_same_again(pool: Pool, catalogue: Catalogue, entry: Entry) -> None:
    """Every claim, check and cell is run once more, with what was measured as it is recorded: all as it was."""
    if entry.cited:
        return
    assert entry.evidence is not None
    topic = catalogue.topic(entry.topic)
    known = Measurements({one.measurement: one for one in measured(entry)})
    bench = Bench(pool.run, topic, 120)

    for part, was in zip(subjects.parts(entry.subject, topic), entry.evidence.variants, strict=True):
        now = judging.judge_part(part, bench, known, once=True)

        assert now.why == ""
        assert now.verdict is Verdict.PROVED
        assert [(option.holds, option.key) for option in now.options] == [(o.holds, o.key) for o in was.options]
        assert [(cell.stdout, cell.failure) for cell in now.cells] == [(c.stdout, c.failure) for c in was.cells]
        assert now.values == was.values


def calls() -> dict[str, tuple[Catalogue, Entry, Measured]]:
    """Of each experiment one recorded call, with its lowest seed: of a sweep, the one whose problem marks it right."""
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
def test_a_long_experiment_gives_the_same_with_one_seed(pool: Pool, function: str) -> None:
    """Measured anew in an interpreter of its own. Another processor may round differently: a tenth is allowed."""
    catalogue, entry, recorded = calls()[function]
    found: dict[Measurement, Measured | str] = {}
    bench = Bench(pool.run, catalogue.topic(entry.topic))

    experiments.measure([recorded.measurement], bench, found.__setitem__)

    again = found[recorded.measurement]
    assert isinstance(again, Measured), again
    assert again.code == recorded.code
    assert again.ran_on == recorded.ran_on
    for name in {name for name in recorded.numbers if "accuracy" in name}:
        assert again.numbers[name] == pytest.approx(recorded.numbers[name], abs=0.1)
