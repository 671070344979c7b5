"""Three small banks with planted faults, in the files that Moodle, Canvas and authors of GIFT really have.

They are written here by hand, and not by practicum's own writers, so that a reader is held against the formats.
"""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

KINDS = ("choice", "several", "true or false", "short", "number", "essay")


@dataclass(frozen=True)
class Entry:
    """A question. Right options begin with an asterisk."""

    title: str
    text: str
    code: str = ""
    options: tuple[str, ...] = ()
    kind: str = "choice"
    fault: str = ""

    @property
    def answers(self) -> list[tuple[str, bool]]:
        """The options, and whether each is marked."""
        return [(option.removeprefix("*"), option.startswith("*")) for option in self.options]


@dataclass(frozen=True)
class Sample:
    """A file, and the faults in it by the title of the item."""

    name: str
    content: bytes
    faults: Mapping[str, str]
    titles: tuple[str, ...]


# fmt: off
PYTHON = (
    Entry("Integer division", "What does this code print?", "a = 7\nb = 2\nprint(a // b)", ("*3", "3.5", "4", "1")),
    Entry("Alias", "What is the output?", "a = [1, 2]\nb = a\nb.append(3)\nprint(a)", ("*[1,2]", "[1,2,3]", "[3]", "Error"), fault="wrong-key"),
    Entry("Negative index", "What does this print?", "letters = ['a', 'b', 'c']\nprint(letters[-1])", ("a", "b", "*c", "IndexError")),
    Entry("Sort returns nothing", "What is printed?", "numbers = [3, 1, 2]\nprint(numbers.sort())", ("[1, 2, 3]", "[3, 2, 1]", "*None", "An error")),
    Entry("Default argument", "What does the second call return?", "def add(n, seen=[]):\n    seen.append(n)\n    return seen\n\nadd(1)\nadd(2)", ("[2]", "*[1, 2]", "[1]", "None")),
    Entry("Slice", "Which value has the expression?", "'practice'[1:4]", ("*‘rac’", "‘pra’", "‘ract’", "‘ra’")),
    Entry("Set of words", "What is the output?", "print({'x', 'y', 'x'})", ("*{'y', 'x'}", "{'x', 'y', 'x'}", "{'x'}", "['x', 'y']")),
    Entry("Adding text to a number", "What happens?", "print('1' + 1)", ("2", "11", "*TypeError", "Nothing")),
    Entry("Missing colon", "What is the output of this loop?", "for i in range(3)\n    print(i, end=' ')", ("*0 1 2", "1 2 3", "0 1 2 3", "3"), fault="broken-code"),
    Entry("Dice", "What will be printed?", "import random\nprint(random.randint(1, 6))", ("3", "*4", "5", "7"), fault="unstable"),
    Entry("Power", "What does this print?", "print(2 ** 3 ** 2)", ("64", "*81", "72", "12"), fault="no-right-option"),
    Entry("Length of a range", "How many numbers are in range(2, 10, 3)?", "", ("2", "*3", "4", "8")),
    Entry("Truth of an empty list", "`bool([])` is `False`.", "", ("*True", "False"), "true or false"),
    Entry("Truth of a text", "`bool('False')` is `False`.", "", ("*True", "False"), "true or false", "wrong-key"),
    Entry("Type the output", "What does this print?", "total = 0\nfor n in [1, 2, 3, 4]:\n    if n % 2 == 0:\n        total += n\nprint(total)", ("*6",), "number"),
    Entry("Type the word", "What does this print?", "print('machine'[:3].upper())", ("*MAC",), "short"),
    Entry("True expressions", "Which of these are `True`?", "", ("*`1 == 1.0`", "`[] == ()`", "*`'a' < 'b'`", "`not 'x'`"), "several"),
    Entry("More true expressions", "Which of these are `True`? Select all.", "", ("*`3 in [1, 2, 3]`", "`any([])`", "`all([])`", "`0.1 + 0.2 == 0.3`"), "several", "several-right"),
    Entry("Keyword", "Which keyword starts the definition of a function?", "", ("*def", "func", "lambda", "function")),
    Entry("Old division", "In Python 2, what did `print 7 / 2` print?", "", ("3.5", "*3", "4", "SyntaxError")),
    Entry("Explain", "Explain the difference between a list and a tuple.", kind="essay"),
)
"""Basics of Python, as in a Moodle course."""

