"""What a zygote may see, and the command that starts it: through bubblewrap in full mode, directly in bare mode."""

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

HOME = Path(practicum.__file__).parent
INSIDE = "/opt/practicum"
"""Where the sandbox shows what it shows of this package."""
SHOWN = (
    "__init__.py",
    "errors.py",
    "formatting.py",
    "model.py",
    "lab",
    "statistics",
    "runner/__init__.py",
    "runner/inside",
)
"""Of this package: never the courses (they hold the answers), the store or the web."""
SCRATCH = "/tmp"
"""Inside the sandbox: the job's own."""
CACHE = "/var/cache/practicum"
KERAS_HOME = "/opt/keras"
MOVED = "/opt/moved"
"""Where it shows an environment that lies in a folder which the job's scratch would cover."""
STAGE = "/tmp"
"""Covered for the zygote only, in a mount namespace of its own."""
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
"""Between what distributions give to people and what systemd gives to services: nobody's."""
KEPT = ("CAP_SYS_ADMIN", "CAP_SETPCAP")

BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); import practicum; del sys.path[0]; "
    "from practicum.runner.inside.{} import main; main()"
)
"""The folder with this package leaves the path again: it may hold the server's packages, and a run has its own."""


@dataclass(frozen=True)
class Interpreter:
    """A Python and the folders it imports from."""

    program: str
    """The real file: neither a link nor a virtual environment's."""
    library: tuple[str, ...]
    """Folders with the standard library and the shared library of Python."""
    packages: tuple[str, ...]
    """The `site-packages` folders."""

    @classmethod
    @functools.cache
    def current(cls) -> Interpreter:
        """The one that runs this program."""
        base = getattr(sys, "_base_executable", sys.executable) or sys.executable
        paths = sysconfig.get_paths()
        library = {str(Path(sys.base_prefix, "lib")), paths["stdlib"], paths["platstdlib"]}
        packages = [os.path.realpath(path) for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
        existing = tuple(sorted(os.path.realpath(path) for path in library if Path(path).is_dir()))
        return cls(os.path.realpath(base), existing, tuple(dict.fromkeys(packages)))

    def shown(self) -> Interpreter:
        """The same, as the sandbox shows it."""
        library, packages = (tuple(map(shown, paths)) for paths in (self.library, self.packages))
        return Interpreter(shown(self.program), library, packages)

    def command(self, module: str, folder: str, *arguments: str) -> list[str]:
        """The command that calls `main()` of the inside module, with this package found in `folder`.

        `-S`: nothing that an installed package or a `.pth` file wants to run at the start; `-s -P`: no other folder.
        """
        return [self.program, "-s", "-S", "-P", "-B", "-c", BOOT.format(module), folder, *arguments]


def shown(path: str) -> str:
    """Where the sandbox shows what lies at `path`: there, unless the job's scratch would cover it."""
    return MOVED + path if Path(path).is_relative_to(SCRATCH) else path


def environment(hash_seed: int, cache: str, keras_home: str) -> dict[str, str]:
    """All that a zygote and its jobs have for an environment: the same on every machine."""
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
        # A result must not depend on the number of processors, nor on which of them finished first.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_DETERMINISTIC_OPS": "1",
        "TF_ENABLE_ONEDNN_OPTS": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "GRPC_VERBOSITY": "ERROR",
        "ABSL_MIN_LOG_LEVEL": "3",
    }


def keras_cache() -> Path | None:
    """The folder with downloaded weights, if there is one."""
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    return folder if folder.is_dir() else None


# --- full mode -------------------------------------------------------------------------------------------------------


