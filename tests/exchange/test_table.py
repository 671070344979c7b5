"""Plain JSON and CSV: what their columns and keys mean is found by evidence, shown, and never guessed silently."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from practicum import exchange
from practicum.exchange import BankFile, ColumnMap, NotInFormat, UnreadableBank
from practicum.exchange.bank import Bank, Choice, Essay, Item, ShortAnswer
from practicum.exchange.plain_text import as_markdown
from practicum.exchange.source_text import MAX_BYTES, MAX_LINE
from tests.exchange.shared_banks import HAVE_SHARED_BANKS, shared_files

JSON, CSV = exchange.get("json"), exchange.get("csv")
OPTIONS = ["red", "green", "blue", "grey"]


def json_file(data: object, name: str = "bank.json", **style: object) -> BankFile:
    return BankFile(name, json.dumps(data, ensure_ascii=False, **style).encode())


def csv_file(*lines: str, name: str = "bank.csv") -> BankFile:
    return BankFile(name, "\n".join(lines).encode())


def read(file: BankFile, columns: str = "") -> Bank:
    form = exchange.recognize(file) or JSON
    return form.read(file, ColumnMap.parse(columns) if columns else None)


def right(item: Item) -> list[int]:
    assert isinstance(item.answer, Choice)
    return [at for at, option in enumerate(item.answer.options) if option.key]


def asked(*keys: object, options: object = OPTIONS, **more: object) -> list[dict[str, object]]:
    return [{"question": f"Which {at}?", "options": options, "answer": key, **more} for at, key in enumerate(keys)]


def codes(bank: Bank) -> list[tuple[str, str]]:
    return [(remark.identifier, remark.code) for remark in bank.remarks]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([0, 3, 2], [[0], [3], [2]]),
        ([1, 4, 2], [[0], [3], [1]]),
        (["0", "1"], [[0], [1]]),
        (["A", "d"], [[0], [3]]),
        (["(b)", "C."], [[1], [2]]),
        (["Option B", "option_c"], [[1], [2]]),
        (["B. green", "A"], [[1], [0]]),
        (["green", "Blue "], [[1], [2]]),
        ([["A", "C"], ["B"]], [[0, 2], [1]]),
        (["A, C", "A and D", "BD"], [[0, 2], [0, 3], [1, 3]]),
        ([[0, 3], [1]], [[0, 3], [1]]),
        (["red; blue"], [[0, 2]]),
        ([[False, True, False, True]], [[1, 3]]),
    ],
    ids=str,
)
def test_a_key_is_read_as_the_table_means_it(keys: list[object], expected: list[list[int]]) -> None:
    bank = read(json_file(asked(*keys)))

    assert [right(item) for item in bank.items] == expected
    assert not bank.remarks


@pytest.mark.parametrize(
    "options",
    [
        OPTIONS,
        {"A": "red", "B": "green", "C": "blue", "D": "grey"},
        ["A) red", "B) green", "C) blue", "D) grey"],
        "red;green;blue;grey",
        "red|green|blue|grey",
        [
            {"id": "a", "text": "red"},
            {"id": "b", "text": "green"},
            {"id": "c", "text": "blue"},
            {"id": "d", "text": "grey"},
        ],
        {"text": OPTIONS, "label": ["A", "B", "C", "D"]},
    ],
    ids=str,
)
def test_options_are_read_however_they_are_written(options: object) -> None:
    bank = read(json_file(asked("B", options=options)))

    assert [option.text for option in bank.items[0].answer.options] == OPTIONS
    assert right(bank.items[0]) == [1]


def test_options_that_say_themselves_whether_they_are_right() -> None:
    options = [{"text": "red", "isCorrect": False, "feedback": "No."}, {"text": "green", "isCorrect": True}]
    bank = read(json_file([{"question": "Which?", "options": options}]))

    assert right(bank.items[0]) == [1]
    assert bank.items[0].answer.options[0].feedback == "No."


def test_a_right_answer_beside_wrong_ones() -> None:
    bank = read(json_file([{"question": "Which?", "correct_answer": "red", "incorrect_answers": ["blue", "grey"]}]))

    assert [option.text for option in bank.items[0].answer.options] == ["red", "blue", "grey"]
    assert right(bank.items[0]) == [0]


def test_a_right_answer_is_the_one_in_its_column_even_if_it_looks_like_a_letter() -> None:
    bank = read(json_file([{"question": "Which?", "distractor1": "a", "distractor2": "b", "correct_answer": "c"}]))

    assert right(bank.items[0]) == [0]
    assert not bank.remarks


@pytest.mark.parametrize("printed", ["['4', \"it's\"]", "['4' \"it's\"]", '["4", "it\'s"]'])
def test_a_list_that_python_or_numpy_printed(printed: str) -> None:
    cell = '"' + printed.replace('"', '""') + '"'

    assert [
        option.text for option in read(csv_file("question,options,answer", f"Which?,{cell},A")).items[0].answer.options
    ] == ["4", "it's"]


def test_a_question_with_its_options_in_an_object() -> None:
    inner = {"stem": "Which?", "choices": [{"label": "A", "text": "x"}, {"label": "B", "text": "y"}]}
    file = json_file([{"id": "one", "question": inner, "answerKey": "B"}])
    bank = read(file)

    assert (bank.items[0].identifier, bank.items[0].text, right(bank.items[0])) == ("one", "Which?", [1])
    assert JSON.correct(file, {"one": frozenset({0})}) == file.content.replace(b'"B"}]', b'"A"}]')


@pytest.mark.parametrize("header", ["q,A,B,C,D,key", "Question,Option 1,Option 2,Option 3,Option 4,Correct answer"])
def test_a_column_for_each_option(header: str) -> None:
    label = "B" if ",A," in header else "2"
    bank = read(csv_file(header, f"Which?,red,green,blue,grey,{label}"))

    assert [option.text for option in bank.items[0].answer.options] == OPTIONS
    assert right(bank.items[0]) == [1]


def test_an_empty_option_column_shifts_no_letter() -> None:
    bank = read(csv_file("question,A,B,C,D,answer", "Which?,red,,blue,grey,D", "And?,1,2,3,4,A"))

    assert right(bank.items[0]) == [2]


@pytest.mark.parametrize("keys", [[1, 2, 3], ["2"], [1], [0, 4], [0, 1, 2, 4, 4]], ids=str)
def test_a_key_that_may_count_from_0_or_from_1_is_not_guessed(keys: list[object]) -> None:
    """No key says which, or they contradict each other."""
    bank = read(json_file(asked(*keys)))

    assert {remark.code for remark in bank.remarks} == {"key-ambiguous"}
    assert {remark.identifier for remark in bank.remarks} == {item.identifier for item in bank.items}
    assert not any(right(item) for item in bank.items)


def test_a_named_way_to_count_settles_it() -> None:
    file = json_file(asked(1, 2))

    assert [right(item) for item in read(file, "key-as=index-from-0").items] == [[1], [2]]
    assert [right(item) for item in read(file, "key-as=index-from-1").items] == [[0], [1]]


def test_a_few_keys_out_of_range_do_not_hide_how_the_others_count() -> None:
    bank = read(json_file(asked(*[0, 1, 2, 3] * 10, 4)))

    assert codes(bank) == [("q41", "key-not-an-option")]
    assert right(bank.items[3]) == [3]


def test_a_number_among_the_options_may_be_the_option_or_its_place() -> None:
    """Only where the two readings differ is the key unknown, and other items can settle it."""
    unsettled = read(json_file(asked("2", options=["2", "4", "6"])))
    settled = read(json_file([*asked("2", options=["2", "4", "6"]), *asked("12", options=["10", "12", "14"])]))

    assert codes(unsettled) == [("q1", "key-ambiguous")]
    assert [right(item) for item in settled.items] == [[0], [1]]


def test_a_letter_among_options_that_are_letters_is_ambiguous() -> None:
    assert codes(read(json_file(asked("a", options=["b", "a", "c"])))) == [("q1", "key-ambiguous")]


def test_what_has_no_key_or_another_one_is_reported() -> None:
    bank = read(json_file([*asked("A", "violet"), {"question": "And?", "options": OPTIONS}]))

    assert codes(bank) == [("q2", "key-not-an-option"), ("q3", "key-missing")]


def test_equal_options_are_all_meant_by_their_text() -> None:
    assert right(read(json_file(asked("red", options=["red", "red", "blue"]))).items[0]) == [0, 1]


def test_files_of_one_bank_settle_how_keys_count_together() -> None:
    """A file of its own mind is left alone, and so is one with other columns."""
    unclear, clear = json_file(asked(1, 2)), json_file(asked(0, 1))
    other = json_file([{"q": "Which?", "choices": OPTIONS, "correct": 1}])
    from_1 = json_file(asked(4, 1))

    columns = JSON.shared_columns([unclear, clear, other])
    assert [right(item) for item in JSON.read(unclear, columns[0]).items] == [[1], [2]]
    assert codes(JSON.read(other, columns[2])) == [("q1", "key-ambiguous")]
    assert codes(JSON.read(unclear, JSON.shared_columns([unclear, clear, from_1])[0]))


def test_other_files_do_not_settle_whether_a_key_counts_at_all() -> None:
    """The key `2` is an option's text, too: that others count from 0 says nothing about it."""
    doubtful, clear = json_file(asked("2", options=["2", "4", "6"])), json_file(asked("0", "1"))
    columns = JSON.shared_columns([doubtful, clear])

    assert codes(JSON.read(doubtful, columns[0])) == [("q1", "key-ambiguous")]


