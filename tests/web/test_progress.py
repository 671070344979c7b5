"""How far one has come with a challenge, as the topic page and the home page tell it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from practicum.prove.catalogue import Catalogue
from tests.web.making import TOPIC, Learner, right_answers


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("<main")[2])).split())


def go_through(learner: Learner, sitting: str, answers: list[tuple[str, ...]]) -> None:
    """Answer each problem; one without an answer is given up."""
    for number, texts in enumerate(answers, 1):
        page = f"{sitting}/{number}"
        if texts:
            learner.answer(page, *texts)
        else:
            learner.send(page, "skip")
        learner.send(page, "next")


def test_a_challenge_under_way_is_gone_on_with(learner: Learner) -> None:
    """Where one is: its problem, and a link that leads there."""
    fresh = words(learner.get(TOPIC).text)
    sitting = learner.begin()
    page = learner.get(TOPIC).text

    assert "Begin with Challenge" in fresh
    assert "You are in the middle of it: at problem 1 of 5. Go on with Challenge" in words(page)
    assert f'class="button primary" href="{sitting}/1"' in page
    assert "1 of 1 begun" in words(learner.get("/").text)


def test_a_challenge_that_was_not_all_right_does_not_nag(learner: Learner) -> None:
    """The best of what was finished is told, and nobody is sent back to it."""
    go_through(learner, learner.begin(), [()] * 5)
    page = words(learner.get(TOPIC).text)

    assert "best: 0 of 5 right" in page
    assert "Go on with" not in page
    assert "Begin with" not in page


def test_a_badge_stays_when_it_is_tried_again(
    catalogue: Catalogue, learner: Learner, another: Callable[[], Learner]
) -> None:
    """Earned once, it is done, for its learner alone."""
    sitting = learner.begin()
    go_through(learner, sitting, right_answers(catalogue, learner, sitting))
    earned = words(learner.get(TOPIC).text)
    go_through(learner, learner.begin(), [()] * 5)
    again = words(learner.get(TOPIC).text)

    assert "badge earned" in earned
    assert "badge earned" in again
    assert "1 of 1 done" in words(learner.get("/").text)
    assert "badge earned" not in words(another().get(TOPIC).text)


def test_a_badge_stays_however_often_it_is_tried_again(catalogue: Catalogue, learner: Learner) -> None:
    """No number of goes that were left off hides it."""
    sitting = learner.begin()
    go_through(learner, sitting, right_answers(catalogue, learner, sitting))
    for _ in range(21):
        learner.begin()

    assert "badge earned" in words(learner.get(TOPIC).text)
