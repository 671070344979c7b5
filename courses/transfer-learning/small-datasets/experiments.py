"""The experiments that this topic's claims call: plain functions, each of which trains from its seed.

All of them use images of five shapes, by default 20 training images per class. Accuracies are fractions from 0 to 1.
"""

from functools import cache, partial

import keras
import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image

from practicum.lab import backbones, networks
from practicum.lab.features import extract_features, forward, shared_base
from practicum.lab.image_set import ImageSet
from practicum.lab.linear_probe import ProbeTrainer
from practicum.lab.png_files import encode_png, grey_levels, reduce_colours, tile_sheet
from practicum.lab.shape_drawings import shapes
from practicum.lab.training import LabelledData, TrainingHistory, model_accuracy, prediction_accuracy, shared_trainer
from practicum.statistics.intervals import wilson_interval

SIDE = 64
CLASSES = 5
LOOKALIKES = {"circle": 722, "square": 549, "triangle": 714, "star": 327, "ring": 931}
"""The ImageNet class nearest to each shape: ping-pong ball, envelope, plectrum, starfish, bagel."""


def from_scratch(*, images=20, copies=1, difficulty=0.5, epochs=60, stop_at=0.93, seed):
    """Train a small CNN from random weights until its training accuracy is `stop_at` (None: for all `epochs`)."""
    train, validation = _images(images, difficulty, seed)
    fresh = shapes(100, seed=seed, part="test", side=SIDE, difficulty=difficulty)
    cnn = shared_trainer(networks.small_cnn, SIDE, CLASSES)
    curves = cnn.fit(
        networks.small_cnn(SIDE, CLASSES, seed).get_weights(),
        _labelled(train.repeat(copies)),
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
    """Train a new dense head on a frozen EfficientNet-Lite0."""
    curves, _ = _train_head(*_images(images, difficulty, seed), epochs, seed, pretrained)
    return {
        **_result(curves),
        "weights": f"EfficientNet-Lite0, {'ImageNet' if pretrained else 'random'}, frozen",
        "data": _data(images, difficulty),
    }


def pretrained_predictions(*, difficulty=0.5, seed):
    """Predict with EfficientNet-Lite0's ImageNet classifier, untrained: the most probable of five lookalike classes."""
    _, validation = _images(1, difficulty, seed)
    logits = forward(backbones.efficientnet_lite0(SIDE, top=True), validation.pixels)
    lookalike_logits = logits[:, [LOOKALIKES[name] for name in validation.classes]]
    return {
        "val_accuracy": prediction_accuracy(lookalike_logits, validation.labels),
        "lookalike_is_top_class": float(np.mean(np.isin(logits.argmax(axis=1), list(LOOKALIKES.values())))),
        "weights": "EfficientNet-Lite0, ImageNet, with its own top",
        "data": f"procedural shapes, no training images, {SIDE} px, difficulty {difficulty}",
    }


def fine_tune(*, learning_rate, images=20, difficulty=1.0, epochs=10, seed):
    """Train the head on the frozen base, then all layers but BatchNorm, with Adam at `learning_rate`."""
    train, validation = _images(images, difficulty, seed)
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


def pca_map(*, pretrained, images=20, difficulty=0.5, seed):
    """Project images to the first two principal components of their raw pixels or of the base's features.

    The components are fitted to the training images alone; 50 validation images are projected with them.
    """
    train, validation = _images(images, difficulty, seed)
    validation = validation.select(np.arange(50))
    base = shared_base(SIDE)
    to_vectors = partial(extract_features, base) if pretrained else _flat
    vectors = [to_vectors(image_set.pixels) for image_set in (train, validation)]
    mean = vectors[0].mean(axis=0)
    components = np.linalg.svd(vectors[0] - mean, full_matrices=False)[2][:2]
    points = np.concatenate([(part - mean) @ components.T for part in vectors])
    points /= np.abs(points).max()
    return {
        "x": np.round(points[:, 0].astype(float), 2).tolist(),
        "y": np.round(points[:, 1].astype(float), 2).tolist(),
        "label": [*train.labels.tolist(), *validation.labels.tolist()],
        "part": [0] * len(train) + [1] * len(validation),
        "weights": "EfficientNet-Lite0, ImageNet, frozen" if pretrained else "none (raw pixels)",
        "data": _data(images, difficulty),
    }


def validation_scores(*, images=20, difficulty=1.0, epochs=30, positive=3, seed):
    """Return the five class probabilities that a head on the frozen base predicts for each of 200 validation images.

    Accuracy, its confidence interval and the mean confidence come along, and counts for the class `positive`.
    """
    train, validation = _images(images, difficulty, seed)
    _train_head(train, validation, epochs, seed)
    head = shared_trainer(networks.dense_head, CLASSES).model
    probabilities = _softmax(forward(head, _base_features(validation.pixels)))
    predicted, val_accuracy = probabilities.argmax(axis=1), prediction_accuracy(probabilities, validation.labels)
    is_positive, predicted_positive = validation.labels == positive, predicted == positive
    interval = wilson_interval(val_accuracy * len(predicted), len(predicted))
    return {
        "label": validation.labels.tolist(),
        **{f"score_{k}": column.round(3).tolist() for k, column in enumerate(probabilities.T)},
        "val_accuracy": val_accuracy,
        "low": interval.low,
        "high": interval.high,
        "images": len(predicted),
        "correct": int((predicted == validation.labels).sum()),
        "actual_positives": int(is_positive.sum()),
        "predicted_positives": int(predicted_positive.sum()),
        "true_positives": int((is_positive & predicted_positive).sum()),
        "confidence": float(probabilities.max(axis=1).mean()),
        "weights": "EfficientNet-Lite0, ImageNet, frozen",
        "data": _data(images, difficulty),
    }


def probe_at_stage(*, stage, pretrained=True, images=20, difficulty=0.5, seed):
    """Fit logistic regression to the base's output at the start of one of its stages (1 to 7), or at its end (8)."""
    train, validation = _images(images, difficulty, seed)
    base = _stages("imagenet" if pretrained else "random", seed if not pretrained else 0)
    ends = np.cumsum([channels for *_, channels in backbones.STAGES] + [backbones.FEATURES])
    columns = slice(ends[stage - 2] if stage > 1 else 0, ends[stage - 1])
    probe = ProbeTrainer(extract_features(base, train.pixels)[:, columns], train.labels, CLASSES).fit(10.0)
    probabilities = probe.probabilities(extract_features(base, validation.pixels)[:, columns])
    return {
        "val_accuracy": prediction_accuracy(probabilities, validation.labels),
        "channels": int(columns.stop - columns.start),
        "weights": f"EfficientNet-Lite0, {'ImageNet' if pretrained else 'random'}, frozen",
        "data": _data(images, difficulty),
    }


def forgetting(*, learning_rate, images=20, difficulty=1.0, epochs=10, seed):
    """Run `fine_tune`, then measure what is left of the old task.

    With its ImageNet classifier back on, how often does the network still predict the same of a thousand classes for
    200 crops of a photograph that it was not tuned on?
    """
    crops, before = _crops(), _imagenet_classes(None)
    result = fine_tune(learning_rate=learning_rate, images=images, difficulty=difficulty, epochs=epochs, seed=seed)
    tuned = shared_trainer(networks.pretrained_with_head, SIDE, CLASSES).model.get_weights()[:-2]
    # Kernels have four dimensions; BatchNorm's parameters, which are frozen, have one.
    kernels = [(new, old) for new, old in zip(tuned, shared_base(SIDE).get_weights(), strict=True) if new.ndim == 4]
    change = np.sqrt(sum(np.sum((new - old) ** 2) for new, old in kernels))
    return {
        "val_accuracy": result["val_accuracy"],
        "val_accuracy_before": result["val_accuracy_before"],
        "predictions_kept": float(np.mean(_imagenet_classes(tuned) == before)),
        "relative_weight_change": float(change / np.sqrt(sum(np.sum(old**2) for _, old in kernels))),
        "crops": len(crops),
        "weights": "EfficientNet-Lite0, ImageNet",
        "data": _data(images, difficulty) + "; crops of a photograph, 64 px",
    }


def fine_tune_with_batchnorm(*, learning_rate=1e-5, images=20, difficulty=1.0, epochs=10, seed):
    """Run `fine_tune` with BatchNorm in training mode: its statistics move, and its scale and shift are trained."""
    train, validation = _images(images, difficulty, seed)
    before, weights = _train_head(train, validation, 30, seed)
    curves = shared_trainer(_fully_trainable, SIDE, CLASSES).fit(
        weights, _labelled(train), _labelled(validation), learning_rate=learning_rate, epochs=epochs, seed=seed
    )
    return {
        **_result(curves),
        "val_accuracy_before": before.val_accuracy[-1],
        "weights": "EfficientNet-Lite0, ImageNet",
        "data": _data(images, difficulty),
    }


def logits_head(*, from_logits=True, images=20, difficulty=1.0, epochs=30, seed):
    """Train a head that outputs logits, with a loss that expects logits (`from_logits=True`) or probabilities."""
    train, validation = _images(images, difficulty, seed)
    head = networks.dense_head(CLASSES, seed)
    head.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits))
    keras.utils.set_random_seed(seed)
    history = head.fit(_base_features(train.pixels), train.labels, batch_size=20, epochs=epochs, verbose=0).history
    return {
        "loss": history["loss"],
        "val_accuracy": prediction_accuracy(forward(head, _base_features(validation.pixels)), validation.labels),
        "weights": "EfficientNet-Lite0, ImageNet, frozen",
        "data": _data(images, difficulty),
    }


