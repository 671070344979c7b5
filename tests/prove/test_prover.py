"""Proving many problems: each claim is settled by running it, once, and only when needed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from practicum.model import Verdict
from practicum.prove.catalogue import Entry, load, survey
from practicum.prove.prover import Prover, ProvingProgress
from practicum.prove.repeated_runs import ProofCancelled
from practicum.runner import Job, Pool, Result
from tests.prove.making import BEST, CLAIMS, EXPERIMENTS, SUM, path, problem, write_course


class RecordingPool:
    """A pool's `run` that also records the jobs it is given."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.jobs: list[Job] = []

    def __call__(self, job: Job, **hooks: Any) -> Result:
        self.jobs.append(job)
        return self.pool.run(job, **hooks)

    @property
    def experiments(self) -> list[str]:
        """The calls of experiments that were made."""
        return [value for job in self.jobs if "import experiments" in job.code for value in job.values.values()]


def prove(root: Path, pool: Pool, rerun: bool = False) -> tuple[dict[str, Entry], RecordingPool]:
    """Prove a whole course. Return its entries by name, and what was run."""
    recorded = RecordingPool(pool)
    catalogue = load(root)
    entries = Prover(catalogue, recorded).prove(catalogue.entries.values(), rerun)
    return {entry.problem.slug: entry for entry in entries}, recorded


def test_repeats_a_quick_run_with_five_seeds(tmp_path: Path, pool: Pool) -> None:
    """A quick run is repeated in five fresh interpreters, each with another random seed and another hash seed."""
    entries, recorded = prove(write_course(tmp_path, {"sum": SUM}), pool)

    assert entries["sum"].verdict is Verdict.PROVED
    assert sorted((job.seed, job.hash_seed) for job in recorded.jobs) == [(n, n) for n in range(5)]


@pytest.mark.slow
def test_repeats_less_where_the_interpreter_starts_slowly(tmp_path: Path, pool: Pool) -> None:
    """Each hash seed needs an interpreter of its own, and one with pandas takes a second to start."""
    importing = SUM.replace("total =", "import pandas\ntotal =")
    entries, recorded = prove(write_course(tmp_path, {"sum": importing}), pool)

    assert entries["sum"].verdict is Verdict.PROVED
    assert sorted((job.seed, job.hash_seed) for job in recorded.jobs) == [(n, n) for n in range(3)]


def test_skips_what_has_not_changed(tmp_path: Path, pool: Pool) -> None:
    """A second proving finds the evidence and runs nothing; with `rerun` it runs everything."""
    root = write_course(tmp_path, {"sum": SUM})
    prove(root, pool)

    entries, recorded = prove(root, pool)
    _, again = prove(root, pool, rerun=True)

    assert entries["sum"].verdict is Verdict.PROVED
    assert recorded.jobs == []
    assert len(again.jobs) == 5


def test_a_second_run_leaves_evidence_the_same_to_the_byte(tmp_path: Path, pool: Pool) -> None:
    """A file in which only dates and seconds would change is not written."""
    root = write_course(tmp_path, {"sum": SUM, "best": BEST, "claims": CLAIMS}, EXPERIMENTS)
    prove(root, pool)
    before = {file: file.read_bytes() for file in root.rglob("evidence/**/*.json")}

    prove(root, pool, rerun=True)

    assert len(before) == 3
    assert before == {file: file.read_bytes() for file in root.rglob("evidence/**/*.json")}


def test_measures_an_experiment_once_for_all_claims(tmp_path: Path, pool: Pool) -> None:
    """Two problems name `tall(step=3)`; each seed of it is measured once, and one call of each experiment again."""
    entries, recorded = prove(write_course(tmp_path, {"best": BEST, "claims": CLAIMS}, EXPERIMENTS), pool)

    assert {entry.verdict for entry in entries.values()} == {Verdict.PROVED}
    assert sorted(recorded.experiments) == sorted(
        [f"experiments.tall(step={step}, seed={seed})" for step in (1, 2, 3) for seed in range(7)]
        + [f"experiments.flat(seed={seed})" for seed in range(5)]
        + ["experiments.tall(step=1, seed=0)", "experiments.flat(seed=0)"]  # made once more, to compare
    )


