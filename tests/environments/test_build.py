"""Building environments with the real venv and the real pip, from wheels in a folder."""

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
from practicum.environments.cache import Built
from practicum.model import Requirements
from tests.environments.making import NAME, wheel

pytestmark = pytest.mark.slow


def nothing_is_left(folder: Path) -> bool:
    """Whether a cache holds no environment and no part of one."""
    return not folder.exists() or all(path.suffix == ".lock" for path in folder.iterdir())


def start(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "practicum", "env", "build", "--packages", *words]

    def hear() -> None:
        """Where the tests run in the background of a shell, Ctrl-C is ignored by all that they start."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=hear)


def test_an_environment_holds_what_was_asked_for_and_what_that_needs(both: tuple[Built, Built]) -> None:
    """The lock says all of it, the manifest the rest."""
    one, two = both

    assert one.lock == (f"{NAME}==1.0",)
    assert two.lock == (f"{NAME}==2.0", "practicum-sand==0.7")
    assert one.environment.version(NAME) == "1.0"
    assert one.environment.version("practicum-sand") is None
    assert two.environment.has("practicum_sand")
    assert 1_000_000 < one.size == cache.measure(one.folder) - (one.folder / cache.MANIFEST).stat().st_size
    assert one.used is None


def test_bytecode_is_compiled_and_anyone_may_read_it(both: tuple[Built, Built]) -> None:
    """The sandbox cannot write, and its user is not the one who built."""
    (site,) = map(Path, both[0].environment.interpreter.packages)

    assert list((site / "practicum_pebble" / "__pycache__").glob("*.pyc"))
    assert both[0].folder.stat().st_mode & 0o755 == 0o755
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in site.rglob("*"))


def test_scripts_are_taken_away(both: tuple[Built, Built]) -> None:
    """They would name the folder in which they were made."""
    for one in both:
        assert not (one.folder / "bin").exists()
        assert str(one.folder) not in " ".join(one.environment.interpreter.library)


def test_what_is_there_is_found_without_pip(wheels: Path, kept: Path) -> None:
    """The second time pip is not started: it prints nothing, and needs neither wheels nor a network."""
    wanted, said = Requirements((f"{NAME}==1.0",)), []
    first = build(wanted, on_line=said.append)
    count = len(said)
    second = build(wanted, on_line=said.append)

    assert (first.is_new, second.is_new) == (True, False)
    assert first.built == second.built
    assert len(said) == count > 1


def test_the_newest_are_pinned_and_the_pins_are_kept(wheels: Path, kept: Path, tmp_path: Path) -> None:
    """Without a lock the build writes one; with it, a newer version changes nothing."""
    file = tmp_path / "environment.txt"
    found = build(Requirements((NAME,)), file)
    lock = tuple(line for line in file.read_text().split("\n") if line and not line.startswith("#"))
    wheel(wheels, "3.0")
    cache.remove(found.built.environment.digest)
    again = build(Requirements((NAME,), lock=lock), file)
    (wheels / "practicum_pebble-3.0-py3-none-any.whl").unlink()

    assert found.locked == file
    assert lock == (f"{NAME}==2.0", "practicum-sand==0.7")
    assert again.built.environment == found.built.environment
    assert again.built.environment.digest == requirements.digest(Requirements((NAME,), lock=lock))
    assert again.locked is None


def test_a_lock_that_cannot_be_written_is_no_failure(wheels: Path, kept: Path, tmp_path: Path) -> None:
    """A course inside an installed package: the environment is there, found by what is asked for; told is why."""
    wanted = Requirements((NAME,))
    first = build(wanted, tmp_path / "missing" / "environment.txt")
    second = build(wanted, tmp_path / "missing" / "environment.txt")
    third = build(wanted, tmp_path / "environment.txt")

    assert "No such file" in first.unlocked
    assert first.built.environment.digest == requirements.digest(wanted)
    assert (first.is_new, second.is_new, third.is_new) == (True, False, False)
    assert third.locked
    assert third.built.environment.digest == requirements.digest(Requirements((NAME,), lock=third.built.lock))


def test_a_lock_without_what_its_packages_need_is_refused(wheels: Path, kept: Path) -> None:
    """Nothing that is not in the lock is installed behind its back."""
    with pytest.raises(BuildError, match=r"practicum-sand, which practicum-pebble asks for; delete environment.txt"):
        build(Requirements((NAME,), lock=(f"{NAME}==2.0",)))
    assert nothing_is_left(kept)


def test_a_failing_pip_says_why_in_its_own_words(wheels: Path, kept: Path) -> None:
    """The last lines of it; and nothing stays behind."""
    with pytest.raises(BuildError, match=r"(?s)pip could not install the packages:.*No matching distribution"):
        build(Requirements((f"{NAME}==9.9",)))
    assert nothing_is_left(kept)


def test_a_package_that_is_no_wheel_is_not_built(wheels: Path, kept: Path, tmp_path: Path) -> None:
    """Building it would run its author's code outside of the sandbox."""
    source = tmp_path / "practicum_gravel-1.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: practicum-gravel\nVersion: 1.0\n")
    shutil.make_archive(str(wheels / source.name), "gztar", tmp_path, source.name)

    with pytest.raises(BuildError, match="No matching distribution"):
        build(Requirements(("practicum-gravel",)))
    assert not (tmp_path / "ran").exists()


