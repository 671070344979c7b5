"""`make facts`: what the course rests on, measured again and written to `docs/facts.md`.

`python -m benchmarks.facts PART…` measures these parts and replaces only their sections. Results are kept in `.facts/`.
"""

from __future__ import annotations

import os

from benchmarks import parts

PARTS = (
    "weights",
    "transfer",
    "rates",
    "norms",
    "unfreezing",
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
other images. Here each of its claims is measured again by `make facts`, over five seeds, on two sets of images, on
one thread; `make facts ARGS=PART` measures one part again. Each part ends with what the notes say, and whether it was
found.

The two sets have five classes each: the lab's procedural shapes, whose difficulty d scales everything that varies from
image to image, and its emoji, of the first five classes; none that is learned from is measured on. A mean stands
with the standard deviation over the seeds. A difference is taken seed by seed, and stands with its 95 % interval by
Student's t with four degrees of freedom; among so many, one or another leaves out 0 by chance.
"""
PAGE = parts.ROOT / "docs" / "facts.md"
ONE_THREAD = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "1")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONHASHSEED": "0"}


def main() -> None:
    asked = parts.command("python -m benchmarks.facts", PAGE).parse_args()

    def measured(part: str) -> str:
        return parts.section(f"benchmarks.facts.{part}", {**os.environ, **ONE_THREAD, **QUIET})

    parts.write(asked.parts, PARTS, PAGE, HEAD, measured)


if __name__ == "__main__":
    main()