def test_the_columns_are_guessed_shown_and_can_be_named() -> None:
    file = json_file([{"frage": "Welche?", "antworten": OPTIONS, "loesung": "B"}])
    with pytest.raises(UnreadableBank) as refused:
        JSON.read(file)
    named = read(file, "question=frage,options=antworten,key=loesung")
    guessed = read(json_file(asked("B", "C")))

    assert refused.value.code == "columns-unknown"
    assert right(named.items[0]) == [1]
    assert str(guessed.columns) == "question=question,options=options,key=answer"
    assert ColumnMap.parse(str(guessed.columns)) == guessed.columns
    with pytest.raises(ValueError, match="nonsense"):
        ColumnMap.parse("nonsense=1")


def test_a_file_without_a_line_of_names_is_read_by_numbers() -> None:
    bank = CSV.read(csv_file("Which?,red,green,B"), ColumnMap.parse("question=1,options=2+3,key=4"))

    assert right(bank.items[0]) == [1]


def test_questions_within_other_objects_keep_where_they_were() -> None:
    part = {"title": "Colours", "questions": asked("A")}
    bank = read(
        json_file({"title": "Things", "license": "CC0", "sections": [part, {"name": "More", "items": asked("B")}]})
    )

    assert (bank.title, bank.licence) == ("Things", "CC0")
    assert [item.category for item in bank.items] == [("Colours",), ("More",)]


