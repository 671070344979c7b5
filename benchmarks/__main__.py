"""`make bench`: all of it in one run, written to `docs/benchmarks.md`.

`python -m benchmarks PART…` measures these parts again and replaces only their sections; `--quick` tries a part with
small counts and writes nothing.
"""

from __future__ import annotations

import os

from benchmarks import parts

QUICK = ("runs", "throughput", "resources", "soak", "lab", "accuracy", "audit")
"""The parts that know small counts."""
PARTS = (
    "runs",
    "throughput",
    "resources",
    "soak",
    "proving",
    "proving_keras",
    "unchanged",
    "winners",
    "answers",
    "service",
    "load",
    "sizing",
    "modes",
    "cells",
    "lab",
    "truth",
    "accuracy",
    "audit",
)
PAGE = parts.ROOT / "docs" / "benchmarks.md"
HEAD = (
    "# Benchmarks\n\nMade by `make bench`, all in one run; `make bench ARGS=PART` measures one part again "
    f"({', '.join(f'`{part}`' for part in PARTS)}).\n"
)


def main() -> None:
    parser = parts.command("python -m benchmarks", PAGE)
    parser.add_argument("--quick", action="store_true", help="small counts, for trying; the page stays as it is")
    asked = parser.parse_args()
    # Where no bytecode is kept, every cold start would compile TensorFlow's sources.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def measured(part: str) -> str:
        return parts.section(f"benchmarks.{part}", kept, "quick=True" if asked.quick and part in QUICK else "")

    parts.write(asked.parts, PARTS, PAGE, HEAD, measured, keep=not asked.quick)


if __name__ == "__main__":
    main()
