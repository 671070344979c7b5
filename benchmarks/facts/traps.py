"""What Keras does, and says, where one easily goes wrong: each is tried, and what happens is printed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.sets import CLASSES, EMOJI, HARD, SEEDS, SIDE, train_and_fresh
from benchmarks.facts.spread import ahead, between, mean_sd
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown
from practicum.lab import networks
from practicum.lab.features import extract_features, forward, shared_base
from practicum.lab.training import prediction_accuracy

KINDS = (HARD, EMOJI)

# --- BatchNorm's statistics ------------------------------------------------------------------------------------------

NORMS_SIDE = 32
CALLED = "functional, `base(x, training=False)`"
FROZEN = "functional, `base.trainable = False`"
EACH = "functional, `trainable = False` on each BatchNorm"
SUBCLASSED = "subclassed, `base(x, training=False)` in its `call`"
PLAIN = "functional, nothing held"
HOLDS = {PLAIN: False, CALLED: False, FROZEN: True, EACH: True, SUBCLASSED: True}
"""Whether the statistics stay where they are, as the notes have it."""


class Subclassed(keras.Model):
    """The base called in inference mode by the model's own `call`."""

    def __init__(self, base: keras.Model) -> None:
        super().__init__()
        self.base, self.head = base, layers.Dense(CLASSES)

    def call(self, x: Any) -> Any:
        return self.head(self.base(x, training=False))


@kept
def moves(*, way: str, seed: int) -> float:
    """By how much a moving mean or variance of MobileNetV2 moves in one epoch of `fit`, at most."""
    keras.utils.set_random_seed(seed)
    base = keras.applications.MobileNetV2(
        weights=None, include_top=False, pooling="avg", input_shape=(NORMS_SIDE, NORMS_SIDE, 3)
    )
    if way == FROZEN:
        base.trainable = False
    if way == EACH:
        networks.freeze_batch_norm(base)
    if way == SUBCLASSED:
        model: keras.Model = Subclassed(base)
    else:
        entered = keras.Input((NORMS_SIDE, NORMS_SIDE, 3))
        features = base(entered, training=False) if way == CALLED else base(entered)
        model = keras.Model(entered, layers.Dense(CLASSES)(features))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    draw = np.random.default_rng(seed)
    pixels, labels = draw.uniform(-1, 1, (20, NORMS_SIDE, NORMS_SIDE, 3)), draw.integers(0, CLASSES, 20)
    before = _statistics(base)
    model.fit(pixels, labels, batch_size=20, verbose=0)
    moved = max(float(np.abs(one - other).max()) for one, other in zip(before, _statistics(base), strict=True))
    keras.backend.clear_session()
    return moved


def _statistics(base: keras.Model) -> list[np.ndarray]:
    norms = [layer for layer in base.layers if isinstance(layer, layers.BatchNormalization)]
    return [np.array(one) for norm in norms for one in (norm.moving_mean, norm.moving_variance)]


# --- `trainable` and `compile` ---------------------------------------------------------------------------------------


@kept
def obeyed(*, when: str) -> bool:
    """Whether a layer frozen before the first `fit`, after one, or after one and compiled again, stays as it is."""
    keras.utils.set_random_seed(0)
    model, (x, y) = _small(), _data()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy())
    if when != "before the first fit":
        model.fit(x, y, verbose=0)
    model.layers[0].trainable = False
    if when == "after a fit, compiled again":
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy())
    before = model.layers[0].get_weights()
    model.fit(x, y, verbose=0)
    return all(np.array_equal(one, other) for one, other in zip(before, model.layers[0].get_weights(), strict=True))


WHEN = {"before the first fit": True, "after a fit": False, "after a fit, compiled again": True}


def _small(activation: str | None = "softmax") -> keras.Model:
    return keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu"), layers.Dense(CLASSES, activation=activation)])


def _data() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    return draw.standard_normal((40, 8)).astype(np.float32), np.arange(40) % CLASSES


# --- losses and labels -----------------------------------------------------------------------------------------------

