"""From the pieces of a page to items: a text, the options below it, and what tells which of them is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from practicum.exchange.bank import AcceptedText, Answer, BankOption, Choice, Item, Remark, ShortAnswer
from practicum.exchange.markdown_quiz.pieces import ANSWER, HEADING, OPTION, RULE, TEXT, Piece
from practicum.exchange.markup import to_plain
from practicum.exchange.plain_text import without_tags

_WORD = r"(?:question|quiz|exercise|problem|q)\s*+#?\s*+\d++"
_NUMBER = re.compile(rf"(\*\*|__)?\s*+(?:{_WORD}\s*+[.):—–-]*+|[a-z]?\d++[.)](?=\s|$))\s*", re.I)
_NUMBERED = re.compile(rf"{_WORD}|[a-z]?\d++(?:[.):]|$)", re.I)
_ASKS = re.compile(r"[?？][\s*_`)\"”]*$|_{3,}|\b(?:choose|select|true or false)\b", re.I | re.M)
_LETTERS = re.compile(
    r"[*_`\"“]*(?:option\s+)?\(?([A-Za-z](?:\s*(?:,|&|and)\s*[A-Za-z])*|[A-J]{2,6}|\d{1,2})[*_`\"”]*(?:[).:*_]+|\s*[—–-]|,?\s+because\b|\s*\(|$)",
    re.I,
)
MAX_INNER = 20
"""How many blocks below the first line of an option may belong to it."""
_FULL, _NONE = Decimal(100), Decimal(0)


@dataclass
class Asked:
    """A question while it is collected."""

    stem: list[Piece] = field(default_factory=list)
    options: list[Piece] = field(default_factory=list)
    answers: list[Piece] = field(default_factory=list)
    explanations: list[Piece] = field(default_factory=list)
    headings: tuple[Piece, ...] = ()
    follows: bool = False
    """Whether it follows another question without a heading or a line between."""

    @property
    def is_answered(self) -> bool:
        return bool(self.options or self.answers)


def collected(found: Sequence[Piece]) -> list[Asked]:
    """The questions of a page: each begins where the answers of the one before end."""
    questions: list[Asked] = []
    asked, below = Asked(), -1
    for piece in _runs(found):
        if _is_other_list(asked, piece) or (piece.kind == OPTION and piece.run == below):
            below = piece.run
            piece = replace(piece, kind=TEXT, text=f"- {piece.text}", label="")
        if _answers_statements(asked, piece):
            asked.stem += map(_as_text, asked.options)
            asked.options.clear()
        if piece.kind in (HEADING, RULE):
            _explained(questions, asked)
            outer = asked.headings if piece.kind == RULE else _under(asked.headings, piece)
            asked = Asked(headings=outer)
            continue
        if asked.is_answered and _begins(asked, piece):
            asked = Asked(headings=asked.headings, follows=True)
        if piece.kind == TEXT and asked.stem and _is_numbered(piece):
            _explained(questions, asked)
            asked = Asked(headings=asked.headings)
        part = {TEXT: asked.stem, OPTION: asked.options, ANSWER: asked.answers}
        part.get(piece.kind, asked.explanations).append(piece)
        if asked.is_answered and (not questions or questions[-1] is not asked):
            questions.append(asked)
    _explained(questions, asked)
    return questions


def _is_numbered(piece: Piece) -> bool:
    return piece.label.isdigit() or _NUMBER.match(piece.text) is not None


def _explained(questions: Sequence[Asked], asked: Asked) -> None:
    """Give texts that follow an answer, and are no question, to the question before."""
    if asked.follows and not asked.is_answered and questions:
        questions[-1].explanations += asked.stem


def _under(headings: Sequence[Piece], heading: Piece) -> tuple[Piece, ...]:
    return (*(outer for outer in headings if outer.level < heading.level), heading)


def _begins(asked: Asked, piece: Piece) -> bool:
    """Whether a piece after options or an answer begins another question."""
    other = piece.kind == OPTION and asked.options and asked.options[-1].run != piece.run
    return piece.kind == TEXT or bool(other)


def _answers_statements(asked: Asked, piece: Piece) -> bool:
    """Whether boxes follow lines with letters that nothing marks: the boxes are about these statements."""
    lettered = bool(asked.options) and asked.options[0].label.isalpha() and not asked.options[0].task
    return piece.task and lettered and not asked.answers and not _marks(asked)


def _is_other_list(asked: Asked, piece: Piece) -> bool:
    """Whether a piece is of a list without letters and boxes below the options, such as one of references."""
    below = piece.kind == OPTION and bool(asked.options) and asked.options[-1].run != piece.run
    return below and not piece.task and not piece.label.isalpha()


def _runs(found: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, with letters that do not run from A as text, and code below an option as its text."""
    at = 0
    while at < len(found):
        if found[at].kind != OPTION:
            yield found[at]
            at += 1
            continue
        run = at
        options, at = _run(found, at)
        yield from (replace(option, run=run) for option in options)


