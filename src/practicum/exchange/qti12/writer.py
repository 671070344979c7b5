"""A bank to a QTI 1.2 package that Canvas imports."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from practicum.exchange.archive import write_archive
from practicum.exchange.bank import (
    AcceptedNumber,
    Bank,
    Choice,
    Description,
    Essay,
    Gaps,
    Matching,
    NumberAnswer,
    Remark,
    ShortAnswer,
    Unsupported,
    WrittenBank,
)
from practicum.exchange.item_reading import plain_number
from practicum.exchange.item_writing import ItemWriting
from practicum.exchange.qti12.package import FILE_BASE
from practicum.exchange.qti12.settings import manifest, quiz_settings
from practicum.exchange.xml_parsing import Element, add, serialized

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
FOLDER = "images"

_GAP = re.compile(r"\[\[(\d+)\]\]")


def write_qti12(bank: Bank) -> WrittenBank:
    """Return a bank as an archive, with remarks on what Canvas has no place for."""
    from lxml import etree

    name = "practicum_" + hashlib.sha256(repr((bank.title, bank.items)).encode()).hexdigest()[:24]
    root = etree.Element(f"{{{NAMESPACE}}}questestinterop", nsmap={None: NAMESPACE})
    assessment = add(root, "assessment", ident=name, title=bank.title or "Question bank")
    section = add(assessment, "section", ident="root_section")
    remarks: list[Remark] = []
    images: dict[str, bytes] = {}
    idents: set[str] = set()
    for number, item in enumerate(bank.items, 1):
        writing = ItemWriting(bank, item, f"{FILE_BASE}{FOLDER}/")
        ident = item.identifier if item.identifier not in {"", *idents} else f"{item.identifier}-{number}"
        idents.add(ident)
        _Writer(section, writing, ident, f"q{number}").write()
        remarks += writing.remarks
        images |= {f"{FOLDER}/{file}": content for file, content in writing.files.items()}
    files = {
        "imsmanifest.xml": serialized(manifest(name, bank.title, tuple(images))),
        f"{name}/assessment_meta.xml": serialized(quiz_settings(name, bank)),
        f"{name}/{name}.xml": serialized(root),
    }
    return WrittenBank(write_archive(files | images), tuple(remarks))


class _Writer:
    """Writes one item.

    Args:
        section: What it is appended to.
        writing: The item.
        ident: Its identifier.
        prefix: What the identifiers of its options begin with.
    """

    def __init__(self, section: Element, writing: ItemWriting, ident: str, prefix: str) -> None:
        self._section = section
        self._writing = writing
        self._item = writing.item
        self._ident = ident
        self._prefix = prefix
        self._feedback: list[tuple[str, str]] = []
        self._element: Any = None
        self._presentation: Any = None
        self._processing: Any = None

    def write(self) -> None:
        """Append the item, or note why it cannot be."""
        answer = self._item.answer
        writers: dict[type, Callable[[Any], None]] = {
            Choice: self._choice,
            ShortAnswer: self._text,
            NumberAnswer: self._number,
            Matching: self._matching,
            Gaps: self._gaps,
            Essay: self._essay,
            Description: lambda answer: None,
        }
        kind = self._kind()
        if not kind:
            name = answer.type if isinstance(answer, Unsupported) else type(answer).__name__
            self._writing.remark("unsupported-type", f"QTI 1.2 has no question of this type: {name}.")
            return
        self._begin(kind)
        writers[type(answer)](answer)
        self._end()

    def _kind(self) -> str:
        """The name that Canvas has for the type, or empty."""
        answer = self._item.answer
        if isinstance(answer, Choice):
            several = "multiple_answers_question" if answer.several else "multiple_choice_question"
            return "true_false_question" if answer.true_false else several
        if isinstance(answer, Gaps):
            classes = {type(gap) for gap in answer.gaps}
            kinds = {Choice: "multiple_dropdowns_question", ShortAnswer: "fill_in_multiple_blanks_question"}
            return kinds.get(classes.pop(), "") if len(classes) == 1 else ""
        kinds_of_others: dict[type, str] = {
            ShortAnswer: "short_answer_question",
            NumberAnswer: "numerical_question",
            Matching: "matching_question",
            Essay: "essay_question",
            Description: "text_only_question",
        }
        return kinds_of_others.get(type(answer), "")

    def _begin(self, kind: str) -> None:
        self._element = add(self._section, "item", ident=self._ident, title=self._item.title)
        fields = add(add(self._element, "itemmetadata"), "qtimetadata")
        category = "/".join(part.replace("/", "//") for part in self._item.category)
        entries = {"question_type": kind, "points_possible": plain_number(self._item.points), "category": category}
        for label, entry in (entries | {"tags": ",".join(self._item.tags)}).items():
            if entry:
                field = add(fields, "qtimetadatafield")
                add(field, "fieldlabel", label)
                add(field, "fieldentry", entry)
        html = self._writing.question()
        if isinstance(self._item.answer, Gaps):
            html = _GAP.sub(r"[gap\1]", html)
        self._presentation = add(self._element, "presentation")
        self._material(self._presentation, html)
        self._processing = add(self._element, "resprocessing")
        add(
            add(self._processing, "outcomes"),
            "decvar",
            maxvalue="100",
            minvalue="0",
            varname="SCORE",
            vartype="Decimal",
        )
        if self._item.feedback:
            self._show("general_fb", self._writing.block(self._item.feedback), None)

    def _end(self) -> None:
        for ident, html in self._feedback:
            self._material(add(add(self._element, "itemfeedback", ident=ident), "flow_mat"), html)
        for at, hint in enumerate(self._item.hints, 1):
            element = add(add(self._element, "itemfeedback", ident=f"hint{at}"), "hint")
            self._material(add(element, "hintmaterial"), self._writing.block(hint))

    # Answers

    def _choice(self, answer: Choice) -> None:
        idents = [f"{self._prefix}_{at}" for at in range(1, len(answer.options) + 1)]
        response = self._response("response_lid", "Multiple" if answer.several else "Single")
        render = add(response, "render_choice", shuffle="Yes" if answer.shuffle else "No")
        for ident, option in zip(idents, answer.options, strict=True):
            html = self._writing.inline(option.text)
            self._material(add(render, "response_label", ident=ident), html)
            if option.feedback:
                self._show(f"{ident}_fb", self._writing.inline(option.feedback), ident)
        if answer.several:
            self._note_unequal(answer)
            self._all_of([(ident, option.key) for ident, option in zip(idents, answer.options, strict=True)])
        else:
            for ident, option in zip(idents, answer.options, strict=True):
                if option.credit:
                    add(self._condition(option.credit), "varequal", ident, respident="response1")

    def _note_unequal(self, answer: Choice) -> None:
        right = [option.credit for option in answer.options if option.key]
        if any(option.credit < 0 for option in answer.options) or len(set(right)) > 1:
            self._writing.remark("credit-dropped", "Canvas gives each right option the same points, others none.")

    def _all_of(self, options: list[tuple[str, bool]]) -> None:
        """Those that are right and no other. Without any, no response gives points."""
        if any(right for _, right in options):
            group = add(self._condition(Decimal(100)), "and")
            for ident, right in options:
                add(group if right else add(group, "not"), "varequal", ident, respident="response1")

    def _text(self, answer: ShortAnswer) -> None:
        render = add(self._response("response_str", "Single"), "render_fib")
        add(render, "response_label", ident="answer1", rshuffle="No")
        case = {"case": "Yes"} if answer.case_sensitive else {}
        for at, accepted in enumerate(answer.accepted, 1):
            if accepted.feedback:
                self._show(f"{self._prefix}_{at}_fb", self._writing.inline(accepted.feedback), accepted.text)
        for credit in dict.fromkeys(accepted.credit for accepted in answer.accepted):
            test = self._condition(credit)
            for accepted in answer.accepted:
                if accepted.credit == credit:
                    add(test, "varequal", accepted.text, respident="response1", **case)

    def _number(self, answer: NumberAnswer) -> None:
        render = add(self._response("response_str", "Single"), "render_fib", fibtype="Decimal")
        add(render, "response_label", ident="answer1")
        for at, accepted in enumerate(answer.accepted, 1):
            linked = f"{self._prefix}_{at}_fb" if accepted.feedback else ""
            self._number_test(self._condition(accepted.credit, linked), accepted)
            if accepted.feedback:
                self._feedback.append((linked, self._writing.inline(accepted.feedback)))

    def _number_test(self, test: Element, accepted: AcceptedNumber) -> None:
        either = add(test, "or")
        add(either, "varequal", plain_number(accepted.value), respident="response1")
        both = add(either, "and")
        add(both, "vargte", plain_number(accepted.low), respident="response1")
        add(both, "varlte", plain_number(accepted.high), respident="response1")

    def _matching(self, answer: Matching) -> None:
        matches = list(dict.fromkeys([*(match for _, match in answer.pairs), *answer.distractors]))
        share = Decimal(100) / max(1, len(answer.pairs))
        for at, (prompt, match) in enumerate(answer.pairs, 1):
            ident = f"response_{self._prefix}_{at}"
            response = add(self._presentation, "response_lid", ident=ident)
            self._short(response, prompt)
            render = add(response, "render_choice")
            for number, text in enumerate(matches, 1):
                self._short(add(render, "response_label", ident=f"{self._prefix}_m{number}"), text)
            test = self._condition(share, action="Add")
            add(test, "varequal", f"{self._prefix}_m{matches.index(match) + 1}", respident=ident)

    def _gaps(self, answer: Gaps) -> None:
        share = Decimal(100) / max(1, len(answer.gaps))
        for at, gap in enumerate(answer.gaps, 1):
            ident = f"response_gap{at}"
            response = add(self._presentation, "response_lid", ident=ident)
            self._material(response, f"gap{at}", plain=True)
            render = add(response, "render_choice")
            for number, (text, credit) in enumerate(self._gap_texts(gap), 1):
                label = add(render, "response_label", ident=f"{self._prefix}_{at}_{number}")
                self._material(label, text, plain=True)
                if credit > 0:
                    test = self._condition(share, action="Add")
                    add(test, "varequal", f"{self._prefix}_{at}_{number}", respident=ident)

    def _gap_texts(self, gap: Choice | ShortAnswer | NumberAnswer) -> list[tuple[str, Decimal]]:
        """What can be picked or typed, with its credit: Canvas shows it as plain text."""
        if isinstance(gap, Choice):
            return [(self._writing.plain(option.text), option.credit) for option in gap.options]
        return [(text.text, text.credit) for text in gap.accepted] if isinstance(gap, ShortAnswer) else []

    def _essay(self, answer: Essay) -> None:
        render = add(self._response("response_str", "Single"), "render_fib")
        add(render, "response_label", ident="answer1", rshuffle="No")
        if answer.sample:
            solution = add(add(self._element, "itemfeedback", ident="solution"), "solution")
            self._material(add(solution, "solutionmaterial"), self._writing.block(answer.sample))

    # Parts

    def _response(self, name: str, cardinality: str) -> Element:
        return add(self._presentation, name, ident="response1", rcardinality=cardinality)

    def _material(self, parent: Element, text: str, plain: bool = False) -> None:
        add(add(parent, "material"), "mattext", text, texttype="text/plain" if plain else "text/html")

    def _short(self, parent: Element, markdown: str) -> None:
        """A text that Canvas shows as plain text, so it has markup only if it needs it."""
        html = self._writing.inline(markdown)
        is_plain = "<" not in html and "&" not in html
        self._material(parent, html, plain=is_plain)

    def _condition(self, score: Decimal, linked: str = "", action: str = "Set") -> Element:
        """A condition that gives points, and what must hold for it."""
        condition = add(self._processing, "respcondition", **{"continue": "Yes" if action == "Add" else "No"})
        test = add(condition, "conditionvar")
        add(condition, "setvar", plain_number(score), action=action, varname="SCORE")
        if linked:
            add(condition, "displayfeedback", feedbacktype="Response", linkrefid=linked)
        return test

    def _show(self, ident: str, html: str, value: str | None) -> None:
        """Show a feedback for a value, or for each."""
        condition = add(self._processing, "respcondition", **{"continue": "Yes"})
        test = add(condition, "conditionvar")
        if value is None:
            add(test, "other")
        else:
            add(test, "varequal", value, respident="response1")
        add(condition, "displayfeedback", feedbacktype="Response", linkrefid=ident)
        self._feedback.append((ident, html))
