"""The report of an audit as SARIF 2.1.0, which code hosts show beside the lines of a file."""

from __future__ import annotations

from typing import Any

from practicum import __version__
from practicum.audit.auditor import Audit
from practicum.audit.findings import Fault, FoundFault, ItemFinding

_RULES = {
    Fault.WRONG_KEY: ("The key is not what the run gave.", "error"),
    Fault.NO_RIGHT_OPTION: ("No option is what the run gave.", "error"),
    Fault.SEVERAL_RIGHT: ("More options are right than are marked.", "error"),
    Fault.BROKEN_CODE: ("The code does not run.", "error"),
    Fault.CONTRADICTION: ("Two items ask the same and have different keys.", "error"),
    Fault.EQUAL_OPTIONS: ("Two options are equal.", "error"),
    Fault.UNSTABLE: ("The result differs from run to run.", "warning"),
    Fault.VERSION_BOUND: ("The key holds for older versions only.", "warning"),
    Fault.DUPLICATE: ("Two items are the same.", "note"),
}


def to_sarif(audit: Audit) -> dict[str, Any]:
    """Return the log as plain data."""
    results = [_result(finding, fault) for finding in audit.findings for fault in finding.faults]
    rules = [
        {"id": str(fault), "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
        for fault, (text, level) in _RULES.items()
    ]
    notices = [
        {"level": "error", "message": {"text": str(remark)}, "descriptor": {"id": remark.code}}
        for remark in audit.unreadable
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "practicum audit", "version": __version__, "rules": rules}},
                "invocations": [{"executionSuccessful": not notices, "toolConfigurationNotifications": notices}],
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def _result(finding: ItemFinding, fault: FoundFault) -> dict[str, Any]:
    name = f" ({finding.title})" if finding.title else ""
    also = f" See {', '.join(fault.others)}." if fault.others else ""
    return {
        "ruleId": str(fault.fault),
        "level": _RULES[fault.fault][1],
        "message": {"text": f"{finding.identifier}{name}: {fault.message}.{also}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(finding.path)},
                    "region": {"startLine": max(1, finding.line)},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.place}],
            }
        ],
        "partialFingerprints": {"item/v1": f"{finding.question}:{finding.identifier}:{fault.fault}"},
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path) or "bank"
