"""Notebooks: tagged cells and exercises of nbgrader are read, what is written is valid, keys are edited in place."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import nbformat
import pytest
from hypothesis import given

from practicum import exchange
from practicum.exchange import BankFile, NotInFormat, UnreadableBank
from practicum.exchange.bank import (
    AcceptedText,
    Bank,
    BankOption,
    Choice,
    CodeAnswer,
    CodeTest,
    Description,
    Essay,
    Gaps,
    Item,
    NumberAnswer,
    ShortAnswer,
)
from tests.exchange.banks import SAMPLES, banks

NOTEBOOK = exchange.get("notebook")
MYST = exchange.get("myst")
FORMATS = [pytest.param(form, id=form.name) for form in (NOTEBOOK, MYST)]
PIXEL = b"\x89PNG\r\n\x1a\n"


def cell(kind: str, source: str | list[str], *tags: str, **more: Any) -> dict[str, Any]:
    run = {"execution_count": None, "outputs": []} if kind == "code" else {}
    metadata = {"tags": list(tags)} | more.pop("metadata", {})
    return {"cell_type": kind, "metadata": metadata, "source": source, **run, **more}


def graded(kind: str, source: str, name: str, **role: Any) -> dict[str, Any]:
    return cell(kind, source, metadata={"nbgrader": {"grade_id": name, "schema_version": 3, **role}})


def file_of(*cells: dict[str, Any]) -> BankFile:
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return BankFile("week1.ipynb", json.dumps(notebook, indent=1).encode())


def codes(bank: Bank) -> list[str]:
    return [remark.code for remark in bank.remarks]


def again(form: exchange.Format, bank: Bank) -> Bank:
    return form.read(BankFile(f"bank{form.suffixes[0]}", form.write(bank).content))


@given(bank=banks(NOTEBOOK.answers))
def test_what_is_written_is_a_valid_notebook(bank: Bank) -> None:
    notebook = nbformat.reads(NOTEBOOK.write(bank).content.decode(), as_version=nbformat.NO_CONVERT)

    nbformat.validate(notebook)
    assert sum("problem" in found.metadata.get("tags", ()) for found in notebook.cells) == len(bank.items)


def test_tagged_cells_are_items() -> None:
    bank = NOTEBOOK.read(
        file_of(
            cell("markdown", "# Week 1"),
            cell(
                "markdown",
                ["## Sizes\n", "\n", "What is printed?\n", "\n", "- [ ] 1\n", "- [X] 2\n", "  > Yes."],
                "problem",
            ),
            cell("code", "print(2)", "snippet"),
            cell("markdown", "Count.", "hint"),
            cell("markdown", "It has two.", "explanation"),
            cell("markdown", "Write `double`.", "practicum", "easy"),
            cell("code", "def double(x): ...", "start"),
            cell("code", "def double(x):\n    return 2 * x", "solution"),
            cell("code", "assert double(2) == 4", "check", "hidden"),
            cell("markdown", "Which keyword returns?", "problem"),
            cell("markdown", "- `return`\n- yield", "answer"),
            cell("markdown", "How many?", "problem"),
            cell("markdown", "42 ± 0.5", "number"),
            cell("markdown", "Why?", "problem"),
        )
    )
    choice, code, short, number, essay = bank.items

    assert bank.title == "Week 1"
    assert not bank.remarks
    assert (choice.title, choice.text, choice.code, choice.hints, choice.feedback) == (
        "Sizes",
        "What is printed?",
        "print(2)",
        ("Count.",),
        "It has two.",
    )
    assert choice.answer == Choice((BankOption("1"), BankOption("2", Decimal(100), "Yes.")))
    assert code.tags == ("easy",)
    assert code.answer == CodeAnswer(
        "def double(x): ...",
        "def double(x):\n    return 2 * x",
        (CodeTest("assert double(2) == 4", hidden=True),),
    )
    assert short.answer == ShortAnswer((AcceptedText("return"), AcceptedText("yield")))
    assert isinstance(number.answer, NumberAnswer)
    assert (number.answer.accepted[0].low, number.answer.accepted[0].high) == (Decimal("41.5"), Decimal("42.5"))
    assert essay.answer == Essay()


def test_exercises_of_nbgrader_are_code_answers() -> None:
    """The code before runs before; hidden tests are apart; points are added."""
    solution = "def f(x):\n    ### BEGIN SOLUTION\n    return HALF * x\n    ### END SOLUTION"
    tests = "assert f(2) == 1\n### BEGIN HIDDEN TESTS\nassert f(4) == 2\n### END HIDDEN TESTS"
    bank = NOTEBOOK.read(
        file_of(
            cell("code", "%matplotlib inline\nHALF = 0.5"),
            cell("markdown", "Write `f`."),
            graded("code", solution, "f", solution=True, grade=False, locked=False),
            graded("code", tests, "test_f", solution=False, grade=True, locked=True, points=2),
            graded("code", "assert f(0) == 0", "test_zero", solution=False, grade=True, locked=True, points=1),
            cell("markdown", "Use `f` in `g`."),
            graded("code", "### BEGIN SOLUTION\ng = f\n### END SOLUTION", "g", solution=True, grade=False),
            graded("code", "assert g(2) == 1", "test_g", solution=False, grade=True, points=1),
            cell("markdown", "Explain."),
            graded(
                "markdown", "### BEGIN SOLUTION\nBecause.\n### END SOLUTION", "why", solution=True, grade=True, points=4
            ),
            cell("markdown", "Bye."),
        )
    )
    first, second, third = bank.items

    assert [item.identifier for item in bank.items] == ["f", "g", "why"]
    assert [item.text for item in bank.items] == ["Write `f`.", "Use `f` in `g`.", "Explain."]
    assert [item.points for item in bank.items] == [3, 1, 4]
    assert first.code == "HALF = 0.5"
    assert first.answer == CodeAnswer(
        "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        "def f(x):\n    return HALF * x",
        (
            CodeTest("assert f(2) == 1", points=Decimal(0)),
            CodeTest("assert f(2) == 1\nassert f(4) == 2", hidden=True, points=Decimal(2)),
            CodeTest("assert f(0) == 0", points=Decimal(1)),
        ),
    )
    assert second.code == "HALF = 0.5\n\ndef f(x):\n    return HALF * x"
    assert third.answer == Essay("Because.")
    assert codes(bank) == ["cells-not-read"]


def test_an_exercise_without_a_marked_solution_has_none() -> None:
    """A release for students: nothing that could be proved."""
    [item] = NOTEBOOK.read(
        file_of(
            graded("code", "# YOUR CODE HERE\nraise NotImplementedError()", "f", solution=True, grade=False),
            graded("code", "assert f(2) == 1", "test_f", solution=False, grade=True, points=1),
        )
    ).items

    assert isinstance(item.answer, CodeAnswer)
    assert item.answer.solution == ""


def test_solutions_build_on_the_code_above_the_problems() -> None:
    """An import at the top of a notebook is not missing in the audit, and no part of a choice."""
    bank = NOTEBOOK.read(
        file_of(
            cell("code", "import math"),
            cell("markdown", "Which?\n\n- [x] a\n- [ ] b", "problem"),
            cell("markdown", "Write `x`.", "problem"),
            cell("code", "y = 2", "snippet"),
            cell("code", "x = math.sqrt(y)", "solution"),
            cell("markdown", "Write `z`.", "problem"),
            cell("code", "z = math.pi", "solution"),
        )
    )

    assert [item.code for item in bank.items] == ["", "import math\n\ny = 2", "import math"]


def test_commands_of_ipython_are_left_out_with_a_remark() -> None:
    bank = NOTEBOOK.read(
        file_of(
            cell("markdown", "Write `x`.", "problem"),
            cell("code", "!pip install numpy\nx = 5 % 2", "solution"),
            cell("code", "%%timeit\nx", "check"),
        )
    )
    answer = bank.items[0].answer

    assert isinstance(answer, CodeAnswer)
    assert (answer.solution, answer.tests[0].code) == ("x = 5 % 2", "")
    assert codes(bank) == ["magic-dropped"]


def test_attachments_are_files_of_the_bank() -> None:
    bank = Bank(
        "A bank", (replace(SAMPLES[Essay], text="See ![plot](images/plot.png)"),), resources={"images/plot.png": PIXEL}
    )
    written = NOTEBOOK.write(bank)
    read = NOTEBOOK.read(BankFile("bank.ipynb", written.content))

    assert not written.remarks
    assert b"attachment:plot.png" in written.content
    assert dict(read.resources) == dict(bank.resources)
    assert [remark.code for remark in MYST.write(bank).remarks] == ["file-not-kept"]


@pytest.mark.parametrize("form", FORMATS)
def test_what_no_text_shows_is_kept(form: exchange.Format) -> None:
    one_of_several = Choice((BankOption("a", Decimal(100)), BankOption("b")), several=True, shuffle=False)
    item = Item(
        "it-1",
        "Which?",
        one_of_several,
        hints=("One.", "Two."),
        code="x = 1",
        points=Decimal("2.5"),
        category=("A", "B"),
        tags=("easy",),
        proof="Proved.",
    )
    code = replace(
        SAMPLES[CodeAnswer],
        answer=CodeAnswer("", "cat('a')", (CodeTest("", stdin="1\n2\n", prints="a", points=Decimal(3)),), language="r"),
    )
    typed = replace(SAMPLES[ShortAnswer], answer=ShortAnswer((AcceptedText("- None"),), case_sensitive=True))
    bank = Bank("A bank", (item, code, typed), source="https://example.org", licence="CC0")
    read = again(form, bank)

    assert not form.write(bank).remarks
    assert [replace(found, path="", line=0) for found in read.items] == list(bank.items)
    assert (read.title, read.source, read.licence) == ("A bank", "https://example.org", "CC0")


@pytest.mark.parametrize("form", FORMATS)
def test_what_cannot_be_written_is_a_remark(form: exchange.Format) -> None:
    half = Choice((BankOption("a", Decimal(100)), BankOption("b", Decimal(50))))
    list_before = replace(SAMPLES[Choice], text="Given:\n\n- one\n- two")
    written = form.write(Bank("", (replace(SAMPLES[Choice], answer=half), list_before, SAMPLES[Gaps])))

    assert sorted(remark.code for remark in written.remarks) == ["not-in-format", "not-kept", "not-kept"]


@pytest.mark.parametrize("shape", [str, list])
def test_only_the_boxes_of_a_notebook_are_edited(shape: type) -> None:
    source = "Which “x”?\n\n* [x] `a`\n* [ ] b\n\n  ```\n  [x]\n  ```\n"
    parts: str | list[str] = source if shape is str else source.splitlines(keepends=True)
    file = file_of(cell("markdown", "Before."), cell("markdown", parts, "problem", id="abc"))
    corrected = NOTEBOOK.correct(file, {"abc": frozenset({1})})
    changed = "Which “x”?\n\n* [ ] `a`\n* [x] b\n\n  ```\n  [x]\n  ```\n"
    old, new = json.loads(file.content), json.loads(corrected)

    assert "".join(new["cells"][1]["source"]) == changed
    new["cells"][1]["source"] = old["cells"][1]["source"]
    assert new == old
    assert corrected.count(b"\n") == file.content.count(b"\n")


def test_only_the_boxes_of_a_page_are_edited() -> None:
    page = (
        "---\njupytext:\n  text_representation:\n    format_name: myst\n"
        "kernelspec:\n  display_name: Python 3\n  name: python3\n---\n\n"
        '# Week 1\n\n+++ {"tags": ["problem"]}\n\nWhich?\n\n- [x] a\n- [ ] b\n\n'
        "```{code-cell}\n:tags: [snippet]\nx = 1\n```\n\n"
        '+++ {"tags": ["problem"]}\n\nWhich?\n\n- [x] a\n- [ ] b\n'
    )
    file = BankFile("week1.md", page.encode())
    first, last = MYST.read(file).items
    before, _, after = page.rpartition("- [x] a\n- [ ] b")

    assert exchange.recognize(file) is MYST
    assert (first.code, first.line, last.line) == ("x = 1", 14, 26)
    assert MYST.correct(file, {last.identifier: frozenset({1})}).decode() == f"{before}- [ ] a\n- [x] b{after}"


def test_other_markdown_is_no_notebook() -> None:
    assert exchange.recognize(BankFile("quiz.md", b"# Quiz\n\nWhich?\n\n- [x] a\n- [ ] b\n")) is exchange.get(
        "markdown"
    )


@pytest.mark.parametrize(
    ("form", "content"),
    [
        (NOTEBOOK, b"[]"),
        (NOTEBOOK, b'{"worksheets": []}'),
        (NOTEBOOK, b"[" * 100_000),
        (MYST, b"---\njupytext: [\n---\n"),
        (MYST, b"\xff"),
    ],
)
def test_what_is_no_notebook_is_refused(form: exchange.Format, content: bytes) -> None:
    with pytest.raises(UnreadableBank) as refused:
        form.read(BankFile(f"bank{form.suffixes[0]}", content))

    assert len(refused.value.mistakes) == 1


def test_odd_cells_are_read_without_an_error() -> None:
    odd = [None, 1, {}, {"cell_type": "markdown", "source": 5, "metadata": {"tags": "problem", "nbgrader": []}}]
    titled = cell(
        "markdown", "Q", "problem", metadata={"practicum": {"id": 3, "points": "x", "category": "c", "several": 1}}
    )
    [item] = NOTEBOOK.read(file_of(*odd, titled)).items  # type: ignore[arg-type]

    assert (item.text, item.points, item.category) == ("Q", 1, ())


@pytest.mark.parametrize("call", ["read", "write"])
def test_without_jupytext_the_remedy_is_named(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = Bank("A bank", (SAMPLES[Description],))
    content = MYST.write(bank).content
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(NotInFormat, match=r"practicum\[banks\]"):
        MYST.write(bank) if call == "write" else MYST.read(BankFile("bank.md", content))
