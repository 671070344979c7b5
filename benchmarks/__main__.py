"""`make bench`: all of it in one run, written to `docs/benchmarks.md`. Parts by name: `python -m benchmarks runs`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from benchmarks.table import machine

PARTS = ("runs", "proving", "answers", "service")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main(parts: list[str]) -> None:
    sections = []
    for part in parts or PARTS:
        print(f"measuring: {part} …", file=sys.stderr, flush=True)
        section = importlib.import_module(f"benchmarks.{part}").report()
        print(section, flush=True)
        sections.append(section)
    if not parts:
        head = "# Benchmarks\n\nMade by `make bench`, all in one run.\n\n" + machine() + "\n"
        PAGE.write_text("\n".join([head, *sections]))


main(sys.argv[1:])
