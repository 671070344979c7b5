"""Imports the costly modules in an interpreter before any job, without running an operation."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.machinery
import os
import site
import sys
import warnings

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Sequence

PYTHON: tuple[str, ...] = (
    "random",
    "datetime",
    "math",
    "collections",
    "functools",
    "re",
    "hashlib",
    "_posixsubprocess",
    "_multiprocessing",
)
NUMPY = (*PYTHON, "secrets", "numpy", "numpy.random", "numpy.linalg")
TENSORFLOW = (*NUMPY, "tensorflow", "keras", "matplotlib.font_manager", "matplotlib.pyplot", "PIL.Image")
MAX_THREADS = 1
"""Maximum number of threads for forking: with more, a child might wait for a lock that no thread of it holds."""
MODULES = {"python": PYTHON, "numpy": NUMPY, "tensorflow": TENSORFLOW}
OPTIONAL = ("matplotlib", "PIL", "_posixsubprocess", "_multiprocessing")


def prepare(preload: str, folders: list[str], libraries: Sequence[str] = ()) -> None:
    """Make `folders` importable and import the modules of `preload`, and `libraries` if they can be imported.

    Raises:
        ImportError: A module of `preload` is missing, or a library has started a thread.
    """
    sys.path.extend(folder for folder in folders if folder not in sys.path)
    _add_site_builtins()
    # Here and not for each job, because compiling the pattern takes half a millisecond.
    warnings.filterwarnings("ignore", message=".*FigureCanvasAgg is non-interactive")
    # Lists every folder on the path, which Python caches: in bare mode a job cannot list folders with hidden parts.
    importlib.machinery.PathFinder.find_spec("practicum_nowhere")
    # Keras imports IPython if it is installed, which costs time, memory and threads.
    for name in ("IPython", "ipykernel"):
        sys.modules[name] = None  # type: ignore[assignment]
    for name in MODULES[preload]:
        if name.split(".")[0] in OPTIONAL:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        else:
            importlib.import_module(name)
    for name in libraries:
        with contextlib.suppress(Exception):  # the job imports it too, and its exception is the job's
            importlib.import_module(name)
    if libraries and threads() > MAX_THREADS:
        raise ImportError(f"importing {', '.join(libraries)} starts threads")
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].config.list_physical_devices()
        _fill_registries()


def _fill_registries() -> None:
    """Let TensorFlow fill its registries of operations and kernels, which it does at the first operation of a process.

    This starts no thread, unlike an operation, and saves each child a quarter of its first operation's time.
    """
    with contextlib.suppress(ImportError, AttributeError):  # these modules are not a public interface
        kernels = importlib.import_module("tensorflow.python.framework.kernels")
        operations = importlib.import_module("tensorflow.python.framework.op_def_registry")
        compiler = importlib.import_module("tensorflow.python.util.pywrap_xla_ops")
        kernels.get_registered_kernels_for_op("MatMul")
        operations.get("NoSuchOperation")  # the first name that is not found lists them all
        compiler.get_cpu_kernel_names()


def release_unused_memory() -> None:
    """Release freed memory, and the unmodified pages of libraries: 350 MB of TensorFlow, which children map themselves.

    Of the libraries only file mappings without a modified page are released, so nothing is lost: the system reads them
    again on demand, from its file cache.
    """
    import ctypes

    libc = ctypes.CDLL(None)
    libc.malloc_trim(0)
    span = None
    with open("/proc/self/smaps") as file:
        for line in file:
            head = line.split(maxsplit=5)
            if "-" in head[0] and not head[0].endswith(":"):
                is_file = len(head) == 6 and head[5].startswith("/") and head[1] in ("r-xp", "r--p")
                low, high = (int(part, 16) for part in head[0].split("-"))
                span = (low, high - low) if is_file else None
            elif span and head[0] == "Anonymous:" and head[1] == "0":
                libc.madvise(ctypes.c_void_p(span[0]), ctypes.c_size_t(span[1]), 4)


def _add_site_builtins() -> None:
    """Add `exit`, `quit`, `help` and the like, which `site` defines and `python -S` omits."""
    if not hasattr(builtins, "exit"):
        site.setquit()
        site.setcopyright()
        site.sethelper()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the loaded libraries."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "tensorflow", "keras"):
        if sys.modules.get(name) is not None:
            versions[name] = str(getattr(sys.modules[name], "__version__", ""))
    return versions


def threads() -> int:
    """Return the number of threads of this process, including those of C libraries."""
    return len(os.listdir("/proc/self/task"))
