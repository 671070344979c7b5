"""`[environment]` of `course.toml` and the lock beside it: what is read, and what is refused in which words."""

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
    reading = read_course(tmp_path, files(SOUND + 'python = "3.12"\n', LOCK))

    assert reading.mistakes == []
    assert reading.course.environment == Requirements(
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
        ("python = '3.12'", '2: `environment.packages` is missing: add `packages = ["keras>=3.10"]`'),
        ("packages = []", "3: `environment.packages` is empty: write something, or take the key away"),
        ("package = ['keras']", "3: `environment.package` is not known here: did you mean `packages`?"),
        ("packages = 'keras'", "3: `environment.packages` must be a list, such as `[…]`, not 'keras'"),
        ("packages = [3]", "3: `environment.packages` must be text in quotes, not 3"),
        ("packages = ['keras']\npython = 3.12", "4: `environment.python` must be text in quotes, not 3.12"),
    ],
)
def test_a_table_that_is_no_environment_is_refused(table: str, expected: str, tmp_path: Path) -> None:
    """At its line, in the words of every other table."""
    assert mistakes(tmp_path, files(f'title = "C"\n[environment]\n{table}\n')) == [f"course.toml:{expected}"]


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ("'keras=3'", '"keras=3" names no package: write it like "keras>=3.10"'),
        ("'--index-url http://a'", '"--index-url http://a" names no package'),
        ("'keras @ https://a/b.whl'", '"keras @ https://a/b.whl" has an address'),
        ("'keras', 'Keras>3'", '"Keras" stands there twice'),
    ],
)
def test_a_requirement_that_is_none_is_refused(packages: str, said: str, tmp_path: Path) -> None:
    """Options of pip and addresses too: where packages come from is for the machine to say."""
    (found,) = mistakes(tmp_path, files(f'title = "C"\n[environment]\npackages = [{packages}]\n'))

    assert found.startswith(f"course.toml:3: `packages`: {said}")


@pytest.mark.parametrize("python", ["3", "3.12.1", "2.7", "3.10", "python3.12", "../python"])
def test_a_python_is_a_version_that_can_run_a_job(python: str, tmp_path: Path) -> None:
    """No path, no patch release, nothing before 3.11."""
    (found,) = mistakes(tmp_path, files(f"{SOUND}python = '{python}'\n"))

    assert found.startswith('course.toml:7: `python` must be a version such as "3.12", of Python 3.11 or later')


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """In the table and in the lock."""
    toml = 'title = "C"\n[environment]\npackages = ["keras=3", "a @ b:c", "numpy>=3", "torch"]\npython = "3"\n'

    found = mistakes(tmp_path, files(toml, "numpy==2.0\nsix>=1\nhttps://a/b\nnumpy==2.0\n-e .\nkeras==\n"))

    assert [line.split(" ")[0] for line in found] == [
        *["course.toml:3:"] * 2,
        "course.toml:4:",
        "environment.txt:1:",
        "environment.txt:1:",
        "environment.txt:2:",
        "environment.txt:3:",
        "environment.txt:4:",
        "environment.txt:5:",
        "environment.txt:6:",
    ]
    assert "`numpy==2.0` is not what `course.toml` asks for, `numpy>=3`: delete this file" in "\n".join(found)
    assert "`torch` is missing, which `course.toml` asks for: delete this file" in "\n".join(found)


def test_a_lock_of_nothing_is_refused(tmp_path: Path) -> None:
    """A course that asks for nothing has nothing to pin."""
    (found,) = mistakes(tmp_path, files('title = "C"\n', LOCK))

    assert found.startswith("environment.txt:1: pins packages that no one asks for")
