"""Searches its environment for variables of the server.

Contained: it contains only what the runner sets, the same on every machine.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code=r"""
harmless = {"PATH", "LANG", "HOME", "TMPDIR", "PYTHONHASHSEED", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "MPLBACKEND",
            "MPLCONFIGDIR", "KERAS_HOME", "KERAS_BACKEND", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
            "JOBLIB_MULTIPROCESSING",
            "CUDA_VISIBLE_DEVICES", "GRPC_VERBOSITY", "ABSL_MIN_LOG_LEVEL", "LC_CTYPE", "PWD"}
def known(name):
    return name in harmless or name.startswith("TF_")
with open("/proc/self/environ") as file:
    first = [entry.partition("=")[0] for entry in file.read().split("\0") if entry]
escaped += [name for name in (*os.environ, *first) if not known(name)]
""",
)
