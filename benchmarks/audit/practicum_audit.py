"""What `practicum audit` does with a bank, with its interpreters started first and nothing kept from before."""

from __future__ import annotations

from practicum.audit.auditor import audit_bank
from practicum.audit.running import Runner
from practicum.exchange.bank import Bank
from practicum.runner import Pool

JOBS = 2


def audit(bank: Bank) -> dict[str, frozenset[str]]:
    """The faults of each item."""
    with Pool(JOBS) as pool:
        findings = audit_bank(bank, Runner(pool.run), JOBS)
    return {finding.identifier: frozenset(str(fault.fault) for fault in finding.faults) for finding in findings}
