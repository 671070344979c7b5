"""What BatchNorm in training mode does to fine-tuning on few images."""

from __future__ import annotations

import statistics

from benchmarks.facts import verdict
from benchmarks.facts.kept import cost
from benchmarks.facts.rates import adam, power
from benchmarks.facts.sets import EMOJI, HARD
from benchmarks.facts.spread import ahead, between, mean_sd, short
from benchmarks.facts.tuning import LOOKS, curve
from benchmarks.facts.verdict import Verdict
from benchmarks.table import markdown

RATES = (1e-5, 1e-3)
EPOCHS = {HARD: 30, EMOJI: 15}


def report() -> str:
    """The section of `docs/facts.md`."""
    return (
        "## BatchNorm: held or trained\n\n"
        "As above, Adam, but BatchNorm in training mode in half of the runs: it then normalizes with each batch's own "
        "mean and variance, moves its statistics, and learns its scale and shift. Shapes for "
        f"{EPOCHS[HARD]} epochs, emoji for {EPOCHS[EMOJI]}; the last column compares with the untouched head, seed by "
        "seed.\n\n"
        + "\n\n".join(f"{kind}:\n\n{_table(kind)}" for kind in EPOCHS)
        + f"\n\n{verdict.table(_verdicts())}\n\n{cost()}\n"
    )


def trained(kind: str, rate: float) -> dict[int, list[float]]:
    return curve(kind=kind, rate=rate, epochs=EPOCHS[kind], norms="trained")


def _table(kind: str) -> str:
    rows, last = [], EPOCHS[kind]
    looks = [epoch for epoch in LOOKS if epoch <= last]
    for rate in RATES:
        for name, seen in (("held", adam(kind, rate)), ("trained", trained(kind, rate))):
            gap = between(ahead(seen[last], seen[0]))
            rows.append([f"{power(rate)}, {name}", *(mean_sd(seen[epoch]) for epoch in looks), gap])
    epochs = ["head alone" if epoch == 0 else f"{epoch} epochs" for epoch in looks]
    return markdown(["", *epochs, f"after {last}, ahead of the head alone by (95 %)"], rows)


def _verdicts() -> list[Verdict]:
    verdicts = []
    for rate, notes in ((1e-5, "1e-5 falls from .745 to .553 by epoch 30"), (1e-3, "1e-3 falls to .677")):
        gaps = [ahead(trained(kind, rate)[last], trained(kind, rate)[0]) for kind, last in EPOCHS.items()]
        verdicts.append(
            Verdict(
                f"with BatchNorm in training mode {notes}: below the untouched head",
                "; ".join(f"{between(gap)} on {kind}" for kind, gap in zip(EPOCHS, gaps, strict=True)),
                all(gap.high < 0 for gap in gaps),
                "not on " + " and ".join(kind for kind, gap in zip(EPOCHS, gaps, strict=True) if gap.high >= 0),
            )
        )
    costs = {kind: _costs(kind) for kind in EPOCHS}
    verdicts.append(
        Verdict(
            "freezing BatchNorm matters more than the rate",
            "; ".join(
                f"{kind}: at 1e-5, training it costs {short(norms)}; 1e-3 instead of 1e-5 costs {short(rate)} with it "
                f"held, {short(other)} with it trained"
                for kind, (norms, rate, other) in costs.items()
            ),
            all(norms > rate for norms, rate, _ in costs.values()),
            "at 64 px the wrong rate with BatchNorm frozen is what costs most",
        )
    )
    return verdicts


def _costs(kind: str) -> tuple[float, float, float]:
    """Of training BatchNorm at 1e-5, of 1e-3 with it held, of 1e-3 with it trained: accuracy after 15 epochs."""
    held, wrong, moving, both = (statistics.fmean(of(kind, rate)[15]) for of in (adam, trained) for rate in RATES)
    return held - moving, held - wrong, moving - both
