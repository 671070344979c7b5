"""The tools of `make facts` that measure nothing: statistics, what is kept, tables and the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.facts import kept, verdict
from benchmarks.facts.__main__ import HEAD, PARTS
from benchmarks.facts.changed import REACH, moved
from benchmarks.facts.spread import ahead, between, mean_sd, short
from benchmarks.facts.verdict import Verdict
from benchmarks.page import whole, with_part

from practicum.statistics.intervals import Interval


def test_a_difference_is_taken_seed_by_seed() -> None:
    """The interval is that of SciPy's paired t test, and is exact where every seed gives the same difference."""
    from scipy.stats import ttest_rel

    first, second = [0.8, 0.7, 0.9, 0.6, 0.85], [0.5, 0.55, 0.6, 0.4, 0.7]
    gap, known = ahead(first, second), ttest_rel(first, second).confidence_interval(0.95)

    assert (gap.low, gap.high) == pytest.approx((known.low, known.high))
    assert gap.value == pytest.approx(0.22)
    assert ahead([1.0, 0.5], [0.5, 0.0]) == Interval(0.5, 0.5, 0.5)


def test_other_seeds_or_one_alone_have_no_paired_interval() -> None:
    """Neither can be told as if it had."""
    with pytest.raises(ValueError, match="shorter"):
        ahead([0.5, 0.6], [0.5])
    with pytest.raises(ValueError, match="two seeds"):
        ahead([0.5], [0.4])


@pytest.mark.parametrize(
    ("value", "text"), [(0.8641, ".864"), (-0.0123, "-.012"), (1.0, "1.000"), (0.9999, "1.000"), (0.0, ".000")]
)
def test_shares_are_told_without_the_zero_before_them(value: float, text: str) -> None:
    """As the lab's own page tells them; what rounds to one keeps its one."""
    assert short(value) == text


def test_a_mean_carries_the_standard_deviation_of_the_sample_and_a_gap_its_sign() -> None:
    """Five seeds are a sample, and so one less is divided by."""
    assert mean_sd([0.2, 0.4]) == ".300 ± .141"
    assert between(Interval(0.12, -0.05, 0.29)) == "+.120 (-.050 to +.290)"


def test_a_call_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same arguments, in whatever order and with defaults said or not, are the same measurement, from disk too."""
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    monkeypatch.setattr(kept, "_USED", {})
    calls = []

    @kept.kept
    def measure(*, kind: str, rate: float = 0.1) -> float:
        calls.append((kind, rate))
        return rate

    assert measure(kind="shapes") == measure(rate=0.1, kind="shapes") == 0.1
    monkeypatch.setattr(kept, "_USED", {})
    assert measure(kind="shapes") == 0.1
    assert calls == [("shapes", 0.1)]
    assert measure(kind="shapes", rate=1.0) == 1.0
    assert kept.cost().startswith("Measured on ")


def test_an_interrupted_call_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a finished one is read again."""
    monkeypatch.setattr(kept, "ROOT", tmp_path)

    @kept.kept
    def measure() -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure()
    assert not list(tmp_path.rglob("*.json"))


def test_a_table_says_where_the_notes_are_contradicted_and_why() -> None:
    """And tells a question from a claim."""
    told = verdict.table(
        [
            Verdict("it is .5", ".51", True, "unsaid"),
            Verdict("it is .5", ".9", False, "other pictures"),
            Verdict("is it?", ".9", None),
        ]
    )

    assert [line.split(" | ")[2] for line in told.splitlines()[2:]] == [
        "agrees |",
        "**differs**: other pictures |",
        "new |",
    ]


def test_one_part_measured_again_replaces_its_own_section() -> None:
    """The others stand as they were."""
    page = whole(HEAD, "A machine.", {"rates": "## Rates\n\nold", "norms": "## Norms\n\nkept"})
    again = with_part(page, "rates", "## Rates\n\nnew", "A machine.", PARTS)

    assert "old" not in again
    assert "new" in again
    assert again.startswith(page[: page.index("<!--")])
    assert again.endswith(page[page.index("<!-- part: norms") :])


def test_a_moved_picture_is_the_picture_shifted_or_mirrored() -> None:
    """Its middle lies within reach, every shift and both sides occur, and chance is the generator's alone."""
    pixels = np.zeros((400, 32, 32, 3), np.uint8)
    pixels[:, 16, 14:16] = (1, 0, 0), (2, 0, 0)
    changed = moved(pixels, np.random.default_rng(0))
    rows = {int(one.max(axis=1).argmax()) for one in changed[..., 0]}
    mirrored = [int(one.max(axis=0).argmax()) < int((one.max(axis=0) == 1).argmax()) for one in changed[..., 0]]

    assert changed.shape == pixels.shape
    assert changed.dtype == np.uint8
    assert rows == set(range(16 - REACH, 16 + REACH + 1))
    assert 0.4 < np.mean(mirrored) < 0.6
    assert np.array_equal(changed, moved(pixels, np.random.default_rng(0)))
