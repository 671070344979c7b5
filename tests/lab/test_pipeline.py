"""A fit tells one consistent story, repeats to the bit, goes on after an interruption, and finds what was planted."""

from __future__ import annotations

import hashlib
import subprocess
import sys
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
from practicum.lab.prepared_set import StepProgress
from practicum.lab.pretrained_models import Backbone
from practicum.lab.shape_drawings import shapes
from tests.lab.small import DRAWN, SIDE, silent, small_network

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

SMALL = Backbone("small", "a small network, drawn", SIDE, SIDE, 32, lambda _side: small_network())
"""It has learned nothing, and what it makes of pictures tells their classes a little."""
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
    tell: StepProgress = silent,
) -> FittedModel:
    reading = LoadedDataset(images, (), (), np.full((len(images), 2), images.side, np.int32))
    request = FitRequest("Shapes", "drawn", minutes, seed, groups, time.monotonic())
    return fit(reading, network, request, cache=DiskCache(folder), steps=CheckpointStore(folder), tell=tell)


def told(made: FittedModel) -> fit_record.FitRecord:
    """The story without how long it took."""
    return replace(
        made.record, seconds=0.0, candidates=tuple(replace(one, seconds=0.0) for one in made.record.candidates)
    )


def mark(made: FittedModel) -> str:
    """A hash of the model's weights."""
    digest = hashlib.sha256()
    for weight in made.model.get_weights():
        digest.update(weight.tobytes())
    return digest.hexdigest()


