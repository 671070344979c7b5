"""What this topic's claims measure: plain functions, each a fresh training from its seed.

All of them use pictures of five shapes, 20 of each to train on unless said. Accuracies are shares of 1.
"""

import numpy as np

from practicum.lab import backbones, networks
from practicum.lab.features import features, forward, shared_base
from practicum.lab.images import ImageSet
from practicum.lab.shapes import shapes
from practicum.lab.train import Curves, Labelled, accuracy, share_right, trainer

SIDE = 64
CLASSES = 5
LOOKALIKES = {"circle": 722, "square": 549, "triangle": 714, "star": 327, "ring": 931}
"""The ImageNet class nearest to each shape: ping-pong ball, envelope, plectrum, starfish, bagel."""


def from_scratch(*, images=20, copies=1, difficulty=0.5, epochs=60, stop_at=0.93, seed):
    """A small CNN, from random weights, until it gets `stop_at` of its training pictures right (None: all `epochs`)."""
    train, validation = _pictures(images, difficulty, seed)
    fresh = shapes(100, seed=seed, part="test", side=SIDE, difficulty=difficulty)
    cnn = trainer(networks.small_cnn, SIDE, CLASSES)
    curves = cnn.fit(
        networks.small_cnn(SIDE, CLASSES, seed).get_weights(),
        _labelled(train.copied(copies)),
        _labelled(validation),
        learning_rate=1e-3,
        epochs=epochs,
        stop_at=stop_at,
        seed=seed,
    )
    return {
        **_result(curves),
        "fresh_accuracy": accuracy(cnn.model, _labelled(fresh)),
        "weights": "none before training (small CNN)",
        "data": _data(images, difficulty) + (f", each {copies} times" if copies > 1 else ""),
    }


def frozen_base(*, images=20, difficulty=0.5, epochs=30, pretrained=True, seed):
    """A frozen EfficientNet-Lite0 with a new dense head; only the head is trained."""
    curves, _ = _train_head(*_pictures(images, difficulty, seed), epochs, seed, pretrained)
    return {
        **_result(curves),
        "weights": f"EfficientNet-Lite0, {'ImageNet' if pretrained else 'random'}, frozen",
        "data": _data(images, difficulty),
    }


def pretrained_predictions(*, difficulty=0.5, seed):
    """EfficientNet-Lite0's own ImageNet predictions, no training: of five lookalikes the likeliest is the answer."""
    _, validation = _pictures(1, difficulty, seed)
    logits = forward(backbones.efficientnet_lite0(SIDE, top=True), validation.pixels)
    chosen = logits[:, [LOOKALIKES[name] for name in validation.classes]]
    return {
        "val_accuracy": share_right(chosen, validation.labels),
        "named_outright": float(np.mean(np.isin(logits.argmax(axis=1), list(LOOKALIKES.values())))),
        "weights": "EfficientNet-Lite0, ImageNet, with its own top",
        "data": f"procedural shapes, no training images, {SIDE} px, difficulty {difficulty}",
    }


def fine_tune(*, learning_rate, images=20, difficulty=1.0, epochs=10, seed):
    """First the head on the frozen base, then all layers with Adam at `learning_rate`, BatchNorm frozen throughout."""
    train, validation = _pictures(images, difficulty, seed)
    before, weights = _train_head(train, validation, 30, seed)
    curves = trainer(networks.pretrained_with_head, SIDE, CLASSES).fit(
        weights,
        _labelled(train),
        _labelled(validation),
        learning_rate=learning_rate,
        epochs=epochs,
        seed=seed,
    )
    return {
        **_result(curves),
        "val_accuracy_before": before.val_accuracy[-1],
        "weights": "EfficientNet-Lite0, ImageNet",
        "data": _data(images, difficulty),
    }


def _pictures(images: int, difficulty: float, seed: int) -> tuple[ImageSet, ImageSet]:
    """Training pictures, `images` a class, and 200 others for validation."""
    return (
        shapes(images, seed=seed, part="train", side=SIDE, difficulty=difficulty),
        shapes(40, seed=seed, part="validation", side=SIDE, difficulty=difficulty),
    )


def _labelled(pictures: ImageSet) -> Labelled:
    return Labelled(pictures.pixels, pictures.labels)


def _train_head(train: ImageSet, validation: ImageSet, epochs: int, seed: int, pretrained: bool = True):
    """A new head on the frozen base's features, computed once; gives the curves, and all weights, base and head."""
    base = shared_base(SIDE) if pretrained else shared_base(SIDE, "random", seed)
    head = trainer(networks.head, CLASSES)
    curves = head.fit(
        networks.head(CLASSES, seed).get_weights(),
        Labelled(features(base, train.pixels), train.labels),
        Labelled(features(base, validation.pixels), validation.labels),
        learning_rate=1e-3,
        epochs=epochs,
        seed=seed,
    )
    return curves, [*base.get_weights(), *head.model.get_weights()]


def _result(curves: Curves) -> dict:
    """The last value of each curve, and the curves."""
    return {
        "train_accuracy": curves.train_accuracy[-1],
        "val_accuracy": curves.val_accuracy[-1],
        "epochs": curves.epochs,
        "loss": curves.loss,
        "train_curve": curves.train_accuracy,
        "val_curve": curves.val_accuracy,
    }


def _data(images: int, difficulty: float) -> str:
    return f"procedural shapes, {CLASSES} classes × {images} images, {SIDE} px, difficulty {difficulty}"
