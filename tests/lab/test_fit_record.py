"""What a fit leaves on disk is what it was, to the last bit."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.lab.fit_record import FILE, Candidate, Epochs, load, save
from practicum.statistics.intervals import Interval
from tests.examples import examples
from tests.lab.records import fit_record

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
BASE = fit_record(thumbs=np.arange(80 * 3, dtype=np.uint8).reshape(80, 1, 1, 3))
TEXTS = st.text(st.characters(), max_size=20)


def same(one: Any, other: Any) -> bool:
    """Equal to the bit, in type too, NaN being itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


@examples(25)
@given(TEXTS, TEXTS, st.lists(NUMBERS, max_size=5), NUMBERS, st.integers(0, 2**63), st.none() | st.floats(0, 1))
def test_a_story_read_again_is_the_same(
    title: str, file: str, losses: list[float], value: float, seed: int, better: float | None
) -> None:
    """Any words, lone surrogates too; any numbers, those that are none too."""
    told = replace(
        BASE,
        title=title,
        names=(file,) * 80,
        seed=seed,
        training=(Epochs(file, tuple(losses), (), ()),),
        candidates=(Candidate(file, title, Interval(value, value, value), 1.5, better is None, better),),
        versions={file: title},
    )
    with TemporaryDirectory() as folder:
        save(told, Path(folder))
        again = load(Path(folder))

    assert same(told, again)


def test_without_a_learning_curve(tmp_path: Path) -> None:
    """What may be missing may be missing."""
    save(fit_record(curve=None), tmp_path)

    assert load(tmp_path).curve is None


def test_saving_again_leaves_one_story(tmp_path: Path) -> None:
    """The new one, and nothing of the old or of drafts."""
    save(fit_record(), tmp_path)
    second = replace(fit_record(), thumbs=255 - fit_record().thumbs)
    save(second, tmp_path)

    assert same(load(tmp_path), second)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_disk_that_fills_keeps_the_old_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error on the way changes nothing, and leaves no draft."""
    save(fit_record(), tmp_path)
    before = sorted(tmp_path.iterdir())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(fit_record(title="another", thumbs=255 - fit_record().thumbs), tmp_path)

    assert sorted(tmp_path.iterdir()) == before
    assert same(load(tmp_path), fit_record())


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"schema": 1, "arrays": "../x.npz", "story": {}}'])
def test_a_damaged_story_is_told_with_its_file(tmp_path: Path, damage: str) -> None:
    """One message that names the file and what to do."""
    save(fit_record(), tmp_path)
    (tmp_path / FILE).write_text(damage)

    with pytest.raises(ValueError, match=r"story\.json.*fit again"):
        load(tmp_path)


def test_a_story_of_another_version_is_refused(tmp_path: Path) -> None:
    """It names both versions."""
    save(fit_record(), tmp_path)
    written = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**written, "schema": 99}))

    with pytest.raises(ValueError, match=r"version 99.*version 1"):
        load(tmp_path)
