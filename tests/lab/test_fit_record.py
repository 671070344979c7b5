"""A record is loaded from disk exactly as it was saved."""

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

from practicum.lab.fit_record import FILE, Candidate, FitRecordError, TrainingCurves, load, save
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
def test_a_loaded_record_is_the_same(
    title: str, file: str, losses: list[float], value: float, seed: int, better: float | None
) -> None:
    """With any text, lone surrogates included, and any numbers, NaN and infinities included."""
    record = replace(
        BASE,
        title=title,
        names=(file,) * 80,
        seed=seed,
        training=(TrainingCurves(file, tuple(losses), (), ()),),
        candidates=(Candidate(file, title, Interval(value, value, value), 1.5, better is None, better),),
        versions={file: title},
    )
    with TemporaryDirectory() as folder:
        save(record, Path(folder))
        again = load(Path(folder))

    assert same(record, again)


def test_a_learning_curve_is_optional(tmp_path: Path) -> None:
    save(fit_record(curve=None), tmp_path)

    assert load(tmp_path).curve is None


def test_saving_again_replaces_the_record(tmp_path: Path) -> None:
    """Nothing of the former one and no draft is left."""
    save(fit_record(), tmp_path)
    second = replace(fit_record(), thumbs=255 - fit_record().thumbs)
    save(second, tmp_path)

    assert same(load(tmp_path), second)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_full_disk_keeps_the_former_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error while writing changes nothing and leaves no draft."""
    save(fit_record(), tmp_path)
    before = sorted(tmp_path.iterdir())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError):
        save(fit_record(title="another", thumbs=255 - fit_record().thumbs), tmp_path)

    assert sorted(tmp_path.iterdir()) == before
    assert same(load(tmp_path), fit_record())


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"schema": 2, "arrays": "../x.npz", "fit": {}}'])
def test_a_damaged_record_is_rejected(tmp_path: Path, damage: str) -> None:
    save(fit_record(), tmp_path)
    (tmp_path / FILE).write_text(damage)

    with pytest.raises(FitRecordError) as caught:
        load(tmp_path)

    assert caught.value.code == "damaged-record"
    assert str(tmp_path / FILE) in caught.value.message


def test_a_record_of_another_version_is_rejected(tmp_path: Path) -> None:
    save(fit_record(), tmp_path)
    written = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**written, "schema": 99}))

    with pytest.raises(FitRecordError) as caught:
        load(tmp_path)

    assert caught.value.code == "record-version"


def former_names(value: Any) -> Any:
    """The stored record with the field names of earlier versions, and without the fields that they lacked."""
    if isinstance(value, list):
        return [former_names(item) for item in value]
    if not isinstance(value, dict):
        return value
    names = {"description": "what", "text": "what", "forecast": "ahead"}
    return {names.get(key, key): former_names(item) for key, item in value.items() if key != "code"}


def test_reads_records_of_earlier_versions(tmp_path: Path) -> None:
    """From `story.json`, with other names and without the codes of remarks; saving replaces it."""
    save(fit_record(), tmp_path)
    written = json.loads((tmp_path / FILE).read_text())
    fit = former_names(written["fit"])
    arrays = (tmp_path / written["arrays"]).rename(tmp_path / written["arrays"].replace("fit-", "story-"))
    (tmp_path / "story.json").write_text(json.dumps({"schema": 1, "arrays": arrays.name, "story": fit}))
    (tmp_path / FILE).unlink()

    former = load(tmp_path)
    save(former, tmp_path)

    assert same(former, fit_record())
    assert same(load(tmp_path), fit_record())
    assert not list(tmp_path.glob("story*"))