def pixel_scaling(*, scaling, images=20, difficulty=1.0, epochs=30, seed):
    """Train a head on features of pixels that are scaled as the base expects, to 0 … 1 (`unit`) or not at all (`raw`).

    Training and validation images are scaled alike. The base's own scaling, its first layer, is undone beforehand.
    """
    scale = {"expected": lambda x: (x - 127) / 128, "unit": lambda x: x / 255, "raw": lambda x: x}[scaling]

    def scaled_features(image_set):
        return _base_features((scale(image_set.pixels.astype(np.float32)) * 128 + 127).astype(np.float32))

    train, validation = _images(images, difficulty, seed)
    curves = shared_trainer(networks.dense_head, CLASSES).fit(
        networks.dense_head(CLASSES, seed).get_weights(),
        LabelledData(scaled_features(train), train.labels),
        LabelledData(scaled_features(validation), validation.labels),
        learning_rate=1e-3,
        epochs=epochs,
        seed=seed,
    )
    return {**_result(curves), "weights": "EfficientNet-Lite0, ImageNet, frozen", "data": _data(images, difficulty)}


def training_history(*, pretrained=True, images=20, difficulty=0.85, epochs=30, seed):
    """Return the losses and accuracies of Keras's own `fit`, epoch by epoch: of a head on the frozen base, or of a
    small CNN from random weights."""
    train, validation = _images(images, difficulty, seed)
    inputs = _base_features if pretrained else np.asarray
    model = networks.dense_head(CLASSES, seed) if pretrained else networks.small_cnn(SIDE, CLASSES, seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    keras.utils.set_random_seed(seed)
    history = model.fit(
        inputs(train.pixels),
        train.labels,
        validation_data=(inputs(validation.pixels), validation.labels),
        batch_size=20,
        epochs=epochs,
        verbose=0,
    ).history
    return {
        "loss": history["loss"],
        "val_loss": history["val_loss"],
        "train_accuracy": history["accuracy"],
        "val_accuracy": history["val_accuracy"],
        "lowest_val_loss": min(history["val_loss"]),
        "weights": "EfficientNet-Lite0, ImageNet, frozen" if pretrained else "none before training (small CNN)",
        "data": _data(images, difficulty),
    }


def permuted_pixels(*, pretrained=True, images=20, difficulty=0.2, seed):
    """Train a head on the frozen base, or a small CNN from random weights, on easy images with permuted pixels.

    The permutation is the same for all images: there is as much to learn, but nothing looks like a photograph.
    """
    train, validation = (_permute(image_set) for image_set in _images(images, difficulty, seed))
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
        "data": _data(images, difficulty) + ", pixels permuted",
    }


