"""All mistakes in a figure's table are reported with their keys before anything is measured."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from practicum import figures
from tests.figures.making import TABLES


def mistakes(name: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    return list(figures.get(name).mistakes(table))


@pytest.mark.parametrize("name", figures.registered())
def test_a_valid_table_has_no_mistakes(name: str) -> None:
    assert mistakes(name, TABLES[name]) == []


@pytest.mark.parametrize("name", figures.registered())
def test_missing_keys_are_one_mistake(name: str) -> None:
    """It names them all."""
    ((key, message),) = mistakes(name, {})

    assert key == ""
    assert all(f"`{required}`" in message for required in figures.get(name).required)


@pytest.mark.parametrize("name", figures.registered())
def test_each_key_rejects_invalid_values(name: str) -> None:
    """Of any type; none raises."""
    for key in figures.get(name).keys:
        for value in (-1, 0.5, "", [], {}, [[]], [{}], {"a": {}}, float("nan")):
            found = mistakes(name, {**TABLES[name], key: value})

            assert key in {where for where, _ in found} or (key, value) in ACCEPTED, (key, value)


ACCEPTED = [("given", {}), ("given", {"a": {}})]


@pytest.mark.parametrize(
    ("name", "change", "key"),
    [
        ("chart", {"tilte": "t"}, "tilte"),
        ("chart", {"given": {"seed": 1}}, "given"),
        ("chart", {"names": ["one"]}, "names"),
        ("chart", {"vary": "rate", "series": ["val_curve"], "names": ["one"]}, "vary"),
        ("chart", {"values": [1, 2]}, "values"),
        ("chart", {"vary": "rate", "values": [1, 2]}, "series"),
        ("chart", {"vary": "images", "values": [1, 2], "series": ["val_curve"]}, "vary"),
        ("chart", {"vary": "seed", "values": [1, 2]}, "vary"),
        ("chart", {"values": [1, 1], "vary": "a", "series": ["val_curve"]}, "values"),
        ("chart", {"seeds": 1}, "seeds"),
        ("chart", {"play": "yes"}, "play"),
        ("sweep", {"values": [2, 1]}, "values"),
        ("sweep", {"lines": [{"name": "a"}]}, "lines"),
        ("sweep", {"lines": [{"name": "a", "experiment": "f", "given": {"images": 1}}]}, "lines"),
        ("sweep", {"lines": [{"name": "a", "experiment": "f"}] * 2}, "lines"),
        ("sweep", {"lines": [{"name": "a", "experimant": "f"}]}, "lines"),
        ("scatter", {"classes": ["a", "a"]}, "classes"),
        ("scatter", {"classes": [*"abcdefghi"]}, "classes"),
        ("scatter", {"panels": [{"name": "a", "experiment": "f"}] * 2}, "panels"),
        ("scatter", {"seed": -1}, "seed"),
        ("predictions", {"positive": "moon"}, "positive"),
        ("predictions", {"classes": ["a"]}, "classes"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_key(name: str, change: Mapping[str, Any], key: str) -> None:
    """A single wrong value is a mistake of its own key, and of no other."""
    found = mistakes(name, {**TABLES[name], **change})

    assert {where for where, _ in found} == {key}
    assert all(message for _, message in found)


def test_all_mistakes_are_reported_at_once() -> None:
    found = mistakes("sweep", {"over": "seed", "values": 3, "lines": [{}, {"given": 1}], "more": 1, "title": ""})

    assert [key for key, _ in found] == ["over", "values", "more", "title", "", "lines", "lines", "lines"]


def test_there_is_a_call_per_setting_and_seed() -> None:
    """Five seeds by default; one for a map and for predictions."""
    count = {name: len(figures.get(name).calls(table)) for name, table in TABLES.items()}

    assert count == {
        "chart": 5,
        "sweep": 2 * 5 * 5,
        "scatter": 2,
        "predictions": 1,
        "feature_maps": 2 + 2 * 2,
        "activation_map": 2 + 2,
        "training_replay": 1,
    }
    assert [call.seed for call in figures.get("chart").calls({**TABLES["chart"], "seeds": [3, 9]})] == [3, 9]
    (call,) = figures.get("predictions").calls({**TABLES["predictions"], "given": {"images": 2}, "seed": 4})
    assert call.call == "validation_scores(images=2, seed=4)"


def test_a_fence_is_toml() -> None:
    """Inline tables and lists of tables."""
    table = tomllib.loads(
        'title = "t"\nclasses = ["a"]\n[[panels]]\nexperiment = "f"\nname = "n"\ngiven = { x = 1.5 }\n'
    )

    assert mistakes("scatter", table) == []
    assert figures.get("scatter").calls(table)[0].call == "f(x=1.5, seed=0)"