def kept(made: FittedModel, folder: Path) -> dict[str, bytes]:
    """The story's files, to the bit."""
    fit_record.save(told(made), folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> FittedModel:
    """A fit for which no time was given beyond the probes."""
    return fitted(tmp_path_factory.mktemp("probed"))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> FittedModel:
    """A fit in which everything was tried, and fine-tuning taken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_selection, "MIN_STANDARD_ERRORS", LAST)
        return fitted(tmp_path_factory.mktemp("long"), minutes=ENOUGH)


@pytest.mark.parametrize("which", ["probed", "long"])
def test_the_story_is_consistent(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A row a picture everywhere; one way chosen, the others held against it; and it can be kept and read again."""
    made = request.getfixturevalue(which)
    known = made.record
    chosen = [one for one in known.candidates if one.chosen]
    fit_record.save(known, tmp_path)

    assert np.array_equal(known.labels, DRAWN.labels)
    assert known.classes == DRAWN.classes
    assert known.counts == (8,) * 5
    assert known.thumbs.shape == (len(DRAWN), 96, 96, 3)
    assert known.probabilities.shape == (len(DRAWN), 5)
    assert known.probabilities.sum(axis=1) == pytest.approx(1)
    assert known.side == SIDE
    assert known.scores.n == len(DRAWN)
    assert len(chosen) == 1
    assert known.scores.accuracy.value <= chosen[0].accuracy.value + 1e-12
    assert all((one.better is None) == one.chosen for one in known.candidates)
    assert known.curve is not None
    assert known.curve.points[-1].per_class == 6
    assert known.next_step
    assert fit_record.load(tmp_path).candidates == known.candidates
    assert made.model.output_shape == (None, 5)


def test_without_time_only_probes_are_tried(probed: FittedModel) -> None:
    """And what was not tried is named, with the reason."""
    assert [one.name for one in probed.record.candidates] == ["Probe at several depths", strategies.BASELINE]
    assert [one.file for one in probed.record.untried] == ["Probe on drawn views", "Fine-tuning the top"]
    assert all("time" in one.what for one in probed.record.untried)
    assert probed.record.training == ()


def test_with_time_everything_is_tried(long: FittedModel, probed: FittedModel) -> None:
    """What was tried without time is the same as ever; each other way is a remedy whose gain is told."""
    assert [one.name for one in long.record.candidates] == [
        "Probe at several depths",
        strategies.BASELINE,
        "Probe on drawn views",
        "Fine-tuning the top",
    ]
    assert long.record.untried == ()
    assert long.record.candidates[-1].chosen
    for one, same in zip(long.record.candidates[:2], probed.record.candidates, strict=True):
        assert one.accuracy == same.accuracy


def test_the_model_is_the_chosen_probe_on_its_features(probed: FittedModel) -> None:
    """Learned from all pictures at one of the strengths; in one network that takes the pictures as they are."""
    network = split_backbone(small_network())
    own = probed.record.candidates[1].chosen
    features = forward(network.base if own else network.whole, DRAWN.pixels)
    probing = ProbeTrainer(features, DRAWN.labels, 5)
    made = forward(probed.model, DRAWN.pixels)
    nearest = min(float(np.abs(made - probing.fit(strength).probabilities(features)).max()) for strength in STRENGTHS)

    assert nearest < 1e-5


def test_the_same_call_gives_the_same_model_and_story(probed: FittedModel, tmp_path: Path) -> None:
    """To the bit, in this process and in a new one."""
    again = fitted(tmp_path / "again")
    code = (
        "from pathlib import Path; from tests.lab.test_pipeline import fitted, mark;"
        f"print(mark(fitted(Path({str(tmp_path / 'other')!r}))))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert kept(again, tmp_path / "a") == kept(probed, tmp_path / "b")
    assert mark(again) == mark(probed)
    assert other.stdout.split() == [mark(probed)], other.stderr[-500:]


def test_another_seed_splits_otherwise(probed: FittedModel, tmp_path: Path) -> None:
    """So predictions of pictures that were not learned are others; a probe that learns from all stays what it was."""
    other = fitted(tmp_path, seed=1)

    assert not np.array_equal(other.record.probabilities, probed.record.probabilities)
    assert other.record.seed == 1


def test_an_interrupted_fit_goes_on(long: FittedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted again and again, wherever it tells what it does, it ends with the same model and story as without,
    to the bit. What was finished before is not done again."""
    monkeypatch.setattr(model_selection, "MIN_STANDARD_ERRORS", LAST)
    places = ["looking at each picture", "looking at drawn views", "looking up", "fine-tuning", "learning", "finding"]
    seen: list[list[str]] = []
    for place in places:
        seen.append([])

        def tell(doing: str, done: int, _of: int, place: str = place) -> None:
            seen[-1].append(doing)
            if doing.startswith(place) and (place != "fine-tuning" or done == 30):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fitted(tmp_path / "work", minutes=ENOUGH, tell=tell)
    seen.append([])
    went_on = fitted(tmp_path / "work", minutes=ENOUGH, tell=lambda doing, *_: seen[-1].append(doing))

    assert kept(went_on, tmp_path / "a") == kept(long, tmp_path / "b")
    assert mark(went_on) == mark(long)
    assert ["fine-tuning the network's top" in doings for doings in seen] == [
        False,
        False,
        False,
        True,
        True,
        True,
        False,
    ]


def test_the_tuned_network_is_the_model(long: FittedModel) -> None:
    """Other weights above the cut than those it came with, the same below; and how its training went is told."""
    first = small_network()
    (training,) = long.record.training
    moved = [
        layer.name
        for layer in first.layers
        for old, new in zip(layer.get_weights(), long.model.get_layer(layer.name).get_weights(), strict=True)
        if not np.array_equal(old, new)
    ]

    assert {*moved} == {"conv_32"}
    assert len(training.loss) == len(training.train_accuracy) == len(training.val_accuracy)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[FittedModel, list[int]]:
    """Squares, rings and few stars, as EfficientNet-Lite0 sees them, and the rows where something was planted: a
    picture in two classes (the first two), and wrong labels."""
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


def test_a_picture_in_two_classes_is_found(planted: tuple[FittedModel, list[int]]) -> None:
    """Gravest of all: one of the labels is wrong."""
    made, rows = planted
    (leakage,) = [one for one in made.record.findings if one.name == "leakage"]

    assert leakage.severity == "stop"
    assert set(leakage.rows) == set(rows[:2])


def test_wrong_labels_are_suspects(planted: tuple[FittedModel, list[int]]) -> None:
    """Those that were exchanged, and few others; what leaving them out would bring was measured."""
    made, rows = planted
    (noise,) = [one for one in made.record.findings if one.name == "label-noise"]

    assert {*rows[2:]} <= {*noise.rows}
    assert len(noise.rows) <= 5
    assert "Here leaving out suspects" in noise.remedy


def test_a_rare_class_is_told_with_a_measured_remedy(planted: tuple[FittedModel, list[int]]) -> None:
    """By how much balanced weights changed the mean recall here."""
    made, _ = planted
    (imbalance,) = [one for one in made.record.findings if one.name == "class-imbalance"]

    assert "star" in imbalance.evidence
    assert "Here balanced weights" in imbalance.remedy
