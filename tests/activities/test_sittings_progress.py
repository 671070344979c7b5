"""A learner's progress with a challenge, as the topic page and the home page show it."""

from __future__ import annotations

from collections.abc import Callable

from practicum.prove.catalogue import Catalogue
from tests.html import main_text
from tests.web.making import TOPIC, Learner, right_answers

RING = 'class="ring {}"'
"""The mark of a mode on the topic page: `begun` or `done`, or nothing."""


def go_through(learner: Learner, sitting: str, answers: list[tuple[str, ...]]) -> None:
    """Answer each problem, and skip those without an answer."""
    for number, texts in enumerate(answers, 1):
        page = f"{sitting}/{number}"
        if texts:
            learner.answer(page, *texts)
        else:
            learner.send(page, "skip")
        learner.send(page, "next")


def test_a_begun_challenge_is_resumed_at_its_problem(learner: Learner) -> None:
    """The topic suggests the challenge, and links to the problem the learner is at."""
    fresh = learner.get(TOPIC).text
    sitting = learner.begin()
    page = learner.get(TOPIC).text

    assert f'class="button primary" href="{TOPIC}/challenge"' in fresh
    assert f'class="button primary" href="{sitting}/1"' in page
    assert RING.format("begun") in page
    assert "at problem 1 of 5" in main_text(page)
    assert "1 of 1 begun" in main_text(learner.get("/").text)


def test_a_finished_challenge_is_not_suggested_again(learner: Learner) -> None:
    """The page shows the best result, and has no suggestion."""
    go_through(learner, learner.begin(), [()] * 5)
    page = learner.get(TOPIC).text

    assert "best: 0 of 5 right" in main_text(page)
    assert 'class="button primary"' not in page


def test_an_earned_badge_stays_after_a_worse_sitting(
    catalogue: Catalogue, learner: Learner, another: Callable[[], Learner]
) -> None:
    """The challenge stays done, for this learner only."""
    sitting = learner.begin()
    go_through(learner, sitting, right_answers(catalogue, learner, sitting))
    earned = learner.get(TOPIC).text
    go_through(learner, learner.begin(), [()] * 5)
    again = learner.get(TOPIC).text

    assert RING.format("done") in earned
    assert RING.format("done") in again
    assert "1 of 1 done" in main_text(learner.get("/").text)
    assert RING.format("done") not in another().get(TOPIC).text


def test_an_earned_badge_stays_after_many_sittings(catalogue: Catalogue, learner: Learner) -> None:
    """Also after more unfinished ones than the page looks at."""
    sitting = learner.begin()
    go_through(learner, sitting, right_answers(catalogue, learner, sitting))
    for _ in range(21):
        learner.begin()

    assert RING.format("done") in learner.get(TOPIC).text
