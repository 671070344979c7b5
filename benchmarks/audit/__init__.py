"""An audit of a bank with planted faults beside plain scripts: what they find, what they accuse wrongly, how fast."""

from __future__ import annotations

from collections.abc import Mapping

from tests.planted.generator import PlantedBank, planted_bank
from tests.planted.scoring import Audit, Score, percent, score

from benchmarks.audit import doctests, naive, notebooks, practicum_audit
from benchmarks.table import markdown, timed

SEED, ITEMS, FEW = 2026, 300, 40
TOOLS: Mapping[str, Audit] = {
    "`practicum audit`": practicum_audit.audit,
    "`exec` and string comparison": naive.audit,
    "pytest, each item a doctest": doctests.audit,
    "nbmake, each item a notebook": notebooks.audit,
}
"""What is measured, by its name in the table."""


def measure(audit: Audit, made: PlantedBank) -> tuple[Score, float]:
    """The score of a tool on a bank, and the seconds that it takes."""
    findings: dict[str, frozenset[str]] = {}
    seconds = timed(lambda: findings.update(audit(made.bank)))
    return score([(made, findings)]), seconds


def report(quick: bool = False) -> str:
    """The section of `docs/benchmarks.md`."""
    made = planted_bank(SEED, FEW if quick else ITEMS)
    rows = [row(name, *measure(audit, made)) for name, audit in TOOLS.items()]
    headings = ["", "faults noticed (95 % CI)", "found by name", "falsely accused (95 % CI)", "seconds"]
    return (
        "## Planted faults\n\n"
        f"{len(made.bank.items)} items from templates, with keys that were run, in the typography that people use. "
        f"{len(made.faults)} faults of {len({fault.fault for fault in made.faults})} types are planted in them; "
        "a sixth of the items look faulty and are not. A fault is noticed if anything is reported of its item, "
        "and found by name if it is reported as what it is. A doctest and a notebook can only fail. "
        "The other tools get the snippet and the key from one plain script, which leaves out items that "
        "ask for neither the output nor a value.\n\n"
        f"{markdown(headings, rows)}\n"
    )


def row(name: str, scored: Score, seconds: float) -> list[str]:
    return [
        name,
        percent(scored.noticed_in_all),
        percent(scored.found_in_all),
        percent(scored.falsely_accused),
        f"{seconds:.1f}",
    ]
