"""The registry of modes: their order, their content, and the parts of their folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from practicum import modes
from practicum.modes import Mode
from tests.course.making import PROBLEM, read_course


def test_a_topic_offers_nine_modes_in_their_order() -> None:
    names = ["learn", "why", "deep", "visualize", "try", "challenge", "project", "recall", "metrics"]

    assert [mode.name for mode in modes.registered().values()] == names
    assert [modes.get(name).name for name in names] == names


@pytest.mark.parametrize("mode", modes.registered().values(), ids=lambda mode: mode.name)
def test_every_mode_has_a_title_and_a_summary(mode: Mode) -> None:
    assert mode.title
    assert mode.summary.endswith(".")
    assert 1 <= mode.minutes <= 60


@pytest.mark.parametrize("mode", modes.registered().values(), ids=lambda mode: mode.name)
def test_a_mode_is_offered_where_its_content_is(mode: Mode, tmp_path: Path) -> None:
    """And only there."""
    content = {"page": "# Page\n", "cards": "## Question\n\nAnswer\n", "problems": PROBLEM}[mode.holds]
    place = f"topic/{mode.place}01-one.md" if mode.holds == "problems" else f"topic/{mode.place}"

    reading = read_course(tmp_path, {place: content})

    assert reading.mistakes == []
    assert [found.name for found in modes.registered().values() if found.has_content(reading.course.topics[0])] == [
        mode.name
    ]


def test_an_unknown_mode_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        modes.get("nothing")


@pytest.mark.parametrize("mode", modes.registered().values(), ids=lambda mode: mode.name)
def test_every_mode_has_routes_and_progress(mode: Mode) -> None:
    """In its own folder or in that of its activity; its routes are below its own address or shared."""
    paths = [route.path for route in mode.part("routes").routes(mode)]

    assert f"/{{course}}/{{topic}}/{mode.name}" in paths
    assert callable(mode.part("progress").progress)


def test_a_part_of_the_mode_comes_before_that_of_its_activity() -> None:
    """A mode without a part of its own and without an activity lacks it."""
    own = replace(modes.get("learn"), package="practicum.activities.cards")
    bare = replace(modes.get("learn"), activity="")

    assert own.part("progress").__name__ == "practicum.activities.cards.progress"
    with pytest.raises(LookupError):
        bare.part("progress")
