"""Moodle XML to a bank."""

from __future__ import annotations

import base64
import binascii
import html as references
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import PurePosixPath
from urllib.parse import unquote

from practicum.exchange.bank import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Bank,
    BankOption,
    Choice,
    CodeAnswer,
    CodeTest,
    Description,
    Essay,
    Gaps,
    Item,
    Matching,
    NumberAnswer,
    Remark,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.base import BankFile, UnreadableBank
from practicum.exchange.item_reading import Collected, ItemReading, credit_of, number
from practicum.exchange.markup import from_plain
from practicum.exchange.moodle_xml.cloze import read_cloze
from practicum.exchange.xml_parsing import Element, parse_xml

PLUGIN_FILE = "@@PLUGINFILE@@/"

_USUAL_PENALTIES = {Decimal(0), Decimal(1), Decimal("0.1"), Decimal("0.3333333"), Decimal("0.33333")}
_USUAL_FEEDBACK = re.compile(r"(Your answer is (partially )?(in)?correct\.?)?", re.I)
_SHOWN = {"SHOW", "HIDE_IF_SUCCEED"}
"""When CodeRunner shows a test to the learner who fails it."""


def read_moodle(file: BankFile) -> Bank:
    """Return the bank in a file. Raises UnreadableBank."""
    root = parse_xml(file)
    if root.tag != "quiz":
        raise UnreadableBank(
            [Remark(file.path, root.sourceline or 0, "", "not-moodle-xml", f"<{root.tag}> is not <quiz>.")]
        )
    collected = Collected(file.path)
    items: list[Item] = []
    category: tuple[str, ...] = ()
    for at, question in enumerate(root.iterchildren("question"), 1):
        if question.get("type") == "category":
            category = _category(_text(question.find("category")))
        else:
            items.append(_QuestionReader(question, collected, at).item(category))
    return Bank(
        PurePosixPath(file.path).stem,
        tuple(items),
        resources=collected.resources,
        remarks=tuple(collected.remarks),
    )


def _category(path: str) -> tuple[str, ...]:
    """The parts of `$course$/top/Loops//ranges/Hard`: a doubled slash is part of a name."""
    parts = [part.replace("\0", "/").strip() for part in path.replace("//", "\0").split("/")]
    while parts and (parts[0] == "top" or re.fullmatch(r"\$\w+\$|", parts[0])):
        del parts[0]
    return tuple(filter(None, parts))


def _text(element: Element) -> str:
    """The text of an element that holds it in `<text>`, or itself."""
    if element is None:
        return ""
    inner = element.find("text")
    return "".join((element if inner is None else inner).itertext()).strip()


def _code(element: Element) -> str:
    """Code: its leading spaces count."""
    if element is None:
        return ""
    inner = element.find("text")
    return "".join((element if inner is None else inner).itertext()).strip("\n")


def answer_numbers(question: Element) -> list[int]:
    """Which `<answer>` of a question each option is: in a true/false question, `True` comes first."""
    texts = [_text(answer).lower() for answer in question.iterchildren("answer")]
    numbers = list(range(len(texts)))
    return sorted(numbers, key=lambda at: texts[at] != "true") if question.get("type") == "truefalse" else numbers


