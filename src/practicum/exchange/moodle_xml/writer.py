"""A bank to Moodle XML."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from practicum.exchange.bank import (
    Answer,
    Bank,
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
    WrittenBank,
)
from practicum.exchange.item_reading import plain_number
from practicum.exchange.item_writing import ItemWriting
from practicum.exchange.moodle_xml.cloze import write_gap
from practicum.exchange.moodle_xml.reader import PLUGIN_FILE
from practicum.exchange.xml_parsing import Element, add, serialized

_GAP = re.compile(r"\[\[(\d+)\]\]")
_PROTOTYPES = {"python": "python3", "java": "java_class", "c": "c_function", "cpp": "cpp_function"}


def write_moodle(bank: Bank) -> WrittenBank:
    """Return a bank as a file, with remarks on what Moodle has no place for."""
    from lxml import etree

    quiz = etree.Element("quiz")
    remarks: list[Remark] = []
    category: tuple[str, ...] = ()
    written: set[str] = set()
    for item in bank.items:
        if item.category != category:
            category = item.category
            path = "/".join(["$course$", "top", *(part.replace("/", "//") for part in category)])
            _texted(add(quiz, "question", type="category"), "category", path)
        writing = ItemWriting(bank, item, PLUGIN_FILE)
        _Writer(quiz, writing, "" if item.identifier in written else item.identifier).write()
        written.add(item.identifier)
        remarks += writing.remarks
    return WrittenBank(serialized(quiz), tuple(remarks))


def _texted(parent: Element, name: str, text: str, **attributes: str) -> Element:
    element = add(parent, name, **attributes)
    add(element, "text", text)
    return element


class _Writer:
    """Writes one item as `<question>`."""

    def __init__(self, quiz: Element, writing: ItemWriting, identifier: str) -> None:
        self._writing = writing
        self._item: Item = writing.item
        self._quiz = quiz
        self._identifier = identifier
        self._question: Any = None

    def write(self) -> None:
        """Append the question, or note why it cannot be."""
        writers: dict[type, tuple[str, Callable[[Any], None]]] = {
            Choice: ("multichoice", self._choice),
            ShortAnswer: ("shortanswer", self._short_answer),
            NumberAnswer: ("numerical", self._numerical),
            Gaps: ("cloze", self._cloze),
            Matching: ("matching", self._matching),
            Essay: ("essay", self._essay),
            Description: ("description", lambda answer: None),
            CodeAnswer: ("coderunner", self._coderunner),
        }
        answer: Answer = self._item.answer
        if isinstance(answer, Unsupported):
            self._writing.remark("unsupported-type", f"The type {answer.type} is not written.")
            return
        kind, writer = writers[type(answer)]
        kind = "truefalse" if isinstance(answer, Choice) and answer.true_false else kind
        self._question = add(self._quiz, "question", type=kind)
        self._begin(kind)
        writer(answer)
        self._end()

    def _begin(self, kind: str) -> None:
        item = self._item
        _texted(self._question, "name", item.title)
        html = self._writing.question()
        if isinstance(item.answer, Gaps):
            html = _GAP.sub(partial(self._gap, item.answer), html)
        self._html("questiontext", html)
        self._html("generalfeedback", self._writing.block(item.feedback))
        add(self._question, "defaultgrade", plain_number(item.points))
        if kind != "description":
            add(self._question, "penalty", "1" if kind == "truefalse" else "0.3333333")
        add(self._question, "hidden", "0")
        add(self._question, "idnumber", self._identifier)

    def _end(self) -> None:
        for hint in self._item.hints:
            self._html("hint", self._writing.block(hint))
        if self._item.tags:
            tags = add(self._question, "tags")
            for tag in self._item.tags:
                _texted(tags, "tag", tag)

    # Answers

    def _choice(self, answer: Choice) -> None:
        if answer.true_false:
            for option in answer.options:
                self._answer(option.text.lower(), option.credit, option.feedback, "moodle_auto_format")
            return
        add(self._question, "single", "false" if answer.several else "true")
        add(self._question, "shuffleanswers", "true" if answer.shuffle else "false")
        add(self._question, "answernumbering", "abc")
        for option in answer.options:
            self._answer(self._writing.inline(option.text), option.credit, option.feedback)

    def _short_answer(self, answer: ShortAnswer) -> None:
        add(self._question, "usecase", "1" if answer.case_sensitive else "0")
        for text in answer.accepted:
            self._answer(text.text.replace("*", r"\*"), text.credit, text.feedback, "moodle_auto_format")

    def _numerical(self, answer: NumberAnswer) -> None:
        for accepted in answer.accepted:
            element = self._answer(
                plain_number(accepted.value), accepted.credit, accepted.feedback, "moodle_auto_format"
            )
            add(element, "tolerance", plain_number((accepted.high - accepted.low) / 2))

    def _gap(self, answer: Gaps, match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        return write_gap(answer.gaps[at], self._writing) if at < len(answer.gaps) else match[0]

    def _cloze(self, answer: Gaps) -> None:
        missing = [at for at in range(1, len(answer.gaps) + 1) if f"[[{at}]]" not in self._item.text]
        if missing:
            self._writing.remark("gap-dropped", f"The text has no [[{missing[0]}]], so that gap is not written.")

    def _matching(self, answer: Matching) -> None:
        add(self._question, "shuffleanswers", "true")
        for prompt, match in [*answer.pairs, *(("", distractor) for distractor in answer.distractors)]:
            pair = self._html("subquestion", self._writing.inline(prompt))
            _texted(pair, "answer", self._writing.plain(match))

    def _essay(self, answer: Essay) -> None:
        add(self._question, "responseformat", "editor")
        self._html("graderinfo", self._writing.block(answer.sample))

    def _coderunner(self, answer: CodeAnswer) -> None:
        add(self._question, "coderunnertype", _PROTOTYPES.get(answer.language, answer.language))
        add(self._question, "answer", answer.solution)
        add(self._question, "answerpreload", answer.start)
        cases = add(self._question, "testcases")
        for test in answer.tests:
            self._test(cases, test)

    def _test(self, cases: Element, test: CodeTest) -> None:
        case = add(cases, "testcase", testtype="0", useasexample="0", mark=plain_number(test.points))
        for name, text in (("testcode", test.code), ("stdin", test.stdin), ("expected", test.prints or "")):
            _texted(case, name, text)
        _texted(case, "display", "HIDE" if test.hidden else "SHOW")

    # Parts

    def _answer(self, text: str, credit: Decimal, feedback: str, form: str = "html") -> Element:
        element = _texted(self._question, "answer", text, fraction=plain_number(credit), format=form)
        self._attach(element)
        self._html("feedback", self._writing.inline(feedback), element)
        return element

    def _html(self, name: str, html: str, parent: Element = None) -> Element:
        element = _texted(self._question if parent is None else parent, name, html, format="html")
        self._attach(element)
        return element

    def _attach(self, element: Element) -> None:
        for name, content in self._writing.take_files().items():
            encoded = base64.b64encode(content).decode()
            add(element, "file", encoded, name=name, path="/", encoding="base64")
