"""The problem on the home page is proved, and gives away no answer of a course."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from practicum.application import showcase as module
from practicum.application.showcase import ROOT, showcase
from practicum.model import Verdict
from practicum.prove.catalogue import load
from practicum.prove.evidence_file import evidence_path
from practicum.prove.prover import Prover
from practicum.runner import Pool
from practicum.settings import shipped_courses
from tests.prove.making import in_one_interpreter


def test_its_evidence_is_for_what_is_shown() -> None:
    """One option is right, and each has a result of its own."""
    shown = showcase()

    assert shown is not None
    assert [one.option.key for one in shown.options].count(True) == 1
    assert min(shown.options, key=lambda one: one.result).option.key
    assert shown.runs == sum(one.runs for one in shown.options) > 0


def test_running_it_again_has_the_same_results(tmp_path: Path, pool: Pool) -> None:
    """As `practicum prove --all` does."""
    root = tmp_path / "showcase"
    shutil.copytree(ROOT, root)
    entry = next(iter(load(root).entries.values()))
    (root / evidence_path(entry.problem)).unlink()
    catalogue = load(root)
    Prover(catalogue, in_one_interpreter(pool)).prove(list(catalogue.entries.values()))
    again = next(iter(load(root).entries.values()))
    shown = showcase()

    assert again.verdict is Verdict.PROVED
    assert again.evidence is not None
    assert shown is not None
    assert again.evidence.hash == shown.evidence.hash
    assert again.evidence.variants[0].options == shown.evidence.variants[0].options


def test_stale_evidence_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a change of the text or the code nothing is claimed."""
    root = tmp_path / "showcase"
    shutil.copytree(ROOT, root)
    entry = next(iter(load(root).entries.values()))
    file = root / evidence_path(entry.problem)
    file.write_text(json.dumps({**json.loads(file.read_text()), "hash": "0" * 64}))
    monkeypatch.setattr(module, "ROOT", root)

    assert showcase.__wrapped__() is None


def test_it_belongs_to_no_course() -> None:
    """No course that is served has a problem with its statement."""
    shown = showcase()
    assert shown is not None
    asked = {
        variant.statement
        for root in shipped_courses()
        for entry in load(root).entries.values()
        for variant in entry.problem.variants
    }

    assert shown.variant.statement not in asked