def _run(found: Sequence[Piece], at: int) -> tuple[list[Piece], int]:
    """The options that follow each other from a place, or their texts, and the place after them."""
    lettered = found[at].label.isalpha()
    first, options = at, list[Piece]()
    while at < len(found):
        piece = found[at]
        if piece.kind == OPTION and _continues(piece, options, lettered):
            options.append(piece)
        elif piece.kind == TEXT and options and _is_inner(found, at, options):
            options[-1] = replace(options[-1], text=f"{options[-1].text}\n\n{piece.text}".strip())
        else:
            break
        at += 1
    if len(options) > 1 or (options and options[0].task):
        return [_without_name(option, number) for number, option in enumerate(options)], at
    return [_as_text(piece) for piece in found[first : max(at, first + 1)]], max(at, first + 1)


def _continues(piece: Piece, options: Sequence[Piece], lettered: bool) -> bool:
    if lettered:
        return piece.label == chr(ord("a") + len(options))
    return not piece.label.isalpha() and (
        not options or (piece.task, piece.level) == (options[0].task, options[0].level)
    )


def _is_inner(found: Sequence[Piece], at: int, options: Sequence[Piece]) -> bool:
    """Whether a text belongs to the option before it.

    It does if the option has no text yet, if the next letter follows the text, or if it is code between two options, or
    below the last one as below all others.
    """
    if not options[-1].text:
        return True
    upcoming = found[at : at + MAX_INNER]
    following = next((piece for piece in upcoming if piece.kind != TEXT), None)
    if (
        following is not None
        and following.kind == OPTION
        and _continues(following, options, options[0].label.isalpha())
    ):
        return options[0].label.isalpha() or all(map(_is_code, upcoming[: upcoming.index(following)]))
    others = options[:-1]
    coded = bool(others) and all(map(_ends_in_code, others)) and not _ends_in_code(options[-1])
    return coded and _is_code(found[at])


def _is_code(piece: Piece) -> bool:
    return piece.text.startswith(("```", "~~~"))


def _ends_in_code(option: Piece) -> bool:
    return option.text.endswith(("```", "~~~"))


def _without_name(option: Piece, number: int) -> Piece:
    """The option without a name above its code, such as `A`: options are named where they are shown."""
    name, _, code = option.text.partition("\n\n")
    plain = name.strip("`*.:) \u2800").lower()
    is_named = bool(code) and _ends_in_code(option) and plain in ("", chr(ord("a") + number))
    return replace(option, text=code, label=option.label or plain) if is_named else option


def _as_text(piece: Piece) -> Piece:
    if piece.kind != OPTION:
        return piece
    text = f"{piece.label.upper()}. {piece.text}" if piece.label.isalpha() else piece.text
    return replace(piece, kind=TEXT, text=text)


@dataclass
class Reader:
    """Makes items of questions, and notes what is not known."""

    path: str
    remarks: list[Remark] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def read(self, asked: Asked) -> None:
        """Add the item, unless the question is none: a list of tasks, or a list in a text."""
        name = f"q{len(self.items) + 1}"
        title, text, outer = _title_and_text(asked)
        line = (asked.stem or asked.options or asked.answers)[0].line
        if not text or not self._is_question(asked, text):
            if any(option.task for option in asked.options):
                self._remark("", line, "list-not-read", "A task list without a question above it is not read.")
            return
        answer, rest = self._answer(asked, name, line)
        parts = [rest, *(piece.text for piece in asked.explanations)]
        self.items.append(
            Item(
                name,
                self._text(text, name, line),
                answer,
                title=title,
                feedback=self._text("\n\n".join(filter(None, parts)), name, line),
                category=tuple(to_plain(heading.text) for heading in asked.headings[: max(outer, 0)]),
                path=self.path,
                line=line,
            )
        )

    def _is_question(self, asked: Asked, text: str) -> bool:
        """Letters, an answer, or a text that asks: a list alone is no question."""
        numbered = any(_NUMBERED.match(piece.text) for piece in asked.headings[-1:])
        numbered = numbered or bool(asked.stem and _is_numbered(asked.stem[0]))
        asks = numbered or _ASKS.search(text) is not None
        if len(asked.options) < 2:
            return not asked.options and asks and len(asked.answers) == 1
        if asked.options[0].label.isalpha():
            return asks or bool(asked.answers) or bool(_marks(asked))
        boxed = any(option.task for option in asked.options)
        return bool(asked.answers) or (asks and (boxed or bool(_marks(asked))))

    def _answer(self, asked: Asked, name: str, line: int) -> tuple[Answer, str]:
        """The answer, and what is said about it beside the key."""
        said = "\n\n".join(piece.text for piece in asked.answers).strip()
        if not asked.options:
            return ShortAnswer((AcceptedText(to_plain(said)),)), ""
        marked = _marks(asked)
        named, rest = _named(said, asked.options)
        right = self._right(marked, named, bool(said), name, line)
        several = len(right) > 1
        credit = _FULL / len(right) if several else _FULL
        options = [
            BankOption(self._text(option.text, name, line), credit if at in right else _NONE)
            for at, option in enumerate(asked.options)
        ]
        return Choice(tuple(options), several), rest

    def _right(
        self, marked: frozenset[int], named: frozenset[int] | None, said: bool, name: str, line: int
    ) -> frozenset[int]:
        """The right options, if the marks and the answer agree."""
        if said and named is None and not marked:
            self._remark(name, line, "key-ambiguous", "The answer names no option, or more than one in different ways.")
        elif marked and named and marked != named:
            self._remark(name, line, "key-ambiguous", "The marked option is not the one that the answer names.")
            return frozenset()
        elif not marked and not named:
            self._remark(name, line, "key-missing", "No option is marked as right.")
        return marked or named or frozenset()

    def _text(self, markdown: str, name: str, line: int) -> str:
        converted = without_tags(markdown.strip())
        if converted.dropped:
            self._remark(name, line, "style-dropped", f"Left out: {', '.join(converted.dropped)}.")
        return converted.text

    def _remark(self, name: str, line: int, code: str, message: str) -> None:
        self.remarks.append(Remark(self.path, line, name, code, message))


