"""Projects: code that is improved run by run, all of them kept, until what it makes meets a goal on hidden data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean
from typing import Any

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from practicum.course.render import code as highlighted
from practicum.kinds.goal import SEEDS, Goal, score, scoring_run
from practicum.model import Observation, Topic, Variant
from practicum.modes import project as mode
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner import Cancellation, Epoch, Limits, OnEvent, Output, Pool, Queued, Result, RunEvent, Started
from practicum.store import RunRecord, StepRecord
from practicum.web import forms, live, outcome, running, scratch, shelf, tries, view
from practicum.web.question import MARKS, html
from practicum.web.seat import now
from practicum.web.security import visitor
from practicum.web.site import Site, site
from practicum.web.standing import standing
from practicum.web.view import Halt

LIMITS = Limits(seconds=60)
"""Of one run, and of each of the three that a submission takes."""
MODE = mode.MODE.name
KEPT = 100
"""Runs that a learner keeps of one project, the newest: each with its pictures takes a megabyte or two at the most."""
TAKE = {"run": MODE, "submission": "submission"}
"""What a run is noted as."""


@dataclass(frozen=True)
class Bench:
    """One project, and what its runs need."""

    catalogue: Catalogue
    topic: Topic
    entry: Entry

    @property
    def variant(self) -> Variant:
        return self.entry.problem.variants[0]

    @property
    def slug(self) -> str:
        return self.entry.problem.slug

    @property
    def topic_url(self) -> str:
        return f"/{self.catalogue.course.slug}/{self.topic.slug}"

    @property
    def url(self) -> str:
        return f"{self.topic_url}/{MODE}/{self.slug}"

    @property
    def goal(self) -> Goal:
        return Goal.of(self.entry.problem)

    def step(self, kind: str, data: Mapping[str, Any]) -> StepRecord:
        return StepRecord(self.catalogue.course.slug, self.topic.slug, MODE, self.slug, kind, now(), data, None)


@dataclass(frozen=True)
class Graded:
    """What a submission scored, seed by seed; and how it ended where it could not be graded."""

    scores: tuple[float, ...]
    reason: str = ""
    """Why the next seed has no score."""
    result: Result | None = None
    """Of the run that failed."""
    cancelled: bool = False

    @property
    def whole(self) -> bool:
        return len(self.scores) == len(SEEDS)


def bench(request: Request) -> Bench:
    """The project at this address. Raises Halt (404) if there is none, or it is not proved as it stands."""
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    for entry in where.entries(catalogue, topic, MODE):
        if entry.problem.slug == request.path_params["slug"]:
            return Bench(catalogue, topic, entry)
    url = f"/{catalogue.course.slug}/{topic.slug}"
    raise Halt(404, "There is no such project", "It may have been renamed, or is not proved.", (url, topic.title))


# --- pages -------------------------------------------------------------------------------------------------------


def projects(request: Request) -> Response:
    """The projects of a topic, how far one is with each, and the way to one's own pictures."""
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    benches = [Bench(catalogue, topic, entry) for entry in where.entries(catalogue, topic, MODE)]
    if not benches and MODE not in topic.problems:
        url = f"/{catalogue.course.slug}/{topic.slug}"
        raise Halt(404, "There are no projects here", "This topic has none yet.", (url, topic.title))
    learner = where.learner(visitor(request).token)
    rows = [
        {
            "url": one.url,
            "title": one.variant.title,
            "mark": MARKS[one.entry.verdict],
            "level": one.entry.problem.level,
            "goal": f"{one.goal.metric} {one.goal.bound_text}",
            "note": _stands(where, learner, one),
        }
        for one in benches
    ]
    return view.page(
        request,
        "projects.html",
        course=catalogue.course,
        topic=topic,
        topic_url=f"/{catalogue.course.slug}/{topic.slug}",
        projects=rows,
    )


def _stands(where: Site, learner: str | None, one: Bench) -> str:
    steps = _steps(where, learner, one)
    if any(step.kind == "submitted" and step.data.get("met") for step in steps):
        return "goal met"
    ran = sum(step.kind == "ran" for step in steps)
    return view.counted(ran, "run") if ran else ""


