"""What learners answer, kind by kind: how a form is read, and that right is right and wrong is wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import kinds
from practicum.course.diagnostics import Diagnostics
from practicum.course.problem import read_problem
from practicum.kinds.base import IncompleteAnswer, MissingKey
from practicum.kinds.literals import value_text
from practicum.kinds.number import parse_number
from practicum.model import Level, Observation, OptionFinding, Problem, Variant, VariantFinding, Verdict
from practicum.runner import Job, Pool

FOLDER = Path(kinds.__file__).parent
ASKED = [name for name, kind in kinds.registered().items() if kind.has_form]
RUN = [name for name in ASKED if kinds.get(name).answer_is_code]


@cache
def example(kind: str) -> Problem:
    """The kind's own example."""
    file = FOLDER / kind / "example.md"
    diagnostics = Diagnostics("topic/try/example.md")
    problem = read_problem("topic/try/example.md", file.read_text(), diagnostics)
    assert problem is not None, diagnostics.mistakes
    return problem


def variant(**fields: object) -> Variant:
    return replace(Variant({}, "A question", ""), **fields)  # type: ignore[arg-type]


def a_problem(kind: str, one: Variant, bank: Sequence[str] = ()) -> Problem:
    return Problem("topic/try/one.md", kind, "", Level.BEGINNER, 60, 2, (one,), bank=tuple(bank))


def finding(observed: str, dtype: str = "") -> VariantFinding:
    """What proving found: the run gave this."""
    return VariantFinding({}, Verdict.PROVED, "", (OptionFinding("", True, True, observed, dtype),))


def passes(kind: str, one: Variant, answer: tuple[str, ...], pool: Pool) -> bool:
    """Whether an answer is right, once it was really run."""
    seen = []
    for run in kinds.get(kind).grading_runs(one, answer):
        result = pool.run(Job(code=run.snippet, setup=run.setup, check=run.check, stdin=run.stdin))
        stopped = result.why if result.stopped else None
        seen.append(Observation(0, 0, result.stdout, result.values, result.failure, stopped))
    return kinds.get(kind).grade(one, answer, None, seen)


@contextmanager
def incomplete(code: str, *data: str) -> Iterator[None]:
    """Expect that an answer is incomplete, for the reason with that code; the message names all of the data."""
    with pytest.raises(IncompleteAnswer) as raised:
        yield
    assert raised.value.code == code
    assert [fact for fact in data if fact not in raised.value.message] == []


# --- every kind ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ASKED)
def test_every_kind_has_its_form(kind: str) -> None:
    """In its own folder, by the name that it gives."""
    assert kinds.get(kind).form_template == f"kinds/{kind}/form.html"
    assert (FOLDER / kind / "form.html").is_file()


@pytest.mark.parametrize("kind", ASKED)
def test_an_empty_form_has_no_answer(kind: str) -> None:
    """It uses up no attempt."""
    if kind == "choice":
        one, empty = variant(), ()
    else:
        one = example(kind).variants[0]
        empty = ("",) * max(1, one.start.count("____"))
    if kind == "order":
        return  # its lines always have an order

    assert kinds.get(kind).read_answer(one, (), empty) == ()


@pytest.mark.parametrize("kind", RUN)
def test_the_code_of_an_answer_runs_after_all_that_the_learner_finds_there(kind: str) -> None:
    """As the solution did when it was proved: setup, snippet, answer, check."""
    one = replace(example(kind).variants[0], setup="a = 1", snippet="b = 2")
    answer = (one.solution,) if kind in ("code", "repair") else tuple(right_answer(kind, one))

    (run,) = kinds.get(kind).grading_runs(one, answer)

    assert (run.setup, run.check) == ("a = 1\nb = 2", one.check)
    assert run.snippet.rstrip() == one.solution.rstrip()