def batchnorm_statistics(*, learning_rate=1e-5, images=20, difficulty=1.0, epochs=10, seed):
    """Fine-tune with BatchNorm in training mode, then exchange its statistics, and measure what each exchange does.

    Returns validation accuracies, all in inference mode. `before`: the head on the untouched base. `moved`: after
    fine-tuning. `restored`: then the original statistics are put back, and no weight is changed. `moved_alone`: the
    original weights with the moved statistics. `fitted_alone`: the original weights with exactly the statistics of the
    training images, layer by layer. `…_new_head`: a new head is trained on these features as the first one was.
    """
    train, validation = _images(images, difficulty, seed)
    before, weights = _train_head(train, validation, 30, seed)
    trainer = shared_trainer(_fully_trainable, SIDE, CLASSES)
    trainer.fit(
        weights, _labelled(train), _labelled(validation), learning_rate=learning_rate, epochs=epochs, seed=seed
    )  # fmt: skip
    model, tuned = trainer.model, trainer.model.get_weights()
    fitted = _with_fitted_statistics(model, weights, train.pixels)
    versions = {
        "moved": tuned,
        "restored": _with_statistics(model, tuned, weights),
        "moved_alone": _with_statistics(model, weights, tuned),
        "fitted_alone": fitted,
    }
    accuracy = {}
    for name, version in versions.items():
        model.set_weights(version)
        accuracy[name] = model_accuracy(model, _labelled(validation))
        accuracy[f"{name}_new_head"] = _accuracy_of_new_head(model.layers[0], train, validation, seed)
    return {
        "before": before.val_accuracy[-1],
        **accuracy,
        "weights": "EfficientNet-Lite0, ImageNet",
        "data": _data(images, difficulty),
    }


