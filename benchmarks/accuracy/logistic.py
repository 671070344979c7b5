"""Logistic regression of scikit-learn, as it comes, on what the pretrained network makes of each image."""

from __future__ import annotations

import time

from benchmarks.accuracy.contest import BATCH, Result, base_file, given, share


def run(kind: str, images: int, seed: int) -> Result:
    import keras
    from sklearn.linear_model import LogisticRegression

    train, fresh = given(kind, images, seed)
    path = base_file()
    started = time.perf_counter()
    base = keras.saving.load_model(path)
    seen = base.predict(train.pixels, BATCH, verbose=0)
    fitted = LogisticRegression(max_iter=1000).fit(seen, train.labels)
    seconds = time.perf_counter() - started
    return {"accuracy": share(fitted.predict_proba(base.predict(fresh.pixels, verbose=0)), fresh), "seconds": seconds}
