"""One's own pictures: `practicum lab fit` run for a learner of this machine, watched, and its report shown.

The pictures are a folder of the learner's, which is read where it is, or a zip, which is kept and never unpacked: the
lab reads it, in a process of its own. Nothing of the lab is imported here.
"""

from __future__ import annotations

import contextlib
import json
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
from typing import Any

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from practicum.runner import Cancellation, OnEvent, Output, Queued, Started
from practicum.runner.ansi import render
from practicum.settings import PROGRESS
from practicum.store import StoreError
from practicum.web import forms, live, view
from practicum.web.seat import now
from practicum.web.security import visitor
from practicum.web.site import Site, site
from practicum.web.view import Halt

FORM = (256 << 20) + (64 << 10)
"""Bytes of a form with a zip of 256 MB."""
MINUTES = (0.0, 10.0, 120.0)
"""Time for what is tried beyond the probes: at the least, unless another is given, at the most."""
MOST = 20
"""Fits that a learner keeps. Each takes some 30 MB, and its zip."""
HEARD = 200_000
"""Letters of what a fit says that are looked at in the end."""
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
"""Of a report: one file with its styles and pictures in it, and no script."""

_ONE = threading.Lock()
"""Held by the fit that is at work: each takes all processors and some GB of memory."""


@dataclass(frozen=True)
class Fit:
    """One fit, as the file `fit.json` in its folder has it. Times are milliseconds since 1970."""

    id: str
    title: str
    pictures: str
    """The folder or zip, as it is named to the lab."""
    minutes: float
    page: str
    """Where it was asked for."""
    started: int
    ended: int | None = None
    code: int | None = None
    """The exit code of the command; None if it was stopped."""
    interrupted: bool = False
    said: str = ""
    """What the command said, but for how far it was."""


# --- pages ---------------------------------------------------------------------------------------------------------


def page(request: Request) -> Response:
    """The form, and what was fitted before; or why this is not done here, and the command that does it."""
    return _page(request)


def _page(request: Request, wrong: str = "", folder: str = "") -> Response:
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    fits = _fits(_folder(where, visitor(request).token))
    under_way = next((fit for fit in fits if _is_under_way(request, fit)), None)
    return view.page(
        request,
        "own.html",
        400 if wrong else 200,
        course=catalogue.course,
        topic=topic,
        topic_url=f"/{catalogue.course.slug}/{topic.slug}",
        offered=where.local and where.lab is not None,
        url=request.url.path,
        minutes=f"{MINUTES[1]:g}",
        most=f"{MINUTES[2]:g}",
        run=under_way,
        fits=[_row(request, fit) for fit in fits],
        wrong=wrong,
        folder=folder,
    )


def _row(request: Request, fit: Fit) -> dict[str, Any]:
    under_way = _is_under_way(request, fit)
    good = not under_way and _report(request, fit).is_file()  # The lab puts it there whole, or not at all.
    if good:
        words = next((line for line in fit.said.split("\n") if line.startswith("Of 100 ")), "It is done.")
    elif under_way:
        words = "It is being fitted."
    elif fit.ended is None or fit.interrupted:
        words = "Interrupted: the service ended."
    else:
        words = "Stopped." if fit.code is None else view.sentence(fit.said.strip().rpartition("\n")[2])
    return {
        "id": fit.id,
        "title": fit.title,
        "when": view.day(view.date_of(fit.started)),
        "words": words,
        "good": good,
        "under_way": under_way,
        "model": str(_place(request, fit.id) / "model"),
        "took": view.seconds((fit.ended - fit.started) / 1000) if fit.ended else "",
    }


def report(request: Request) -> Response:
    """The report of a fit, as the lab wrote it."""
    fit = _known(request)
    file = _report(request, fit)
    if not file.is_file():
        raise Halt(404, "There is no report", "This fit did not come to its end.", (fit.page, "Back"))
    headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
    return Response(file.read_bytes(), media_type="text/html; charset=utf-8", headers=headers)


def delete(request: Request, form: FormData) -> Response:
    """Remove a fit with its model and its zip. The learner's own folder of pictures stays as it is."""
    fit = _known(request)
    if _is_under_way(request, fit):
        raise Halt(409, "It is still at work", "Stop it first, then delete it.", (fit.page, "Back"))
    shutil.rmtree(_place(request, fit.id))
    return view.see(f"{fit.page}#fits")


async def form(request: Request, size: int) -> FormData:
    """The form, with its zip; nothing of it is read where this is not done. Raises Halt (403)."""
    where = site(request)
    if not where.local or where.lab is None:
        raise Halt(403, "This is not done here", "The page says why.", (request.url.path, "Back"))
    return await forms.read_file(request, size)


