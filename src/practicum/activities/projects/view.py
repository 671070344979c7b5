"""Results of a project's runs, and its reference scores, as templates show them."""

from __future__ import annotations

from functools import partial
from statistics import fmean
from typing import Any

from practicum.application import run_serialization
from practicum.application.importable_packages import importable_packages
from practicum.application.projects import TopicProject
from practicum.application.run_report import report_run
from practicum.course.render import code as highlighted
from practicum.formatting import long_date, sentence
from practicum.kinds.goal import SEEDS
from practicum.store import RunRecord
from practicum.web.problem_view import html

_REFERENCE = {"start": "Starting code", "solution": "Author's code"}


def describe_result(project: TopicProject, record: RunRecord) -> dict[str, Any]:
    """Return the result of a recorded run: its report, or its grades and the report of the run that failed."""
    data = record.result or {}
    result: dict[str, Any] = {"report": None, "grades": None, "fault": bool(data.get("fault"))}
    if "scores" in data:
        scores = data["scores"]
        result["grades"] = {
            "scores": [(seed, f"{score:.4g}") for seed, score in zip(SEEDS, scores, strict=False)],
            "mean": f"{fmean(scores):.4g}" if scores else "",
            "met": data["met"] and project.goal.is_met(scores),  # Its author may have raised the goal since.
            "complete": len(scores) == len(SEEDS),
            "reason": sentence(data["reason"]),
            "stopped": data["cancelled"],
            "interrupted": data["interrupted"],
            "goal": project.goal,
        }
        data = data["result"] or {}
    if "stdout" in data:
        run = run_serialization.from_json(data, record.figures)
        isolated, interrupted = project.context.site.isolated, bool(data.get("interrupted"))
        packages = partial(importable_packages, project.context.catalogue)
        result["report"] = report_run(run, record.code, isolated, interrupted, packages)
    return result


def reference_scores(project: TopicProject) -> dict[str, Any]:
    """Return the scores of the starting code and of the author's, as the proof has them, and the author's code."""
    evidence, variant = project.entry.evidence, project.variant
    runs = evidence.variants[0].runs if evidence and evidence.variants else ()
    return {
        "rows": [
            {"name": label, "scores": [_score(run.outcome) for run in runs if run.name == name]}
            for name, label in _REFERENCE.items()
        ],
        "seeds": SEEDS,
        "code": highlighted(variant.solution),
        "explanation": html(variant.explanation, images=variant.images) if variant.explanation else "",
        "day": long_date(evidence.ran) if evidence else "",
    }


def _score(outcome: str) -> str:
    """The score in an outcome of the proof; `none` for a run without one."""
    try:
        return f"{float(outcome.removeprefix('returned ')):.4g}"
    except ValueError:
        return "none"
