"""The score of an audit: the truth itself scores in full, and each way to err lowers its own figure."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from practicum.exchange.bank import Bank
from tests.planted.faults import FAULTS
from tests.planted.generator import PlantedBank, planted_bank
from tests.planted.scoring import measured, percent, score, table


@pytest.fixture(scope="module")
def made() -> PlantedBank:
    return planted_bank(3, 120)


def perfect(made: PlantedBank) -> dict[str, frozenset[str]]:
    return {item: frozenset({fault.fault}) for fault in made.faults for item in fault.items}


def test_the_truth_scores_in_full(made: PlantedBank) -> None:
    def audit(bank: Bank) -> Mapping[str, frozenset[str]]:
        assert bank is made.bank
        return perfect(made)

    scored = measured(audit, [made])

    assert scored.found_in_all.value == 1
    assert scored.falsely_accused.value == 0
    assert {fault: scored.found(fault).value for fault in FAULTS} == dict.fromkeys(FAULTS, 1)
    assert (scored.misses, scored.confused) == ((), {})


def test_silence_finds_nothing_and_accuses_nothing(made: PlantedBank) -> None:
    scored = score([(made, {item: frozenset({"not-provable"}) for item in made.truth})])

    assert (scored.found_in_all.value, scored.noticed_in_all.value, scored.falsely_accused.value) == (0, 0, 0)
    assert len(scored.misses) == len(made.faults)


def test_accusing_every_item_is_counted(made: PlantedBank) -> None:
    scored = score([(made, {item: frozenset({"wrong-key"}) for item in made.truth})])

    assert scored.found("wrong-key").value == 1
    assert scored.noticed_in_all.value == 1
    assert scored.found("duplicate").value == 0
    assert scored.falsely_accused.value == 1
    assert len(scored.accusations) == scored.clean
    assert scored.confused["duplicate", "wrong-key"] == scored.planted["duplicate"]


def test_one_item_of_a_pair_is_enough(made: PlantedBank) -> None:
    findings = {fault.items[0]: frozenset({fault.fault}) for fault in made.faults}

    assert score([(made, findings)]).found_in_all.value == 1


def test_implied_faults_are_no_confusion(made: PlantedBank) -> None:
    findings = {item: fault.implied | {fault.fault} for fault in made.faults for item in fault.items}

    assert score([(made, findings)]).confused == {}


def test_banks_add_up(made: PlantedBank) -> None:
    other = planted_bank(4, 120)
    both = score([(made, perfect(made)), (other, {})])

    assert both.found_in_all.total == len(made.faults) + len(other.faults)
    assert both.found_in_all.successes == len(made.faults)
    assert percent(both.found_in_all) in table(both)
    assert all(f"`{fault}`" in table(both) for fault in FAULTS)
