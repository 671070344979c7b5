"""What an audit finds: faults by name, a verdict for each item, and their form in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from practicum.statistics.intervals import Proportion


class Fault(StrEnum):
    """The name of a fault, the worst first."""

    WRONG_KEY = "wrong-key"
    NO_RIGHT_OPTION = "no-right-option"
    SEVERAL_RIGHT = "several-right"
    BROKEN_CODE = "broken-code"
    CONTRADICTION = "contradiction"
    EQUAL_OPTIONS = "equal-options"
    UNSTABLE = "unstable"
    VERSION_BOUND = "version-bound"
    DUPLICATE = "duplicate"


class Settled(StrEnum):
    """What the runs of an item settled."""

    PROVED = "proved"
    REFUTED = "refuted"
    """A fault was found by running."""
    NOT_PROVABLE = "not-provable"
    COULD_NOT_RUN = "could-not-run"


@dataclass(frozen=True)
class FoundFault:
    """A fault of an item."""

    fault: Fault
    message: str
    others: tuple[str, ...] = ()
    """The places of the other items that it concerns."""


@dataclass(frozen=True)
class OptionReport:
    """An option or an accepted answer, and what the runs settled about it."""

    text: str
    key: bool
    right: bool | None = None
    """None if the runs did not settle it."""
    note: str = ""
    """What was tolerated, or why it was not compared."""
    gave: str = ""
    """What it gave, if it is code."""


@dataclass(frozen=True)
class ItemFinding:
    """What the audit of one item found."""

    identifier: str
    path: str
    line: int
    title: str
    text: str
    settled: Settled
    reason: str = ""
    """Why it is not provable, or could not be run."""
    reading: str = ""
    code: str = ""
    gave: str = ""
    """What the code gave."""
    options: tuple[OptionReport, ...] = ()
    proposed: tuple[int, ...] = ()
    """The numbers, from 0, of the options that are right, if another key is proposed."""
    proposed_text: str = ""
    """The answer that is proposed where there are no options."""
    faults: tuple[FoundFault, ...] = ()
    tolerances: tuple[str, ...] = ()
    question: str = ""
    """Digest of what is asked: equal for two items with the same question."""

    @property
    def verdict(self) -> str:
        """The worst fault, or what was settled."""
        if self.faults:
            return str(min((found.fault for found in self.faults), key=list(Fault).index))
        return str(self.settled)

    @property
    def place(self) -> str:
        """The file and the identifier."""
        return f"{self.path}#{self.identifier}" if self.path else self.identifier

    def with_fault(self, fault: Fault, message: str, others: Iterable[str] = ()) -> ItemFinding:
        """Return the finding with one more fault."""
        return replace(self, faults=(*self.faults, FoundFault(fault, message, tuple(others))))


@dataclass(frozen=True)
class Totals:
    """How many items an audit found in each state."""

    items: int
    settled: Mapping[str, int]
    faults: Mapping[str, int]
    faulty: int

    @property
    def decided(self) -> int:
        """Items that a run decided: proved or refuted."""
        return self.settled.get("proved", 0) + self.settled.get("refuted", 0)

    def share(self, count: int) -> Proportion:
        """Return a count as a share of all items."""
        return Proportion(count, self.items)


def totals(findings: Sequence[ItemFinding]) -> Totals:
    """Count what an audit found."""
    settled = {str(each): sum(finding.settled is each for finding in findings) for each in Settled}
    faults = {
        str(fault): sum(any(found.fault is fault for found in finding.faults) for finding in findings)
        for fault in Fault
    }
    return Totals(len(findings), settled, faults, sum(bool(finding.faults) for finding in findings))


def to_json(finding: ItemFinding) -> dict[str, Any]:
    """Return a finding as plain data."""
    return asdict(finding) | {"verdict": finding.verdict}


def from_json(data: Mapping[str, Any]) -> ItemFinding:
    """Return the finding that `to_json` has made plain data of. Raises KeyError, TypeError, ValueError."""
    plain = {name: value for name, value in data.items() if name != "verdict"}
    return ItemFinding(
        **plain
        | {
            "settled": Settled(data["settled"]),
            "options": tuple(OptionReport(**option) for option in data["options"]),
            "faults": tuple(
                FoundFault(Fault(found["fault"]), found["message"], tuple(found["others"])) for found in data["faults"]
            ),
            "proposed": tuple(data["proposed"]),
            "tolerances": tuple(data["tolerances"]),
        }
    )