def moved_in_one_block(*, learning_rate=1e-3, images=20, difficulty=1.0, epochs=10, seed):
    """Run `fine_tune`, then put the new weights of one of the 16 blocks at a time between the original ones.

    Returns validation accuracies: `before` fine-tuning, the mean, lowest and highest with `one_block` moved, and with
    all of the network moved. `feature_spread` is by how much the base's features still differ from image to image, as a
    share of what it was before.
    """
    train, validation = _images(images, difficulty, seed)
    before, weights = _train_head(train, validation, 30, seed)
    trainer = shared_trainer(networks.pretrained_with_head, SIDE, CLASSES)
    curves = trainer.fit(
        weights, _labelled(train), _labelled(validation), learning_rate=learning_rate, epochs=epochs, seed=seed
    )
    model, tuned = trainer.model, trainer.model.get_weights()
    spread = float(forward(model.layers[0], validation.pixels).std(axis=0).mean())
    one_block = []
    for block in range(sum(repeats for repeats, *_ in backbones.STAGES)):
        mixed = zip(model.weights, weights, tuned, strict=True)
        model.set_weights([new if f"_blocks.{block}." in weight.path else old for weight, old, new in mixed])
        one_block.append(model_accuracy(model, _labelled(validation)))
    return {
        "before": before.val_accuracy[-1],
        "one_block": float(np.mean(one_block)),
        "one_block_lowest": min(one_block),
        "one_block_highest": max(one_block),
        "all": curves.val_accuracy[-1],
        "feature_spread": spread / float(_base_features(validation.pixels).std(axis=0).mean()),
        "weights": "EfficientNet-Lite0, ImageNet",
        "data": _data(images, difficulty),
    }


def _with_statistics(model, weights, statistics):
    """The weights, with BatchNorm's moving means and variances from `statistics`."""
    chosen = zip(model.weights, weights, statistics, strict=True)
    return [new if weight.path.split("/")[-1].startswith("moving_") else old for weight, old, new in chosen]


def _with_fitted_statistics(model, weights, pixels):
    """The weights, with the statistics that BatchNorm finds in all `pixels` at once, layer by layer from the first."""
    norms = [layer for layer in model.layers[0].layers if isinstance(layer, keras.layers.BatchNormalization)]
    momentum = norms[0].momentum
    model.set_weights(weights)
    for norm in norms:
        norm.momentum = 0.0
    model(pixels.astype(np.float32), training=True)
    for norm in norms:
        norm.momentum = momentum
    return model.get_weights()


def _accuracy_of_new_head(base, train: ImageSet, validation: ImageSet, seed: int) -> float:
    """The validation accuracy of a head that is trained on what `base` returns now."""
    features = [forward(base, image_set.pixels) for image_set in (train, validation)]
    curves = shared_trainer(networks.dense_head, CLASSES).fit(
        networks.dense_head(CLASSES, seed).get_weights(),
        LabelledData(features[0], train.labels),
        LabelledData(features[1], validation.labels),
        learning_rate=1e-3,
        epochs=30,
        seed=seed,
    )
    return curves.val_accuracy[-1]


