"""Moodle XML as Moodle and its plugins export it."""

from __future__ import annotations

import base64
from dataclasses import replace
from decimal import Decimal

import pytest

from practicum.exchange import BankFile, UnreadableBank
from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Bank,
    BankOption,
    Choice,
    CodeAnswer,
    CodeTest,
    Item,
    Matching,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.moodle_xml import MoodleXml
from practicum.exchange.moodle_xml.cloze import TYPES
from practicum.exchange.xml_parsing import parse_xml
from tests.exchange.hostile import hostile_xml

FORMAT = MoodleXml()
HOSTILE = hostile_xml(b"quiz")
PIXEL = b"\x89PNG\r\n\x1a\n\x00pixel"

EXPORT = (
    """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0  -->
  <question type="category">
    <category><text>$course$/top/Python//NumPy/Loops</text></category>
    <info format="html"><text></text></info>
  </question>
<!-- question: 17 <answer fraction="100"> -->
  <question type="multichoice">
    <name><text>Length &amp; type</text></name>
    <questiontext format="html">
      <text><![CDATA[<p dir="ltr">What is printed?</p><pre><code class="language-python">x = [1, 2]
print(len(x) &lt; 3)</code></pre><p><img src="@@PLUGINFILE@@/my%20graph.png" alt="Graph"></p>]]></text>
      <file name="my graph.png" path="/" encoding="base64">"""
    + base64.b64encode(PIXEL).decode()
    + """</file>
    </questiontext>
    <generalfeedback format="html"><text><![CDATA[<p><code>len</code> counts.</p>]]></text></generalfeedback>
    <defaultgrade>2.0000000</defaultgrade>
    <penalty>0.3333333</penalty>
    <hidden>0</hidden>
    <idnumber>len-1</idnumber>
    <single>true</single>
    <shuffleanswers>false</shuffleanswers>
    <answernumbering>abc</answernumbering>
    <correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>
    <answer fraction="100" format="html">
      <text><![CDATA[<p><code>True</code></p>]]></text>
      <feedback format="html"><text><![CDATA[<p>Yes.</p>]]></text></feedback>
    </answer>
    <answer fraction="-33.33333" format="html">
      <text><![CDATA[<p><span style="color:red">False</span></p>]]></text>
      <feedback format="html"><text></text></feedback>
    </answer>
    <hint format="html"><text>Count.</text></hint>
    <tags><tag><text>lists</text></tag><tag><text>easy</text></tag></tags>
  </question>
  <question type="truefalse">
    <name><text>Bool</text></name>
    <questiontext format="html"><text>bool is a subclass of int.</text></questiontext>
    <answer fraction="0" format="moodle_auto_format"><text>false</text><feedback><text>No.</text></feedback></answer>
    <answer fraction="100" format="moodle_auto_format"><text>true</text><feedback><text></text></feedback></answer>
  </question>
  <question type="numerical">
    <name><text>Pi</text></name>
    <questiontext format="html"><text>\\(\\pi\\) to two places?</text></questiontext>
    <answer fraction="100" format="moodle_auto_format"><text>3.14</text><tolerance>0.01</tolerance></answer>
    <answer fraction="50" format="moodle_auto_format"><text>3</text><tolerance>0</tolerance></answer>
  </question>
  <question type="coderunner">
    <name><text>Square</text></name>
    <questiontext format="html"><text>Write sqr.</text></questiontext>
    <coderunnertype>python3_w_input</coderunnertype>
    <answerpreload>def sqr(n):
    ...</answerpreload>
    <answer><![CDATA[def sqr(n):
    return n * n]]></answer>
    <template></template>
    <testcases>
      <testcase testtype="0" useasexample="1" hiderestiffail="0" mark="1.0000000">
        <testcode><text>print(sqr(-3))</text></testcode><stdin><text></text></stdin>
        <expected><text>9</text></expected><extra><text></text></extra><display><text>SHOW</text></display>
      </testcase>
      <testcase testtype="0" useasexample="0" hiderestiffail="0" mark="2.0000000">
        <testcode><text>print(sqr(int(input())))</text></testcode><stdin><text>5</text></stdin>
        <expected><text>25</text></expected><extra><text></text></extra><display><text>HIDE</text></display>
      </testcase>
    </testcases>
  </question>
  <question type="calculated"><name><text>Sum</text></name>
    <questiontext format="html"><text>{a} + {b}?</text></questiontext></question>
</quiz>
"""
).encode()


def read(content: bytes) -> Bank:
    return FORMAT.read(BankFile("bank.xml", content))