def right_answer(kind: str, one: Variant) -> Iterator[str]:
    if kind == "blanks":
        yield from ("classes", "label")
    else:
        yield from map(str, range(kinds.get(kind).item_count(one)))


def wrong_answers(kind: str, one: Variant) -> Iterator[tuple[str, ...]]:
    """The start, and every mutant."""
    if kind == "blanks":
        yield from (("label", "label"), ("classes", "label - 1"), ("____", "____"))
    elif kind == "order":
        lines = one.solution.splitlines()
        yield from (tuple(str(lines.index(line)) for line in mutant.splitlines()) for mutant in one.mutants)
    else:
        yield from ((code,) for code in (one.start, *one.mutants))


@pytest.mark.parametrize("kind", RUN)
def test_the_solution_is_right_and_every_mutant_is_wrong(kind: str, pool: Pool) -> None:
    """By running each; so is the start wrong."""
    one = example(kind).variants[0]

    assert passes(kind, one, tuple(right_answer(kind, one)) if kind in ("blanks", "order") else (one.solution,), pool)
    for answer in wrong_answers(kind, one):
        assert not passes(kind, one, answer, pool), answer


@pytest.mark.parametrize("kind", ["predict", "number"])
def test_nothing_is_graded_against_a_key_before_the_problem_was_run(kind: str) -> None:
    """The key is the recorded result, and a draft has none."""
    with pytest.raises(MissingKey):
        kinds.get(kind).grade(variant(proof={"value": "x"}), ("1",), None)


# --- choice --------------------------------------------------------------------------------------------------------


@given(st.integers(2, 8), st.integers(0, 2**32), st.data())
def test_a_choice_is_read_by_places_and_kept_by_numbers(count: int, seed: int, data: st.DataObject) -> None:
    """In whatever order it was shown, and sent; back again it is the same form."""
    kind, one = kinds.get("choice"), variant(options=tuple(_option(n) for n in range(count)))
    order = kind.shuffled_order(one, random.Random(seed))
    places = data.draw(st.lists(st.sampled_from([str(n) for n in range(1, count + 1)]), unique=True))

    answer = kind.read_answer(one, order, places)

    assert answer == tuple(sorted(str(order[int(place) - 1]) for place in places))
    assert sorted(kind.answer_fields(one, order, answer)) == sorted(places)


def _option(number: int) -> object:
    from practicum.model import Option

    return Option(f"option {number}", key=number == 0)


@pytest.mark.parametrize("place", ["0", "5", "-1", "x", "１", "1 ", "²"])
def test_rejects_a_field_that_is_not_an_option(place: str) -> None:
    """Fields that the form never sends are an error, not a wrong answer."""
    with pytest.raises(ValueError):
        kinds.get("choice").read_answer(variant(), (2, 0, 1, 3), [place])


def test_several_right_options_are_all_needed_and_no_other() -> None:
    """One too few or too many is wrong."""
    options = tuple(replace(_option(n), key=n < 2) for n in range(3))  # type: ignore[type-var]
    grade, one = kinds.get("choice").grade, variant(options=options)

    assert grade(one, ("0", "1"), None, None)
    assert not any(grade(one, answer, None, None) for answer in (("0",), ("0", "1", "2"), ("2",)))


