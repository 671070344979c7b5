"""A frozen pretrained base with a new head against a small network from scratch, on few and on more images."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import asdict

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.sets import EMOJI, EMOJI_CLASSES, HARD, IMAGES, MIDDLE, SEEDS, labelled, train_and_fresh
from benchmarks.facts.spread import ahead, between, mean_sd, short
from benchmarks.facts.training import cnn_trainer, with_head
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown
from practicum.lab import networks
from practicum.lab.emoji_drawings import code_points

KINDS = (HARD, MIDDLE, EMOJI)
EPOCHS = {4: 100, 20: 40, 80: 20, 320: 16, 1280: 8}
"""By images per class: more steps the more there are, fewer passes."""


@kept
def scratch(*, kind: str, images: int, seed: int) -> dict[str, float]:
    """The small network, from random weights."""
    train, fresh = train_and_fresh(kind, seed, images)
    trainer = cnn_trainer()
    looks = trainer.train(
        networks.small_cnn(64, 5, seed).get_weights(),
        labelled(train),
        labelled(fresh),
        learning_rate=1e-3,
        looks=[EPOCHS[images]],
        seed=seed,
    )
    return asdict(looks[-1])


@kept
def frozen(*, kind: str, images: int, seed: int) -> dict[str, float]:
    """A head on the frozen base's features, for as many epochs."""
    return asdict(with_head(*train_and_fresh(kind, seed, images), seed, EPOCHS[images])[0])


def report() -> str:
    """The section of `docs/facts.md`."""
    different = [len(code_points(name, "train")) for name in EMOJI_CLASSES]
    return (
        "## Few images: a pretrained base, or a network from scratch\n\n"
        "A dense head on EfficientNet-Lite0's frozen features (ImageNet), and the lab's small network from random "
        "weights; the same images, the same number of epochs (more images, fewer passes: "
        + ", ".join(f"{epochs} at {images} a class" for images, epochs in EPOCHS.items())
        + "), five classes, 64 px, accuracy on 200 fresh images. The emoji measured on are none of those learned "
        f"from, and of these a class has {min(different)} to {max(different)}: more images of it are the same "
        "emoji, drawn again. The notes also measured photographs of animals and tops from Fashion-MNIST; these need a "
        "download and were left out.\n\n"
        + "\n\n".join(f"{kind}:\n\n{_table(kind)}" for kind in KINDS)
        + f"\n\n{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def sizes(kind: str) -> list[int]:
    """Only the images that are still too hard at 320 a class are tried at 1280."""
    return [images for images in EPOCHS if images <= 320 or kind == HARD]


def results(measure: Callable[..., dict[str, float]], kind: str, images: int, what: str = "fresh") -> list[float]:
    return [measure(kind=kind, images=images, seed=seed)[what] for seed in SEEDS]


def _table(kind: str) -> str:
    rows = []
    for images in sizes(kind):
        base, cnn = results(frozen, kind, images), results(scratch, kind, images)
        learned = short(statistics.fmean(results(scratch, kind, images, "train")))
        rows.append([str(images), mean_sd(base), mean_sd(cnn), learned, between(ahead(base, cnn))])
    headings = [
        "images per class",
        "frozen base + head",
        "from scratch",
        "its training images",
        "base ahead by (95 %)",
    ]
    return markdown(headings, rows)


def catches_up(kind: str) -> int | None:
    """From how many images per class on the interval of the base's lead no longer lies above 0."""
    for images in sizes(kind):
        if ahead(results(frozen, kind, images), results(scratch, kind, images)).low <= 0:
            return images
    return None


def _verdicts() -> list[Verdict]:
    verdicts = []
    for kind, notes in ((HARD, "shapes .864 against .200"), (EMOJI, "emoji .679 against .530")):
        base, cnn = results(frozen, kind, IMAGES), results(scratch, kind, IMAGES)
        verdicts.append(
            Verdict(
                f"on 100 images a frozen base and a new head beat a small network from scratch: {notes}",
                f"{mean_sd(base)} against {mean_sd(cnn)} on {kind}",
                ahead(base, cnn).low > 0,
                "the lead is not outside what the seeds explain",
            )
        )
    caught = {kind: catches_up(kind) for kind in KINDS}
    verdicts.append(
        Verdict(
            "(a question, not a claim) how many images per class until the network from scratch catches up?",
            "; ".join(
                f"{kind}: " + (f"by {images}" if images else f"not by {max(sizes(kind))}")
                for kind, images in caught.items()
            ),
            None,
        )
    )
    return verdicts
