"""Building environments with venv and pip, from wheels in a folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from practicum import settings
from practicum.environments import cache, requirements
from practicum.environments.build import BuildError, build
from practicum.environments.cache import BuiltEnvironment
from practicum.model import Requirements
from practicum.runner.environment import Environment
from tests.environments.making import NAME, wheel

pytestmark = pytest.mark.slow


def nothing_is_left(folder: Path) -> bool:
    """Return whether a cache has no environment and no unfinished build."""
    return not folder.exists() or all(path.suffix == ".lock" for path in folder.iterdir())


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "practicum", "env", "build", "--packages", *arguments]

    def react_to_interrupts() -> None:
        """In the background of a shell, processes that tests start ignore Ctrl-C by default."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=react_to_interrupts
    )


def test_installs_packages_and_their_dependencies(both: tuple[BuiltEnvironment, BuiltEnvironment]) -> None:
    """The lock lists all of them."""
    one, two = both

    assert one.lock == (f"{NAME}==1.0",)
    assert two.lock == (f"{NAME}==2.0", "practicum-sand==0.7")
    assert one.environment.version(NAME) == "1.0"
    assert one.environment.version("practicum-sand") is None
    assert two.environment.has("practicum_sand")
    assert 0 < one.size == cache.folder_size(one.folder) - (one.folder / cache.MANIFEST).stat().st_size
    assert one.used is None


def test_compiles_bytecode_that_every_user_can_read(both: tuple[BuiltEnvironment, BuiltEnvironment]) -> None:
    """The sandbox cannot write, and its user is not the user who built."""
    (site,) = map(Path, both[0].environment.interpreter.packages)

    assert list((site / "practicum_pebble" / "__pycache__").glob("*.pyc"))
    assert both[0].folder.stat().st_mode & 0o755 == 0o755
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in site.rglob("*"))


def test_deletes_scripts(both: tuple[BuiltEnvironment, BuiltEnvironment]) -> None:
    """They contain the path of the folder they were created in."""
    for one in both:
        assert not (one.folder / "bin").exists()
        assert str(one.folder) not in " ".join(one.environment.interpreter.library)


def test_finds_a_built_environment_without_pip(both: tuple[BuiltEnvironment, BuiltEnvironment], kept: Path) -> None:
    """Another build of it runs nothing."""
    shutil.copytree(both[0].folder.parent, kept)
    lines = list[str]()

    found = build(Requirements((f"{NAME}==1.0",)), on_line=lines.append)

    assert not found.is_new
    assert found.built == cache.find(both[0].environment.digest)
    assert lines == []


def test_pins_the_newest_versions_and_keeps_the_pins(wheels: Path, kept: Path, tmp_path: Path) -> None:
    """Without a lock the build writes one; with it, a newer version changes nothing."""
    file, lines = tmp_path / "environment.txt", list[str]()
    found = build(Requirements((NAME,)), file, lines.append)
    lock = tuple(line for line in file.read_text().split("\n") if line and not line.startswith("#"))
    wheel(wheels, "3.0")
    cache.remove(found.built.environment.digest)
    again = build(Requirements((NAME,), lock=lock), file)
    (wheels / "practicum_pebble-3.0-py3-none-any.whl").unlink()

    assert found.is_new
    assert len(lines) > 1
    assert found.locked == file
    assert lock == (f"{NAME}==2.0", "practicum-sand==0.7")
    assert again.built.environment == found.built.environment
    assert again.built.environment.digest == requirements.digest(Requirements((NAME,), lock=lock))
    assert again.locked is None


def test_a_course_s_environment_has_only_its_packages(both: tuple[BuiltEnvironment, BuiltEnvironment]) -> None:
    """The pip of this program installs them; the environment has none, as the course did not list it."""
    assert Environment.current().version("pip")
    assert [one.environment.has("pip") for one in both] == [False, False]


