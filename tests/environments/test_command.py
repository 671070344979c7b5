"""`practicum env`, and the commands that run something in an environment."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from practicum import settings
from practicum.course import read_course
from practicum.environments import cache
from practicum.environments.cache import BuiltEnvironment
from practicum.environments.selection import NoEnvironment, environment_for
from practicum.runner import Pool
from practicum.runner.environment import Environment
from tests.environments.making import NAME
from tests.prove.making import problem, run_command, write_course

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


Practicum = Callable[..., Result]


@pytest.fixture
def practicum(pool: Pool) -> Practicum:
    """Run a command in this process; the interpreters that it starts stay for other tests."""
    return functools.partial(run_command, pool, Path.cwd())


def course(root: Path, *packages: str) -> Path:
    """Write a course that requires these packages."""
    write_course(root, {"pebble": PEBBLE})
    listed = ", ".join(f'"{name}"' for name in packages)
    (root / "course.toml").write_text(f'title = "C"\n[environment]\npackages = [{listed}]\n')
    return root


@pytest.fixture
def filled(both: tuple[BuiltEnvironment, BuiltEnvironment], kept: Path) -> tuple[str, str]:
    """Fill a cache with both environments, and return their names."""
    shutil.copytree(both[0].folder.parent, kept)
    return both[0].environment.digest, both[1].environment.digest


class TestBuild:
    pytestmark = pytest.mark.slow

    def test_builds_a_course_once_and_pins_it(
        self, wheels: Path, kept: Path, tmp_path: Path, practicum: Practicum
    ) -> None:
        """The lock is beside `course.toml`; the second build downloads nothing."""
        root = course(tmp_path / "course", NAME)

        first = practicum("env", "build", root)
        again = practicum("env", "build", root, "--offline")

        assert (first.exit_code, again.exit_code) == (0, 0)
        assert "pinned in" in first.stdout
        assert read_course(root).environment.lock == (f"{NAME}==2.0", "practicum-sand==0.7")  # type: ignore[union-attr]
        assert "built already, 2 packages" in again.stdout

    def test_offline_builds_nothing(self, wheels: Path, kept: Path, tmp_path: Path, practicum: Practicum) -> None:
        """If an environment is not built, the exit code is 2."""
        done = practicum("env", "build", course(tmp_path / "course", NAME), "--offline")

        assert done.exit_code == 2
        assert "--offline" in done.stderr
        assert not list(tmp_path.rglob("environment.txt"))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--packages", "a=3"), '"a=3"'),
        (("--packages", "a", "--python", "2.7"), "2.7"),
        (("--packages", "a", "course"), "--packages"),
        (("--python", "3.12"), "--python"),
        (("nowhere",), "nowhere"),
    ],
)
def test_rejects_what_cannot_be_built(arguments: tuple[str, ...], part: str, kept: Path, practicum: Practicum) -> None:
    """With exit code 2, before anything is built."""
    done = practicum("env", "build", *arguments)

    assert done.exit_code == 2
    assert part in done.stderr
    assert not kept.exists()


def test_a_course_without_requirements_needs_no_environment(kept: Path, tmp_path: Path, practicum: Practicum) -> None:
    """Its runs use the server's own packages."""
    root = write_course(tmp_path, {"pebble": PEBBLE})

    built, shown = practicum("env", "build", root), practicum("env", "show", root)

    assert (built.exit_code, shown.exit_code) == (0, 0)
    assert not kept.exists()
    assert environment_for(read_course(root), root) == Environment.current()


def test_reports_mistakes_with_their_lines(kept: Path, tmp_path: Path, practicum: Practicum) -> None:
    """As `practicum prove` reports them."""
    done = practicum("env", "show", course(tmp_path, "a=3", "b @ c:d"))

    assert done.exit_code == 2
    assert done.stderr.count("course.toml:3: `packages`") == 2


def test_uses_the_server_s_own_environment_if_it_has_all_packages(
    kept: Path, tmp_path: Path, practicum: Practicum
) -> None:
    """Nothing has to be built."""
    root = course(tmp_path, "click>=8", "pytest")

    done = practicum("env", "show", root)

    assert environment_for(read_course(root), root) == Environment.current()
    assert done.exit_code == 0
    assert "the server's own" in done.stdout