def _title_and_text(asked: Asked) -> tuple[str, str, int]:
    """The title, the text, and how many of the headings are neither.

    A heading such as `Question 3` is a title. One that asks, or has a number, begins the text.
    """
    text = _without_number("\n\n".join(piece.text for piece in asked.stem)).strip()
    heading = asked.headings[-1].text if asked.headings else ""
    outer = len(asked.headings) - 1
    rest = _without_number(heading).strip()
    if not text or (rest and (rest != heading.strip() or _ASKS.search(heading))):
        return "", "\n\n".join(filter(None, [rest, text])), outer
    if _NUMBERED.match(heading):
        return to_plain(heading), text, outer
    return "", text, outer + 1


def _without_number(text: str) -> str:
    """The text without a number in front, and without bold around its first paragraph."""
    found = _NUMBER.match(text)
    rest = f"{found[1] or ''}{text[found.end() :]}" if found else text
    first, break_, others = rest.partition("\n\n")
    bold = re.fullmatch(r"(\*\*|__)((?:(?!\1).)+)\1", first.strip(), re.S)
    return (bold[2] if bold else first) + break_ + others


def _bold(asked: Asked) -> int:
    return sum(option.bold for option in asked.options)


def _marks(asked: Asked) -> frozenset[int]:
    """The options that a box, a sign, or else bold marks, if it marks some and not all."""
    marked = frozenset(at for at, option in enumerate(asked.options) if option.right)
    if not marked and 0 < _bold(asked) < len(asked.options):
        marked = frozenset(at for at, option in enumerate(asked.options) if option.bold)
    return marked


def _named(said: str, options: Sequence[Piece]) -> tuple[frozenset[int] | None, str]:
    """The options that an answer names by letter, number or text, or None, and the rest of what it says."""
    first = said.split("\n")[0].strip()
    by_text = frozenset(at for at, option in enumerate(options) if _same(option.text, first))
    found = _LETTERS.match(said)
    by_label = _by_label(found[1], options) if found else None
    if by_text and by_label is not None and by_text != by_label:
        return None, said
    if by_text:
        return by_text, said.partition("\n")[2].strip()
    if found is None or by_label is None:
        return None, said
    rest = said[found.end() :].strip(" *_`—–-\n")
    rest = next(
        (rest.removeprefix(o.text) for at, o in enumerate(options) if at in by_label and rest.startswith(o.text)), rest
    )
    return by_label, rest.strip(" *_—–-:.\n" if not re.search(r"\w", rest) else " *—–-\n")


def _by_label(names: str, options: Sequence[Piece]) -> frozenset[int] | None:
    """The options with these letters or this number, or None if one has none of them."""
    labels = [
        option.label or (str(at) if names.isdigit() else chr(ord("a") + at - 1)) for at, option in enumerate(options, 1)
    ]
    if names.isdigit() and not any(option.label for option in options):
        return None  # nothing says from where the options are counted
    split = [names.lower()] if names.isdigit() else re.findall(r"[a-z]", re.sub(r"\band\b", "", names.lower()))
    return frozenset(labels.index(name) for name in split) if split and set(split) <= set(labels) else None


def _same(text: str, other: str) -> bool:
    return bool(other) and " ".join(to_plain(text).split()) == " ".join(to_plain(other.strip("*_ ")).split())
