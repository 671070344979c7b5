"""What this topic's claims measure: plain functions, each a fresh training from its seed.

All of them use pictures of five shapes, 20 of each to train on unless said. Accuracies are shares of 1.
"""

from functools import cache

import keras
import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image

from practicum.lab import backbones, networks, scores
from practicum.lab.features import extract_features, forward, shared_base
from practicum.lab.image_set import ImageSet
from practicum.lab.linear_probe import ProbeTrainer
from practicum.lab.shape_drawings import shapes
from practicum.lab.training import LabelledData, TrainingCurves, model_accuracy, prediction_accuracy, shared_trainer

SIDE = 64
CLASSES = 5
LOOKALIKES = {"circle": 722, "square": 549, "triangle": 714, "star": 327, "ring": 931}
"""The ImageNet class nearest to each shape: ping-pong ball, envelope, plectrum, starfish, bagel."""


def from_scratch(*, images=20, copies=1, difficulty=0.5, epochs=60, stop_at=0.93, seed):
    """A small CNN, from random weights, until it gets `stop_at` of its training pictures right (None: all `epochs`)."""
    train, validation = _pictures(images, difficulty, seed)
    fresh = shapes(100, seed=seed, part="test", side=SIDE, difficulty=difficulty)
    cnn = shared_trainer(networks.small_cnn, SIDE, CLASSES)
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
        "fresh_accuracy": model_accuracy(cnn.model, _labelled(fresh)),
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
        "val_accuracy": prediction_accuracy(chosen, validation.labels),
        "named_outright": float(np.mean(np.isin(logits.argmax(axis=1), list(LOOKALIKES.values())))),
        "weights": "EfficientNet-Lite0, ImageNet, with its own top",
        "data": f"procedural shapes, no training images, {SIDE} px, difficulty {difficulty}",
    }