def chosen_setting(*, rates=(1e-4, 3e-4, 1e-3, 3e-3, 1e-2), images=20, difficulty=0.75, epochs=30, seed):
    """Train heads at each rate, choose rate and number of epochs by validation accuracy, and test the winner once.

    Of equally good settings the first wins. The test set has 500 images that had no part in the choice.
    """
    train, validation = _images(images, difficulty, seed)
    test = shapes(100, seed=seed, part="test", side=SIDE, difficulty=difficulty)
    parts = [LabelledData(_base_features(part.pixels), part.labels) for part in (train, validation, test)]
    head, weights = shared_trainer(networks.dense_head, CLASSES), networks.dense_head(CLASSES, seed).get_weights()
    curves = [head.fit(weights, *parts[:2], learning_rate=rate, epochs=epochs, seed=seed) for rate in rates]
    accuracy = np.array([curve.val_accuracy for curve in curves])
    rate, epoch = (int(number) for number in np.unravel_index(accuracy.argmax(), accuracy.shape))
    head.fit(weights, *parts[:2], learning_rate=rates[rate], epochs=epoch + 1, seed=seed)
    return {
        "rate": rates[rate],
        "epochs": epoch + 1,
        "settings": accuracy.size,
        "val_accuracy": float(accuracy.max()),
        "test_accuracy": model_accuracy(head.model, parts[2]),
        "test_images": len(test),
        "weights": "EfficientNet-Lite0, ImageNet, frozen",
        "data": _data(images, difficulty),
    }


def _flat(pixels: np.ndarray) -> np.ndarray:
    """Each image as one vector of pixel values from 0 to 1."""
    return pixels.reshape(len(pixels), -1).astype(np.float32) / 255


def _base_features(pixels: np.ndarray) -> np.ndarray:
    """The pretrained base's features of images, shape `(n, 1280)`."""
    return extract_features(shared_base(SIDE), pixels)


def _softmax(logits):
    exponentials = np.exp(logits.astype(float) - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _permute(image_set: ImageSet) -> ImageSet:
    order = np.random.default_rng(0).permutation(SIDE * SIDE)
    permuted = image_set.pixels.reshape(len(image_set), -1, 3)[:, order].reshape(image_set.pixels.shape)
    return ImageSet(permuted, image_set.labels, image_set.classes)


def _fully_trainable(side: int, classes: int):
    return keras.Sequential([backbones.efficientnet_lite0(side), networks.dense_head(classes)])


@cache
def _stages(weights: str, seed: int):
    """The base with all its outputs joined: each channel's mean at the first block of each stage, then its features."""
    base = shared_base(SIDE, weights, seed)
    firsts = np.cumsum([0] + [repeats for repeats, *_ in backbones.STAGES[:-1]])
    ends = [base.get_layer(f"_blocks.{first}._bn2").output for first in firsts]
    pooled = [keras.layers.GlobalAveragePooling2D()(end) for end in ends]
    return keras.Model(base.inputs, keras.layers.Concatenate()([*pooled, base.outputs[0]]))


@cache
def _crops():
    """200 square crops of a photograph (Grace Hopper, US Navy, public domain), each resized to 64 px."""
    photograph = Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False))
    rng = np.random.default_rng(0)
    crops = []
    for _ in range(200):
        side = int(rng.integers(128, min(photograph.size)))
        left, top = (int(rng.integers(0, size - side)) for size in photograph.size)
        crops.append(np.asarray(photograph.resize((SIDE, SIDE), box=(left, top, left + side, top + side))))
    return np.stack(crops)


@cache
def _imagenet_classifier():
    return backbones.efficientnet_lite0(SIDE, top=True)


def _imagenet_classes(base_weights):
    """The predicted ImageNet class of each crop, with these weights below the ImageNet classifier (None: its own)."""
    model = _imagenet_classifier()
    original = model.get_weights()
    if base_weights is not None:
        model.set_weights([*base_weights, *original[-2:]])
    predicted = forward(model, _crops()).argmax(axis=1)
    model.set_weights(original)
    return predicted


def _images(images: int, difficulty: float, seed: int) -> tuple[ImageSet, ImageSet]:
    """The training images, `images` per class, and 200 validation images."""
    return (
        shapes(images, seed=seed, part="train", side=SIDE, difficulty=difficulty),
        shapes(40, seed=seed, part="validation", side=SIDE, difficulty=difficulty),
    )


def _labelled(image_set: ImageSet) -> LabelledData:
    return LabelledData(image_set.pixels, image_set.labels)