ARRAYS = (
    Entry("Broadcast shape", "What is the shape of the sum of `np.ones((3, 1))` and `np.ones(4)`?", "", ("(3, 1)", "*(3, 4)", "(4, 3)", "An error")),
    Entry("Sum over rows", "What does this print?", "import numpy as np\na = np.array([[1, 2], [3, 4]])\nprint(a.sum(axis=0))", ("*[3 7]", "[4 6]", "10", "[1 2]"), fault="wrong-key"),
    Entry("Sum over columns", "What does this print?", "import numpy as np\na = np.array([[1, 2], [3, 4]])\nprint(a.sum(axis=1))", ("*[3, 7]", "[4, 6]", "10", "[1, 2]")),
    Entry("Mask", "What is the value of `a[a > 2]`?", "a = np.array([1, 2, 3, 4])", ("*array([3 4])", "array([1 2])", "[False, False, True, True]", "2")),
    Entry("View", "What does this print?", "import numpy as np\na = np.arange(4)\nb = a[1:3]\nb[0] = 9\nprint(a)", ("[0 1 2 3]", "*[0 9 2 3]", "[9 1 2 3]", "[9 2]")),
    Entry("Mean", "What does `np.mean([1, 2, 3, 6])` return?", "", ("*3", "2.5", "12", "2")),
    Entry("Random weights", "What is the output?", "import numpy as np\nprint(np.random.rand() < 0.5)", ("*True", "False"), fault="unstable"),
    Entry("Random shape", "What is the output?", "import numpy as np\nprint(np.random.rand(2, 3).shape)", ("*(2, 3)", "(3, 2)", "6", "It depends on chance")),
    Entry("Equal options", "What does this print?", "import numpy as np\nprint(np.arange(6).reshape(2, 3).T.shape)", ("(2, 3)", "*(3, 2)", "(2,3)", "(6,)"), fault="equal-options"),
    Entry("Two right options", "Which expression is an array of three zeros?", "", ("*`np.zeros(3)`", "`np.array([0.0, 0.0, 0.0])`", "`np.empty(0)`", "`np.ones(3)`"), fault="several-right"),
    Entry("Incompatible", "Which exception does this raise?", "import numpy as np\nnp.ones(3) + np.ones(4)", ("TypeError", "*ValueError", "IndexError", "No exception")),
    Entry("Product", "What does this print?", "import numpy as np\na = np.array([1, 2, 3])\nb = np.array([4, 5, 6])\nprint(a @ b)", ("*32",), "number"),
    Entry("Data type", "What is the name of the data type of `np.array([1.5, 2])`?", "", ("*float64", "float"), "short"),
    Entry("Elementwise", "`np.array([1, 2]) * 2` evaluates to `array([2, 4])`.", "", ("*True", "False"), "true or false"),
    Entry("Concatenated", "`np.concatenate([[1], [2]])` has the shape `(2, 1)`.", "", ("*True", "False"), "true or false", "wrong-key"),
    Entry("Shapes of two axes", "Which expressions have the shape `(2, 2)`?", "", ("*`np.eye(2)`", "`np.arange(4)`", "*`np.arange(4).reshape(2, 2)`", "`np.ones(2)`"), "several"),
    Entry("Argmax", "What does this print?", "import numpy as np\nprint(np.array([3, 9, 4]).argmax())", ("9", "*1", "2", "3")),
    Entry("Argmax again", "What does this print?", "import numpy as np\nprint(np.array([3, 9, 4]).argmax())", ("*9", "1", "2", "3"), fault="contradiction"),
    Entry("Overfitting", "What is overfitting?", "", ("*The model fits noise of its training set", "The model is too small", "The labels are wrong", "The loss is zero")),
    Entry("Discuss", "Discuss why features are scaled before training.", kind="essay"),
)
"""NumPy, as in a Canvas course."""

