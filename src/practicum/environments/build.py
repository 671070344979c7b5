"""Building an environment: a virtual environment filled by pip beside its place, and moved there when it is whole.

A virtual environment cannot be moved where its scripts are concerned: they name the folder in which they were made.
No run uses them. All that the runner needs are the interpreter that the environment was made from, which stays where
it is, and the `site-packages` folders; so the scripts are taken away, and the rest can be moved.

Only wheels are installed: to build a package from its source would run what its author wrote, here, outside of any
sandbox. For the same reason the new interpreter is not started any more once pip has installed into it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from practicum import settings
from practicum.environments import cache, requirements
from practicum.environments.cache import Built
from practicum.model import Requirements
from practicum.runner.environment import Environment
from practicum.runner.sandbox import Interpreter

OnLine = Callable[[str], None]
"""Called with each line that pip prints."""

_TOLD = 12
"""Lines of a failing pip that are shown."""
_PIP = (
    "install",
    "--no-input",
    "--disable-pip-version-check",
    "--no-warn-script-location",
    "--progress-bar=off",
    "--only-binary=:all:",
    "--compile",  # the sandbox cannot write bytecode
)
_REDIRECTING = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_PYTHON")
"""Settings of pip that would have it install elsewhere."""
_LOOK = """
import json, os, sys, sysconfig
paths = sysconfig.get_paths()
base = sysconfig.get_paths(vars={"base": sys.base_prefix, "platbase": sys.base_exec_prefix})
library = [os.path.join(sys.base_prefix, "lib"), base["stdlib"], base["platstdlib"]]
print(json.dumps({
    "program": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "library": sorted({os.path.realpath(path) for path in library if os.path.isdir(path)}),
    "site": list(dict.fromkeys(os.path.realpath(paths[name]) for name in ("purelib", "platlib"))),
    "python": ".".join(map(str, sys.version_info[:3])),
}))
"""


class BuildError(Exception):
    """An environment could not be built; the text says why, with the last lines of what was said about it."""


@dataclass(frozen=True)
class Outcome:
    """What a build came to."""

    built: Built
    is_new: bool
    """Whether anything was installed; else it was there."""
    locked: Path | None = None
    """The lock that was written, if one was."""
    unlocked: str = ""
    """Why a lock that should have been written was not."""


def build(wanted: Requirements, lock_file: Path | None = None, on_line: OnLine | None = None) -> Outcome:
    """The environment that is asked for, built if it is not there.

    Without a lock the newest packages that fit are taken, and what they are is written into `lock_file`. Ctrl-C, or
    any failure, leaves nothing behind. Raises BuildError.
    """
    digest = requirements.digest(wanted)
    root = settings.environments_directory()
    found = cache.find(digest)
    if found and (wanted.lock or lock_file is None):
        return Outcome(found, is_new=False)
    on_line = on_line or (lambda line: None)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root / f".{digest}.lock"):
            found = cache.find(digest)
            if found:  # another build has ended while this one waited, or one without a lock before
                return _adopt(found, wanted, lock_file)
            for left in root.glob(f".{digest}-*"):
                shutil.rmtree(left, ignore_errors=True)
            return _build(wanted, digest, lock_file, on_line)
    except OSError as reason:
        raise BuildError(f"{root}: {reason.strerror or reason}") from reason


def _adopt(found: Built, wanted: Requirements, lock_file: Path | None) -> Outcome:
    """What is there already; under the lock's name, if it can now be written."""
    if wanted.lock or lock_file is None:
        return Outcome(found, is_new=False)
    locked, unlocked = _write_lock(lock_file, found.lock)
    if locked:
        digest = requirements.digest(replace(wanted, lock=found.lock))
        _put(found.folder, found.folder.parent / digest)
        found = cache.find(digest) or found
    return Outcome(found, False, locked, unlocked)


