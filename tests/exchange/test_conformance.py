"""What every format of question banks must do, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import exchange
from practicum.exchange import BankFile, Format, UnreadableBank
from practicum.exchange.bank import Bank, BankOption, Choice, Item
from tests.exchange.banks import SAMPLES, banks

FORMATS = list(exchange.BUILTIN)
BOTH_WAYS = [form for form in FORMATS if form.is_read and form.is_written]
CORRECTED = [form for form in BOTH_WAYS if Choice in form.answers]


def by_name(form: Format) -> str:
    return form.name


def file_of(form: Format, content: bytes) -> BankFile:
    return BankFile(f"bank{form.suffixes[0]}", content)


def reads_or_refuses(form: Format, content: bytes) -> bool:
    """Whether a file is read, or refused with its mistakes."""
    try:
        return isinstance(form.read(file_of(form, content)), Bank)
    except UnreadableBank as error:
        return bool(error.mistakes)


@cache
def of_samples(form: Format) -> bytes:
    """The samples of what a format expresses, written once: some formats contain the time."""
    return form.write(Bank("A bank", tuple(SAMPLES[answer] for answer in form.answers))).content


def plain(item: Item) -> Item:
    """The item without its place, and without the identifier, which some formats cannot hold."""
    return replace(item, identifier="", path="", line=0)


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_name)
@given(data=st.data())
def test_what_is_written_is_read_again(form: Format, data: st.DataObject) -> None:
    """Every item comes back as it was, unless a remark names it: nothing is lost silently."""
    bank = data.draw(banks(form.answers))
    written = form.write(bank)
    read = form.read(file_of(form, written.content))
    lost = {remark.identifier for remark in written.remarks}

    assert len(read.items) == len(bank.items)
    for item, again in zip(bank.items, read.items, strict=True):
        if item.identifier not in lost:
            assert plain(again) == plain(item)


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_name)
def test_plain_items_lose_nothing(form: Format) -> None:
    """The formats express the classes of answers that they declare."""
    bank = Bank("A bank", tuple(SAMPLES[answer] for answer in sorted(form.answers, key=lambda answer: answer.__name__)))
    written = form.write(bank)
    read = form.read(file_of(form, written.content))

    assert not written.remarks
    assert [plain(item) for item in read.items] == [plain(item) for item in bank.items]


@pytest.mark.parametrize("form", [form for form in FORMATS if form.is_written], ids=by_name)
def test_what_a_format_cannot_express_is_a_remark(form: Format) -> None:
    """One for each item whose class of answers it does not declare."""
    others = [item for answer, item in SAMPLES.items() if answer not in form.answers]
    written = form.write(Bank("A bank", tuple(others)))

    assert {remark.identifier for remark in written.remarks} == {item.identifier for item in others}


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_name)
def test_its_own_files_are_recognized(form: Format) -> None:
    """By this format and no other that reads."""
    file = file_of(form, form.write(Bank("A bank", (SAMPLES[Choice],))).content)

    assert exchange.recognize(file) is form


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_name)
def test_reading_twice_finds_the_same_identifiers(form: Format) -> None:
    file = file_of(form, form.write(Bank("A bank", (SAMPLES[Choice], SAMPLES[Choice]))).content)
    first, second = form.read(file), form.read(file)

    assert first == second
    assert len({item.identifier for item in first.items}) == 2


@pytest.mark.parametrize("form", CORRECTED, ids=by_name)
def test_a_corrected_key_changes_nothing_else(form: Format) -> None:
    """The second option of the second item becomes the key; read again, all else is as before."""
    options = (BankOption("`1`", SAMPLES[Choice].answer.options[0].credit), BankOption("`2`"))
    wrong = Item("wrong", "What is `1 + 1`?", Choice(options), title="Sum")
    file = file_of(form, form.write(Bank("A bank", (SAMPLES[Choice], wrong, SAMPLES[Choice]))).content)
    before = form.read(file)
    corrected = form.correct(file, {before.items[1].identifier: frozenset({1})})
    after = form.read(BankFile(file.path, corrected))

    assert [option.key for option in after.items[1].answer.options] == [False, True]
    assert [option.text for option in after.items[1].answer.options] == ["`1`", "`2`"]
    assert (after.items[0], after.items[2]) == (before.items[0], before.items[2])
    assert form.correct(file, {}) == file.content


@pytest.mark.parametrize("form", [form for form in FORMATS if form.is_read], ids=by_name)
@given(content=st.binary(max_size=400))
def test_anything_is_read_or_refused(form: Format, content: bytes) -> None:
    """Bytes that are no bank raise the one exception that callers expect, and nothing else."""
    assert reads_or_refuses(form, content)


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_name)
@given(data=st.data())
def test_damaged_files_are_read_or_refused(form: Format, data: st.DataObject) -> None:
    """A real file with a piece cut out or replaced."""
    content = of_samples(form)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    damaged = content[:start] + data.draw(st.binary(max_size=20)) + content[end:]
    assert reads_or_refuses(form, damaged)
