"""Projects: code that a learner improves run by run, each run recorded, until it meets a goal on hidden data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from practicum.application import run_serialization
from practicum.application.clock import now
from practicum.application.context import TopicContext
from practicum.application.learner_jobs import (
    author_code,
    course_environment,
    hide_check_data,
    learner_job,
    run_for_learner,
)
from practicum.application.limits import LONG
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.runs import Recording
from practicum.application.step_validity import valid_steps
from practicum.kinds.goal import SEEDS, Goal, score, scoring_run
from practicum.model import Failure, Observation, Variant
from practicum.prove.catalogue import Entry
from practicum.runner import Cancellation, Client, Epoch, OnEvent, Output, Pool, Queued, Result, RunEvent, Started
from practicum.store import RunRecord, StepRecord

MAX_KEPT_RUNS = 100
"""Runs that are kept of one project, the newest: each with its figures takes a megabyte or two."""
SUBMISSION = "submission"
"""The mode under which a submission is recorded; a run is recorded under the name of the learning mode."""
RAN, SUBMITTED, ASKED = "ran", "submitted", "asked"
"""Kinds of steps: a run ended; a submission was graded; the reference scores were asked for."""


@dataclass(frozen=True)
class TopicProject:
    """One project and the learner who works on it."""

    context: TopicContext
    entry: Entry

    @property
    def variant(self) -> Variant:
        return self.entry.problem.variants[0]

    @property
    def slug(self) -> str:
        return self.entry.problem.slug

    @property
    def path(self) -> str:
        return f"{self.context.path}/{self.slug}"

    @property
    def goal(self) -> Goal:
        return Goal.of(self.entry.problem)

    def step(self, kind: str, data: Mapping[str, Any]) -> StepRecord:
        return self.context.step(kind, data, self.slug)

    def steps(self) -> Sequence[StepRecord]:
        """Return the learner's steps in the project that were made with today's goal."""
        return valid_steps(self.entry.problem, self.context.steps())


@dataclass(frozen=True)
class Submission:
    """The scores of a submission, seed by seed, and how it ended where it could not be graded."""

    scores: tuple[float, ...]
    reason: str = ""
    """Why the next seed has no score."""
    result: Result | None = None
    """The result of the run that failed."""
    cancelled: bool = False

    @property
    def complete(self) -> bool:
        return len(self.scores) == len(SEEDS)


def listed_projects(context: TopicContext) -> list[TopicProject]:
    """Return the topic's projects. Raises Refused (not found) if its author wrote none."""
    projects = [TopicProject(context, entry) for entry in context.entries()]
    if not projects and context.mode.name not in context.topic.problems:
        raise Refused(
            Reason.NOT_FOUND,
            "no-projects",
            "There are no projects here",
            "This topic has none yet.",
            context.topic_link,
        )
    return projects


def find_project(context: TopicContext, slug: str) -> TopicProject:
    """Return the project of that slug. Raises Refused (not found) if there is none, or it is not proved."""
    for entry in context.entries():
        if entry.problem.slug == slug:
            return TopicProject(context, entry)
    raise Refused(
        Reason.NOT_FOUND,
        "no-such-project",
        "There is no such project",
        "It may have been renamed, or is not proved.",
        context.topic_link,
    )


def goal_met(project: TopicProject) -> bool:
    """Whether a submission of the learner's met the goal."""
    return any(step.kind == SUBMITTED and step.data.get("met") for step in project.steps())


def run_count(project: TopicProject) -> int:
    """Return how many runs of the project ended."""
    return sum(step.kind == RAN for step in project.steps())


def reference_asked(project: TopicProject) -> bool:
    """Whether the learner asked for the reference scores."""
    return any(step.kind == ASKED for step in project.steps())


def ask_for_reference(project: TopicProject) -> None:
    """Record that the learner asked for the reference scores."""
    project.context.enroll()
    if not reference_asked(project):
        project.context.record(project.step(ASKED, {"mark": project.entry.problem.mark(0)}))


# --- runs


def run_project(
    pool: Pool, project: TopicProject, code: str, client: Client, on_event: OnEvent, cancel: Cancellation
) -> Result:
    """Run the code once, with the first seed, and without the check."""
    environment = course_environment(project.context.catalogue)
    if isinstance(environment, Result):
        return environment
    run = replace(scoring_run(project.entry.problem, project.variant, code), data=project.entry.problem.data)
    run = replace(run, check="", values={}, check_values={}, echo=True)
    job = learner_job(run, project.context.topic, environment, LONG, author_code(project.variant), SEEDS[0])
    return _without_hidden_code(run_for_learner(pool, job, on_event, cancel, client), code)


