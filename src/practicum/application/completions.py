"""Names to complete code with: those that Keras, NumPy and others have where a course's code runs.

The environment itself is asked, once, in a run like any other: the service never imports such packages.
"""

from __future__ import annotations

import json
import time
from importlib.resources import files

from anyio import CapacityLimiter

from practicum.application.limits import LONG
from practicum.model import Json
from practicum.prove.catalogue import Catalogue
from practicum.runner import Environment, Job, Pool, Preload

MODULES = (
    "keras",
    "keras.activations",
    "keras.applications",
    "keras.applications.efficientnet",
    "keras.applications.efficientnet_v2",
    "keras.applications.mobilenet_v2",
    "keras.applications.mobilenet_v3",
    "keras.applications.resnet",
    "keras.applications.resnet_v2",
    "keras.applications.vgg16",
    "keras.callbacks",
    "keras.initializers",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.models",
    "keras.ops",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.preprocessing",
    "keras.random",
    "keras.regularizers",
    "keras.utils",
    "numpy",
    "numpy.linalg",
    "numpy.random",
    "matplotlib.pyplot",
)
CLASSES = ("keras.Model", "keras.Sequential", "numpy.ndarray")
"""Classes whose members are completed too, for their instances."""
RETRY_AFTER = 300.0
"""Seconds after which an environment that gave no names is asked again."""


class Completions:
    """The names of each environment, as far as it was asked: by one thread at a time, so that pages have theirs."""

    def __init__(self) -> None:
        self.limiter = CapacityLimiter(1)
        self._names: dict[Environment, bytes] = {}
        self._failed: dict[Environment, float] = {}
        """When an environment last gave no names."""

    def names(self, catalogue: Catalogue, pool: Pool) -> bytes | None:
        """Return `{"modules": {module: [[name, kind, signature], …]}}` as JSON; None if it could not be found out."""
        from practicum.environments.selection import NoEnvironment, choose

        try:
            environment = choose(catalogue.course, catalogue.root)
        except NoEnvironment:
            return None
        return self.names_of(environment, pool)

    def names_of(self, environment: Environment, pool: Pool) -> bytes | None:
        """Return the names of an environment, which is asked once; None if they could not be found out recently."""
        failed = self._failed.get(environment, -RETRY_AFTER)
        if environment not in self._names and time.monotonic() - failed >= RETRY_AFTER:
            names = _ask(pool, environment)
            if names:
                self._names[environment] = names
            else:
                self._failed[environment] = time.monotonic()
        return self._names.get(environment)


def _ask(pool: Pool, environment: Environment) -> bytes | None:
    code = (files("practicum.application.in_job") / "list_public_names.py").read_text(encoding="utf-8")
    setup = f"modules = {MODULES!r}\nclasses = {CLASSES!r}\n"
    warm = Preload.TENSORFLOW if environment.has("keras") else Preload.PYTHON
    expression = "list_public_names(modules, classes)"
    job = Job(code, setup, values={"names": expression}, preload=warm, limits=LONG, environment=environment)
    names = pool.run(job).values.get("names")
    if not isinstance(names, str):
        return None
    modules: Json = json.loads(names)
    return json.dumps({"modules": modules}, ensure_ascii=False, separators=(",", ":")).encode()
