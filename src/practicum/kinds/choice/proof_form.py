"""What a form of proof is: one way in which the options of a choice become claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from practicum.kinds.base import Found
from practicum.kinds.settings import Settings
from practicum.model import Observations, Plan, Variant, VariantFinding


class Form(Protocol):
    """One row of the table of proofs in `docs/format.md`."""

    key: str
    """The key of `[proof]` that asks for it."""
    settings: Settings
    """The keys that `[proof]` may hold with it."""

    def mistakes(self, variant: Variant) -> Iterator[Found]:
        """What is wrong as written."""
        ...

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        """What must be run."""
        ...

    def judge(self, variant: Variant, seen: Observations) -> VariantFinding:
        """What the runs settled."""
        ...