def grade_submission(
    pool: Pool, project: TopicProject, code: str, client: Client, on_event: OnEvent, cancel: Cancellation
) -> Submission:
    """Grade the code seed by seed; the first seed without a score ends it. What the code prints is not reported."""
    environment = course_environment(project.context.catalogue)
    if isinstance(environment, Result):
        return Submission((), environment.why, environment)
    run = replace(scoring_run(project.entry.problem, project.variant, code), data=project.entry.problem.data)
    scores: list[float] = []

    def without_output(event: RunEvent) -> None:
        if isinstance(event, Queued | Started | Epoch):
            on_event(event)

    for seed in SEEDS:
        job = learner_job(run, project.context.topic, environment, LONG, author_code(project.variant), seed)
        result = run_for_learner(pool, hide_check_data(job), without_output, cancel, client)
        if result.stopped == "cancelled":
            return Submission(tuple(scores), cancelled=True)
        stopped = result.why if result.stopped else None
        observation = Observation(seed, 0, values=result.values, failure=result.failure, stopped=stopped)
        value = score(observation, hides_inputs=True)
        if isinstance(value, str):
            result = _without_hidden_code(result, code)
            return Submission(tuple(scores), _failure_on_hidden_data(result.failure) or value, result)
        scores.append(value)
        on_event(Output("stdout", f"Seed {seed}: {project.goal.metric} = {value:.4g}\n"))
    return Submission(tuple(scores))


def _failure_on_hidden_data(failure: Failure | None) -> str:
    """Why there is no score, where the code raised while the check called it; otherwise empty."""
    if failure is None or failure.running != "check" or failure.message:
        return ""
    return f"{failure.type} on hidden data, so its message is not shown"


def _without_hidden_code(result: Result, code: str) -> Result:
    """The result without lines or a traceback of the check or the setup, and without lines that the code lacks."""
    failure = result.failure
    if failure is None:
        return result
    if failure.where == "snippet" and failure.line is not None and failure.line <= code.count("\n") + 1:
        return result
    return replace(result, failure=replace(failure, line=None), traceback="")


def record_run(project: TopicProject, code: str, submission: bool) -> Recording[Result | Submission]:
    """Return what records one run of the project in the store, as it begins and as it ends."""
    context = project.context
    learner = context.enroll()
    mode = SUBMISSION if submission else context.mode.name

    def begin(id: str) -> None:
        course, topic = context.catalogue.course.slug, context.topic.slug
        record = RunRecord(id, learner, course, topic, mode, project.slug, code, now())
        context.site.store.begin_run(record, MAX_KEPT_RUNS)

    def end(id: str, result: Result | Submission | None) -> None:
        data = result_to_json(result, project.goal, context.site.runs.stopping)
        failed = result if isinstance(result, Result) else result.result if result else None
        figures = run_serialization.encode_figures(failed.figures) if failed else ()
        context.site.store.end_run(id, now(), data, figures, _progress_step(project, result, data))

    return Recording(begin, end, f"{project.path}#result")


def _progress_step(
    project: TopicProject, result: Result | Submission | None, data: Mapping[str, Any]
) -> StepRecord | None:
    """What the run adds to the learner's progress; None if nothing."""
    if isinstance(result, Submission) and result.complete:
        mark = project.entry.problem.mark(0)
        return project.step(SUBMITTED, {"met": data["met"], "scores": data["scores"], "mark": mark})
    if isinstance(result, Result) and result.stopped not in ("cancelled", "unavailable"):
        return project.step(RAN, {})
    return None


def result_to_json(result: Result | Submission | None, goal: Goal, interrupted: bool) -> dict[str, Any]:
    """Return a result as the store keeps it. None stands for a fault in practicum."""
    if result is None:
        return {"fault": True}
    if isinstance(result, Result):
        return {**run_serialization.to_json(result), "interrupted": interrupted and result.stopped == "cancelled"}
    return {
        "scores": list(result.scores),
        "met": result.complete and goal.is_met(result.scores),
        "reason": result.reason,
        "interrupted": interrupted and result.cancelled,
        "cancelled": result.cancelled,
        "result": None if result.result is None else run_serialization.to_json(result.result),
    }


# --- recorded runs


def recorded_runs(project: TopicProject) -> tuple[RunRecord, ...]:
    """Return the learner's runs of the project without their figures, the newest first."""
    context = project.context
    learner = context.learner
    if learner is None:
        return ()
    return context.site.store.runs(learner, context.catalogue.course.slug, context.topic.slug, project.slug)


def count_recorded_runs(project: TopicProject) -> int:
    """Return the number of runs there ever were: more than are listed."""
    context = project.context
    learner = context.learner
    if learner is None:
        return 0
    return context.site.store.count_runs(learner, context.catalogue.course.slug, context.topic.slug, project.slug)


def recorded_run(project: TopicProject, id: str) -> RunRecord:
    """Return a run with its figures. Raises Refused (not found) if it is not this learner's run of this project."""
    context = project.context
    record = context.site.store.run(id)
    expected = (context.learner, context.catalogue.course.slug, context.topic.slug, project.slug)
    if record is None or (record.learner, record.course, record.topic, record.item) != expected:
        raise Refused(
            Reason.NOT_FOUND,
            "no-such-run",
            "There is no such run",
            "It may have been made in another browser.",
            Link(project.path, project.variant.title),
        )
    return record


def is_in_progress(project: TopicProject, record: RunRecord) -> bool:
    """Whether the run still runs. One that neither runs nor has an end was interrupted with the service."""
    return record.ended is None and project.context.site.runs.is_in_progress(record.id, project.context.queue_key)
