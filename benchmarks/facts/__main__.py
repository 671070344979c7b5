"""`make facts`: what the course rests on, measured again and written to `docs/facts.md`.

`python -m benchmarks.facts PART…` measures these parts and replaces only their sections. Results are kept in `.facts/`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping

from benchmarks.facts.kept import ROOT
from benchmarks.page import with_part
from benchmarks.table import machine

PARTS = (
    "weights",
    "transfer",
    "rates",
    "norms",
    "thawing",
    "overfitting",
    "caching",
    "preprocessing",
    "repeat",
    "counts",
    "traps",
    "interval",
)
HEAD = """# Facts, measured again

What this project started from was a page of notes on transfer learning with small image sets, measured once and on
other pictures. Here each of its claims is measured again by `make facts`, over five seeds, on two sets of pictures, on
one thread; `make facts ARGS=PART` measures one part again. Each part ends with what the notes say, and whether it was
found.

The two sets have five classes each: the lab's procedural shapes, whose difficulty d scales everything that varies from
picture to picture, and its emoji, of the first five classes; none that is learned from is measured on. A mean stands
with the standard deviation over the seeds. A difference is taken seed by seed, and stands with its 95 % interval by
Student's t with four degrees of freedom; among so many, one or another leaves out 0 by chance.
"""
PAGE = ROOT / "docs" / "facts.md"
ONE_THREAD = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "1")


def section(part: str) -> str:
    """The part's section, from an interpreter of its own, on one thread."""
    code = f"from benchmarks.facts.{part} import report; print(report())"
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD, **quiet},
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{part} could not be measured: what is above says why")
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.facts", description="Measure; write docs/facts.md.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    sections = {}
    for part in asked.parts or PARTS:
        print(f"measuring: {part} …", file=sys.stderr, flush=True)
        sections[part] = section(part)
        print(sections[part], flush=True)
        if asked.parts:
            PAGE.write_text(with_part(PAGE.read_text(), part, sections[part], machine(), PARTS))
    if not asked.parts:
        PAGE.write_text(whole(sections))


def whole(sections: Mapping[str, str]) -> str:
    """The page, its parts marked as those of `docs/benchmarks.md` are."""
    marked = [f"<!-- part: {part} -->\n{text.strip()}\n" for part, text in sections.items()]
    return "\n".join([f"{HEAD}\n{machine()}\n", *marked])


if __name__ == "__main__":
    main()
