"""Banks for tests: one of every type of question, and hypothesis strategies for those that a format can express."""

from __future__ import annotations

import string
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Bank,
    BankOption,
    Choice,
    CodeAnswer,
    CodeTest,
    Description,
    Essay,
    Gaps,
    Item,
    Matching,
    NumberAnswer,
    ShortAnswer,
)

RIGHT, WRONG = Decimal(100), Decimal(0)

WORDS = [
    "list",
    "array",
    "axis",
    "zero",
    "loss",
    "résumé",
    "naïve",
    "x < 3",
    "a & b",
    "50 %",
    "“quoted”",
    "~tilde",
    "{brace}",
]
"""Words, among them the characters that some format gives a meaning."""
CODES = ["x = [1, 2]", "d = {'a': 1}", 'print("<b>")', "x ~= 3  # no", "a = b\n\nif a:\n    print(a)", r"r'\n'", "`"]
CHARACTERS = string.ascii_letters + string.digits + " .,;:!?'\"()[]{}<>&#=~%\\/*_-+^|@$"


def prose() -> st.SearchStrategy[str]:
    """One line of Markdown without markup."""
    return st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


def markdown() -> st.SearchStrategy[str]:
    """Markdown of a paragraph or two: words, a code span, a fence, a formula."""
    span = st.sampled_from(CODES[:4]).map(lambda code: f"`{code}`")
    line = st.lists(st.one_of(prose(), span, st.just("$x^2$")), min_size=1, max_size=3).map(" ".join)
    fence = st.sampled_from(CODES[:6]).map(lambda code: f"```python\n{code}\n```")
    return st.lists(st.one_of(line, fence), min_size=1, max_size=3).map("\n\n".join)


def decimals() -> st.SearchStrategy[Decimal]:
    return st.decimals(-1000, 1000, allow_nan=False, places=2)


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    """One right option, or several of equal credit."""
    texts = draw(st.lists(markdown(), min_size=2, max_size=5, unique=True))
    several = draw(st.booleans())
    right = draw(st.sets(st.sampled_from(range(len(texts))), min_size=1, max_size=len(texts) if several else 1))
    credit = Decimal(100) if not several else Decimal(100) / len(right)
    feedback = draw(st.lists(st.one_of(st.just(""), prose()), min_size=len(texts), max_size=len(texts)))
    options = [BankOption(text, credit if at in right else WRONG, feedback[at]) for at, text in enumerate(texts)]
    return Choice(tuple(options), several)


@st.composite
def answers(draw: st.DrawFn, types: frozenset[type]) -> Answer:
    """An answer of one of these classes."""
    strategies: dict[type, st.SearchStrategy[Answer]] = {
        Choice: choices(),
        ShortAnswer: st.lists(prose(), min_size=1, max_size=3, unique=True).map(
            lambda texts: ShortAnswer(tuple(AcceptedText(text) for text in texts))
        ),
        NumberAnswer: st.tuples(decimals(), st.sampled_from([Decimal(0), Decimal("0.25")])).map(
            lambda number: NumberAnswer((AcceptedNumber.around(*number),))
        ),
        Matching: st.lists(
            st.tuples(prose(), prose()), min_size=3, max_size=4, unique_by=(lambda p: p[0], lambda p: p[1])
        ).map(lambda pairs: Matching(tuple(pairs))),
        Essay: st.just(Essay()),
        Description: st.just(Description()),
        CodeAnswer: st.sampled_from(CODES[:2]).map(
            lambda code: CodeAnswer(start="# here", solution=code, tests=(CodeTest("print(1)", prints="1"),))
        ),
        Gaps: st.just(Gaps((ShortAnswer((AcceptedText("axis"),)), choices_of_words()))),
    }
    return draw(strategies[draw(st.sampled_from(sorted(types, key=lambda answer: answer.__name__)))])


def choices_of_words() -> Choice:
    """A menu in a gap."""
    return Choice((BankOption("rows", RIGHT), BankOption("columns")))


@st.composite
def items(draw: st.DrawFn, types: frozenset[type]) -> Item:
    """An item whose answer is of one of these classes."""
    answer = draw(answers(types))
    text = draw(markdown())
    if isinstance(answer, Gaps):
        text = f"{draw(prose())} [[1]] then [[2]] {draw(prose())}"
    return Item("", text, answer, title=draw(prose()), feedback=draw(st.one_of(st.just(""), markdown())))


def banks(types: frozenset[type]) -> st.SearchStrategy[Bank]:
    """Banks of up to four items with answers of these classes, identified by their numbers."""
    listed = st.lists(items(types), min_size=1, max_size=4)
    return listed.map(
        lambda found: Bank("A bank", tuple(replace(item, identifier=f"q{at}") for at, item in enumerate(found, 1)))
    )


SAMPLES: dict[type, Item] = {
    type(item.answer): item
    for item in (
        Item(
            "one",
            "What does `len([1, 2])` return?",
            Choice((BankOption("`2`", RIGHT, "Yes."), BankOption("`1`"))),
            title="Length",
        ),
        Item(
            "text",
            "Which keyword returns a value?",
            ShortAnswer((AcceptedText("return"), AcceptedText("yield"))),
            title="Keyword",
        ),
        Item(
            "number",
            "What is 6 · 7?",
            NumberAnswer((AcceptedNumber.around(Decimal(42), Decimal("0.5")),)),
            title="Product",
        ),
        Item(
            "gaps",
            "Axis 0 has the [[1]], axis [[2]] the columns.",
            Gaps((choices_of_words(), ShortAnswer((AcceptedText("1"),)))),
            title="Axes",
        ),
        Item(
            "pairs", "Match.", Matching((("`[]`", "a list"), ("`{}`", "a dict"), ("`()`", "a tuple"))), title="Literals"
        ),
        Item(
            "code",
            "Write `double`.",
            CodeAnswer("", "def double(x):\n    return 2 * x", (CodeTest("print(double(4))", prints="8"),)),
            title="Double",
        ),
        Item("essay", "Why freeze the base?", Essay("Because of few images."), title="Freeze"),
        Item("description", "Read this first.", Description(), title="Read"),
    )
}
"""A plain item for each class of answers."""
