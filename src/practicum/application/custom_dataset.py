"""Models fitted on a learner's own images: `practicum lab fit` run for a learner of this machine, and its results.

The images are a folder of the learner's, which is read where it is, or a zip, which is kept and never extracted: the
lab reads it, in a process of its own. Nothing of the lab is imported here.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from practicum.application.clock import now
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.runs import Recording
from practicum.application.site import Site
from practicum.errors import CodedError
from practicum.runner import Cancellation, OnEvent, Output, Queued, Started
from practicum.runner.ansi import render
from practicum.settings import PROGRESS
from practicum.store import StoreError

MINUTES = (0.0, 10.0, 120.0)
"""Time for what is tried beyond the linear probes: the minimum, the default, the maximum."""
MAX_FITS = 20
"""Fits that a learner keeps. Each takes some 30 MB, and its zip."""
OUTPUT_CHARACTERS = 200_000
"""Characters of a fit's output that are kept in the end."""

_ONE_AT_A_TIME = threading.Lock()
"""Held by the fit that runs: each takes all processors and some GB of memory."""


@dataclass(frozen=True)
class LabFit:
    """One fit, as the file `fit.json` in its folder has it. Times are milliseconds since 1970."""

    id: str
    title: str
    images: str
    """The folder, by its whole path, or the zip, by its name in the folder of the fit."""
    minutes: float
    page: str
    """The path of the page on which it was started."""
    started: int
    ended: int | None = None
    code: int | None = None
    """The exit code of the command; None if it was stopped."""
    interrupted: bool = False
    output: str = ""
    """What the command printed, without its progress."""


@dataclass(frozen=True)
class Upload:
    """A zip that a learner sends."""

    name: str
    file: IO[bytes]


class FitFolder:
    """The fits of one learner on disk.

    Args:
        site: The service.
        token: The learner's token.
    """

    def __init__(self, site: Site, token: str) -> None:
        learner = site.learner(token)
        self.path = site.lab / learner if site.lab is not None and learner is not None else None

    def all(self) -> list[LabFit]:
        """Return the learner's fits, the newest first."""
        if self.path is None or not self.path.is_dir():
            return []
        fits = (_read_fit(place) for place in self.path.iterdir() if not place.name.startswith("."))
        return sorted((fit for fit in fits if fit is not None), key=lambda fit: -fit.started)

    def require_room(self, link: Link) -> None:
        """Raise Refused (conflict) if the learner has as many fits as they may have."""
        if len(self.all()) >= MAX_FITS:
            message = f"You have {MAX_FITS} fits already. Delete one of them first."
            raise Refused(Reason.CONFLICT, "too-many-fits", "There are too many fits", message, link)

    def get(self, id: str) -> LabFit:
        """Return a fit. Raises Refused (not found) if it is not this learner's."""
        is_id = re.fullmatch(r"[A-Za-z0-9_-]{22}", id)
        fit = _read_fit(self.path / id) if self.path is not None and is_id else None
        if fit is None:
            raise Refused(
                Reason.NOT_FOUND,
                "no-such-fit",
                "There is no such fit",
                "It was deleted, or it was made in another browser.",
            )
        return fit

    def place(self, fit: LabFit) -> Path:
        """Return the folder of a fit."""
        assert self.path is not None
        return self.path / fit.id

    def model(self, fit: LabFit) -> Path:
        """Return the folder of a fit's model."""
        return self.place(fit) / "model"

    def report(self, fit: LabFit) -> Path:
        """Return the file of a fit's report. The lab writes it completely or not at all."""
        return self.model(fit) / "report.html"

    def read_report(self, fit: LabFit) -> bytes:
        """Return a fit's report as HTML. Raises Refused (not found) if the fit did not finish."""
        file = self.report(fit)
        if not file.is_file():
            raise Refused(
                Reason.NOT_FOUND, "no-report", "There is no report", "This fit did not finish.", Link(fit.page, "Back")
            )
        return file.read_bytes()

    def delete(self, site: Site, fit: LabFit, queue_key: str) -> None:
        """Delete a fit with its model and its zip, not the learner's own folder. Raises Refused while it runs."""
        if is_fitting(site, fit, queue_key):
            raise Refused(
                Reason.CONFLICT,
                "still-fitting",
                "This fit is still running",
                "Stop it first, then delete it.",
                Link(fit.page, "Back"),
            )
        shutil.rmtree(self.place(fit))


