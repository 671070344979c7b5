"""Pages of a mode: which one may be shown, how far a learner has read, and running its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from practicum.application.context import TopicContext
from practicum.application.learner_jobs import course_environment, hide_machine_faults, learner_job
from practicum.application.limits import LONG
from practicum.application.refusals import Reason, Refused
from practicum.course.cell_dependencies import find_dependencies
from practicum.model import Cell, Page, Prose, Run, VariantFinding, Verdict
from practicum.prove import subjects
from practicum.prove.catalogue import Entry
from practicum.runner import Cancellation, Client, OnEvent, Pool, Result
from practicum.runner.required_imports import choose_preload

REACHED, READ = "reached", "read"
"""Kinds of steps: a section came into view; the learner marked the page as read."""

_HEADING = re.compile(r"^## +(.+?)\s*#*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class ModePage:
    """The page of a mode, with its evidence."""

    context: TopicContext
    entry: Entry

    @property
    def page(self) -> Page:
        assert isinstance(self.entry.subject, Page)
        return self.entry.subject

    @property
    def finding(self) -> VariantFinding | None:
        """The finding about the page as it stands."""
        evidence = self.entry.evidence
        return evidence.variants[0] if evidence and evidence.verdict is Verdict.PROVED else None


def mode_page(context: TopicContext) -> ModePage:
    """Return the mode's page. Raises Refused (not found) if there is none, or it is not proved as it stands."""
    page = context.topic.pages.get(context.mode.name)
    if page is None:
        raise Refused(
            Reason.NOT_FOUND, "no-such-page", "There is no such page", "This topic has no page for this mode."
        )
    entry = context.catalogue.pages[page.path]
    if not entry.verdict.served and not context.site.draft:
        raise Refused(
            Reason.NOT_FOUND,
            "page-not-proved",
            "This page is not shown",
            "Its statements were not run since it last changed. If you are its author, run `practicum prove`, or serve "
            "with --draft.",
            context.topic_link,
        )
    return ModePage(context, entry)


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield each `##` heading of a Markdown text with the text below it; what comes before the first has none."""
    title, lines, fence = "", list[str](), ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        heading = None if fence else _HEADING.match(line)
        if heading:
            yield title, "\n".join(lines)
            title, lines = heading[1], []
        else:
            lines.append(line)
    yield title, "\n".join(lines)


def section_count(page: Page) -> int:
    """Return the number of sections of a page."""
    prose = [block for block in page.blocks if isinstance(block, Prose) and not block.verbatim]
    return sum(bool(title) for block in prose for title, _ in sections(block.text))


@dataclass(frozen=True)
class ReadingProgress:
    """How far a learner has read a page."""

    section: int = 0
    """The furthest section that came into view, counted from 1."""
    read: bool = False
    """Whether the learner marked the page as read."""


def reading_progress(context: TopicContext) -> ReadingProgress:
    """Return how far the learner has read the mode's page."""
    steps = context.steps()
    reached = [int(step.data.get("section", 0)) for step in steps if step.kind == REACHED]
    return ReadingProgress(max(reached, default=0), any(step.kind == READ for step in steps))


def record_reading(page: ModePage, section: int, read: bool) -> None:
    """Store that a section came into view, and whether the page was marked as read, where either is new."""
    context = page.context
    context.enroll()
    before = reading_progress(context)
    if section > before.section:
        context.record(context.step(REACHED, {"section": section}))
    if read and not before.read:
        context.record(context.step(READ, {}))


# --- cells


def shown_cell(page: Page, number: int) -> Cell | None:
    """Return the shown cell with that number, counted from 1."""
    cells = subjects.shown_cells(page)
    return cells[number - 1] if 1 <= number <= len(cells) else None


def cells_above(page: Page, cell: Cell, edited: Callable[[int], str | None]) -> list[str]:
    """Return the code of the cells that a cell may build on.

    Args:
        page: The page.
        cell: One of its cells.
        edited: Returns the learner's version of the shown cell with that number, or None for the author's.
    """
    number, codes = 0, []
    for above in page.cells[: page.cells.index(cell)]:
        number += above.shown
        if not above.raises:
            code = edited(number) if above.shown else None
            codes.append(above.code if code is None else code)
    return codes


def run_cell(
    pool: Pool, page: ModePage, code: str, above: Sequence[str], client: Client, on_event: OnEvent, cancel: Cancellation
) -> Result:
    """Run one cell after those above it that it builds on."""
    context = page.context
    environment = course_environment(context.catalogue)
    if isinstance(environment, Result):
        return environment
    run = Run("cell", code, echo=True, data=page.page.data)
    authored = [cell.code for cell in page.page.cells]
    job = learner_job(run, context.topic, environment, LONG, authored)
    job = replace(job, preload=choose_preload(replace(job, setup="\n".join((*authored, *above)))))
    needed = find_dependencies(above, code)
    result = pool.run_after(job, above, needed, page.page.path, on_event, cancel, client)
    return _without_other_lines(hide_machine_faults(result))


def _without_other_lines(result: Result) -> Result:
    """The result; a failure in a cell above is said to be there, since its line is none of this cell's."""
    failure = result.failure
    if failure is None or failure.where != "setup":
        return result
    return replace(result, failure=replace(failure, line=None, message=f"{failure.message} (in a cell above this one)"))