def _train_head(train: ImageSet, validation: ImageSet, epochs: int, seed: int, pretrained: bool = True):
    """Train a new head on the frozen base's features. Returns its curves, and the weights of base and head together."""
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


def _result(curves: TrainingHistory) -> dict:
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


# What the page *visualize* shows: one network, and the images on their way through it.

VIEW_SIDE, VIEW_COLOURS = 128, 128
SHOWN_CHANNELS = 8
SHOWN_IMAGES = 25
"""Of the training and of the validation images of a replay."""
PHOTOGRAPH = "photograph of Grace Hopper (US Navy, public domain)"


def network_input(*, image, seed):
    """Return an image as the network gets it, and the values of its pixels before and after preprocessing."""
    pixels = _view(image)
    preprocess = _viewed_network().get_layer("preprocess")
    ends = preprocess(np.array([0, 255], np.float32).reshape(2, 1, 1, 1) * np.ones((1, 1, 1, 3), np.float32)).numpy()
    scales = [pixels.astype(np.float32), preprocess(pixels[None].astype(np.float32)).numpy()]
    return {
        "image": encode_png(pixels),
        "low": [0.0, float(ends[0].min())],
        "high": [255.0, float(ends[1].max())],
        "lowest": [float(values.min()) for values in scales],
        "mean": [float(values.mean()) for values in scales],
        "highest": [float(values.max()) for values in scales],
        **_view_ran_on(image),
    }


def layer_maps(*, image, layer, seed):
    """Return the maps of a layer's channels: those that vary most over the photograph, as grey tiles.

    A tile's black is the channel's 1st percentile over the image, its white the 99th.
    """
    varied = _layer_output("photograph", layer).std(axis=(0, 1)).argsort()[::-1][:SHOWN_CHANNELS]
    output = _layer_output(image, layer)
    shown = output[:, :, varied]
    low, high = np.percentile(shown, [1, 99], axis=(0, 1))
    tiles = [grey_levels(shown[:, :, place], low[place], high[place]) for place in range(len(varied))]
    return {
        "maps": encode_png(tile_sheet(np.stack(tiles))),
        "height": output.shape[0],
        "width": output.shape[1],
        "channels": output.shape[2],
        "channel": varied.tolist(),
        "low": low.astype(float).tolist(),
        "high": high.astype(float).tolist(),
        "mean": shown.mean(axis=(0, 1)).astype(float).tolist(),
        **_view_ran_on(image),
    }


def class_activation(*, image, classes=3, seed):
    """Return the most probable ImageNet classes of an image, and what each place of the last maps adds to their logits.

    The classifier's bias is part of each value, so that a logit is the mean of its map.
    """
    logits = _viewed_network()(_view(image)[None].astype(np.float32)).numpy()
    best = logits[0].argsort()[::-1][:classes]
    parts = _activations(image)[:, :, best]
    return {
        "label": best.tolist(),
        "logit": logits[0, best].astype(float).tolist(),
        "probability": _softmax(logits)[0, best].tolist(),
        **{f"map_{place}": np.round(parts[:, :, place].astype(float), 3).ravel().tolist() for place in range(classes)},
        "largest_error": float(np.abs(parts.mean(axis=(0, 1)) - logits[0, best]).max()),
        **_view_ran_on(image),
    }


def covered_part(*, image, part, seed):
    """Cover one of 16 parts of an image with its mean colour: that which adds most to the predicted class, or least.

    Returns the predicted class's logit and probability before and after.
    """
    pixels = _view(image).astype(np.float32)
    predicted = int(_viewed_network()(pixels[None]).numpy()[0].argmax())
    values = _activations(image)[:, :, predicted]
    place = values.argmax() if part == "highest" else values.argmin()
    row, column = divmod(int(place), values.shape[1])
    side = VIEW_SIDE // values.shape[0]
    covered = pixels.copy()
    covered[row * side : (row + 1) * side, column * side : (column + 1) * side] = pixels.mean(axis=(0, 1))
    logits = _viewed_network()(np.stack([pixels, covered])).numpy()
    before, after = _softmax(logits)[:, predicted]
    return {
        "label": predicted,
        "before": float(before),
        "after": float(after),
        "logit_before": float(logits[0, predicted]),
        "logit_after": float(logits[1, predicted]),
        **_view_ran_on(image),
    }


