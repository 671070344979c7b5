"""What proving many problems must do: settle each claim by running it, once, and only when it has to."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from practicum.model import Verdict
from practicum.prove.catalogue import Entry, load, survey
from practicum.prove.prover import Progress, Prover
from practicum.prove.repeated_runs import Stopped
from practicum.runner import Job, Pool, Result
from tests.prove.making import BEST, CLAIMS, EXPERIMENTS, SUM, path, problem, write_course


class Watched:
    """A pool's `run` that also notes the jobs it is given."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.jobs: list[Job] = []

    def __call__(self, job: Job, **hooks: Any) -> Result:
        self.jobs.append(job)
        return self.pool.run(job, **hooks)

    @property
    def experiments(self) -> list[str]:
        """The calls of experiments that were really made."""
        return [value for job in self.jobs if "import experiments" in job.code for value in job.values.values()]


def prove(root: Path, pool: Pool, all_again: bool = False) -> tuple[dict[str, Entry], Watched]:
    """Prove a whole course; its entries by name, and what was run."""
    watched = Watched(pool)
    catalogue = load(root)
    entries = Prover(catalogue, watched).prove(catalogue.entries.values(), all_again)
    return {entry.problem.slug: entry for entry in entries}, watched


def test_a_sound_problem_is_proved_by_five_runs_with_five_seeds(tmp_path: Path, pool: Pool) -> None:
    """A quick run is repeated in five fresh interpreters, each with another random seed and another hash seed."""
    entries, watched = prove(write_course(tmp_path, {"sum": SUM}), pool)

    assert entries["sum"].verdict is Verdict.PROVED
    assert sorted((job.seed, job.hash_seed) for job in watched.jobs) == [(n, n) for n in range(5)]


def test_what_has_not_changed_is_not_run(tmp_path: Path, pool: Pool) -> None:
    """A second proving finds the evidence and runs nothing; with `all_again` it runs everything."""
    root = write_course(tmp_path, {"sum": SUM})
    prove(root, pool)

    entries, watched = prove(root, pool)
    _, again = prove(root, pool, all_again=True)

    assert entries["sum"].verdict is Verdict.PROVED
    assert watched.jobs == []
    assert len(again.jobs) == 5


def test_evidence_is_the_same_to_the_byte_when_all_is_run_again(tmp_path: Path, pool: Pool) -> None:
    """Dates and seconds differ from run to run; a file in which nothing else would change is left as it is."""
    root = write_course(tmp_path, {"sum": SUM, "best": BEST, "claims": CLAIMS}, EXPERIMENTS)
    prove(root, pool)
    before = {file: file.read_bytes() for file in root.rglob("evidence/**/*.json")}

    prove(root, pool, all_again=True)

    assert len(before) == 3
    assert before == {file: file.read_bytes() for file in root.rglob("evidence/**/*.json")}


def test_an_experiment_is_measured_once_for_all_claims_that_name_it(tmp_path: Path, pool: Pool) -> None:
    """Two problems name `tall(step=3)`; each seed of it is measured once."""
    entries, watched = prove(write_course(tmp_path, {"best": BEST, "claims": CLAIMS}, EXPERIMENTS), pool)

    assert {entry.verdict for entry in entries.values()} == {Verdict.PROVED}
    assert sorted(watched.experiments) == sorted(
        [f"experiments.tall(step={step}, seed={seed})" for step in (1, 2, 3) for seed in range(5)]
        + [f"experiments.flat(seed={seed})" for seed in range(5)]
    )


def test_measurements_in_evidence_serve_a_new_problem(tmp_path: Path, pool: Pool) -> None:
    """A problem written later finds what was measured for another, as long as the experiment's code stands."""
    root = write_course(tmp_path, {"best": BEST}, EXPERIMENTS)
    prove(root, pool)

    _, watched = prove(write_course(tmp_path, {"claims": CLAIMS}), pool)

    assert sorted(watched.experiments) == [f"experiments.flat(seed={seed})" for seed in range(5)]


def test_a_changed_experiment_is_measured_again(tmp_path: Path, pool: Pool) -> None:
    """What rests on a changed function is stale; what rests on another function stands."""
    root = write_course(tmp_path, {"best": BEST, "claims": CLAIMS}, EXPERIMENTS)
    prove(root, pool)
    write_course(tmp_path, {}, EXPERIMENTS.replace('"height": 0.25', '"height": 0.35'))

    stale = {entry.problem.slug for entry in load(root).entries.values() if entry.verdict is Verdict.UNPROVED}
    entries, watched = prove(root, pool)

    assert stale == {"claims"}
    assert entries["claims"].verdict is Verdict.PROVED
    assert sorted(watched.experiments) == [f"experiments.flat(seed={seed})" for seed in range(5)]


