"""The networks that the course compares: a small CNN from scratch, a dense head, and a pretrained base with a head."""

from __future__ import annotations

import keras
from keras import layers

from practicum.lab.backbones import FEATURES, efficientnet_lite0
from practicum.lab.determinism import make_deterministic


def small_cnn(side: int, classes: int, seed: int = 0) -> keras.Model:
    """Three convolutions and two dense layers: images (n, side, side, 3) of 0 to 255 to logits (n, classes)."""
    initializer = _initializer(seed)
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            layers.Rescaling(1 / 128, offset=-127 / 128),
            layers.Conv2D(16, 3, padding="same", activation="relu", kernel_initializer=initializer),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu", kernel_initializer=initializer),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu", kernel_initializer=initializer),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu", kernel_initializer=initializer),
            layers.Dense(classes, kernel_initializer=initializer),
        ]
    )


def dense_head(classes: int, seed: int = 0, features: int = FEATURES) -> keras.Model:
    """One dense layer: features (n, features) to logits (n, classes)."""
    return keras.Sequential([keras.Input((features,)), layers.Dense(classes, kernel_initializer=_initializer(seed))])


def pretrained_with_head(side: int, classes: int) -> keras.Model:
    """EfficientNet-Lite0 with ImageNet weights and a new head to logits (n, classes), trainable but for BatchNorm."""
    base = efficientnet_lite0(side)
    freeze_batch_norm(base)
    return keras.Sequential([base, dense_head(classes)])


def freeze_batch_norm(model: keras.Model) -> None:
    """Freeze every BatchNorm layer, also in nested models.

    Neither its statistics nor its scale and shift change in training. The layer's own `trainable` must be set: calling
    the base with `training=False` inside a functional model does not freeze the statistics in Keras 3 (measured, 3.3 to
    3.15).
    """
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            freeze_batch_norm(layer)
        elif isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


def _initializer(seed: int) -> keras.initializers.Initializer:
    make_deterministic()
    # A generator, not a number: with a number, layers of the same shape would start with the same weights.
    return keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