# --- a fit ---------------------------------------------------------------------------------------------------------


async def fit(request: Request, form: FormData) -> Response:
    """Fit what the form names, as it happens; it goes on if its page is left."""
    try:
        return await _fit(request, form)
    finally:
        await form.close()


async def _fit(request: Request, form: FormData) -> Response:
    where = site(request)
    assert where.lab is not None  # Else its form was not read.
    learner = await in_thread(where.enrol, visitor(request).token)
    asked = await in_thread(partial(_asked, request, form, where.lab / learner))
    if isinstance(asked, str):
        if view.streams(request):
            raise Halt(422, asked, "", (request.url.path, "Back"))
        return await in_thread(partial(_page, request, asked, forms.word(form, "folder", 4096).strip()))
    noted = _Noted(request, asked, where.lab / learner)
    kept = live.Kept[Fit](noted.begun, noted.ended, f"{request.url.path}#came")
    try:
        upload = form.get("zip")
        if isinstance(upload, UploadFile) and upload.filename:
            await in_thread(noted.keep, upload)
        return await live.answer(request, noted.work, noted.piece, lambda done: view.see(request.url.path), kept)
    except BaseException:
        noted.forget()
        raise


def _asked(request: Request, form: FormData, folder: Path) -> Fit | str:
    """What is to be fitted, or what is wrong with the form."""
    upload, named = form.get("zip"), forms.word(form, "folder", 4096).strip()
    zipped = isinstance(upload, UploadFile) and bool(upload.filename)
    try:
        minutes = float(forms.word(form, "minutes").strip() or MINUTES[1])
    except ValueError:
        minutes = -1
    if not MINUTES[0] <= minutes <= MINUTES[2]:
        return f"Give it between 0 and {MINUTES[2]:g} minutes."
    if zipped == bool(named):
        return "Name a folder or choose a zip: one of the two." if zipped else "Name a folder, or choose a zip."
    if len(_fits(folder)) >= MOST:
        return f"{MOST} fits are kept already. Delete one of them first."
    if zipped:
        assert isinstance(upload, UploadFile)
        name = _zip_name(upload.filename or "")
        return Fit("", name.removesuffix(".zip"), name, minutes, request.url.path, now())
    try:
        path = Path(named).expanduser()
    except RuntimeError:
        return f"Nobody here is called {named.split('/')[0]}: write the whole path of the folder."
    if not path.is_absolute() or "\0" in named:
        return "Write the whole path of the folder, from the root or from ~: the service does not know where you are."
    return Fit("", path.name or str(path), str(path), minutes, request.url.path, now())


def _zip_name(name: str) -> str:
    """A name for the file that no system minds, after that which it had."""
    stem = re.sub(r"[^\w .-]", "", Path(name.replace("\\", "/")).name.removesuffix(".zip")).strip(" .")
    return f"{stem[:60] or 'pictures'}.zip"


class _Noted:
    """One fit, noted on disk as it begins and ends, and told as a piece of the page."""

    def __init__(self, request: Request, asked: Fit, folder: Path) -> None:
        self._request, self._fit, self._folder = request, asked, folder
        self._zip: Path | None = None

    def keep(self, upload: UploadFile) -> None:
        """Keep the zip, until its fit has a folder."""
        with _in_words(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._zip = self._folder / f".{os.urandom(8).hex()}.zip"
            with self._zip.open("wb") as file:
                shutil.copyfileobj(upload.file, file, 1 << 20)

    def forget(self) -> None:
        """Leave nothing behind of what did not begin."""
        if self._zip is not None:
            self._zip.unlink(missing_ok=True)

    def begun(self, id: str) -> None:
        place = self._folder / id
        try:
            with _in_words(place):
                self._begin(place, id)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            self.forget()
            raise

    def _begin(self, place: Path, id: str) -> None:
        place.mkdir(parents=True, mode=0o700)
        self._fit = replace(self._fit, id=id)
        if self._zip is not None:
            self._fit = replace(self._fit, pictures=str(place / self._fit.pictures))
            self._zip.replace(self._fit.pictures)
        _write(place, self._fit)

    def work(self, tell: OnEvent, cancel: Cancellation) -> Fit:
        if not _ONE.acquire(blocking=False):
            tell(Queued(0))
            while not _ONE.acquire(timeout=0.2):
                if cancel.is_set():
                    return self._fit
        try:
            tell(Started())
            code, said = run(command(self._fit, self._folder / self._fit.id / "model"), tell, cancel)
        finally:
            _ONE.release()
        return replace(self._fit, code=None if cancel.is_set() else code, said=said)

    def ended(self, id: str, done: Fit | None) -> None:
        runs: live.Runs = self._request.app.state.runs
        done = done or replace(self._fit, code=2, said="A fault in practicum.")
        self._fit = replace(done, ended=now(), interrupted=runs.stopping and done.code is None)
        with _in_words(self._folder / id):
            _write(self._folder / id, self._fit)

    def piece(self, done: Fit) -> str:
        fits = [_row(self._request, one) for one in _fits(self._folder)]
        came, csrf = _row(self._request, self._fit), visitor(self._request).csrf()
        return view.part("own_came.html", came=came, said=self._fit.said, fits=fits, csrf=csrf)


def command(fit: Fit, model: Path) -> list[str]:
    """The command that fits it."""
    arguments = ["lab", "fit", fit.pictures, "--to", str(model), "--minutes", f"{fit.minutes:g}"]
    return [sys.executable, "-m", "practicum", *arguments]


def run(command: list[str], tell: OnEvent, cancel: Cancellation) -> tuple[int, str]:
    """Run it, telling what it says; its exit code, and what it said in the end, but for how far it was."""
    environment = {**os.environ, PROGRESS: "lines", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    ) as process:
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, process.pid, 10)  # Pages go first.
        with cancel.on_set(partial(_end, process)):
            wrong, said = _hear(process, tell)
            process.wait()
    return process.returncode, (said if process.returncode == 0 else wrong).strip("\n")


