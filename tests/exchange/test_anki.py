"""Anki packages: Anki itself imports what is written and exports what is read, and hostile databases are refused."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

from practicum import exchange
from practicum.exchange import BankFile, NotInFormat, UnreadableBank
from practicum.exchange.bank import (
    AcceptedText,
    Bank,
    Choice,
    CodeAnswer,
    Description,
    Essay,
    Gaps,
    Item,
    Matching,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)
from tests.exchange.banks import SAMPLES
from tests.exchange.hostile import hostile_archives, zipped

ANKI = exchange.get("anki")
PIXEL = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Collection]:
    """An empty collection of Anki."""
    collection = Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def taken(anki: Collection, bank: Bank, path: Path) -> None:
    """Import a bank into a collection."""
    package = path / "written.apkg"
    package.write_bytes(ANKI.write(bank).content)
    options = ImportAnkiPackageOptions(merge_notetypes=True)
    anki.import_anki_package(ImportAnkiPackageRequest(package_path=str(package), options=options))


def exported(anki: Collection, path: Path, legacy: bool = True) -> BankFile:
    """The collection as a package."""
    package = path / "exported.apkg"
    options = ExportAnkiPackageOptions(with_media=True, legacy=legacy)
    anki.export_anki_package(out_path=str(package), options=options, limit=None)
    return BankFile("exported.apkg", package.read_bytes())


def added(anki: Collection, type: str, *fields: str, tags: str = "", deck: str = "Default") -> None:
    """Add a note of one of the types that Anki comes with."""
    model = anki.models.by_name(type)
    assert model is not None
    note = anki.new_note(model)
    note.fields[:] = fields
    note.tags = tags.split()
    number = anki.decks.id(deck)
    assert number is not None
    anki.add_note(note, number)


def asked(*items: Item) -> Bank:
    return Bank("Python", items)


def test_anki_imports_what_is_written(anki: Collection, tmp_path: Path) -> None:
    """Each item is a note with a card in the deck of its category, or a card per gap."""
    items = [replace(item, category=("Basics",), tags=("two words",)) for item in SAMPLES.values()]
    taken(anki, asked(*items), tmp_path)
    notes = [anki.get_note(number) for number in anki.find_notes('"deck:Python::Basics"')]

    assert {note["Identifier"] for note in notes} == {item.identifier for item in items} - {"description"}
    assert {note["Identifier"]: len(note.cards()) for note in notes}["gaps"] == 2
    assert all(note.tags == ["two_words"] for note in notes)


def test_cards_show_question_answer_and_proof(anki: Collection, tmp_path: Path) -> None:
    """The key of a choice is on the back, and not on the front."""
    taken(anki, asked(replace(SAMPLES[Choice], feedback="It counts.", proof="Proved with Python 3.11.")), tmp_path)
    [card] = [anki.get_card(number) for number in anki.find_cards("")]

    assert "<li><code>1</code></li>" in card.question()
    assert "Proved" not in card.question()
    for text in ("A. <code>2</code>", "It counts.", "Proved with Python 3.11."):
        assert text in card.answer()


def test_a_later_import_updates_the_notes(anki: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    essay = SAMPLES[Essay]
    with monkeypatch.context() as earlier:
        earlier.setattr("time.time", lambda: 1_700_000_000.0)
        taken(anki, asked(essay, SAMPLES[ShortAnswer]), tmp_path)
    taken(anki, asked(SAMPLES[ShortAnswer], replace(essay, text="Changed?")), tmp_path)
    notes = {note["Identifier"]: note for note in map(anki.get_note, anki.find_notes(""))}

    assert anki.note_count() == 2
    assert notes["essay"]["Question"] == "<p>Changed?</p>"


def test_banks_with_the_same_identifiers_are_apart(anki: Collection, tmp_path: Path) -> None:
    taken(anki, Bank("One", (SAMPLES[Essay],)), tmp_path)
    taken(anki, Bank("Two", (SAMPLES[Essay],)), tmp_path)

    assert anki.note_count() == 2


def test_what_went_through_anki_is_read_again(anki: Collection, tmp_path: Path) -> None:
    """With its images, decks and proofs."""
    image = Item("image", "See ![plot](images/plot.png)", Essay("`x`"), category=("A", "B"), proof="Proved.")
    bank = Bank("Python", (image, SAMPLES[ShortAnswer]), resources={"images/plot.png": PIXEL})
    package = ANKI.write(bank)
    taken(anki, bank, tmp_path)
    again = ANKI.read(exported(anki, tmp_path))

    assert not package.remarks
    assert again.title == "Python"
    assert {item.identifier: replace(item, path="") for item in again.items} == {i.identifier: i for i in bank.items}
    assert dict(again.resources) == {"images/plot.png": PIXEL}


def test_notes_of_the_types_of_anki(anki: Collection, tmp_path: Path) -> None:
    """A back is a sample, what is typed is a short answer, and a cloze has gaps."""
    added(anki, "Basic", "What is <b>x</b>?", "A name.", tags="easy names", deck="Python::Names")
    added(anki, "Basic", "What does <code>1 + 1</code> give?", "<code>2</code>", deck="Python")
    added(anki, "Basic (type in the answer)", "Which keyword?", "x &lt; y", deck="Python")
    added(anki, "Cloze", r"Axis {{c1::0}} has \(n\) {{c2::rows::or columns}}.", "Like a table.", deck="Python")
    bank = ANKI.read(exported(anki, tmp_path))

    assert bank.title == "Python"
    assert [(item.text, item.answer, item.feedback) for item in bank.items] == [
        ("What is **x**?", Essay("A name."), ""),
        ("What does `1 + 1` give?", ShortAnswer((AcceptedText("2"),)), ""),
        ("Which keyword?", ShortAnswer((AcceptedText("x < y"),)), ""),
        (
            "Axis [[1]] has $n$ [[2]] (or columns).",
            Gaps((ShortAnswer((AcceptedText("0"),)), ShortAnswer((AcceptedText("rows"),)))),
            "Like a table.",
        ),
    ]
    assert (bank.items[0].category, sorted(bank.items[0].tags)) == (("Names",), ["easy", "names"])
    assert len({item.identifier for item in bank.items}) == 4


def test_what_is_lost_of_foreign_notes_is_a_remark(anki: Collection, tmp_path: Path) -> None:
    added(anki, "Basic (and reversed card)", "[$]x^2[/$]", "square")
    added(anki, "Cloze", "{{c1::a {{c2::b}} c}}", "")
    added(anki, "Basic", "Listen [sound:a.mp3]", "")
    bank = ANKI.read(exported(anki, tmp_path))

    assert [remark.code for remark in bank.remarks] == [
        "cards-dropped",
        "unsupported-type",
        "sound-as-link",
        "answer-missing",
    ]
    assert bank.items[0].text == "$x^2$"
    assert isinstance(bank.items[1].answer, Unsupported)
    assert bank.items[2].text == "Listen [a.mp3](a.mp3)"


def test_packages_for_new_versions_are_refused_with_the_remedy(anki: Collection, tmp_path: Path) -> None:
    added(anki, "Basic", "Front", "Back")
    with pytest.raises(UnreadableBank) as refused:
        ANKI.read(exported(anki, tmp_path, legacy=False))

    assert refused.value.code == "new-anki-package"
    assert "Support older Anki versions" in str(refused.value)


def test_gaps_of_braces_and_colons_are_kept() -> None:
    gaps = Gaps(tuple(ShortAnswer((AcceptedText(text),)) for text in ("{'a': {}}", "x[::2]", "a < b")))
    item = Item("gaps", "Not {{c1::this}}, but [[1]] and [[2]] and [[3]].", gaps)
    written = ANKI.write(asked(item))
    [again] = ANKI.read(BankFile("bank.apkg", written.content)).items

    assert not written.remarks
    assert replace(again, path="") == item


@pytest.mark.parametrize("answer", [Choice, NumberAnswer, Matching, CodeAnswer, Gaps])
def test_what_a_card_cannot_express_is_a_remark(answer: type) -> None:
    [remark] = ANKI.write(asked(SAMPLES[answer])).remarks

    assert (remark.identifier, remark.code) == (SAMPLES[answer].identifier, "not-kept")


def test_what_is_no_question_is_left_out() -> None:
    written = ANKI.write(asked(SAMPLES[Description], Item("odd", "?", Unsupported("drag"))))

    assert [remark.code for remark in written.remarks] == ["not-in-format", "not-in-format"]
    assert not ANKI.read(BankFile("bank.apkg", written.content)).items


def test_without_genanki_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genanki", None)
    with pytest.raises(NotInFormat, match=r"practicum\[banks\]"):
        ANKI.write(asked(SAMPLES[Essay]))


def database(script: str) -> bytes:
    """The database of a package with one note, changed by a script."""
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.executescript(
            "CREATE TABLE col (models text, decks text); CREATE TABLE cards (nid integer, did integer, ord integer);"
            "CREATE TABLE notes (id integer, guid text, mid integer, tags text, flds text);"
            "INSERT INTO notes VALUES (1, 'g', 7, '', 'front' || char(31) || 'back');"
        )
        model = {"name": "Basic", "flds": [{"name": "F"}, {"name": "B"}], "tmpls": [{"qfmt": "{{F}}", "afmt": "{{B}}"}]}
        opened.execute("INSERT INTO col VALUES (?, '{}')", (json.dumps({"7": model}),))
        opened.executescript(script)
        return opened.serialize()


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, 'g', 7, '', 'a' FROM n"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (f"DROP TABLE notes; CREATE VIEW notes(id, guid, mid, tags, flds) AS {ENDLESS};", "hostile-database"),
        ("CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END;", "hostile-database"),
        ("CREATE VIRTUAL TABLE v USING fts5(x);", "hostile-database"),
        ("ALTER TABLE cards ADD COLUMN x AS (zeroblob(1000000000)) VIRTUAL;", "hostile-database"),
        ("UPDATE notes SET mid = 8;", "broken-database"),
        ("UPDATE col SET models = '[]';", "broken-database"),
        ("DELETE FROM col;", "broken-database"),
        ("DROP TABLE cards;", "broken-database"),
        ("UPDATE notes SET flds = x'ff1f', guid = NULL;", ""),
    ],
)
def test_hostile_databases_are_refused_or_harmless(script: str, code: str) -> None:
    file = BankFile("bank.apkg", zipped(**{"collection.anki2": database(script)}))
    if not code:
        assert len(ANKI.read(file).items) == 1
        return
    with pytest.raises(UnreadableBank) as refused:
        ANKI.read(file)

    assert refused.value.code == code


@pytest.mark.parametrize("attack", hostile_archives())
def test_hostile_archives_are_refused(attack: str) -> None:
    content, code = hostile_archives()[attack]
    with pytest.raises(UnreadableBank) as refused:
        ANKI.read(BankFile("bank.apkg", content))

    assert refused.value.code == code


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" * 100])
def test_what_is_no_database_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableBank) as refused:
        ANKI.read(BankFile("bank.apkg", zipped(**{"collection.anki2": content})))

    assert refused.value.code == "broken-database"
