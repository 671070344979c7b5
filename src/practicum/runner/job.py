"""What a caller hands the runner and gets back: one job, one result. Plain data; nothing here runs anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from practicum.model import NOTHING, Failure
from practicum.runner.environment import Environment
from practicum.runner.events import Epoch


class IsolationMode(StrEnum):
    """How well a job is kept apart, from the best to none."""

    FULL = "full"
    """Namespaces, Landlock, seccomp, limits: for code that nobody trusts."""
    BARE = "bare"
    """Landlock, seccomp, limits, and as root a user of its own: where user namespaces are missing."""
    SUBPROCESS = "subprocess"
    """A plain process: for one's own code only."""


@dataclass(frozen=True)
class Limits:
    """What one job may use. Crossing one ends the job, and its result says which in plain words."""

    seconds: float = 10.0
    """Wall-clock time."""
    memory: int = 4 << 30
    """Bytes of address space beyond what the warm interpreter already has mapped."""
    output: int = 1 << 20
    """Bytes of stdout and stderr together, and of the result besides."""
    disk: int = 256 << 20
    """Bytes of the job's own scratch folder."""


class Preload(StrEnum):
    """What the interpreter has imported before the job's code begins."""

    PYTHON = "python"
    """Nothing but the standard library."""
    NUMPY = "numpy"
    """The standard library and NumPy."""
    TENSORFLOW = "tensorflow"
    """TensorFlow, Keras, NumPy and Matplotlib."""
    AUTO = "auto"
    """The least that the modules named in the job's code and files need."""


@dataclass(frozen=True)
class Job:
    """Python to run once, in an interpreter of its own that is then thrown away.

    `setup`, `code`, `check` and the expressions of `values` share one namespace (`__name__ == "__main__"`), in that
    order; the first exception ends the job, except that each value fails for itself. `seed` reseeds `random`,
    NumPy's legacy generator and Keras, and is in the namespace as `seed` if `expose_seed`.
    """

    code: str = ""
    setup: str = ""
    check: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    check_values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Expressions as in `values`, evaluated after the check, in the check's process and namespace; without a check,
    none. The code can neither read nor give them."""
    files: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Text files (name to content) laid in the job's working folder, importable if they end in `.py`."""
    seed: int = 0
    hash_seed: int = 0
    """The interpreter's PYTHONHASHSEED."""
    preload: Preload = Preload.AUTO
    limits: Limits = field(default_factory=Limits)
    expose_seed: bool = False
    quiet: bool = False
    """Whether what `setup` prints, draws and trains is kept from the result and from who watches."""
    environment: Environment | None = None
    """The interpreter and packages that it runs with; None for the server's own."""


@dataclass(frozen=True)
class FigureImage:
    """A picture as the code drew it. Of a stranger's making: show it as an image, never as part of a page."""

    png: bytes
    svg: str = ""
    """Empty if it would be too large."""


@dataclass(frozen=True)
class Result:
    """What became of a job."""

    stdout: str = ""
    """As a terminal would show it in the end: of a progress bar, its last state; no colours."""
    stderr: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Plain Python values (None, bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset), a NumPy
    scalar or array or a tensor as the plain value it holds; `Opaque` for all else; a `Failure` if evaluating it
    raised."""
    failure: Failure | None = None
    """What setup, code or check raised."""
    traceback: str = ""
    """The failure's traceback, trimmed to the job's own lines."""
    figures: tuple[FigureImage, ...] = ()
    """Open Matplotlib figures at the end."""
    epochs: tuple[Epoch, ...] = ()
    """What was trained, epoch by epoch."""
    seconds: float = 0.0
    """From the job's start in its warm interpreter to its end."""
    peak_memory: int = 0
    """Bytes resident at the most."""
    stopped: Literal["time", "memory", "output", "crash", "cancelled", "unavailable"] | None = None
    """Why the machine, not the code, ended it."""
    why: str = ""
    """`stopped` as a sentence for the person whose code it was."""

    @property
    def ok(self) -> bool:
        return self.failure is None and self.stopped is None


class ZygoteGone(Exception):
    """The warm interpreter could not start, or died before the job began; the text says why."""


class ChildGone(ZygoteGone):
    """The job's own process died before the job began; the warm interpreter that it comes from may be well."""
