"""What is wrong with a figure as written is said before anything is measured, all at once, each with its key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from practicum import figures
from tests.figures.making import TABLES


def mistakes(name: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    return list(figures.ALL[name].mistakes(table))


@pytest.mark.parametrize("name", figures.ALL)
def test_what_is_sound_has_no_mistakes(name: str) -> None:
    assert mistakes(name, TABLES[name]) == []


@pytest.mark.parametrize("name", figures.ALL)
def test_what_is_missing_is_named(name: str) -> None:
    """All of it in one sentence."""
    required = figures.ALL[name].required

    ((key, message),) = mistakes(name, {})

    assert key == ""
    assert message.startswith(f"a `{name}` needs ")
    assert all(f"`{one}`" in message for one in required)


@pytest.mark.parametrize("name", figures.ALL)
def test_each_key_refuses_what_is_no_value_of_it(name: str) -> None:
    """Whatever the type: no table of texts and numbers gets through, none raises."""
    for key in figures.ALL[name].keys:
        for value in (-1, 0.5, "", [], {}, [[]], [{}], {"a": {}}, float("nan")):
            found = mistakes(name, {**TABLES[name], key: value})

            assert key in {one for one, _ in found} or (key, value) in ACCEPTED, (key, value)


ACCEPTED = [("given", {}), ("given", {"a": {}})]


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("chart", {"tilte": "t"}, ("tilte", "`tilte` means nothing in a `chart`: did you mean `title`?")),
        ("chart", {"given": {"seed": 1}}, ("given", "`given` holds `seed`: which seeds are drawn is said by `seeds`")),
        ("chart", {"names": ["one"]}, ("names", "`names` holds 1, and there are 2 lines: write one for each")),
        ("chart", {"vary": "rate"}, ("vary", "`vary` needs `values` beside it")),
        ("chart", {"values": [1, 2]}, ("values", "`values` needs `vary` beside it")),
        ("chart", {"vary": "rate", "values": [1, 2]}, ("series", "`series` holds one name where")),
        ("chart", {"vary": "images", "values": [1, 2]}, ("vary", "`given` holds `images` too, which is varied")),
        ("chart", {"vary": "seed", "values": [1, 2]}, ("vary", "`vary` must be a parameter other than `seed`")),
        ("chart", {"values": [1, 1], "vary": "a"}, ("values", "`values` must hold different values")),
        ("chart", {"seeds": 1}, ("seeds", "`seeds` must be a number from 2 to 100, not 1: one seed")),
        ("chart", {"play": "yes"}, ("play", "`play` must be true or false, not 'yes'")),
        ("sweep", {"values": [2, 1]}, ("values", "`values` must hold different numbers, the least first")),
        ("sweep", {"lines": [{"name": "a"}]}, ("lines", "number 1 of `[[lines]]`: `[[lines]]` needs `experiment`")),
        ("sweep", {"lines": [{"name": "a", "experiment": "f", "given": {"images": 1}}]}, ("lines", "`given` holds")),
        ("sweep", {"lines": [{"name": "a", "experiment": "f"}] * 2}, ("lines", "two of `[[lines]]` have one name")),
        ("sweep", {"lines": [{"name": "a", "experimant": "f"}]}, ("lines", "number 1 of `[[lines]]`: `experimant`")),
        ("scatter", {"classes": ["a", "a"]}, ("classes", "`classes` must hold different names of classes")),
        ("scatter", {"classes": [*"abcdefghi"]}, ("classes", "`classes` must be a list of 1 to 8 names of classes")),
        ("scatter", {"panels": [{"name": "a", "experiment": "f"}] * 2}, ("panels", "two of `[[panels]]` have")),
        ("scatter", {"seed": -1}, ("seed", "`seed` must be a whole number, not below 0")),
        ("predictions", {"positive": "moon"}, ("positive", "`positive` is none of the classes: write \"circle\", ")),
        ("predictions", {"classes": ["a"]}, ("classes", "`classes` must be a list of 2 to 12 names of classes")),
    ],
)  # fmt: skip
def test_a_mistake_says_what_to_write(name: str, change: Mapping[str, Any], expected: tuple[str, str]) -> None:
    """With the key that it is about, which the reader finds the line of."""
    found = mistakes(name, {**TABLES[name], **change})

    key, beginning = expected
    assert [message for where, message in found if where == key and message.startswith(beginning)], found


def test_all_mistakes_come_at_once() -> None:
    """Not the first only."""
    found = mistakes("sweep", {"over": "seed", "values": 3, "lines": [{}, {"given": 1}], "more": 1, "title": ""})

    assert [key for key, _ in found] == ["over", "values", "more", "title", "", "lines", "lines", "lines"]


def test_calls_are_one_a_setting_and_seed() -> None:
    """Five seeds where nothing is said; one of a map and of predictions."""
    count = {name: len(figures.ALL[name].calls(table)) for name, table in TABLES.items()}

    assert count == {"chart": 5, "sweep": 2 * 5 * 5, "scatter": 2, "predictions": 1}
    assert [one.seed for one in figures.ALL["chart"].calls({**TABLES["chart"], "seeds": [3, 9]})] == [3, 9]
    (call,) = figures.ALL["predictions"].calls({**TABLES["predictions"], "given": {"images": 2}, "seed": 4})
    assert call.call == "validation_scores(images=2, seed=4)"


def test_a_table_is_what_toml_makes_of_a_fence() -> None:
    """Inline tables and lists of tables."""
    table = tomllib.loads(
        'title = "t"\nclasses = ["a"]\n[[panels]]\nexperiment = "f"\nname = "n"\ngiven = { x = 1.5 }\n'
    )

    assert mistakes("scatter", table) == []
    assert figures.ALL["scatter"].calls(table)[0].call == "f(x=1.5, seed=0)"
