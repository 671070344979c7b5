"""text2qti's plain text: read as text2qti itself reads it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text2qti.config import Config
from text2qti.quiz import Question, Quiz

from practicum import exchange
from practicum.exchange import BankFile, UnreadableBank
from practicum.exchange.bank import (
    AcceptedNumber,
    Bank,
    Choice,
    Description,
    Essay,
    Item,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)

FORM = exchange.get("text2qti")
QUIZ = """\
Quiz title: Lists
Shuffle answers: true

% a comment
Title: Length
Points: 2
1.  What does this print?

    ```python
    print(len([1]))
    ```
... It counts.
a)  0
... No.
*b) 1
!   Because of `len`.

COMMENT
2. Not this one?
*a) a
b) b
END_COMMENT

2. Which are even?
[*] 2
[ ] 3
[] 5
[*] 4

3. Keyword?
* return
* yield

4. Six times seven?
=   42 +- 0.5

5. Why?
___

6. Is it?
*a) True
b)  False
"""


def read(text: str) -> Bank:
    return FORM.read(BankFile("quiz.txt", text.encode()))


def codes(text: str) -> list[tuple[str, str, int]]:
    return [(remark.identifier, remark.code, remark.line) for remark in read(text).remarks]


def test_each_type_of_question() -> None:
    bank = read(QUIZ)
    length, even, keyword, product, why, true = bank.items

    assert (bank.title, bank.remarks) == ("Lists", ())
    assert (length.title, length.points, length.line) == ("Length", 2, 7)
    assert length.text == "What does this print?\n\n```python\nprint(len([1]))\n```"
    assert length.feedback == "It counts.\n\nBecause of `len`."
    assert [(option.text, option.key, option.feedback) for option in length.answer.options] == [
        ("0", False, "No."),
        ("1", True, ""),
    ]
    assert even.answer.several
    assert [option.key for option in even.answer.options] == [True, False, False, True]
    assert isinstance(keyword.answer, ShortAnswer)
    assert product.answer == NumberAnswer((AcceptedNumber(Decimal("41.5"), Decimal("42.5")),))
    assert isinstance(why.answer, Essay)
    assert true.answer.true_false
    assert true.answer.shuffle


@pytest.mark.parametrize(
    ("answer", "low", "high"), [("5", 5, 5), ("[1, 2.5]", 1, 2.5), ("-10 +- 10%", -11, -9), ("1e3 +- 1", 999, 1001)]
)
def test_numbers(answer: str, low: float, high: float) -> None:
    [accepted] = read(f"1. How many?\n= {answer}").items[0].answer.accepted

    assert (float(accepted.low), float(accepted.high)) == (low, high)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. Which?\na) x\nb) y", [("q1", "key-missing", 1)]),
        ("1. Which?", [("q1", "malformed-question", 1)]),
        ("1. Which?\n*a) x\n___", [("q1", "malformed-question", 1)]),
        ("1. Which?\n= many", [("q1", "not-a-number", 2)]),
        ("1. Which?\n^^^^", [("q1", "unsupported-type", 1)]),
        ("1. Which?\n+ Yes.\n*a) x\nb) y", [("q1", "feedback-dropped", 2)]),
        ("GROUP\npick: 1\n1. Which?\n___\nEND_GROUP", [("", "setting-dropped", 2)]),
        ("```{.python .run}\nprint(1)\n```\n1. Which?\n___", [("", "code-not-run", 1)]),
    ],
)
def test_what_is_not_read_is_a_remark(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert codes(text) == expected
    assert len(read(text).items) == 1


def test_texts_between_questions_are_items() -> None:
    bank = read("Text title: Part one\nText: Read this\n  twice.\n1. Which?\n___")

    assert [(type(item.answer), item.title) for item in bank.items] == [(Description, "Part one"), (Essay, "")]
    assert bank.items[0].text == "Read this\ntwice."


def test_all_lines_without_a_sign_are_mistakes() -> None:
    with pytest.raises(UnreadableBank) as refused:
        read("1. Which?\nno sign\n*a) x\nCOMMENT\n")

    assert [(mistake.code, mistake.line) for mistake in refused.value.mistakes] == [
        ("unexpected-text", 2),
        ("not-closed", 4),
    ]


def test_it_is_recognized_by_what_is_in_it() -> None:
    assert exchange.recognize(BankFile("quiz.txt", QUIZ.encode())) is FORM
    assert exchange.recognize(BankFile("notes.txt", b"1. Buy milk\n2. Call Bob\n")) is None


WORDS = st.lists(
    st.sampled_from(["list", "`x = 1`", "is", "50", "*now*", "a)", "résumé", "="]), min_size=1, max_size=4
).map(" ".join)
PARAGRAPHS = st.lists(WORDS, min_size=1, max_size=3)


def indented(paragraphs: list[str], sign: str) -> str:
    return sign + f"\n\n{' ' * len(sign)}".join(paragraphs)


@st.composite
def questions(draw: st.DrawFn) -> str:
    """A question of any type, with texts of several paragraphs and feedback."""
    lines = [f"Title: {draw(WORDS)}"] if draw(st.booleans()) else []
    lines.append(indented([f"Q{draw(st.integers())}", *draw(PARAGRAPHS)], "1. "))
    lines += ["... " + draw(WORDS)] if draw(st.booleans()) else []
    options = draw(
        st.lists(PARAGRAPHS, min_size=2, max_size=4, unique_by=lambda texts: re.sub(r"\W", "", "".join(texts)))
    )
    right = draw(st.integers(0, len(options) - 1))
    kind = draw(st.sampled_from(["choice", "several", "text", "number", "essay"]))
    if kind == "choice":
        lines += [indented(texts, f"{'*' if at == right else ''}{'abcd'[at]}) ") for at, texts in enumerate(options)]
    elif kind == "several":
        lines += [indented(texts, "[*] " if at >= right else "[ ] ") for at, texts in enumerate(options)]
    elif kind == "text":
        lines += [f"* {texts[0]}{at}" for at, texts in enumerate(options)]
    else:
        lines.append(
            "___" if kind == "essay" else f"= {draw(st.sampled_from(['7', '[1.5, 2]', '-3 +- 0.5', '8 +- 25%']))}"
        )
    return "\n".join(lines)


def theirs(question: Question) -> dict[str, Any]:
    ends = (question.numerical_min, question.numerical_max) if question.type == "numerical_question" else None
    return {
        "text": question.question_raw,
        "title": question.title_raw or "",
        "feedback": question.feedback_raw or "",
        "options": [(choice.choice_raw, choice.correct) for choice in question.choices],
        "numbers": ends,
    }


def ours(item: Item) -> dict[str, Any]:
    answer = item.answer
    assert not isinstance(answer, Unsupported)
    options = [(option.text, option.key) for option in answer.options] if isinstance(answer, Choice) else []
    if isinstance(answer, ShortAnswer):
        options = [(accepted.text, True) for accepted in answer.accepted]
    numbers = answer.accepted[0] if isinstance(answer, NumberAnswer) else None
    return {
        "text": item.text,
        "title": item.title,
        "feedback": item.feedback,
        "options": options,
        "numbers": numbers and (float(numbers.low), float(numbers.high)),
    }


@given(parts=st.lists(questions(), min_size=1, max_size=3, unique_by=lambda text: re.search(r"Q-?\d+", text)[0]))
def test_text2qti_reads_the_same(parts: list[str]) -> None:
    text = "\n\n".join(parts)
    quiz = Quiz(text, config=Config())

    assert [ours(item) for item in read(text).items] == [theirs(question) for question in quiz.questions_and_delims]


@given(st.text("1.ab)*[] =_+-!%`\n\tT:", max_size=60))
def test_what_text2qti_reads_is_read(text: str) -> None:
    """Whatever it is: text2qti is stricter, and refuses what is here a remark."""
    try:
        quiz = Quiz(text, config=Config())
    except Exception:
        return
    assert len(read(text).items) == len(quiz.questions_and_delims)
