"""How much time a learner gave themselves: the author's seconds, stretched, or none at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from practicum.practice.strict_json import RecordError

FACTORS = (1, 1.5, 2, 10)


@dataclass(frozen=True)
class TimeLimit:
    """A clock chosen before a challenge starts. `factor` stretches each problem's time; None turns the clock off."""

    factor: float | None

    def __post_init__(self) -> None:
        if self.factor is not None and (isinstance(self.factor, bool) or self.factor not in FACTORS):
            raise ValueError(f"a clock is off or runs at one of {FACTORS}, not {self.factor!r}")

    def allowed_ms(self, seconds: int) -> int | None:
        """The milliseconds it gives for a problem that its author gave `seconds`; None for all the time one likes."""
        return None if self.factor is None else round(seconds * 1000 * self.factor)

    @property
    def code(self) -> str:
        """Its name in a form: `off`, `1`, `1.5`, `2` or `10`."""
        return "off" if self.factor is None else f"{self.factor:g}"

    @classmethod
    def from_code(cls, code: str) -> TimeLimit:
        """The clock of that name. Raises ValueError for any other text."""
        for clock in TIME_LIMITS:
            if clock.code == code:
                return clock
        raise ValueError(f"no clock is called {code!r}; there are {', '.join(c.code for c in TIME_LIMITS)}")

    def to_json(self) -> float | None:
        return self.factor

    @classmethod
    def from_json(cls, data: Any) -> TimeLimit:
        """The clock that :meth:`to_json` wrote. Raises RecordError for anything else."""
        if data is not None and type(data) not in (int, float):
            raise RecordError(f"expected a clock's factor, not {data!r}")
        try:
            return cls(data)
        except ValueError as error:
            raise RecordError(str(error)) from None


TIME_LIMITS = (*(TimeLimit(factor) for factor in FACTORS), TimeLimit(None))
"""Every clock there is: as the author set it, slower and slower, off."""
