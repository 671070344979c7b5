"""`best`: over the seeds, the key's value must beat every other's, sure enough."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from pathlib import Path

from practicum.model import Verdict
from practicum.runner import Pool
from tests.kinds.settling import Case, cases, check, options, problem, settle

P, R, E = Verdict.PROVED, Verdict.REFUTED, Verdict.ERROR

EXPERIMENTS = """
    import random

    def grow(*, step, noise=0.1, sign=1, collapse=None, seed):
        chance = random.Random(f"{seed} {step}").uniform(-noise, noise)
        if step == collapse and seed in (1, 8):
            return {"height": -1e12}
        return {"height": sign * (step + chance), "curve": [0.0, 1.0], "depth": float("nan") if step > 5 else 0.0}

    def broken(*, step, seed):
        return step
"""
BEST = 'best = "grow"\nvary = "step"\nmeasure = "height"\n'


def best(*boxes: str, proof: str = BEST) -> str:
    listed = "\n".join(f"- [{box[1]}] `{box[4:]}`" for box in boxes)
    return problem(f"Which is best?\n\n{listed}", proof)


@cases(
    Case("right", best("[x] 3", "[ ] 2", "[ ] 1.5"), P),
    Case("lowest", best("[ ] 3", "[ ] 2", "[x] 1", proof=BEST + 'want = "lowest"'), P),
    Case("seeds of its own", best("[x] 3", "[ ] 1", proof=BEST + "seeds = [3, 7, 11]"), P),
    Case("given", best("[x] 1", "[ ] 3", proof=BEST + "given = { sign = -1 }"), P),
    Case("the key loses", best("[x] 2", "[ ] 3", "[ ] 1"), R, "wrong-option-marked", ("`3`", "option 2", "height")),
    Case("too close", best("[x] 3", "[ ] 2", proof=BEST + "given = { noise = 9.5 }"), R, "no-clear-winner", ("option 2",)),
    Case("skewed differences", best("[x] 3", "[ ] 1", "[ ] 2", proof=BEST + "given = { collapse = 1 }"), P),
    Case("often better, on average worse", best("[x] 3", "[ ] 2", proof=BEST + "given = { collapse = 3 }"), R, "no-clear-winner"),
    Case("the same", best("[x] 3", "[ ] 2", proof=BEST + "given = { noise = 0, sign = 0 }"), R, "no-clear-winner", ("option 2",)),
    Case("no such number", best("[x] 3", "[ ] 2", proof=BEST.replace("height", "width")), E, "missing-number", ("grow", "`width`", "`height`")),
    Case("a curve", best("[x] 3", "[ ] 2", proof=BEST.replace("height", "curve")), E, "missing-number", ("`curve`",)),
    Case("not a number", best("[x] 3", "[ ] 6", proof=BEST.replace("height", "depth")), R, "not-finite", ("`depth`", "option 2")),
    Case("no such function", best("[x] 3", "[ ] 2", proof=BEST.replace("grow", "shrink")), E, "experiment-failed", ("shrink",)),
    Case("no such parameter", best("[x] 3", "[ ] 2", proof=BEST.replace("step", "stop")), E, "experiment-failed", ("'stop'",)),
    Case("no dict", best("[x] 3", "[ ] 2", proof=BEST.replace("grow", "broken")), E, "experiment-failed"),
)  # fmt: skip
def test_the_winner_must_win_sure_enough(case: Case, tmp_path: Path, pool: Pool) -> None:
    """It is better than each other with significantly more than half of the seeds, and on average as well."""
    check(case, settle(tmp_path, pool, case.text, EXPERIMENTS))


def test_each_option_says_its_mean_and_how_far_behind_it_is(tmp_path: Path, pool: Pool) -> None:
    """What a learner sees of a comparison over seeds."""
    text = best("[x] 3", "[ ] 1", proof=BEST + "given = { noise = 0 }")
    key, other = options(settle(tmp_path, pool, text, EXPERIMENTS))

    assert key.observed == "height 3.000 on average over 7 seeds (3.000 to 3.000)"
    assert "7 of 7 seeds, by 2.000 in the median, 95 % CI 2.000 to 2.000" in other.observed
    assert (key.holds, other.holds) == (True, False)