Sparse, Categorical = keras.losses.SparseCategoricalCrossentropy, keras.losses.CategoricalCrossentropy
Change = Callable[[np.ndarray], np.ndarray]


def _same(labels: np.ndarray) -> np.ndarray:
    return labels


def _one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(CLASSES)[labels]


def _beyond(labels: np.ndarray) -> np.ndarray:
    return np.where(labels == 0, CLASSES, labels)


FITS: dict[str, tuple[str | None, Any, Change, str]] = {
    "sparse loss, softmax, whole numbers": ("softmax", Sparse, _same, "works"),
    "sparse loss, softmax, one-hot labels": ("softmax", Sparse, _one_hot, "ValueError"),
    "categorical loss, softmax, whole numbers": ("softmax", Categorical, _same, "ValueError"),
    "sparse loss, softmax, a label out of range": ("softmax", Sparse, _beyond, "InvalidArgumentError"),
    "sparse loss, `from_logits=True`, softmax": ("softmax", lambda: Sparse(from_logits=True), _same, "warns"),
    "sparse loss, `from_logits=False`, raw logits": (None, Sparse, _same, "works"),
}
"""Last layer's activation, loss, labels, and what the notes say of it."""
POSITIONAL = '`compile("adam", loss, ["accuracy"])`'


@kept
def fitted(*, what: str) -> str:
    """What `fit` does: `works`, `warns: …`, or the error it raises, its first sentence."""
    keras.utils.set_random_seed(0)
    x, y = _data()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if what == POSITIONAL:
                model = _small()
                model.compile("adam", Sparse(), ["accuracy"])
            else:
                activation, loss, change, _ = FITS[what]
                model, y = _small(activation), change(y)
                model.compile("adam", loss())
            model.fit(x, y, verbose=0)
        except Exception as error:  # whatever it is, it is the observation
            return f"{type(error).__name__}: {_short(str(error))}"
    messages = [_short(str(one.message)) for one in caught if "from_logits" in str(one.message)]
    return f"warns: {messages[0]}" if messages else "works"


def _short(text: str) -> str:
    """The text's most telling line, cut."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = next((line for line in lines if "label" in line.lower()), lines[0] if lines else "")
    return telling if len(telling) <= 160 else telling[:157] + "…"


@kept
def corrected() -> bool:
    """Whether `from_logits=True` on softmax gives the loss of the probabilities."""
    model, (x, y) = _small(), _data()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.compile("adam", Sparse(from_logits=True))
        wrong = model.evaluate(x, y, verbose=0)
    model.compile("adam", Sparse())
    return bool(abs(wrong - model.evaluate(x, y, verbose=0)) < 1e-5)


@kept
def raw(*, kind: str, from_logits: bool, seed: int) -> dict[str, float]:
    """A head without softmax on the frozen base's features, 30 epochs: the reported loss, and accuracy."""
    train, fresh = train_and_fresh(kind, seed)
    base = shared_base(SIDE)
    model = networks.dense_head(CLASSES, seed)
    keras.utils.set_random_seed(seed)
    model.compile(keras.optimizers.Adam(1e-3), Sparse(from_logits=from_logits))
    history = model.fit(extract_features(base, train.pixels), train.labels, batch_size=20, epochs=30, verbose=0)
    right = prediction_accuracy(forward(model, extract_features(base, fresh.pixels)), fresh.labels)
    return {"loss": float(history.history["loss"][-1]), "fresh": right}


# --- the section -----------------------------------------------------------------------------------------------------