def test_a_python_that_is_not_there_is_named(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the name that was looked for."""
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(BuildError, match=r"there is no python3\.99 on the PATH"):
        build(Requirements((NAME,), python="3.99"))
    assert nothing_is_left(kept)


def test_an_interrupted_build_leaves_nothing(wheels: Path, kept: Path) -> None:
    """Ctrl-C while pip or venv works: exit code 130, one line, no folder, no process."""
    building = start(NAME)
    while not list(kept.glob(".*-*/pyvenv.cfg")):
        assert building.poll() is None
        time.sleep(0.01)
    (half,) = kept.glob(".*-*")

    building.send_signal(signal.SIGINT)
    told, _ = building.communicate(timeout=120)

    assert building.returncode == 130
    assert told == "interrupted; nothing was kept\n"
    assert nothing_is_left(kept)
    assert not [line for line in processes() if str(half) in line]


def processes() -> list[str]:
    """The command lines of all that runs here."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def test_two_builds_at_once_do_the_work_once(wheels: Path, kept: Path) -> None:
    """The second waits for the first, and finds it done."""
    both = [start(NAME), start(NAME)]
    told = sorted(building.communicate(timeout=120)[0] for building in both)

    assert [building.returncode for building in both] == [0, 0]
    assert "built in" in told[0]
    assert "there already" in told[1]
    assert len(cache.all_built()) == 1


def test_what_a_killed_build_left_is_cleared_away(wheels: Path, kept: Path) -> None:
    """By the next build of the same."""
    wanted = Requirements((f"{NAME}==1.0",))
    left = kept / f".{requirements.digest(wanted)}-killed"
    (left / "lib").mkdir(parents=True)

    build(wanted)

    assert not left.exists()


def test_the_cache_can_be_moved(both: tuple[Built, Built], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in it names its own place."""
    shutil.copytree(both[0].folder.parent, tmp_path / "moved")
    monkeypatch.setenv(settings.ENVIRONMENTS, str(tmp_path / "moved"))

    found = cache.find(both[0].environment.digest)

    assert found
    assert found.environment.version(NAME) == "1.0"
    assert all(path.startswith(str(tmp_path)) for path in found.environment.interpreter.packages)


def test_an_environment_whose_python_is_gone_is_none(both: tuple[Built, Built], kept: Path) -> None:
    """It is built again, not used; the same for one whose manifest is broken."""
    shutil.copytree(both[0].folder.parent, kept)
    one, two = (kept / built.folder.name for built in both)
    manifest = one / cache.MANIFEST
    manifest.write_text(manifest.read_text().replace(os.path.realpath(sys.executable), "/gone/python"))
    (two / cache.MANIFEST).write_text("{}")

    assert cache.find(one.name) is None
    assert cache.all_built() == []


def test_what_nobody_used_for_a_month_goes(both: tuple[Built, Built], kept: Path) -> None:
    """What was used lately stays, and what was built lately."""
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
