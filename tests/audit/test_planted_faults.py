"""The measure of the audit: banks with planted faults, made by an instrument that knows nothing of it."""

from __future__ import annotations

import pytest

from practicum.audit.auditor import audit_bank
from practicum.audit.running import Runner
from practicum.runner import Pool
from tests.planted.generator import planted_bank
from tests.planted.scoring import score

pytestmark = pytest.mark.slow


def test_nearly_all_faults_are_found_and_nearly_nothing_else_is_accused(pool: Pool) -> None:
    """Of 400 items. `docs/benchmarks.md` has the figures of the audit beside those of plain scripts."""
    made = planted_bank(51)
    findings = audit_bank(made.bank, Runner(pool.run, seconds=5))
    faults = {finding.identifier: frozenset(str(fault.fault) for fault in finding.faults) for finding in findings}
    scored = score([(made, faults)])

    assert scored.found_in_all.value >= 0.95
    assert len(scored.accusations) <= 1