COLLECTIONS = (
    Entry("Get", "What does this print?", "d = {'a': 1}\nprint(d.get('b', 0))", ("1", "*0", "None", "KeyError")),
    Entry("Missing key", "What does this print?", "d = {'a': 1}\nprint(d['b'])", ("*Error", "None", "0", "1")),
    Entry("Keys overwritten", "What is the value of `{1: 'a', 1: 'b'}`?", "", ("{1: 'a'}", '*{1: "b"}', "{1: 'a', 1: 'b'}", "An error")),
    Entry("Union", "What is `{1, 2} | {2, 3}`?", "", ("{2}", "*{3, 2, 1}", "{1}", "{1, 2, 2, 3}")),
    Entry("Comprehension", "What is the value of `[n * n for n in range(4)]`?", "", ("*[1, 4, 9, 16]", "[0, 1, 4]", "[0, 1, 2, 3]", "[1, 4, 9]"), fault="no-right-option"),
    Entry("Filter", "What is the value of `[n for n in [1, 2, 3, 4] if n % 2]`?", "", ("*[1, 3]", "[2, 4]", "[1, 0, 1, 0]", "4")),
    Entry("Zip", "What is `list(zip([1, 2, 3], 'ab'))`?", "", ("*[(1, a), (2, b)]", "[(1, a), (2, b), (3, None)]", "[1, a, 2, b]", "An error")),
    Entry("Tuple", "Which of these is a tuple with one element?", "", ("`(1)`", "*`(1,)`", "`[1]`", "`{1}`")),
    Entry("Hash order", "What does this print?", "print(list({'red', 'green', 'blue'})[0])", ("*red", "green", "blue"), fault="unstable"),
    Entry("Sorted set", "What does this print?", "print(sorted({'red', 'green', 'blue'})[0])", ("red", "green", "*blue")),
    Entry("Pop", "What does this print?", "a = [1, 2, 3]\na.pop(0)\nprint(a)", ("[1, 2]", "*[2, 3]", "[1]", "1")),
    Entry("Pop twice", "What does this print?", "a = [1, 2, 3]\na.pop(0)\nprint(a)", ("1", "[1]", "[1, 2]", "*[2, 3]"), fault="duplicate"),
    Entry("Misspelt", "What does this print?", "a = [1, 2, 3]\nprint(lenght(a))", ("2", "*3", "4", "[1, 2, 3]"), fault="broken-code"),
    Entry("Counting", "What does this print?", "print([1, 2, 1, 3, 1].count(1))", ("*3",), "number"),
    Entry("Joined", "What does this print?", "print('-'.join(['a', 'b']))", ("*a-b",), "short"),
    Entry("Membership", "`'a' in {'b': 'a'}` is `True`.", "", ("True", "*False"), "true or false"),
    Entry("Nested", "`len([[1, 2], [3]])` is `3`.", "", ("*True", "False"), "true or false", "wrong-key"),
    Entry("Mutable", "Which types are mutable?", "", ("*list", "tuple", "*dict", "str"), "several"),
    Entry("Not a sequence", "Which is NOT a sequence?", "", ("list", "*set", "tuple", "str")),
    Entry("Pseudo code", "What does this algorithm output: x ← 3; repeat 2 times: x ← x + 1; output x?", "", ("3", "4", "*5", "6")),
)
"""Collections, as in a GIFT file of a teacher."""
# fmt: on


def sample(name: str, content: bytes, entries: tuple[Entry, ...]) -> Sample:
    return Sample(
        name, content, {entry.title: entry.fault for entry in entries if entry.fault}, tuple(e.title for e in entries)
    )


