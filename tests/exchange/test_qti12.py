"""QTI 1.2 as Canvas, Blackboard and other programs write it."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from practicum.exchange import BankFile, NotInFormat, UnreadableBank
from practicum.exchange.archive import read_archive, write_archive
from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Bank,
    BankOption,
    Choice,
    Description,
    Essay,
    Gaps,
    Item,
    Matching,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.qti12 import Qti12
from practicum.exchange.xml_parsing import local_name, parse_xml
from tests.exchange.banks import SAMPLES
from tests.exchange.hostile import hostile_archives, hostile_xml, zipped

FORMAT = Qti12()
RIGHT = Decimal(100)
HOSTILE = hostile_xml(b"questestinterop")
HOSTILE_ARCHIVES = hostile_archives()
TEXT2QTI = """
Quiz title: Sample quiz

GROUP
pick: 1
points per question: 2

Title: First
1.  What does `len([1, 2])` return?
... Count them.
*a) `2`
... Yes.
b)  `<b>`

END_GROUP

2.  Which are even?
[*] 2
[ ] 3
[*] 4

3.  Is it true?
*a) True
b)  False

4.  Which keyword?
*   return
*   yield

5.  What is pi?
=   3.14 +- 0.01

6.  How many?
=   42

7.  Between?
=   [1.5, 2.5]

8.  Why?
____

9.  Upload it.
^^^^