def fine_tune(*, learning_rate, images=20, difficulty=1.0, epochs=10, seed):
    """First the head on the frozen base, then all layers with Adam at `learning_rate`, BatchNorm frozen throughout."""
    train, validation = _pictures(images, difficulty, seed)
    before, weights = _train_head(train, validation, 30, seed)
    curves = shared_trainer(networks.pretrained_with_head, SIDE, CLASSES).fit(
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


def feature_map(*, pretrained, images=20, difficulty=0.5, seed):
    """Pictures as points: the two directions in which they differ most, of raw pixels or of the base's features.

    The directions are found on the training pictures alone; 50 validation pictures are laid on the same map.
    """
    train, validation = _pictures(images, difficulty, seed)
    validation = validation.rows(np.arange(50))
    base = shared_base(SIDE)
    seen = [extract_features(base, one.pixels) if pretrained else _flat(one.pixels) for one in (train, validation)]
    centre = seen[0].mean(axis=0)
    directions = np.linalg.svd(seen[0] - centre, full_matrices=False)[2][:2]
    places = np.concatenate([(one - centre) @ directions.T for one in seen])
    places /= np.abs(places).max()
    return {
        "x": np.round(places[:, 0].astype(float), 2).tolist(),
        "y": np.round(places[:, 1].astype(float), 2).tolist(),
        "label": [*train.labels.tolist(), *validation.labels.tolist()],
        "part": [0] * len(train) + [1] * len(validation),
        "weights": "EfficientNet-Lite0, ImageNet, frozen" if pretrained else "none (raw pixels)",
        "data": _data(images, difficulty),
    }


def validation_scores(*, images=20, difficulty=1.0, epochs=30, positive=3, seed):
    """What a head on the frozen base says of each of 200 validation pictures: five probabilities.

    Counted for the class `positive` too: how many `are` of it, were `called` it, and `both`.
    """
    train, validation = _pictures(images, difficulty, seed)
    _train_head(train, validation, epochs, seed)
    sure = _softmax(forward(shared_trainer(networks.dense_head, CLASSES).model, _seen(validation.pixels)))
    said, right = sure.argmax(axis=1), prediction_accuracy(sure, validation.labels)
    is_it, said_it = validation.labels == positive, said == positive
    interval = scores.proportion(right * len(said), len(said))
    return {
        "label": validation.labels.tolist(),
        **{f"score_{k}": column.round(3).tolist() for k, column in enumerate(sure.T)},
        "val_accuracy": right,
        "low": interval.low,
        "high": interval.high,
        "pictures": len(said),
        "right": int((said == validation.labels).sum()),
        "are": int(is_it.sum()),
        "called": int(said_it.sum()),
        "both": int((is_it & said_it).sum()),
        "sure": float(sure.max(axis=1).mean()),
        "weights": "EfficientNet-Lite0, ImageNet, frozen",
        "data": _data(images, difficulty),
    }


def by_stage(*, stage, pretrained=True, images=20, difficulty=0.5, seed):
    """Logistic regression on what the base sees at the start of one of its seven stages (1 to 7), or at its end (8)."""
    train, validation = _pictures(images, difficulty, seed)
    base = _stages("imagenet" if pretrained else "random", seed if not pretrained else 0)
    ends = np.cumsum([channels for *_, channels in backbones.STAGES] + [backbones.FEATURES])
    seen = slice(ends[stage - 2] if stage > 1 else 0, ends[stage - 1])
    probe = ProbeTrainer(extract_features(base, train.pixels)[:, seen], train.labels, CLASSES).fit(10.0)
    return {
        "val_accuracy": prediction_accuracy(
            probe.probabilities(extract_features(base, validation.pixels)[:, seen]), validation.labels
        ),
        "channels": int(seen.stop - seen.start),
        "weights": f"EfficientNet-Lite0, {'ImageNet' if pretrained else 'random'}, frozen",
        "data": _data(images, difficulty),
    }


def forgetting(*, learning_rate, images=20, difficulty=1.0, epochs=10, seed):
    """`fine_tune`, and what is left of the old task: with its old top back on, how often the network still has the
    same first choice among ImageNet's thousand classes, for 200 clippings of a photograph that it was not tuned on."""
    clippings, before = _clippings(), _named(None)
    told = fine_tune(learning_rate=learning_rate, images=images, difficulty=difficulty, epochs=epochs, seed=seed)
    tuned = shared_trainer(networks.pretrained_with_head, SIDE, CLASSES).model.get_weights()[:-2]
    # Kernels have four dimensions; BatchNorm's numbers, which are held, have one.
    kernels = [(now, then) for now, then in zip(tuned, shared_base(SIDE).get_weights(), strict=True) if now.ndim == 4]
    moved = np.sqrt(sum(np.sum((now - then) ** 2) for now, then in kernels))
    return {
        "val_accuracy": told["val_accuracy"],
        "val_accuracy_before": told["val_accuracy_before"],
        "still_named": float(np.mean(_named(tuned) == before)),
        "share_moved": float(moved / np.sqrt(sum(np.sum(then**2) for _, then in kernels))),
        "clippings": len(clippings),
        "weights": "EfficientNet-Lite0, ImageNet",
        "data": _data(images, difficulty) + "; clippings of a photograph, 64 px",
    }


def norms_free(*, learning_rate=1e-5, images=20, difficulty=1.0, epochs=10, seed):
    """As `fine_tune`, but BatchNorm is left in training mode: its statistics move, and its scale and shift."""
    train, validation = _pictures(images, difficulty, seed)
    before, weights = _train_head(train, validation, 30, seed)
    curves = shared_trainer(_all_free, SIDE, CLASSES).fit(
        weights, _labelled(train), _labelled(validation), learning_rate=learning_rate, epochs=epochs, seed=seed
    )
    return {
        **_result(curves),
        "val_accuracy_before": before.val_accuracy[-1],
        "weights": "EfficientNet-Lite0, ImageNet",
        "data": _data(images, difficulty),
    }


def raw_scores(*, told=True, images=20, difficulty=1.0, epochs=30, seed):
    """A head that gives raw scores, trained by a loss that is `told` so (`from_logits=True`), or not."""
    train, validation = _pictures(images, difficulty, seed)
    head = networks.dense_head(CLASSES, seed)
    head.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=told))
    keras.utils.set_random_seed(seed)
    seen = head.fit(_seen(train.pixels), train.labels, batch_size=20, epochs=epochs, verbose=0).history
    return {
        "loss": seen["loss"],
        "val_accuracy": prediction_accuracy(forward(head, _seen(validation.pixels)), validation.labels),
        "weights": "EfficientNet-Lite0, ImageNet, frozen",
        "data": _data(images, difficulty),
    }


def scaled(*, how, images=20, difficulty=1.0, epochs=30, seed):
    """A head on what the base makes of pixels, scaled as it learned (`right`), to 0 … 1 (`unit`) or not (`raw`).

    So in training and in use. Its own scaling, the first layer, is undone beforehand.
    """
    wanted = {"right": lambda x: (x - 127) / 128, "unit": lambda x: x / 255, "raw": lambda x: x}[how]

    def seen(pictures):
        return _seen((wanted(pictures.pixels.astype(np.float32)) * 128 + 127).astype(np.float32))

    train, validation = _pictures(images, difficulty, seed)
    curves = shared_trainer(networks.dense_head, CLASSES).fit(
        networks.dense_head(CLASSES, seed).get_weights(),
        LabelledData(seen(train), train.labels),
        LabelledData(seen(validation), validation.labels),
        learning_rate=1e-3,
        epochs=epochs,
        seed=seed,
    )
    return {**_result(curves), "weights": "EfficientNet-Lite0, ImageNet, frozen", "data": _data(images, difficulty)}