def markup(text: str) -> str:
    """Markdown of one line as HTML."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))


def question_html(entry: Entry) -> str:
    below = f"<pre><code>{html.escape(entry.code, quote=False)}</code></pre>" if entry.code else ""
    return f"<p>{markup(entry.text)}</p>{below}"


def moodle_xml() -> Sample:
    """A category and its questions, as Moodle 4 exports them."""
    questions = "".join(map(moodle_question, PYTHON))
    category = '<question type="category"><category><text>$course$/top/Basics</text></category></question>'
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{category}\n{questions}</quiz>\n'
    return sample("basics.xml", content.encode(), PYTHON)


MOODLE_TYPES = {"choice": "multichoice", "several": "multichoice", "true or false": "truefalse"}
MOODLE_TYPES |= {"short": "shortanswer", "number": "numerical", "essay": "essay"}


def moodle_question(entry: Entry) -> str:
    right = sum(marked for _, marked in entry.answers)
    answers = "".join(
        moodle_answer(entry, text, f"{100 / right:.7g}" if marked else "0") for text, marked in entry.answers
    )
    single = f"<single>{str(entry.kind == 'choice').lower()}</single>"
    shuffled = f"{single}<shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>"
    settings = shuffled if MOODLE_TYPES[entry.kind] == "multichoice" else ""
    return (
        f'<question type="{MOODLE_TYPES[entry.kind]}">\n'
        f"<name><text>{escape(entry.title)}</text></name>\n"
        f'<questiontext format="html"><text><![CDATA[{question_html(entry)}]]></text></questiontext>\n'
        '<generalfeedback format="html"><text></text></generalfeedback>\n'
        "<defaultgrade>1.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>\n"
        f"{settings}\n{answers}</question>\n"
    )


def moodle_answer(entry: Entry, text: str, fraction: str) -> str:
    plain = entry.kind in ("short", "number", "true or false")
    shown = (
        escape(text.lower() if entry.kind == "true or false" else text)
        if plain
        else f"<![CDATA[<p>{markup(text)}</p>]]>"
    )
    tolerance = "<tolerance>0</tolerance>" if entry.kind == "number" else ""
    form = "moodle_auto_format" if plain else "html"
    return f'<answer fraction="{fraction}" format="{form}"><text>{shown}</text>{tolerance}<feedback format="html"><text></text></feedback></answer>\n'


def gift() -> Sample:
    """Questions with titles and escapes, and code in Markdown fences."""
    return sample(
        "collections.gift",
        f"$CATEGORY: Collections\n\n{''.join(map(gift_question, COLLECTIONS))}".encode(),
        COLLECTIONS,
    )


def gift_escaped(text: str) -> str:
    return re.sub(r"([~=#{}:\\])", r"\\\1", text).replace("\n", r"\n")


def gift_question(entry: Entry) -> str:
    below = f"\n\n```python\n{entry.code}\n```" if entry.code else ""
    stem = f"::{gift_escaped(entry.title)}::[markdown]{gift_escaped(entry.text + below)}"
    return f"{stem} {{{gift_answers(entry)}}}\n\n"


def gift_answers(entry: Entry) -> str:
    right = sum(marked for _, marked in entry.answers)
    if entry.kind == "true or false":
        return "TRUE" if entry.answers[0][1] else "FALSE"
    if entry.kind == "number":
        return f"#{entry.answers[0][0]}"
    if entry.kind == "several":
        return "\n" + "".join(
            f"\t~%{100 / right if marked else -100:.5g}%{gift_escaped(text)}\n" for text, marked in entry.answers
        )
    return "\n" + "".join(f"\t{'=' if marked else '~'}{gift_escaped(text)}\n" for text, marked in entry.answers)


def canvas_zip() -> Sample:
    """An export of one quiz: the manifest, the assessment and its settings."""
    identifier = "g0a1b2c3d4e5f60718293a4b5c6d7e8f9"
    items = "\n".join(canvas_item(number, entry) for number, entry in enumerate(ARRAYS, 1))
    assessment = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
        f'<assessment ident="{identifier}" title="Arrays"><qtimetadata><qtimetadatafield><fieldlabel>cc_maxattempts'
        "</fieldlabel><fieldentry>1</fieldentry></qtimetadatafield></qtimetadata>"
        f'<section ident="root_section">\n{items}\n</section></assessment></questestinterop>\n'
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<manifest identifier="m1" '
        'xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"><metadata><schema>IMS Content</schema>'
        "<schemaversion>1.1.3</schemaversion></metadata><organizations/><resources>"
        f'<resource identifier="{identifier}" type="imsqti_xmlv1p2"><file href="{identifier}/{identifier}.xml"/>'
        f'<dependency identifierref="{identifier}_meta"/></resource><resource identifier="{identifier}_meta" '
        f'type="associatedcontent/imscc_xmlv1p1/learning-application-resource" href="{identifier}/assessment_meta.xml">'
        f'<file href="{identifier}/assessment_meta.xml"/></resource></resources></manifest>\n'
    )
    meta = f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz identifier="{identifier}" xmlns="http://canvas.instructure.com/xsd/cccv1p0"><title>Arrays</title><description></description><shuffle_answers>true</shuffle_answers><quiz_type>assignment</quiz_type></quiz>\n'
    names = {"imsmanifest.xml": manifest, f"{identifier}/{identifier}.xml": assessment}
    return sample("arrays.zip", zipped(names | {f"{identifier}/assessment_meta.xml": meta}), ARRAYS)


def zipped(texts: Mapping[str, str]) -> bytes:
    """An archive that is the same each time."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
    return content.getvalue()