def test_measures_further_seeds_until_a_winner_is_clear(tmp_path: Path, pool: Pool) -> None:
    """A value that loses with one of the first seeds needs more of them; those of other values are measured as well."""
    experiments = "def tall(*, step, seed):\n    return {'height': -1.0 if (step, seed) == (3, 4) else step}\n"
    entries, recorded = prove(write_course(tmp_path, {"best": BEST}, experiments), pool)

    assert entries["best"].verdict is Verdict.PROVED
    evidence = entries["best"].evidence
    assert evidence is not None
    assert {call.measurement.seed for call in evidence.variants[0].measured} == set(range(13))
    assert len(set(recorded.experiments)) == 3 * 13


def test_measures_no_further_seeds_where_nothing_can_win(tmp_path: Path, pool: Pool) -> None:
    """Two equal values stay equal."""
    experiments = "def tall(*, step, seed):\n    return {'height': min(step, 2)}\n"
    entries, recorded = prove(write_course(tmp_path, {"best": BEST}, experiments), pool)

    assert entries["best"].verdict is Verdict.REFUTED
    assert len(set(recorded.experiments)) == 3 * 7


def test_reuses_measurements_in_evidence_for_a_new_problem(tmp_path: Path, pool: Pool) -> None:
    """As long as the experiment's code has not changed."""
    root = write_course(tmp_path, {"best": BEST}, EXPERIMENTS)
    prove(root, pool)

    _, recorded = prove(write_course(tmp_path, {"claims": CLAIMS}), pool)

    assert sorted(set(recorded.experiments)) == [f"experiments.flat(seed={seed})" for seed in range(5)]


def test_measures_a_changed_experiment_again(tmp_path: Path, pool: Pool) -> None:
    """Evidence is stale if it depends on the changed function, and valid if it depends on another."""
    root = write_course(tmp_path, {"best": BEST, "claims": CLAIMS}, EXPERIMENTS)
    prove(root, pool)
    write_course(tmp_path, {}, EXPERIMENTS.replace('"height": 0.25', '"height": 0.35'))

    stale = {entry.problem.slug for entry in load(root).entries.values() if entry.verdict is Verdict.UNPROVED}
    entries, recorded = prove(root, pool)

    assert stale == {"claims"}
    assert entries["claims"].verdict is Verdict.PROVED
    assert sorted(set(recorded.experiments)) == [f"experiments.flat(seed={seed})" for seed in range(5)]


def test_evidence_has_the_curves_weights_and_data_of_an_experiment(tmp_path: Path, pool: Pool) -> None:
    """As the experiment returned them."""
    entries, _ = prove(write_course(tmp_path, {"claims": CLAIMS}, EXPERIMENTS), pool)

    evidence = entries["claims"].evidence
    assert evidence is not None
    assert evidence.ran_on == {"weights": "none", "data": "dice"}
    assert {tuple(result.curves.get("curve", ())) for result in evidence.variants[0].measured} == {(0.1, 3.0), ()}


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ('{"height": "tall"}', "height"),
        ("[1, 2]", "[1, 2]"),
        ("{}[0]", "KeyError"),
        ('{"width": 1.0}', "`height`"),
    ],
)
def test_an_unusable_result_of_an_experiment_is_an_error(tmp_path: Path, pool: Pool, body: str, part: str) -> None:
    """The reason names what the experiment returned instead of a dict of numbers."""
    experiments = f"def tall(*, step, seed=0):\n    return {body}\n"

    entries, _ = prove(write_course(tmp_path, {"best": BEST}, experiments), pool)

    assert entries["best"].verdict is Verdict.ERROR
    assert part in entries["best"].why


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('{"height": np.random.default_rng().random() + step}', "height"),
        ('{"height": float(step), "curve": [np.random.default_rng().random()]}', "curve"),
        ('{"height": float(step) + hash("a") % 1000}', "height"),
        ('{"height": float(step)} if np.random.default_rng(seed).random() < 2 else {}', ""),
    ],
    ids=["a number", "a curve", "hashes", "the seed alone"],
)
def test_an_experiment_depends_on_its_seed_alone(tmp_path: Path, pool: Pool, body: str, named: str) -> None:
    """One call of it is made once more, in an interpreter with another hash seed; else the verdict is `unstable`."""
    experiments = f"import numpy as np\n\n\ndef tall(*, step, seed=0):\n    return {body}\n"

    entries, _ = prove(write_course(tmp_path, {"best": BEST}, experiments), pool)

    assert entries["best"].verdict is (Verdict.UNSTABLE if named else Verdict.PROVED)
    assert named in entries["best"].why
    evidence = entries["best"].evidence
    assert evidence is not None
    assert evidence.variants[0].code == ("experiment-varies" if named else "")