def test_without_a_pip_of_its_own_it_installs_one(
    wheels: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Into the environment, as `venv` does by default."""
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))

    built = build(Requirements((f"{NAME}==1.0",))).built

    assert built.environment.version(NAME) == "1.0"
    assert built.environment.has("pip")


def test_builds_where_the_lock_cannot_be_written(wheels: Path, kept: Path, tmp_path: Path) -> None:
    """As for a course within an installed package: the result has the reason."""
    wanted = Requirements((NAME,))
    first = build(wanted, tmp_path / "missing" / "environment.txt")
    second = build(wanted, tmp_path / "missing" / "environment.txt")
    third = build(wanted, tmp_path / "environment.txt")

    assert str(tmp_path / "missing") in first.unlocked
    assert first.built.environment.digest == requirements.digest(wanted)
    assert (first.is_new, second.is_new, third.is_new) == (True, False, False)
    assert third.locked
    assert third.built.environment.digest == requirements.digest(Requirements((NAME,), lock=third.built.lock))


def test_rejects_a_lock_without_a_dependency(wheels: Path, kept: Path) -> None:
    """Nothing is installed that is not in the lock."""
    with pytest.raises(BuildError, match="practicum-sand") as raised:
        build(Requirements((NAME,), lock=(f"{NAME}==2.0",)))
    assert raised.value.code == "packages-missing"
    assert nothing_is_left(kept)


def test_a_build_error_ends_with_the_output_of_pip(wheels: Path, kept: Path) -> None:
    """And the unfinished build is deleted."""
    with pytest.raises(BuildError, match="9\\.9") as raised:
        build(Requirements((f"{NAME}==9.9",)))
    assert raised.value.code == "command-failed"
    assert nothing_is_left(kept)


def test_does_not_build_packages_from_source(wheels: Path, kept: Path, tmp_path: Path) -> None:
    """That would run their authors' code outside of the sandbox."""
    source = tmp_path / "practicum_gravel-1.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: practicum-gravel\nVersion: 1.0\n")
    shutil.make_archive(str(wheels / source.name), "gztar", tmp_path, source.name)

    with pytest.raises(BuildError) as raised:
        build(Requirements(("practicum-gravel",)))
    assert raised.value.code == "command-failed"
    assert not (tmp_path / "ran").exists()


def test_reports_a_python_that_is_not_installed(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of its program."""
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(BuildError, match=r"python3\.99") as raised:
        build(Requirements((NAME,), python="3.99"))
    assert raised.value.code == "python-not-found"
    assert nothing_is_left(kept)


def test_an_interrupted_build_leaves_nothing(wheels: Path, kept: Path) -> None:
    """Ctrl-C while pip or venv runs: exit code 130, one line, no folder, no process."""
    building = start(NAME)
    while not list(kept.glob(".*-*/pyvenv.cfg")):
        assert building.poll() is None
        time.sleep(0.01)
    (half,) = kept.glob(".*-*")

    building.send_signal(signal.SIGINT)
    output, _ = building.communicate(timeout=120)

    assert building.returncode == 130
    assert len(output.splitlines()) == 1
    assert nothing_is_left(kept)
    assert not [line for line in processes() if str(half) in line]


def processes() -> list[str]:
    """Return the command lines of all processes."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def test_simultaneous_builds_install_once(wheels: Path, kept: Path) -> None:
    """The second waits for the first, and finds the environment."""
    both = [start(NAME), start(NAME)]
    outputs = sorted(building.communicate(timeout=120)[0] for building in both)

    assert [building.returncode for building in both] == [0, 0]
    assert sum("built already" in output for output in outputs) == 1
    assert len(cache.all_built()) == 1


def test_deletes_what_a_killed_build_left(kept: Path) -> None:
    """When the same environment is built again, even if that fails."""
    wanted = Requirements((f"{NAME}==1.0",), python="3.99")
    abandoned = kept / f".{requirements.digest(wanted)}-killed"
    (abandoned / "lib").mkdir(parents=True)

    with pytest.raises(BuildError):
        build(wanted)

    assert nothing_is_left(kept)


def test_the_cache_can_be_moved(
    both: tuple[BuiltEnvironment, BuiltEnvironment], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own path is nowhere in it."""
    shutil.copytree(both[0].folder.parent, tmp_path / "moved")
    monkeypatch.setenv(settings.ENVIRONMENTS, str(tmp_path / "moved"))

    found = cache.find(both[0].environment.digest)

    assert found
    assert found.environment.version(NAME) == "1.0"
    assert all(path.startswith(str(tmp_path)) for path in found.environment.interpreter.packages)


def test_ignores_broken_environments(both: tuple[BuiltEnvironment, BuiltEnvironment], kept: Path) -> None:
    """Those whose Python was removed, or whose manifest cannot be read."""
    shutil.copytree(both[0].folder.parent, kept)
    one, two = (kept / built.folder.name for built in both)
    manifest = one / cache.MANIFEST
    manifest.write_text(manifest.read_text().replace(os.path.realpath(sys.executable), "/gone/python"))
    (two / cache.MANIFEST).write_text("{}")

    assert cache.find(one.name) is None
    assert cache.all_built() == []


def test_removes_environments_unused_for_30_days(both: tuple[BuiltEnvironment, BuiltEnvironment], kept: Path) -> None:
    """Those used or built later are kept."""
    shutil.copytree(both[0].folder.parent, kept)
    old = time.time() - cache.UNUSED - 60
    for built in cache.all_built():
        os.utime(built.folder / cache.MANIFEST, (old, old))
    used = cache.find(both[0].environment.digest)
    assert used
    used.mark_used("course")

    assert cache.remove_unused() == [both[1].environment.digest]
    assert [one.environment.digest for one in cache.all_built()] == [used.environment.digest]
    assert used.used
    assert used.used[1] == "course"