def _build(wanted: Requirements, digest: str, lock_file: Path | None, on_line: OnLine) -> Outcome:
    root = settings.environments_directory()
    python = _python(wanted)
    beside = Path(tempfile.mkdtemp(prefix=f".{digest}-", dir=root))
    try:
        environment = _install(wanted, python, beside, digest, on_line)
        lock, missing = requirements.lock(wanted.packages, environment)
        if missing:
            raise BuildError(_incomplete(missing, bool(wanted.lock)))
        if wanted.lock:
            lock = wanted.lock
        locked, unlocked = None, ""
        if lock_file is not None and not wanted.lock:
            locked, unlocked = _write_lock(lock_file, lock)
            if locked:
                digest = requirements.digest(replace(wanted, lock=lock))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        environment = replace(environment, digest=digest)
        cache.write_manifest(Built(beside, environment, wanted.packages, lock, now, cache.measure(beside)))
        _put(beside, root / digest)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    built = cache.find(digest)
    if built is None:
        raise BuildError(f"{root / digest}: what was built there cannot be read")
    return Outcome(built, True, locked, unlocked)


def _python(wanted: Requirements) -> str:
    """The program that makes the environment."""
    if requirements.minor(wanted) == requirements.minor(Requirements(())):
        return Interpreter.current().program
    name = f"python{wanted.python}"
    found = shutil.which(name)
    if found is None:
        raise BuildError(f"Python {wanted.python} is asked for, and there is no {name} on the PATH: install it")
    return found


def _install(wanted: Requirements, python: str, folder: Path, digest: str, on_line: OnLine) -> Environment:
    """A virtual environment in `folder` with all packages."""
    on_line("making a virtual environment")
    _run([python, "-I", "-m", "venv", str(folder)], on_line, "a virtual environment could not be made")
    program = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    # Asked now: what is installed below may bring `.pth` files, which run when an interpreter starts.
    told = json.loads(_run([program, "-I", "-c", _LOOK], lambda line: None, "the new Python did not start")[-1])
    listed = folder / "requirements.txt"
    listed.write_text("".join(f"{line}\n" for line in wanted.lock or wanted.packages), "utf-8")
    words = [*_PIP, *(["--no-deps"] if wanted.lock else []), "--requirement", str(listed)]
    _run([program, "-I", "-m", "pip", *words], on_line, "pip could not install the packages")
    for scripts in ("bin", "Scripts"):
        shutil.rmtree(folder / scripts, ignore_errors=True)
    interpreter = Interpreter(told["program"], tuple(told["library"]), tuple(told["site"]))
    return Environment(digest, told["python"], interpreter)


def _run(command: Sequence[str], on_line: OnLine, what: str) -> list[str]:
    """The last lines that a command printed. Raises BuildError with them if it fails; killed if we are interrupted."""
    environment = {name: value for name, value in os.environ.items() if name not in _REDIRECTING}
    last: deque[str] = deque(maxlen=_TOLD)
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
        umask=0o022 if os.name == "posix" else -1,  # a run's user must be able to read it
        start_new_session=True,  # so that what it starts itself can be ended with it
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.strip():
                last.append(line.rstrip())
                on_line(line.strip())
        code = process.wait()
    except BaseException:
        _kill(process)
        raise
    finally:
        process.stdout.close()
    if code:
        raise BuildError("\n".join([f"{what}:", *(f"  {line}" for line in last)]))
    return list(last)


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _incomplete(missing: Sequence[str], is_locked: bool) -> str:
    remedy = "; delete environment.txt, and the next build writes it anew" if is_locked else ""
    return f"not all was installed: {'; '.join(missing[:5])}{remedy}"


def _write_lock(file: Path, lock: Sequence[str]) -> tuple[Path | None, str]:
    """The lock, if it could be written; else why not. A course inside an installed package often cannot be written."""
    head = "# What `practicum env build` installed for this course. Delete this file to have newer packages chosen.\n"
    try:
        file.write_text(head + "".join(f"{line}\n" for line in lock), "utf-8", newline="\n")
    except OSError as reason:
        return None, f"{file}: {reason.strerror}"
    return file, ""


def _put(beside: Path, place: Path) -> None:
    """Give the whole environment its name. What is there already, of the same name, is as good, unless it is broken."""
    beside.chmod(0o755)
    if place.exists():
        if cache.find(place.name):
            shutil.rmtree(beside, ignore_errors=True)
            return
        cache.remove(place.name)
    beside.rename(place)


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One build of an environment at a time; who comes second waits, and then finds it built."""
    if sys.platform == "win32":  # two builds there both install, and the second throws its own away
        yield
        return
    import fcntl

    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
