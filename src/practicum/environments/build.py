"""Building an environment: a virtual environment that pip fills in a temporary folder, renamed when it is complete.

The scripts of a virtual environment contain its path, so they would break when it is moved. Runs do not use them: the
runner needs the interpreter that the environment was created from, which is not moved, and the `site-packages`
folders. The scripts are deleted, and the rest can be moved.

If this program's own pip can install into the environment, the environment gets no pip: `ensurepip` takes longer than
installing a small package, and a course does not need pip.

Only wheels are installed, since building a package from source runs its author's code outside of the sandbox. For the
same reason the new interpreter is not started once pip has installed into it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata, resources
from pathlib import Path

from packaging.version import Version

from practicum import settings
from practicum.environments import cache, requirements
from practicum.environments.cache import BuiltEnvironment
from practicum.errors import CodedError
from practicum.model import Requirements
from practicum.runner.environment import Environment
from practicum.runner.sandbox import Interpreter

OnLine = Callable[[str], None]
"""Called with each line that pip prints."""

_SHOWN_LINES = 12
"""Lines of a failing command that an error shows."""
_PIP = (
    "install",
    "--no-input",
    "--disable-pip-version-check",
    "--no-warn-script-location",
    "--progress-bar=off",
    "--only-binary=:all:",
    "--compile",  # the sandbox cannot write bytecode
)
_INSTALLS_ELSEWHERE = Version("22.3")
"""The first pip with `--python`, which installs into another environment."""
_OTHER_TARGETS = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_PYTHON")
"""Environment variables that would make pip install elsewhere."""


class BuildError(CodedError):
    """An environment could not be built; the message ends with the last lines of the command that failed.

    Its codes are `command-failed`, `packages-missing`, `python-not-found`, `not-writable` and `not-readable`.
    """


@dataclass(frozen=True)
class BuildResult:
    """The environment that a build returned, and what became of the lock."""

    built: BuiltEnvironment
    is_new: bool
    """Whether it was built now; otherwise it was in the cache."""
    locked: Path | None = None
    """The lock file, if one was written."""
    unlocked: str = ""
    """Why the lock file could not be written; empty otherwise."""


def build(wanted: Requirements, lock_file: Path | None = None, on_line: OnLine | None = None) -> BuildResult:
    """Return the environment for some requirements, building it if it is not in the cache.

    Without a lock pip chooses the newest packages that match, and they are written into `lock_file`. An interruption
    or a failure leaves nothing behind.

    Args:
        wanted: The requirements.
        lock_file: Where a lock is written, if `wanted` has none.
        on_line: Called with each line that pip prints.

    Raises:
        BuildError: It could not be built.
    """
    digest = requirements.digest(wanted)
    root = settings.environments_directory()
    found = cache.find(digest)
    if found and (wanted.lock or lock_file is None):
        return BuildResult(found, is_new=False)
    on_line = on_line or (lambda line: None)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _exclusive(root / f".{digest}.lock"):
            found = cache.find(digest)
            if found:  # built while this one waited, or before without a lock
                return _adopt(found, wanted, lock_file)
            for abandoned in root.glob(f".{digest}-*"):
                shutil.rmtree(abandoned, ignore_errors=True)
            return _build(wanted, digest, lock_file, on_line)
    except OSError as error:
        raise BuildError("not-writable", f"{root}: {error.strerror or error}") from error


def _adopt(found: BuiltEnvironment, wanted: Requirements, lock_file: Path | None) -> BuildResult:
    """Return an environment from the cache, under the name of its lock if the lock can be written now."""
    if wanted.lock or lock_file is None:
        return BuildResult(found, is_new=False)
    locked, unlocked = _write_lock(lock_file, found.lock)
    if locked:
        digest = requirements.digest(replace(wanted, lock=found.lock))
        _move(found.folder, found.folder.parent / digest)
        found = cache.find(digest) or found
    return BuildResult(found, False, locked, unlocked)


def _build(wanted: Requirements, digest: str, lock_file: Path | None, on_line: OnLine) -> BuildResult:
    root = settings.environments_directory()
    python = _python(wanted)
    temporary = Path(tempfile.mkdtemp(prefix=f".{digest}-", dir=root))
    try:
        environment = _install(wanted, python, temporary, digest, on_line)
        lock, missing = requirements.lock(wanted.packages, environment)
        if missing:
            raise BuildError("packages-missing", _incomplete(missing, bool(wanted.lock)))
        if wanted.lock:
            lock = wanted.lock
        locked, unlocked = None, ""
        if lock_file is not None and not wanted.lock:
            locked, unlocked = _write_lock(lock_file, lock)
            if locked:
                digest = requirements.digest(replace(wanted, lock=lock))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        environment = replace(environment, digest=digest)
        cache.write_manifest(
            BuiltEnvironment(temporary, environment, wanted.packages, lock, now, cache.folder_size(temporary))
        )
        _move(temporary, root / digest)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    built = cache.find(digest)
    if built is None:
        raise BuildError("not-readable", f"{root / digest}: the environment built there cannot be read")
    return BuildResult(built, True, locked, unlocked)


def _python(wanted: Requirements) -> str:
    """Return the Python program that creates the environment."""
    if requirements.python_version(wanted) == requirements.python_version(Requirements(())):
        return Interpreter.current().program
    name = f"python{wanted.python}"
    found = shutil.which(name)
    if found is None:
        message = f"Python {wanted.python} is required, and there is no {name} on the PATH. Install it."
        raise BuildError("python-not-found", message)
    return found


def _install(wanted: Requirements, python: str, folder: Path, digest: str, on_line: OnLine) -> Environment:
    """Create a virtual environment in `folder` and install all packages into it."""
    uses_own_pip = python == Interpreter.current().program and _has_own_pip()
    on_line("Creating a virtual environment")
    create = [python, "-I", "-m", "venv", *(["--without-pip"] if uses_own_pip else []), str(folder)]
    _run(create, on_line, "The virtual environment could not be created")
    program = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    # Before the packages are installed: they may bring `.pth` files, which run when an interpreter starts.
    script = resources.files("practicum.environments").joinpath("describe_interpreter.py").read_text("utf-8")
    lines = _run([program, "-I", "-c", script], lambda line: None, "The new Python did not start")
    description = json.loads(lines[-1])
    requirements_file = folder / "requirements.txt"
    requirements_file.write_text("".join(f"{line}\n" for line in wanted.lock or wanted.packages), "utf-8")
    arguments = [*_PIP, *(["--no-deps"] if wanted.lock else []), "--requirement", str(requirements_file)]
    pip = [sys.executable, "-I", "-m", "pip", "--python", program] if uses_own_pip else [program, "-I", "-m", "pip"]
    _run([*pip, *arguments], on_line, "pip could not install the packages")
    for scripts in ("bin", "Scripts"):
        shutil.rmtree(folder / scripts, ignore_errors=True)
    interpreter = Interpreter(description["program"], tuple(description["library"]), tuple(description["site"]))
    return Environment(digest, description["python"], interpreter)


def _has_own_pip() -> bool:
    """Return whether the environment of this program has a pip that can install into another environment."""
    found = next(iter(metadata.distributions(name="pip", path=[sysconfig.get_path("purelib")])), None)
    return found is not None and Version(found.version) >= _INSTALLS_ELSEWHERE


def _run(command: Sequence[str], on_line: OnLine, error: str) -> list[str]:
    """Run a command and return the last lines it prints; kill it if this process is interrupted.

    Raises:
        BuildError: The command failed. The message is `error` and these lines.
    """
    # pip starts itself again for `--python`, without `-I`: no variable may add folders to its path.
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in _OTHER_TARGETS and not name.startswith("PYTHON")
    }
    last: deque[str] = deque(maxlen=_SHOWN_LINES)
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
        start_new_session=True,  # so that the processes it starts are killed with it
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
        raise BuildError("command-failed", "\n".join([f"{error}:", *(f"  {line}" for line in last)]))
    return list(last)


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _incomplete(missing: Sequence[str], is_locked: bool) -> str:
    remedy = " Delete environment.txt, and the next build writes it again." if is_locked else ""
    return f"Packages are missing: {'; '.join(missing[:5])}.{remedy}"


def _write_lock(file: Path, lock: Sequence[str]) -> tuple[Path | None, str]:
    """Write the lock. Return its file, or else why it could not be written, as in a course within a package."""
    head = "# The packages that `practicum env build` installed for this course. Delete this file to update them.\n"
    try:
        file.write_text(head + "".join(f"{line}\n" for line in lock), "utf-8", newline="\n")
    except OSError as error:
        return None, f"{file}: {error.strerror}"
    return file, ""


def _move(temporary: Path, place: Path) -> None:
    """Rename a complete environment. One of that name that is there already is kept, unless it is broken."""
    temporary.chmod(0o755)
    if place.exists():
        if cache.find(place.name):
            shutil.rmtree(temporary, ignore_errors=True)
            return
        cache.remove(place.name)
    temporary.rename(place)


@contextlib.contextmanager
def _exclusive(file: Path) -> Iterator[None]:
    """Lock a file, so that a second build of the same environment waits and then finds it built."""
    if sys.platform == "win32":  # there both builds install, and the second discards its own
        yield
        return
    import fcntl

    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
