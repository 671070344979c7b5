"""`practicum audit`: what it prints and writes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from practicum.audit import lazy_pool
from practicum.cli import main
from practicum.runner import Pool

RIGHT = {"question": "What does `len('abc')` return?", "options": ["3", "2"], "correct": "3"}
WRONG = {
    "question": "What does `sorted('ba')` return?",
    "options": ["['b', 'a']", "['a', 'b']"],
    "correct": "['b', 'a']",
}
PROSE = {"question": "Why?", "options": ["So", "Thus"], "correct": "So"}


@pytest.fixture(autouse=True)
def _warm_pool(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of this module run their code in the pool of the session."""

    class Shared(lazy_pool.LazyPool):
        def __init__(self, size: int) -> None:
            super().__init__(size)
            self._pool = pool

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(lazy_pool, "LazyPool", Shared)


def write(file: Path, *items: dict[str, object]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(items))
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


def test_a_bank_without_faults(tmp_path: Path) -> None:
    result = run(write(tmp_path / "bank.json", RIGHT, PROSE), "--json")
    found = json.loads(result.stdout)

    assert result.exit_code == 0
    assert [item["verdict"] for item in found["items"]] == ["proved", "not-provable"]


def test_a_bank_with_a_fault(tmp_path: Path) -> None:
    result = run(write(tmp_path / "bank.json", RIGHT, WRONG), "--json")
    found = json.loads(result.stdout)

    assert result.exit_code == 1
    assert [item["verdict"] for item in found["items"]] == ["proved", "wrong-key"]
    assert found["items"][1]["proposed"] == [1]
    assert found["totals"]["wrong-key"]["count"] == 1


def test_text_names_the_fault_and_its_place(tmp_path: Path) -> None:
    bank = write(tmp_path / "bank.json", RIGHT, WRONG)
    output = run(bank).output

    assert "wrong-key" in output
    assert str(bank) in output
    assert "len('abc')" not in output


def test_one_item_is_shown_on_request(tmp_path: Path) -> None:
    bank = write(tmp_path / "bank.json", RIGHT, WRONG)
    names = [item["identifier"] for item in json.loads(run(bank, "--json").stdout)["items"]]
    result = run(bank, "--item", names[0])

    assert result.exit_code == 0
    assert "len('abc')" in result.output
    assert run(bank, "--item", "no-such-item").exit_code == 2


def test_a_bank_is_corrected_in_its_own_format(tmp_path: Path) -> None:
    bank, fixed = write(tmp_path / "bank.json", RIGHT, WRONG), tmp_path / "fixed.json"
    before = bank.read_bytes()
    result = run(bank, "--fix", fixed)

    assert result.exit_code == 1
    assert bank.read_bytes() == before
    assert [item["correct"] for item in json.loads(fixed.read_text())] == ["3", "['a', 'b']"]
    assert run(fixed).exit_code == 0


def test_the_bank_itself_is_never_overwritten(tmp_path: Path) -> None:
    bank = write(tmp_path / "bank.json", RIGHT, WRONG)
    before = bank.read_bytes()

    assert run(bank, "--fix", bank).exit_code == 2
    assert run(bank, "--fix", tmp_path).exit_code == 2
    assert bank.read_bytes() == before


def test_several_banks_are_corrected_into_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "banks" / "a.json", WRONG)
    write(tmp_path / "banks" / "deep" / "b.json", RIGHT)
    run(tmp_path / "banks", "--fix", tmp_path / "out")

    assert json.loads((tmp_path / "out" / "a.json").read_text())[0]["correct"] == "['a', 'b']"
    assert (tmp_path / "out" / "deep" / "b.json").read_bytes() == (tmp_path / "banks" / "deep" / "b.json").read_bytes()


def test_reports_are_written(tmp_path: Path) -> None:
    bank = write(tmp_path / "bank.json", RIGHT, WRONG)
    run(bank, "--html", tmp_path / "out" / "report.html", "--sarif", tmp_path / "out" / "report.sarif")
    log = json.loads((tmp_path / "out" / "report.sarif").read_text())

    assert (tmp_path / "out" / "report.html").read_text().startswith("<!doctype html>")
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["wrong-key"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("missing.json",),
        ("bank.json", "--format", "no-such-format"),
        ("bank.json", "--map", "colour=red"),
        ("bank.json", "--env", "ffffffff"),
        ("empty",),
        ("notes.unknown",),
    ],
)
def test_what_cannot_be_done(arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "bank.json", RIGHT)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.unknown").write_text("none")

    assert run(*arguments).exit_code == 2


def test_an_unreadable_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path / "banks" / "a.json", WRONG)
    (tmp_path / "banks" / "b.json").write_text("[{")
    result = run(tmp_path / "banks", "--json")
    found = json.loads(result.stdout)

    assert result.exit_code == 2
    assert [item["verdict"] for item in found["items"]] == ["wrong-key"]
    assert len(found["unreadable"]) == 1


def test_columns_are_named(tmp_path: Path) -> None:
    bank = write(tmp_path / "bank.json", {"q": RIGHT["question"], "choices": ["3", "2"], "solution": "3"})
    result = run(bank, "--map", "question=q,options=choices,key=solution", "--json")

    assert [item["verdict"] for item in json.loads(result.stdout)["items"]] == ["proved"]
