"""`python -m tests.runner.attacks`: runs every attack in every mode of this machine, and writes `docs/attacks.md`.

It exits with 1 if an attack was unexpectedly not contained, or caused harm.
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
from practicum.runner.inside import self_restriction
from practicum.runner.isolation_mode import why_not

from .catalogue import Attack, World, attacks
from .trial import SETUPS, PoolSetup, assert_contained, assert_no_harm, run_attack
from .trial import world as make_world

PAGE = Path(__file__).parents[3] / "docs" / "attacks.md"
HEAD = """# Attacks

This page is written by `make attacks`, which runs every attack of `tests/runner/attacks` in every mode that the machine
offers, beside a victim that must not be affected and before a probe that must run. The tests use the same judges. "–"
means that the attack does not apply: subprocess mode does not isolate, and only its limits are tested.
"""


@dataclass(frozen=True)
class AttackOutcome:
    """The outcome of one attack in one pool setup."""

    attack: Attack
    setup: PoolSetup
    contained: bool
    harmless: bool

    @property
    def word(self) -> str:
        return "contained" if self.contained and self.harmless else "**NOT contained**"

    @property
    def excused(self) -> bool:
        """Whether it was contained or is known not to be, and did no harm."""
        return self.harmless and (self.contained or self.setup.mode in self.attack.known)


def main() -> int:
    started = time.monotonic()
    missing = {mode: why for mode in IsolationMode if (why := why_not(mode)) is not None}
    setups = [setup for setup in SETUPS if setup.mode not in missing]
    with make_world() as world:
        outcomes = [outcome for setup in setups for outcome in _all_on(setup, world)]
    sections = [HEAD, _machine(time.monotonic() - started), *_absent(missing), _counts(setups, outcomes)]
    PAGE.write_text("\n".join([*sections, _known(outcomes), _table(setups, outcomes)]))
    unexcused = [outcome for outcome in outcomes if not outcome.excused]
    for outcome in unexcused:
        print(f"NOT contained: {outcome.setup}: {outcome.attack}", file=sys.stderr)
    return 1 if unexcused else 0


def _all_on(setup: PoolSetup, world: World) -> list[AttackOutcome]:
    with setup.open() as pool:
        return [_try(attack, setup, pool, world) for attack in attacks() if setup.mode in attack.modes]


def _try(attack: Attack, setup: PoolSetup, pool: Pool, world: World) -> AttackOutcome:
    run = run_attack(attack, pool, world)
    harmless = contained = True
    try:
        assert_no_harm(run, world)
    except (AssertionError, OSError):
        harmless = False
    try:
        assert_contained(attack, run, world)
    except AssertionError:
        contained = False
    outcome = AttackOutcome(attack, setup, contained, harmless)
    print(f"{setup}: {attack}: {outcome.word.strip('*')}", file=sys.stderr, flush=True)
    return outcome


def _machine(seconds: float) -> str:
    try:
        landlock = f"Landlock {self_restriction.landlock_version()}"
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


def _absent(missing: dict[IsolationMode, str]) -> list[str]:
    return [f"Not offered by this machine: {mode.value} mode ({why}).\n" for mode, why in missing.items()]


def _counts(setups: Sequence[PoolSetup], outcomes: Sequence[AttackOutcome]) -> str:
    lines = [f"{len(attacks())} attacks.\n", "| mode | attacks | contained | not contained |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for setup in setups:
        own = [outcome for outcome in outcomes if outcome.setup == setup]
        good = sum(outcome.contained and outcome.harmless for outcome in own)
        lines.append(f"| {setup} | {len(own)} | {good} | {len(own) - good} |")
    return "\n".join(lines) + "\n"


def _known(outcomes: Sequence[AttackOutcome]) -> str:
    """List the attacks that were not contained, with the reason."""
    lines = ["## Not contained\n"]
    for outcome in outcomes:
        if not (outcome.contained and outcome.harmless):
            why = outcome.attack.known.get(outcome.setup.mode, "unexpected, a defect")
            harm = "" if outcome.harmless else " **It caused harm.**"
            lines.append(f"- {outcome.setup}, `{outcome.attack}`: {outcome.attack.tries} Reason: {why}.{harm}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "None."]) + "\n"


def _table(setups: Sequence[PoolSetup], outcomes: Sequence[AttackOutcome]) -> str:
    words = {(outcome.attack, outcome.setup): outcome.word for outcome in outcomes}
    lines = ["## All attacks\n", " | ".join(["| family", "attack", *map(str, setups)]) + " |"]
    lines.append("| --- " * (2 + len(setups)) + "|")
    for attack in attacks():
        cells = [words.get((attack, setup), "–") for setup in setups]
        lines.append(" | ".join([f"| {attack.family}", attack.tries.replace("|", "\\|"), *cells]) + " |")
    return "\n".join(lines) + "\n"


sys.exit(main())
