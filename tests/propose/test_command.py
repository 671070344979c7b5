"""`practicum propose`: what it reads, writes, prints and returns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from practicum.cli import main
from practicum.model import Verdict
from practicum.prove.catalogue import load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from tests.propose.chat_server import chat_server, fenced
from tests.prove.making import run_command, write_course

SUM = {
    "title": "A sum",
    "statement": "What is `total`?",
    "code": "total = sum(range(4))",
    "proof": {"value": "total"},
    "options": [{"text": "6", "key": True, "feedback": "Yes."}, {"text": "10"}, {"text": "6.0"}],
}
WRONG = {**SUM, "title": "A wrong key", "options": [{"text": "5", "key": True}, {"text": "7"}, {"text": "8"}]}


def propose(pool: Pool, folder: Path, candidates: list[dict[str, Any]], *options: str) -> Any:
    """Propose candidates from a file, to a folder `out`."""
    (folder / "candidates.json").write_text(json.dumps({"candidates": candidates}))
    return run_command(pool, folder, "propose", "--from", "candidates.json", "--to", "out", *options)


def test_what_is_proved_is_written_and_the_rest_reported(tmp_path: Path, pool: Pool) -> None:
    """Exit code 1, because one is rejected."""
    result = propose(pool, tmp_path, [SUM, WRONG], "--json")
    report = json.loads(result.stdout)

    assert result.exit_code == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a-sum.md"]
    assert [(kept["file"], kept["options"]) for kept in report["kept"]] == [(str(Path("out", "a-sum.md")), 3)]
    assert [(change["option"], change["before"]) for change in report["kept"][0]["changes"]] == [(3, "`6.0`")]
    assert [(each["title"], each["code"]) for each in report["rejected"]] == [("A wrong key", "no-option-right")]


def test_candidates_that_are_all_kept_end_with_zero(tmp_path: Path, pool: Pool) -> None:
    """A file that is there is never replaced."""
    results = [propose(pool, tmp_path, [SUM]) for _ in range(2)]

    assert [result.exit_code for result in results] == [0, 0]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a-sum-2.md", "a-sum.md"]
    assert str(Path("out", "a-sum.md")) in results[0].stdout


def test_the_folder_of_a_course_gets_problems_that_are_proved(tmp_path: Path, pool: Pool) -> None:
    """They are read with the course, and proved there."""
    root = write_course(tmp_path / "course", {})
    (tmp_path / "candidates.json").write_text(json.dumps([SUM]))
    challenge = root / "topic" / "challenge"
    run_command(pool, tmp_path, "propose", "--from", "candidates.json", "--to", challenge)
    catalogue = load(root)

    (entry,) = Prover(catalogue, pool.run).prove(catalogue.entries.values())
    assert (entry.path, entry.verdict) == ("topic/challenge/a-sum.md", Verdict.PROVED)


def test_what_is_kept_is_also_linted(tmp_path: Path, pool: Pool) -> None:
    """A proved key can still give itself away."""
    cued = {
        **SUM,
        "code": "total = 6",
        "proof": {},
        "options": [
            {"text": "It is six", "key": True, "claim": "total == 6", "feedback": "Yes."},
            {"text": "It is always even and never odd", "claim": "total % 2"},
            {"text": "It is five", "claim": "total == 5"},
        ],
    }
    report = json.loads(propose(pool, tmp_path, [cued], "--json").stdout)

    assert [found["rule"] for found in report["kept"][0]["findings"]] == ["absolute-word"]


def test_a_model_is_asked_and_its_answer_goes_through_the_gate(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As candidates from a file do."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with chat_server() as chat:
        chat.answer = fenced([SUM, WRONG])
        monkeypatch.setenv("PRACTICUM_MODEL_URL", chat.url)
        monkeypatch.setenv("PRACTICUM_MODEL", "helpful")
        result = run_command(pool, tmp_path, "propose", "--ask", "sums", "--count", "2", "--to", "out")

    assert result.exit_code == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a-sum.md"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--to", "out"),
        ("--from", "-"),
        ("--from", "-", "--ask", "x", "--to", "out"),
        ("--from", "missing.json", "--to", "out"),
        ("--from", "-", "--to", "out"),
        ("--from", "latin.json", "--to", "out"),
    ],
)
def test_what_cannot_be_done_ends_with_two(tmp_path: Path, arguments: tuple[str, ...], monkeypatch: Any) -> None:
    """And writes nothing. The text on stdin is no JSON."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latin.json").write_bytes(b'["\xe9"]')
    result = CliRunner().invoke(main, ["propose", *arguments], input="no JSON")

    assert result.exit_code == 2
    assert result.stderr
    assert not (tmp_path / "out").exists()


def test_the_schema_is_printed() -> None:
    result = CliRunner().invoke(main, ["propose", "--schema"])

    assert result.exit_code == 0
    assert "Candidate" in json.loads(result.stdout)["$defs"]
