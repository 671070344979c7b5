"""`[environment]` in `course.toml` and the lock beside it: what is read, and which mistakes are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from practicum.model import Requirements
from tests.course.making import PATH, PROBLEM, mistakes, read_course

SOUND = 'title = "C"\n[environment]\npackages = [\n  "keras>=3.10",\n  "numpy",\n]\n'
LOCK = "# a comment\nkeras==3.15.1\nml_dtypes==0.6.0\n\nNumPy==2.4.6  # why not\n"


def files(toml: str, lock: str | None = None) -> dict[str, str | bytes]:
    """A course with this table and this lock."""
    found: dict[str, str | bytes] = {"course.toml": toml, PATH: PROBLEM}
    return found if lock is None else found | {"environment.txt": lock}


def test_what_is_asked_for_is_read_with_its_lock(tmp_path: Path) -> None:
    """Names are compared as `pip` does, comments are left out."""
    scan = read_course(tmp_path, files(SOUND + 'python = "3.12"\n', LOCK))

    assert scan.mistakes == []
    assert scan.course.environment == Requirements(
        ("keras>=3.10", "numpy"), "3.12", ("keras==3.15.1", "ml-dtypes==0.6.0", "numpy==2.4.6")
    )


def test_a_course_need_not_ask_for_anything(tmp_path: Path) -> None:
    """Then it has no environment, and its runs use the server's."""
    assert read_course(tmp_path, files('title = "C"\n')).course.environment is None


def test_without_a_lock_only_the_names_are_known(tmp_path: Path) -> None:
    """The lock comes with the first build."""
    assert read_course(tmp_path, files(SOUND)).course.environment == Requirements(("keras>=3.10", "numpy"))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("python = '3.12'", (2, "missing-key")),
        ("packages = []", (3, "empty-value")),
        ("package = ['keras']", (3, "unknown-key")),
        ("packages = 'keras'", (3, "wrong-type")),
        ("packages = [3]", (3, "wrong-type")),
        ("packages = ['keras']\npython = 3.12", (4, "wrong-type")),
    ],
)
def test_refuses_an_invalid_table(table: str, expected: tuple[int, str], tmp_path: Path) -> None:
    """At its line, with the codes of every other table."""
    found = mistakes(tmp_path, files(f'title = "C"\n[environment]\n{table}\n'))

    assert found == [("course.toml", *expected)]


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ("'keras=3'", "invalid-package"),
        ("'--index-url http://a'", "invalid-package"),
        ("'keras @ https://a/b.whl'", "package-address"),
        ("'keras', 'Keras>3'", "repeated-package"),
    ],
)
def test_refuses_an_invalid_requirement(packages: str, code: str, tmp_path: Path) -> None:
    """Options of pip and addresses too: the machine decides where packages come from."""
    found = mistakes(tmp_path, files(f'title = "C"\n[environment]\npackages = [{packages}]\n'))

    assert found == [("course.toml", 3, code)]


@pytest.mark.parametrize("python", ["3", "3.12.1", "2.7", "3.10", "python3.12", "../python"])
def test_refuses_an_invalid_python_version(python: str, tmp_path: Path) -> None:
    """No path, no patch release, nothing before 3.11."""
    found = mistakes(tmp_path, files(f"{SOUND}python = '{python}'\n"))

    assert found == [("course.toml", 7, "python-version")]


def test_reports_every_mistake_at_once(tmp_path: Path) -> None:
    """In the table and in the lock."""
    toml = 'title = "C"\n[environment]\npackages = ["keras=3", "a @ b:c", "numpy>=3", "torch"]\npython = "3"\n'

    found = mistakes(tmp_path, files(toml, "numpy==2.0\nsix>=1\nhttps://a/b\nnumpy==2.0\n-e .\nkeras==\n"))

    assert sorted(found) == [
        ("course.toml", 3, "invalid-package"),
        ("course.toml", 3, "package-address"),
        ("course.toml", 4, "python-version"),
        ("environment.txt", 1, "missing-pin"),
        ("environment.txt", 1, "stale-pin"),
        ("environment.txt", 2, "invalid-pin"),
        ("environment.txt", 3, "invalid-pin"),
        ("environment.txt", 4, "repeated-pin"),
        ("environment.txt", 5, "invalid-pin"),
        ("environment.txt", 6, "invalid-pin"),
    ]


def test_refuses_a_lock_without_an_environment(tmp_path: Path) -> None:
    """A course that requires nothing has nothing to pin."""
    assert mistakes(tmp_path, files('title = "C"\n', LOCK)) == [("environment.txt", 1, "lock-without-environment")]