def trace(*, pretrained=True, images=20, difficulty=0.85, epochs=30, seed):
    """Keras's own `fit`, epoch by epoch, losses and accuracies: a head on the frozen base, or a small CNN from random
    weights."""
    train, validation = _pictures(images, difficulty, seed)
    see = _seen if pretrained else np.asarray
    model = networks.dense_head(CLASSES, seed) if pretrained else networks.small_cnn(SIDE, CLASSES, seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    keras.utils.set_random_seed(seed)
    told = model.fit(
        see(train.pixels),
        train.labels,
        validation_data=(see(validation.pixels), validation.labels),
        batch_size=20,
        epochs=epochs,
        verbose=0,
    ).history
    return {
        "loss": told["loss"],
        "val_loss": told["val_loss"],
        "train_accuracy": told["accuracy"],
        "val_accuracy": told["val_accuracy"],
        "least_val_loss": min(told["val_loss"]),
        "weights": "EfficientNet-Lite0, ImageNet, frozen" if pretrained else "none before training (small CNN)",
        "data": _data(images, difficulty),
    }


def shuffled(*, pretrained=True, images=20, difficulty=0.2, seed):
    """Easy pictures whose pixels all stand in one other order, the same for all: as much to learn, and no photograph.

    A head on the frozen base, or a small CNN from random weights.
    """
    train, validation = (_shuffle(one) for one in _pictures(images, difficulty, seed))
    if pretrained:
        curves, _ = _train_head(train, validation, 30, seed)
    else:
        curves = shared_trainer(networks.small_cnn, SIDE, CLASSES).fit(
            networks.small_cnn(SIDE, CLASSES, seed).get_weights(),
            _labelled(train),
            _labelled(validation),
            learning_rate=1e-3,
            epochs=30,
            seed=seed,
        )
    return {
        **_result(curves),
        "weights": "EfficientNet-Lite0, ImageNet, frozen" if pretrained else "none before training (small CNN)",
        "data": _data(images, difficulty) + ", pixels in another order",
    }


def _flat(pixels: np.ndarray) -> np.ndarray:
    """Each picture as one row of numbers from 0 to 1."""
    return pixels.reshape(len(pixels), -1).astype(np.float32) / 255


def _seen(pixels: np.ndarray) -> np.ndarray:
    """What the pretrained base makes of pictures."""
    return extract_features(shared_base(SIDE), pixels)


def _softmax(logits):
    raised = np.exp(logits.astype(float) - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _shuffle(pictures: ImageSet) -> ImageSet:
    order = np.random.default_rng(0).permutation(SIDE * SIDE)
    mixed = pictures.pixels.reshape(len(pictures), -1, 3)[:, order].reshape(pictures.pixels.shape)
    return ImageSet(mixed, pictures.labels, pictures.classes)


def _all_free(side: int, classes: int):
    return keras.Sequential([backbones.efficientnet_lite0(side), networks.dense_head(classes)])


@cache
def _stages(weights: str, seed: int):
    """The base, giving at once the mean of each channel at the first block of each stage, and its features."""
    base = shared_base(SIDE, weights, seed)
    firsts = np.cumsum([0] + [repeats for repeats, *_ in backbones.STAGES[:-1]])
    ends = [base.get_layer(f"_blocks.{first}._bn2").output for first in firsts]
    pooled = [keras.layers.GlobalAveragePooling2D()(end) for end in ends]
    return keras.Model(base.inputs, keras.layers.Concatenate()([*pooled, base.outputs[0]]))


@cache
def _clippings():
    """200 square clippings of a photograph (Grace Hopper, US Navy, public domain), each made 64 px wide."""
    photograph = Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False))
    chance = np.random.default_rng(0)
    cut = []
    for _ in range(200):
        side = int(chance.integers(128, min(photograph.size)))
        left, top = (int(chance.integers(0, whole - side)) for whole in photograph.size)
        cut.append(np.asarray(photograph.resize((SIDE, SIDE), box=(left, top, left + side, top + side))))
    return np.stack(cut)


@cache
def _with_top():
    return backbones.efficientnet_lite0(SIDE, top=True)


def _named(base_weights):
    """The first of a thousand classes for each clipping, with these weights below the old top (None: its own)."""
    model = _with_top()
    own = model.get_weights()
    if base_weights is not None:
        model.set_weights([*base_weights, *own[-2:]])
    named = forward(model, _clippings()).argmax(axis=1)
    model.set_weights(own)
    return named


def _pictures(images: int, difficulty: float, seed: int) -> tuple[ImageSet, ImageSet]:
    """Training pictures, `images` a class, and 200 others for validation."""
    return (
        shapes(images, seed=seed, part="train", side=SIDE, difficulty=difficulty),
        shapes(40, seed=seed, part="validation", side=SIDE, difficulty=difficulty),
    )


def _labelled(pictures: ImageSet) -> LabelledData:
    return LabelledData(pictures.pixels, pictures.labels)


def _train_head(train: ImageSet, validation: ImageSet, epochs: int, seed: int, pretrained: bool = True):
    """A new head on the frozen base's features, computed once; gives the curves, and all weights, base and head."""
    base = shared_base(SIDE) if pretrained else shared_base(SIDE, "random", seed)
    head = shared_trainer(networks.dense_head, CLASSES)
    curves = head.fit(
        networks.dense_head(CLASSES, seed).get_weights(),
        LabelledData(extract_features(base, train.pixels), train.labels),
        LabelledData(extract_features(base, validation.pixels), validation.labels),
        learning_rate=1e-3,
        epochs=epochs,
        seed=seed,
    )
    return curves, [*base.get_weights(), *head.model.get_weights()]


def _result(curves: TrainingCurves) -> dict:
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
