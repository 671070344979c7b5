"""QTI 1.2 to a bank, as Canvas and Blackboard export it."""

from __future__ import annotations

import html as references
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import PurePosixPath

from practicum.exchange.bank import (
    AcceptedText,
    Answer,
    Bank,
    BankOption,
    Choice,
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
from practicum.exchange.item_reading import Collected, ItemReading, number
from practicum.exchange.qti12.package import Document, Package, items_of, read_package, root_of
from practicum.exchange.qti12.scoring import HUNDRED, Condition, conditions_of, credit_for, ranges
from practicum.exchange.xml_parsing import Element, local_name

TYPES = {
    "multiple_choice_question": "choice",
    "multiple_answers_question": "choice",
    "true_false_question": "choice",
    "short_answer_question": "text",
    "numerical_question": "number",
    "essay_question": "essay",
    "matching_question": "matching",
    "fill_in_multiple_blanks_question": "gaps",
    "multiple_dropdowns_question": "gaps",
    "text_only_question": "description",
    "Multiple Choice": "choice",
    "Multiple Answer": "choice",
    "True/False": "choice",
    "Either/Or": "choice",
    "Fill in the Blank": "text",
    "Fill in the Blank Plus": "gaps",
    "Numeric": "number",
    "Essay": "essay",
    "Short Response": "essay",
    "Matching": "matching",
    "cc.multiple_choice.v0p1": "choice",
    "cc.multiple_response.v0p1": "choice",
    "cc.true_false.v0p1": "choice",
    "cc.fib.v0p1": "text",
    "cc.pattern_match.v0p1": "text",
    "cc.essay.v0p1": "essay",
}
"""The shape of the answer by the name that a program has for the type of a question."""

_PLAIN_SECTIONS = {"", "section", "root_section"}
_RESPONSES = ("response_lid", "response_str", "response_num", "response_grp", "response_xy")
_TEXTS = {"mattext", "mat_formattedtext"}


def read_qti12(file: BankFile) -> Bank:
    """Return the bank in an export. Raises UnreadableBank."""
    package = read_package(file)
    collected = Collected(file.path)
    items: list[Item] = []
    mistakes: list[Remark] = []
    titles: list[str] = []
    for document in package.documents:
        try:
            root = root_of(document)
        except UnreadableBank as error:
            mistakes += error.mistakes
            continue
        titles.append(_title(root))
        for element in items_of(root):
            at = len(items) + 1
            items.append(ItemReader(element, document, package, collected, at).item(_category(element, package)))
    if not titles:
        raise UnreadableBank(mistakes)
    title = titles[0] if len(titles) == 1 and titles[0] else PurePosixPath(file.path).stem
    return Bank(title, tuple(items), resources=collected.resources, remarks=(*mistakes, *collected.remarks))


def _title(root: Element) -> str:
    for element in root.iter("{*}assessment", "{*}objectbank", "{*}section"):
        if title := element.get("title") or fields_of(element).get("bank_title") or "":
            return str(title)
    return ""


def fields_of(element: Element) -> dict[str, str]:
    """The fields of an element's own metadata, by their labels, with those of Blackboard."""
    found: dict[str, str] = {}
    for metadata in (*element.iterchildren("{*}itemmetadata"), *element.iterchildren("{*}qtimetadata")):
        for field in metadata.iter("{*}qtimetadatafield"):
            found[(field.findtext("{*}fieldlabel") or "").strip()] = (field.findtext("{*}fieldentry") or "").strip()
        for field in metadata.iterchildren("*"):
            found.setdefault(local_name(field), (field.text or "").strip())
    return found


def _category(element: Element, package: Package) -> tuple[str, ...]:
    """The category of an item: its own field, or the titles of the assessments and sections around it."""
    if own := fields_of(element).get("category", ""):
        return tuple(part.replace("\0", "/") for part in own.replace("//", "\0").split("/"))
    titles: list[str] = []
    for parent in element.iterancestors("{*}section", "{*}assessment", "{*}objectbank"):
        is_section = local_name(parent) == "section"
        title = parent.get("title") or ("" if is_section else fields_of(parent).get("bank_title", ""))
        if title.lower() not in _PLAIN_SECTIONS and (is_section or len(package.documents) > 1):
            titles.append(title)
    return tuple(dict.fromkeys(reversed(titles)))


@dataclass
class ItemReader:
    """Reads one `<item>`."""

    element: Element
    document: Document
    package: Package
    collected: Collected
    number: int

    def item(self, category: tuple[str, ...]) -> Item:
        """The item."""
        text, answer = self._asked()
        self._note_other_feedback()
        return Item(
            self._reading.identifier,
            text,
            answer,
            title=self.element.get("title") or "",
            feedback=self._feedback("general_fb"),
            hints=tuple(filter(None, map(self._material, self.element.iterfind(".//{*}hint/{*}hintmaterial")))),
            points=self._points(),
            category=category,
            tags=tuple(filter(None, self.fields.get("tags", "").split(","))),
            path=self.document.file.path,
            line=self._reading.line,
        )

    @cached_property
    def fields(self) -> dict[str, str]:
        """The fields of its metadata."""
        return fields_of(self.element)

    @cached_property
    def type(self) -> str:
        """The name that the program has for its type, or empty."""
        labels = ("question_type", "bbmd_questiontype", "cc_profile")
        return next((self.fields[label] for label in labels if self.fields.get(label)), "")

    @cached_property
    def responses(self) -> list[Element]:
        """What it has for a response."""
        presentation = self.element.find("{*}presentation")
        return [] if presentation is None else list(presentation.iter(*(f"{{*}}{name}" for name in _RESPONSES)))

    @cached_property
    def labels(self) -> list[Element]:
        """The options of a choice: of a statement to judge, `True` first."""
        labels = list(self.responses[0].iter("{*}response_label")) if self.responses else []
        return sorted(labels, key=lambda label: self._label_text(label) != "true") if self.is_true_false else labels

    @cached_property
    def is_true_false(self) -> bool:
        """Whether it is a statement to judge."""
        labels = list(self.responses[0].iter("{*}response_label")) if self.responses else []
        named = self.type in {"true_false_question", "True/False", "cc.true_false.v0p1"}
        return named and sorted(map(self._label_text, labels)) == ["false", "true"]

    @cached_property
    def conditions(self) -> list[Condition]:
        """How it is scored."""
        return conditions_of(self.element)

    @cached_property
    def scored(self) -> list[Condition]:
        """The conditions that give points."""
        return [condition for condition in self.conditions if condition.score > 0]

    @cached_property
    def _reading(self) -> ItemReading:
        identifier = self.collected.unique(self.element.get("ident") or "", self.number)
        collected = Collected(
            self.document.file.path, self.collected.remarks, self.collected.resources, self.collected.identifiers
        )
        return ItemReading(collected, identifier, self.element.sourceline or 0)

    def _points(self) -> Decimal:
        """Those of its group, in which Canvas draws, or its own."""
        group = self.element.getparent().findtext("{*}selection_ordering//{*}points_per_item")
        written = (group, self.fields.get("points_possible"), self.fields.get("qmd_weighting"))
        found = (number(text) for text in written if text)
        return next((points for points in found if points is not None), Decimal(1))

    # Answers

    def _asked(self) -> tuple[str, Answer]:
        shape = TYPES.get(self.type) or ("" if self.type else self._shape())
        if shape == "gaps":
            return self._gaps()
        readers: dict[str, Callable[[], Answer]] = {
            "choice": self._choice,
            "text": self._text,
            "number": self._number,
            "essay": lambda: Essay(self._solution()),
            "matching": self._matching,
            "description": Description,
        }
        text = self._reading.html(self._question_html(), self._file)
        return text, readers[shape]() if shape in readers else self._unsupported()

    def _shape(self) -> str:
        """The shape of an answer whose type is not named, by what it has for a response."""
        if not self.responses:
            return "description"
        if len(self.responses) > 1:
            return ""
        [response] = self.responses
        field = response.find(".//{*}render_fib")
        if local_name(response) == "response_lid":
            return "choice" if self.labels else ""
        if field is None:
            return ""
        is_number = field.get("fibtype") in {"Decimal", "Integer", "Scientific"}
        return "essay" if not self.scored else "number" if is_number else "text"

    def _unsupported(self) -> Unsupported:
        kind = self.type or "without a name"
        self._reading.remark("unsupported-type", f"The type {kind} is not read, only its text is.")
        return Unsupported(kind)

    def _choice(self) -> Answer:
        if not self.labels:
            return self._unsupported()
        several = (self.responses[0].get("rcardinality") or "Single") == "Multiple"
        credits = self._credits_of_several() if several else self._credits_of_one()
        options = tuple(
            BankOption(self._option(label), credit, self._feedback_for(label))
            for label, credit in zip(self.labels, credits, strict=True)
        )
        if not several and not self.is_true_false:
            return Choice(options, shuffle=self._is_shuffled())
        return Choice(options, several, shuffle=several and self._is_shuffled(), true_false=self.is_true_false)

    def _credits_of_one(self) -> list[Decimal]:
        response = self.responses[0].get("ident") or ""
        return [credit_for(label.get("ident") or "", response, self.conditions) for label in self.labels]

    def _credits_of_several(self) -> list[Decimal]:
        """All that are right share the points, if these are given for all of them; otherwise each has its own."""
        if any(condition.adds for condition in self.scored):
            return self._credits_of_one()
        best = max(self.scored, key=lambda condition: condition.score, default=None)
        right = set(best.accepted()) if best else set()
        count = sum((label.get("ident") or "") in right for label in self.labels)
        return [HUNDRED / count if (label.get("ident") or "") in right else Decimal(0) for label in self.labels]

    def _is_shuffled(self) -> bool:
        render = self.responses[0].find("{*}render_choice")
        setting = render.get("shuffle") if render is not None else None
        return self.package.shuffles() if setting is None else str(setting).lower() == "yes"

    def _option(self, label: Element) -> str:
        return self._label_text(label).capitalize() if self.is_true_false else self._material(label)

    def _text(self) -> Answer:
        accepted: dict[str, AcceptedText] = {}
        for condition in self.scored:
            if condition.is_pattern:
                self._reading.remark("pattern", "An accepted text may be a part of the answer, which is not read.")
            for text in condition.accepted():
                accepted.setdefault(text, AcceptedText(text, condition.score, self._feedback_for_text(text)))
        cased = [part.get("case", "").lower() == "yes" for part in self.element.iterfind(".//{*}varequal")]
        return ShortAnswer(tuple(accepted.values()), case_sensitive=any(cased))

    def _number(self) -> Answer:
        found = [
            replace(accepted, feedback=self._feedback_of(condition))
            for condition in self.scored
            for accepted in ranges(condition)
        ]
        return NumberAnswer(tuple(found))

    def _gaps(self) -> tuple[str, Answer]:
        """The text with its gaps numbered: `[name]` is what Canvas and Blackboard write for one."""
        html = self._question_html()
        gaps: list[Choice | ShortAnswer | NumberAnswer] = []
        for response in self.responses:
            name = self._gap_name(response)
            if f"[{name}]" not in html:
                self._reading.remark("gap-dropped", f"The text has no [{name}].")
                continue
            gaps.append(self._gap(response))
            html = html.replace(f"[{name}]", f"[[{len(gaps)}]]", 1)
        text = self._reading.html(html, self._file)
        return text, Gaps(tuple(gaps)) if gaps else self._unsupported()

    def _gap_name(self, response: Element) -> str:
        ident = str(response.get("ident") or "")
        label = self._plain(response.find("{*}material"))
        return label or ident.removeprefix("response_")

    def _gap(self, response: Element) -> Choice | ShortAnswer:
        ident = response.get("ident") or ""
        right = [value for condition in self.scored for value in condition.accepted(ident)]
        labels = list(response.iter("{*}response_label"))
        if self.type == "multiple_dropdowns_question":
            options = (
                BankOption(self._material(label), HUNDRED if label.get("ident") in right else Decimal(0))
                for label in labels
            )
            return Choice(tuple(options), shuffle=False)
        texts = right if local_name(response) != "response_lid" else [self._plain(label) for label in labels]
        return ShortAnswer(tuple(AcceptedText(text) for text in dict.fromkeys(texts)))

    def _matching(self) -> Answer:
        blocks = self._right_blocks()
        pairs, used, matches = [], set(), dict[str, str]()
        for response in self.responses:
            labels = [label.get("ident") or "" for label in response.iter("{*}response_label")]
            texts = blocks or [self._material(label) for label in response.iter("{*}response_label")]
            matches |= dict.fromkeys(texts, "")
            right = [value for part in self.scored for value in part.accepted(response.get("ident") or "")]
            at = next((labels.index(value) for value in right if value in labels), None)
            if at is None or at >= len(texts):
                self._reading.remark("pair-dropped", "A prompt has no match. It is not read.")
                continue
            pairs.append((self._prompt(response), texts[at]))
            used.add(texts[at])
        return Matching(tuple(pairs), tuple(text for text in matches if text not in used))

    def _right_blocks(self) -> list[str]:
        """What Blackboard lists to match with, apart from the prompts."""
        blocks = self.element.xpath(".//*[local-name()='flow' and @class='RIGHT_MATCH_BLOCK']/*")
        return [self._material(block) for block in blocks]

    def _prompt(self, response: Element) -> str:
        """In Canvas, the prompt is in the response; in Blackboard, both are in a block."""
        material = response.find("{*}material")
        return self._material(material if material is not None else response.getparent())

    def _solution(self) -> str:
        return "\n\n".join(filter(None, map(self._material, self.element.iterfind(".//{*}solutionmaterial"))))

    # Feedback

    def _feedback(self, ident: str) -> str:
        for feedback in self.element.iterchildren("{*}itemfeedback"):
            if feedback.get("ident") == ident and feedback.find(".//{*}solution") is None:
                return self._material(feedback)
        return ""

    def _feedback_of(self, condition: Condition) -> str:
        shown = (self._feedback(ident) for ident in condition.feedback if ident not in {"correct", "general_fb"})
        return next(filter(None, shown), "")

    def _feedback_for(self, label: Element) -> str:
        ident = label.get("ident") or ""
        own = self._feedback(f"{ident}_fb") or self._feedback(ident)
        return own or self._feedback_for_text(ident)

    def _feedback_for_text(self, text: str) -> str:
        only = (condition for condition in self.conditions if condition.accepted() == [text])
        return next(filter(None, map(self._feedback_of, only)), "")

    def _note_other_feedback(self) -> None:
        for ident in ("correct_fb", "general_incorrect_fb", "correct", "incorrect"):
            if self._feedback(ident):
                self._reading.remark("combined-feedback-dropped", "Feedback by result is not read.")

    # Texts

    def _question_html(self) -> str:
        presentation = self.element.find("{*}presentation")
        if presentation is None:
            return ""
        blocks = presentation.xpath(".//*[local-name()='flow' and @class='QUESTION_BLOCK']")
        return self._html(blocks[0] if blocks else presentation)

    def _material(self, element: Element) -> str:
        return self._reading.html(self._html(element), self._file) if element is not None else ""

    def _html(self, element: Element) -> str:
        """The texts and images in an element, but not those of the responses in it."""
        if local_name(element) in _TEXTS:
            return self._mattext(element)
        if local_name(element) == "matimage":
            return f'<img src="{references.escape(element.get("uri") or "")}" alt="">'
        inner = [self._html(child) for child in element.iterchildren("*") if local_name(child) not in _RESPONSES]
        return "\n".join(filter(None, inner))

    def _mattext(self, element: Element) -> str:
        text = "".join(element.itertext()).strip()
        kind = (element.get("texttype") or element.get("type") or "text/plain").lower()
        is_plain = kind in {"text/plain", "plain_text"}
        return references.escape(text, quote=False).replace("\n", "<br>") if is_plain else text

    def _plain(self, element: Element) -> str:
        if element is None:
            return ""
        return references.unescape(re.sub(r"<[^>]+>", "", self._html(element))).strip()

    def _label_text(self, label: Element) -> str:
        return self._plain(label).lower() or str(label.get("ident") or "").lower()

    def _file(self, address: str) -> bytes | None:
        content = self.package.content(address, self.document)
        is_local = not re.match(r"[a-z][a-z0-9+.-]*:|//|#", address, re.I)
        if content is None and is_local and not address.startswith("/"):
            self._reading.remark("missing-file", f"The file {address!r} is not in the bank.")
        return content
