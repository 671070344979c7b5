"""The networks that are compared: a small one from nothing, a head for ready features, and a base with a head."""

from __future__ import annotations

import keras
from keras import layers

from practicum.lab.backbones import FEATURES, efficientnet_lite0
from practicum.lab.determinism import make_deterministic


def small_cnn(side: int, classes: int, seed: int = 0) -> keras.Model:
    """Three convolutions and two dense layers for pictures (n, side, side, 3) of 0 to 255; logits (n, classes)."""
    draw = _initializer(seed)
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            layers.Rescaling(1 / 128, offset=-127 / 128),
            layers.Conv2D(16, 3, padding="same", activation="relu", kernel_initializer=draw),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu", kernel_initializer=draw),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu", kernel_initializer=draw),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu", kernel_initializer=draw),
            layers.Dense(classes, kernel_initializer=draw),
        ]
    )


def dense_head(classes: int, seed: int = 0, features: int = FEATURES) -> keras.Model:
    """One dense layer on ready features (n, features); logits (n, classes)."""
    return keras.Sequential([keras.Input((features,)), layers.Dense(classes, kernel_initializer=_initializer(seed))])


def pretrained_with_head(side: int, classes: int) -> keras.Model:
    """EfficientNet-Lite0 with ImageNet weights and a new head, all trainable but for BatchNorm; logits (n, classes)."""
    base = efficientnet_lite0(side)
    freeze_batch_norm(base)
    return keras.Sequential([base, dense_head(classes)])


def freeze_batch_norm(model: keras.Model) -> None:
    """Freeze every BatchNorm layer, however deep in other models it lies.

    Neither its statistics nor its scale and shift move in training. It has to be the layers' own `trainable`: calling
    the base with `training=False` inside a functional model does not hold the statistics in Keras 3 (measured, 3.3 to
    3.15).
    """
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            freeze_batch_norm(layer)
        elif isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


def _initializer(seed: int) -> keras.initializers.Initializer:
    make_deterministic()
    # A generator, not a number: with a number, layers of the same shape would begin with the same weights.
    return keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
