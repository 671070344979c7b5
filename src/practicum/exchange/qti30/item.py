"""An item in QTI 3.0: what is asked, what is right, and how a response is scored."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_UP, Decimal
from typing import Any

from practicum.exchange.bank import (
    Choice,
    Description,
    Essay,
    Matching,
    NumberAnswer,
    ShortAnswer,
    Unsupported,
)
from practicum.exchange.item_reading import plain_number
from practicum.exchange.item_writing import ItemWriting
from practicum.exchange.xml_parsing import Element, add

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
_RESPONSE = "RESPONSE"
_PLACES = Decimal("0.00001")


def item_xml(writing: ItemWriting, identifier: str) -> Element:
    """Return the root element of an item, or None with a remark if QTI 3.0 is not written for its type."""
    return _ItemWriter(writing, identifier).write()


class _ItemWriter:
    """Writes one item. The order of the elements is that of the schema."""

    def __init__(self, writing: ItemWriting, identifier: str) -> None:
        from lxml import etree

        self._writing = writing
        self._item = writing.item
        self._root: Any = etree.Element(
            f"{{{NAMESPACE}}}qti-assessment-item",
            nsmap={None: NAMESPACE, "xsi": SCHEMA_INSTANCE},
            identifier=identifier,
            title=self._item.title or identifier,
        )
        self._root.set(f"{{{SCHEMA_INSTANCE}}}schemaLocation", f"{NAMESPACE} {_SCHEMA}")
        self._root.set("adaptive", "false")
        self._root.set("time-dependent", "false")
        self._body: Any = None
        self._processing: Any = None

    def write(self) -> Element:
        """The item, or None."""
        answer = self._item.answer
        writers: dict[type, Callable[[Any], None]] = {
            Choice: self._choice,
            ShortAnswer: self._text,
            NumberAnswer: self._number,
            Matching: self._matching,
            Essay: self._essay,
            Description: self._description,
        }
        if type(answer) not in writers:
            name = answer.type if isinstance(answer, Unsupported) else type(answer).__name__
            self._writing.remark("unsupported-type", f"QTI 3.0 is not written for this type: {name}.")
            return None
        if self._item.hints:
            self._writing.remark("hints-dropped", "The hints are not written.")
        if self._item.category or self._item.tags:
            self._writing.remark("classification-dropped", "The category and tags are not written.")
        writers[type(answer)](answer)
        return self._root

    # Answers

    def _choice(self, answer: Choice) -> None:
        idents = [f"choice_{at}" for at in range(1, len(answer.options) + 1)]
        right = [ident for ident, option in zip(idents, answer.options, strict=True) if option.key]
        cardinality = "multiple" if answer.several else "single"
        all_or_nothing = answer.several and all(option.credit >= 0 for option in answer.options)
        credits = {ident: option.credit for ident, option in zip(idents, answer.options, strict=True)}
        self._declare("identifier", cardinality, right, {} if all_or_nothing else credits)
        feedback = [option.feedback for option in answer.options]
        self._outcomes(cardinality if any(feedback) else "")
        shuffle, most = str(answer.shuffle).lower(), "0" if answer.several else "1"
        interaction = self._interaction("qti-choice-interaction", **{"shuffle": shuffle, "max-choices": most})
        for ident, option in zip(idents, answer.options, strict=True):
            self._content(add(interaction, "qti-simple-choice", identifier=ident), self._writing.inline(option.text))
        self._score_if_right() if all_or_nothing else self._score_by_map()
        if any(feedback):
            shown = add(self._processing, "qti-set-outcome-value", identifier="FEEDBACK")
            add(shown, "qti-variable", identifier=_RESPONSE)
        self._feedback([(ident, text) for ident, text in zip(idents, feedback, strict=True) if text])

    def _text(self, answer: ShortAnswer) -> None:
        credits = {accepted.text: accepted.credit for accepted in answer.accepted}
        right = [text for text, credit in credits.items() if credit > 0][:1]
        self._declare("string", "single", right, credits, case_sensitive=answer.case_sensitive)
        self._note_feedback([accepted.feedback for accepted in answer.accepted])
        self._outcomes()
        self._entry()
        self._score_by_map()
        self._feedback()

    def _number(self, answer: NumberAnswer) -> None:
        best = [plain_number(accepted.value) for accepted in answer.accepted if accepted.credit > 0][:1]
        self._declare("float", "single", best)
        self._note_feedback([accepted.feedback for accepted in answer.accepted])
        self._outcomes()
        self._entry()
        self._processing = add(self._root, "qti-response-processing")
        condition = add(self._processing, "qti-response-condition") if answer.accepted else None
        for at, accepted in enumerate(answer.accepted):
            branch = add(condition, "qti-response-else-if" if at else "qti-response-if")
            both = add(branch, "qti-and")
            for name, bound in (("qti-gte", accepted.low), ("qti-lte", accepted.high)):
                comparison = add(both, name)
                add(comparison, "qti-variable", identifier=_RESPONSE)
                add(comparison, "qti-base-value", plain_number(bound), **{"base-type": "float"})
            self._set_score(branch, self._points(accepted.credit))
        self._feedback()

    def _matching(self, answer: Matching) -> None:
        matches = list(dict.fromkeys([*(match for _, match in answer.pairs), *answer.distractors]))
        pairs = [f"prompt_{at} match_{matches.index(match) + 1}" for at, (_, match) in enumerate(answer.pairs, 1)]
        share = Decimal(100) / max(1, len(pairs))
        self._declare("directedPair", "multiple", pairs, dict.fromkeys(pairs, share))
        self._outcomes()
        most = {"shuffle": "true", "max-associations": str(len(pairs))}
        interaction = self._interaction("qti-match-interaction", **most)
        prompts = [prompt for prompt, _ in answer.pairs]
        for name, texts, uses in (("prompt", prompts, 1), ("match", matches, len(pairs))):
            group = add(interaction, "qti-simple-match-set")
            for at, text in enumerate(texts, 1):
                attributes = {"identifier": f"{name}_{at}", "match-max": str(uses)}
                choice = add(group, "qti-simple-associable-choice", **attributes)
                self._content(choice, self._writing.inline(text))
        self._score_by_map()
        self._feedback()

    def _essay(self, answer: Essay) -> None:
        self._declare("string", "single", [])
        self._outcomes()
        self._interaction("qti-extended-text-interaction")
        if answer.sample:
            rubric = add(self._body, "qti-rubric-block", use="scoring", view="scorer")
            self._content(add(rubric, "qti-content-body"), self._writing.block(answer.sample))
        self._processing = add(self._root, "qti-response-processing")
        self._feedback()

    def _description(self, answer: Description) -> None:
        self._outcomes()
        self._begin_body()
        self._processing = add(self._root, "qti-response-processing")
        self._feedback()

    # Declarations

    def _declare(
        self,
        base: str,
        cardinality: str,
        right: list[str],
        credits: dict[str, Decimal] | None = None,
        case_sensitive: bool = True,
    ) -> None:
        attributes = {"identifier": _RESPONSE, "cardinality": cardinality, "base-type": base}
        declaration = add(self._root, "qti-response-declaration", **attributes)
        if right:
            correct = add(declaration, "qti-correct-response")
            for value in right:
                add(correct, "qti-value", value)
        if credits:
            bounds = {"lower-bound": "0", "upper-bound": self._points(Decimal(100)), "default-value": "0"}
            mapping = add(declaration, "qti-mapping", **bounds)
            for key, credit in credits.items():
                entry = {"map-key": key, "mapped-value": self._points(credit)}
                case = {} if case_sensitive else {"case-sensitive": "false"}
                add(mapping, "qti-map-entry", **entry, **case)

    def _outcomes(self, feedback: str = "") -> None:
        """Declare the score, and the feedback for options if there is any, of that cardinality."""
        for name, value in (("SCORE", "0"), ("MAXSCORE", self._points(Decimal(100)))):
            self._outcome(name, "single", "float", value)
        if feedback:
            self._outcome("FEEDBACK", feedback, "identifier")
        if self._item.feedback:
            self._outcome("GENERAL", "single", "identifier")

    def _outcome(self, name: str, cardinality: str, base: str, value: str = "") -> None:
        attributes = {"identifier": name, "cardinality": cardinality, "base-type": base}
        declaration = add(self._root, "qti-outcome-declaration", **attributes)
        if value:
            add(add(declaration, "qti-default-value"), "qti-value", value)

    # Body

    def _begin_body(self) -> None:
        self._body = add(self._root, "qti-item-body")
        self._content(self._body, self._writing.question())

    def _interaction(self, name: str, /, **attributes: str) -> Element:
        self._begin_body()
        return add(self._body, name, **{"response-identifier": _RESPONSE}, **attributes)

    def _entry(self) -> None:
        self._begin_body()
        paragraph = add(self._body, "p")
        add(paragraph, "qti-text-entry-interaction", **{"response-identifier": _RESPONSE})

    def _content(self, parent: Element, html: str) -> None:
        """Append HTML, whose elements are those of QTI."""
        from lxml import etree

        whole = etree.fromstring(f'<div xmlns="{NAMESPACE}">{html}</div>')
        for element in whole.iter("*"):
            element.attrib.pop("style", None)  # the alignment of a column, which the schema has no place for
        parent.text = whole.text
        for child in list(whole):
            parent.append(child)
        etree.cleanup_namespaces(parent)

    # Scoring

    def _points(self, credit: Decimal) -> str:
        """Of a part that several make up, rounded up: all together give no more than the upper bound."""
        return plain_number((credit * self._item.points / 100).quantize(_PLACES, ROUND_UP))

    def _set_score(self, parent: Element, points: str) -> None:
        score = add(parent, "qti-set-outcome-value", identifier="SCORE")
        add(score, "qti-base-value", points, **{"base-type": "float"})

    def _score_by_map(self) -> None:
        self._processing = add(self._root, "qti-response-processing")
        score = add(self._processing, "qti-set-outcome-value", identifier="SCORE")
        add(score, "qti-map-response", identifier=_RESPONSE)

    def _score_if_right(self) -> None:
        self._processing = add(self._root, "qti-response-processing")
        branch = add(add(self._processing, "qti-response-condition"), "qti-response-if")
        comparison = add(branch, "qti-match")
        add(comparison, "qti-variable", identifier=_RESPONSE)
        add(comparison, "qti-correct", identifier=_RESPONSE)
        self._set_score(branch, self._points(Decimal(100)))

    # Feedback

    def _note_feedback(self, texts: list[str]) -> None:
        if any(texts):
            self._writing.remark("feedback-dropped", "The feedback for single answers is not written.")

    def _feedback(self, of_options: list[tuple[str, str]] | None = None) -> None:
        """The feedback for options by their identifiers, and the general one."""
        for ident, text in of_options or ():
            self._modal("FEEDBACK", ident, text)
        if self._item.feedback:
            shown = add(self._processing, "qti-set-outcome-value", identifier="GENERAL")
            add(shown, "qti-base-value", "shown", **{"base-type": "identifier"})
            self._modal("GENERAL", "shown", self._item.feedback)

    def _modal(self, outcome: str, identifier: str, text: str) -> None:
        attributes = {"outcome-identifier": outcome, "identifier": identifier, "show-hide": "show"}
        modal = add(self._root, "qti-modal-feedback", **attributes)
        self._content(add(modal, "qti-content-body"), self._writing.block(text))