def test_a_claim_that_holds_for_some_seeds_is_unstable(tmp_path: Path, pool: Pool) -> None:
    """A claim about an experiment is evaluated for every seed."""
    claims = CLAIMS.replace("flat(seed=seed).height", "3.55").replace("< 3.55", "< 3.0")

    entries, _ = prove(write_course(tmp_path, {"claims": claims}, EXPERIMENTS), pool)

    assert entries["claims"].verdict is Verdict.UNSTABLE
    assert "5" in entries["claims"].why


def test_a_claim_may_call_an_experiment_with_computed_arguments(tmp_path: Path, pool: Pool) -> None:
    """Such a call cannot be measured beforehand, so the run makes it."""
    claims = CLAIMS.replace("# A question\n", "# A question\n\n```python setup\nstep = 1 + 2\n```\n").replace(
        "step=3", "step=step"
    )

    entries, recorded = prove(write_course(tmp_path, {"claims": claims}, EXPERIMENTS), pool)

    assert entries["claims"].verdict is Verdict.PROVED
    assert sorted(set(recorded.experiments)) == [f"experiments.flat(seed={seed})" for seed in range(5)]


def test_a_problem_for_other_versions_is_not_run(tmp_path: Path, pool: Pool) -> None:
    """Its verdict is `error`."""
    text = SUM.replace('level = "beginner"', 'level = "beginner"\nrequires = ["python<3"]')

    entries, recorded = prove(write_course(tmp_path, {"old": text}), pool)

    assert entries["old"].verdict is Verdict.ERROR
    assert "python<3" in entries["old"].why
    assert recorded.jobs == []


def test_a_run_that_never_ends_is_an_error(tmp_path: Path, pool: Pool) -> None:
    """A time limit refutes nothing: the verdict is `error`, and the run is not repeated."""
    text = SUM.replace("total = sum(range(4))", "total = 6\nwhile True:\n    pass")
    recorded = RecordingPool(pool)
    catalogue = load(write_course(tmp_path, {"endless": text}))

    [entry] = Prover(catalogue, recorded, seconds=0.5).prove(catalogue.entries.values())

    assert entry.verdict is Verdict.ERROR
    assert "0.5 s" in entry.why
    assert len(recorded.jobs) == 1


def test_an_error_does_not_replace_valid_evidence(tmp_path: Path, pool: Pool) -> None:
    """Another machine may have settled what this one cannot run."""
    root = write_course(tmp_path, {"sum": SUM})
    prove(root, pool)
    before = next(root.rglob("*.json")).read_bytes()

    def unavailable(job: Job, **_: Any) -> Result:
        return Result(stopped="unavailable", why="no interpreter")

    catalogue = load(root)
    [entry] = Prover(catalogue, unavailable).prove(catalogue.entries.values(), rerun=True)

    assert entry.verdict is Verdict.ERROR
    assert next(root.rglob("*.json")).read_bytes() == before