class _QuestionReader:
    """Reads one `<question>`."""

    def __init__(self, question: Element, collected: Collected, number: int) -> None:
        self._question = question
        self._type = question.get("type") or ""
        identifier = collected.unique(_text(question.find("idnumber")), number)
        self._reading = ItemReading(collected, identifier, question.sourceline or 0)

    def item(self, category: tuple[str, ...]) -> Item:
        """The item."""
        text, answer = self._asked()
        self._note_what_is_left_out()
        return Item(
            self._reading.identifier,
            text,
            answer,
            title=_text(self._question.find("name")),
            feedback=self._markdown(self._question.find("generalfeedback")),
            hints=tuple(filter(None, (self._markdown(hint) for hint in self._question.iterchildren("hint")))),
            points=self._decimal("defaultgrade", Decimal(1)),
            category=category,
            tags=tuple(filter(None, (_text(tag) for tag in self._question.iterfind("tags/tag")))),
            path=self._reading.collected.path,
            line=self._reading.line,
        )

    def _asked(self) -> tuple[str, Answer]:
        """The text and the answer: in a cloze question, the one contains the other."""
        element = self._question.find("questiontext")
        if self._type != "cloze":
            return self._markdown(element), self._answer()
        html, gaps = read_cloze(self._html(element), self._reading)
        text = self._reading.html(html, self._files(element))
        return text, Gaps(gaps) if gaps else self._unsupported("cloze without embedded answers")

    def _answer(self) -> Answer:
        readers: dict[str, Callable[[], Answer]] = {
            "multichoice": self._choice,
            "truefalse": self._true_false,
            "shortanswer": self._short_answer,
            "numerical": self._numerical,
            "matching": self._matching,
            "essay": self._essay,
            "description": Description,
            "coderunner": self._coderunner,
        }
        return readers[self._type]() if self._type in readers else self._unsupported(self._type)

    def _unsupported(self, kind: str) -> Unsupported:
        self._reading.remark("unsupported-type", f"The type {kind or 'without a name'} is not read, only its text is.")
        return Unsupported(kind)

    # Answers

    def _choice(self) -> Choice:
        options = tuple(
            BankOption(self._markdown(answer), credit, self._markdown(answer.find("feedback")))
            for answer, credit in self._answers()
        )
        several = _text(self._question.find("single")).lower() in {"false", "0"}
        shuffle = _text(self._question.find("shuffleanswers")).lower() not in {"false", "0"}
        return Choice(options, several=several, shuffle=shuffle)

    def _true_false(self) -> Choice:
        answers = list(self._answers())
        options = [
            BankOption(
                _text(answers[at][0]).capitalize(), answers[at][1], self._markdown(answers[at][0].find("feedback"))
            )
            for at in answer_numbers(self._question)
        ]
        return Choice(
            tuple(options), shuffle=False, true_false=[option.text for option in options] == ["True", "False"]
        )

    def _short_answer(self) -> ShortAnswer:
        accepted = tuple(
            AcceptedText(self._pattern(_text(answer)), credit, self._markdown(answer.find("feedback")))
            for answer, credit in self._answers()
        )
        return ShortAnswer(accepted, case_sensitive=_text(self._question.find("usecase")) == "1")

    def _pattern(self, text: str) -> str:
        if re.search(r"(?<!\\)\*", text):
            self._reading.remark("wildcard", f"`*` in the accepted answer {text!r} stands for any characters.")
        return text.replace(r"\*", "*")

    def _numerical(self) -> NumberAnswer:
        if self._question.find("units/unit") is not None:
            self._reading.remark("units-dropped", "The units of the answer are not read.")
        numbers = (self._accepted_number(answer, credit) for answer, credit in self._answers())
        return NumberAnswer(tuple(accepted for accepted in numbers if accepted is not None))

    def _accepted_number(self, answer: Element, credit: Decimal) -> AcceptedNumber | None:
        value, tolerance = number(_text(answer)), number(_text(answer.find("tolerance")) or "0")
        if value is None or tolerance is None:
            self._reading.remark("answer-dropped", f"The answer {_text(answer)!r} is no number. It is not read.")
            return None
        feedback = self._markdown(answer.find("feedback"))
        return AcceptedNumber.around(value, abs(tolerance), credit=credit, feedback=feedback)

    def _matching(self) -> Matching:
        pairs = [
            (self._markdown(pair), from_plain(_text(pair.find("answer"))))
            for pair in self._question.iterchildren("subquestion")
        ]
        distractors = tuple(match for prompt, match in pairs if not prompt and match)
        return Matching(tuple((prompt, match) for prompt, match in pairs if prompt), distractors)

    def _essay(self) -> Essay:
        if _text(self._question.find("responsetemplate")):
            self._reading.remark("template-dropped", "The text that an answer starts from is not read.")
        return Essay(self._markdown(self._question.find("graderinfo")))

    def _coderunner(self) -> Answer:
        prototype = _text(self._question.find("coderunnertype"))
        if _text(self._question.find("template")) or _text(self._question.find("templateparams")) not in {"", "{}"}:
            # How tests are run then depends on the template, so they say nothing by themselves.
            return self._unsupported(f"coderunner ({prototype}) with a template of its own")
        language = re.match(r"[a-z+]*", prototype.lower())
        return CodeAnswer(
            _code(self._question.find("answerpreload")),
            _code(self._question.find("answer")),
            tuple(self._test(case) for case in self._question.iterfind("testcases/testcase")),
            language[0] if language and language[0] else "python",
        )

    def _test(self, case: Element) -> CodeTest:
        if _code(case.find("extra")):
            self._reading.remark("extra-dropped", "The extra data of a test is not read.")
        expected = _code(case.find("expected"))
        return CodeTest(
            _code(case.find("testcode")),
            _code(case.find("stdin")),
            expected or None,
            hidden=_text(case.find("display")) not in {*_SHOWN, ""},
            points=number(case.get("mark") or "1") or Decimal(0),
        )

    # Parts

    def _answers(self) -> Iterable[tuple[Element, Decimal]]:
        for answer in self._question.iterchildren("answer"):
            yield answer, credit_of(answer.get("fraction") or "0")

    def _decimal(self, name: str, default: Decimal) -> Decimal:
        found = number(_text(self._question.find(name)))
        return default if found is None else found

    def _html(self, element: Element) -> str:
        """A text as HTML, whatever format it has."""
        form, text = (element.get("format") if element is not None else ""), _text(element)
        if form == "moodle_auto_format":
            return text.replace("\n", "<br>\n")
        return references.escape(text, quote=False).replace("\n", "<br>") if form == "plain_text" else text

    def _markdown(self, element: Element) -> str:
        if element is None:
            return ""
        if element.get("format") == "markdown":
            return _text(element)
        return self._reading.html(self._html(element), self._files(element))

    def _files(self, element: Element) -> Callable[[str], bytes | None]:
        """A call that returns the content of the file at an address: those are stored below the text."""

        def content(address: str) -> bytes | None:
            if not address.startswith(PLUGIN_FILE):
                return None
            name = unquote(address.removeprefix(PLUGIN_FILE)).split("?")[0]
            for file in element.iterchildren("file"):
                if (file.get("path") or "/").lstrip("/") + (file.get("name") or "") == name:
                    return self._decoded(file)
            self._reading.remark("missing-file", f"The file {name!r} is not in the bank.")
            return None

        return content

    def _decoded(self, file: Element) -> bytes | None:
        try:
            return base64.b64decode("".join(file.itertext()))
        except (binascii.Error, ValueError):
            self._reading.remark("broken-file", f"The file {file.get('name')!r} is damaged.")
            return None

    def _note_what_is_left_out(self) -> None:
        for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
            text = re.sub(r"<[^>]*>", "", _text(self._question.find(name))).strip()
            if not _USUAL_FEEDBACK.fullmatch(text):
                self._reading.remark(
                    "combined-feedback-dropped", "The feedback for right and wrong answers is not read."
                )
        penalty = number(_text(self._question.find("penalty")))
        if penalty is not None and penalty not in _USUAL_PENALTIES:
            self._reading.remark("penalty-dropped", f"The penalty of {penalty} for each attempt is not read.")
