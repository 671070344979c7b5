"""The numbers of experiments that a claim compares, read from the claim."""

from __future__ import annotations

import pytest

from practicum.kinds.experiment_calls import MeasuredNumber, measured_numbers

EXPERIMENTS = frozenset({"fit", "tune"})


def test_each_number_is_named_once_in_the_order_of_the_claim() -> None:
    """With its parameters; `seed=seed` stands for every seed, and another seed for itself."""
    claim = "tune(rate=[1, 2], seed=seed).loss - fit(seed=3).loss > 0 or fit(seed=3).loss < tune(rate=1, seed=seed).gap"

    assert measured_numbers(claim, EXPERIMENTS) == (
        MeasuredNumber("tune", (("rate", [1, 2]),), "loss"),
        MeasuredNumber("fit", (), "loss", 3),
        MeasuredNumber("tune", (("rate", 1),), "gap"),
    )


@pytest.mark.parametrize(
    "claim",
    [
        "x > 1",
        "",
        "fit(",
        "fit(rate=x, seed=seed).loss > 1",
        "other(seed=seed).loss > 1",
        "fit(seed=seed).loss > fit().loss",
    ],
)
def test_a_claim_that_rests_on_something_else_as_well_has_none(claim: str) -> None:
    assert measured_numbers(claim, EXPERIMENTS) == ()
