"""From an author's text to its verdict, as `practicum prove` reaches it: read, run, judge."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from practicum.model import OptionFinding, VariantFinding, Verdict
from practicum.prove.catalogue import Entry, load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from tests.prove.making import in_one_interpreter, path, write_course


def settle(
    root: Path, pool: Pool, text: str, experiments: str = "", seconds: float = 20.0, one_interpreter: bool = False
) -> Entry:
    """The entry of one problem after proving it.

    Args:
        one_interpreter: Whether every run has the same hash seed, for code whose interpreter takes long to start.
    """
    catalogue = load(write_course(root, {"one": text}, textwrap.dedent(experiments)))
    run = in_one_interpreter(pool) if one_interpreter else pool.run
    (entry,) = Prover(catalogue, run, jobs=1, seconds=seconds).prove([catalogue.entries[path("one")]])
    return entry


def findings(entry: Entry) -> tuple[VariantFinding, ...]:
    """The finding about each variant."""
    assert entry.evidence is not None
    return entry.evidence.variants


def options(entry: Entry) -> tuple[OptionFinding, ...]:
    """The findings about the first variant's options."""
    return findings(entry)[0].options


@dataclass(frozen=True)
class Case:
    """A problem, and the verdict on it."""

    name: str
    text: str
    verdict: Verdict
    code: str = ""
    """The code of the reason; empty for `proved`."""
    data: tuple[str, ...] = ()
    """What the reason must name."""


def problem(body: str, proof: str = "", front: str = 'level = "beginner"') -> str:
    """The text of a problem's file, from its body and the lines of its `[proof]`."""
    table = f"[proof]\n{textwrap.dedent(proof).strip()}\n" if proof else ""
    return f"{front}\n{table}".join(["+++\n", f"+++\n\n# A question\n\n{textwrap.dedent(body).strip()}\n"])


def value(code: str, *boxes: str, proof: str = 'value = "x"') -> str:
    """A problem whose snippet is `code` and whose options are `boxes`, such as `[x] 6`: each a code span."""
    listed = "\n".join(f"- [{box[1]}] `{box[4:]}`" for box in boxes)
    return problem(f"What is it?\n\n```python run\n{code}\n```\n\n{listed}", proof)


def cases(*found: Case) -> pytest.MarkDecorator:
    """One test per case."""
    return pytest.mark.parametrize("case", found, ids=[case.name for case in found])


def check(case: Case, entry: Entry) -> None:
    """Assert that the verdict and its reason are those of the case."""
    codes = {finding.code for finding in findings(entry) if finding.verdict is entry.verdict}
    assert (entry.verdict, codes) == (case.verdict, {case.code}), entry.why
    assert [fact for fact in case.data if fact not in entry.why] == [], entry.why
    assert bool(entry.why) is bool(case.code)
