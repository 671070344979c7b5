"""Quizzes in Markdown: each way to mark a key is read, and what is not clear is a remark, never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import exchange
from practicum.exchange import BankFile
from practicum.exchange.bank import Bank, Choice, Gaps, Item, ShortAnswer, Unsupported

FORM = exchange.get("markdown")


LISTS = """\
# Lists

Some words.

## Basics

### Question 1

Which?

```python
x = [1]
```

A) x
B) y

Answer: A

Because of x.

### Question 2

And?

- [ ] a
- [x] b

---

3. Last?

A) c
B) d

Answer: B - it is.

Indeed.
"""
MKDOCS = """\
# Page

- [x] no quiz

<quiz>
Which?

- [x] a
> Yes.
- [ ] b
- [x] c

So it is.
</quiz>

```
<quiz>
Example?
- [x] a
</quiz>
```

<quiz>
A [[list]] has [[1]].

---
Well.
</quiz>

<quiz>
What?
</quiz>
"""


def read(text: str) -> Bank:
    return FORM.read(BankFile("quiz.md", text.encode()))


def only(text: str) -> Item:
    [item] = read(text).items
    return item


def right(item: Item) -> list[int]:
    assert isinstance(item.answer, Choice)
    return [at for at, option in enumerate(item.answer.options) if option.key]


def texts(item: Item) -> list[str]:
    assert isinstance(item.answer, Choice)
    return [option.text for option in item.answer.options]


def codes(bank: Bank) -> list[tuple[str, str]]:
    return [(remark.identifier, remark.code) for remark in bank.remarks]


@pytest.mark.parametrize(
    "quiz",
    [
        "What is `6 * 7`?\n\n- [ ] 36\n- [x] 42\n- [ ] 48",
        "What is `6 * 7`?\n\n* [ ] 36\n* [X] 42\n* [ ] 48",
        "What is `6 * 7`?\n\nA) 36\nB) 42\nC) 48\n\nAnswer: B",
        "What is `6 * 7`?\nA. 36\nB. 42\nC. 48\n**Answer:** B",
        "What is `6 * 7`?\n\nA. 36\n\nB. 42\n\nC. 48\n\n**Answer: B**",
        "What is `6 * 7`?\n\n- A) 36\n- B) 42\n- C) 48\n\n**Correct answer**: B) 42",
        "What is `6 * 7`?\n\n(a) 36\n(b) 42\n(c) 48\n\n*Answer:* (b)",
        "What is `6 * 7`?\n\nA) 36\n**B) 42**\nC) 48",
        "What is `6 * 7`?\n\nA) 36\nB) **42**\nC) 48",
        "What is `6 * 7`?\n\nA) 36\n*B) 42\nC) 48",
        "What is `6 * 7`?\n\nA) 36\nB) 42 *\nC) 48",
        "What is `6 * 7`?\n\nA) 36\nB) 42 ✓\nC) 48",
        "What is `6 * 7`?\n\n- 36\n- 42 ✅\n- 48",
        "What is `6 * 7`?\n\n- 36\n- **42**\n- 48",
        "What is `6 * 7`?\n\n- 36\n- 42 (correct)\n- 48",
        "What is `6 * 7`?\n\n- 36\n- 42\n- 48\n\nAnswer: 42",
        "What is `6 * 7`?\n\n1. 36\n2. 42\n3. 48\n\nAnswer: 2",
        "What is `6 * 7`?\n\nA) 36\nB) 42\nC) 48\n\n<details>\n<summary>Answer</summary>\n\nB\n\n</details>",
        "What is `6 * 7`?\n\nA) 36\nB) 42\nC) 48\n\n<details><summary>Show answer</summary>B) 42</details>",
        "What is `6 * 7`?\n\nA) 36\nB) 42\nC) 48\n\n<details>\n<summary>Solution</summary>\n\nAnswer: B\n\n</details>",
        "1. What is `6 * 7`?\n   - [ ] 36\n   - [x] 42\n   - [ ] 48",
        "1. What is `6 * 7`?\n\n   A) 36\n   B) 42\n   C) 48\n\n   Answer: B",
        "**1. What is `6 * 7`?**\n\nA) 36\nB) 42\nC) 48\n\nAns: B",
        "## What is `6 * 7`?\n\n- [ ] 36\n- [x] 42\n- [ ] 48",
        "<quiz>\nWhat is `6 * 7`?\n- [ ] 36\n- [x] 42\n- [ ] 48\n</quiz>",
        "<?quiz?>\nquestion: What is `6 * 7`?\nanswer: 36\nanswer-correct: 42\nanswer: 48\n<?/quiz?>",
    ],
)
def test_each_way_to_mark_the_key(quiz: str) -> None:
    item = only(quiz)

    assert item.text == "What is `6 * 7`?"
    assert texts(item) == ["36", "42", "48"]
    assert right(item) == [1]
    assert not read(quiz).remarks


@pytest.mark.parametrize(
    ("quiz", "code"),
    [
        ("Which?\n\nA) x\nB) y", "key-missing"),
        ("Which?\n\n- [ ] x\n- [ ] y", "key-missing"),
        ("Which?\n\n**A) x**\n**B) y**", "key-missing"),
        ("Which?\n\nA) x\n**B) y**\n\nAnswer: A", "key-ambiguous"),
        ("Which?\n\nA) B\nB) A\n\nAnswer: A", "key-ambiguous"),
        ("Which?\n\nA) x\nB) y\n\nAnswer: it depends", "key-ambiguous"),
        ("Which?\n\nA) x\nB) y\n\nAnswer: A good one is y", "key-ambiguous"),
        ("Which?\n\nA) x\nB) y\n\nAnswer: D", "key-ambiguous"),
        ("Which?\n\n- x\n- y\n\nAnswer: 1", "key-ambiguous"),
    ],
)
def test_a_key_that_is_not_clear_is_a_remark(quiz: str, code: str) -> None:
    bank = read(quiz)

    assert codes(bank) == [("q1", code)]
    assert right(bank.items[0]) == []


@pytest.mark.parametrize("answer", ["A, C", "A and C", "AC", "A & C"])
def test_several_right_options(answer: str) -> None:
    item = only(f"Which?\n\nA) x\nB) y\nC) z\n\nAnswer: {answer}")

    assert item.answer.several
    assert right(item) == [0, 2]
    assert right(only("Which?\n\n- [x] x\n- [ ] y\n- [x] z")) == [0, 2]


def test_questions_follow_each_other() -> None:
    bank = read(LISTS)

    assert bank.title == "Lists"
    assert [item.text for item in bank.items] == ["Which?\n\n```python\nx = [1]\n```", "And?", "Last?"]
    assert [item.title for item in bank.items[:2]] == ["Question 1", "Question 2"]
    assert bank.items[0].category == ("Lists", "Basics")
    assert [right(item) for item in bank.items] == [[0], [1], [1]]
    assert [item.feedback for item in bank.items] == ["Because of x.", "", "it is.\n\nIndeed."]
    assert [item.line for item in bank.items] == [9, 24, 31]


def test_numbered_questions_without_headings() -> None:
    bank = read("1. One?\nA) x\nB) y\nAnswer: A\n\nWhy so.\n\n2. Two?\nA) x\nB) y\nAnswer: B\n")

    assert [item.text for item in bank.items] == ["One?", "Two?"]
    assert [right(item) for item in bank.items] == [[0], [1]]


def test_an_option_may_be_code() -> None:
    item = only("Which prints 1?\n\nA)\n\n```python\nprint(1)\n```\n\nB)\n\n```python\nprint(2)\n```\n\nAnswer: A")

    assert texts(item) == ["```python\nprint(1)\n```", "```python\nprint(2)\n```"]
    assert right(item) == [0]


def test_boxes_above_code_name_it() -> None:
    """As a public bank has them; the code below the last option is its own."""
    item = only(
        "#### Q7. Which?\n\n- [ ] A\n\n```py\n1\n```\n\n- [x] `B`\n\n```py\n2\n```\n\n[Reference](https://example.org)"
    )

    assert item.text == "Which?"
    assert texts(item) == ["```py\n1\n```", "```py\n2\n```"]
    assert right(item) == [1]
    assert item.feedback == "[Reference](https://example.org)"


def test_a_list_below_the_options_explains() -> None:
    bank = read(
        "## Q1. Which?\n\n- [ ] a\n- [x] b\n\n1. [One](x)\n2. [Two](y)\n\n"
        "## Q2. And?\n\n- [x] c\n- [ ] d\n\n**Explanation:**\n\n- so\n"
    )

    assert [texts(item) for item in bank.items] == [["a", "b"], ["c", "d"]]
    assert [item.feedback for item in bank.items] == ["- [One](x)\n\n- [Two](y)", "so"]


def test_boxes_below_lettered_statements_are_the_options() -> None:
    item = only("Which are true?\n\nA. One.\n\nB. Two.\n\n- [x] A only\n- [ ] A and B")

    assert item.text == "Which are true?\n\nA. One.\n\nB. Two."
    assert right(item) == [0]


def test_a_heading_that_asks_begins_the_text() -> None:
    item = only("# Page\n\n## Q6. What is this called?\n\n`a, b = c`\n\n- [x] unpacking\n- [ ] packing")

    assert item.text == "What is this called?\n\n`a, b = c`"
    assert item.category == ("Page",)


def test_the_correct_answer_is_said_in_a_sentence() -> None:
    item = only("Which?\n\na) x\nb) y\n\n**Explanation:**\nThe correct answer is b) y.\n\nBecause.")

    assert right(item) == [1]


def test_what_a_details_block_reveals_explains() -> None:
    item = only(
        "Which?\n\nA) x\nB) y\n\n<details>\n<summary>Answer</summary>\n\n**B) y**\n\nSince y."
        "\n\n```python\ny\n```\n\n</details>"
    )

    assert right(item) == [1]
    assert item.feedback == "Since y.\n\n```python\ny\n```"


def test_an_answer_without_options() -> None:
    assert isinstance(only("1. Which keyword returns?\n\nAnswer: `return`").answer, ShortAnswer)


def test_quizzes_of_mkdocs() -> None:
    bank = read(MKDOCS)
    which, gaps, what = bank.items

    assert right(which) == [0, 2]
    assert which.answer.several
    assert which.answer.options[0].feedback == "Yes."
    assert which.feedback == "So it is."
    assert isinstance(gaps.answer, Gaps)
    assert (gaps.text, gaps.feedback) == ("A [[1]] has [[2]].", "Well.")
    assert isinstance(what.answer, Unsupported)
    assert codes(bank) == [("q3", "malformed-question")]


@pytest.mark.parametrize(
    "page",
    [
        "# To do\n\n- [x] write\n- [ ] test\n",
        "Members:\n\nA. Smith\nB. Jones\n",
        "We need\n\n- **bread**\n- milk\n",
        "What is new?\n\n- faster\n- smaller\n",
        "Text.\n",
    ],
)
def test_a_page_without_questions_is_not_recognized(page: str) -> None:
    assert exchange.recognize(BankFile("page.md", page.encode())) is None


def test_a_list_of_tasks_is_a_remark() -> None:
    assert codes(read("# To do\n\n- [x] write\n- [ ] test\n")) == [("", "list-not-read")]


@pytest.mark.parametrize(
    "sign", ["- ", "> ", "* [x] ", "A) ", "**", "`", "<details>", "[[", "1. ", "<quiz>", "Answer: ", "[](", "- [ ] x\n"]
)
def test_long_runs_of_signs_are_read(sign: str) -> None:
    read("Which?\n\n" + sign * (20_000 // len(sign)))


@given(
    st.lists(
        st.sampled_from(
            [
                "Which?",
                "A) x",
                "B) y",
                "**C) z**",
                "- [x] a",
                "- [ ] b",
                "Answer: B",
                "# H",
                "---",
                "",
                "  ",
                "```",
                "<details>",
                "</details>",
                "1. Q?",
                "> q",
                "✓",
            ]
        ),
        max_size=14,
    ).map("\n".join)
)
def test_any_page_is_read(page: str) -> None:
    """No option is right without a mark or an answer in the page."""
    bank = read(page)

    for item in bank.items:
        if isinstance(item.answer, Choice) and item.answer.options:
            assert not right(item) or any(sign in page for sign in ("**", "[x]", "Answer", "details", "✓"))
