"""A small network from scratch, as tutorials on image classification build it: three convolutions and two layers."""

from __future__ import annotations

import time

from benchmarks.accuracy.contest import BATCH, SIDE, Result, given, share

EPOCHS = 60
PATIENCE = 10
"""Epochs without a lower loss on the fifth kept back, after which it ends, with the weights that were best."""
KEPT_BACK = 0.2


def run(kind: str, images: int, seed: int, minutes: float) -> Result:
    import keras
    from keras import layers

    train, fresh = given(kind, images, seed)
    pixels = train.pixels.astype("float32")
    keras.utils.set_random_seed(seed)
    started = time.perf_counter()
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.Rescaling(1 / 255),
            *(layer for width in (16, 32, 64) for layer in (_convolution(width), layers.MaxPooling2D())),
            layers.Dropout(0.2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(len(train.classes)),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])

    def stop(batch: int, logs: object) -> None:
        model.stop_training |= time.perf_counter() - started > 60 * minutes

    ends = [
        keras.callbacks.LambdaCallback(on_train_batch_end=stop),
        keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True),
    ]
    history = model.fit(pixels, train.labels, BATCH, EPOCHS, verbose=0, validation_split=KEPT_BACK, callbacks=ends)
    seconds = time.perf_counter() - started
    made = model.predict(fresh.pixels, verbose=0)
    return {"accuracy": share(made, fresh), "seconds": seconds, "epochs": len(history.epoch)}


def _convolution(width: int) -> object:
    from keras import layers

    return layers.Conv2D(width, 3, padding="same", activation="relu")