def test_names_the_command_that_builds_a_missing_environment(kept: Path, tmp_path: Path, practicum: Practicum) -> None:
    """With the missing packages; proving ends with exit code 2 and writes nothing."""
    root = course(tmp_path / "course", f"{NAME}==1.0")

    with pytest.raises(NoEnvironment) as raised:
        environment_for(read_course(root), root)
    shown, proved = practicum("env", "show", root), practicum("prove", root)

    assert (shown.exit_code, proved.exit_code) == (1, 2)
    for output in (str(raised.value), shown.stdout, proved.stderr):
        assert f"{NAME}==1.0" in output
        assert f"practicum env build {root}" in output
    assert not list(root.rglob("evidence"))


@pytest.mark.slow
def test_a_rerun_without_an_environment_is_a_finding(kept: Path, tmp_path: Path) -> None:
    """Not an exception."""
    from practicum.model import Verdict
    from practicum.prove.catalogue import load
    from practicum.prove.rerun import rerun_variant

    catalogue = load(course(tmp_path, f"{NAME}==1.0"))
    (entry,) = catalogue.entries.values()

    finding = rerun_variant(catalogue, entry, 0, run=lambda *_: pytest.fail("nothing must be run"))

    assert finding.verdict is Verdict.ERROR
    assert finding.code == "no-environment"
    assert str(tmp_path) not in finding.why


@pytest.mark.slow
class TestCache:
    def test_lists_environments_with_their_last_use(
        self, filled: tuple[str, str], tmp_path: Path, practicum: Practicum
    ) -> None:
        """Name, packages, size, and the course that used it."""
        root = course(tmp_path / "mountain", f"{NAME}==1.0")
        environment_for(read_course(root), root)

        lines = practicum("env", "list").stdout.split("\n")

        (used,) = (line for line in lines if line.startswith(filled[0]))
        (unused,) = (line for line in lines if line.startswith(filled[1]))
        assert f"{NAME}==1.0" in used
        assert used.endswith("mountain")
        assert unused.endswith("never")

    def test_names_the_folder_of_an_empty_cache(self, kept: Path, practicum: Practicum) -> None:
        """Where environments would be stored."""
        assert str(kept) in practicum("env", "list").stdout

    def test_removes_an_environment_by_its_first_digits(self, filled: tuple[str, str], practicum: Practicum) -> None:
        """Only that one."""
        done = practicum("env", "remove", filled[0][:6])

        assert (done.exit_code, done.stdout) == (0, f"removed {filled[0]}\n")
        assert [one.environment.digest for one in cache.all_built()] == [filled[1]]
        assert not list(settings.environments_directory().glob(".*-*"))

    @pytest.mark.parametrize(("arguments", "part"), [(("ffff",), "ffff"), ((), "--unused")])
    def test_rejects_an_unknown_environment(
        self, filled: tuple[str, str], arguments: tuple[str, ...], part: str, practicum: Practicum
    ) -> None:
        """With exit code 2; nothing is removed."""
        done = practicum("env", "remove", *arguments)

        assert done.exit_code == 2
        assert part in done.stderr
        assert len(cache.all_built()) == 2

    def test_runs_a_file_in_the_named_environment(
        self, filled: tuple[str, str], tmp_path: Path, practicum: Practicum
    ) -> None:
        """By its first digits, or by the course that requires it."""
        file = tmp_path / "version.py"
        file.write_text("import practicum_pebble\nprint(practicum_pebble.VERSION)\n")
        root = course(tmp_path / "course", f"{NAME}==1.0")

        by_name = practicum("run", "--env", filled[1][:8], file)
        by_course = practicum("run", "--course", root, file)
        unknown = practicum("run", "--env", "nothing", file)

        assert (by_name.stdout, by_course.stdout) == ("2.0\n", "1.0\n")
        assert unknown.exit_code == 2
        assert "nothing" in unknown.stderr

    def test_proves_a_course_in_its_own_environment_or_another(
        self, filled: tuple[str, str], tmp_path: Path, practicum: Practicum
    ) -> None:
        """Proved with the first version, refuted with the second; another environment writes no evidence."""
        root = course(tmp_path / "course", f"{NAME}==1.0")

        before = practicum("prove", root, "--env", filled[1])
        written = list(root.rglob("evidence"))
        proved = practicum("prove", root)
        after = practicum("prove", root, "--env", filled[1])
        checked = practicum("prove", root, "--check")

        assert [done.exit_code for done in (before, proved, after, checked)] == [1, 0, 1, 0]
        assert written == []
        assert "refuted" in after.stdout

    def test_doctor_counts_environments(self, filled: tuple[str, str], practicum: Practicum) -> None:
        """Those that are built."""
        assert "2 built, " in practicum("doctor").stdout
