"""A fit is consistent and deterministic, resumes after interruptions, and finds planted problems."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from practicum.lab import fit_record, model_selection, pretrained_models, strategies
from practicum.lab.backbone_split import split_backbone
from practicum.lab.cache import CheckpointStore, DiskCache
from practicum.lab.dataset_reader import LoadedDataset
from practicum.lab.features import forward
from practicum.lab.image_set import ImageSet
from practicum.lab.linear_probe import STRENGTHS, ProbeTrainer
from practicum.lab.pipeline import FitRequest, FittedModel, fit
from practicum.lab.pretrained_models import Backbone
from practicum.lab.progress import StepProgress
from practicum.lab.shape_drawings import shapes
from tests.lab.preloaded import PreloadedPython
from tests.lab.small import DRAWN, SIDE, ignore_progress, small_network

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

SMALL = Backbone("small", "a small network, drawn", SIDE, SIDE, 32, lambda _side: small_network())
"""It has learned nothing, and what it makes of images tells their classes a little."""
ENOUGH = 60.0
"""Minutes in which everything is tried."""
LAST = -100.0
"""As many standard errors behind as this, a later way is taken all the same."""


def fitted(
    folder: Path,
    images: ImageSet = DRAWN,
    network: Backbone = SMALL,
    *,
    minutes: float = 0,
    seed: int = 0,
    groups: NDArray[np.int64] | None = None,
    on_progress: StepProgress = ignore_progress,
) -> FittedModel:
    dataset = LoadedDataset(images, (), (), np.full((len(images), 2), images.side, np.int32))
    request = FitRequest("Shapes", "drawn", minutes, seed, groups, time.monotonic())
    return fit(
        dataset, network, request, cache=DiskCache(folder), checkpoints=CheckpointStore(folder), on_progress=on_progress
    )


def without_times(made: FittedModel) -> fit_record.FitRecord:
    """The record without the times."""
    return replace(
        made.record, seconds=0.0, candidates=tuple(replace(one, seconds=0.0) for one in made.record.candidates)
    )


def weights_hash(made: FittedModel) -> str:
    """A hash of the model's weights."""
    digest = hashlib.sha256()
    for weight in made.model.get_weights():
        digest.update(weight.tobytes())
    return digest.hexdigest()