# --- predict -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gives", "typed", "right"),
    [
        ("6", "6", True),
        ("6", " 6.0 ", True),
        ("6", "7", False),
        ("(None, 7, 7)", "(None,7,7)", True),
        ("(None, 7, 7)", "[None, 7, 7]", False),
        ("'adam'", "'adam'", True),
        ("'adam'", '"adam"', True),
        ("'adam'", "adam", True),
        ("'1'", "1", True),
        ("1", "'1'", False),
        ("True", "1", False),
        ("nan", "nan", True),
        ("{'a': 1}", "{'a': 1.0}", True),
        ("None", "None", True),
        ("None", "nothing", False),
        ("frozenset({1})", "frozenset({1})", True),
        ("frozenset({1, 2})", "frozenset([2, 1])", True),
        ("[2, 4]", "array([2, 4])", True),
        ("[2, 4]", "np.array([2, 5])", False),
        ("0.5", "np.float64(0.5)", True),
        ("True", "np.True_", True),
        ("range(0, 3)", "range(3)", True),
        ("range(0, 3)", "[0, 1, 2]", False),
        ("Decimal('1.10')", "decimal.Decimal('1.1')", True),
        ("Decimal('1.10')", "1.1", False),
        ("Fraction(1, 2)", "Fraction(2, 4)", True),
        ("datetime.date(2026, 1, 31)", "date(2026, 1, 31)", True),
        ("datetime.timedelta(seconds=60)", "timedelta(minutes=1)", True),
        ("PosixPath('a/b')", "Path('a/b')", True),
        ("PosixPath('a/b')", "'a/b'", False),
        ("-1", "\u22121", True),
        ("-1", "1", False),
        ("['a', 'b']", "[\u2018a\u2019,\u00a0\u2018b\u2019]", True),
        ("'a'", "\u201ca\u201d", True),
        ("'it\u2019s'", "it's", True),
        ("'it\u2019s'", "'it\u2019s'", True),
        ('"it\'s"', "it\u2019s", True),
        ("'\u00e9'", "e\u0301", True),
        ("{'e\u0301': 1}", "{'\u00e9': 1}", True),
        ("'a b'", "a\u00a0b", True),
        ("'a b'", "ab", False),
    ],
)
def test_a_prediction_is_compared_as_a_value(gives: str, typed: str, right: bool) -> None:
    """As the format has it; a text may go without its quotes."""
    kind, one = kinds.get("predict"), variant(proof={"value": "x"})

    answer = kind.read_answer(one, (), [typed])

    assert kind.grade(one, answer, finding(gives)) is right


def test_a_prediction_may_be_near_or_must_be_of_the_same_type() -> None:
    """By `tolerance` and `strict`."""
    grade = kinds.get("predict").grade

    assert grade(variant(proof={"value": "x", "tolerance": 0.1}), ("0.34",), finding("0.3333"), None)
    assert not grade(variant(proof={"value": "x"}), ("0.34",), finding("0.3333"), None)
    assert not grade(variant(proof={"value": "x", "strict": True}), ("1.0",), finding("1"), None)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("0.33333334", True),
        ("0.3333333432674408", True),
        ("0.3333333", False),
        ("0.33333333333", False),
        ("1/3", False),
    ],
)
def test_a_predicted_float32_is_what_numpy_prints_or_what_its_bits_stand_for(typed: str, right: bool) -> None:
    """Its type stands in the evidence."""
    grade, one = kinds.get("predict").grade, variant(proof={"value": "x"})

    assert grade(one, (typed,), finding("0.33333334", "float32")) is right


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


