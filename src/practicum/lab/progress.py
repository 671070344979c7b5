"""The two kinds of progress callbacks that the lab's functions take."""

from __future__ import annotations

from collections.abc import Callable

CountProgress = Callable[[int, int], None]
"""Called with how many images are done, and of how many."""

StepProgress = Callable[[str, int, int], None]
"""Called with the name of the current step, how much of it is done, and of how much."""
