"""Cards and progress: what is due comes first, each review counts once, and the topic page says where one stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from practicum.activities.cards import routes as card_routes
from practicum.application.cards import card_id
from practicum.application.site import Site
from practicum.practice.spaced_repetition import DAY, NEW_PER_DAY
from practicum.prove.catalogue import Catalogue, load
from practicum.store import Store
from practicum.web.app import create_app
from tests.web.making import Learner, hidden, proved, write

TOPIC = "/memory/topic"
URL = f"{TOPIC}/recall"
WRONG = "## Is it so?\n\nNo.\n\n```python setup\nx = [1]\n```\n\n```python claim\nlen(x) == 2\n```\n"
SHOWN = "## What is `x`?\n\nA **list**.\n\n```python setup\nx = [1]\n```\n\n```python claim\nlen(x) == 1\n```\n"
WORDS = "## What is a word?\n\nA matter of taste.\n"
FILES = {
    "course.toml": 'title = "Memory"\n',
    "topic/topic.toml": 'title = "Memory"\n',
    "topic/recall.md": f"{SHOWN}\n{WRONG}\n{WORDS}",
    "topic/learn.md": "# A page\n\n## One\n\nA.\n\n## Two\n\nB.\n",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    root = write(tmp_path_factory.mktemp("courses") / "memory", FILES)
    proved(root)
    return load(root)


Learners = Callable[..., Learner]


@pytest.fixture
def learners(course: Catalogue, store: Store) -> Learners:
    app = create_app(Site([course], store))
    draft = create_app(Site([course], store, draft=True))
    return lambda author=False: Learner(draft if author else app)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition("<main")[2])).split())


def answer(learner: Learner, rating: int) -> str:
    """Look at the card that is next, and rate it; what its question was."""
    page = learner.get(f"{URL}/card").text
    question = re.search(r'<h1[^>]*id="question"[^>]*>(.*?)</h1>', page, re.S)
    link = re.search(r'href="([^"]+\?answer=[^"]+)"', page)
    assert question
    assert link
    answered = learner.get(unescape(link[1])).text
    fields = {name: hidden(answered, name) for name in ("seen", "card")}
    assert learner.post(f"{URL}/rate", {**fields, "rating": str(rating)}).status_code == 303
    return words("<main" + question[1])


def test_a_card_is_asked_before_it_is_answered(learners: Learners) -> None:
    """The answer comes when it is asked for, with what proves it, and when the card would come again."""
    learner = learners()

    question = learner.get(f"{URL}/card").text
    link = re.search(r'href="([^"]+\?answer=[^"]+)"', question)
    assert link
    answered = learner.get(unescape(link[1])).text

    assert "What is x ?" in words(question)
    assert "list" not in words(question)
    assert "A list ." in words(answered)
    assert "Proved by a run on" in words(answered)
    assert re.search(r"Again .*1 min.*Hard .*Good .*10 min.*Easy .*\d+ days", words(answered))


def test_a_card_that_is_wrong_is_shown_to_its_author_only(learners: Learners) -> None:
    """One without a claim is shown, and says that nothing was run."""
    learner, author = learners(), learners(author=True)

    asked = [answer(learner, 4), answer(learner, 4)]
    drafted = [answer(author, 4), answer(author, 4), answer(author, 4)]

    assert asked == ["What is x ?", "What is a word?"]
    assert drafted == ["What is x ?", "Is it so?", "What is a word?"]
    page = author.get(f"{URL}/card?answer={card_id('What is a word?')}")
    assert page.status_code == 303


def test_what_running_said_stands_with_the_answer(learners: Learners) -> None:
    """Proved, with what was seen and the code that was run; refuted, to its author; or that nothing was run."""
    author = learners(author=True)

    shown = {
        question: words(author.get(f"{URL}/card?answer={card_id(question)}").text)
        for question in ("What is `x`?", "Is it so?", "What is a word?")
    }

    assert re.search(r"Proved by a run on [^.]+\. len\(x\) is 1\. x = .*len.*== 1", shown["What is `x`?"])
    assert "Draft: refuted." in shown["Is it so?"]
    assert "Proved" not in shown["Is it so?"]
    assert "Not a matter of running." in shown["What is a word?"]


def test_a_page_left_open_does_not_rate_again(learners: Learners, store: Store) -> None:
    """A card that rests is not asked, in whichever tab: its days stay as the first rating left them."""
    learner, card = learners(), card_id("What is a word?")
    tabs = [learner.get(f"{URL}/card?answer={card}").text for _ in range(2)]
    forms = [{name: hidden(tab, name) for name in ("seen", "card")} for tab in tabs]

    answers = [
        learner.post(f"{URL}/rate", {**fields, "rating": rating}) for fields, rating in zip(forms, "41", strict=True)
    ]

    assert [answer.headers["location"] for answer in answers] == [f"{URL}/card"] * 2
    me = store.learner_for(learner.http.cookies["practicum"])
    assert me is not None
    assert [step.data for step in store.steps(me, "memory", "topic", "recall")] == [{"rating": 4}]
    assert learner.get(f"{URL}/card?answer={card}").headers["location"] == f"{URL}/card"


def test_one_look_counts_once(learners: Learners, store: Store) -> None:
    """Though a card that is just being learned is asked again within minutes: a second tab is no second look, nor is
    going back to its answer.
    """
    learner, card = learners(), card_id("What is a word?")
    answer(learner, 4)  # The other card.
    address = f"{URL}/card?answer={card}&seen=0"
    tabs = [learner.get(address).text for _ in range(2)]
    for tab in tabs:
        learner.post(f"{URL}/rate", {**{name: hidden(tab, name) for name in ("seen", "card")}, "rating": "3"})
    back = learner.get(address)
    me = store.learner_for(learner.http.cookies["practicum"])
    assert me is not None

    def reviews() -> list[str]:
        return [step.item for step in store.steps(me, "memory", "topic", "recall")]

    assert reviews().count(card) == 1
    assert (back.status_code, back.headers["location"]) == (303, f"{URL}/card")
    assert answer(learner, 3) == "What is a word?"
    assert reviews().count(card) == 2


def test_what_was_seen_comes_back_in_its_time(learners: Learners, monkeypatch: pytest.MonkeyPatch) -> None:
    """An easy one after days; one that was not known within minutes."""
    learner = learners()
    start = card_routes.now()

    asked = [answer(learner, 1), answer(learner, 4), answer(learner, 4)]
    rested = words(learner.get(URL).text)
    monkeypatch.setattr(card_routes, "now", lambda: start + 60 * DAY)
    back = words(learner.get(URL).text)

    assert asked == ["What is x ?", "What is a word?", "What is x ?"]
    assert "Nothing is due. The next one comes back" in rested
    assert "What comes back when In 1 day 1 card In 8 days 1 card" in rested
    assert learner.get(f"{URL}/card").status_code == 200
    assert "2 cards to look at again" in back


def test_a_review_counts_once(learners: Learners, store: Store) -> None:
    """However often its form is sent; and what no form of ours sends counts not at all."""
    learner = learners()
    page = learner.get(f"{URL}/card?answer={card_id('What is a word?')}").text
    fields = {name: hidden(page, name) for name in ("seen", "card")}

    sent = [learner.post(f"{URL}/rate", {**fields, "rating": "3"}).status_code for _ in range(3)]
    strange = [
        learner.post(f"{URL}/rate", {**fields, "rating": "3", **other}).status_code
        for other in ({"rating": "5"}, {"card": "none"}, {"rating": ""}, {"seen": ""}, {"seen": "1" * 101})
    ]

    assert sent == [303, 303, 303]
    assert strange == [400] * 5
    token = learner.http.cookies["practicum"]
    me = store.learner_for(token)
    assert me is not None
    assert [step.item for step in store.steps(me, "memory", "topic", "recall")] == [card_id("What is a word?")]


def test_nobody_sees_another_persons_cards(learners: Learners) -> None:
    """What one has met says nothing of the other."""
    one, other = learners(), learners()
    answer(one, 4)

    assert "Met so far 1" in words(one.get(URL).text)
    assert "Met so far 0" in words(other.get(URL).text)


def test_there_is_a_limit_to_new_cards(tmp_path_factory: pytest.TempPathFactory, store: Store) -> None:
    """Said on the page, with what is still to come."""
    cards = "\n".join(f"## Number {'x' * number}?\n\nYes.\n" for number in range(1, 20))
    root = write(tmp_path_factory.mktemp("many") / "memory", {**FILES, "topic/recall.md": cards})
    learner = Learner(create_app(Site([load(root)], store)))

    page = words(learner.get(URL).text)

    assert f"Now: {NEW_PER_DAY} new." in page
    assert f"Still to come {19 - NEW_PER_DAY}, on another day" in page


def test_the_topic_says_where_one_stands_and_what_is_next(learners: Learners, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thing, with its reason: the beginning, what was begun, what is due."""
    learner = learners()
    fresh = words(learner.get(TOPIC).text)

    learner.post(f"{TOPIC}/learn/reached", {"section": "1", "quietly": "1"})
    page = learner.get(TOPIC).text
    begun = words(page)
    learner.post(f"{TOPIC}/learn/reached", {"section": "2", "read": "1"})
    after = words(learner.get(TOPIC).text)
    answer(learner, 4)
    answer(learner, 4)
    rests = words(learner.get(TOPIC).text)
    monkeypatch.setattr("practicum.activities.cards.progress.now", lambda: card_routes.now() + 90 * DAY)
    due = words(learner.get(TOPIC).text)

    assert "Begin with Learn" in fresh
    assert "You are in the middle of it: 1 of 2 parts read. Go on with Learn" in begun
    assert f'href="{TOPIC}/learn#part-1"' in page
    assert "Next: Recall" in after
    assert "Learn The idea, step by step, in code that runs. read" in after
    assert "You have been through all of it. Cards come back when it is time." in rests
    assert "2 cards are due. Go on with Recall" in due or "2 cards are due. Next: Recall" in due
    assert "2 of 2 done" in words(learner.get("/").text)