def image_map(*, pretrained, seed):
    """Return the map of `pca_map`, and thumbnails: 40 of its training images and 20 of its validation images."""
    shown = [*range(40), *range(100, 120)]
    found = pca_map(pretrained=pretrained, seed=seed)
    pixels = np.concatenate([part.pixels for part in _images(20, 0.5, seed)])[shown]
    return {
        **{name: [found[name][place] for place in shown] for name in ("x", "y", "label", "part")},
        **_thumbnails(pixels, 28, 32),
        "weights": found["weights"],
        "data": found["data"],
    }


def replayed_training(*, pretrained=True, images=20, difficulty=0.85, epochs=30, seed):
    """Return a training epoch by epoch: accuracies, and the predictions of 25 training and 25 validation images."""
    train, validation = _images(images, difficulty, seed)
    inputs = _base_features if pretrained else np.asarray
    model = networks.dense_head(CLASSES, seed) if pretrained else networks.small_cnn(SIDE, CLASSES, seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    keras.utils.set_random_seed(seed)
    sets = [(inputs(part.pixels), part.labels) for part in (train, validation)]
    shown = np.concatenate([vectors[:SHOWN_IMAGES] for vectors, _ in sets])
    labels = np.concatenate([part_labels[:SHOWN_IMAGES] for _, part_labels in sets])
    own, predicted = [], []

    def look(epoch, logs):
        probabilities = _softmax(forward(model, shown))
        own.extend(probabilities[np.arange(len(labels)), labels].round(3).tolist())
        predicted.extend(probabilities.argmax(axis=1).tolist())

    history = model.fit(
        *sets[0],
        validation_data=sets[1],
        batch_size=20,
        epochs=epochs,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=look)],
    ).history
    pixels = np.concatenate([part.pixels[:SHOWN_IMAGES] for part in (train, validation)])
    return {
        "train_accuracy": history["accuracy"],
        "val_accuracy": history["val_accuracy"],
        "label": labels.tolist(),
        "part": [0] * SHOWN_IMAGES + [1] * SHOWN_IMAGES,
        "own_probability": own,
        "predicted": predicted,
        **_thumbnails(pixels, 32, 64),
        "weights": "EfficientNet-Lite0, ImageNet, frozen" if pretrained else "none before training (small CNN)",
        "data": _data(images, difficulty),
    }


def _thumbnails(pixels, side, colours):
    """Images as a sheet of small tiles with few colours, and the side of a tile."""
    small = [np.asarray(Image.fromarray(one).resize((side, side), Image.Resampling.LANCZOS)) for one in pixels]
    return {"thumbnails": encode_png(tile_sheet(np.stack(small)), colours), "side": side}


@cache
def _viewed_network():
    return backbones.efficientnet_lite0(VIEW_SIDE, top=True)


@cache
def _view(image):
    """An image of the page, shape `(128, 128, 3)`: the photograph, the photograph upside down, or a drawn star."""
    if image == "star":
        drawn = shapes(1, seed=0, part="train", side=VIEW_SIDE, difficulty=0.2)
        return reduce_colours(drawn.pixels[drawn.classes.index("star")], VIEW_COLOURS)
    photograph = Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)).crop((0, 0, 512, 512))
    resized = photograph.resize((VIEW_SIDE, VIEW_SIDE), Image.Resampling.LANCZOS)
    small = reduce_colours(np.asarray(resized), VIEW_COLOURS)
    return {"photograph": small, "upside_down": small[::-1, ::-1]}[image]


@cache
def _layer_output(image, layer):
    """A layer's output for an image, shape `(height, width, channels)`; `last`: the maps that are averaged."""
    network = _viewed_network()
    tensor = network.get_layer("features").input if layer == "last" else network.get_layer(layer).output
    inner = keras.Model(network.inputs, tensor)
    return inner(_view(image)[None].astype(np.float32)).numpy()[0]


def _activations(image):
    """What each place of the last maps adds to each class's logit, shape `(4, 4, 1000)`; bias included."""
    network = _viewed_network()
    last = keras.Model(network.inputs, network.get_layer("features").input)(_view(image)[None].astype(np.float32))
    kernel, bias = network.get_layer("_fc").get_weights()
    return last.numpy()[0] @ kernel + bias


def _view_ran_on(image):
    data = "a drawn star" if image == "star" else PHOTOGRAPH
    return {"weights": "EfficientNet-Lite0, ImageNet, with its own top", "data": f"{data}, {VIEW_SIDE} px"}
