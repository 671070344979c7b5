"""What a learner has set for the pages: theme, clock, daily goal, motion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from urllib.parse import parse_qsl, urlencode

CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "clock": ("shown", "last-minute"),
    "goal": ("0", "5", "10", "20", "40"),
    "motion": ("system", "reduced"),
}
"""The values of each setting; the first is the default."""
MAX_TEXT = 200
"""Characters of a stored text that are read."""


@dataclass(frozen=True)
class Preferences:
    """The settings of one learner, each one of its `CHOICES`. Raises ValueError for any other value."""

    theme: str = "system"
    """Colours: as the system has them, light or dark."""
    clock: str = "shown"
    """Whether the countdown of a challenge is shown from the start or in its last minute. The deadline is the same."""
    goal: str = "0"
    """Number of actions to do each day; `0` is no goal."""
    motion: str = "system"
    """Whether parts of a page may move: as the system has it, or not."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value not in CHOICES[name]:
                raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}")

    @property
    def daily_goal(self) -> int:
        return int(self.goal)

    def to_text(self) -> str:
        """Return the values that differ from the defaults, as in an address: `theme=dark&goal=10`."""
        return urlencode({name: value for name, value in asdict(self).items() if value != CHOICES[name][0]})

    @classmethod
    def from_text(cls, text: str) -> Preferences:
        """Return the preferences in such a text. What is unknown or wrong in it is ignored."""
        return cls.from_values(dict(parse_qsl(text[:MAX_TEXT])))

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> Preferences:
        """Return the preferences with these values. Unknown names and wrong values are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known and value in CHOICES[name]})
