"""The recipe of Keras's guide on transfer learning and fine-tuning, with which most begin: a head, then everything."""

from __future__ import annotations

import time

from benchmarks.accuracy.contest import BATCH, SIDE, Result, base_file, given, share

EPOCHS = {"head": 20, "all": 10}
KEPT_BACK = 0.2
"""Images that the guide validates on. It decides nothing by them, so they are lost to learning."""


def run(kind: str, images: int, seed: int) -> Result:
    """As the guide writes it, `base(x, training=False)` included."""
    import keras
    from keras import layers

    train, fresh = given(kind, images, seed)
    pixels = train.pixels.astype("float32")
    path = base_file()
    keras.utils.set_random_seed(seed)
    started = time.perf_counter()
    base = keras.saving.load_model(path)
    base.trainable = False
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.RandomRotation(0.1)(layers.RandomFlip("horizontal")(inputs))
    x = layers.Dropout(0.2)(base(x, training=False))
    model = keras.Model(inputs, layers.Dense(len(train.classes))(x))
    for rate, epochs, unfrozen in ((1e-3, EPOCHS["head"], False), (1e-5, EPOCHS["all"], True)):
        base.trainable = unfrozen
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
        model.fit(pixels, train.labels, BATCH, epochs, verbose=0, validation_split=KEPT_BACK)
    seconds = time.perf_counter() - started
    return {"accuracy": share(model.predict(fresh.pixels, verbose=0), fresh), "seconds": seconds}
