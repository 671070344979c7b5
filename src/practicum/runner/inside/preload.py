"""What an interpreter imports before any job: the costly modules, and nothing that runs an operation."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.machinery
import os
import site
import sys

PYTHON: tuple[str, ...] = ("random", "math", "collections", "functools", "re")
NUMPY = (*PYTHON, "secrets", "numpy", "numpy.random", "numpy.linalg")
TENSORFLOW = (*NUMPY, "tensorflow", "keras", "matplotlib.font_manager", "matplotlib.pyplot", "PIL.Image")
MODULES = {"python": PYTHON, "numpy": NUMPY, "tensorflow": TENSORFLOW}
OPTIONAL = ("matplotlib", "PIL")


def prepare(preload: str, folders: list[str]) -> None:
    """Make `folders` importable and import what `preload` names. Raises `ImportError` where one is missing."""
    sys.path.extend(folder for folder in folders if folder not in sys.path)
    _builtins_of_site()
    # Every folder on the path is listed now and remembered: in bare mode a job may not list those with hidden parts.
    importlib.machinery.PathFinder.find_spec("practicum_nowhere")
    # Keras imports IPython if it is there: that costs time, memory and threads, and a run is no notebook.
    for name in ("IPython", "ipykernel"):
        sys.modules[name] = None  # type: ignore[assignment]
    for name in MODULES[preload]:
        if name.split(".")[0] in OPTIONAL:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        else:
            importlib.import_module(name)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].config.list_physical_devices()


def release_clean_pages() -> None:
    """Hand back the pages of libraries that were only read: 350 MB of TensorFlow, which children map for themselves.

    Only mappings of files without a single changed page are touched, so nothing can be lost: what is needed again is
    read again, from the system's cache of the file.
    """
    import ctypes

    libc = ctypes.CDLL(None)
    span = None
    with open("/proc/self/smaps") as file:
        for line in file:
            head = line.split(maxsplit=5)
            if "-" in head[0] and not head[0].endswith(":"):
                of_file = len(head) == 6 and head[5].startswith("/") and head[1] in ("r-xp", "r--p")
                low, high = (int(part, 16) for part in head[0].split("-"))
                span = (low, high - low) if of_file else None
            elif span and head[0] == "Anonymous:" and head[1] == "0":
                libc.madvise(ctypes.c_void_p(span[0]), ctypes.c_size_t(span[1]), 4)


def _builtins_of_site() -> None:
    """`exit` and its kin, which `site` makes and `python -S` leaves out."""
    if not hasattr(builtins, "exit"):
        site.setquit()
        site.setcopyright()
        site.sethelper()


def versions() -> dict[str, str]:
    """The versions of what is loaded."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "tensorflow", "keras"):
        if sys.modules.get(name) is not None:
            found[name] = str(getattr(sys.modules[name], "__version__", ""))
    return found


def threads() -> int:
    """Threads of this process, those of C libraries included."""
    return len(os.listdir("/proc/self/task"))
