"""Whole banks: what is unchanged is not run again, an interrupted audit continues, and a folder is one bank."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from practicum.audit.auditor import Audit, Auditor
from practicum.audit.results_cache import ResultsCache
from practicum.audit.running import Runner
from practicum.exchange.bank_files import find_sources
from practicum.prove.repeated_runs import ProofCancelled
from practicum.runner import Pool
from practicum.runner.cancellation import Cancellation
from practicum.runner.job import Job, Result

QUESTIONS = ["print('a')", "print('b')", "print('c')"]


class CountingRuns:
    """Runs jobs in a pool, counts them, and cancels once `limit` have been made."""

    def __init__(self, pool: Pool, limit: int = 1_000) -> None:
        self.pool, self.limit = pool, limit
        self.codes: list[str] = []

    def __call__(self, job: Job, on_event: object = None, cancel: Cancellation | None = None) -> Result:
        if len(self.codes) >= self.limit:
            return Result(stopped="cancelled")
        self.codes.append(job.code)
        return self.pool.run(job, cancel=cancel)


def write(folder: Path, codes: list[str], name: str = "bank.json", **changed: object) -> Path:
    folder.mkdir(exist_ok=True)
    items = [
        {"question": f"What is printed?\n\n```python\n{code}\n```", "options": ["a", "b", "c"], "correct": "a"}
        | changed
        for code in codes
    ]
    (folder / name).write_text(json.dumps(items))
    return folder / name


def audit(path: Path, runs: CountingRuns, cache: Path | None, seconds: float = 5.0) -> Audit:
    with ResultsCache(cache) as results:
        return Auditor(Runner(runs, seconds), results, jobs=1).audit(find_sources([path]))


def verdicts(found: Audit) -> list[str]:
    return [finding.verdict for finding in found.findings]


def test_what_is_unchanged_is_not_run_again(tmp_path: Path, pool: Pool) -> None:
    path, cache = write(tmp_path, QUESTIONS), tmp_path / "cache" / "results.sqlite3"
    first = audit(path, CountingRuns(pool), cache)
    again = CountingRuns(pool)
    second = audit(path, again, cache)

    assert verdicts(first) == ["proved", "wrong-key", "wrong-key"]
    assert second == first
    assert again.codes == []


def test_only_changed_items_are_run(tmp_path: Path, pool: Pool) -> None:
    cache = tmp_path / "cache" / "results.sqlite3"
    audit(write(tmp_path, QUESTIONS), CountingRuns(pool), cache)
    again = CountingRuns(pool)
    found = audit(write(tmp_path, ["print('' + 'a')", *QUESTIONS]), again, cache)

    assert set(again.codes) == {"print('' + 'a')"}
    assert verdicts(found) == ["proved", "proved", "wrong-key", "wrong-key"]
    assert [finding.line for finding in found.findings] == sorted(finding.line for finding in found.findings)


def test_other_conditions_are_other_results(tmp_path: Path, pool: Pool) -> None:
    path, cache = write(tmp_path, QUESTIONS), tmp_path / "cache" / "results.sqlite3"
    audit(path, CountingRuns(pool), cache, 10)
    again = CountingRuns(pool)
    audit(path, again, cache, 20)

    assert again.codes


def test_a_changed_key_is_judged_again(tmp_path: Path, pool: Pool) -> None:
    cache = tmp_path / "cache" / "results.sqlite3"
    audit(write(tmp_path, QUESTIONS[1:2]), CountingRuns(pool), cache)

    assert verdicts(audit(write(tmp_path, QUESTIONS[1:2], correct="b"), CountingRuns(pool), cache)) == ["proved"]


def test_an_interrupted_audit_continues(tmp_path: Path, pool: Pool) -> None:
    path, cache = write(tmp_path, QUESTIONS), tmp_path / "cache" / "results.sqlite3"
    with pytest.raises(ProofCancelled):
        audit(path, CountingRuns(pool, limit=6), cache)
    again = CountingRuns(pool)

    assert verdicts(audit(path, again, cache)) == ["proved", "wrong-key", "wrong-key"]
    assert set(again.codes) == set(QUESTIONS[1:])


def test_a_damaged_cache_is_no_obstacle(tmp_path: Path, pool: Pool) -> None:
    path, cache = write(tmp_path, QUESTIONS[:1]), tmp_path / "results.sqlite3"
    cache.write_bytes(b"no database" * 1000)

    assert verdicts(audit(path, CountingRuns(pool), cache)) == ["proved"]


def test_items_of_all_files_of_a_folder_are_compared(tmp_path: Path, pool: Pool) -> None:
    folder = tmp_path / "banks"
    write(folder, QUESTIONS[:1], "a.json")
    write(folder, QUESTIONS[:1], "b.json", correct="b")
    (folder / ".hidden.json").write_text("[")
    (folder / "notes.unknown").write_text("none")

    found = audit(folder, CountingRuns(pool), None)

    assert [{str(fault.fault) for fault in finding.faults} for finding in found.findings] == [
        {"contradiction"},
        {"contradiction", "wrong-key"},
    ]
    assert found.unreadable == ()


def test_what_cannot_be_read_is_reported_and_the_rest_audited(tmp_path: Path, pool: Pool) -> None:
    folder = tmp_path / "banks"
    write(folder, QUESTIONS[:1], "a.json")
    (folder / "b.json").write_text('[{"question": ')

    found = audit(folder, CountingRuns(pool), None)

    assert verdicts(found) == ["proved"]
    assert [Path(remark.path).name for remark in found.unreadable] == ["b.json"]
