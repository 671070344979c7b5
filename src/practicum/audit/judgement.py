"""What the runs of an item settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from practicum.audit.comparison import Match
from practicum.audit.findings import Fault


@dataclass(frozen=True)
class Judgement:
    """What the runs of an item settle."""

    fault: Fault | None = None
    reason: str = ""
    """What is wrong; or if nothing is proved or refuted, why not."""
    is_proved: bool = False
    could_not_run: bool = False
    matches: tuple[Match, ...] = ()
    """For each option, accepted answer, or for the statement."""
    proposed: tuple[int, ...] = ()
    proposed_text: str = ""
    gave: str = ""
    option_gave: tuple[str, ...] = ()
    tolerances: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Equal for two judgements that settle the same."""
        held = "".join({True: "y", False: "n", None: "?"}[match.holds] for match in self.matches)
        return f"{self.fault or ''}:{self.is_proved}:{held}:{self.proposed}"


def named(numbers: Sequence[int]) -> str:
    """Return options by their numbers from 1: `option 2`, `options 1 and 3`."""
    names = [str(number + 1) for number in numbers]
    if len(names) == 1:
        return f"option {names[0]}"
    return f"options {', '.join(names[:-1])} and {names[-1]}"