def page(request: Request) -> Response:
    """The project, with the code of the last run, or of the one that is to be used again."""
    one, where = bench(request), site(request)
    record = _own(request, one, request.query_params["from"]) if "from" in request.query_params else None
    return _page(request, one, _records(where, _learner(request), one), record.code if record else None)


def _page(
    request: Request,
    one: Bench,
    records: Sequence[RunRecord],
    code: str | None = None,
    wrong: str = "",
) -> Response:
    where = site(request)
    steps = _steps(where, _learner(request), one)
    met = any(step.kind == "submitted" and step.data.get("met") for step in steps)
    under_way = next((record for record in records if _is_under_way(request, record)), None)
    latest = next((record for record in records if record.result and record is not under_way), None)
    start = one.variant.start.rstrip("\n") + "\n"
    return view.page(
        request,
        "project.html",
        413 if code is not None and len(code) > scratch.CODE else 200,
        course=one.catalogue.course,
        topic=one.topic,
        topic_url=one.topic_url,
        url=one.url,
        title=one.variant.title,
        level=one.entry.problem.level,
        mark=MARKS[one.entry.verdict],
        statement=html(one.variant.statement),
        hint=html(one.variant.hint) if one.variant.hint else "",
        goal=one.goal,
        hidden=bool(one.variant.check.strip()),
        met=met,
        offered=scratch.is_offered(where),
        isolated=where.isolated,
        seconds=f"{LIMITS.seconds:g}",
        code=code if code is not None else records[0].code if records else start,
        start=start,
        names_url=f"{one.topic_url}/names.json",
        run=under_way,
        latest=_came(one, _whole(where, latest), where.isolated) if latest and not under_way and not wrong else None,
        wrong=wrong,
        runs=_listed(request, one, records),
        reach=_reach(one) if met or any(step.kind == "asked" for step in steps) else None,
    )


def ran(request: Request) -> Response:
    """One earlier run: its code, and what came of it."""
    one, where = bench(request), site(request)
    record = _own(request, one, request.path_params["run"])
    return view.page(
        request,
        "project_run.html",
        title=one.variant.title,
        url=one.url,
        run=tries.row(one.url, record, _is_under_way(request, record)),
        code=highlighted(record.code),
        came=_came(one, record, where.isolated) if record.result else None,
    )


async def ask(request: Request, form: FormData) -> Response:
    """Show what the author's code reaches, before one's own does: asked for, and noted."""
    return view.see(f"{(await in_thread(_ask, request)).url}#reach")


def _ask(request: Request) -> Bench:
    one, where = bench(request), site(request)
    learner = where.enrol(visitor(request).token)
    if not any(step.kind == "asked" for step in _steps(where, learner, one)):
        where.store.add_step(learner, one.step("asked", {"mark": one.entry.problem.mark(0)}))
    return one


# --- runs ----------------------------------------------------------------------------------------------------------


async def run(request: Request, form: FormData) -> Response:
    """Run the code once, as it happens; kept, and noted when it has ended."""
    return await _answer(request, form, "run")


async def submit(request: Request, form: FormData) -> Response:
    """Grade the code on three seeds."""
    return await _answer(request, form, "submission")


async def _answer(request: Request, form: FormData, take: str) -> Response:
    one, where, code = await in_thread(bench, request), site(request), forms.code(form)
    pool = where.pool
    if pool is None or not scratch.is_offered(where):
        raise Halt(403, "Nothing is run here", "The scratch pad's page says why.", (one.url, "Back"))
    if wrong := scratch.wrong(code):
        if view.streams(request):
            raise Halt(413 if code.strip() else 422, wrong, "", (one.url, "Back"))
        records = await in_thread(_records, where, _learner(request), one)
        return await in_thread(partial(_page, request, one, records, code, wrong))
    learner = await in_thread(where.enrol, visitor(request).token)
    noted = _Noted(request, one, learner, code, take)
    kept = live.Kept[Result | Graded](noted.begun, noted.ended, f"{one.url}#came")
    work = partial(_run if take == "run" else _grade, pool, one, code, visitor(request).person)
    return await live.answer(request, work, noted.piece, lambda result: view.see(one.url), kept)


