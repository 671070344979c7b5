"""`practicum env`, and the commands that run something in an environment, as one types them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from practicum import settings
from practicum.course import read_course
from practicum.environments import cache
from practicum.environments.cache import Built
from practicum.environments.selection import NoEnvironment, environment_for
from practicum.runner.environment import Environment
from tests.environments.making import NAME
from tests.prove.making import problem, write_course

PEBBLE = problem(
    """
    Which one is it?

    ```python setup
    import practicum_pebble
    ```

    ```python run
    version = practicum_pebble.VERSION
    ```

    - [x] `"1.0"`
    - [ ] `"2.0"`
    """,
    'value = "version"',
)
"""A problem that the first version proves and the second refutes."""


def practicum(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "practicum", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)


def course(root: Path, *packages: str) -> Path:
    """A course that asks for these packages."""
    write_course(root, {"pebble": PEBBLE})
    listed = ", ".join(f'"{name}"' for name in packages)
    (root / "course.toml").write_text(f'title = "C"\n[environment]\npackages = [{listed}]\n')
    return root


@pytest.fixture
def filled(both: tuple[Built, Built], kept: Path) -> tuple[str, str]:
    """A cache with both environments; their names."""
    shutil.copytree(both[0].folder.parent, kept)
    return both[0].environment.digest, both[1].environment.digest


class TestBuild:
    pytestmark = pytest.mark.slow

    def test_a_course_is_built_once_and_pinned(self, wheels: Path, kept: Path, tmp_path: Path) -> None:
        """The lock lies beside `course.toml`; the second time nothing is fetched."""
        root = course(tmp_path / "course", NAME)

        first = practicum("env", "build", root)
        again = practicum("env", "build", root, "--offline")

        assert (first.returncode, again.returncode) == (0, 0)
        assert "pinned in" in first.stdout
        assert read_course(root).environment.lock == (f"{NAME}==2.0", "practicum-sand==0.7")  # type: ignore[union-attr]
        assert "there already, 2 packages" in again.stdout

    def test_offline_builds_nothing(self, wheels: Path, kept: Path, tmp_path: Path) -> None:
        """What is not there is named, and the exit code is 2."""
        done = practicum("env", "build", course(tmp_path / "course", NAME), "--offline")

        assert done.returncode == 2
        assert "--offline" in done.stderr
        assert not list(tmp_path.rglob("environment.txt"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--packages", "a=3"), '"a=3"'),
        (("--packages", "a", "--python", "2.7"), "must be a version such as"),
        (("--packages", "a", "course"), "not both"),
        (("--python", "3.12"), "--python"),
        (("nowhere",), "nowhere"),
    ],
)
def test_what_cannot_be_built_is_refused(words: tuple[str, ...], said: str, kept: Path) -> None:
    """Exit code 2, and the reason, before anything is made."""
    done = practicum("env", "build", *words)

    assert done.returncode == 2
    assert said in done.stderr
    assert not kept.exists()


def test_a_course_that_asks_for_nothing_needs_nothing(kept: Path, tmp_path: Path) -> None:
    """Its runs use the server's own packages."""
    root = write_course(tmp_path, {"pebble": PEBBLE})

    built, shown = practicum("env", "build", root), practicum("env", "show", root)

    assert (built.returncode, shown.returncode) == (0, 0)
    assert "the server's own packages" in built.stdout
    assert "the server's own packages" in shown.stdout
    assert environment_for(read_course(root), root) == Environment.current()


def test_mistakes_are_told_with_their_lines(kept: Path, tmp_path: Path) -> None:
    """As `practicum prove` tells them."""
    done = practicum("env", "show", course(tmp_path, "a=3", "b @ c:d"))

    assert done.returncode == 2
    assert done.stderr.count("course.toml:3: `packages`") == 2


def test_the_server_s_own_will_do_where_it_has_what_is_asked_for(kept: Path, tmp_path: Path) -> None:
    """Nothing need be built to begin."""
    root = course(tmp_path, "click>=8", "pytest")

    done = practicum("env", "show", root)

    assert environment_for(read_course(root), root) == Environment.current()
    assert done.returncode == 0
    assert "satisfies that" in done.stdout
    assert "a run would use the server's own" in done.stdout