def _hear(process: subprocess.Popen[bytes], tell: OnEvent) -> tuple[str, str]:
    """What it says on standard error and on standard output, told as it comes."""
    heard = {"stderr": "", "stdout": ""}
    assert process.stdout is not None
    assert process.stderr is not None

    def listen(name: str, source: Any) -> None:
        import codecs

        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while data := os.read(source.fileno(), 1 << 16):
            text = decoder.decode(data)
            heard[name] = (heard[name] + text)[-HEARD:]
            tell(Output("stdout", text))

    other = threading.Thread(target=listen, args=("stderr", process.stderr), daemon=True)
    other.start()
    listen("stdout", process.stdout)
    other.join(5)
    return render(heard["stderr"]), render(heard["stdout"])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, with all it has started; soon it is not asked."""

    def kill(number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)

    kill(signal.SIGTERM)
    timer = threading.Timer(3, lambda: kill(signal.SIGKILL) if process.poll() is None else None)
    timer.daemon = True
    timer.start()


# --- what is kept --------------------------------------------------------------------------------------------------


def _folder(where: Site, token: str) -> Path | None:
    """Where this learner's fits are; None if they have none."""
    learner = where.learner(token)
    return where.lab / learner if where.lab is not None and learner is not None else None


def _fits(folder: Path | None) -> list[Fit]:
    """All fits in a learner's folder, the newest first."""
    if folder is None or not folder.is_dir():
        return []
    found = (_read(place) for place in folder.iterdir() if not place.name.startswith("."))
    return sorted((fit for fit in found if fit is not None), key=lambda fit: -fit.started)


def _known(request: Request) -> Fit:
    """The fit at this address. Raises Halt (404) if it is not this learner's."""
    folder, id = _folder(site(request), visitor(request).token), request.path_params["fit"]
    fit = _read(folder / id) if folder is not None and re.fullmatch(r"[A-Za-z0-9_-]{22}", id) else None
    if fit is None:
        raise Halt(404, "There is no such fit", "It was deleted, or it is another browser's.")
    return fit


def _place(request: Request, id: str) -> Path:
    folder = _folder(site(request), visitor(request).token)
    assert folder is not None
    return folder / id


def _report(request: Request, fit: Fit) -> Path:
    return _place(request, fit.id) / "model" / "report.html"


def _read(place: Path) -> Fit | None:
    try:
        told: Mapping[str, Any] = json.loads((place / "fit.json").read_text("utf-8"))
        return Fit(**told)
    except (OSError, ValueError, TypeError):
        return None


@contextlib.contextmanager
def _in_words(place: Path) -> Iterator[None]:
    """What the disk refuses, as a page tells it."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise StoreError(
            f"{place}: cannot be written ({why}). Make room, then open the page anew: what is complete stands there."
        ) from error


def _write(place: Path, fit: Fit) -> None:
    """All of it, or what was there before."""
    new = place / f".fit-{time.monotonic_ns()}.json"
    new.write_text(json.dumps(asdict(fit)), "utf-8")
    new.replace(place / "fit.json")


def _is_under_way(request: Request, fit: Fit) -> bool:
    return fit.ended is None and live.is_under_way(request, fit.id)