def _holding(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    texts = st.text(max_size=2)
    return st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(texts, inner, max_size=3)


@given(st.recursive(PLAIN, _holding))
def test_whatever_a_run_gives_its_repr_is_right(value: object) -> None:
    """The recorded result, typed as it is, counts as right."""
    kind, one = kinds.get("predict"), variant(proof={"value": "x"})

    answer = kind.read_answer(one, (), [value_text(value)])

    assert kind.grade(one, answer, finding(value_text(value)))


@pytest.mark.parametrize("typed", ["(1, 2", "[1", "'open", "1 +", "3x", '"', "(a)"])
def test_rejects_a_text_that_begins_like_a_value_but_is_not_one(typed: str) -> None:
    """A missing bracket is not a wrong prediction. The text alone shows it, so the reply reveals nothing."""
    with incomplete("not-a-literal"):
        kinds.get("predict").read_answer(variant(proof={"value": "x"}), (), [typed])


@pytest.mark.parametrize(
    ("typed", "right"),
    [("1\n2", True), ("1  \r\n2\r\n\r\n", True), ("1\n 2", False), ("1 2", False), ("\n1\n2", False), ("1", False)],
)
def test_what_is_printed_is_compared_by_lines(typed: str, right: bool) -> None:
    """White space at the ends of lines and at the end does not count; indentation and blank lines do."""
    kind, one = kinds.get("predict"), variant(proof={"prints": True})

    answer = kind.read_answer(one, (), [typed])

    assert kind.grade(one, answer, finding("1\n2")) is right


@pytest.mark.parametrize(
    ("prints", "typed", "right"),
    [
        ("-1 it's", "\u22121\u00a0it\u2019s", True),
        ("\u22121", "-1", True),
        ("caf\u00e9", "cafe\u0301", True),
        ("-1", "1", False),
        ("  a", "\u00a0\u00a0a", True),
        ("a", " a", False),
    ],
)
def test_what_a_keyboard_substitutes_costs_no_attempt(prints: str, typed: str, right: bool) -> None:
    """Quotation marks, minus signs, spaces that do not break, letters composed of two characters."""
    kind, one = kinds.get("predict"), variant(proof={"prints": True})

    answer = kind.read_answer(one, (), [typed])

    assert kind.grade(one, answer, finding(prints)) is right


# --- number --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.30", 2.3),
        ("2,30", 2.3),
        (" 2.3 ", 2.3),
        ("1e-3", 0.001),
        ("1E+3", 1000.0),
        ("-4", -4),
        ("−4", -4),
        ("+4", 4),
        (".5", 0.5),
        ("5.", 5.0),
        ("1 000", 1000),
        ("1\u202f000,5", 1000.5),
        ("1_000", 1000),
        ("1'000", 1000),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567),
        ("0,125", 0.125),
        ("120", 120),
        ("٣", 3),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, value: float) -> None:
    """Points and decimal commas, powers of ten, thousands set apart, a typographer's minus."""
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["two", "1/2", "3 %", "1e999", "--1", "1.2.3", "1,2,3", "nan", "inf", "0x1", "1" * 61])
def test_rejects_a_text_that_is_not_a_number(text: str) -> None:
    """It says what to write instead."""
    with incomplete("not-a-number"):
        parse_number(text)


@pytest.mark.parametrize(
    ("gives", "dtype", "typed", "right"),
    [
        ("0.33333334", "float32", "0.3333333333", True),
        ("0.33333334", "float32", "0.33333334", True),
        ("0.33333334", "float32", "0.3333", False),
        ("0.3", "float32", "0.3", True),
        ("0.1", "float32", "0.10000000149011612", True),
        ("0.3333", "float16", "0.33333", True),
        ("0.3333333333333333", "", "0.33333334", False),
        ("2048.0", "float16", "2048", True),
        ("2048.0", "float16", "2049", False),
        ("1.2345679e+08", "float32", "123456792", True),
        ("1.2345679e+08", "float32", "123456789", False),
        ("0.0", "float32", "1e-60", False),
    ],
)
def test_a_number_of_a_narrow_type_has_no_more_digits_than_that(
    gives: str, dtype: str, typed: str, right: bool
) -> None:
    """A fraction is right if it rounds to the key. A whole number is exact."""
    kind, one = kinds.get("number"), variant(proof={"value": "x"})

    answer = kind.read_answer(one, (), [typed])

    assert kind.grade(one, answer, finding(gives, dtype)) is right


def test_rejects_a_number_that_can_be_read_in_two_ways() -> None:
    """No attempt is lost to a comma."""
    with incomplete("ambiguous-number", "1500", "1.500"):
        parse_number("1,500")


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30))
def test_every_number_is_read_as_itself(value: float) -> None:
    """In Python's own way of writing it; and two ways of writing one number are one answer."""
    read = kinds.get("number").read_answer

    assert parse_number(repr(value)) == value
    assert read(variant(), (), [f" {value!r}"]) == read(variant(), (), [repr(value)])


