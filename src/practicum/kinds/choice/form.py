"""What a form of proof is: one way in which the options of a choice become claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from practicum.kinds.base import Found, LineOf
from practicum.model import Observations, Plan, Variant, VariantFinding

Settings = dict[str, tuple[type | tuple[type, ...], str]]
"""The keys a `[proof]` table may hold: the type each wants, and that type in words."""


class Form(Protocol):
    """One row of the table of proofs in `docs/format.md`."""

    key: str
    """The key of `[proof]` that asks for it."""
    settings: Settings

    def mistakes(self, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        """What is wrong as written."""
        ...

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        """What must be run."""
        ...

    def judge(self, variant: Variant, seen: Observations) -> VariantFinding:
        """What the runs settled."""
        ...


def wrong_settings(proof: Any, form: Form, line_of: LineOf) -> Iterator[Found]:
    """Keys of `[proof]` that the form does not know, and values of another type than it wants."""
    for key, value in proof.items():
        if key not in form.settings:
            known = ", ".join(f"`{name}`" for name in form.settings)
            yield line_of(f"proof.{key}"), f"`{key}` means nothing in a `{form.key}` proof; it may hold {known}"
            continue
        wanted, words = form.settings[key]
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            yield line_of(f"proof.{key}"), f"`{key}` must be {words}, not {value!r}"