def test_questions_by_name_keep_their_names() -> None:
    assert [item.identifier for item in read(json_file({"one": asked("A")[0], "two": asked("B")[0]})).items] == [
        "one",
        "two",
    ]


def test_json_lines() -> None:
    lines = "\n".join(json.dumps(row) for row in asked("A", "B"))
    bank = read(BankFile("bank.jsonl", lines.encode()))

    assert [item.line for item in bank.items] == [1, 2]


def test_a_column_that_is_not_read_is_reported() -> None:
    bank = read(json_file({"author": "Ada", "questions": asked("A", colour=3)}))

    assert [remark.code for remark in bank.remarks] == ["column-not-read"] * 2


def test_questions_without_options() -> None:
    rows = [
        {"question": "Keyword?", "answer": "return"},
        {"question": "True?", "answer": True},
        {"question": "Why?", "answer": "x" * 99},
    ]
    items = read(json_file(rows)).items

    assert isinstance(items[0].answer, ShortAnswer)
    assert items[1].answer.true_false
    assert right(items[1]) == [0]
    assert isinstance(items[2].answer, Essay)


@pytest.mark.parametrize(
    "content", [b'{"text": "I like it", "label": 1}', b'{"name": "x", "version": "1"}', b"[1, 2]", b'"a"']
)
def test_other_json_is_not_recognized(content: bytes) -> None:
    assert exchange.recognize(BankFile("package.json", content)) is None


@dataclass(frozen=True)
class Layout:
    """A way to write a table: where the options are, and what the key is."""

    options: str
    key: str


LAYOUTS = [
    Layout(options, key) for options in ("list", "object", "columns") for key in ("text", "letter", "0", "1", "list")
]


def _key(layout: Layout, texts: list[str], at: int) -> object:
    letter = "ABCDE"[at]
    return {"text": texts[at], "letter": letter, "0": at, "1": at + 1, "list": [letter]}[layout.key]