class _Noted:
    """One run, noted in the store as it begins and ends, and told as a piece of the page."""

    def __init__(self, request: Request, one: Bench, learner: str, code: str, take: str) -> None:
        self._request, self._one, self._learner, self._code, self._take = request, one, learner, code, take
        self._where = site(request)
        self._id = ""

    def begun(self, id: str) -> None:
        self._id = id
        course, topic = self._one.catalogue.course.slug, self._one.topic.slug
        record = RunRecord(id, self._learner, course, topic, TAKE[self._take], self._one.slug, self._code, now())
        self._where.store.begin_run(record, KEPT)

    def ended(self, id: str, result: Result | Graded | None) -> None:
        kept = _to_json(result, self._one.goal, self._request.app.state.runs.stopping)
        failed = result if isinstance(result, Result) else result.result if result else None
        drawn = shelf.pictures(failed.figures) if failed else ()
        self._where.store.end_run(id, now(), kept, drawn, self._step(result, kept))

    def _step(self, result: Result | Graded | None, kept: Mapping[str, Any]) -> StepRecord | None:
        """What it is of the learner's progress, if it is anything."""
        if isinstance(result, Graded) and result.whole:
            said = {"met": kept["met"], "scores": kept["scores"], "mark": self._one.entry.problem.mark(0)}
            return self._one.step("submitted", said)
        if isinstance(result, Result) and result.stopped not in ("cancelled", "unavailable"):
            return self._one.step("ran", {})
        return None

    def piece(self, result: Result | Graded) -> str:
        records = _records(self._where, self._learner, self._one)
        listed = _listed(self._request, self._one, records)
        mine = self._where.store.run(self._id)
        assert mine is not None
        came = _came(self._one, mine, self._where.isolated)
        reach = _reach(self._one) if came["graded"] and came["graded"]["met"] else None
        return view.part("project_came.html", came=came, runs=listed, reach=reach, url=self._one.url)


def _run(pool: Pool, one: Bench, code: str, person: str, tell: OnEvent, cancel: Cancellation) -> Result:
    environment = running.environment(one.catalogue)
    if isinstance(environment, Result):
        return environment
    run = replace(scoring_run(one.entry.problem, one.variant, code), check="", values={}, check_values={})
    return _presentable(pool.run(running.job(run, one.topic, environment, LIMITS, SEEDS[0]), tell, cancel, person))


def _grade(pool: Pool, one: Bench, code: str, person: str, tell: OnEvent, cancel: Cancellation) -> Graded:
    """Seed by seed; the first that has no score ends it. What the code prints meanwhile is not told."""
    environment = running.environment(one.catalogue)
    if isinstance(environment, Result):
        return Graded((), environment.why, environment)
    run = scoring_run(one.entry.problem, one.variant, code)
    scores: list[float] = []

    def on_event(happened: RunEvent) -> None:
        if isinstance(happened, Queued | Started | Epoch):
            tell(happened)

    for seed in SEEDS:
        result = pool.run(running.job(run, one.topic, environment, LIMITS, seed), on_event, cancel, person)
        if result.stopped == "cancelled":
            return Graded(tuple(scores), cancelled=True)
        observation = Observation(
            seed, 0, values=result.values, failure=result.failure, stopped=result.why if result.stopped else None
        )
        scored = score(observation)
        if isinstance(scored, str):
            return Graded(tuple(scores), scored, _presentable(result))
        scores.append(scored)
        tell(Output("stdout", f"Seed {seed}: {one.goal.metric} = {scored:.4g}\n"))
    return Graded(tuple(scores))


def _presentable(result: Result) -> Result:
    """Without what stands in the check or the setup: neither their lines nor the way through them."""
    failure = result.failure
    if failure is None or failure.where == "snippet":
        return result
    return replace(result, failure=replace(failure, line=None), traceback="")


# --- what was kept -------------------------------------------------------------------------------------------------


def _to_json(result: Result | Graded | None, goal: Goal, interrupted: bool) -> dict[str, Any]:
    if result is None:
        return {"fault": True}
    if isinstance(result, Result):
        return {**shelf.to_json(result), "interrupted": interrupted and result.stopped == "cancelled"}
    return {
        "scores": list(result.scores),
        "met": result.whole and goal.is_met(result.scores),
        "reason": result.reason,
        "interrupted": interrupted and result.cancelled,
        "cancelled": result.cancelled,
        "result": None if result.result is None else shelf.to_json(result.result),
    }


