"""How many of the base's blocks to unfreeze: accuracy, and seconds per epoch."""

from __future__ import annotations

import statistics

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost, kept
from benchmarks.facts.rates import KINDS, adam, power
from benchmarks.facts.sets import HARD, IMAGES, draw_images, labelled
from benchmarks.facts.spread import ahead, between, mean_sd
from benchmarks.facts.training import BLOCKS, tuner
from benchmarks.facts.tuning import curve
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown

RATES = (1e-4, 1e-5)
DEPTHS = (1, 3, 6)
EPOCHS, TURNS = 10, 5


def report() -> str:
    """The section of `docs/facts.md`."""
    return (
        "## Which layers to unfreeze\n\n"
        f"As with the rates: the head first, then {EPOCHS} epochs with Adam, BatchNorm frozen, 64 px, 20 images of "
        f"each of five classes. Unfrozen are the last of the base's {BLOCKS} blocks, and its last convolution behind "
        f"them; “none” is the head alone. Accuracy on 200 fresh images; seconds are the median of {TURNS} epochs, "
        "the depths in turn.\n\n"
        + "\n\n".join(f"{kind}:\n\n{_table(kind)}" for kind in KINDS)
        + f"\n\n{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def _fresh(kind: str, rate: float, blocks: int) -> list[float]:
    if blocks == 0:
        return adam(kind, rate)[0]
    if blocks == BLOCKS:
        return adam(kind, rate)[EPOCHS]
    return curve(kind=kind, rate=rate, epochs=EPOCHS, blocks=blocks)[EPOCHS]


def _table(kind: str) -> str:
    rows = []
    for blocks in (0, *DEPTHS, BLOCKS):
        seen = [_fresh(kind, rate, blocks) for rate in RATES]
        gains = ["" if blocks == 0 else between(ahead(one, _fresh(kind, RATES[0], 0))) for one in seen]
        took = f"{seconds()[str(blocks)]:.2f}" if blocks else ""
        rows.append([_name(blocks), mean_sd(seen[0]), gains[0], mean_sd(seen[1]), gains[1], took])
    columns = [heading for rate in RATES for heading in (f"at {power(rate)}", "gain (95 %)")]
    return markdown(["unfrozen", *columns, "s per epoch"], rows)


def _name(blocks: int) -> str:
    return {0: "none", 1: "the last one", BLOCKS: "all"}.get(blocks, f"the last {blocks}")


@kept
def seconds() -> dict[str, float]:
    """Median seconds per epoch, by the number of unfrozen blocks, with one epoch of each in turn."""
    train = labelled(draw_images(HARD, IMAGES, 0))
    depths = (*DEPTHS, BLOCKS)
    going = []
    for blocks in depths:
        trainer = tuner("Adam", "held", blocks)
        epochs = trainer.epochs(trainer.model.get_weights(), train, learning_rate=1e-5, seed=0)
        next(epochs), next(epochs)  # The first one traces.
        going.append((trainer, epochs))
    for _ in range(TURNS):
        for _, epochs in going:
            next(epochs)
    timed = [statistics.median(trainer.seconds[1:]) for trainer, _ in going]
    return {str(blocks): value for blocks, value in zip(depths, timed, strict=True)}


def _verdicts() -> list[Verdict]:
    most = {kind: ahead(_fresh(kind, 1e-4, BLOCKS), _fresh(kind, 1e-4, 0)) for kind in KINDS}
    best = {
        kind: max((0, *DEPTHS, BLOCKS), key=lambda blocks: statistics.fmean(_fresh(kind, 1e-4, blocks)))
        for kind in KINDS
    }
    every = seconds()[str(BLOCKS)]
    return [
        Verdict(
            "fine-tuning all layers costs about 1 s per epoch at 64 px",
            f"{every:.2f} s; the last block alone {seconds()['1']:.2f} s",
            0.5 <= every <= 2,
            "another machine, another load",
        ),
        Verdict(
            "(a question, not a claim) how many blocks to unfreeze?",
            "best mean at 1e-4: "
            + "; ".join(f"{_name(best[kind])} on {kind}, where all gain {between(gap)}" for kind, gap in most.items()),
            None,
        ),
    ]
