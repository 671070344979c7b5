"""Every attack in every mode that must contain it, beside a victim and before a probe."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from practicum.runner import IsolationMode, Job, Pool

from ..conftest import pool_in
from .catalogue import ISOLATED, Attack, World, attacks
from .trial import KEPT_FAMILIES, KEPT_SETUP, TESTED_SETUPS, PoolSetup, assert_contained, assert_no_harm, run_attack
from .trial import world as make_world

CASES = [
    pytest.param(attack, setup, id=f"{setup}: {attack}")
    for setup in TESTED_SETUPS
    for attack in attacks()
    if setup.mode in attack.modes
]
CASES += [
    pytest.param(attack, KEPT_SETUP, id=f"{KEPT_SETUP}: {attack}")
    for attack in attacks()
    if attack.family in KEPT_FAMILIES
]
CHECKS = {attack.check: attack for attack in attacks() if attack.check}
SUCCESSFUL = [
    attack
    for attack in attacks()
    if attack.succeeds_for == "anyone" or (attack.succeeds_for == "root" and os.geteuid() == 0)
]
OPENED: dict[PoolSetup, Pool] = {}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with make_world() as world:
        yield world


@pytest.fixture(scope="module", autouse=True)
def _close_pools() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.popitem()[1].close()


def pool_for(setup: PoolSetup) -> Pool:
    """The pool for `setup`; plain ones are the other tests' too."""
    if not (setup.spares or setup.kept):
        return pool_in(setup.mode)
    pool_in(setup.mode)  # skips where the mode is not offered
    if setup not in OPENED:
        OPENED[setup] = setup.open()
    return OPENED[setup]


@pytest.mark.slow
@pytest.mark.parametrize(("attack", "setup"), CASES)
def test_is_contained(attack: Attack, setup: PoolSetup, world: World) -> None:
    """The attack obtains nothing and does no harm, while it runs and afterwards."""
    run = run_attack(attack, pool_for(setup), world)

    assert_no_harm(run, world)
    if setup.mode in attack.known:
        with pytest.raises(AssertionError):  # an attack that is contained must be removed from the list
            assert_contained(attack, run, world)
    else:
        assert_contained(attack, run, world)


@pytest.mark.parametrize("attack", SUCCESSFUL, ids=str)
def test_can_succeed(attack: Attack, world: World) -> None:
    """Without isolation the same code obtains something, so it is not merely broken."""
    run = run_attack(attack, pool_in(IsolationMode.SUBPROCESS), world)

    assert run.result.values["escaped"], run.result


def test_enough_attacks_can_succeed() -> None:
    """A good share of the attacks is known to work."""
    assert len([attack for attack in attacks() if attack.succeeds_for == "anyone"]) >= 15


@pytest.mark.slow
@pytest.mark.parametrize("attack", CHECKS.values(), ids=str)
@pytest.mark.parametrize("setup", [setup for setup in TESTED_SETUPS if setup.mode in ISOLATED], ids=str)
def test_the_checks_can_be_passed(attack: Attack, setup: PoolSetup) -> None:
    """An honest answer passes the check that the attack must not pass."""
    result = pool_for(setup).run(Job(code=attack.answer, check=attack.check, limits=attack.limits))

    assert result.ok, result


def test_every_attack_says_what_it_tries() -> None:
    """The first line of an attack's docstring is a unique sentence."""
    assert all(attack.tries.endswith(".") and len(attack.tries) < 120 for attack in attacks())
    assert len({attack.tries for attack in attacks()}) == len(attacks())