def _row(layout: Layout, texts: list[str], at: int) -> dict[str, object]:
    by_letter = dict(zip("ABCDE", texts, strict=False))
    options = {"list": {"options": texts}, "object": {"options": by_letter}, "columns": by_letter}[layout.options]
    return {"question": "Which?", **options, "answer": _key(layout, texts, at), "explanation": "So."}


PLAIN_WORDS = st.lists(
    st.text("abcdefghijklmnop éß<&*_", min_size=3, max_size=9).map(str.strip).filter(lambda text: len(text) > 2),
    min_size=2,
    max_size=5,
    unique_by=lambda text: " ".join(text.split()).casefold(),
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@settings(max_examples=20)
@given(data=st.data())
def test_no_layout_is_read_wrong(layout: Layout, data: st.DataObject) -> None:
    """An item is read as it was meant, or its key is reported as unknown; a corrected key changes nothing else."""
    meant = []
    for _ in range(data.draw(st.integers(1, 5))):
        texts = data.draw(PLAIN_WORDS)
        meant.append((texts, data.draw(st.integers(0, len(texts) - 1))))
    file = json_file([_row(layout, *one) for one in meant], indent=data.draw(st.sampled_from([None, 1, "\t"])))
    bank = JSON.read(file)
    unknown = {remark.identifier for remark in bank.remarks if remark.code == "key-ambiguous"}

    assert {remark.code for remark in bank.remarks} <= {"key-ambiguous"}
    for item, (_, at) in zip(bank.items, meant, strict=True):
        assert right(item) == ([] if item.identifier in unknown else [at])
    for item, (texts, _) in zip(bank.items, meant, strict=True):
        if item.identifier not in unknown:
            other = data.draw(st.integers(0, len(texts) - 1))
            _corrected(file, bank, item, other)


def _corrected(file: BankFile, bank: Bank, item: Item, other: int) -> None:
    columns = bank.columns
    after = JSON.read(BankFile(file.path, JSON.correct(file, {item.identifier: frozenset({other})}, columns)), columns)
    again = {found.identifier: found for found in after.items}
    assert right(again[item.identifier]) == [other]
    assert [found for found in after.items if found.identifier != item.identifier] == [
        found for found in bank.items if found.identifier != item.identifier
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '[ {"question":"Q?",\n\t"options":["a", "b"] , "answer" : 0 } ]',
            '[ {"question":"Q?",\n\t"options":["a", "b"] , "answer" : 1 } ]',
        ),
        (
            '[{"question": "Q?", "options": ["x", "y"], "answer": "x"}]',
            '[{"question": "Q?", "options": ["x", "y"], "answer": "y"}]',
        ),
        (
            '[{"question": "Q?", "options": ["x", "y"], "answer": "(a)"}]',
            '[{"question": "Q?", "options": ["x", "y"], "answer": "(b)"}]',
        ),
        (
            '[{"question": "Q?", "options": ["x", "y"], "answer": ["A"]}]',
            '[{"question": "Q?", "options": ["x", "y"], "answer": ["B"]}]',
        ),
        (
            '[{"question": "Q?", "correct_answer": "x", "incorrect_answers": ["y", "z"]}]',
            '[{"question": "Q?", "correct_answer": "y", "incorrect_answers": ["x", "z"]}]',
        ),
        (
            '[{"question": "Q?", "distractor1": "y", "distractor2": "z", "correct_answer": "x"}]',
            '[{"question": "Q?", "distractor1": "x", "distractor2": "z", "correct_answer": "y"}]',
        ),
        (
            '[{"question": "Q?", "options": [{"text": "x", "correct": true}, {"correct":false, "text": "y"}]}]',
            '[{"question": "Q?", "options": [{"text": "x", "correct": false}, {"correct":true, "text": "y"}]}]',
        ),
    ],
)
def test_only_the_key_is_edited(before: str, after: str) -> None:
    assert JSON.correct(BankFile("bank.json", before.encode()), {"q1": frozenset({1})}).decode() == after


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_only_the_cell_of_the_key_is_edited(newline: str, mark: str) -> None:
    text = newline.join([f"{mark}question,A,B,key", '"Which, of ""two""?",red,blue,"A"', "And?,1,2,B", ""])
    file = BankFile("bank.csv", text.encode())

    assert CSV.correct(file, {"q1": frozenset({1})}).decode() == text.replace('"A"', '"B"')
    assert CSV.correct(file, {"q2": frozenset({0, 1})}).decode() == text.replace(",B" + newline, ',"A,B"' + newline)


