"""The time limit that a learner chooses: the author's, a multiple of it, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from practicum.practice.strict_json import RecordError

FACTORS = (1, 1.5, 2, 10)


@dataclass(frozen=True)
class TimeLimit:
    """A time limit, chosen before a challenge starts. `factor` multiplies each problem's time; None is no limit."""

    factor: float | None

    def __post_init__(self) -> None:
        if self.factor is not None and (isinstance(self.factor, bool) or self.factor not in FACTORS):
            raise ValueError(f"the factor of a time limit is one of {FACTORS} or None, not {self.factor!r}")

    def allowed_ms(self, seconds: int) -> int | None:
        """Return the milliseconds for a problem whose author allows `seconds`; None without a limit."""
        return None if self.factor is None else round(seconds * 1000 * self.factor)

    @property
    def code(self) -> str:
        """Its value in a form: `off`, `1`, `1.5`, `2` or `10`."""
        return "off" if self.factor is None else f"{self.factor:g}"

    @classmethod
    def from_code(cls, code: str) -> TimeLimit:
        """Return the time limit with that code. Raises ValueError."""
        for time_limit in TIME_LIMITS:
            if time_limit.code == code:
                return time_limit
        raise ValueError(f"there is no time limit {code!r}, only {', '.join(limit.code for limit in TIME_LIMITS)}")

    def to_json(self) -> float | None:
        """Return the factor."""
        return self.factor

    @classmethod
    def from_json(cls, data: Any) -> TimeLimit:
        """Read a time limit that :meth:`to_json` wrote. Raises RecordError."""
        if data is not None and type(data) not in (int, float):
            raise RecordError(f"expected the factor of a time limit, not {data!r}")
        try:
            return cls(data)
        except ValueError as error:
            raise RecordError(str(error)) from None


TIME_LIMITS = (*(TimeLimit(factor) for factor in FACTORS), TimeLimit(None))
"""All time limits: the author's, longer ones, none."""