def test_evidence_says_what_an_experiment_ran_on_and_keeps_its_curves(tmp_path: Path, pool: Pool) -> None:
    """Numbers and curves of each call are kept, and the weights and data it names."""
    entries, _ = prove(write_course(tmp_path, {"claims": CLAIMS}, EXPERIMENTS), pool)

    evidence = entries["claims"].evidence
    assert evidence is not None
    assert evidence.ran_on == {"weights": "none", "data": "dice"}
    assert {tuple(one.curves.get("curve", ())) for one in evidence.variants[0].measured} == {(0.1, 3.0), ()}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"height": "tall"}', "only numbers and lists of numbers"),
        ("[1, 2]", "not a dict"),
        ("{}[0]", "raises KeyError"),
        ('{"width": 1.0}', "gives no number `height`"),
    ],
)
def test_an_experiment_that_gives_nothing_usable_is_an_error(
    tmp_path: Path, pool: Pool, body: str, reason: str
) -> None:
    """The verdict is `error`, and says what the experiment gave instead of a dict of numbers."""
    experiments = f"def tall(*, step, seed=0):\n    return {body}\n"

    entries, _ = prove(write_course(tmp_path, {"best": BEST}, experiments), pool)

    assert entries["best"].verdict is Verdict.ERROR
    assert reason in entries["best"].why


def test_a_claim_that_holds_for_some_seeds_only_is_unstable(tmp_path: Path, pool: Pool) -> None:
    """A claim on an experiment is looked at for every seed; one that moves cannot be a key."""
    claims = CLAIMS.replace("flat(seed=seed).height", "3.55").replace("< 3.55", "< 3.0")

    entries, _ = prove(write_course(tmp_path, {"claims": claims}, EXPERIMENTS), pool)

    assert entries["claims"].verdict is Verdict.UNSTABLE
    assert "of 5 runs" in entries["claims"].why


def test_a_claim_may_call_an_experiment_with_what_the_snippet_computed(tmp_path: Path, pool: Pool) -> None:
    """Such a call cannot be measured beforehand, so it is made for real."""
    claims = CLAIMS.replace("# A question\n", "# A question\n\n```python setup\nstep = 1 + 2\n```\n").replace(
        "step=3", "step=step"
    )

    entries, watched = prove(write_course(tmp_path, {"claims": claims}, EXPERIMENTS), pool)

    assert entries["claims"].verdict is Verdict.PROVED
    assert sorted(set(watched.experiments)) == [f"experiments.flat(seed={seed})" for seed in range(5)]


def test_a_problem_for_other_versions_is_an_error_and_is_not_run(tmp_path: Path, pool: Pool) -> None:
    """`requires` says what a problem is about; elsewhere nothing is claimed of it."""
    text = SUM.replace('level = "beginner"', 'level = "beginner"\nrequires = ["python<3"]')

    entries, watched = prove(write_course(tmp_path, {"old": text}), pool)

    assert entries["old"].verdict is Verdict.ERROR
    assert entries["old"].why.startswith("not for python 3.")
    assert watched.jobs == []


def test_a_run_that_never_ends_is_an_error_that_says_so(tmp_path: Path, pool: Pool) -> None:
    """The machine's limit is no answer of the code: the verdict is `error`, not `refuted`, and it is tried once."""
    text = SUM.replace("total = sum(range(4))", "total = 6\nwhile True:\n    pass")
    watched = Watched(pool)
    catalogue = load(write_course(tmp_path, {"endless": text}))

    [entry] = Prover(catalogue, watched, seconds=0.5).prove(catalogue.entries.values())

    assert entry.verdict is Verdict.ERROR
    assert "0.5 s" in entry.why
    assert len(watched.jobs) == 1