def test_a_key_that_is_not_known_cannot_be_corrected() -> None:
    with pytest.raises(NotInFormat):
        JSON.correct(json_file(asked(1, 2)), {"q1": frozenset({1})})


@given(
    rows=st.lists(st.lists(st.text('ab,;"\n\r |é', max_size=5), min_size=2, max_size=4), min_size=1, max_size=4),
    data=st.data(),
)
def test_cells_are_those_that_the_csv_module_reads(rows: list[list[str]], data: st.DataObject) -> None:
    quoting = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    written = io.StringIO(newline="")
    csv.writer(written, quoting=quoting).writerows([["question", "answer"], *rows])
    bank = CSV.read(BankFile("bank.csv", written.getvalue().encode()), ColumnMap("question", key="answer"))
    expected = list(csv.DictReader(io.StringIO(written.getvalue(), newline="")))

    assert [item.line for item in bank.items] == sorted(item.line for item in bank.items)
    assert len(bank.items) == sum(bool(row["question"]) for row in expected)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[" * 100_000, "nested-too-deeply"),
        (b'[{"question": "\xff"}]', "not-utf-8"),
        (b'["' + b"x" * MAX_LINE + b'"]', "line-too-long"),
        (b" " * (MAX_BYTES + 1), "file-too-large"),
        (b'[{"question": 1,}]', "not-json"),
        (b"{} {}", "not-json"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_hostile_json_is_refused_with_one_mistake(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableBank) as refused:
        JSON.read(BankFile("bank.json", content))

    assert [mistake.code for mistake in refused.value.mistakes] == [code]


@pytest.mark.parametrize("line", ['Which?,"A', 'Which?,"A"B'])
def test_broken_quotes_are_refused_at_their_line(line: str) -> None:
    with pytest.raises(UnreadableBank) as refused:
        CSV.read(csv_file("question,answer", "One?,1", line))

    assert (refused.value.code, refused.value.mistakes[0].line) == ("csv-quote", 3)


def test_half_a_surrogate_pair_can_be_written() -> None:
    bank = read(BankFile("bank.json", rb'[{"question": "\ud800?", "options": ["a", "\udfff"], "answer": 0}]'))

    bank.items[0].text.encode()
    bank.items[0].answer.options[1].text.encode()


@given(text=st.text("ab1 *_`<>&#[]()\\~-+.\n", max_size=30))
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    """Unless it has code spans, bold words or links, Markdown shows the characters of the file."""
    marked = as_markdown(text)
    if marked == text:
        return
    tokens = MarkdownIt("commonmark").parse(marked)
    inline = [child for token in tokens for child in token.children or ()]

    assert {token.type for token in inline} <= {"text", "softbreak", "hardbreak", "text_special"}
    assert "".join(token.content or " " for token in inline).split() == text.split() or "\n" in text


@pytest.mark.parametrize("sign", ["](", "`", "**", "A) ", "a;", "_", "<b", "&amp"])
def test_long_runs_of_signs_take_no_time(sign: str) -> None:
    text = sign * 20_000
    read(json_file([{"question": text, "options": [text, "b"], "answer": text}]))


if HAVE_SHARED_BANKS:

    def test_every_item_of_a_public_bank_is_read() -> None:
        """702 items in 123 files, 31 of which do not say themselves whether their keys count from 0."""
        files = shared_files("ai-engineering", "*.json")
        columns = JSON.shared_columns(files)
        banks = [JSON.read(file, shared) for file, shared in zip(files, columns, strict=True)]

        assert [exchange.recognize(file) for file in files] == [JSON] * 123
        assert sum(len(bank.items) for bank in banks) == 702
        assert not [remark for bank in banks for remark in bank.remarks if remark.code != "column-not-read"]
        for file, bank in zip(files, banks, strict=True):
            data = json.loads(file.content)
            rows = data if isinstance(data, list) else data["questions"]
            assert [right(item) for item in bank.items] == [[row["correct"]] for row in rows]