@given(st.floats(0.01, 1e6), st.floats(0.001, 0.1), st.floats(-3, 3))
def test_a_number_is_right_within_its_tolerance(key: float, tolerance: float, off: float) -> None:
    """Relative or absolute, as the format has it, and not beyond."""
    typed = key + off * tolerance * max(1, key)
    one = variant(proof={"value": "x", "tolerance": tolerance})
    near, far = abs(off) < 0.9, abs(off) > 1.2 + 0.2 * tolerance * abs(off)

    right = kinds.get("number").grade(one, (repr(typed),), finding(repr(key)))

    assert right or not near
    assert not right or not far


def test_without_a_tolerance_binary_digits_do_not_matter() -> None:
    """0.3 is what 0.1 + 0.2 gives; 0.301 is not."""
    grade, one = kinds.get("number").grade, variant(proof={"value": "x"})

    assert grade(one, ("0.3",), finding(repr(0.1 + 0.2)), None)
    assert not grade(one, ("0.301",), finding(repr(0.1 + 0.2)), None)
    assert not grade(one, ("119",), finding("120"), None)


@pytest.mark.parametrize("key", ["0", "0.0", "2e-10", "-7e-12"])
@pytest.mark.parametrize("typed", ["0", "1e-10", "-1e-10", "2e-10", "3e-12", "-7e-12", "0.0"])
def test_without_a_tolerance_a_tiny_number_is_no_other_tiny_number(key: str, typed: str) -> None:
    """How far off one may be goes by the size of the number: where the run gives 0, only 0 is right."""
    right = kinds.get("number").grade(variant(proof={"value": "x"}), (typed,), finding(key))

    assert right is (float(typed) == float(key))


# --- blanks --------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.text("ab_ ()\n", min_size=1).filter(lambda one: "____" not in one), min_size=1, max_size=4), st.data()
)
def test_filling_in_blanks_puts_each_text_in_its_place(pieces: list[str], data: st.DataObject) -> None:
    """And leaves all else as it stands."""
    start = "|____|".join(pieces)
    filled = tuple(data.draw(st.text("xyz()", min_size=1)) for _ in pieces[1:])
    expected = "".join(f"{piece}|{text}|" for piece, text in zip(pieces, filled, strict=False)) + pieces[-1]

    code = kinds.get("blanks").grading_runs(variant(start=start), filled)[0]

    assert code is not None
    assert code.snippet == (expected if filled else start)


def test_any_filling_is_right_that_passes(pool: Pool) -> None:
    """The author's is one of them."""
    one = example("blanks").variants[0]

    assert passes("blanks", one, ("len(range(classes))", "-(classes - label)"), pool)


def test_rejects_an_answer_with_an_empty_blank() -> None:
    """It says which one."""
    read, one = kinds.get("blanks").read_answer, example("blanks").variants[0]

    with incomplete("blank-empty", "2 of 2"):
        read(one, (), ["classes", "  "])
    with pytest.raises(ValueError):
        read(one, (), ["a", "b", "c"])


def test_the_bank_is_shuffled_and_reveals_nothing() -> None:
    """The same each time, whatever its author wrote first; and nothing else of the problem goes with it."""
    one = example("blanks").variants[0]
    words = [f"w{n}" for n in range(12)]
    asks = [kinds.get("blanks").form_context(a_problem("blanks", one, words), one, (), ["x"]) for _ in range(2)]

    assert asks[0] == asks[1]
    assert sorted(asks[0]["bank"]) == sorted(words) != list(asks[0]["bank"])
    assert asks[0]["values"] == ["x", ""]