def test_where_there_is_none_the_command_that_builds_it_is_named(kept: Path, tmp_path: Path) -> None:
    """In one sentence, with what is missing; proving ends with exit code 2 and writes nothing."""
    root = course(tmp_path / "course", f"{NAME}==1.0")

    with pytest.raises(NoEnvironment) as raised:
        environment_for(read_course(root), root)
    shown, proved = practicum("env", "show", root), practicum("prove", root)

    sentence = f"course needs {NAME}==1.0 (not installed): `practicum env build {root}` installs it"
    assert str(raised.value) == sentence
    assert (shown.returncode, proved.returncode) == (1, 2)
    assert sentence in shown.stdout
    assert sentence in proved.stderr
    assert not list(root.rglob("evidence"))


@pytest.mark.slow
def test_a_page_says_what_is_missing_where_a_run_was_asked_for(kept: Path, tmp_path: Path) -> None:
    """Running a proof again is an answer too, not an exception."""
    from practicum.model import Verdict
    from practicum.prove.catalogue import load
    from practicum.prove.rerun import rerun_variant

    catalogue = load(course(tmp_path, f"{NAME}==1.0"))
    (entry,) = catalogue.entries.values()

    finding = rerun_variant(catalogue, entry, 0, run=lambda *_: pytest.fail("nothing can be run"))

    assert finding.verdict is Verdict.ERROR
    assert "practicum env build" in finding.why


@pytest.mark.slow
class TestKept:
    def test_a_list_says_what_there_is_and_who_uses_it(self, filled: tuple[str, str], tmp_path: Path) -> None:
        """Name, packages, size, and which course ran in it when."""
        root = course(tmp_path / "mountain", f"{NAME}==1.0")
        environment_for(read_course(root), root)

        told = practicum("env", "list").stdout.split("\n")

        (one,) = (line for line in told if line.startswith(filled[0]))
        (two,) = (line for line in told if line.startswith(filled[1]))
        assert f"{NAME}==1.0" in one
        assert one.endswith("today      mountain")
        assert two.endswith("never")

    def test_an_empty_list_says_so(self, kept: Path) -> None:
        """With the place where they would be."""
        assert practicum("env", "list").stdout == f"none was built yet ({kept} is empty)\n"

    def test_an_environment_is_removed_by_its_first_digits(self, filled: tuple[str, str]) -> None:
        """Only that one."""
        done = practicum("env", "remove", filled[0][:6])

        assert (done.returncode, done.stdout) == (0, f"removed {filled[0]}\n")
        assert [one.environment.digest for one in cache.all_built()] == [filled[1]]
        assert not list(settings.environments_directory().glob(".*-*"))

    @pytest.mark.parametrize(("words", "said"), [(("ffff",), "no environment here is called ffff"), ((), "--unused")])
    def test_what_is_not_there_is_not_removed(self, filled: tuple[str, str], words: tuple[str, ...], said: str) -> None:
        """Exit code 2, and all stay."""
        done = practicum("env", "remove", *words)

        assert done.returncode == 2
        assert said in done.stderr
        assert len(cache.all_built()) == 2

    def test_a_file_runs_in_the_environment_that_is_named(self, filled: tuple[str, str], tmp_path: Path) -> None:
        """By its digits, or by the course that asks for it."""
        file = tmp_path / "version.py"
        file.write_text("import practicum_pebble\nprint(practicum_pebble.VERSION)\n")
        root = course(tmp_path / "course", f"{NAME}==1.0")

        by_name = practicum("run", "--env", filled[1][:8], file)
        by_course = practicum("run", "--course", root, file)
        unknown = practicum("run", "--env", "nothing", file)

        assert (by_name.stdout, by_course.stdout) == ("2.0\n", "1.0\n")
        assert unknown.returncode == 2
        assert "no environment here is called nothing" in unknown.stderr

    def test_a_course_is_proved_in_its_own_and_tried_in_another(self, filled: tuple[str, str], tmp_path: Path) -> None:
        """Proved with the first version, refuted with the second; trying writes no evidence."""
        root = course(tmp_path / "course", f"{NAME}==1.0")

        before = practicum("prove", root, "--env", filled[1])
        written = list(root.rglob("evidence"))
        proved = practicum("prove", root)
        after = practicum("prove", root, "--env", filled[1])
        checked = practicum("prove", root, "--check")

        assert [done.returncode for done in (before, proved, after, checked)] == [1, 0, 1, 0]
        assert written == []
        assert "refuted" in after.stdout

    def test_doctor_counts_them(self, filled: tuple[str, str]) -> None:
        """In a row of their own."""
        assert "2 built, " in practicum("doctor").stdout
