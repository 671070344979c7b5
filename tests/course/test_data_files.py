"""Data files of problems and pages: which are read, what is refused and where, and what depends on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from practicum.course import data_files, scan_course
from practicum.model import Problem, Verdict
from practicum.prove.catalogue import load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from tests.course.making import mistakes, write
from tests.documents import section

PATH = "topic/challenge/01/problem.md"
TEXT = """\
+++
level = "beginner"
data = ["rows.csv"]
[proof]
value = "rows"
+++

# Rows

How many rows are there?

```python run
rows = len(open("rows.csv").readlines())
```

- [x] `2`
- [ ] `3`
"""
BESIDE = "topic/challenge/01/rows.csv"
SHARED = "topic/data/rows.csv"
PAGE = "# Rows\n\n```python run\nprint(open('rows.csv').read())\n```\n"


def read(root: Path, files: dict[str, str | bytes]) -> Problem:
    scan = scan_course(write(root, files))
    assert scan.mistakes == []
    return scan.course.topics[0].problems["challenge"][0]


def test_a_data_file_lies_beside_its_problem_or_in_the_topic_s_folder(tmp_path: Path) -> None:
    """The nearer one is used."""
    shared = read(tmp_path, {PATH: TEXT, SHARED: "1\n"})
    nearer = read(tmp_path, {BESIDE: b"2\n\xff"})
    in_one_file = read(tmp_path / "second", {"topic/challenge/01.md": TEXT, SHARED: "1\n"})

    assert [(file.name, file.content) for file in shared.data] == [("rows.csv", b"1\n")]
    assert [(file.name, file.content) for file in nearer.data] == [("rows.csv", b"2\n\xff")]
    assert in_one_file.data == shared.data


def test_a_page_has_the_files_that_its_code_names(tmp_path: Path) -> None:
    """No others, so that their changes do not make its evidence stale."""
    files: dict[str, str | bytes] = {"topic/learn.md": PAGE, SHARED: "1\n", "topic/data/other.csv": "2\n"}

    topic = scan_course(write(tmp_path, files)).course.topics[0]

    assert [file.name for file in topic.pages["learn"].data] == ["rows.csv"]
    assert [file.name for file in topic.data] == ["other.csv", "rows.csv"]


MANY = ", ".join(f'"{number}.csv"' for number in range(data_files.MAX_FILES + 1))


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ('["absent.csv"]', "missing-data-file"),
        ('["../rows.csv"]', "data-name"),
        ('["/etc/passwd"]', "data-name"),
        ('[".rows.csv"]', "data-name"),
        ('["rows.py"]', "data-name"),
        ('["rows.csv", "rows.csv"]', "repeated-data-file"),
        ('["large.csv"]', "data-too-large"),
        ('["folder"]', "not-a-file"),
        ('["link.csv"]', "link-outside"),
        (f"[{MANY}]", "too-many-data-files"),
        ('"rows.csv"', "wrong-type"),
    ],
)
def test_what_cannot_be_opened_is_a_mistake_at_the_list(tmp_path: Path, listed: str, code: str) -> None:
    """Names that lead elsewhere, and files that are too many or too large."""
    (tmp_path / "outside.csv").write_text("secret\n")
    large = bytes(data_files.MAX_FILE_SIZE + 1)
    files: dict[str, str | bytes] = {PATH: TEXT.replace('["rows.csv"]', listed), BESIDE: "1\n"}
    files |= {"topic/challenge/01/large.csv": large, "topic/challenge/01/folder/x": "1"}
    root = write(tmp_path / "course", files)
    (root / "topic/challenge/01/link.csv").symlink_to(tmp_path / "outside.csv")

    assert (PATH, 3, code) in mistakes(root, {})


def test_a_file_that_no_problem_lists_is_a_mistake_that_shows_how(tmp_path: Path) -> None:
    """The message holds the line to write."""
    scan = scan_course(write(tmp_path, {PATH: TEXT.replace('data = ["rows.csv"]\n', ""), BESIDE: "1\n"}))

    [mistake] = scan.mistakes
    assert (mistake.path, mistake.code) == (BESIDE, "unknown-file")
    assert '`data = ["rows.csv"]`' in mistake.message


def test_the_files_of_a_topic_are_checked_too(tmp_path: Path) -> None:
    """Whether a problem lists them or not."""
    files: dict[str, str | bytes] = {PATH: TEXT, BESIDE: "1\n", "topic/data/load.py": "x = 1\n"}
    assert mistakes(tmp_path, files) == [("topic/data/load.py", 1, "data-name")]

    many = {f"topic/data/{number}.csv": "1\n" for number in range(data_files.MAX_TOPIC_FILES + 1)}
    found = mistakes(tmp_path / "many", {PATH: TEXT, BESIDE: "1\n", **many})
    assert found == [("topic/data", 1, "too-many-topic-files")]


def test_a_changed_byte_makes_evidence_stale(tmp_path: Path, pool: Pool) -> None:
    """Of the problem and the page that use the file, and of no other."""
    other = TEXT.replace('data = ["rows.csv"]\n', "").replace('len(open("rows.csv").readlines())', "2")
    root = write(tmp_path, {PATH: TEXT, "topic/challenge/02.md": other, "topic/learn.md": PAGE, SHARED: "a\nb\n"})
    catalogue = load(root)
    Prover(catalogue, pool.run).prove(catalogue.all.values())
    assert all(entry.verdict is Verdict.PROVED for entry in load(root).all.values())

    (root / SHARED).write_text("a\nc\n")

    stale = [path for path, entry in load(root).all.items() if entry.verdict is Verdict.UNPROVED]
    assert stale == [PATH, "topic/learn.md"]
    assert load(root).entries[PATH].problem.mark(0) != catalogue.entries[PATH].problem.mark(0)


def test_the_limits_are_documented() -> None:
    """The number of files and their size."""
    text = " ".join(section("Data files").split())

    assert f"at most {data_files.MAX_FILES} files" in text
    assert f"at most {data_files.MAX_TOPIC_FILES}; each has at most {data_files.MAX_FILE_SIZE >> 20} MiB" in text
