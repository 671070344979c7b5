"""The weights that a package carries, and images that need no download."""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.sets import EMOJI_CLASSES, SEEDS
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown, timed
from practicum.lab.backbones import efficientnet_lite0
from practicum.lab.emoji_drawings import emoji_images
from practicum.lab.features import forward
from practicum.lab.image_set import ImageSet
from practicum.lab.shape_drawings import shapes

DRAWN: dict[str, Callable[[int], ImageSet]] = {
    "shapes": lambda seed: shapes(100, seed=seed),
    "emoji": lambda seed: emoji_images(100, seed=seed, side=64, classes=EMOJI_CLASSES),
}
PHOTOGRAPHS = {"chelsea": ("Egyptian cat", 285), "coffee": ("espresso", 967), "camera": ("tripod", 872)}
"""Of scikit-image, with the class expected of each, and its number in ImageNet."""


@kept
def network() -> dict[str, Any]:
    """Parameters with the top, and seconds to build and load, five times."""
    efficientnet_lite0(224, top=True)  # TensorFlow's own start is not counted.
    seconds = [timed(lambda: efficientnet_lite0(224, top=True)) for _ in SEEDS]
    return {"parameters": efficientnet_lite0(224, top=True).count_params(), "seconds": seconds}


@kept
def drawn(*, kind: str, seed: int) -> dict[str, Any]:
    """Seconds to draw 500 images, and whether they are the same when drawn again."""
    first: list[ImageSet] = []
    seconds = timed(lambda: first.append(DRAWN[kind](seed)))
    return {"seconds": seconds, "same": _digest(first[0]) == _digest(DRAWN[kind](seed))}


def _digest(images: ImageSet) -> str:
    return hashlib.sha256(images.pixels.tobytes() + images.labels.tobytes()).hexdigest()


@kept
def photographs() -> dict[str, tuple[int, float, float]]:
    """The class chosen for each photograph, its probability, and the expected one's."""
    from PIL import Image
    from skimage import data

    model, seen = efficientnet_lite0(224, top=True), {}
    for name, (_, expected) in PHOTOGRAPHS.items():
        photograph = Image.fromarray(getattr(data, name)()).convert("RGB")
        short = min(photograph.size)
        left, top = ((edge - short) // 2 for edge in photograph.size)
        square = photograph.crop((left, top, left + short, top + short)).resize((224, 224), Image.Resampling.BICUBIC)
        logits = forward(model, np.asarray(square)[None])[0].astype(np.float64)
        shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        seen[name] = (int(shares.argmax()), float(shares.max()), float(shares[expected]))
    return seen


# --- the section -----------------------------------------------------------------------------------------------------


def report() -> str:
    """The section of `docs/facts.md`."""
    return (
        "## Pretrained weights and images without a download\n\n"
        "EfficientNet-Lite0 with its top, built at 224 px and given the weights of the package; 500 images of each "
        "set at 64 px, drawn twice from each of seeds 0 to 4 and compared. Seconds: median (least to most) of five.\n\n"
        f"{_table()}\n\n{_photographs()}{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def _drawn(kind: str) -> tuple[list[float], int]:
    runs = [drawn(kind=kind, seed=seed) for seed in SEEDS]
    return [run["seconds"] for run in runs], sum(run["same"] for run in runs)


def _table() -> str:
    rows = [["building and loading the network", _median(network()["seconds"]), ""]]
    for kind in DRAWN:
        seconds, same = _drawn(kind)
        rows.append([f"drawing 500 {kind}", _median(seconds), f"{same} of {len(SEEDS)}"])
    return markdown(["", "s", "identical again"], rows)


def _median(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


def _seen() -> dict[str, tuple[int, float, float]] | None:
    """None where they cannot be had: scikit-image is no dependency of ours."""
    return photographs() if find_spec("skimage") else None


def _photographs() -> str:
    seen = _seen()
    if seen is None:
        return "The three photographs were left out: scikit-image is not installed.\n\n"
    rows = [
        [name, wanted, "yes" if chosen == number else f"no: class {chosen}", f"{share:.2f}"]
        for name, (wanted, number) in PHOTOGRAPHS.items()
        for chosen, _, share in [seen[name]]
    ]
    return markdown(["scikit-image's photograph", "expected", "first choice", "its probability"], rows) + "\n\n"


def _verdicts() -> list[Verdict]:
    took, parameters = statistics.median(network()["seconds"]), network()["parameters"]
    seconds, same = _drawn("shapes")
    verdicts = [
        Verdict("4,694,024 parameters with the top", f"{parameters:,}", parameters == 4_694_024),
        Verdict(
            "1.25 s to build and load",
            f"{took:.2f} s",
            0.6 < took < 2.5,
            "another machine, and the first network of a process is not timed here",
        ),
        Verdict(
            "500 shapes in 2.6 s",
            f"{statistics.median(seconds):.2f} s",
            1.3 < statistics.median(seconds) < 5.2,
            "the lab draws other shapes",
        ),
        Verdict("identical when drawn again", f"{same} of {len(SEEDS)}", same == len(SEEDS)),
    ]
    if seen := _seen():
        right = [name for name, (_, number) in PHOTOGRAPHS.items() if seen[name][0] == number]
        verdicts.append(
            Verdict(
                "cat: “Egyptian cat”; coffee: “espresso”, .94; camera: “tripod”, .95",
                "; ".join(f"{name}: {seen[name][2]:.2f}" for name in PHOTOGRAPHS),
                len(right) == len(PHOTOGRAPHS),
                f"first choice on {', '.join(right) or 'none'} only",
            )
        )
    return verdicts
