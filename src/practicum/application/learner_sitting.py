"""One learner's sitting: its record, its rules, its topic, and the problems it was drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from practicum.application.context import TopicContext
from practicum.application.grading import AskedProblem
from practicum.application.refusals import Link, Reason, Refused
from practicum.formatting import counted
from practicum.practice import Sitting
from practicum.prove.catalogue import Entry
from practicum.store import SittingRecord


@dataclass(frozen=True)
class LearnerSitting:
    """A sitting as it stands now."""

    record: SittingRecord
    sitting: Sitting
    context: TopicContext

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def path(self) -> str:
        return f"/s/{self.id}"

    @property
    def current_path(self) -> str:
        """The path of the problem the learner is at, or of the result."""
        current = self.sitting.current
        return f"{self.path}/result" if current is None else self.problem_path(current)

    @property
    def current_link(self) -> Link:
        return Link(self.current_path, "Back")

    def problem_path(self, index: int) -> str:
        return f"{self.path}/{index + 1}"

    def index(self, number: int) -> int:
        """Return the index of the problem with this number, counted from 1. Raises Refused (not found)."""
        if not 1 <= number <= self.sitting.total:
            raise Refused(
                Reason.NOT_FOUND,
                "no-such-problem",
                "There is no such problem",
                f"This challenge has {counted(self.sitting.total, 'problem')}.",
                Link(self.current_path, "Go to your current problem"),
            )
        return number - 1

    def entry(self, index: int) -> Entry:
        """Return the problem at that index. Raises Refused (gone) if its author has changed it since the start."""
        item = self.sitting.exam.items[index]
        entry = self.context.catalogue.entries.get(item.problem)
        if entry is None or not item.fits(entry.problem) or not (self.context.site.draft or entry.verdict.served):
            raise Refused(
                Reason.GONE,
                "problem-changed",
                "This problem has changed",
                "Its author changed it after you started, so this challenge cannot continue. Your answers are kept. "
                "Take the challenge again to see the new version.",
                Link(self.context.path, "Take it again"),
            )
        return entry

    def asked(self, index: int) -> AskedProblem:
        """Return the problem at that index as the learner was asked it. Raises Refused (gone) as `entry` does."""
        item = self.sitting.exam.items[index]
        return AskedProblem(self.context.catalogue, self.context.topic, self.entry(index), item.variant, item.order)
