"""Warms up a spare child while it waits for its job: the first operations of NumPy and TensorFlow are the slow ones.

The child is locked already. The job must not notice the warm-up: names, files and random generators are reset.
"""

from __future__ import annotations

import gc
import os
import sys

from practicum.runner.inside import preload, tensorflow_kernel_cache
from practicum.runner.inside.remove_tree import remove_tree

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any


def warm_up() -> None:
    """Compute with NumPy and train a tiny network, where they are loaded, and leave no trace that a job can see."""
    gc.disable()  # the job enables it
    numpy, keras = sys.modules.get("numpy"), sys.modules.get("keras")
    if numpy is not None:
        _compute_a_little(numpy)
    if keras is not None:
        keras.utils.set_random_seed(0)  # deterministic operations need a seed
        _train_tiny_network(keras, numpy)
        with tensorflow_kernel_cache.keep_kernels():
            keras.utils.clear_session()
        _empty(os.getcwd())
    gc.collect()
    gc.freeze()
    if keras is not None:
        preload.release_unused_memory()


def _compute_a_little(numpy: Any) -> None:
    """Use what most runs with NumPy do, so that its pages are in memory: random numbers, products, printed arrays."""
    numbers = numpy.random.default_rng(0).normal(size=(8, 4))
    repr((numbers @ numbers.T).mean(axis=0).round(2))


def _train_tiny_network(keras: Any, numpy: Any) -> None:
    """Use the most common layers and `fit`, so that their operations and the tracing are warm."""
    layers = keras.layers
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(2, 3, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU(6.0)(x)
    x = layers.Add()([x, layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)])
    x = layers.Dropout(0.1)(layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(x)))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = numpy.zeros((4, 8, 8, 3), "float32"), numpy.zeros(4, "int32")
    model.fit(images, labels, verbose=0, validation_data=(images, labels))
    model.predict(images, verbose=0)
    # A kernel is made for each name and shape of a variable. Learners use this network most often.
    keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(32, 32, 3))


def _empty(folder: str) -> None:
    """Remove the files that AutoGraph and others have written."""
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            remove_tree(entry.path)
        else:
            os.unlink(entry.path)