def saved_files(made: FittedModel, folder: Path) -> dict[str, bytes]:
    """The bytes of the saved record."""
    fit_record.save(without_times(made), folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> FittedModel:
    """A fit without time beyond the probes."""
    return fitted(tmp_path_factory.mktemp("probed"))


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> FittedModel:
    """A fit in which every strategy was tried and fine-tuning selected."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_selection, "MIN_STANDARD_ERRORS", LAST)
        return fitted(tmp_path_factory.mktemp("long"), minutes=ENOUGH)


@pytest.mark.parametrize("which", ["probed", "complete"])
def test_the_record_is_consistent(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """One row per image everywhere, one strategy selected and compared with the others; and it can be saved and
    loaded."""
    made = request.getfixturevalue(which)
    record = made.record
    chosen = [one for one in record.candidates if one.chosen]
    fit_record.save(record, tmp_path)

    assert np.array_equal(record.labels, DRAWN.labels)
    assert record.classes == DRAWN.classes
    assert record.counts == (8,) * 5
    assert record.thumbs.shape == (len(DRAWN), 96, 96, 3)
    assert record.probabilities.shape == (len(DRAWN), 5)
    assert record.probabilities.sum(axis=1) == pytest.approx(1)
    assert record.side == SIDE
    assert record.scores.n == len(DRAWN)
    assert len(chosen) == 1
    assert record.scores.accuracy.value <= chosen[0].accuracy.value + 1e-12
    assert all((one.better is None) == one.chosen for one in record.candidates)
    assert record.curve is not None
    assert record.curve.points[-1].per_class == 6
    assert record.next_step
    assert fit_record.load(tmp_path).candidates == record.candidates
    assert made.model.output_shape == (None, 5)


def test_without_time_only_probes_are_tried(probed: FittedModel) -> None:
    """The other strategies are listed with the reason."""
    assert [one.name for one in probed.record.candidates] == ["Probe on several levels", strategies.BASELINE]
    assert [one.file for one in probed.record.untried] == ["Probe on augmented images", "Fine-tuning the top"]
    assert {remark.code for remark in probed.record.untried} == {"no-time"}
    assert probed.record.training == ()


def test_with_time_every_strategy_is_tried(complete: FittedModel, probed: FittedModel) -> None:
    """The probes have the same results as without time."""
    assert [one.name for one in complete.record.candidates] == [
        "Probe on several levels",
        strategies.BASELINE,
        "Probe on augmented images",
        "Fine-tuning the top",
    ]
    assert complete.record.untried == ()
    assert complete.record.candidates[-1].chosen
    for one, same in zip(complete.record.candidates[:2], probed.record.candidates, strict=True):
        assert one.accuracy == same.accuracy


def test_the_model_is_the_selected_probe(probed: FittedModel) -> None:
    """Trained on all images at one of the strengths, in one network from pixels."""
    network = split_backbone(small_network())
    own = probed.record.candidates[1].chosen
    features = forward(network.base if own else network.multi_level, DRAWN.pixels)
    probes = ProbeTrainer(features, DRAWN.labels, 5)
    made = forward(probed.model, DRAWN.pixels)
    nearest = min(float(np.abs(made - probes.fit(strength).probabilities(features)).max()) for strength in STRENGTHS)

    assert nearest < 1e-5


def test_a_fit_is_deterministic(probed: FittedModel, tmp_path: Path, preloaded: PreloadedPython) -> None:
    """Bit for bit, in this process and in another one."""
    again = fitted(tmp_path / "again")
    code = (
        "import tests.lab.conftest; from pathlib import Path; from tests.lab.test_pipeline import fitted, weights_hash;"
        f"print(weights_hash(fitted(Path({str(tmp_path / 'other')!r}))))"
    )
    other = preloaded.run(code)

    assert saved_files(again, tmp_path / "a") == saved_files(probed, tmp_path / "b")
    assert weights_hash(again) == weights_hash(probed)
    assert other.stdout.split() == [weights_hash(probed)], other.stderr[-500:]


def test_another_seed_gives_other_splits(probed: FittedModel, tmp_path: Path) -> None:
    """And so other out-of-fold predictions."""
    other = fitted(tmp_path, seed=1)

    assert not np.array_equal(other.record.probabilities, probed.record.probabilities)
    assert other.record.seed == 1


def test_an_interrupted_fit_resumes(complete: FittedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted in every step, it ends with the same model and record bit for bit, and finished steps are not
    repeated."""
    monkeypatch.setattr(model_selection, "MIN_STANDARD_ERRORS", LAST)
    steps = [
        "extracting features",
        "extracting features of augmented images",
        "extracting features up to the cut",
        "fine-tuning",
        "training on all images",
        "diagnosing",
    ]
    seen: list[list[str]] = []
    for step in steps:
        seen.append([])

        def interrupt(shown: str, done: int, _total: int, step: str = step) -> None:
            seen[-1].append(shown)
            if shown.startswith(step) and (step != "fine-tuning" or done == 30):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fitted(tmp_path / "work", minutes=ENOUGH, on_progress=interrupt)
    seen.append([])
    resumed = fitted(tmp_path / "work", minutes=ENOUGH, on_progress=lambda step_shown, *_: seen[-1].append(step_shown))

    assert saved_files(resumed, tmp_path / "a") == saved_files(complete, tmp_path / "b")
    assert weights_hash(resumed) == weights_hash(complete)
    assert ["fine-tuning the top" in steps_shown for steps_shown in seen] == [
        False,
        False,
        False,
        True,
        True,
        True,
        False,
    ]


def test_the_model_has_the_fine_tuned_weights(complete: FittedModel) -> None:
    """They differ from the pretrained ones above the cut only, and the training curve is recorded."""
    first = small_network()
    (training,) = complete.record.training
    moved = [
        layer.name
        for layer in first.layers
        for old, new in zip(layer.get_weights(), complete.model.get_layer(layer.name).get_weights(), strict=True)
        if not np.array_equal(old, new)
    ]

    assert {*moved} == {"conv_32"}
    assert len(training.loss) == len(training.train_accuracy) == len(training.val_accuracy)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[FittedModel, list[int]]:
    """A fit of squares, rings and few stars, and the rows of planted problems: one image in two classes (the first two
    rows), and wrong labels."""
    drawn = shapes(18, seed=0, side=64, difficulty=0.4)
    by_class = [np.flatnonzero(drawn.labels == drawn.classes.index(name)) for name in ("square", "star", "ring")]
    chosen = np.concatenate([by_class[0], by_class[1][:5], by_class[2]])
    labels = np.repeat([0, 1, 2], [18, 5, 18])
    pixels = drawn.pixels[chosen].copy()
    pixels[-1] = pixels[0]
    labels[[3, 4]] = 2
    images = ImageSet(pixels, labels, ("square", "star", "ring"))
    return fitted(tmp_path_factory.mktemp("planted"), images, pretrained_models.load_backbone()), [
        0,
        len(labels) - 1,
        3,
        4,
    ]


def test_finds_an_image_in_two_classes(planted: tuple[FittedModel, list[int]]) -> None:
    """The finding is severe."""
    made, rows = planted
    (leakage,) = [one for one in made.record.findings if one.name == "leakage"]

    assert leakage.severity == "stop"
    assert set(leakage.rows) == set(rows[:2])


def test_finds_wrong_labels(planted: tuple[FittedModel, list[int]]) -> None:
    """And few others, with the measured gain of leaving them out."""
    made, rows = planted
    (noise,) = [one for one in made.record.findings if one.name == "label-noise"]

    assert {*rows[2:]} <= {*noise.rows}
    assert len(noise.rows) <= 5
    assert "leaving out suspects" in noise.remedy


def test_finds_a_rare_class(planted: tuple[FittedModel, list[int]]) -> None:
    """With the measured gain of balanced weights."""
    made, _ = planted
    (imbalance,) = [one for one in made.record.findings if one.name == "class-imbalance"]

    assert "star" in imbalance.evidence
    assert "balanced weights" in imbalance.remedy
