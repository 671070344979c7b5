"""The runner's input and output as plain data: jobs, limits and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from practicum.errors import CodedError
from practicum.model import NOTHING, DataFile, Failure
from practicum.runner.environment import Environment
from practicum.runner.events import Epoch
from practicum.runner.inside.input_shift import INPUTS

Stop = Literal["time", "memory", "output", "crash", "cancelled", "unavailable", "forbidden"]
"""Why the runner stopped or did not start a job. `forbidden`: its result does not count, as it tried what the sandbox
does not allow."""


class IsolationMode(StrEnum):
    """How strongly a job is isolated from the machine, strongest first."""

    FULL = "full"
    """Namespaces, Landlock, seccomp and resource limits: for untrusted code."""
    BARE = "bare"
    """Landlock, seccomp and resource limits, and a separate user if the server is root: without user namespaces."""
    SUBPROCESS = "subprocess"
    """A plain subprocess without isolation: for trusted code only."""


@dataclass(frozen=True)
class Limits:
    """Resource limits of one job. A job that exceeds one is stopped, and its result names the limit."""

    seconds: float = 10.0
    """Time in which the job computes or sleeps. Time in which it waits for a processor does not count (`job_clock`)."""
    memory: int = 4 << 30
    """Bytes of address space beyond what the warm interpreter already has mapped."""
    output: int = 1 << 20
    """Bytes of stdout and stderr together; the same number again for the result."""
    disk: int = 256 << 20
    """Bytes in the job's scratch folder."""


class Preload(StrEnum):
    """What the interpreter has imported before the job starts."""

    PYTHON = "python"
    """The standard library only."""
    NUMPY = "numpy"
    """The standard library and NumPy."""
    TENSORFLOW = "tensorflow"
    """TensorFlow, Keras, NumPy and Matplotlib."""
    AUTO = "auto"
    """The smallest of these that provides the modules imported in the job's code and files."""


@dataclass(frozen=True)
class InputShift:
    """Inputs that a run gets in place of the machine's: another date, time zone, locale …"""

    number: int
    """Which alternative of each, from 1."""
    inputs: tuple[str, ...] = INPUTS
    """Names of `practicum.runner.inside.input_shift`."""


@dataclass(frozen=True)
class Job:
    """Python code to run once, in a fresh interpreter that is discarded afterwards.

    `setup`, `code`, `check` and the expressions in `values` run in that order and share one namespace
    (`__name__ == "__main__"`). The first exception ends the job; a value that raises affects only itself. `seed` seeds
    `random`, NumPy's legacy generator and Keras; with `expose_seed` the namespace contains it as `seed`.
    """

    code: str = ""
    setup: str = ""
    check: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    check_values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Expressions as in `values`, evaluated after the check in the check's own process and namespace. The code can
    neither read nor set them. Ignored without a check."""
    files: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Text files (name to content) written to the job's working folder. Files ending in `.py` can be imported."""
    check_files: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """The same for the check's own working folder: files of `files` with other content, or that the code has not."""
    stdin: str = ""
    """What `input()` and other readers of stdin find."""
    data: tuple[DataFile, ...] = ()
    """Files in the job's working folder that it can read and not write."""
    seed: int = 0
    hash_seed: int = 0
    """The interpreter's PYTHONHASHSEED."""
    preload: Preload = Preload.AUTO
    limits: Limits = field(default_factory=Limits)
    expose_seed: bool = False
    quiet: bool = False
    """Whether output, figures and epochs of `setup` are left out of the result and the events."""
    echo: bool = False
    """Whether what the last expression of `code` returns is printed, as in a notebook."""
    hidden_seed: int | None = None
    """What the check finds as `hidden_seed`, in its own process only: the seed of data that the code must not know."""
    hides_inputs: bool = False
    """Whether the check's data is hidden: of an exception during the check that the check does not raise itself, only
    the builtin class and the code's line are reported."""
    input_shift: InputShift | None = None
    """Inputs other than the machine's; None for the machine's own."""
    environment: Environment | None = None
    """The interpreter and packages to run with; None for the server's own."""
    stays: bool = False
    """Whether the interpreter waits for another job afterwards, which continues in its namespace."""
    run: int = 0
    """How many jobs have run in the interpreter before."""


@dataclass(frozen=True)
class FigureImage:
    """A figure that the code left open. It is untrusted: show it in an `<img>`, never inline in a page."""

    png: bytes
    svg: str = ""
    """The figure as SVG, or empty if it would be too large."""


@dataclass(frozen=True)
class StopReason:
    """Why a job was stopped or not started, or does not count."""

    stopped: Stop
    code: str
    """Stable and kebab-case: `memory-limit`, `package-missing`."""
    message: str
    """A sentence for the author of the code."""
    where: str = ""
    """The source that `line` is in: `snippet`, `setup`, `check`, or a value's name."""
    line: int | None = None


@dataclass(frozen=True)
class Result:
    """Result of a job."""

    stdout: str = ""
    """Output as a terminal shows it at the end: the last state of a progress bar, without colours."""
    printed: str = ""
    """`stdout` as it is compared: without what Keras's progress bars and `verbose=2` print, which contains times."""
    stderr: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Plain Python values (None, bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset), and of the
    standard library range, Decimal, Fraction, date, datetime, time, timedelta and PosixPath. NumPy
    scalars, arrays and tensors are converted to plain values; any other object is an `Opaque`; an expression that
    raised is a `Failure`."""
    failure: Failure | None = None
    """The exception raised by setup, code or check."""
    traceback: str = ""
    """The failure's traceback, reduced to frames of the job's own code."""
    compared: tuple[str, ...] = ()
    """Objects of the job's process that a failing check compared or asked for their class, in words."""
    figures: tuple[FigureImage, ...] = ()
    """Matplotlib figures that were open at the end."""
    epochs: tuple[Epoch, ...] = ()
    """Training epochs in order."""
    seconds: float = 0.0
    """Duration from the job's start in its warm interpreter to its end."""
    peak_memory: int = 0
    """Maximum resident memory in bytes."""
    stopped: Stop | None = None
    """Why the runner stopped it; None if the code ended by itself. With `forbidden`, the code may have ended by itself,
    but elsewhere its result would be another."""
    code: str = ""
    """`stopped` more precisely, such as `package-missing` or `sigsegv`: see `stop_messages`."""
    why: str = ""
    """`stopped` as a sentence for the author of the code."""
    stopped_at: int | None = None
    """The line of the code at which it was stopped, if that is known."""

    @property
    def outcome(self) -> str:
        """How it ended, in one word: `done`, `raised`, or why it was stopped."""
        return self.stopped or ("raised" if self.failure else "done")

    @property
    def ok(self) -> bool:
        """Whether the code ended by itself and raised nothing."""
        return self.failure is None and self.stopped is None

    @classmethod
    def not_run(cls, reason: StopReason) -> Result:
        """Return the result of a job that did not run."""
        return cls(stopped=reason.stopped, code=reason.code, why=reason.message)


class ZygoteGone(CodedError):
    """The warm interpreter could not start, or died before the job started.

    Codes: `cannot-start` (the message has the cause), `no-bubblewrap`, `no-seccomp`, `died`, `pool-closed`.
    """


class ChildGone(ZygoteGone):
    """The job's own process died before the job started. Its warm interpreter may still be alive."""
