"""The pages for a learner's own images: the form, what was fitted, and each report."""

from __future__ import annotations

from functools import partial
from typing import Any

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application import custom_dataset
from practicum.application.custom_dataset import FitFolder, FitRun, InvalidRequest, LabFit, Upload
from practicum.application.refusals import Link, Reason, Refused
from practicum.formatting import duration, iso_date, long_date, sentence
from practicum.modes import Mode
from practicum.web import event_stream, rendering
from practicum.web.forms import blocking, get, post, read_upload, short_field
from practicum.web.requests import context_of, queue_key_of, site_of, token_of, topic_of
from practicum.web.root_path import path_of

MAX_UPLOAD = (256 << 20) + (64 << 10)
"""Bytes of a form with a zip of 256 MB."""
MAX_PATH = 4096
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
"""Of a report: one file with its styles and images in it, and no script."""


def routes(mode: Mode) -> list[Route]:
    """Return the routes for a learner's own images."""
    path = f"/{{course}}/{{topic}}/{mode.name}/own"
    return [
        get(path, partial(page, mode)),
        post(path, partial(fit, mode), MAX_UPLOAD, read_local_upload),
        get("/own/{fit}/report", report),
        post("/own/{fit}/delete", blocking(delete)),
    ]


def _fits(request: Request) -> FitFolder:
    return FitFolder(site_of(request), token_of(request))


# --- pages


def page(mode: Mode, request: Request) -> Response:
    """The form, and what was fitted before; or why this service does not fit models, and the command that does."""
    return _page(mode, request)


def _page(mode: Mode, request: Request, problem: InvalidRequest | None = None, folder: str = "") -> Response:
    context, site, fits = context_of(request, mode), site_of(request), _fits(request)
    rows = [_row(request, fits, fit) for fit in fits.all()]
    return rendering.page(
        request,
        "projects/custom_dataset.html",
        400 if problem else 200,
        mode=mode,
        course=context.catalogue.course,
        topic=context.topic,
        topic_url=context.topic_path,
        all_url=context.path,
        offered=site.local and site.lab is not None,
        url=path_of(request),
        minutes=f"{custom_dataset.MINUTES[1]:g}",
        max_minutes=f"{custom_dataset.MINUTES[2]:g}",
        run=next((row for row in rows if row["running"]), None),
        fits=rows,
        problem=problem,
        folder=folder,
    )


def _row(request: Request, fits: FitFolder, fit: LabFit) -> dict[str, Any]:
    running = custom_dataset.is_fitting(site_of(request), fit, queue_key_of(request))
    done = not running and fits.report(fit).is_file()
    return {
        "id": fit.id,
        "title": fit.title,
        "when": long_date(iso_date(fit.started)),
        "words": _words(fit, done, running),
        "done": done,
        "running": running,
        "stopped": fit.ended is not None and fit.code is None and not fit.interrupted,
        "model": str(fits.model(fit)),
        "duration": duration((fit.ended - fit.started) / 1000) if fit.ended else "",
    }


def _words(fit: LabFit, done: bool, running: bool) -> str:
    """How a fit ended, or that it runs."""
    if done:
        return next((line for line in fit.output.split("\n") if line.startswith("Of 100 ")), "Done.")
    if running:
        return "Fitting …"
    if fit.ended is None or fit.interrupted:
        return "Interrupted: the service ended."
    return "Stopped." if fit.code is None else _as_sentence(fit, fit.output.strip().rpartition("\n")[2])


def _as_sentence(fit: LabFit, message: str) -> str:
    """The message as a sentence; a file that it begins with keeps its name."""
    file = fit.images if message.startswith(fit.images) else ""
    return file + sentence(message.removeprefix(file))


def report(request: Request) -> Response:
    """The report of a fit, as the lab wrote it."""
    fits = _fits(request)
    content = fits.read_report(fits.get(request.path_params["fit"]))
    headers = {"content-security-policy": REPORT_POLICY, "cache-control": "no-store"}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def delete(request: Request, form: FormData) -> Response:
    """Delete a fit with its model and its zip. The learner's own folder of images stays as it is."""
    fits = _fits(request)
    fit = fits.get(request.path_params["fit"])
    fits.delete(site_of(request), fit, queue_key_of(request))
    return rendering.redirect(f"{fit.page}#fits")


# --- a fit


async def read_local_upload(request: Request, size: int) -> FormData:
    """Return the form with its zip. What can be refused without it is refused before anything of it is read."""
    back = Link(path_of(request), "Back")
    custom_dataset.require_local(site_of(request), back)
    topic_of(request)
    await in_thread(lambda: _fits(request).require_room(back))
    return await read_upload(request, size)


async def fit(mode: Mode, request: Request, form: FormData) -> Response:
    """Fit what the form names, as it happens; the fit continues when its page is left."""
    try:
        return await _fit(mode, request, form)
    finally:
        await form.close()


async def _fit(mode: Mode, request: Request, form: FormData) -> Response:
    site = site_of(request)
    lab = custom_dataset.require_local(site, Link(path_of(request), "Back"))
    learner = await in_thread(site.enroll, token_of(request))
    folder, upload = short_field(form, "folder", MAX_PATH).strip(), _upload(form)
    read = partial(
        custom_dataset.read_request,
        folder,
        upload.name if upload else "",
        short_field(form, "minutes"),
        path_of(request),
    )
    try:
        requested = await in_thread(read)
    except InvalidRequest as problem:
        if rendering.wants_events(request):
            link = Link(path_of(request), "Back")
            raise Refused(Reason.INCOMPLETE, problem.code, str(problem), link=link) from None
        return await in_thread(partial(_page, mode, request, problem, folder))
    run = FitRun(site, requested, lab / learner)
    try:
        if upload:
            await in_thread(run.keep, upload)
        present = partial(_fragment, request, run)
        return await event_stream.respond(
            request, run.work, present, lambda fit: rendering.redirect(path_of(request)), run.recording
        )
    except BaseException:
        run.discard()
        raise


def _upload(form: FormData) -> Upload | None:
    upload = form.get("zip")
    return Upload(upload.filename, upload.file) if isinstance(upload, UploadFile) and upload.filename else None


def _fragment(request: Request, run: FitRun, fit: LabFit) -> str:
    """What a script puts into the page when a fit has ended."""
    fits = _fits(request)
    rows = [_row(request, fits, one) for one in fits.all()]
    result = _row(request, fits, run.fit)
    return rendering.fragment("projects/fit_fragment.html", result=result, output=run.fit.output, fits=rows)
