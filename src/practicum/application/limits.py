"""Resource limits of the runs that learners start."""

from __future__ import annotations

from practicum import settings
from practicum.runner import Limits

SHORT = Limits(seconds=10 * settings.time_factor())
"""Of an answer and of the scratch pad."""
LONG = Limits(seconds=60 * settings.time_factor())
"""Of code that may train a model: a project, and a page's cell."""
