"""What an item asks is read from its sentence as a whole; anything that is open to another reading is not read."""

from __future__ import annotations

import pytest

from practicum.audit.code_finding import find_code, read_transcript
from practicum.audit.question_phrases import Asks
from practicum.audit.question_reading import NotFormed, Question, read_question
from practicum.exchange.bank import Description, Item

BLOCK = "\n\n```python\nx = 1\nprint(x)\n```\n"


def read(text: str, *, true_false: bool = False) -> Question:
    found = find_code(Item("q", text, Description()))
    return read_question(found.prose, found.spans, has_block=bool(found.blocks), true_false=true_false)


@pytest.mark.parametrize(
    "sentence",
    [
        "What is the output of the following code?",
        "What is the output?",
        "What will be the output of the code below?",
        "What will be the output of the following Python code?",
        "What does this code print?",
        "What does the following program output?",
        "What will this snippet print to the console?",
        "What is printed?",
        "What gets printed when this code is run?",
        "What is printed when you run this code?",
        "What will be displayed on the screen?",
        "What is the result of executing the following code?",
        "What is the result of the following code snippet?",
        "Predict the output of the code.",
        "Output of the following program is:",
        "Which of the following is the correct output?",
        "Which is the output of this code?",
        "The code prints",
        "Consider the following code. What is the output?",
        "Given this code, what is the output?",
        "What is the expected output of this Python script?",
        "What's the output of this code in Python 3?",
        "Select the correct output of the code shown below.",
    ],
)
def test_printed_text(sentence: str) -> None:
    assert read(sentence + BLOCK) == Question(Asks.PRINTS)


@pytest.mark.parametrize(
    ("text", "asks", "expression"),
    [
        ("What does `len([1, 2])` return?", Asks.VALUE, "len([1, 2])"),
        ("What is the value of `x`?" + BLOCK, Asks.VALUE, "x"),
        ("What is the value of x after running this code?" + BLOCK, Asks.VALUE, "x"),
        ("What is the value of `x` after the code is executed?" + BLOCK, Asks.VALUE, "x"),
        ("What does `f(2)` evaluate to?" + BLOCK, Asks.VALUE, "f(2)"),
        ("What is `2 ** 3`?", Asks.VALUE, "2 ** 3"),
        ("What is the result of `7 // 2` in Python?", Asks.VALUE, "7 // 2"),
        ("What is the result of 7 // 2?", Asks.VALUE, "7 // 2"),
        ("What is the result of the expression `3 * 'a'`?", Asks.VALUE, "3 * 'a'"),
        ("What is the output of `print(2**3)`?", Asks.PRINTS, "print(2**3)"),
        ("What is the output of print(3 * 'ab')?", Asks.PRINTS, "print(3 * 'ab')"),
        ("What does print('a', 'b', sep='-') output?", Asks.PRINTS, "print('a', 'b', sep='-')"),
        ("What is returned by `sorted({3: 1})`?", Asks.VALUE, "sorted({3: 1})"),
        ("`len('abc')` returns", Asks.VALUE, "len('abc')"),
        ("What is the type of `3 / 1`?", Asks.TYPE, "3 / 1"),
        ("What is the data type of `x`?" + BLOCK, Asks.TYPE, "x"),
        ("What type does `input()` return?", Asks.TYPE, "input()"),
        ("What is the shape of `np.zeros((2, 3)).T`?", Asks.SHAPE, "np.zeros((2, 3)).T"),
        ("What shape does `a + b` have?" + BLOCK, Asks.SHAPE, "a + b"),
        ("Which exception does `int('a')` raise?", Asks.RAISES, "int('a')"),
        ("What error is raised by `[][0]`?", Asks.RAISES, "[][0]"),
        ("Which exception is raised by the following code?" + BLOCK, Asks.RAISES, ""),
        ("What exception is raised?" + BLOCK, Asks.RAISES, ""),
    ],
)
def test_what_is_asked_about_an_expression(text: str, asks: Asks, expression: str) -> None:
    assert read(text) == Question(asks, expression)


@pytest.mark.parametrize(
    ("text", "asks", "states", "negated"),
    [
        ("Which code prints `3`?", Asks.PRINTS, "`3`", False),
        ("Which of the following statements prints `3`?", Asks.PRINTS, "`3`", False),
        ("Which of these raises a TypeError?", Asks.RAISES, "TypeError", False),
        ("Which of these does not raise a `TypeError`?", Asks.RAISES, "`TypeError`", True),
        ("Which of the following evaluates to True?", Asks.VALUE, "True", False),
        ("Which expression returns `[1, 2]`?", Asks.VALUE, "`[1, 2]`", False),
        ("Which of the following expressions evaluates to `6`?", Asks.VALUE, "`6`", False),
        ("Which slice returns `[2, 3]`?", Asks.VALUE, "`[2, 3]`", False),
        ("Which of these is equal to `3`?", Asks.VALUE, "`3`", False),
        ("Which of these has type `float`?", Asks.TYPE, "`float`", False),
    ],
)
def test_options_that_are_code(text: str, asks: Asks, states: str, negated: bool) -> None:
    assert read(text) == Question(asks, states=states, options_are_code=True, is_negated=negated)