def require_local(site: Site, link: Link) -> Path:
    """Return the folder for all fits. Raises Refused (forbidden) where others than this machine reach the service."""
    if not site.local or site.lab is None:
        raise Refused(Reason.FORBIDDEN, "not-local", "The service does not fit models", "The page explains why.", link)
    return site.lab


def is_fitting(site: Site, fit: LabFit, queue_key: str) -> bool:
    """Whether the fit still runs."""
    return fit.ended is None and site.runs.is_in_progress(fit.id, queue_key)


class InvalidRequest(CodedError):
    """A form that does not name what to fit; the message says what to change.

    Codes: `minutes-out-of-range`, `nothing-named`, `both-named`, `no-such-user`, `path-not-absolute`.
    """


def read_request(folder: str, upload_name: str, minutes: str, page: str) -> LabFit:
    """Return the fit that a form asks for.

    Args:
        folder: The path of a folder of images, or nothing.
        upload_name: The name of an uploaded zip, or nothing.
        minutes: The time for what is tried beyond the probes; empty for the default.
        page: The path of the form's page.

    Raises:
        InvalidRequest: It names neither or both, or something that cannot be.
    """
    try:
        budget = float(minutes.strip() or MINUTES[1])
    except ValueError:
        budget = -1
    if not MINUTES[0] <= budget <= MINUTES[2]:
        raise InvalidRequest("minutes-out-of-range", f"Choose between 0 and {MINUTES[2]:g} minutes.")
    if bool(upload_name) == bool(folder):
        if folder:
            raise InvalidRequest("both-named", "Name a folder or choose a zip, not both.")
        raise InvalidRequest("nothing-named", "Name a folder, or choose a zip.")
    if upload_name:
        name = _zip_name(upload_name)
        return LabFit("", name.removesuffix(".zip"), name, budget, page, now())
    path = _absolute(folder)
    return LabFit("", path.name or str(path), str(path), budget, page, now())


def _absolute(folder: str) -> Path:
    try:
        path = Path(folder).expanduser()
    except RuntimeError:
        user = folder.split("/")[0]
        message = f"There is no user {user}. Write the whole path of the folder."
        raise InvalidRequest("no-such-user", message) from None
    if not path.is_absolute() or "\0" in folder:
        raise InvalidRequest("path-not-absolute", "Write the whole path of the folder, from the root or from ~.")
    return path


def _zip_name(name: str) -> str:
    """A name for the file that every system accepts, after the name it had."""
    stem = re.sub(r"[^\w .-]", "", Path(name.replace("\\", "/")).name.removesuffix(".zip")).strip(" .")
    return f"{stem[:60] or 'images'}.zip"


class FitRun:
    """One fit as a recorded run.

    Args:
        site: The service.
        fit: What to fit.
        folder: The learner's folder of fits.
    """

    def __init__(self, site: Site, fit: LabFit, folder: Path) -> None:
        self.fit = fit
        self._site, self._folder = site, folder
        self._zip: Path | None = None

    @property
    def recording(self) -> Recording[LabFit]:
        return Recording(self._begin, self._end, f"{self.fit.page}#result")

    def keep(self, upload: Upload) -> None:
        """Save the zip until the fit has a folder."""
        with _disk_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._zip = self._folder / f".{os.urandom(8).hex()}.zip"
            with self._zip.open("wb") as file:
                shutil.copyfileobj(upload.file, file, 1 << 20)

    def discard(self) -> None:
        """Remove the zip of a fit that did not begin."""
        if self._zip is not None:
            self._zip.unlink(missing_ok=True)

    def _begin(self, id: str) -> None:
        place = self._folder / id
        try:
            with _disk_errors(place):
                place.mkdir(parents=True, mode=0o700)
                self.fit = replace(self.fit, id=id)
                if self._zip is not None:
                    self._zip.replace(place / self.fit.images)
                _write_fit(place, self.fit)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            self.discard()
            raise

    def work(self, on_event: OnEvent, cancel: Cancellation) -> LabFit:
        """Wait for the fits before it, then run the command."""
        if not _ONE_AT_A_TIME.acquire(blocking=False):
            on_event(Queued(0))
            while not _ONE_AT_A_TIME.acquire(timeout=0.2):
                if cancel.is_set():
                    return self.fit
        try:
            on_event(Started())
            # In its folder, so that what the command prints names files as the learner does, and no folder of ours.
            place = self._folder / self.fit.id
            code, output = run_command(fit_command(self.fit, Path("model")), on_event, cancel, place)
        finally:
            _ONE_AT_A_TIME.release()
        return replace(self.fit, code=None if cancel.is_set() else code, output=output)

    def _end(self, id: str, fit: LabFit | None) -> None:
        fit = fit or replace(self.fit, code=2, output="A fault in practicum.")
        self.fit = replace(fit, ended=now(), interrupted=self._site.runs.stopping and fit.code is None)
        with _disk_errors(self._folder / id):
            _write_fit(self._folder / id, self.fit)