def report() -> str:
    """The section of `docs/facts.md`."""
    return (
        "## Traps\n\n"
        "BatchNorm's statistics: MobileNetV2 (`weights=None`, 32 px) with a dense head, one epoch of `fit` on 20 "
        "images of noise, seeds 0 to 4; by how much a moving mean or variance moved, at most.\n\n"
        f"{_norms()}\n\n"
        "A layer's `trainable` set to `False` after `compile`, then `fit`:\n\n"
        f"{markdown(['set', 'the layer stays'], [[when, 'yes' if obeyed(when=when) else 'no'] for when in WHEN])}"
        "\n\nLosses, last layers and labels; one `fit` of a small network:\n\n"
        f"{_fits()}\n\n"
        "What the silent one costs: a head without softmax on the frozen base's features, 30 epochs of `fit`, with "
        "`from_logits=True` and with `False`, which is the default. Accuracy on 200 fresh images, seeds 0 to 4.\n\n"
        f"{_raw()}\n\n{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def _moved(way: str) -> list[float]:
    return [moves(way=way, seed=seed) for seed in SEEDS]


def _norms() -> str:
    rows = [[way, f"{min(_moved(way)):.2g} to {max(_moved(way)):.2g}" if max(_moved(way)) else "0"] for way in HOLDS]
    return markdown(["the model", "moved by"], rows)


def _fits() -> str:
    rows = [[what, fitted(what=what).replace("|", "\\|")] for what in (*FITS, POSITIONAL)]
    return markdown(["", "what happens"], rows).replace("---:", "---")


def _values(kind: str, from_logits: bool, what: str = "fresh") -> list[float]:
    return [raw(kind=kind, from_logits=from_logits, seed=seed)[what] for seed in SEEDS]


def _raw() -> str:
    rows = [
        [
            kind,
            *(mean_sd(_values(kind, logits)) for logits in (True, False)),
            between(ahead(_values(kind, True), _values(kind, False))),
            *(mean_sd(_values(kind, logits, "loss")) for logits in (True, False)),
        ]
        for kind in KINDS
    ]
    return markdown(["", "`True`", "`False`", "`True` ahead by (95 %)", "loss with `True`", "loss with `False`"], rows)


def _verdicts() -> list[Verdict]:
    held = {way: not any(_moved(way)) for way in HOLDS}
    named = {what: (fitted(what=what), notes) for what, (_, _, _, notes) in FITS.items()}
    as_noted = [what for what, (seen, notes) in named.items() if seen.startswith(notes)]
    gaps = [ahead(_values(kind, True), _values(kind, False)) for kind in KINDS]
    last = fitted(what=POSITIONAL)
    return [
        Verdict(
            "in a functional model `base(x, training=False)` is ignored by `fit`: the statistics move",
            "they stay" if held[CALLED] else "they move, on every seed" if all(_moved(CALLED)) else "they move",
            not held[CALLED],
        ),
        Verdict(
            "`base.trainable = False`, `trainable = False` on each BatchNorm, and a subclassed `call` hold them",
            "; ".join(f"{way}: {'held' if held[way] else 'moved'}" for way in (FROZEN, EACH, SUBCLASSED)),
            all(held[way] for way in (FROZEN, EACH, SUBCLASSED)),
        ),
        Verdict(
            "`trainable` set after `compile` takes effect before the first `fit`; after one, once compiled again",
            "; ".join(f"{when}: {'obeyed' if obeyed(when=when) else 'ignored'}" for when in WHEN),
            all(obeyed(when=when) is expected for when, expected in WHEN.items()),
        ),
        Verdict(
            "sparse and softmax work; one-hot for sparse and whole numbers for categorical: ValueError; a label out of "
            "range: InvalidArgumentError; `from_logits=True` on softmax warns and corrects itself",
            f"{len(as_noted)} of {len(FITS)} as noted; the loss is {'' if corrected() else 'not '}corrected",
            len(as_noted) == len(FITS) and corrected(),
            "not " + ", ".join(what for what in FITS if what not in as_noted),
        ),
        Verdict(
            "`from_logits=False` on raw logits is silently wrong",
            f"{named['sparse loss, `from_logits=False`, raw logits'][0]} without a word; costs "
            + "; ".join(f"{between(gap)} on {kind}" for kind, gap in zip(KINDS, gaps, strict=True)),
            all(gap.low > 0 for gap in gaps),
            "silent it is, but not worse on every set by more than the seeds explain",
        ),
        Verdict(
            '`compile(optimizer, loss, ["accuracy"])`: the third is `loss_weights`, and `fit` fails obscurely',
            last.replace("|", "\\|"),
            last not in ("works",) and not last.startswith("warns"),
        ),
    ]
