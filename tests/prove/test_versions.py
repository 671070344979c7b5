"""Evidence names the versions of the packages that its runs import, and does not count once these have changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from practicum.model import Verdict
from practicum.prove.catalogue import Entry, load
from practicum.prove.evidence_file import evidence_path
from practicum.prove.prover import Prover
from practicum.prove.versions import CourseVersions, versions
from practicum.runner import Environment, Pool
from tests.prove.making import path, problem, run_command, write_course

VERSION = str(Environment.current().version("click"))
OTHER = "0.0.1"
IMPORTS = problem(
    "```python run\nimport click\nx = click.__name__\n```\n\n- [x] `'click'`\n- [ ] `'x'`\n", 'value = "x"'
)
PLAIN = problem("```python run\nx = 1 + 1\n```\n\n- [x] `2`\n- [ ] `3`\n", 'value = "x"')


@pytest.fixture
def course(tmp_path: Path, pool: Pool) -> Path:
    """A proved course of two problems, one of which imports a package that the lock pins to its installed version."""
    root = write_course(tmp_path / "course", {"imports": IMPORTS, "plain": PLAIN})
    (root / "course.toml").write_text('title = "Course"\n[environment]\npackages = ["click"]\n')
    pin(root, VERSION)
    catalogue = load(root)
    Prover(catalogue, pool.run, jobs=1).prove(catalogue.all.values())
    return root


def pin(root: Path, version: str) -> None:
    (root / "environment.txt").write_text(f"click=={version}\n")


def pretend(root: Path, name: str, version: str) -> None:
    """Make the evidence say that it was run with another version."""
    file = root / evidence_path(load(root).entries[path(name)].subject)
    file.write_text(file.read_text().replace(f'"click": "{VERSION}"', f'"click": "{version}"'))


def entry(root: Path, name: str) -> Entry:
    return load(root).entries[path(name)]


def test_evidence_names_what_its_runs_import(course: Path) -> None:
    """Python always, and nothing that the code does not import."""
    imports, plain = entry(course, "imports").evidence, entry(course, "plain").evidence

    assert imports is not None
    assert plain is not None
    assert imports.versions == {"python": Environment.current().python, "click": VERSION}
    assert plain.versions == {"python": Environment.current().python}


@pytest.mark.parametrize("code", ["import keras", "from tensorflow import data", "import keras, matplotlib"])
def test_code_in_tensorflow_s_interpreter_depends_on_all_of_it(code: str) -> None:
    """Keras computes with TensorFlow, and both with NumPy."""
    assert {"python", "tensorflow", "keras", "numpy"} <= versions(code, Environment.current()).keys()


def test_other_code_depends_on_what_it_imports() -> None:
    """With the libraries that compute with NumPy, on NumPy too."""
    code = "import matplotlib.pyplot as plt"

    assert versions(code, Environment.current()).keys() == {"python", "matplotlib", "numpy"}


def test_nothing_has_changed(course: Path) -> None:
    """The evidence counts, and nothing needs to be run."""
    assert [each.verdict for each in load(course).entries.values()] == [Verdict.PROVED] * 2
    assert not any(each.outdated or each.changed_versions for each in load(course).entries.values())


def test_evidence_for_other_packages_than_the_course_s_does_not_count(course: Path) -> None:
    """Neither the version that runs would use nor the lock's. A problem that does not import it is not affected."""
    pretend(course, "imports", OTHER)

    imports = entry(course, "imports")
    assert (imports.verdict, imports.evidence, imports.outdated) == (Verdict.UNPROVED, None, True)
    assert OTHER in imports.why
    assert VERSION in imports.why
    assert entry(course, "plain").verdict is Verdict.PROVED


def test_evidence_for_the_lock_counts_where_a_machine_has_another_version(course: Path) -> None:
    """Learners see what was proved with the lock's versions; `practicum prove` runs it again."""
    pretend(course, "imports", OTHER)
    pin(course, OTHER)

    imports = entry(course, "imports")
    assert (imports.verdict, imports.outdated) == (Verdict.PROVED, True)
    assert not imports.holds
    assert OTHER in imports.changed_versions
    assert VERSION in imports.changed_versions


def test_checking_fails_for_evidence_of_other_versions(course: Path, pool: Pool) -> None:
    """The command names them, and its exit code is 1; proving again makes it 0."""
    pretend(course, "imports", OTHER)
    pin(course, OTHER)

    checked = run_command(pool, course, "prove", "--check", "--json")
    found = {each["path"]: each["changed_versions"] for each in json.loads(checked.stdout)["problems"]}
    assert checked.exit_code == 1
    assert OTHER in found[path("imports")]
    assert found[path("plain")] == ""
    assert OTHER in run_command(pool, course, "prove", "--check").stdout
    assert run_command(pool, course, "prove").exit_code == 0


def test_proving_again_makes_it_count(course: Path, pool: Pool) -> None:
    """With the versions of these runs."""
    pretend(course, "imports", OTHER)
    catalogue = load(course)
    runs: list[str] = []

    [proved] = Prover(catalogue, lambda job, **more: (runs.append(job.code), pool.run(job, **more))[1], jobs=1).prove(
        [catalogue.entries[path("imports")]]
    )

    assert runs
    assert proved.evidence is not None
    assert proved.evidence.versions["click"] == VERSION
    assert not entry(course, "imports").outdated


@pytest.mark.parametrize(
    ("recorded", "counts"), [("3.11.7", True), ("3.11.99", True), ("3.10.7", False), ("3.12.0", False)]
)
def test_a_patch_of_python_does_not_count(recorded: str, counts: bool) -> None:
    """Another minor version does."""
    ours = CourseVersions(environment=Environment("", "3.11.7", Environment.current().interpreter))

    assert (ours.changes({"python": recorded}) == "") is counts