CANVAS_TYPES = {"choice": "multiple_choice", "several": "multiple_answers", "true or false": "true_false"}
CANVAS_TYPES |= {"short": "short_answer", "number": "numerical", "essay": "essay"}


def canvas_item(number: int, entry: Entry) -> str:
    fields = {"question_type": f"{CANVAS_TYPES[entry.kind]}_question", "points_possible": "1.0"}
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{value}</fieldentry></qtimetadatafield>"
        for label, value in fields.items()
    )
    answers = {f"{number:02}{at:02}": answer for at, answer in enumerate(entry.answers, 1)}
    return (
        f'<item ident="i{number:04}" title={quoteattr(entry.title)}><itemmetadata><qtimetadata>{metadata}</qtimetadata>'
        f"</itemmetadata><presentation>{canvas_text(f'<div>{question_html(entry)}</div>', 'text/html')}"
        f"{canvas_response(entry, answers)}</presentation><resprocessing><outcomes>"
        '<decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
        f'<respcondition continue="No"><conditionvar>{canvas_condition(entry, answers)}</conditionvar>'
        f"{'' if entry.kind == 'essay' else CANVAS_SCORE}</respcondition></resprocessing></item>"
    )


CANVAS_SCORE = '<setvar action="Set" varname="SCORE">100</setvar>'


def canvas_text(text: str, kind: str) -> str:
    return f'<material><mattext texttype="{kind}">{escape(text)}</mattext></material>'


def canvas_response(entry: Entry, answers: Mapping[str, tuple[str, bool]]) -> str:
    if entry.kind in ("short", "number", "essay"):
        return '<response_str ident="response1" rcardinality="Single"><render_fib><response_label ident="answer1" rshuffle="No"/></render_fib></response_str>'
    labels = "".join(
        f'<response_label ident="{identifier}">'
        + (canvas_text(markup(text), "text/html") if "`" in text else canvas_text(text, "text/plain"))
        + "</response_label>"
        for identifier, (text, _) in answers.items()
    )
    cardinality = "Multiple" if entry.kind == "several" else "Single"
    return f'<response_lid ident="response1" rcardinality="{cardinality}"><render_choice>{labels}</render_choice></response_lid>'


def canvas_condition(entry: Entry, answers: Mapping[str, tuple[str, bool]]) -> str:
    def equal(value: str) -> str:
        return f'<varequal respident="response1">{escape(value)}</varequal>'

    if entry.kind == "essay":
        return "<other/>"
    if entry.kind == "short":
        return "".join(equal(text) for text, _ in answers.values())
    if entry.kind == "number":
        [(value, _)] = answers.values()
        bounds = f'<vargte respident="response1">{value}</vargte><varlte respident="response1">{value}</varlte>'
        return f"<or>{equal(value)}<and>{bounds}</and></or>"
    if entry.kind == "several":
        terms = (equal(at) if marked else f"<not>{equal(at)}</not>" for at, (_, marked) in answers.items())
        return f"<and>{''.join(terms)}</and>"
    return "".join(equal(at) for at, (_, marked) in answers.items() if marked)


def samples() -> tuple[Sample, ...]:
    return moodle_xml(), canvas_zip(), gift()
