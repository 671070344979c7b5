"""`practicum lint`: what it reads, prints and returns."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from practicum import exchange
from practicum.cli import main
from practicum.exchange import BankFile, ColumnMap, Format, UnreadableBank
from practicum.exchange.bank import Bank, BankOption, Choice, Item, Remark
from practicum.lint import NAMES, Severity, lint
from practicum.lint.reading import read_items
from practicum.settings import shipped_courses
from tests.prove.making import SUM, path, problem, write_course

CUED = problem(
    """
    Why do you freeze the base?

    - [x] Few images
    - [ ] It is always faster
    - [ ] More memory

    ## Explanation

    Because.
    """,
    front='level = "beginner"\ncites = ["A book"]',
)
"""A problem with an absolute word in a distractor."""
LINE_OF_CUE = CUED.split("\n").index("- [ ] It is always faster") + 1


def run(cwd: Path, *arguments: str) -> Result:
    with contextlib.chdir(cwd):
        return CliRunner().invoke(main, ["lint", *arguments])


def found(result: Result) -> list[dict[str, object]]:
    findings: list[dict[str, object]] = json.loads(result.stdout)["findings"]
    return findings


def test_a_sound_course_has_no_finding(tmp_path: Path) -> None:
    write_course(tmp_path, {"sum": SUM})
    result = run(tmp_path, "--off", "few-options", "--json")

    assert (result.exit_code, found(result)) == (0, [])


def test_a_warning_names_its_line_and_ends_with_one(tmp_path: Path) -> None:
    """The place is that of the option, relative to the current folder."""
    write_course(tmp_path / "course", {"cued": CUED})
    result = run(tmp_path, "course")

    assert result.exit_code == 1
    assert f"course/{path('cued')}:{LINE_OF_CUE}: warning: " in result.stdout
    assert "[absolute-word]" in result.stdout


def test_notes_end_with_zero(tmp_path: Path) -> None:
    write_course(tmp_path, {"sum": SUM})
    result = run(tmp_path, "--json")

    assert result.exit_code == 0
    assert [(each["rule"], each["severity"]) for each in found(result)] == [("few-options", "note")]


@pytest.mark.parametrize("place", ["front matter", "course.toml", "option"])
def test_a_rule_is_switched_off(tmp_path: Path, place: str) -> None:
    """In a problem, for a course, or for one call."""
    front = CUED.replace("+++\n\n#", '[lint]\noff = ["absolute-word"]\n+++\n\n#') if place == "front matter" else CUED
    write_course(tmp_path, {"cued": front})
    if place == "course.toml":
        (tmp_path / "course.toml").write_text('title = "Course"\n[lint]\noff = ["absolute-word"]\n')
    result = run(tmp_path, "--json", *(["--off", "absolute-word"] if place == "option" else []))

    assert (result.exit_code, found(result)) == (0, [])


def test_unknown_rules_are_mistakes_with_their_lines(tmp_path: Path) -> None:
    """Everything else is checked all the same."""
    write_course(tmp_path, {"cued": CUED.replace("+++\n\n#", '[lint]\noff = ["absolut-word"]\n+++\n\n#')})
    (tmp_path / "course.toml").write_text('title = "Course"\n\n[lint]\noff = ["longest"]\n')
    result = run(tmp_path, "--json")

    assert result.exit_code == 2
    assert "course.toml:4: " in result.stderr
    assert f"{path('cued')}:5: " in result.stderr
    assert [each["rule"] for each in found(result)] == ["absolute-word"]


def test_files_with_mistakes_are_reported_and_the_others_checked(tmp_path: Path) -> None:
    write_course(tmp_path, {"cued": CUED, "broken": "no front matter"})
    result = run(tmp_path, "--json")

    assert result.exit_code == 2
    assert f"{path('broken')}:1: " in result.stderr
    assert [each["rule"] for each in found(result)] == ["absolute-word"]


def test_a_part_of_a_course_is_checked_alone(tmp_path: Path) -> None:
    write_course(tmp_path, {"cued": CUED, "sum": SUM, "broken": "no front matter"})
    result = run(tmp_path, path("sum"), "--json")

    assert result.exit_code == 0
    assert [each["path"] for each in found(result)] == [path("sum")]


class LineFormat(Format):
    """A bank of one item per line: the stem, then the options with the key first, separated by `|`."""

    name = "lines"
    title = "Lines"
    suffixes = (".lines",)
    answers = frozenset({Choice})

    def read(self, file: BankFile, columns: ColumnMap | None = None) -> Bank:
        try:
            lines = file.content.decode().splitlines()
        except UnicodeDecodeError:
            raise UnreadableBank([Remark(file.path, 0, "", "not-utf-8", "This is not UTF-8.")]) from None
        return Bank(file.path, tuple(self._item(number, *line.split("|")) for number, line in enumerate(lines, 1)))

    def _item(self, number: int, stem: str, key: str, *distractors: str) -> Item:
        options = (BankOption(key, Decimal(100)), *map(BankOption, distractors))
        return Item(f"q{number}", stem, Choice(options), feedback="So.", line=number)


@pytest.fixture
def line_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "registered", lambda: {"lines": LineFormat()})


@pytest.mark.usefixtures("line_format")
def test_banks_are_checked_file_by_file_and_by_folder(tmp_path: Path) -> None:
    """Files in no known format are passed over in a folder."""
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "one.lines").write_text("Why freeze the base?|Few images|Always|Memory\n")
    (tmp_path / "bank" / "README").write_text("About it.")
    folder, file = run(tmp_path, "bank", "--json"), run(tmp_path, "bank/one.lines", "--json")

    assert folder.exit_code == file.exit_code == 1
    assert found(folder) == found(file)
    assert [(each["path"], each["line"], each["item"]) for each in found(file)] == [("bank/one.lines", 1, "q1")]


def write_tables(folder: Path, key: object) -> None:
    """Thirty questions of one table, the key of all at one place."""
    options = ["rows", "columns", "axes"]
    rows = [
        {"question": f"What has number {n}?", "options": options, "correct": key, "explanation": "So."}
        for n in range(30)
    ]
    (folder / "bank.json").write_text(json.dumps(rows))


def test_tables_are_read_as_they_are_mapped(tmp_path: Path) -> None:
    """Their options are shown as they are written, so that the position of the keys matters."""
    write_tables(tmp_path, 1)
    result = run(tmp_path, "bank.json", "--map", "key-as=index-from-0", "--json")

    assert result.exit_code == 1
    assert [each["rule"] for each in found(result)] == ["key-position"]
    assert json.loads(result.stdout)["remarks"] == []


def test_what_is_not_understood_is_reported(tmp_path: Path) -> None:
    """A key that can be read in two ways is no key, and the first remark stands for all of its kind."""
    write_tables(tmp_path, 1)
    result, as_json = run(tmp_path, "bank.json"), run(tmp_path, "bank.json", "--json")

    assert result.exit_code == 0
    assert "--map" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert {each["code"] for each in json.loads(as_json.stdout)["remarks"]} == {"key-ambiguous"}


@pytest.mark.parametrize(
    "options", [("--format", "unknown"), ("--map", "unknown=a"), ("--format", "gift", "bank.json")]
)
def test_options_that_do_not_fit_end_with_two(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "bank.json").write_bytes(b"\xff")
    result = run(tmp_path, *options, *([] if "bank.json" in options else ["bank.json"]))

    assert result.exit_code == 2
    assert result.stderr


@pytest.mark.usefixtures("line_format")
@pytest.mark.parametrize("name", ["missing.lines", "unknown.txt", "broken.lines"])
def test_what_cannot_be_read_ends_with_two(tmp_path: Path, name: str) -> None:
    (tmp_path / "unknown.txt").write_text("a")
    (tmp_path / "broken.lines").write_bytes(b"\xff")
    result = run(tmp_path, name)

    assert result.exit_code == 2
    assert name in result.stderr


def test_the_rules_are_listed(tmp_path: Path) -> None:
    """With their names, without reading anything."""
    result = run(tmp_path, "--rules", "missing")

    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(NAMES)


def test_the_shipped_courses_have_no_warning() -> None:
    """Their items can be answered only by those who know, as far as a program can see."""
    for course in shipped_courses():
        for collection in read_items(course, NAMES):
            warnings = [str(each) for each in lint(collection.items) if each.severity is Severity.WARNING]
            assert warnings == []
