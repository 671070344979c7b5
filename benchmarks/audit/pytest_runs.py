"""A run of pytest over generated files, and which of them fail."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

FAULTED = frozenset({"wrong-key"})
"""What a test that fails reports: it knows no other names."""


def failing(folder: Path, *arguments: str) -> dict[str, frozenset[str]]:
    """Run the tests of a folder, one file per item, and return what each reports. Raises RuntimeError if none ran."""
    report = folder / "report.xml"
    (folder / "pytest.ini").write_text("[pytest]\njunit_family = xunit1\n")
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments, "."]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if not report.exists():
        raise RuntimeError(done.stdout + done.stderr)
    outcomes: dict[str, frozenset[str]] = {}
    for case in ET.parse(report).iter("testcase"):
        identifier = Path(case.get("file") or case.get("name", "")).name.split(".")[0]
        failed = case.find("failure") is not None or case.find("error") is not None
        outcomes[identifier] = FAULTED if failed or outcomes.get(identifier) else frozenset()
    if not outcomes:
        raise RuntimeError(done.stdout + done.stderr)
    return outcomes
