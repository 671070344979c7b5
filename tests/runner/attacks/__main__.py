"""`python -m tests.runner.attacks`: lets every attack loose in every mode of this machine; writes `docs/attacks.md`.

It exits with 1 if an attack was not contained that is not known not to be, or if one harmed someone.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from practicum.runner import IsolationMode, Pool
from practicum.runner.inside import locks
from practicum.runner.isolation_mode import why_not

from .catalogue import Attack, World, attacks
from .trial import GROUNDS, Ground, let_loose, nobody_was_harmed, was_contained
from .trial import world as make_world

PAGE = Path(__file__).parents[3] / "docs" / "attacks.md"
HEAD = """# Attacks

Made by `make attacks`, which lets every attack of `tests/runner/attacks` loose in every mode that the machine offers,
beside a victim that must not notice and before a probe that must run. The same judges decide in the tests. "–": the
attack is not for that mode: subprocess mode isolates nothing, and has only limits to hold.
"""


@dataclass(frozen=True)
class Outcome:
    """What came of one attack on one ground."""

    attack: Attack
    ground: Ground
    contained: bool
    harmless: bool

    @property
    def word(self) -> str:
        return "contained" if self.contained and self.harmless else "**NOT contained**"

    @property
    def excused(self) -> bool:
        """Contained, or known not to be; harm to others is never excused."""
        return self.harmless and (self.contained or self.ground.mode in self.attack.known)


def main() -> int:
    started = time.monotonic()
    lacking = {mode: why for mode in IsolationMode if (why := why_not(mode)) is not None}
    grounds = [ground for ground in GROUNDS if ground.mode not in lacking]
    with make_world() as world:
        outcomes = [outcome for ground in grounds for outcome in _all_on(ground, world)]
    sections = [HEAD, _machine(time.monotonic() - started), *_absent(lacking), _counts(grounds, outcomes)]
    PAGE.write_text("\n".join([*sections, _known(outcomes), _table(grounds, outcomes)]))
    unexcused = [outcome for outcome in outcomes if not outcome.excused]
    for outcome in unexcused:
        print(f"NOT contained: {outcome.ground}: {outcome.attack}", file=sys.stderr)
    return 1 if unexcused else 0


def _all_on(ground: Ground, world: World) -> list[Outcome]:
    with ground.open() as pool:
        return [_try(attack, ground, pool, world) for attack in attacks() if ground.mode in attack.modes]


def _try(attack: Attack, ground: Ground, pool: Pool, world: World) -> Outcome:
    seen = let_loose(attack, pool, world)
    harmless = contained = True
    try:
        nobody_was_harmed(seen, world)
    except (AssertionError, OSError):
        harmless = False
    try:
        was_contained(attack, seen, world)
    except AssertionError:
        contained = False
    outcome = Outcome(attack, ground, contained, harmless)
    print(f"{ground}: {attack}: {outcome.word.strip('*')}", file=sys.stderr, flush=True)
    return outcome


def _machine(seconds: float) -> str:
    try:
        landlock = f"Landlock {locks.landlock_version()}"
    except OSError:
        landlock = "no Landlock"
    user = "root" if os.geteuid() == 0 else "an ordinary user"
    when = datetime.now(UTC).date()
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    python = f"Python {platform.python_version()}"
    return f"{system}, {_bubblewrap()}, {landlock}, {python}, as {user}; {when}, in {seconds:.0f} s.\n"


def _bubblewrap() -> str:
    program = shutil.which("bwrap")
    if program is None:
        return "no bubblewrap"
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def _absent(lacking: dict[IsolationMode, str]) -> list[str]:
    return [f"Not offered by this machine: {mode.value} mode ({why}).\n" for mode, why in lacking.items()]


def _counts(grounds: Sequence[Ground], outcomes: Sequence[Outcome]) -> str:
    lines = [f"{len(attacks())} attacks.\n", "| mode | attacks | contained | not contained |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for ground in grounds:
        mine = [outcome for outcome in outcomes if outcome.ground == ground]
        good = sum(outcome.contained and outcome.harmless for outcome in mine)
        lines.append(f"| {ground} | {len(mine)} | {good} | {len(mine) - good} |")
    return "\n".join(lines) + "\n"


def _known(outcomes: Sequence[Outcome]) -> str:
    """Who was not contained, and why; what nobody expected says so."""
    lines = ["## Not contained\n"]
    for outcome in outcomes:
        if not (outcome.contained and outcome.harmless):
            why = outcome.attack.known.get(outcome.ground.mode, "not expected, a defect")
            harm = "" if outcome.harmless else " **It harmed others.**"
            lines.append(f"- {outcome.ground}, `{outcome.attack}`: {outcome.attack.tries} Because: {why}.{harm}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "None."]) + "\n"


def _table(grounds: Sequence[Ground], outcomes: Sequence[Outcome]) -> str:
    words = {(outcome.attack, outcome.ground): outcome.word for outcome in outcomes}
    lines = ["## All of them\n", " | ".join(["| family", "what it tries", *map(str, grounds)]) + " |"]
    lines.append("| --- " * (2 + len(grounds)) + "|")
    for attack in attacks():
        cells = [words.get((attack, ground), "–") for ground in grounds]
        lines.append(" | ".join([f"| {attack.family}", attack.tries.replace("|", "\\|"), *cells]) + " |")
    return "\n".join(lines) + "\n"


sys.exit(main())
