"""Each causal sentence of the first topic is settled in `docs/causes.md`."""

from __future__ import annotations

import json
import re

import pytest

from tests.docs.causal_sentences import TOPIC, causal_sentences, plain_text, settled_sentences

WAYS = ("measured: ", "run: ", "cited: ", "logic: ", "no claim: ")
SETTLED = settled_sentences()


def test_every_causal_sentence_is_settled() -> None:
    """A sentence that says why, and that the table does not hold, has not been looked at."""
    missing = [f"{file}: {sentence}" for file, sentence in causal_sentences() if (file, sentence) not in SETTLED]

    assert missing == []


def test_the_table_holds_nothing_that_the_course_no_longer_says() -> None:
    gone = [f"{file}: {sentence}" for file, sentence in SETTLED if sentence not in plain_text(TOPIC / file)]

    assert gone == []


def test_each_is_settled_in_a_way_that_the_page_explains() -> None:
    """And a citation has an address."""
    unknown = [how for how in SETTLED.values() if not how.startswith(WAYS)]
    without_address = [how for how in SETTLED.values() if how.startswith("cited: ") and "https://" not in how]

    assert (unknown, without_address) == ([], [])


def test_what_is_called_measured_is_in_the_evidence() -> None:
    """Each call that the table names was made, with these parameters among others."""
    measured = {
        (call["function"], name, json.dumps(value))
        for file in (TOPIC / "evidence").rglob("*.json")
        for variant in json.loads(file.read_text("utf-8"))["variants"]
        for call in variant["measured"]
        for name, value in [("", ""), *call["params"].items()]
    }
    named = {
        (call["function"], name, value)
        for how in SETTLED.values()
        for call in re.finditer(r"`(?P<function>[a-z_]+)\((?P<params>[^`]*)\)`", how)
        for name, value in [("", '""'), *parameters(call["params"])]
    }

    assert named
    assert named - measured == set()


def parameters(text: str) -> list[tuple[str, str]]:
    """The names and values of a call's keyword arguments, the values as JSON."""
    pairs = [part.split("=") for part in text.split(", ") if part]
    return [(name, json.dumps(eval(value, {}))) for name, value in pairs]  # noqa: S307 - the table is ours


@pytest.mark.parametrize(
    ("text", "causal"),
    [
        ("It is frozen, because nothing else helps.", True),
        ("So it stays.", True),
        ("It is small, so that it fits.", True),
        ("Why does it fall?", True),
        ("Next, *why* shows it.", False),
        ("It does so well.", False),
        ("It is so large that it fails.", False),
    ],
)
def test_causal_words_are_found(text: str, causal: bool) -> None:
    from tests.docs.causal_sentences import CAUSAL

    assert bool(CAUSAL.search(text)) == causal
