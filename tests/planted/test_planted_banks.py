"""The generator of planted banks: its truth is true, and its banks are what they should measure with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from practicum.exchange.bank import AcceptedNumber, Choice, Item, NumberAnswer, ShortAnswer
from tests.planted.drafts import Form
from tests.planted.faults import FAULTS
from tests.planted.generator import ITEMS, SHARE_OF_EACH_FAULT, PlantedBank, planted_bank
from tests.planted.observing import raises
from tests.planted.programs import UNSTABLE
from tests.planted.typography import folded

SEEDS = (11, 12)
RUNNER = """
import contextlib, io, json, sys, warnings
warnings.simplefilter("ignore")
outcomes = {}
for program in json.load(sys.stdin):
    stream = io.StringIO()
    try:
        with contextlib.redirect_stdout(stream):
            exec(program, {"__name__": "__main__"})
        ending = ""
    except BaseException as error:
        ending = error.__class__.__qualname__
    text = (stream.getvalue() + ending).strip()
    if text[:1] == "{" and text[-1] == "}" and ":" not in text:
        text = "{" + ", ".join(sorted(text[1:-1].split(", "))) + "}"
    outcomes[program] = text
json.dump(outcomes, sys.stdout)
"""
"""Runs programs in an interpreter that knows nothing of the generator. The elements of sets are sorted."""


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest) -> PlantedBank:
    return planted_bank(request.param)


def outcomes(programs: list[str], **environment: str) -> dict[str, str]:
    """What programs print in another process: another hash seed, time zone and folder."""
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(programs),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def keys(item: Item) -> list[bool]:
    """Whether the bank marks each option, or accepts each answer."""
    if isinstance(item.answer, Choice):
        return [option.key for option in item.answer.options]
    assert isinstance(item.answer, ShortAnswer | NumberAnswer)
    return [True] * len(item.answer.accepted)


@pytest.mark.slow
def test_keys_of_unfaulted_items_are_true(made: PlantedBank) -> None:
    """Run by another interpreter, the marked options are those that hold, whatever the hash seed or time zone."""
    unfaulted = [item for item in made.bank.items if made.truth[item.identifier] is None]
    programs = sorted({fact.program for item in unfaulted for fact in made.facts[item.identifier] if fact})
    first = outcomes(programs, PYTHONHASHSEED="1", TZ="JST-9")
    second = outcomes(programs, PYTHONHASHSEED="2", TZ="PET+5")
    checked = 0

    assert first == second
    for item in unfaulted:
        for fact, key in zip(made.facts[item.identifier], keys(item), strict=True):
            if fact is not None:
                assert key == ((first[fact.program] == fact.expected) == fact.stated), item
                checked += 1
    assert checked > 400


def test_a_single_choice_without_a_fault_has_one_key(made: PlantedBank) -> None:
    for item in made.bank.items:
        if isinstance(item.answer, Choice) and not item.answer.several:
            assert keys(item).count(True) == 1


def keyed_truly(made: PlantedBank, item: Item) -> bool:
    """Whether exactly the options that hold are marked."""
    facts = made.facts[item.identifier]
    return all(fact.true == key for fact, key in zip(facts, keys(item), strict=True) if fact is not None)


def test_the_planted_faults_are_there(made: PlantedBank) -> None:
    """Keys are wrong where they should be, one of two that contradict each other is right, and broken code fails."""
    items = {item.identifier: item for item in made.bank.items}
    right = {
        "wrong-key": [False],
        "no-right-option": [False],
        "several-right": [False],
        "contradiction": [False, True],
        "duplicate": [True, True],
    }
    for planted in made.faults:
        mentioned = [items[identifier] for identifier in planted.items]
        if planted.fault in right:
            assert sorted(keyed_truly(made, item) for item in mentioned) == right[planted.fault], mentioned
        elif planted.fault == "broken-code":
            assert raises(f"import numpy as np\n{code_of(mentioned[0])}"), mentioned
        elif planted.fault == "equal-options":
            options = [folded(text) for text in texts(mentioned[0])]
            assert len(set(options)) < len(options), mentioned


def test_every_fault_is_planted_in_its_share(made: PlantedBank) -> None:
    planted = Counter(fault.fault for fault in made.faults)

    assert planted == {fault: round(SHARE_OF_EACH_FAULT[fault] * ITEMS) for fault in FAULTS}
    assert len(made.bank.items) == ITEMS == len(made.truth)
    assert sum(fault is None for fault in made.truth.values()) > ITEMS / 2


def test_instability_of_every_cause_is_planted() -> None:
    causes = {fault.cause for seed in range(20, 26) for fault in planted_bank(seed).faults if fault.fault == "unstable"}

    assert causes == {cause for cause, _, _ in UNSTABLE}


@pytest.mark.slow
def test_unstable_programs_differ_between_runs() -> None:
    """Those whose cause can be changed from outside print something else in another process."""
    bank = planted_bank(SEEDS[0])
    items = {item.identifier: item for item in bank.bank.items}
    causes = {"chance", "hash seed", "time zone", "address"}
    unstable = [items[fault.items[0]] for fault in bank.faults if fault.fault == "unstable" and fault.cause in causes]
    programs = [code_of(item) for item in unstable]
    zones = [f"{letter}ZT{hours:+}" for hours, letter in enumerate("ABCDEF", -3)]
    runs = [outcomes(programs, PYTHONHASHSEED=str(seed), TZ=zone) for seed, zone in enumerate(zones)]

    assert len(programs) >= 4
    assert [program for program in programs if len({run[program] for run in runs}) == 1] == []


def code_of(item: Item) -> str:
    """The snippet of an item, from wherever it stands."""
    if item.code:
        return item.code
    if "\n\n" not in item.text:
        return item.text.rpartition(" `")[2].removesuffix("`")
    _, _, below = item.text.partition("\n\n")
    lines = below.removeprefix("<pre>").removesuffix("</pre>").split("\n")
    if lines[0].startswith(("```", "~~~")):
        lines = lines[1:-1]
    elif all(line.startswith("    ") or not line for line in lines):
        lines = [line[4:] for line in lines]
    if lines[0].startswith(">>>"):
        lines = [line[4:] for line in lines]
    return "\n".join(lines).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_one_seed_gives_one_bank() -> None:
    assert planted_bank(5, 60) == planted_bank(5, 60)


@pytest.mark.slow
def test_the_bank_does_not_depend_on_the_hash_seed() -> None:
    """What an audit misses on one machine can be looked at on another."""
    code = "from tests.planted.generator import planted_bank; print(planted_bank(5, 120).bank)"
    root = Path(__file__).parents[2]
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(runs) == 1


def test_two_seeds_share_few_texts() -> None:
    first, second = ({(item.text, item.code) for item in planted_bank(seed).bank.items} for seed in SEEDS)

    assert len(first & second) < 0.1 * ITEMS


def test_unfaulted_items_ask_different_things(made: PlantedBank) -> None:
    """No two of them are duplicates by accident."""
    asked = Counter(
        (item.text, item.code, frozenset(texts(item)))
        for item in made.bank.items
        if made.truth[item.identifier] is None
    )

    assert [item for item, count in asked.items() if count > 1] == []


def texts(item: Item) -> list[str]:
    if isinstance(item.answer, Choice):
        return [option.text for option in item.answer.options]
    assert isinstance(item.answer, ShortAnswer | NumberAnswer)
    return [str(each.value) if isinstance(each, AcceptedNumber) else each.text for each in item.answer.accepted]


def test_all_forms_and_traps_occur(made: PlantedBank) -> None:
    forms = Counter(type(item.answer).__name__ for item in made.bank.items)
    choices = [item.answer for item in made.bank.items if isinstance(item.answer, Choice)]
    traps = {template for template in made.templates.values() if template.startswith("trap: ")}

    assert set(forms) == {"Choice", "ShortAnswer", "NumberAnswer"}
    assert any(choice.several for choice in choices)
    assert any(choice.true_false for choice in choices)
    assert len(traps) > 25
    assert len(Form) == 5
