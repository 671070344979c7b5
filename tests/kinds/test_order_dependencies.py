"""Declared dependencies of an order: what they allow is right without a run, and proving settles both sides."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

import random
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import kinds
from practicum.kinds.order import MAX_ORDERS
from practicum.kinds.order.dependencies import Dependencies, dependencies_of, inversions
from practicum.model import Verdict
from practicum.prove.evidence_hash import relevant_fields
from practicum.runner import Pool
from tests.course.making import change, line_of, read_problem, sound
from tests.examples import examples
from tests.kinds.settling import Case, cases, check, findings, problem, settle

ORDER = kinds.get("order")
P, R, E = Verdict.PROVED, Verdict.REFUTED, Verdict.ERROR


def ordered(
    *lines: str,
    depends: str = "3 = [1, 2]",
    checked: str = "assert c == 3, 'c'",
    mutant: str = "",
    distractor: str = "",
) -> str:
    """An order of these lines."""
    fences = {"solution": "\n".join(lines or ("a = 1", "b = 2", "c = a + b")), "check": checked}
    fences |= {role: code for role, code in {"mutant": mutant, "distractor": distractor}.items() if code}
    body = "Do.\n\n" + "".join(f"```python {role}\n{code}\n```\n\n" for role, code in fences.items())
    return problem(body, front=f'kind = "order"\nlevel = "beginner"\n[depends]\n{depends}')


@st.composite
def declared(draw: st.DrawFn, most: int = 6) -> Dependencies:
    """Dependencies of a few lines, some of them equal."""
    count = draw(st.integers(2, most))
    lines = tuple(draw(st.lists(st.sampled_from("abcdefgh"), min_size=count, max_size=count)))
    needed = [(n, tuple(draw(st.sets(st.integers(0, n - 1))))) for n in range(1, count)]
    return dependencies_of(lines, tuple(needed))


def by_definition(one: Dependencies) -> set[tuple[str, ...]]:
    """The texts of every order in which each line follows those that it depends on."""
    numbers = range(len(one.lines))
    return {
        tuple(one.texts(order))
        for order in permutations(numbers)
        if all(order.index(before) < order.index(after) for after in numbers for before in one.needed[after])
    }


@given(declared())
@examples(60)
def test_exactly_the_orders_that_respect_every_dependency_are_allowed(one: Dependencies) -> None:
    """Compared with all permutations, also where lines are equal."""
    right = by_definition(one)

    assert {texts for texts in set(permutations(one.lines)) if one.allow(texts)} == right
    assert {tuple(one.texts(order)) for order in one.allowed(1000)} == right
    assert len(right) <= (one.count or 0)
    assert len(right) == one.count or len(set(one.lines)) < len(one.lines)


@given(declared(), st.integers(2, 30))
@examples(60)
def test_what_is_tried_is_allowed_or_forbidden_and_different(one: Dependencies, limit: int) -> None:
    """All of it, if it is few; the nearest to the solution first."""
    right = by_definition(one)
    allowed = [tuple(one.texts(order)) for order in one.allowed(limit)]
    forbidden = [tuple(one.texts(order)) for order, _ in one.forbidden(limit)]

    assert allowed[0] == one.lines
    assert set(allowed) <= right
    assert right.isdisjoint(forbidden)
    assert len({*allowed, *forbidden}) == len(allowed) + len(forbidden)
    assert len(allowed) <= limit
    assert len(right) > limit or set(allowed) == right or (one.count or 0) > limit
    assert [inversions(order) for order in one.allowed(limit)] == sorted(map(inversions, one.allowed(limit)))


@given(declared(most=12).filter(lambda one: len(set(one.lines)) == len(one.lines)))
@examples(60)
def test_each_dependency_is_violated_alone_and_each_free_pair_turned_round(one: Dependencies) -> None:
    """So that a dependency too many or too few is found by one run, however many orders there are."""
    limit = 70
    numbers = range(len(one.lines))
    pairs = {(before, after) for after in numbers for before in one.all_needed[after]}
    alone = {
        frozenset(pair for pair in pairs if order.index(pair[0]) > order.index(pair[1]))
        for order, _ in one.forbidden(limit)
    }
    turned = {(a, b) for order in one.allowed(limit) for at, b in enumerate(order) for a in order[at + 1 :] if a < b}

    assert {frozenset({pair}) for pair in one.direct_pairs} <= alone
    assert turned == {(a, b) for b in numbers for a in range(b) if (a, b) not in pairs}


def test_many_orders_are_counted_and_too_many_are_not() -> None:
    """Without listing them."""
    chains = tuple((number, (number - 2,)) for number in range(2, 20))

    assert dependencies_of(tuple(map(str, range(20))), chains).count == 184_756
    assert dependencies_of(tuple(map(str, range(40))), ((1, (0,)),)).count is None


@cases(
    Case("right", ordered(), P),
    Case("a chain", ordered("a = 1", "b = a + 1", "c = b + 1", depends="2 = [1]\n3 = [2]"), P),
    Case("equal lines", ordered("c = 0", "c += 1", "c += 1", "c = c * 1.5", depends="2 = [1]\n3 = [1]\n4 = [2, 3]"), P),
    Case("with a mutant and a distractor", ordered(mutant="c = a + b\na = 1\nb = 2", distractor="assert a > b"), P),
    Case("a dependency is missing", ordered("a = 1", "b = a + 1", "c = a + b", depends="3 = [1, 2]"), R, "allowed-order-fails", ("2, 1, 3", "NameError", "line 2 depends on line 1")),
    Case("a dependency too many", ordered(depends="2 = [1]\n3 = [2]"), R, "forbidden-order-passes", ("2, 1, 3", "line 2 depends on line 1", "remove 1")),
    Case("an allowed order never ends", ordered("n = 1", "b = n", "while n: n -= 1", "c = 3 * b", depends="2 = [1]\n3 = [1]\n4 = [2]", checked="assert c == 3").replace("while n: n -= 1", "while n - 1 or 'c' in globals(): pass"), E, "run-stopped"),
    Case("an allowed order fails by chance", ordered("random.seed(k := 5)", "a = random.random()", "c = 3 if a < 0.63 else 0", checked="assert c == 3").replace("```python solution", "```python setup\nimport random\n```\n\n```python solution"), Verdict.UNSTABLE, "depends-on-chance", ("2, 1, 3",)),
    Case("a line that may be left out", ordered("a = 1", "b = 2", "c = a + b", "print(c)", depends="3 = [1, 2]\n4 = [3]", distractor="assert a > b"), R, "line-not-needed", ("line 4",)),
    Case("the solution fails", ordered(checked="assert c == 4"), R, "solution-fails"),
)  # fmt: skip
def test_the_declaration_and_the_check_must_agree(case: Case, tmp_path: Path, pool: Pool) -> None:
    """What it allows passes, what it forbids fails."""
    check(case, settle(tmp_path, pool, case.text, seconds=1))


def test_a_refuted_dependency_is_at_its_line(tmp_path: Path, pool: Pool) -> None:
    """In the front matter."""
    text = ordered(depends="2 = [1]\n3 = [2]")

    assert settle(tmp_path, pool, text).place[1] == line_of("2 = [1]", text)


def test_evidence_says_how_many_orders_were_tried(tmp_path: Path, pool: Pool) -> None:
    """And of how many: all if there are few, otherwise a sample."""
    few = settle(tmp_path / "few", pool, ordered())
    names = list(dict.fromkeys(run.name for run in findings(few)[0].runs if "order" in run.name))
    lines = [f"x{n} = {n}" for n in range(6)]
    many = settle(
        tmp_path / "many",
        pool,
        ordered(*lines, f"c = {'+'.join(f'x{n}' for n in range(6))} - 12", depends="7 = [1, 2, 3, 4, 5, 6]"),
    )
    tried = list(dict.fromkeys(run.name for run in findings(many)[0].runs if "order" in run.name))

    assert names == [
        "allowed order 2 of 2: 2, 1, 3",
        *(
            f"forbidden order {n} of 4 tried: {order}"
            for n, order in enumerate(("1, 3, 2", "2, 3, 1", "3, 1, 2", "3, 2, 1"), 1)
        ),
    ]
    assert many.verdict is P
    assert len([name for name in tried if f"of {MAX_ORDERS} tried, of 720" in name]) == MAX_ORDERS - 1
    assert len([name for name in tried if name.startswith("forbidden")]) == MAX_ORDERS
    assert f"{MAX_ORDERS} of 720 orders" in ORDER.proof_text(many.problem.variants[0])


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("3 = [1, 2]", "4 = [1]", "unknown-line", "4 = [1]"),
        ("3 = [1, 2]", "c = [1]", "unknown-line", "c = [1]"),
        ("3 = [1, 2]", "2 = [3]", "depends-on-later-line", "2 = [3]"),
        ("3 = [1, 2]", "3 = [3]", "depends-on-later-line", "3 = [3]"),
        ("3 = [1, 2]", "3 = [0]", "depends-on-later-line", "3 = [0]"),
        ("3 = [1, 2]", "3 = 1", "wrong-type", "3 = 1"),
        ("3 = [1, 2]", '3 = ["a"]', "wrong-type", '3 = ["a"]'),
        ("3 = [1, 2]", "3 = []", "no-dependency", "[depends]"),
        ("```python check", "```python mutant\nb = 2\na = 1\nc = a + b\n```\n\n```python check", "mutant-allowed", "b = 2\na"),
        ('kind = "order"', 'kind = "code"', "unused-depends", "[depends]"),
    ],
)  # fmt: skip
def test_mistakes_in_dependencies_are_at_their_lines(old: str, new: str, code: str, place: str) -> None:
    """Before anything is run."""
    text = change(old, new, ordered())

    assert (line_of(place, text), code) in [(mistake.line, mistake.code) for mistake in read_problem(text)[1]]


def test_several_mistakes_are_reported_at_once() -> None:
    """One per line."""
    found = read_problem(ordered(depends="1 = [2]\n2 = [3]\n9 = [1]"))[1]

    assert [mistake.code for mistake in found] == ["depends-on-later-line", "depends-on-later-line", "unknown-line"]


def test_many_equal_lines_are_a_mistake() -> None:
    """With these, the time that grading takes would double with each line."""
    lines = [line for n in range(14) for line in ("x = 1", f"y{n} = x")]
    depends = "\n".join(f"{2 * n + 2} = [{2 * n + 1}]" for n in range(14))

    assert [mistake.code for mistake in read_problem(ordered(*lines, depends=depends))[1]] == ["too-many-equal-lines"]


def test_answers_are_graded_by_the_declaration() -> None:
    """Without a run; a line that does not belong, or is missing, is wrong."""
    variant = sound(ordered(distractor="a = 2")).variants[0]

    assert not ORDER.answer_is_run(variant)
    assert ORDER.grading_runs(variant, ("0", "1", "2")) == ()
    right = [answer for answer in permutations("0123", 3) if ORDER.grade(variant, answer, None)]
    assert right == [("0", "1", "2"), ("1", "0", "2")]
    assert not ORDER.grade(variant, ("0", "1"), None)
    assert "line 2" in ORDER.share_text(variant, ("0", "2", "1"))
    assert ORDER.share_text(variant, ("0", "3", "1")) == ""
    assert ORDER.share_text(variant, ("0", "2")) == ""


def test_lines_are_never_shown_in_an_order_that_is_right() -> None:
    """Whatever the chance."""
    variant = sound(ordered()).variants[0]
    shown = {ORDER.shuffled_order(variant, random.Random(seed)) for seed in range(200)}

    assert shown == set(permutations(range(3))) - {(0, 1, 2), (1, 0, 2)}


def test_evidence_and_answers_depend_on_the_declaration() -> None:
    """Where there is one; without, evidence stays fresh."""
    first, second = sound(ordered()), sound(ordered(depends="2 = [1]\n3 = [2]"))
    plain = sound(change("[depends]\n3 = [1, 2]\n", "", ordered(mutant="c = a + b\na = 1\nb = 2")))

    assert relevant_fields(first) != relevant_fields(second)
    assert first.mark(0) != second.mark(0)
    assert "depends" not in relevant_fields(plain.variants[0])