def test_an_error_of_this_machine_takes_nothing_from_what_was_settled(tmp_path: Path, pool: Pool) -> None:
    """Evidence that is fresh is not overwritten because a later run could not be made."""
    root = write_course(tmp_path, {"sum": SUM})
    prove(root, pool)
    before = next(root.rglob("*.json")).read_bytes()

    def unavailable(job: Job, **_: Any) -> Result:
        return Result(stopped="unavailable", why="nothing to run it with")

    catalogue = load(root)
    [entry] = Prover(catalogue, unavailable).prove(catalogue.entries.values(), all_again=True)

    assert entry.verdict is Verdict.ERROR
    assert next(root.rglob("*.json")).read_bytes() == before


def test_proving_can_be_stopped_and_keeps_what_is_done(tmp_path: Path, pool: Pool) -> None:
    """What was proved before an interruption is on disk, and the rest is simply still to do."""
    endless = SUM.replace("total = sum(range(4))", "while True:\n    pass")
    root = write_course(tmp_path, {"a": SUM, "b": endless})
    catalogue = load(root)
    prover = Prover(catalogue, pool.run, jobs=1, on_proved=lambda entry: threading.Timer(0.3, prover.stop).start())

    with pytest.raises(Stopped):
        prover.prove(catalogue.entries.values())

    verdicts = {entry.problem.slug: entry.verdict for entry in load(root).entries.values()}
    assert verdicts == {"a": Verdict.PROVED, "b": Verdict.UNPROVED}


def test_what_was_measured_before_an_interruption_is_not_measured_again(tmp_path: Path, pool: Pool) -> None:
    """An experiment may take minutes. Its finished calls are kept, though the problem could not be judged yet."""
    slow = EXPERIMENTS.replace("chance =", "import time; time.sleep(0 if seed < 2 else 0.4)\n    chance =")
    root = write_course(tmp_path, {"best": BEST}, slow)
    catalogue = load(root)
    prover = Prover(catalogue, pool.run, jobs=1)
    threading.Timer(1.0, prover.stop).start()

    with pytest.raises(Stopped):
        prover.prove(catalogue.entries.values())
    interrupted = load(root).entries[path("best")]
    entries, watched = prove(root, pool)

    assert interrupted.verdict is Verdict.UNPROVED
    assert entries["best"].verdict is Verdict.PROVED
    assert 0 < len(watched.experiments) < 15
    assert "experiments.tall(step=3, seed=0)" not in watched.experiments


def test_progress_counts_every_run_and_measurement(tmp_path: Path, pool: Pool) -> None:
    """The bar ends where it said it would."""
    seen: list[Progress] = []
    catalogue = load(write_course(tmp_path, {"sum": SUM, "best": BEST}, EXPERIMENTS))

    Prover(catalogue, pool.run, on_progress=seen.append).prove(catalogue.entries.values())

    assert {one.total for one in seen} == {16}
    assert sorted(one.done for one in seen) == list(range(1, 17))


def test_a_cited_problem_is_served_without_a_run(tmp_path: Path, pool: Pool) -> None:
    """What cannot be run is cited, never proved."""
    text = problem("- [x] yes\n- [ ] no\n", front='level = "beginner"\ncites = ["A book, page 1"]')

    entries, watched = prove(write_course(tmp_path, {"cited": text}), pool)

    assert entries["cited"].verdict is Verdict.CITED
    assert watched.jobs == []


def test_two_variants_are_both_settled_and_the_worse_decides(tmp_path: Path, pool: Pool) -> None:
    """The key must hold in every variant; the verdict names the one in which it does not."""
    text = SUM.replace("+++\n\n#", "[params]\nn = [4, 5]\n+++\n\n#").replace("range(4)", "range({{ n }})")

    entries, _ = prove(write_course(tmp_path, {"sum": text}), pool)

    evidence = entries["sum"].evidence
    assert evidence is not None
    assert [variant.verdict for variant in evidence.variants] == [Verdict.PROVED, Verdict.REFUTED]
    assert entries["sum"].why.startswith("with n = 5: the wrong option is marked: `total` gives `10`")


def test_unreadable_evidence_counts_as_none(tmp_path: Path, pool: Pool) -> None:
    """A file that is no evidence proves nothing, says so, and is written anew by the next proving."""
    root = write_course(tmp_path, {"sum": SUM})
    prove(root, pool)
    file = next(root.rglob("*.json"))
    file.write_bytes(b'{"hash": \xff')

    before = survey(root).entries[path("sum")]
    after, _ = prove(root, pool)

    assert before.verdict is Verdict.UNPROVED
    assert "is no evidence" in before.why
    assert after["sum"].verdict is Verdict.PROVED
