"""GIFT: read as Moodle and another parser read it, written so that both do, and corrected by its signs alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum import exchange
from practicum.exchange import BankFile, NotInFormat, UnreadableBank
from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Bank,
    BankOption,
    Choice,
    Description,
    Essay,
    Item,
    Matching,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.gift import syntax
from practicum.exchange.gift.syntax import Entry, GiftQuestion, GiftText
from practicum.exchange.markup import to_plain
from practicum.exchange.source_text import MAX_LINE, decode
from tests.exchange import gift_oracle
from tests.exchange.banks import CHARACTERS, SAMPLES, banks
from tests.exchange.gift_oracle import Oracle
from tests.exchange.shared_banks import HAVE_SHARED_BANKS, shared_files

GIFT = exchange.get("gift")
FULL, NONE = Decimal(100), Decimal(0)


def read(text: str) -> Bank:
    return GIFT.read(BankFile("bank.gift", text.encode()))


def only(text: str) -> Item:
    [item] = read(text).items
    return item


def codes(bank: Bank) -> list[tuple[str, str]]:
    return [(remark.identifier, remark.code) for remark in bank.remarks]


def correct(text: str, *right: int) -> str:
    return GIFT.correct(BankFile("bank.gift", text.encode()), {"q1": frozenset(right)}).decode()


# What each construct means


def test_options_with_weights_and_feedback() -> None:
    item = only("::T\\:1::Which? {\n ~%-50%a#No.\n ~%50%half\n =b # Yes \\= it is.\n####Because.\n}")

    assert (item.title, item.text, item.feedback) == ("T:1", "Which?", "Because.")
    assert item.answer == Choice(
        (BankOption("a", Decimal(-50), "No."), BankOption("half", Decimal(50)), BankOption("b", FULL, "Yes = it is."))
    )


def test_options_without_a_right_one_are_several() -> None:
    answer = only("Which? {~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}").answer

    assert answer.several
    assert [option.credit for option in answer.options] == [FULL / 3, FULL / 3, FULL / 3, Decimal(-100)]


@pytest.mark.parametrize("word", ["T", "TRUE", "true", "F", "FALSE"])
def test_a_statement(word: str) -> None:
    """The first feedback is for the wrong answer, the second for the right one."""
    answer = only(f"It is.{{{word}#wrong#right}}").answer
    true = word.lower().startswith("t")

    assert answer.true_false
    assert [option.text for option in answer.options] == ["True", "False"]
    assert [option.key for option in answer.options] == [true, not true]
    assert [option.feedback for option in answer.options] == (["right", "wrong"] if true else ["wrong", "right"])


def test_texts_to_type() -> None:
    assert only("Who? {=no one =%50%nobody#Nearly.}").answer == ShortAnswer(
        (AcceptedText("no one"), AcceptedText("nobody", Decimal(50), "Nearly."))
    )
    assert only("One? {One}").answer == ShortAnswer((AcceptedText("One"),))


@pytest.mark.parametrize(
    ("answer", "low", "high"),
    [("#5", 5, 5), ("#=5:2", 3, 7), ("#-5..5", -5, 5), ("#\n\t=1e3:0.5#Yes.", 999.5, 1000.5), ("# = 1.5 ", 1.5, 1.5)],
)
def test_numbers(answer: str, low: float, high: float) -> None:
    [number] = only(f"How many? {{{answer}}}").answer.accepted

    assert (float(number.low), float(number.high)) == (low, high)


def test_matches_and_a_wrong_one() -> None:
    assert only("Match. {=[html]<b>a</b> -> 1 =b -> 2 = -> 3}").answer == Matching((("**a**", "1"), ("b", "2")), ("3",))


def test_an_answer_in_the_middle_of_a_text() -> None:
    item = only("Grant is {~buried =entombed} in a tomb.")

    assert item.text == "Grant is _____ in a tomb."
    assert isinstance(item.answer, Choice)


def test_categories_identifiers_and_tags() -> None:
    bank = read(
        "$CATEGORY: $course$/top/Units/A//B\n\n// [id:x-1] [tag:one] [tag:two]\nA? {}\n\n// note\nB? {}"
        "\n\n$CATEGORY: C\nD"
    )

    assert [item.category for item in bank.items] == [("Units", "A/B"), ("Units", "A/B"), ("C",)]
    assert [item.identifier for item in bank.items] == ["x-1", "q2", "q3"]
    assert [item.tags for item in bank.items] == [("one", "two"), (), ()]
    assert [item.line for item in bank.items] == [4, 7, 10]


def test_an_identifier_that_is_repeated_is_none() -> None:
    assert [item.identifier for item in read("// [id:x]\nA? {}\n\n// [id:x]\nB? {}").items] == ["q1", "q2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[html]<p>Is <code>a \\= b</code>?</p>", "Is `a = b`?"),
        ("[markdown]Is `a \\= b`\\n\\nor _not_?", "Is `a = b`\n\nor _not_?"),
        ("[plain]Is 2*v1 + 2*v2 <b>?", r"Is 2\*v1 + 2\*v2 \<b\>?"),
        ("Is <b>this</b> &lt; that?", "Is **this** < that?"),
        ("Is List<String> a \\{type\\}?", r"Is List\<String\> a {type}?"),
        ("A C\\:\\\\dir \\x?", "A C:\\dir \\x?"),
    ],
)
def test_formats_and_escapes(text: str, expected: str) -> None:
    assert only(text + "{}").text == expected


def test_options_have_the_format_of_their_question() -> None:
    options = only("[html]Which? {=<i>a</i> ~[plain]<i>b</i>}").answer.options

    assert [option.text for option in options] == ["*a*", r"\<i\>b\</i\>"]


def test_a_comment_within_a_question_is_left_out() -> None:
    item = only("Which\n// not this {\n? {=a\n  // nor this =c\n ~b}")

    assert item.text == "Which\n?"
    assert [option.text for option in item.answer.options] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Which? {=a ~b", "brace-not-closed"),
        ("Which? =a ~b}", "brace-not-opened"),
        ("Which {=a} or {=b}?", "brace-unescaped"),
        ("Which? {~%many%a =b}", "not-a-weight"),
        ("Which? {~%500%a =b}", "not-a-weight"),
        ("How many? {#some}", "not-a-number"),
        ("How many? {#1e999999999}", "not-a-number"),
        ("Is it? {T#a#b#c}", "statement-feedback"),
    ],
)
def test_a_mistake_is_a_remark_at_its_line_and_keeps_the_text(text: str, code: str) -> None:
    bank = read(f"One? {{}}\n\n{text}\n\nThree? {{}}")

    assert [(remark.identifier, remark.code, remark.line) for remark in bank.remarks] == [("q2", code, 3)]
    assert [type(item.answer) for item in bank.items] == [Essay, Unsupported, Essay]


def test_feedback_for_any_other_number_is_reported() -> None:
    bank = read("How many? {#=3:2\n~#Completely wrong}")

    assert codes(bank) == [("q1", "feedback-dropped")]
    assert bank.items[0].answer == NumberAnswer((AcceptedNumber(Decimal(1), Decimal(5)),))


def test_texts_are_recognized_by_what_is_in_them() -> None:
    assert exchange.recognize(BankFile("quiz.txt", b"::T::Which? {=a ~b}")) is GIFT
    assert exchange.recognize(BankFile("notes.txt", b"Buy milk.\n\nCall {Bob}.")) is not GIFT


# Correction


@pytest.mark.parametrize(
    ("before", "right", "after"),
    [
        ("Q? {~a#No. =b\n ~c }", {2}, "Q? {~a#No. ~b\n =c }"),
        ("Q? {~%50%a =b}", {0}, "Q? {=a ~b}"),
        ("Q? {~%50%a ~%50%b ~%-100%c ~d}", {0, 1, 3}, "Q? {~%33.33333%a ~%33.33333%b ~%-100%c ~%33.33333%d}"),
        ("Q? {~%50%a ~%50%b ~%-100%c}", {2}, "Q? {~a ~b ~%100%c}"),
        ("It is.{TRUE#x#y}", {1}, "It is.{FALSE#x#y}"),
        ("It is.{F} // c", {0}, "It is.{T} // c"),
        ("Q? {=a\n// =no\n~b}", {1}, "Q? {~a\n// =no\n=b}"),
    ],
)
def test_a_correction_edits_signs_and_weights(before: str, right: set[int], after: str) -> None:
    assert correct(before, *right) == after


@pytest.mark.parametrize(
    ("text", "right"), [("Q? {=a =b}", [0]), ("Q? {#5}", [0]), ("Q? {~a =b}", []), ("It is.{T}", [0, 1])]
)
def test_what_cannot_be_corrected_is_refused(text: str, right: list[int]) -> None:
    with pytest.raises(NotInFormat):
        correct(text, *right)


# Writing


@given(bank=banks(frozenset({Essay, Description, ShortAnswer})))
def test_essays_lose_their_sample_alone(bank: Bank) -> None:
    written = GIFT.write(bank)
    again = GIFT.read(BankFile("bank.gift", written.content))

    assert [(item.text, item.title, item.answer) for item in again.items] == [
        (item.text, item.title, item.answer) for item in bank.items
    ]


@given(
    text=st.text(CHARACTERS + "\né", max_size=30),
    feedback=st.text(CHARACTERS, max_size=9),
    title=st.text(CHARACTERS, max_size=9),
)
def test_any_text_is_shown_as_before(text: str, feedback: str, title: str) -> None:
    """Markdown that no reader produces may be written in another way: reading and writing again changes nothing."""
    answer = Choice((BankOption(text, FULL, feedback), BankOption("other")))
    item = Item("one", text, answer, title=" ".join(title.split()), feedback=feedback)
    once = read(GIFT.write(Bank("A bank", (item,))).content.decode())
    twice = read(GIFT.write(once).content.decode())

    assert [replace(found, line=0) for found in twice.items] == [replace(found, line=0) for found in once.items]
    assert once.items[0].title == item.title


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hints": ("Count.",)}, "hints-dropped"),
        ({"points": Decimal(2)}, "points-dropped"),
        ({"code": "x = 1"}, "code-in-text"),
        ({"title": "a\nb"}, "title-changed"),
        ({"tags": ("a]",)}, "tags-dropped"),
        ({"tags": ("[a",)}, "tags-dropped"),
        ({"answer": Choice((BankOption("a", FULL), BankOption("b")), shuffle=False)}, "order-dropped"),
        ({"answer": Choice((BankOption("a", FULL), BankOption("b", Decimal("12.3456789"))))}, "credit-rounded"),
        ({"answer": ShortAnswer((AcceptedText("a"),), case_sensitive=True)}, "case-dropped"),
        ({"answer": Matching((("a", "`1`"), ("b", "2")))}, "style-dropped"),
        ({"answer": Choice((BankOption("a"), BankOption("b")))}, "not-in-format"),
        ({"answer": Choice((BankOption("a", FULL),))}, "not-in-format"),
        ({"answer": ShortAnswer((AcceptedText("a -> b"),))}, "not-in-format"),
        ({"answer": Choice((BankOption("True", FULL), BankOption("False", FULL)), true_false=True)}, "not-in-format"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_lost_is_a_remark(change: dict[str, Any], code: str) -> None:
    written = GIFT.write(Bank("A bank", (replace(SAMPLES[Choice], **change),)))

    assert [remark.code for remark in written.remarks] == [code]


def test_categories_identifiers_and_tags_are_written() -> None:
    items = [
        replace(SAMPLES[Choice], identifier="x-1", category=("A/B", "C"), tags=("one", "two")),
        replace(SAMPLES[Choice], identifier="y]2"),
    ]
    again = read(GIFT.write(Bank("A bank", tuple(items))).content.decode()).items

    assert [(item.identifier, item.category, item.tags) for item in again] == [
        (item.identifier, item.category, item.tags) for item in items
    ]


@pytest.mark.parametrize("content", [b"\xff{}", b"a" * (MAX_LINE + 1)], ids=["bytes", "line"])
def test_hostile_files_are_refused(content: bytes) -> None:
    with pytest.raises(UnreadableBank):
        GIFT.read(BankFile("bank.gift", content))


@pytest.mark.parametrize("sign", ["{", "}", "\\", "=", "#", "%", "::", "[", "//", "~%"])
def test_long_runs_of_signs_take_no_time(sign: str) -> None:
    """Each is read, or refused, in one pass."""
    read("::t::Which? {" + sign * 50_000)
    read("// [id:" + "[id:" * 20_000 + sign * 50_000 + "\nWhich? {}")


def shown(item: Item) -> Item:
    """The item with its texts as a reader sees them: Markdown may write the same in two ways."""
    answer = item.answer
    if isinstance(answer, Choice):
        options = [replace(option, text=seen(option.text), feedback=seen(option.feedback)) for option in answer.options]
        answer = replace(answer, options=tuple(options))
    if isinstance(answer, ShortAnswer | NumberAnswer):
        accepted = [replace(one, feedback=seen(one.feedback)) for one in answer.accepted]
        answer = replace(answer, accepted=tuple(accepted))
    return replace(item, text=seen(item.text), feedback=seen(item.feedback), answer=answer, line=0)


def seen(text: str) -> str:
    return squeezed(to_plain(text))


# Another parser


@pytest.fixture(scope="module")
def parser() -> Iterator[Oracle]:
    if missing := gift_oracle.missing():
        pytest.skip(missing)
    with gift_oracle.oracle() as found:
        yield found


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def shape_of_text(text: GiftText | dict[str, str] | None) -> tuple[str, str] | None:
    found = {"format": text.format, "text": text.text} if isinstance(text, GiftText) else text
    return (found["format"], squeezed(found["text"])) if found else None


def ours(text: str) -> list[tuple[object, ...]]:
    """The questions in a text, in a form to compare."""
    return [_our_question(question) for question in syntax.questions(decode(BankFile("bank.gift", text.encode())))]


def _our_question(question: GiftQuestion) -> tuple[object, ...]:
    assert not question.mistakes
    answers: object = [_our_entry(entry, question.type) for entry in question.entries]
    if question.type == syntax.TRUE_FALSE:
        answers = [question.true, *map(shape_of_text, question.feedback)]
    return (
        question.type,
        squeezed(question.title),
        shape_of_text(question.stem),
        question.embedded,
        answers,
        shape_of_text(question.general_feedback),
        question.identifier,
        list(question.tags),
        question.category,
    )


def _our_entry(entry: Entry, type: str) -> object:
    if type == syntax.MATCHING and entry.match:
        return (shape_of_text(entry.match[0]), squeezed(entry.match[1]))
    text: object = shape_of_text(entry.text)
    if type == syntax.NUMERICAL:
        text = None if entry.low is None or entry.high is None else (float(entry.low), float(entry.high))
    weight = None if entry.weight is None else float(entry.weight)
    return (entry.right, weight, text, shape_of_text(entry.feedback))


def theirs(found: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    """The questions that gift-pegjs found, in the same form."""
    category = ""
    questions = []
    for question in found:
        if question["type"] == "Category":
            category = question["title"].strip()
        else:
            questions.append(_their_question(question, category))
    return questions


def _their_question(question: dict[str, Any], category: str) -> tuple[object, ...]:
    kind = question["type"]
    choices = question.get("choices", [])
    choices = (
        choices
        if isinstance(choices, list)
        else [{"isCorrect": True, "weight": None, "text": choices, "feedback": None}]
    )
    answers: object = [_their_entry(choice, kind) for choice in choices]
    if kind == syntax.TRUE_FALSE:
        answers = [question["isTrue"], *(shape_of_text(question[name]) for name in ("trueFeedback", "falseFeedback"))]
    if kind == syntax.MATCHING:
        answers = [(shape_of_text(pair["subquestion"]), _match(pair["subanswer"])) for pair in question["matchPairs"]]
    return (
        kind,
        squeezed(question["title"] or ""),
        shape_of_text(question["stem"]),
        question["hasEmbeddedAnswers"],
        answers,
        shape_of_text(question.get("globalFeedback")),
        question["id"] or "",
        question["tags"] or [],
        category,
    )


def _match(text: str) -> str:
    """gift-pegjs leaves the codes of escaped characters in the texts on the right."""
    return squeezed(re.sub(r"&&(\d{3});?", lambda code: chr(int(code[1])), text))


def _their_entry(choice: dict[str, Any], kind: str) -> object:
    text: object = _their_interval(choice["text"]) if kind == syntax.NUMERICAL else shape_of_text(choice["text"])
    return (choice["isCorrect"], choice["weight"], text, shape_of_text(choice["feedback"]))


def _their_interval(number: dict[str, Any]) -> tuple[float, float] | None:
    if "type" not in number:
        return None
    if number["type"] == "high-low":
        return (number["numberLow"], number["numberHigh"])
    value, tolerance = Decimal(str(number["number"])), Decimal(str(number.get("range", 0)))
    return (float(value - tolerance), float(value + tolerance))


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bank=banks(GIFT.answers | {Essay}))
def test_another_parser_reads_what_is_written_as_we_do(parser: Oracle, bank: Bank) -> None:
    text = GIFT.write(bank).content.decode()

    assert theirs(parser.parse(text)) == ours(text)


if HAVE_SHARED_BANKS:
    CORPUS = shared_files("gift-grammar", "*.gift")

    def test_the_whole_corpus_is_there() -> None:
        assert len(CORPUS) == 51

    @pytest.mark.slow
    @pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.path)
    def test_each_file_of_the_corpus_is_read_as_by_its_parser(parser: Oracle, file: BankFile) -> None:
        text = file.content.decode()

        assert ours(text) == theirs(parser.parse(text))

    @pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.path)
    def test_each_file_of_the_corpus_is_written_and_read_again(file: BankFile) -> None:
        """What has no remark comes back; the corpus is right, so that no file of it has mistakes."""
        bank = GIFT.read(file)
        written = GIFT.write(bank)
        again = GIFT.read(BankFile(file.path, written.content))
        lost = {remark.identifier for remark in written.remarks}

        assert {remark.code for remark in bank.remarks} <= {"style-dropped", "feedback-dropped"}
        assert len(again.items) == len(bank.items)
        for item, found in zip(bank.items, again.items, strict=True):
            assert item.identifier in lost or shown(found) == shown(item)
