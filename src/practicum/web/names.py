"""Names to complete code with: those that Keras, NumPy and the like have where a course's code runs.

They are asked of the environment itself, once, in a run like any other: the service never imports such packages.
"""

from __future__ import annotations

import json
import time
from functools import partial

from anyio import CapacityLimiter
from anyio.to_thread import run_sync as in_thread
from starlette.requests import Request
from starlette.responses import Response

from practicum.model import Json
from practicum.prove.catalogue import Catalogue
from practicum.runner import Environment, Job, Limits, Pool, Preload
from practicum.web import scratch
from practicum.web.site import site

DAY = "private, max-age=86400"
LIMITS = Limits(seconds=60)
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
"""Classes whose members are known too, for what is made of them."""

# What is run. A signature is cut: it helps to remember, and the documentation has the rest.
_CODE = """
import importlib, inspect, json, sys

foreign = sys.stdlib_module_names - {"builtins"}

def about(value):
    if inspect.ismodule(value):
        return "module", ""
    kind = "class" if inspect.isclass(value) else "function" if callable(value) else "value"
    if kind == "value":
        return kind, ""
    try:
        bare = inspect.signature(value)
    except (TypeError, ValueError):
        return kind, ""
    kept = [one.replace(annotation=one.empty) for one in bare.parameters.values() if one.name != "self"]
    try:
        text = str(bare.replace(parameters=kept, return_annotation=bare.empty))
    except ValueError:
        return kind, ""
    return kind, text if len(text) <= 60 and " at 0x" not in text else text[:44].rpartition(",")[0] + ", …)"

def members(owner, path):
    found = []
    for name in sorted(set(dir(owner)), key=lambda name: (name.lower(), name)):
        if name.startswith("_") or name in ("src", "api"):
            continue
        try:
            value = getattr(owner, name)
        except Exception:
            continue
        if inspect.ismodule(value) and f"{path}.{name}" not in modules:
            continue
        if (getattr(value, "__module__", None) or "").split(".")[0] in foreign:
            continue
        found.append([name, *about(value)])
    return found

found = {}
for path in modules:
    try:
        found[path] = members(importlib.import_module(path), path)
    except ImportError:
        pass
for path in classes:
    home, _, name = path.rpartition(".")
    if home in found:
        found[path] = members(getattr(importlib.import_module(home), name), path)
names = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
"""

AGAIN = 300.0
"""Seconds after which an environment that gave nothing is asked again."""


class Names:
    """What each environment has, as far as it was asked: at a time by one thread, so that pages have theirs."""

    def __init__(self) -> None:
        self.limiter = CapacityLimiter(1)
        self._known: dict[Environment, bytes] = {}
        self._failed: dict[Environment, float] = {}
        """When an environment last gave nothing."""

    def of(self, environment: Environment, pool: Pool) -> bytes | None:
        """Its names as JSON, asked once; None if they could not be found out, now or a moment ago."""
        if environment not in self._known and time.monotonic() - self._failed.get(environment, -AGAIN) >= AGAIN:
            found = _ask(pool, environment)
            if found:
                self._known[environment] = found
            else:
                self._failed[environment] = time.monotonic()
        return self._known.get(environment)


async def names(request: Request) -> Response:
    """What the course's environment has, as `{"modules": {module: [[name, kind, signature], …]}}`.

    404 where nothing is run; 503 where it could not be found out now.
    """
    where = site(request)
    catalogue, _ = where.topic(request.path_params["course"], request.path_params["topic"])
    if where.pool is None or not scratch.is_offered(where):
        return _json(b"{}", 404)
    known: Names = request.app.state.names
    found = await in_thread(partial(_names, known, where.pool, catalogue), limiter=known.limiter)
    return _json(found, 200) if found else _json(b"{}", 503)


def _names(known: Names, pool: Pool, catalogue: Catalogue) -> bytes | None:
    from practicum.environments.selection import NoEnvironment, choose

    try:
        environment = choose(catalogue.course, catalogue.root)
    except NoEnvironment:
        return None
    return known.of(environment, pool)


def _ask(pool: Pool, environment: Environment) -> bytes | None:
    setup = f"modules = {MODULES!r}\nclasses = {CLASSES!r}\n"
    warm = Preload.TENSORFLOW if environment.has("keras") else Preload.PYTHON
    job = Job(_CODE, setup, values={"names": "names"}, preload=warm, limits=LIMITS, environment=environment)
    said = pool.run(job).values.get("names")
    if not isinstance(said, str):
        return None
    modules: Json = json.loads(said)
    return json.dumps({"modules": modules}, ensure_ascii=False, separators=(",", ":")).encode()


def _json(body: bytes, status: int) -> Response:
    headers = {"cache-control": DAY if status == 200 else "no-store"}
    return Response(body, status, headers, "application/json")