@pytest.mark.parametrize(
    ("text", "asks", "expression", "states"),
    [
        ("`len('abc')` returns 3.", Asks.VALUE, "len('abc')", "3"),
        ("True or false: `3 / 1` evaluates to `3`.", Asks.VALUE, "3 / 1", "`3`"),
        ("The type of `3 / 1` is `float`.", Asks.TYPE, "3 / 1", "`float`"),
        ("`int('a')` raises a ValueError.", Asks.RAISES, "int('a')", "ValueError"),
        ("The following code prints `1`." + BLOCK, Asks.PRINTS, "", "`1`"),
    ],
)
def test_statements(text: str, asks: Asks, expression: str, states: str) -> None:
    assert read(text, true_false=True) == Question(asks, expression, states, is_statement=True)


@pytest.mark.parametrize(
    "text",
    [
        "What is the capital of France?",
        "What is GPT-4?",
        "What is self-attention?",
        "What is `list`-like about tuples?",
        "Why does this code print 1?" + BLOCK,
        "How many times does the loop run?" + BLOCK,
        "What is the purpose of this code?" + BLOCK,
        "What is the output if x is changed to 2?" + BLOCK,
        "Which of these is NOT printed?" + BLOCK,
        "What could be the output of this code?" + BLOCK,
        "What are the possible outputs?" + BLOCK,
        "What is wrong with this code?" + BLOCK,
        "What is the time complexity of this code?" + BLOCK,
        "What is the first line of the output?" + BLOCK,
        "What is printed? And why?" + BLOCK,
        "What is the most idiomatic way to write this?" + BLOCK,
        "Which is the best code to print `3`?",
        "Which line must be added so that it prints `3`?" + BLOCK,
        "Which keyword returns a value?",
        "What does the `print` function do?",
        "What is printed when the user enters 5?" + BLOCK,
        "What does `sorted` do to a list?",
        "What is `pip` used for?",
        "What happens in this code?" + BLOCK,
    ],
)
def test_what_is_not_read(text: str) -> None:
    with pytest.raises(NotFormed):
        read(text)


@pytest.mark.parametrize("text", ["Python is fun.", "Lists are mutable.", "`x` is not 3.", "`a` may return 3."])
def test_statements_that_are_not_read(text: str) -> None:
    with pytest.raises(NotFormed):
        read(text, true_false=True)


# --- code -------------------------------------------------------------------------------------------------------------


def sources(text: str) -> list[tuple[str, str]]:
    return [(block.source, block.place) for block in find_code(Item("q", text, Description())).blocks]


LOOP = "for i in range(2):\n    print(i)"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"What is printed?\n\n```python\n{LOOP}\n```", "fence"),
        (f"What is printed?\n\n```\n{LOOP}\n```\n\nChoose one.", "fence"),
        ("What is printed?\n\n    for i in range(2):\n        print(i)", "indented block"),
        (f"What is printed?\n{LOOP}", "lines of the text"),
        (f"{LOOP}\n\nWhat is printed?", "lines of the text"),
    ],
)
def test_code_is_found(text: str, place: str) -> None:
    assert sources(text) == [(LOOP, place)]


def test_code_beside_the_text_is_found() -> None:
    item = Item("q", "What is printed?", Description(), code=LOOP)

    assert [(block.source, block.place) for block in find_code(item).blocks] == [(LOOP, "code of the item")]


@pytest.mark.parametrize(
    "text", ["What is a list?\nA kind of sequence", "One\nTwo\nThree", "Yes (really)\nNo", "Hello, world"]
)
def test_prose_is_no_code(text: str) -> None:
    assert sources(text) == []


def test_a_session_is_read_up_to_what_it_does_not_show() -> None:
    shown = ">>> x = [1]\n>>> x\n[1]\n>>> x.append(2)\n>>> x\n"
    found = read_transcript(shown)

    assert found is not None
    assert (found.shown, found.asked) == ("x = [1]\nx\n", "x.append(2)\nx\n")
    assert read_transcript("In [1]: x = 2\n\nIn [2]: x\n").asked == "x = 2\nx\n"  # type: ignore[union-attr]
    assert read_transcript("print(1)") is None


def test_a_question_mark_in_a_session_is_what_is_asked() -> None:
    found = read_transcript(">>> 1 + 1\n???\n")

    assert found is not None
    assert found.asked == "1 + 1\n"
