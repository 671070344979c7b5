"""Every attack, in every mode that is there to stop it.

Beside a victim that must not notice, before a probe that must run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from practicum.runner import IsolationMode, Job, Pool

from ..conftest import pool_in
from .catalogue import Attack, World, attacks
from .trial import TESTED, Ground, let_loose, nobody_was_harmed, was_contained
from .trial import world as make_world

CASES = [
    pytest.param(attack, ground, id=f"{ground}: {attack}")
    for ground in TESTED
    for attack in attacks()
    if ground.mode in attack.modes
]
CHECKS = {attack.check: attack for attack in attacks() if attack.check}
SUCCESSFUL = [
    attack
    for attack in attacks()
    if attack.succeeds_for == "anyone" or (attack.succeeds_for == "root" and os.geteuid() == 0)
]
OPENED: dict[Ground, Pool] = {}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with make_world() as world:
        yield world


@pytest.fixture(scope="module", autouse=True)
def _close_pools() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.popitem()[1].close()


def pool_on(ground: Ground) -> Pool:
    """The pool for `ground`; those without spares are the other tests' too."""
    if not ground.spares:
        return pool_in(ground.mode)
    pool_in(ground.mode)  # skips where the mode is not offered
    if ground not in OPENED:
        OPENED[ground] = ground.open()
    return OPENED[ground]


@pytest.mark.slow
@pytest.mark.parametrize(("attack", "ground"), CASES)
def test_is_contained(attack: Attack, ground: Ground, world: World) -> None:
    """The attack gets nothing and harms no one, neither while it runs nor after."""
    seen = let_loose(attack, pool_on(ground), world)

    nobody_was_harmed(seen, world)
    if ground.mode in attack.known:
        with pytest.raises(AssertionError):  # who is contained now is to be struck off the list
            was_contained(attack, seen, world)
    else:
        was_contained(attack, seen, world)


@pytest.mark.parametrize("attack", SUCCESSFUL, ids=str)
def test_can_succeed(attack: Attack, world: World) -> None:
    """Without isolation the same code does get hold of something: what is contained is not merely broken."""
    seen = let_loose(attack, pool_in(IsolationMode.SUBPROCESS), world)

    assert seen.result.values["escaped"], seen.result


def test_enough_attacks_can_succeed() -> None:
    """It is a good share of them that is known to work."""
    assert len([attack for attack in attacks() if attack.succeeds_for == "anyone"]) >= 15


@pytest.mark.parametrize("attack", CHECKS.values(), ids=str)
def test_the_checks_can_be_passed(attack: Attack, isolated: Pool) -> None:
    """An honest answer passes the check that the attack on it must not pass."""
    result = isolated.run(Job(code=attack.answer, check=attack.check, limits=attack.limits))

    assert result.ok, result


def test_every_attack_says_what_it_tries() -> None:
    """One file is enough to know an attack: a sentence that stands alone, and when it counts as contained."""
    assert all(attack.tries.endswith(".") and len(attack.tries) < 120 for attack in attacks())
    assert len({attack.tries for attack in attacks()}) == len(attacks())