def fit_command(fit: LabFit, model: Path) -> list[str]:
    """Return the command that fits it."""
    arguments = ["lab", "fit", fit.images, "--to", str(model), "--minutes", f"{fit.minutes:g}"]
    return [sys.executable, "-m", "practicum", *arguments]


def run_command(
    command: list[str], on_event: OnEvent, cancel: Cancellation, folder: Path | None = None
) -> tuple[int, str]:
    """Run a command, in a folder, and report its output; return its exit code and its output without its progress."""
    environment = {**os.environ, PROGRESS: "lines", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=folder,
        start_new_session=True,
    ) as process:
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, process.pid, 10)  # Pages go first.
        with cancel.on_set(partial(_terminate, process)):
            errors, output = _read_output(process, on_event)
            process.wait()
    return process.returncode, (output if process.returncode == 0 else errors).strip("\n")


def _read_output(process: subprocess.Popen[bytes], on_event: OnEvent) -> tuple[str, str]:
    """The text on standard error and on standard output, reported as it comes."""
    texts = {"stderr": "", "stdout": ""}
    assert process.stdout is not None
    assert process.stderr is not None

    def read(name: str, source: Any) -> None:
        import codecs

        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while data := os.read(source.fileno(), 1 << 16):
            text = decoder.decode(data)
            texts[name] = (texts[name] + text)[-OUTPUT_CHARACTERS:]
            on_event(Output("stdout", text))

    other = threading.Thread(target=read, args=("stderr", process.stderr), daemon=True)
    other.start()
    read("stdout", process.stdout)
    other.join(5)
    return render(texts["stderr"]), render(texts["stdout"])


def _terminate(process: subprocess.Popen[bytes]) -> None:
    """Terminate it with all processes it started; kill them if they have not ended after three seconds."""

    def kill(number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)

    kill(signal.SIGTERM)
    timer = threading.Timer(3, lambda: kill(signal.SIGKILL) if process.poll() is None else None)
    timer.daemon = True
    timer.start()


# --- files

_FORMER_KEYS = {"pictures": "images", "said": "output"}
"""Keys of `fit.json` as earlier versions wrote them."""


def _read_fit(place: Path) -> LabFit | None:
    try:
        data: Mapping[str, Any] = json.loads((place / "fit.json").read_text("utf-8"))
        return LabFit(**{_FORMER_KEYS.get(key, key): value for key, value in data.items()})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _write_fit(place: Path, fit: LabFit) -> None:
    """Write all of it, or leave what was there before."""
    new = place / f".fit-{time.monotonic_ns()}.json"
    new.write_text(json.dumps(asdict(fit)), "utf-8")
    new.replace(place / "fit.json")


@contextlib.contextmanager
def _disk_errors(place: Path) -> Iterator[None]:
    """Turn what the disk refuses into a StoreError, which pages show."""
    try:
        yield
    except OSError as error:
        logging.getLogger(__name__).exception("%s cannot be written", place)
        why = error.strerror or str(error)
        raise StoreError(
            "disk-full" if error.errno == errno.ENOSPC else "not-writable",
            f"{place}: cannot be written ({why}). Free some space, then open the page again: finished fits are kept.",
        ) from error