def test_stopping_keeps_what_is_proved(tmp_path: Path, pool: Pool) -> None:
    """What was proved before is on disk, and the rest is unproved."""
    endless = SUM.replace("total = sum(range(4))", "while True:\n    pass")
    root = write_course(tmp_path, {"a": SUM, "b": endless})
    catalogue = load(root)
    prover = Prover(catalogue, pool.run, jobs=1, on_proved=lambda entry: threading.Timer(0.3, prover.stop).start())

    with pytest.raises(ProofCancelled):
        prover.prove(catalogue.entries.values())

    verdicts = {entry.problem.slug: entry.verdict for entry in load(root).entries.values()}
    assert verdicts == {"a": Verdict.PROVED, "b": Verdict.UNPROVED}


def test_stopping_keeps_what_is_measured(tmp_path: Path, pool: Pool) -> None:
    """An experiment may take minutes, so its finished calls are kept although the problem was not judged yet."""
    slow = EXPERIMENTS.replace("chance =", "import time; time.sleep(0 if seed < 2 else 0.4)\n    chance =")
    root = write_course(tmp_path, {"best": BEST}, slow)
    catalogue = load(root)
    values: list[object] = []

    def run(job: Job, **hooks: Any) -> Result:
        def stop_after_four(event: object) -> None:
            if hooks["on_event"]:
                hooks["on_event"](event)
            values.extend([event] if hasattr(event, "value") else [])
            if len(values) == 4:
                prover.stop()

        return pool.run(job, **{**hooks, "on_event": stop_after_four})

    prover = Prover(catalogue, run, jobs=1)

    with pytest.raises(ProofCancelled):
        prover.prove(catalogue.entries.values())
    interrupted = load(root).entries[path("best")]
    entries, recorded = prove(root, pool)

    assert interrupted.verdict is Verdict.UNPROVED
    assert entries["best"].verdict is Verdict.PROVED
    assert 0 < len(recorded.experiments) < 21
    assert "experiments.tall(step=3, seed=0)" not in recorded.experiments


def test_progress_counts_every_run_and_measurement(tmp_path: Path, pool: Pool) -> None:
    """The total is known from the start, unless an experiment needs further seeds."""
    reports: list[ProvingProgress] = []
    catalogue = load(write_course(tmp_path, {"sum": SUM, "best": BEST}, EXPERIMENTS))

    Prover(catalogue, pool.run, on_progress=reports.append).prove(catalogue.entries.values())

    assert {report.total for report in reports} == {23}
    assert sorted(report.done for report in reports) == list(range(1, 24))


def test_a_cited_problem_is_served_without_a_run(tmp_path: Path, pool: Pool) -> None:
    """Its verdict is `cited`."""
    text = problem("- [x] yes\n- [ ] no\n", front='level = "beginner"\ncites = ["A book, page 1"]')

    entries, recorded = prove(write_course(tmp_path, {"cited": text}), pool)

    assert entries["cited"].verdict is Verdict.CITED
    assert recorded.jobs == []


def test_the_worst_variant_decides(tmp_path: Path, pool: Pool) -> None:
    """The key must hold in every variant; the reason names the parameters of one in which it does not."""
    text = SUM.replace("+++\n\n#", "[params]\nn = [4, 5]\n+++\n\n#").replace("range(4)", "range({{ n }})")

    entries, _ = prove(write_course(tmp_path, {"sum": text}), pool)

    evidence = entries["sum"].evidence
    assert evidence is not None
    assert [variant.verdict for variant in evidence.variants] == [Verdict.PROVED, Verdict.REFUTED]
    assert "n = 5" in entries["sum"].why


def test_replaces_unreadable_evidence(tmp_path: Path, pool: Pool) -> None:
    """It proves nothing, and the next proving writes it again."""
    root = write_course(tmp_path, {"sum": SUM})
    prove(root, pool)
    file = next(root.rglob("*.json"))
    file.write_bytes(b'{"hash": \xff')

    before = survey(root).entries[path("sum")]
    after, _ = prove(root, pool)

    assert before.verdict is Verdict.UNPROVED
    assert file.name in before.why
    assert after["sum"].verdict is Verdict.PROVED