Text title: Note
Text: Read this.
"""


def read(content: bytes, name: str = "bank.zip") -> Bank:
    return FORMAT.read(BankFile(name, content))


def item_of(kind: str, presentation: str, processing: str = "", rest: str = "") -> Item:
    return read(xml_of(kind, presentation, processing, rest), "bank.xml").items[0]


def xml_of(kind: str, presentation: str, processing: str = "", rest: str = "") -> bytes:
    """A file with one item, as Canvas writes it."""
    field = (
        f"<qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield>"
    )
    return (
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment title="Quiz"><section>'
        f'<item ident="i1" title="One"><itemmetadata><qtimetadata>{field}</qtimetadata></itemmetadata>'
        f"<presentation>{presentation}</presentation>"
        f'<resprocessing><outcomes><decvar maxvalue="100" varname="SCORE"/></outcomes>{processing}</resprocessing>'
        f"{rest}</item></section></assessment></questestinterop>"
    ).encode()


def material(text: str) -> str:
    return f'<material><mattext texttype="text/html">{text}</mattext></material>'


def label(ident: str, text: str = "") -> str:
    return f'<response_label ident="{ident}">{material(text) if text else ""}</response_label>'


def lid(ident: str, labels: str, inside: str = "", cardinality: str = "Single") -> str:
    return (
        f'<response_lid ident="{ident}" rcardinality="{cardinality}">{inside}'
        f"<render_choice>{labels}</render_choice></response_lid>"
    )


def gives(test: str, score: int = 100, action: str = "Set") -> str:
    return (
        f"<respcondition><conditionvar>{test}</conditionvar>"
        f'<setvar action="{action}" varname="SCORE">{score}</setvar></respcondition>'
    )


def equals(value: str, response: str = "response1") -> str:
    return f'<varequal respident="{response}">{value}</varequal>'


@pytest.fixture
def from_text2qti(tmp_path: Path) -> bytes:
    """A quiz for Canvas, written by text2qti."""
    from text2qti.config import Config
    from text2qti.qti import QTI
    from text2qti.quiz import Quiz

    path = tmp_path / "quiz.zip"
    QTI(Quiz(TEXT2QTI, config=Config(), source_name="quiz")).save(str(path))
    return path.read_bytes()


def test_what_text2qti_writes_is_read(from_text2qti: bytes) -> None:
    bank = read(from_text2qti)

    assert bank.title == "Sample quiz"
    one = Choice((BankOption("`2`", RIGHT, "Yes."), BankOption("`<b>`")), shuffle=False)
    even = (BankOption("2", RIGHT / 2), BankOption("3"), BankOption("4", RIGHT / 2))
    assert [(item.text, item.answer) for item in bank.items] == [
        ("What does `len([1, 2])` return?", one),
        (
            "Which are even?",
            Choice(even, several=True, shuffle=False),
        ),
        ("Is it true?", Choice((BankOption("True", RIGHT), BankOption("False")), shuffle=False, true_false=True)),
        ("Which keyword?", ShortAnswer((AcceptedText("return"), AcceptedText("yield")))),
        ("What is pi?", NumberAnswer((AcceptedNumber(Decimal("3.13"), Decimal("3.15")),))),
        ("How many?", NumberAnswer((AcceptedNumber(Decimal(42), Decimal(42)),))),
        ("Between?", NumberAnswer((AcceptedNumber(Decimal("1.5"), Decimal("2.5")),))),
        ("Why?", Essay()),
        ("Upload it.", Unsupported("file_upload_question")),
        ("Read this.", Description()),
    ]  # fmt: skip
    assert (bank.items[0].title, bank.items[0].feedback, bank.items[0].points) == ("First", "Count them.", Decimal(2))
    assert bank.items[0].category == ("Group",)
    assert [remark.code for remark in bank.remarks] == ["unsupported-type"]


def test_a_package_has_the_structure_of_one_by_text2qti(from_text2qti: bytes) -> None:
    """Canvas imports those: compared are the elements of items of the same type, in their order, without feedback."""
    ours = FORMAT.write(read(from_text2qti)).content

    assert kinds_of_resources(ours) == kinds_of_resources(from_text2qti)
    ours_by_type, theirs_by_type = skeletons(ours), skeletons(from_text2qti)
    for kind in ("multiple_answers_question", "true_false_question", "numerical_question", "essay_question"):
        assert ours_by_type[kind] <= theirs_by_type[kind]
        assert theirs_by_type[kind] - ours_by_type[kind] <= {"respcondition", "conditionvar", "other"}


def kinds_of_resources(content: bytes) -> list[tuple[str, list[str]]]:
    """What the manifest lists, by type, with the endings of the files; each is in the archive."""
    files = read_archive(BankFile("bank.zip", content)).files
    found = []
    for resource in parse_xml(BankFile("m.xml", files["imsmanifest.xml"])).iterfind(".//{*}resource"):
        paths = [file.get("href") for file in resource.iterfind("{*}file")]
        assert set(paths) <= set(files)
        found.append((resource.get("type"), [path.rsplit(".", 1)[-1] for path in paths]))
    return found


def skeletons(content: bytes) -> dict[str, set[str]]:
    """The names of the elements of items, by their types."""
    files = read_archive(BankFile("bank.zip", content)).files
    [questions] = [part for part in files.values() if b"<questestinterop" in part]
    found: dict[str, set[str]] = {}
    for item in parse_xml(BankFile("q.xml", questions)).iterfind(".//{*}item"):
        parts = found.setdefault(item.findtext(".//{*}fieldentry"), set())
        parts |= {local_name(part) for part in item.iter("*")} - {"displayfeedback", "itemfeedback", "flow_mat"}
    return found


@pytest.mark.parametrize("engine", ["canvas_qti_v1_2", "blackboard_export_zip"])
def test_what_qti_package_maker_writes_is_read(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For Canvas and as a Blackboard pool."""
    from qti_package_maker.package_interface import QTIPackageInterface

    monkeypatch.chdir(tmp_path)
    package = QTIPackageInterface("sample", allow_mixed=True)
    package.add_item("MC", ("What does <code>len([1])</code> return?", ["1", "2", "3"], "2"))
    package.add_item("MA", ("Which are even?", ["2", "3", "4"], ["2", "4"]))
    package.add_item("NUM", ("What is pi?", 3.14, 0.01, False))
    package.add_item("FIB", ("Which keyword?", ["return", "yield"]))
    package.add_item("MULTI_FIB", ("Roses are [a], violets are [b].", {"a": ["red"], "b": ["blue", "purple"]}))
    package.add_item("MATCH", ("Match.", ["[]", "{}"], ["list", "dict", "set"]))
    content = Path(package.save_package(engine)).read_bytes()
    by_type = {type(item.answer): item.answer for item in read(content).items[2:]}
    one, several = (item.answer for item in read(content).items[:2])

    assert read(content).items[0].text.endswith("What does `len([1])` return?")
    assert [option.key for option in one.options] == [False, True, False]
    assert [option.key for option in several.options] == [True, False, True]
    assert several.several
    [number] = by_type[NumberAnswer].accepted
    assert (round(number.low, 4), round(number.high, 4)) == (Decimal("3.13"), Decimal("3.15"))
    assert [accepted.text for accepted in by_type[ShortAnswer].accepted] == ["return", "yield"]
    assert [[part.text for part in gap.accepted] for gap in by_type[Gaps].gaps] == [["red"], ["blue", "purple"]]
    assert by_type[Matching].pairs == (("[]", "list"), ("{}", "dict"))
    assert by_type[Matching].distractors == ("set",)


def test_menus_in_a_text_are_read_and_written() -> None:
    item = item_of(
        "multiple_dropdowns_question",
        material("Axis [x] has the [what].")
        + lid("response_x", label("1", "0") + label("2", "1"), material("x"))
        + lid("response_what", label("3", "rows") + label("4", "columns"), material("what")),
        gives(equals("1", "response_x"), 50, "Add") + gives(equals("4", "response_what"), 50, "Add"),
    )

    assert item.text == "Axis [[1]] has the [[2]]."
    assert [[option.key for option in gap.options] for gap in item.answer.gaps] == [[True, False], [False, True]]
    written = FORMAT.write(Bank("", (item,)))
    assert not written.remarks
    assert read(written.content).items[0].answer == item.answer