def _came(one: Bench, record: RunRecord, isolated: bool) -> dict[str, Any]:
    """What came of a run, for the template: its outcome, or its grades."""
    kept = record.result or {}
    came: dict[str, Any] = {"outcome": None, "graded": None, "fault": bool(kept.get("fault"))}
    if "scores" in kept:
        came["graded"] = {
            "scores": [(seed, f"{score:.4g}") for seed, score in zip(SEEDS, kept["scores"], strict=False)],
            "mean": f"{fmean(kept['scores']):.4g}" if kept["scores"] else "",
            "met": kept["met"] and one.goal.is_met(kept["scores"]),  # Its author may have raised the goal since.
            "whole": len(kept["scores"]) == len(SEEDS),
            "reason": view.sentence(kept["reason"]),
            "stopped": kept["cancelled"],
            "interrupted": kept["interrupted"],
            "goal": one.goal,
        }
        kept = kept["result"] or {}
    if "stdout" in kept:
        came["outcome"] = outcome.outcome(
            shelf.of_json(kept, record.figures), record.code, isolated, bool(kept.get("interrupted"))
        )
    return came


def _reach(one: Bench) -> dict[str, Any]:
    """What the code to begin with and the author's reach, as the proof has it, and the author's code."""
    evidence = one.entry.evidence
    found = evidence.variants[0].runs if evidence and evidence.variants else ()
    return {
        "rows": [
            {
                "name": {"start": "The code to begin with", "solution": "The author's code"}[name],
                "scores": [_scored(run.outcome) for run in found if run.name == name],
            }
            for name in ("start", "solution")
        ],
        "seeds": SEEDS,
        "code": highlighted(one.variant.solution),
        "explanation": html(one.variant.explanation) if one.variant.explanation else "",
        "day": view.day(evidence.ran) if evidence else "",
    }


def _scored(told: str) -> str:
    """A score out of an outcome of the proof; of a run that has none, that."""
    try:
        return f"{float(told.removeprefix('gave ')):.4g}"
    except ValueError:
        return "none"


def _learner(request: Request) -> str | None:
    return site(request).learner(visitor(request).token)


def _steps(where: Site, learner: str | None, one: Bench) -> Sequence[StepRecord]:
    """This learner's steps in the project, as far as its goal is what it was then."""
    if learner is None:
        return ()
    return standing(one.entry.problem, where.store.steps(learner, one.catalogue.course.slug, one.topic.slug, MODE))


def _records(where: Site, learner: str | None, one: Bench) -> tuple[RunRecord, ...]:
    """This learner's runs of the project, newest first."""
    if learner is None:
        return ()
    return where.store.runs(learner, one.catalogue.course.slug, one.topic.slug, one.slug)


def _listed(request: Request, one: Bench, records: Sequence[RunRecord]) -> dict[str, Any]:
    """The runs beside each other. There may be more than are listed."""
    course, topic, learner = one.catalogue.course.slug, one.topic.slug, _learner(request)
    total = site(request).store.count_runs(learner, course, topic, one.slug) if learner else 0
    return tries.listed(one.url, records, total, lambda record: _is_under_way(request, record))


def _whole(where: Site, record: RunRecord) -> RunRecord:
    """A run of a list, with what it drew."""
    return where.store.run(record.id) or record


def _own(request: Request, one: Bench, id: str) -> RunRecord:
    """A run of this learner's. Raises Halt (404) for all others."""
    record = site(request).store.run(id)
    here = (_learner(request), one.catalogue.course.slug, one.topic.slug, one.slug)
    if record is None or (record.learner, record.course, record.topic, record.item) != here:
        raise Halt(404, "There is no such run", "It may be another browser's.", (one.url, one.variant.title))
    return record


def _is_under_way(request: Request, record: RunRecord) -> bool:
    """Whether it still runs. One that has no end and does not was cut off with the service."""
    return record.ended is None and live.is_under_way(request, record.id)