def item_of(question: str) -> Item:
    return read(f"<quiz>{question}</quiz>".encode()).items[0]


def cloze(text: str) -> Item:
    return item_of(
        f'<question type="cloze"><questiontext format="html"><text><![CDATA[{text}]]></text></questiontext></question>'
    )


def test_an_export_is_read() -> None:
    """With code, image, category, tags, hints, points, partial credit and identifiers."""
    bank = read(EXPORT)
    choice, statement, value, code, calculated = bank.items

    assert choice == Item(
        "len-1",
        "What is printed?\n\n```python\nx = [1, 2]\nprint(len(x) < 3)\n```\n\n![Graph](images/my-graph.png)",
        Choice((BankOption("`True`", Decimal(100), "Yes."), BankOption("False", Decimal(-100) / 3)), shuffle=False),
        title="Length & type",
        feedback="`len` counts.",
        hints=("Count.",),
        points=Decimal(2),
        category=("Python/NumPy", "Loops"),
        tags=("lists", "easy"),
        path="bank.xml",
        line=9,
    )
    assert bank.resources == {"images/my-graph.png": PIXEL}
    assert statement.answer == Choice(
        (BankOption("True", Decimal(100)), BankOption("False", Decimal(0), "No.")), shuffle=False, true_false=True
    )
    assert value.text == r"$\pi$ to two places?"
    assert value.answer == NumberAnswer(
        (
            AcceptedNumber(Decimal("3.13"), Decimal("3.15")),
            AcceptedNumber(Decimal(3), Decimal(3), credit=Decimal(50)),
        )
    )
    assert code.answer == CodeAnswer(
        "def sqr(n):\n    ...",
        "def sqr(n):\n    return n * n",
        (
            CodeTest("print(sqr(-3))", "", "9"),
            CodeTest("print(sqr(int(input())))", "5", "25", hidden=True, points=Decimal(2)),
        ),
    )
    assert calculated.answer == Unsupported("calculated")
    assert {(remark.identifier, remark.code) for remark in bank.remarks} == {
        ("len-1", "style-dropped"),
        (calculated.identifier, "unsupported-type"),
    }


def test_an_export_written_again_is_the_same_bank() -> None:
    """Images, categories and all, but for what is not read."""
    bank = read(EXPORT)
    written = FORMAT.write(bank)
    again = read(written.content)
    lines = dict.fromkeys(item.identifier for item in bank.items)

    assert [remark.code for remark in written.remarks] == ["unsupported-type"]
    assert [replace(item, line=0) for item in again.items] == [replace(item, line=0) for item in bank.items[:-1]]
    assert list(lines)[:-1] == [item.identifier for item in again.items]
    assert again.resources == bank.resources


def test_a_correction_changes_the_fractions_and_no_other_byte() -> None:
    """Comments that look like answers, and the order of true and false, mislead nothing."""
    bank = read(EXPORT)
    corrected = FORMAT.correct(
        BankFile("bank.xml", EXPORT), {"len-1": frozenset({1}), bank.items[1].identifier: frozenset({1})}
    )

    assert [[option.key for option in item.answer.options] for item in read(corrected).items[:2]] == [
        [False, True],
        [False, True],
    ]
    changes = [(b"100", b"-33.33333"), (b"-33.33333", b"100"), (b"0", b"100"), (b"100", b"0")]
    comment, *parts = EXPORT.split(b' fraction="')[0:2], *EXPORT.split(b' fraction="')[2:]
    for at, (old, new) in enumerate(changes):
        assert parts[at].startswith(old + b'"')
        parts[at] = new + parts[at].removeprefix(old)
    assert corrected == b' fraction="'.join([*comment, *parts])


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_each_type_of_embedded_answer_is_read(kind: str) -> None:
    [gap] = cloze(f"<p>It is {{1:{kind}:=1:0.5#yes~%50%2#nearly~3}}.</p>").answer.gaps
    credits = [Decimal(100), Decimal(50), Decimal(0)]
    if kind in {"NUMERICAL", "NM"}:
        assert gap.accepted[0] == AcceptedNumber(Decimal("0.5"), Decimal("1.5"), feedback="yes")
    elif isinstance(gap, ShortAnswer):
        assert [accepted.credit for accepted in gap.accepted] == credits
        assert gap.case_sensitive == kind.endswith("C")
    else:
        assert [option.credit for option in gap.options] == credits
        assert gap.several == ("RESPONSE" in kind or kind.startswith("MR"))
        assert gap.shuffle == kind.endswith("S")
        assert [option.feedback for option in gap.options] == ["yes", "nearly", ""]