def full_command(python: Interpreter, hash_seed: int, control: int) -> list[str]:
    """Bubblewrap's command line for a zygote of that Python that talks on the descriptor `control`.

    As root, a small program first makes a mount namespace of its own, lays what is needed where an unprivileged user
    can reach it, becomes such a user, and only then starts bubblewrap.
    """
    binds = _binds(python)
    root = os.geteuid() == 0
    sources = [f"{STAGE}/{index}" for index in range(len(binds))] if root else [source for source, _ in binds]
    command = [_bwrap(), *_namespaces(), *_system()]
    for source, (_, target) in zip(sources, binds, strict=True):
        command += ["--ro-bind", source, target]
    command += _masks(python)
    for folder in (SCRATCH, CACHE):
        command += ["--tmpfs", folder]
    command += ["--symlink", f"{SCRATCH}/shm", "/dev/shm", "--remount-ro", "/", "--chdir", "/", "--clearenv"]
    for name, value in environment(hash_seed, CACHE, KERAS_HOME).items():
        command += ["--setenv", name, value]
    command += ["--", *python.shown().command("zygote", INSIDE, str(control))]
    if not root:
        return command
    plan = {"stage": STAGE, "binds": [source for source, _ in binds], "uid": FIRST_UID, "command": command}
    stage = str(HOME / "runner" / "root_helper.py")
    return [Interpreter.current().program, "-I", "-S", stage, json.dumps(plan)]


def _bwrap() -> str:
    found = shutil.which("bwrap", path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin")
    if found is None:
        raise FileNotFoundError("bubblewrap (bwrap) is not installed")
    return found


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
    for name in KEPT:
        flags += ["--cap-add", name]
    return flags


def _system() -> list[str]:
    """System libraries, devices one by one (`--dev` would make a second user namespace), and /proc."""
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
    """What is bound read-only besides the system: (where it is, where it is shown)."""
    binds = [(path, shown(path)) for path in _outermost([python.program, *python.library, *python.packages])]
    binds += [(str(HOME / name), f"{INSIDE}/practicum/{name}") for name in SHOWN if (HOME / name).exists()]
    cache = keras_cache()
    if cache:
        binds.append((str(cache), f"{KERAS_HOME}/models"))
    return binds


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths that no other of them, and no system folder, holds."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(Path(path).is_relative_to(other) for other in (*kept, *SYSTEM)):
            kept.append(path)
    return kept


def _masks(python: Interpreter) -> list[str]:
    words = []
    for path in hidden(python):
        words += ["--tmpfs", shown(path), "--remount-ro", shown(path)]
    return words


def hidden(python: Interpreter) -> list[str]:
    """What must not be seen of that which lies in the folders that are shown.

    This package, where it is installed as a wheel: the wheel holds the courses, with their answers. And the server's
    own packages, where a run has others: the server may be installed beside the standard library.
    """
    found = [f"{folder}/practicum" for folder in python.packages]
    found += [folder for folder in Interpreter.current().packages if folder not in python.packages]
    seen = [*SYSTEM, *SYSTEM_LINKS, *python.library, *python.packages]
    return [path for path in found if Path(path).is_dir() and any(Path(path).is_relative_to(root) for root in seen)]


# --- bare mode -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """What Landlock lets a job open in bare mode."""

    read: tuple[str, ...]
    write: tuple[str, ...]


def bare_sight(python: Interpreter) -> Sight:
    """The interpreter, its packages, and of this package what a job needs: never the courses."""
    roots = [*SYSTEM, *SYSTEM_LINKS, *_outermost([python.program, *python.library, *python.packages])]
    unseen = list(map(Path, hidden(python)))
    read = ["/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu", *DEVICES]
    for root in map(Path, roots):
        _all_but(root, unseen, read)
    read += [str(HOME / name) for name in SHOWN if (HOME / name).exists()]
    cache = keras_cache()
    if cache:
        read.append(str(cache))
    return Sight(tuple(read), ("/dev/null",))


def _all_but(folder: Path, unseen: list[Path], read: list[str]) -> None:
    """Let `folder` be read but for what is hidden in it: Landlock allows, it cannot take away.

    The folder itself cannot be listed then, for that would allow all below it to be; the zygote knows what is in it.
    """
    if folder in unseen:
        return
    if not any(path.is_relative_to(folder.resolve()) for path in unseen):
        read.append(str(folder))
        return
    for entry in folder.resolve().iterdir():
        _all_but(entry, unseen, read)


def needs_search(python: Interpreter, uid: int) -> bool:
    """Whether another user could not reach the interpreter: it lies, say, under root's private home."""
    paths = [Path(python.program), *map(Path, python.library), *map(Path, python.packages), HOME]
    return any(not _passable(parent, uid) for path in paths for parent in [*path.parents][::-1])


def _passable(folder: Path, uid: int) -> bool:
    status = folder.stat()
    return bool(status.st_mode & (0o100 if status.st_uid == uid else 0o001))
