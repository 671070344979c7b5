"""A mode is one module: its words, its minutes, and where in a topic its content stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from practicum import modes
from practicum.modes import Mode
from tests.course.making import PROBLEM, read_course


def test_a_topic_offers_nine_modes_in_their_order() -> None:
    """As the topic page lists them."""
    names = ["learn", "why", "deep", "visualize", "try", "challenge", "project", "recall", "metrics"]

    assert [mode.name for mode in modes.registered().values()] == names
    assert [modes.get(name).name for name in names] == names


@pytest.mark.parametrize("mode", modes.registered().values(), ids=lambda mode: mode.name)
def test_every_mode_says_what_it_is(mode: Mode) -> None:
    """In words for the topic page."""
    assert mode.title
    assert mode.summary.endswith(".")
    assert 1 <= mode.minutes <= 60


@pytest.mark.parametrize("mode", modes.registered().values(), ids=lambda mode: mode.name)
def test_a_mode_is_offered_where_its_content_stands(mode: Mode, tmp_path: Path) -> None:
    """And not where there is none."""
    content = {"page": "# Page\n", "cards": "## Question\n\nAnswer\n", "problems": PROBLEM}[mode.holds]
    place = f"topic/{mode.place}01-one.md" if mode.holds == "problems" else f"topic/{mode.place}"

    reading = read_course(tmp_path, {place: content})

    assert reading.mistakes == []
    assert [found.name for found in modes.registered().values() if found.has_content(reading.course.topics[0])] == [
        mode.name
    ]


def test_an_unknown_mode_is_a_key_error() -> None:
    """For whoever asks."""
    with pytest.raises(KeyError):
        modes.get("nothing")
