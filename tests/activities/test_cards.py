"""Cards: what is due comes first, each review counts once, and the topic page shows the progress."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape

import pytest

from practicum.application.cards import card_id
from practicum.application.site import Site
from practicum.practice.spaced_repetition import DAY, NEW_PER_DAY
from practicum.prove.catalogue import Catalogue, load
from practicum.runner import Pool
from practicum.store import StepRecord, Store
from practicum.web.app import create_app
from tests.clock import set_clock
from tests.html import hidden_fields, main_text, refusal_code, text_of
from tests.web.making import Learner, proved, write

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
def course(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Catalogue:
    root = write(tmp_path_factory.mktemp("courses") / "memory", FILES)
    proved(root, pool)
    return load(root)


Learners = Callable[..., Learner]


@pytest.fixture
def learners(course: Catalogue, store: Store) -> Learners:
    """Makes learners of that course; with `author=True` in a draft."""
    app = create_app(Site([course], store))
    draft = create_app(Site([course], store, draft=True))
    return lambda author=False: Learner(draft if author else app)


def answer_card(learner: Learner, rating: int) -> str:
    """Look at the next card, rate it, and return the text of its question."""
    page = learner.get(f"{URL}/card").text
    question = re.search(r'<h1[^>]*id="question"[^>]*>(.*?)</h1>', page, re.S)
    link = re.search(r'href="([^"]+\?answer=[^"]+)"', page)
    assert question
    assert link
    fields = hidden_fields(learner.get(unescape(link[1])).text)
    assert learner.post(f"{URL}/rate", {**fields, "rating": str(rating)}).status_code == 303
    return text_of(question[1])


def card_page(learner: Learner, question: str) -> str:
    return learner.get(f"{URL}/card?answer={card_id(question)}").text


def reviews(learner: Learner, store: Store) -> Sequence[StepRecord]:
    id = store.learner_for(learner.http.cookies["practicum"])
    assert id is not None
    return store.steps(id, "memory", "topic", "recall")


def facts(html: str) -> dict[str, str]:
    """The list of facts on the overview."""
    return dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", html))


def test_the_question_comes_before_the_answer(learners: Learners) -> None:
    """The answer comes with its proof and with the next date for each rating."""
    learner = learners()
    question = learner.get(f"{URL}/card").text
    link = re.search(r'href="([^"]+\?answer=[^"]+)"', question)
    assert link
    answered = learner.get(unescape(link[1])).text

    assert "What is x ?" in main_text(question)
    assert "list" not in main_text(question)
    assert "A list ." in main_text(answered)
    assert re.findall(r'name="rating" value="(\d)"', answered) == ["1", "2", "3", "4"]
    gaps = [text_of(gap) for gap in re.findall(r'<span class="small nums gap">.*?</span>(.*?)</span>', answered)]
    assert (gaps[0], gaps[2]) == ("1 min", "10 min")
    assert gaps[3].endswith("days")


def test_a_refuted_card_is_shown_to_its_author_only(learners: Learners) -> None:
    """A card without a claim is shown to all."""
    learner, author = learners(), learners(author=True)

    asked = [answer_card(learner, 4) for _ in range(2)]
    drafted = [answer_card(author, 4) for _ in range(3)]

    assert asked == ["What is x ?", "What is a word?"]
    assert drafted == ["What is x ?", "Is it so?", "What is a word?"]
    assert author.get(f"{URL}/card?answer={card_id('What is a word?')}").status_code == 303


def test_the_answer_comes_with_the_run_that_proved_it(learners: Learners) -> None:
    """With what was observed and the code; a card without a claim has no code."""
    author = learners(author=True)
    proved, refuted, plain = (card_page(author, text) for text in ("What is `x`?", "Is it so?", "What is a word?"))
    proof = text_of(proved.partition('<details class="proof')[2].partition("</details>")[0])

    assert re.search(r"len\(x\) is 1\. x = .*len.*== 1", proof)
    assert "Proved" not in text_of(refuted)
    assert '<details class="proof' not in plain


def test_a_page_left_open_does_not_rate_again(learners: Learners, store: Store) -> None:
    """A card that is not due keeps the date of its first rating."""
    learner, question = learners(), "What is a word?"
    forms = [hidden_fields(card_page(learner, question)) for _ in range(2)]

    responses = [
        learner.post(f"{URL}/rate", {**fields, "rating": rating}) for fields, rating in zip(forms, "41", strict=True)
    ]

    assert [response.headers["location"] for response in responses] == [f"{URL}/card"] * 2
    assert [step.data for step in reviews(learner, store)] == [{"rating": 4}]
    assert learner.get(f"{URL}/card?answer={card_id(question)}").headers["location"] == f"{URL}/card"


def test_one_look_counts_once(learners: Learners, store: Store) -> None:
    """A card that is being learned is asked again within minutes: a second tab or going back is no second look."""
    learner, card = learners(), card_id("What is a word?")
    answer_card(learner, 4)  # The other card.
    address = f"{URL}/card?answer={card}&seen=0"
    tabs = [learner.get(address).text for _ in range(2)]
    for tab in tabs:
        learner.post(f"{URL}/rate", {**hidden_fields(tab), "rating": "3"})
    back = learner.get(address)
    first = [step.item for step in reviews(learner, store)]

    assert first.count(card) == 1
    assert (back.status_code, back.headers["location"]) == (303, f"{URL}/card")
    assert answer_card(learner, 3) == "What is a word?"
    assert [step.item for step in reviews(learner, store)].count(card) == 2


def test_cards_are_due_again_in_time(learners: Learners, monkeypatch: pytest.MonkeyPatch) -> None:
    """An easy one after days, one that was not known within minutes."""
    learner, clock = learners(), set_clock(monkeypatch)

    asked = [answer_card(learner, 1), answer_card(learner, 4), answer_card(learner, 4)]
    resting = learner.get(URL).text
    schedule = re.findall(r"<li><span>(.*?)</span> <span[^>]*>(.*?)</span></li>", resting)
    nothing = learner.get(f"{URL}/card")
    clock.advance(60 * DAY)
    due = learner.get(URL).text

    assert asked == ["What is x ?", "What is a word?", "What is x ?"]
    assert schedule == [("In 1 day", "1 card"), ("In 8 days", "1 card")]
    assert (nothing.status_code, nothing.headers["location"]) == (303, URL)
    assert "2 cards" in main_text(due)
    assert f'href="{URL}/card"' in due


def test_a_review_sent_often_counts_once(learners: Learners, store: Store) -> None:
    """Fields that no form sends are refused."""
    learner = learners()
    fields = hidden_fields(card_page(learner, "What is a word?"))

    sent = [learner.post(f"{URL}/rate", {**fields, "rating": "3"}).status_code for _ in range(3)]
    malformed = [
        learner.post(f"{URL}/rate", {**fields, "rating": "3", **other})
        for other in ({"rating": "5"}, {"card": "none"}, {"rating": ""}, {"seen": ""}, {"seen": "1" * 101})
    ]

    assert sent == [303, 303, 303]
    assert [(response.status_code, refusal_code(response)) for response in malformed] == [(400, "no-such-rating")] * 5
    assert [step.item for step in reviews(learner, store)] == [card_id("What is a word?")]


def test_each_learner_has_their_own_reviews(learners: Learners) -> None:
    first, second = learners(), learners()
    answer_card(first, 4)

    assert facts(first.get(URL).text)["Seen"] == "1"
    assert facts(second.get(URL).text)["Seen"] == "0"


def test_new_cards_per_day_are_limited(tmp_path_factory: pytest.TempPathFactory, store: Store) -> None:
    """The page shows how many come later."""
    cards = "\n".join(f"## Number {'x' * number}?\n\nYes.\n" for number in range(1, 20))
    root = write(tmp_path_factory.mktemp("many") / "memory", {**FILES, "topic/recall.md": cards})
    page = Learner(create_app(Site([load(root)], store))).get(URL).text

    assert f"{NEW_PER_DAY} new" in main_text(page)
    assert list(facts(page).values()) == ["19", "0", str(19 - NEW_PER_DAY)]


def test_a_topic_without_cards_has_no_page_for_them(tmp_path_factory: pytest.TempPathFactory, store: Store) -> None:
    files = {name: text for name, text in FILES.items() if name != "topic/recall.md"}
    root = write(tmp_path_factory.mktemp("none") / "memory", files)
    response = Learner(create_app(Site([load(root)], store))).get(URL)

    assert (response.status_code, refusal_code(response)) == (404, "no-cards")


def test_the_topic_suggests_one_mode_at_a_time(learners: Learners, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first; then what was begun, where it was left; then the next; nothing once all is done; then what is due."""
    learner, clock = learners(), set_clock(monkeypatch)

    def suggested() -> str:
        found = re.search(r'<a class="button primary" href="([^"]+)"', learner.get(TOPIC).text)
        return found[1] if found else ""

    links = [suggested()]
    learner.post(f"{TOPIC}/learn/reached", {"section": "1", "quietly": "1"})
    links.append(suggested())
    progress = main_text(learner.get(TOPIC).text)
    learner.post(f"{TOPIC}/learn/reached", {"section": "2", "read": "1"})
    links.append(suggested())
    answer_card(learner, 4)
    answer_card(learner, 4)
    links.append(suggested())
    clock.advance(90 * DAY)
    links.append(suggested())

    assert links == [f"{TOPIC}/learn", f"{TOPIC}/learn#part-1", URL, "", URL]
    assert "1 of 2 sections read" in progress
    assert "2 of 2 done · 2 due" in main_text(learner.get("/").text)