def test_a_question_in_canvas_can_score_options_in_part() -> None:
    labels = label("a", "1") + label("b", "2") + label("c", "3")
    processing = gives(equals("a")) + gives(equals("b"), 50)
    item = item_of("multiple_choice_question", material("Which?") + lid("response1", labels), processing)

    assert [option.credit for option in item.answer.options] == [Decimal(100), Decimal(50), Decimal(0)]


def test_an_image_of_the_archive_is_a_resource() -> None:
    """Read from a Canvas export, written, and read again."""
    html = material('See &lt;img src="$IMS-CC-FILEBASE$/my%20graph.png?x=1" alt="Graph"&gt;')
    xml = xml_of("essay_question", html)
    bank = read(zipped(**{"quiz/quiz.xml": xml, "web_resources/my graph.png": b"pixels"}))

    assert bank.items[0].text == "See ![Graph](images/my-graph.png)"
    assert bank.resources == {"images/my-graph.png": b"pixels"}
    assert read(FORMAT.write(bank).content).resources == bank.resources


def test_an_image_that_is_missing_is_a_remark() -> None:
    xml = xml_of("essay_question", material('&lt;img src="$IMS-CC-FILEBASE$/graph.png"&gt;'))

    assert [remark.code for remark in read(xml, "bank.xml").remarks] == ["missing-file"]


def test_a_correction_changes_one_condition_and_no_other_byte() -> None:
    labels = label("a", "1") + label("b", "2")
    xml = xml_of("multiple_choice_question", lid("response1", labels), gives(f"\n  {equals('a')}\n"))
    corrected = FORMAT.correct(BankFile("bank.xml", xml), {"i1": frozenset({1})})

    assert corrected == xml.replace(equals("a").encode(), equals("b").encode())


def test_a_correction_of_an_archive_changes_one_file() -> None:
    item = Item("i", "Which?", Choice((BankOption("1", RIGHT / 2), BankOption("2", RIGHT / 2), BankOption("3")), True))
    content = FORMAT.write(Bank("", (item,))).content
    corrected = FORMAT.correct(BankFile("bank.zip", content), {"i": frozenset({1, 2})})

    assert [option.key for option in read(corrected).items[0].answer.options] == [False, True, True]
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(io.BytesIO(corrected)) as new:
        assert [name for name in old.namelist() if old.read(name) != new.read(name)] == [old.namelist()[2]]


def test_a_question_that_several_conditions_score_is_not_corrected() -> None:
    labels = label("a", "1") + label("b", "2")
    xml = xml_of("multiple_choice_question", lid("response1", labels), gives(equals("a")) + gives(equals("b"), 50))
    with pytest.raises(NotInFormat):
        FORMAT.correct(BankFile("bank.xml", xml), {"i1": frozenset({1})})


def test_unequal_credits_are_a_remark() -> None:
    options = (BankOption("1", RIGHT), BankOption("2", Decimal(-50)))
    written = FORMAT.write(Bank("", (Item("i", "Which?", Choice(options, several=True)),)))

    assert [remark.code for remark in written.remarks] == ["credit-dropped"]


def test_a_package_is_the_same_each_time() -> None:
    bank = Bank("A bank", (SAMPLES[Choice], SAMPLES[Matching]))

    assert FORMAT.write(bank).content == FORMAT.write(bank).content


def test_a_broken_file_of_an_archive_leaves_the_others() -> None:
    bank = read(
        write_archive({"1.xml": b"<questestinterop>", "2.xml": xml_of("text_only_question", material("Read."))})
    )

    assert [item.text for item in bank.items] == ["Read."]
    assert [remark.code for remark in bank.remarks] == ["broken-xml"]


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_hostile_file_is_refused(attack: str) -> None:
    content, code = HOSTILE[attack]
    with pytest.raises(UnreadableBank) as refusal:
        read(content, "bank.xml")

    assert refusal.value.code == code


@pytest.mark.parametrize("attack", HOSTILE_ARCHIVES)
def test_a_hostile_archive_is_refused(attack: str) -> None:
    content, code = HOSTILE_ARCHIVES[attack]
    with pytest.raises(UnreadableBank) as refusal:
        read(content)

    assert refusal.value.code == code


def test_an_archive_without_questions_is_refused() -> None:
    with pytest.raises(UnreadableBank):
        read(zipped(**{"readme.txt": b"Hello"}))
