"""Running the proof of a closed problem again, as it happens or as a page."""

from __future__ import annotations

from functools import partial
from typing import Any

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from practicum.application import sittings
from practicum.application.rerun import STOPPED, ProofRerun, RerunResult, execute_rerun, prepare_rerun
from practicum.formatting import counted, duration, sentence
from practicum.model import OptionFinding, Verdict
from practicum.web import event_stream, rendering
from practicum.web.problem_view import html
from practicum.web.proof_view import observed_html
from practicum.web.requests import address_of, client_of
from practicum.web.result_bars import result_bars


async def rerun(request: Request, form: FormData) -> Response:
    """Run the proof again."""
    prepared = await in_thread(_prepare, request)

    def present(result: RerunResult) -> str:
        return rendering.fragment("sittings/rerun_result.html", rerun=describe(prepared, result))

    def page(result: RerunResult) -> Response:
        title = prepared.asked.variant.title
        described = describe(prepared, result)
        return rendering.page(request, "sittings/rerun.html", url=prepared.path, title=title, rerun=described)

    return await event_stream.respond(request, partial(execute_rerun, prepared), present, page)


def _prepare(request: Request) -> ProofRerun:
    address = address_of(request)
    at = sittings.load(address.site, address.token, address.sitting)
    return prepare_rerun(at, address.number, client_of(request))


def describe(rerun: ProofRerun, result: RerunResult) -> dict[str, Any]:
    """Return the result of a rerun in words, beside the finding of the proof."""
    finding, asked = result.finding, rerun.asked
    if finding.why == STOPPED:
        after = f" after {duration(result.seconds)}" if result.seconds else ""
        return {"css": "", "heading": "", "reason": f"Stopped{after}.", "options": [], "output": result.printed}
    same = finding.verdict is asked.entry.verdict
    one_seed = finding.verdict is Verdict.UNPROVED and bool(finding.measured)
    count = len(finding.runs) + len(finding.measured)
    seconds = sum(run.seconds for run in finding.runs) + sum(measured.seconds for measured in finding.measured)
    return {
        "css": "hint" if same else "" if one_seed else "wrong",
        "heading": "The same result." if same else "" if one_seed else f"This time: {finding.verdict}.",
        "reason": f"{counted(count, 'run')}, {duration(seconds)}." if same else sentence(finding.why),
        "options": [
            {
                "key": option.key,
                "text": html(option.text, True, asked.variant.images),
                "bars": result_bars(asked.kind, asked.variant, index, finding.measured, asked.topic.experiments),
                "observed": observed_html(asked.kind, asked.variant, option.observed),
            }
            for index, option in _ordered(finding.options, asked.order)
        ],
        "output": result.printed,
    }


def _ordered(options: tuple[OptionFinding, ...], order: tuple[int, ...]) -> list[tuple[int, OptionFinding]]:
    """The options with their numbers, as the learner saw them."""
    return [(index, options[index]) for index in order] if len(options) == len(order) else list(enumerate(options))
