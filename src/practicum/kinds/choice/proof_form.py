"""The interface of a form of proof: one way in which the options of a choice become claims that a run settles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from practicum.kinds.base import PartMistake
from practicum.kinds.experiment_calls import MeasuredNumber, measured_numbers
from practicum.kinds.validators import Schema
from practicum.model import Measurement, Observations, Option, Plan, Variant, VariantFinding


class ProofForm(ABC):
    """One row of the table of proofs in `docs/format.md`."""

    key: ClassVar[str]
    """The key of `[proof]` that selects it."""
    schema: ClassVar[Schema]
    """The keys that `[proof]` may have with it."""
    takes_fixes: ClassVar[bool] = False
    """Whether options carry a `diff fix` fence."""
    takes_claims: ClassVar[bool] = False
    """Whether options carry a `python claim` fence."""
    takes_check: ClassVar[bool] = False
    """Whether the problem has a `python check` fence."""
    reads_code: ClassVar[bool] = False
    """Whether an option's code is its answer: a literal or an output to compare, or code to run."""

    @abstractmethod
    def mistakes(self, variant: Variant) -> Iterator[PartMistake]:
        """The mistakes in a variant as written."""

    @abstractmethod
    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        """The runs that prove a variant; `experiments` names the functions in `experiments.py`."""

    @abstractmethod
    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        """The verdict on a variant, from what the runs of its plan showed."""

    def further_measurements(self, variant: Variant, observations: Observations) -> tuple[Measurement, ...]:
        """What must be measured as well, after the plan's measurements and the further ones before showed this."""
        return ()

    def same_answer(self, variant: Variant, left: Option, right: Option) -> bool:
        """Whether two options give the same answer, so that no run can tell them apart.

        An option may have mistakes. Without a valid answer, it gives the same answer as no other option.
        """
        return False

    def option_code(self, variant: Variant) -> tuple[str, ...]:
        """The code of the options that are run, as it is run."""
        return ()

    def experiment_names(self, variant: Variant) -> frozenset[str]:
        """The experiments that the `[proof]` names other than in Python code."""
        return frozenset()

    def measured_numbers(
        self, variant: Variant, number: int, experiments: frozenset[str]
    ) -> tuple[MeasuredNumber, ...]:
        """The results of experiments on which it rests whether an option (from 0) is right: those in its claim."""
        return measured_numbers(variant.options[number].claim or "", experiments)

    def measured_option(self, variant: Variant, measurement: Measurement) -> int | None:
        """The option (from 0) whose claim a measurement is about, or None."""
        return None
