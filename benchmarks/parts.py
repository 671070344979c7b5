"""A page made of parts, each measured in an interpreter of its own: what `make bench` and `make facts` share."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import page
from benchmarks.table import machine

ROOT = Path(__file__).parents[1]


def section(module: str, environment: Mapping[str, str], arguments: str = "") -> str:
    """The part's section, from an interpreter of its own: what one part leaves behind weighs on no other."""
    code = f"from {module} import report; print(report({arguments}))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{module} could not be measured: what is above says why")
    return done.stdout


def command(prog: str, file: Path) -> argparse.ArgumentParser:
    """What may be asked for: some parts, or all."""
    parser = argparse.ArgumentParser(prog=prog, description=f"Measure; write {file.relative_to(ROOT)}.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="only these; all of them where none is named")
    return parser


def write(
    asked: Sequence[str], parts: Sequence[str], file: Path, head: str, measured: Callable[[str], str], keep: bool = True
) -> None:
    """Measure the parts that were asked for, or all, and put their sections on the page, unless nothing is to be kept.

    Ends with exit code 2 for a part that there is not.
    """
    if unknown := set(asked) - set(parts):
        print(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(parts)}", file=sys.stderr)
        sys.exit(2)
    sections = {}
    for part in asked or parts:
        print(f"measuring: {part} …", file=sys.stderr, flush=True)
        sections[part] = measured(part)
        print(sections[part], flush=True)
        if asked and keep:
            file.write_text(page.with_part(file.read_text(), part, sections[part], machine(), parts))
    if not asked and keep:
        file.write_text(page.whole(head, machine(), sections))
