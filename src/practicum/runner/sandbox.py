"""Which files a zygote can see, and the command that starts it: with bubblewrap in full mode, directly in bare mode."""

from __future__ import annotations

import functools
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import practicum

PACKAGE = Path(practicum.__file__).parent
PACKAGE_PARENT_INSIDE = "/opt/practicum"
"""Where the sandbox shows the visible parts of this package."""
VISIBLE_PARTS = (
    "__init__.py",
    "errors.py",
    "formatting.py",
    "model.py",
    "lab",
    "statistics",
    "runner/__init__.py",
    "runner/inside",
)
"""Parts of this package that a zygote needs: never the courses (they contain the answers), the store or the web."""
SCRATCH = "/tmp"
"""The job's scratch folder inside the sandbox."""
CACHE = "/var/cache/practicum"
KERAS_HOME = "/opt/keras"
MOVED = "/opt/moved"
"""Where the sandbox shows paths that the scratch folder would cover."""
STAGING_FOLDER = "/tmp"
"""Mount point for the files to show, in a mount namespace of the zygote only."""
SYSTEM = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib32",
    "/usr/local/lib",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
)
SYSTEM_LINKS = ("/lib", "/lib64", "/lib32")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
FIRST_UID = 60_600
"""First user of the jobs: between the ids that distributions give to people and those of systemd's services."""
KEPT_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETPCAP")

BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); import practicum; del sys.path[0]; "
    "from practicum.runner.inside.{} import main; main()"
)
"""Removes the folder with this package from the path again: it may contain the server's packages."""


class BubblewrapMissing(FileNotFoundError):
    """Full mode needs bubblewrap, which is not installed."""


