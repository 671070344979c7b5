"""`make bench`: all of it in one run, written to `docs/benchmarks.md`.

`python -m benchmarks PART…` measures these parts again and replaces only their sections; `--quick` tries a part with
small counts and writes nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import page
from benchmarks.table import machine

QUICK = ("runs", "throughput", "resources", "soak", "lab", "accuracy")
"""The parts that know small counts."""
PARTS = ("runs", "throughput", "resources", "soak", "proving", "answers", "service", "lab", "truth", "accuracy")
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"


def measured(part: str, quick: bool) -> str:
    """The part's section, from an interpreter of its own: what one part leaves behind weighs on no other."""
    arguments = "quick=True" if quick and part in QUICK else ""
    code = f"from benchmarks.{part} import report; print(report({arguments}))"
    # Where no bytecode is kept, every cold start would compile TensorFlow's sources.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=kept, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{part} could not be measured: what is above says why")
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure; write docs/benchmarks.md.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="small counts, for trying; the page stays as it is")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    sections = {}
    for part in asked.parts or PARTS:
        print(f"measuring: {part} …", file=sys.stderr, flush=True)
        sections[part] = measured(part, asked.quick)
        print(sections[part], flush=True)
        if asked.parts and not asked.quick:
            PAGE.write_text(page.with_part(PAGE.read_text(), part, sections[part], machine(), PARTS))
    if not asked.parts and not asked.quick:
        PAGE.write_text(page.whole(machine(), sections))


if __name__ == "__main__":
    main()
