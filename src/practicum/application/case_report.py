"""The report of an answer's test cases: what a learner sees of each, and the run of one that does not pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from practicum.application.run_report import CaseSummary, Ending, RunReport, ShownCase, shortened
from practicum.model import CaseResult


def report_cases(results: Sequence[CaseResult], reports: Sequence[RunReport]) -> RunReport:
    """Return the report of the first test case that does not pass, or else of the first one, with all results.

    Of a hidden case it contains only whether it passes.

    Args:
        results: The result of each case.
        reports: The report of each case's run.
    """
    shown = [index for index, result in enumerate(results) if not result.case.hidden]
    summary = CaseSummary(tuple(_shown(number, result) for number, result in enumerate(results, 1)))
    failing = next((index for index in shown if not results[index].passed), None)
    if failing is not None:
        return replace(_failed_report(results[failing], reports[failing]), cases=summary)
    if all(result.passed for result in results):
        return replace(reports[shown[0]] if shown else _without_output(reports[0]), cases=summary)
    message = "A hidden test case does not pass. Think of input that the others do not cover."
    return replace(_without_output(reports[0]), ending=Ending.FAILED, message=message, cases=summary)


def _failed_report(result: CaseResult, report: RunReport) -> RunReport:
    message = report.message if report.ending is Ending.FAILED else "It prints something else than it should."
    if not report.heading:
        message = f"{result.case.name}: {message}"
    return replace(report, ending=Ending.FAILED, message=message)


def _without_output(report: RunReport) -> RunReport:
    """Return a report without what the run showed."""
    plain = replace(report, stdout="", stderr="", epochs=None, figures=(), heading="", message="", lines=(), hint="")
    return replace(plain, traceback="", error_line=None)


def _shown(number: int, result: CaseResult) -> ShownCase:
    case = result.case
    if case.hidden:
        return ShownCase(f"Hidden test case {number}", result.passed, True, case.points)
    expected = None if case.prints is None else shortened(case.prints)
    return ShownCase(case.name, result.passed, False, case.points, case.stdin, expected, shortened(result.printed))
