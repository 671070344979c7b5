"""How many examples a property test draws: what it asks for, scaled by the hypothesis profile in use."""

from __future__ import annotations

from hypothesis import settings

_DEFAULT = 100
"""Hypothesis's own number of examples, which the profile `full` has."""


def examples(count: int) -> settings:
    """Settings with `count` examples in the profile `full`, and proportionally fewer or more in the others."""
    return settings(max_examples=max(1, count * settings.default.max_examples // _DEFAULT))
