"""Commands on courses of thousands of problems whose evidence is valid, so that nothing has to be run."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks import proving
from benchmarks.server import Server
from benchmarks.table import markdown, milliseconds, timed
from practicum.course.content_cache import ContentCache
from practicum.model import Evidence, OptionFinding, RunSummary, VariantFinding, Verdict
from practicum.prove.catalogue import Catalogue, Entry, survey
from practicum.prove.evidence_file import evidence_path, write_evidence
from practicum.prove.evidence_hash import evidence_hash
from practicum.settings import READINGS

SMALL, LARGE = 1_000, 4_000
"""Problems of the two courses. The time per problem is the difference, without the start of the process."""
REPEATS = 7


def record(root: Path) -> None:
    """Write the evidence that proving the course would write, without running it."""
    catalogue = survey(root, ContentCache())
    for entry in catalogue.entries.values():
        write_evidence(root / evidence_path(entry.subject), _evidence(catalogue, entry))


def _evidence(catalogue: Catalogue, entry: Entry) -> Evidence:
    options = [OptionFinding(each.text, each.key, each.key, "7") for each in entry.problem.variants[0].options]
    runs = [RunSummary("snippet", seed, seed, "ends", 0.01) for seed in range(5)]
    finding = VariantFinding({}, Verdict.PROVED, "", tuple(options), tuple(runs))
    return Evidence(
        hash=evidence_hash(entry.subject, catalogue.topic(entry.topic)),
        kind=entry.problem.kind,
        verdict=Verdict.PROVED,
        why="",
        ran="2026-01-01",
        seconds=0.1,
        versions={"python": platform.python_version()},
        ran_on={},
        variants=(finding,),
    )


def time_command(*arguments: str | Path) -> float:
    """Return the seconds that a command of practicum takes, a process from start to end. It must succeed."""
    line = [sys.executable, "-m", "practicum", *map(str, arguments)]
    return timed(lambda: subprocess.run(line, check=True, capture_output=True))


def time_first_page(root: Path, data: Path) -> float:
    """Return the seconds from the start of `practicum serve` to its home page."""
    started = time.perf_counter()
    with Server("practicum", "serve", str(root), "--port", "0", "--no-open", "--data", str(data)) as server:
        address = server.address
        with urllib.request.urlopen(f"http://{address.host}:{address.port}/") as response:
            response.read()
        return time.perf_counter() - started


def median(measure: Callable[[], float]) -> float:
    """The median of several measurements, after a first one that fills the caches."""
    measure()
    return statistics.median(measure() for _ in range(REPEATS))


def report() -> str:
    """The section of `docs/benchmarks.md`."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[READINGS] = f"{folder}/readings"
        courses = {count: Path(folder) / f"course-{count}" for count in (1, SMALL, LARGE)}
        for count, root in courses.items():
            proving.write(root, count)
            record(root)
        data = Path(folder) / "data"
        checks = {count: median(partial(time_command, "prove", "--check", root)) for count, root in courses.items()}
        starts = {count: median(partial(time_first_page, root, data)) for count, root in courses.items()}
        version = median(partial(time_command, "--version"))
    each = (checks[LARGE] - checks[SMALL]) / (LARGE - SMALL)
    rows = [
        *([f"`practicum prove --check`, problems: {count:,}", milliseconds(took)] for count, took in checks.items()),
        [f"for each problem, from {SMALL:,} to {LARGE:,}", milliseconds(each)],
        *([f"`practicum serve`, problems: {count:,}", milliseconds(took)] for count, took in starts.items()),
        ["`practicum --version`", milliseconds(version)],
    ]
    return (
        "## Unchanged courses\n\n"
        f"The whole process, median of {REPEATS}, after a first time that filled the cache. Every file is read, and "
        "nothing is run. `serve` is measured to its first page.\n\n"
        f"{markdown(['', 'ms'], rows)}\n"
    )
