"""A record is loaded from disk exactly as it was saved."""

from __future__ import annotations

import html
import json
import math
import shutil
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.lab.fit_record import FILE, FORMER_FILE, Candidate, FitRecordError, TrainingCurves, load, save
from practicum.report import html_report, model_card
from practicum.statistics.intervals import Interval
from tests.examples import examples
from tests.lab.records import fit_record

pytestmark = pytest.mark.slow

DATA = Path(__file__).with_name("data")
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


@pytest.mark.parametrize("name", ["fit_of_30_drawn_images_v1", "fit_with_all_fields_v1"])
def test_a_record_of_the_former_version_is_read_and_saved_in_this_one(name: str, tmp_path: Path) -> None:
    """Both folders were written by that version, with blank thumbnails."""
    folder = Path(shutil.copytree(DATA / name, tmp_path / name))
    stored = json.loads((folder / FORMER_FILE).read_text())["story"]

    record = load(folder)
    save(record, folder)

    assert (record.title, record.date) == (stored["title"], stored["made"])
    assert [candidate.description for candidate in record.candidates] == [
        candidate["what"] for candidate in stored["candidates"]
    ]
    remarks = (*record.remarks, *record.left_out, *record.untried)
    stored_remarks = [*stored["remarks"], *stored["left_out"], *stored["untried"]]
    assert [(remark.file, remark.text) for remark in remarks] == [
        (remark["file"], remark["what"]) for remark in stored_remarks
    ]
    assert record.curve is not None
    assert [point.per_class for point in record.curve.forecast] == [
        point["per_class"] for point in stored["curve"]["ahead"]
    ]
    assert [len(curves.loss) for curves in record.training] == [len(curves["loss"]) for curves in stored["training"]]
    assert [finding.rows for finding in record.findings] == [tuple(finding["rows"]) for finding in stored["findings"]]
    assert record.probabilities.shape == (len(record.labels), len(record.classes))
    assert record.scores.confusion.sum() == record.scores.n
    assert same(load(folder), record)
    assert not list(folder.glob("story*"))


@pytest.mark.parametrize("name", ["fit_of_30_drawn_images_v1", "fit_with_all_fields_v1"])
def test_a_report_and_a_card_are_written_from_a_former_record(name: str, tmp_path: Path) -> None:
    record = load(DATA / name)

    html_report.write(record, tmp_path / "report.html")
    model_card.write(record, tmp_path / "model-card.md")

    assert record.candidates[0].description in html.unescape((tmp_path / "report.html").read_text())
    assert record.title in (tmp_path / "model-card.md").read_text()