@pytest.mark.parametrize(
    ("bank", "codes"),
    [
        (("classes", "label", "row"), []),
        (("label", "row"), ["missing-word"]),
        (("classes", "label", "label"), ["repeated-word"]),
    ],
)
def test_a_bank_must_hold_what_the_solution_needs(bank: tuple[str, ...], codes: list[str]) -> None:
    """Else it leads astray."""
    one = example("blanks").variants[0]

    mistakes = list(kinds.get("blanks").mistakes(a_problem("blanks", one, bank), one))

    assert [(mistake.part, mistake.code) for mistake in mistakes] == [("bank", code) for code in codes]


# --- repair and code -----------------------------------------------------------------------------------------------


def test_code_is_taken_as_it_was_typed_but_for_line_ends() -> None:
    """So lines are counted as the learner counts them."""
    read = kinds.get("repair").read_answer

    assert read(variant(), (), ["\r\n  a = 1\r\nb\r\n\r\n"]) == ("\n  a = 1\nb",)


def test_rejects_the_unchanged_start() -> None:
    """It is wrong by the proof, and uses up no attempt."""
    one = example("repair").variants[0]

    with incomplete("start-unchanged"):
        kinds.get("repair").read_answer(one, (), [one.start.replace("\n", "\r\n")])


# --- order ---------------------------------------------------------------------------------------------------------

LINES = st.lists(st.sampled_from(["a = 1", "b = 2", "    c = 3", "for x in y:", "d()"]), min_size=2, max_size=7)


@given(LINES, st.integers(0, 2**32), st.randoms())
def test_an_order_is_read_line_by_line(lines: list[str], seed: int, chance: random.Random) -> None:
    """Whatever order the fields come in; its code has the lines as the learner put them, indentation kept."""
    kind, one = kinds.get("order"), variant(solution="\n\n".join(lines))
    order = kind.shuffled_order(one, random.Random(seed))
    places = list(range(1, len(order) + 1))
    chance.shuffle(places)
    fields = [f"{shown}-{place}" for shown, place in enumerate(places, 1)]
    expected = [lines[order[places.index(place)]] for place in sorted(places)]
    chance.shuffle(fields)

    answer = kind.read_answer(one, order, fields)

    (run,) = kind.grading_runs(one, answer)
    assert run.snippet.split("\n") == expected
    assert kind.read_answer(one, order, kind.answer_fields(one, order, answer)) == answer


@given(LINES, st.integers(0, 2**32))
def test_lines_are_never_shown_in_the_solution_s_order(lines: list[str], seed: int) -> None:
    """Unless they all read the same: then there is no other."""
    order = kinds.get("order").shuffled_order(variant(solution="\n".join(lines)), random.Random(seed))

    assert sorted(order) == list(range(len(lines)))
    assert [lines[number] for number in order] != lines or len(set(lines)) == 1


def test_orders_that_read_the_same_are_the_same_answer() -> None:
    """Equal lines are interchangeable, so swapping them uses up no attempt."""
    kind, one = kinds.get("order"), variant(solution="x += 1\ny = x\nx += 1")

    first, second = (
        kind.read_answer(one, (0, 1, 2), fields) for fields in (["1-1", "2-2", "3-3"], ["1-3", "2-2", "3-1"])
    )

    assert first == second == ("0", "1", "2")


def test_rejects_an_order_with_two_lines_at_one_position() -> None:
    """Without the script, a learner can choose a position twice."""
    with incomplete("place-taken", "1"):
        kinds.get("order").read_answer(variant(solution="a\nb"), (1, 0), ["1-1", "2-1"])


@pytest.mark.parametrize(
    "fields", [["1-1"], ["1-1", "2-3"], ["1-1", "1-2"], ["1", "2"], ["a-1", "2-2"], ["1-1", "2-0"], []]
)
def test_rejects_fields_that_are_not_an_order_of_the_lines(fields: list[str]) -> None:
    """The form never sends them."""
    with pytest.raises(ValueError):
        kinds.get("order").read_answer(variant(solution="a\nb"), (1, 0), fields)