@dataclass(frozen=True)
class Interpreter:
    """A Python executable and the folders it imports from."""

    program: str
    """The real file, not a link and not that of a virtual environment."""
    library: tuple[str, ...]
    """Folders with the standard library and Python's shared library."""
    packages: tuple[str, ...]
    """The `site-packages` folders."""

    @classmethod
    @functools.cache
    def current(cls) -> Interpreter:
        """Return the interpreter that runs this process."""
        base = getattr(sys, "_base_executable", sys.executable) or sys.executable
        paths = sysconfig.get_paths()
        library = {str(Path(sys.base_prefix, "lib")), paths["stdlib"], paths["platstdlib"]}
        packages = [os.path.realpath(path) for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
        existing = tuple(sorted(os.path.realpath(path) for path in library if Path(path).is_dir()))
        return cls(os.path.realpath(base), existing, tuple(dict.fromkeys(packages)))

    def inside_sandbox(self) -> Interpreter:
        """Return the same interpreter with the paths that it has inside the sandbox."""
        library, packages = (tuple(map(path_inside, paths)) for paths in (self.library, self.packages))
        return Interpreter(path_inside(self.program), library, packages)

    def command(self, module: str, folder: str, *arguments: str) -> list[str]:
        """Return the command that calls `main()` of a module in `inside`, with this package found in `folder`.

        `-S` keeps installed packages and `.pth` files from running code at the start; `-s -P` exclude other folders.
        """
        return [self.program, "-s", "-S", "-P", "-B", "-c", BOOT.format(module), folder, *arguments]


def path_inside(path: str) -> str:
    """Return the path inside the sandbox: the same, unless the scratch folder would cover it."""
    return MOVED + path if Path(path).is_relative_to(SCRATCH) else path


def environment_variables(hash_seed: int, cache: str, keras_home: str) -> dict[str, str]:
    """Return all environment variables of a zygote and its jobs: the same on every machine."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": cache,
        "TMPDIR": cache,
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": cache,
        "KERAS_HOME": keras_home,
        "KERAS_BACKEND": "tensorflow",
        # A result must not depend on the number of processors or on which of them finishes first.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_DETERMINISTIC_OPS": "1",
        "TF_ENABLE_ONEDNN_OPTS": "1",
        # Processes cannot be started, so joblib's `n_jobs=2` uses threads.
        "JOBLIB_MULTIPROCESSING": "0",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "GRPC_VERBOSITY": "ERROR",
        "ABSL_MIN_LOG_LEVEL": "3",
    }


def keras_cache() -> Path | None:
    """Return the folder with Keras's downloaded weights, if there is one."""
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    return folder if folder.is_dir() else None


# --- full mode -------------------------------------------------------------------------------------------------------


def bubblewrap_command(python: Interpreter, hash_seed: int, control: int) -> list[str]:
    """Return bubblewrap's command line for a zygote that communicates on the descriptor `control`.

    If the server is root, `root_helper` first binds the files where an unprivileged user can reach them, becomes such a
    user, and only then starts bubblewrap.
    """
    binds = _binds(python)
    root = os.geteuid() == 0
    sources = [f"{STAGING_FOLDER}/{index}" for index in range(len(binds))] if root else [source for source, _ in binds]
    command = [_bwrap(), *_namespaces(), *_system()]
    for source, (_, target) in zip(sources, binds, strict=True):
        command += ["--ro-bind", source, target]
    command += _masks(python)
    for folder in (SCRATCH, CACHE):
        command += ["--tmpfs", folder]
    command += ["--symlink", f"{SCRATCH}/shm", "/dev/shm", "--remount-ro", "/", "--chdir", "/", "--clearenv"]
    for name, value in environment_variables(hash_seed, CACHE, KERAS_HOME).items():
        command += ["--setenv", name, value]
    command += ["--", *python.inside_sandbox().command("zygote", PACKAGE_PARENT_INSIDE, str(control))]
    if not root:
        return command
    plan = {"stage": STAGING_FOLDER, "binds": [source for source, _ in binds], "uid": FIRST_UID, "command": command}
    stage = str(PACKAGE / "runner" / "root_helper.py")
    return [Interpreter.current().program, "-I", "-S", stage, json.dumps(plan)]


def _bwrap() -> str:
    path = shutil.which("bwrap", path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin")
    if path is None:
        raise BubblewrapMissing("bubblewrap (bwrap) is not installed")
    return path


def _namespaces() -> list[str]:
    flags = [
        "--unshare-user",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
    ]
    flags += ["--as-pid-1", "--new-session", "--hostname", "practicum", "--cap-drop", "ALL"]
    for name in KEPT_CAPABILITIES:
        flags += ["--cap-add", name]
    return flags


def _system() -> list[str]:
    """Return options for system libraries, devices (`--dev` would make a second user namespace) and /proc."""
    words = []
    for path in SYSTEM:
        words += ["--ro-bind-try", path, path]
    for path in SYSTEM_LINKS:
        if os.path.islink(path):  # noqa: PTH114
            words += ["--symlink", os.readlink(path), path]  # noqa: PTH115
        else:
            words += ["--ro-bind-try", path, path]
    for path in DEVICES:
        words += ["--dev-bind", path, path]
    return [*words, "--proc", "/proc"]


def _binds(python: Interpreter) -> list[tuple[str, str]]:
    """Return the read-only binds besides the system's: (path outside, path inside)."""
    binds = [(path, path_inside(path)) for path in _outermost([python.program, *python.library, *python.packages])]
    binds += [
        (str(PACKAGE / name), f"{PACKAGE_PARENT_INSIDE}/practicum/{name}")
        for name in VISIBLE_PARTS
        if (PACKAGE / name).exists()
    ]
    cache = keras_cache()
    if cache:
        binds.append((str(cache), f"{KERAS_HOME}/models"))
    return binds


def _outermost(paths: Iterable[str]) -> list[str]:
    """Return the paths that lie in none of the others and in no system folder."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(Path(path).is_relative_to(other) for other in (*kept, *SYSTEM)):
            kept.append(path)
    return kept


def _masks(python: Interpreter) -> list[str]:
    words = []
    for path in hidden_paths(python):
        words += ["--tmpfs", path_inside(path), "--remount-ro", path_inside(path)]
    return words


def hidden_paths(python: Interpreter) -> list[str]:
    """Return the folders that must be hidden although a visible folder contains them.

    These are this package where it is installed as a wheel, as the wheel contains the courses with their answers; and
    the server's own packages where a run uses others, as they may lie beside the standard library.
    """
    folders = [f"{folder}/practicum" for folder in python.packages]
    folders += [folder for folder in Interpreter.current().packages if folder not in python.packages]
    visible = [*SYSTEM, *SYSTEM_LINKS, *python.library, *python.packages]
    return [
        path for path in folders if Path(path).is_dir() and any(Path(path).is_relative_to(root) for root in visible)
    ]


# --- bare mode -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VisiblePaths:
    """Paths that Landlock lets a job open in bare mode."""

    read: tuple[str, ...]
    write: tuple[str, ...]


def bare_visible_paths(python: Interpreter) -> VisiblePaths:
    """Return the interpreter, its packages and the visible parts of this package."""
    roots = [*SYSTEM, *SYSTEM_LINKS, *_outermost([python.program, *python.library, *python.packages])]
    unseen = list(map(Path, hidden_paths(python)))
    read = ["/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu", *DEVICES]
    for root in map(Path, roots):
        _allow_except(root, unseen, read)
    read += [str(PACKAGE / name) for name in VISIBLE_PARTS if (PACKAGE / name).exists()]
    cache = keras_cache()
    if cache:
        read.append(str(cache))
    return VisiblePaths(tuple(read), ("/dev/null",))


def _allow_except(folder: Path, unseen: list[Path], read: list[str]) -> None:
    """Add `folder` to `read`, except for hidden folders in it: Landlock can allow paths but not exclude them.

    A folder with a hidden part cannot be listed, as that would allow everything below it. The zygote has listed it.
    """
    if folder in unseen:
        return
    if not any(path.is_relative_to(folder.resolve()) for path in unseen):
        read.append(str(folder))
        return
    for entry in folder.resolve().iterdir():
        _allow_except(entry, unseen, read)


def needs_search(python: Interpreter, uid: int) -> bool:
    """Return whether the user `uid` cannot reach the interpreter, for example because it is in root's home folder."""
    paths = [Path(python.program), *map(Path, python.library), *map(Path, python.packages), PACKAGE]
    return any(not _passable(parent, uid) for path in paths for parent in [*path.parents][::-1])


def _passable(folder: Path, uid: int) -> bool:
    status = folder.stat()
    return bool(status.st_mode & (0o100 if status.st_uid == uid else 0o001))
