"""jupyterquiz: its example is read whole, and what is written follows its schemas."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from practicum import exchange
from practicum.exchange import BankFile, UnreadableBank
from practicum.exchange.bank import (
    AcceptedNumber,
    Bank,
    BankOption,
    Choice,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)
from tests.exchange.banks import SAMPLES, banks
from tests.exchange.shared_banks import HAVE_SHARED_BANKS, shared_files

QUIZ = exchange.get("jupyterquiz")


def file_of(*questions: object) -> BankFile:
    return BankFile("quiz.json", json.dumps(questions).encode())


def asked(type: str, *answers: object, **more: object) -> dict[str, object]:
    return {"type": type, "question": "Which?", "answers": answers, **more}


def codes(bank: Bank) -> list[tuple[str, str]]:
    return [(remark.identifier, remark.code) for remark in bank.remarks]


def accepted(*answers: object, **more: object) -> list[tuple[float, float]]:
    [item] = QUIZ.read(file_of(asked("numeric", *answers, **more))).items
    assert isinstance(item.answer, NumberAnswer)
    return [(float(number.low), float(number.high)) for number in item.answer.accepted]


def test_texts_are_html_with_formulas_and_links() -> None:
    text = "Is <b>x</b> &lt; $x^2$ or \\$5? See [this](https://example.org) and <https://example.com>"
    [item] = QUIZ.read(file_of(asked("multiple_choice") | {"question": text})).items

    assert item.text == "Is **x** < $x^2$ or $5? See [this](https://example.org) and <https://example.com>"


def test_code_of_questions_and_options() -> None:
    question = asked(
        "multiple_choice", {"code": "x &lt; `3`", "correct": True}, {"answer": "Or", "code": "y", "correct": False}
    )
    [item] = QUIZ.read(file_of(question | {"code": "a = 1\nprint(a &amp; b)"})).items

    assert item.code == "a = 1\nprint(a & b)"
    assert [option.text for option in item.answer.options] == ["```\nx < `3`\n```", "Or\n\n```\ny\n```"]


def test_a_range_ends_before_its_end_unless_that_is_an_answer_too() -> None:
    between, end = {"range": [1, 2], "correct": True}, {"value": 2, "correct": True}

    assert accepted(between, end) == [(1, 2)]
    assert not QUIZ.read(file_of(asked("numeric", between, end))).remarks
    assert codes(QUIZ.read(file_of(asked("numeric", between)))) == [("q1", "range-end")]


def test_a_precision_accepts_what_rounds_to_the_value() -> None:
    assert accepted({"value": 3.14, "correct": True}, precision=3) == [(3.135, 3.145)]
    assert accepted({"value": 1200, "correct": True}, precision=2) == [(1150, 1250)]


def test_what_it_knows_and_practicum_does_not_is_reported() -> None:
    bank = QUIZ.read(
        file_of(
            asked(
                "string",
                {"answer": "a", "correct": True, "fuzzy_threshold": 0.8},
                {"type": "default", "feedback": "No."},
            ),
            asked("string", {"answer": "a", "correct": True, "match_case": True}, {"answer": "b", "correct": True}),
            asked("drag_drop"),
            {"question": "Nothing?"},
            "text",
        )
    )

    assert codes(bank) == [
        ("q1", "feedback-dropped"),
        ("q1", "fuzzy-match-dropped"),
        ("q2", "case-dropped"),
        ("q3", "malformed-question"),
        ("q4", "malformed-question"),
        ("q5", "malformed-question"),
    ]
    assert [type(item.answer) for item in bank.items] == [
        ShortAnswer,
        ShortAnswer,
        Unsupported,
        Unsupported,
        Unsupported,
    ]


@pytest.mark.parametrize("number", ["1e999999999", "NaN", "-Infinity", '"1"', "true", "[1]"])
def test_what_is_no_number_is_reported(number: str) -> None:
    content = f'[{{"type": "numeric", "question": "?", "answers": [{{"value": {number}, "correct": true}}]}}]'

    assert codes(QUIZ.read(BankFile("quiz.json", content.encode()))) == [("q1", "malformed-question")]


def test_what_cannot_be_written_is_a_remark() -> None:
    half = Choice((BankOption("a", Decimal(100)), BankOption("b", Decimal(50))))
    items = [
        replace(SAMPLES[Choice], answer=half),
        replace(SAMPLES[Choice], answer=replace(half, options=half.options[:1], shuffle=False)),
        replace(SAMPLES[NumberAnswer], answer=NumberAnswer((AcceptedNumber.around(Decimal(1), credit=Decimal(50)),))),
    ]
    remarks = QUIZ.write(Bank("A bank", tuple(items))).remarks

    assert [remark.code for remark in remarks] == ["credit-dropped", "order-dropped", "credit-dropped"]


def test_what_it_does_not_show_is_kept_for_other_readers() -> None:
    item = replace(
        SAMPLES[Choice], hints=("Count.",), tags=("easy",), category=("A", "B"), points=Decimal("2.5"), code="x = 1 < 2"
    )
    [again] = QUIZ.read(BankFile("quiz.json", QUIZ.write(Bank("A bank", (item,))).content)).items

    assert replace(again, identifier="", path="", line=0) == replace(item, identifier="")


def test_only_the_flags_of_the_key_are_edited() -> None:
    before = (
        '[ {"answers":[{"correct" : true, "answer":"a"},\n {"answer": "b", "correct":false}],'
        '\t"question":"?", "type": "multiple_choice"}]'
    )
    after = before.replace("true", "no").replace("false", "true").replace("no", "false")

    assert QUIZ.correct(BankFile("quiz.json", before.encode()), {"q1": frozenset({1})}).decode() == after


@pytest.mark.parametrize("content", [b'{"answers": 1}', b"[" * 100_000, b'["\xff"]'], ids=["object", "deep", "bytes"])
def test_what_is_no_list_of_questions_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableBank) as refused:
        QUIZ.read(BankFile("quiz.json", content))

    assert len(refused.value.mistakes) == 1


@pytest.mark.parametrize("sign", ["[", "](", "$", "\\$", "<http", "[["])
def test_long_runs_of_signs_take_no_time(sign: str) -> None:
    QUIZ.read(file_of(asked("multiple_choice") | {"question": sign * 20_000}))


if HAVE_SHARED_BANKS:
    from jsonschema import Draft202012Validator

    SCHEMAS = {
        type: Draft202012Validator(json.loads(shared_files("jupyterquiz/schema", f"{name}_schema.json")[0].content))
        for type, name in (("multiple_choice", "mc"), ("many_choice", "mc"), ("numeric", "num"), ("string", "string"))
    }

    @given(bank=banks(QUIZ.answers))
    def test_what_is_written_follows_the_schemas(bank: Bank) -> None:
        for question in json.loads(QUIZ.write(bank).content):
            SCHEMAS[question["type"]].validate(question)

    def test_its_example_is_read_whole() -> None:
        [file] = shared_files("jupyterquiz/examples", "*.json")
        bank = QUIZ.read(file)
        answers = [item.answer for item in bank.items]

        assert exchange.recognize(file) is QUIZ
        assert [type(answer) for answer in answers] == [*[Choice] * 3, *[NumberAnswer] * 2, *[Choice] * 3]
        assert [answer.several for answer in answers if isinstance(answer, Choice)] == [True, True, *[False] * 4]
        assert bank.items[5].code == 'a="1"\nb="2"\nprint(a+b)'
        assert [[option.key for option in answer.options].index(True) for answer in (answers[2], *answers[5:])] == [
            2,
            3,
            1,
            0,
        ]
        assert bank.items[3].text == "Enter the value of $\\pi$ to 2 decimal places."
        assert {remark.code for remark in bank.remarks} == {"feedback-dropped", "range-end"}
