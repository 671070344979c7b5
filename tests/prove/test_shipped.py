"""The shipped courses: their evidence is fresh, what is quick is proved again, and of the rest one seed is measured."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from practicum import settings
from practicum.model import Measured, Measurement, Verdict
from practicum.prove import measuring
from practicum.prove.catalogue import Catalogue, Entry, load
from practicum.prove.evidence import place
from practicum.prove.prover import Prover
from practicum.prove.runs import Bench
from practicum.runner import Pool

COURSES = settings.shipped_courses()


def entries() -> Iterator[tuple[Catalogue, Entry]]:
    for root in COURSES:
        catalogue = load(root)
        for entry in catalogue.entries.values():
            yield catalogue, entry


def measured(entry: Entry) -> list[Measured]:
    return [one for variant in entry.evidence.variants for one in variant.measured] if entry.evidence else []


LONG = [(catalogue, entry) for catalogue, entry in entries() if measured(entry)]
QUICK = [(catalogue, entry) for catalogue, entry in entries() if not measured(entry)]


def test_courses_are_shipped() -> None:
    """There is something to serve."""
    assert [root.name for root in COURSES] == ["transfer-learning"]
    assert len(QUICK) + len(LONG) >= 5


@pytest.mark.parametrize(("catalogue", "entry"), LONG + QUICK, ids=[entry.problem.slug for _, entry in LONG + QUICK])
def test_every_shipped_problem_is_proved_by_fresh_evidence(catalogue: Catalogue, entry: Entry) -> None:
    """What `practicum prove --check` says."""
    assert entry.verdict.served, f"{entry.problem.path}: {entry.verdict}: {entry.why}"


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("catalogue", "entry"), QUICK, ids=[entry.problem.slug for _, entry in QUICK])
def test_a_quick_proof_gives_the_same_again(tmp_path: Path, pool: Pool, catalogue: Catalogue, entry: Entry) -> None:
    """Every claim without a long experiment is run again: the same verdict, and each option the same."""
    copy = tmp_path / "course"
    shutil.copytree(catalogue.root, copy)
    (copy / place(entry.problem)).unlink()
    again = load(copy)

    [found] = Prover(again, pool.run).prove([again.entries[entry.problem.path]])

    assert found.verdict is Verdict.PROVED, found.why
    assert found.evidence is not None
    assert entry.evidence is not None
    assert [variant.options for variant in found.evidence.variants] == [
        variant.options for variant in entry.evidence.variants
    ]


def calls() -> dict[str, tuple[Catalogue, Entry, Measured]]:
    """Of each experiment one recorded call, with its lowest seed: of a sweep, the one whose problem marks it right."""
    found: dict[str, tuple[Catalogue, Entry, Measured]] = {}
    for catalogue, entry in LONG:
        keys = {option.code for option in entry.problem.variants[0].options if option.key}
        for one in sorted(measured(entry), key=lambda one: one.measurement.seed):
            vary = entry.problem.variants[0].proof.get("vary")
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

    measuring.measure([recorded.measurement], bench, found.__setitem__)

    again = found[recorded.measurement]
    assert isinstance(again, Measured), again
    assert again.code == recorded.code
    assert again.ran_on == recorded.ran_on
    accuracies = {name for name in recorded.numbers if "accuracy" in name}
    assert accuracies
    for name in accuracies:
        assert again.numbers[name] == pytest.approx(recorded.numbers[name], abs=0.1)
