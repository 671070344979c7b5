"""The report of an audit as JSON: totals with their intervals, and every item."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from practicum.audit.auditor import Audit
from practicum.audit.findings import Totals, to_json


def to_data(audit: Audit) -> dict[str, Any]:
    """Return the report as plain data."""
    return {
        "totals": totals_data(audit.totals),
        "items": [to_json(finding) for finding in audit.findings],
        "unreadable": [asdict(remark) for remark in audit.unreadable],
        "remarks": [asdict(remark) for remark in audit.remarks],
    }


def totals_data(totals: Totals) -> dict[str, Any]:
    """Return totals as plain data: each count with its share of all items and the share's 95 % interval."""
    counts = {"decided": totals.decided, "faulty": totals.faulty, **totals.settled, **totals.faults}
    return {"items": totals.items, **{name: _counted(totals, count) for name, count in counts.items()}}


def _counted(totals: Totals, count: int) -> dict[str, Any]:
    if not totals.items:
        return {"count": count}
    share = totals.share(count)
    return {"count": count, "share": share.value, "low": share.low, "high": share.high}