def test_embedded_answers_hold_their_special_characters() -> None:
    item = cloze(r"<p>a {2:MC:=d = {1: 2\}~a \~ b~x &#39;y&#39; \# z} and {1:SA:=&lt;b&gt;}</p>")

    assert item.text == "a [[1]] and [[2]]"
    assert [option.text for option in item.answer.gaps[0].options] == ["d = {1: 2}", "a ~ b", "x 'y' # z"]
    assert item.answer.gaps[1].accepted == (AcceptedText("<b>"),)
    assert read(FORMAT.write(Bank("", (item,))).content).items[0].answer == item.answer


def test_matching_keeps_its_distractors() -> None:
    pairs = "".join(
        f'<subquestion format="html"><text>{prompt}</text><answer><text>{match}</text></answer></subquestion>'
        for prompt, match in [("&lt;code&gt;[]&lt;/code&gt;", "list"), ("", "array")]
    )

    assert item_of(f'<question type="matching">{pairs}</question>').answer == Matching((("`[]`", "list"),), ("array",))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("markdown", "*a* `b`"),
        ("plain_text", "\\*a\\* `b`"),
        ("html", "\\*a\\* `b`"),
        ("moodle_auto_format", "\\*a\\* `b`"),
    ],
)
def test_the_format_of_a_text_is_respected(form: str, text: str) -> None:
    item = item_of(
        f'<question type="essay"><questiontext format="{form}"><text>*a* `b`</text></questiontext></question>'
    )

    assert item.text.replace("\\`", "`") == text


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<penalty>0.5</penalty>", "penalty-dropped"),
        ("<correctfeedback><text>Bravo</text></correctfeedback>", "combined-feedback-dropped"),
        ('<answer fraction="100"><text>ap*</text></answer>', "wildcard"),
        (
            '<questiontext format="html"><text>&lt;img src="@@PLUGINFILE@@/a.png"&gt;</text></questiontext>',
            "missing-file",
        ),
    ],
)
def test_what_is_not_read_is_a_remark(inside: str, code: str) -> None:
    bank = read(f'<quiz><question type="shortanswer">{inside}</question></quiz>'.encode())

    assert [(remark.code, remark.identifier, remark.line) for remark in bank.remarks] == [(code, "q1", 1)]


def test_coderunner_with_a_template_of_its_own_is_not_guessed_at() -> None:
    """Its tests mean what the template makes of them."""
    item = item_of(
        '<question type="coderunner"><coderunnertype>python3</coderunnertype><template>x</template></question>'
    )

    assert isinstance(item.answer, Unsupported)


def test_identifiers_are_unique_though_the_file_repeats_them() -> None:
    question = '<question type="essay"><idnumber>q2</idnumber></question>'
    identifiers = [item.identifier for item in read(f"<quiz>{question * 3}</quiz>".encode()).items]

    assert len(set(identifiers)) == 3
    assert identifiers[0] == "q2"


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_hostile_file_is_refused(attack: str) -> None:
    content, code = HOSTILE[attack]
    with pytest.raises(UnreadableBank) as refusal:
        read(content)

    assert refusal.value.code == code
    assert len(refusal.value.mistakes) == 1


def test_another_root_is_refused() -> None:
    with pytest.raises(UnreadableBank, match="quiz"):
        read(b"<html/>")


def test_a_large_image_is_read() -> None:
    """Images in base64 are long lines."""
    image = base64.b64encode(b"x" * 2**21).decode()
    html = f'&lt;img src="data:image/png;base64,{image}"&gt;'
    item = f'<question type="essay"><questiontext format="html"><text>{html}</text></questiontext></question>'

    assert list(read(f"<quiz>{item}</quiz>".encode()).resources.values()) == [b"x" * 2**21]


def test_code_is_in_the_file_as_in_the_bank() -> None:
    """An independent look with lxml: special characters are escaped once."""
    item = Item("a", "Run:\n\n```python\nprint('<b>' if 1 < 2 & 3 else \"\")\n```", Choice((BankOption("`<b>`"),)))
    root = parse_xml(BankFile("bank.xml", FORMAT.write(Bank("", (item,))).content))

    code = "print('&lt;b&gt;' if 1 &lt; 2 &amp; 3 else &quot;&quot;)"

    assert root.findtext(".//questiontext/text") == (
        f'<p>Run:</p>\n<pre><code class="language-python">{code}\n</code></pre>'
    )
    assert root.findtext(".//answer/text") == "<code>&lt;b&gt;</code>"
