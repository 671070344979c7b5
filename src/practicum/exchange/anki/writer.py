"""From items to cards."""

from __future__ import annotations

import hashlib
import html as references
import itertools
import json
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from practicum.exchange.anki.note_types import CLOZE, CSS, FIELDS, QUESTION, TYPED, OwnType
from practicum.exchange.archive import write_archive
from practicum.exchange.bank import (
    Bank,
    Choice,
    CodeAnswer,
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
from practicum.exchange.base import BankFile, NotInFormat
from practicum.exchange.item_reading import Collected, plain_number
from practicum.exchange.losses import losses
from practicum.exchange.markup import to_html, to_inline_html, to_plain

if TYPE_CHECKING:
    import genanki

_GAP = re.compile(r"\[\[(\d+)\]\]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f]")


def write_package(bank: Bank, read: Callable[[BankFile], Bank]) -> WrittenBank:
    """Return a package, and what its items lose when it is read again.

    The time is written into it, because Anki updates a note only if the package has a newer one.

    Raises:
        NotInFormat: genanki is not installed.
    """
    writing = _Writing(bank)
    collected = Collected("")
    named: dict[str, Item] = {}
    remarks: list[Remark] = []
    for number, item in enumerate(bank.items, 1):
        if isinstance(item.answer, Description | Unsupported):
            message = "A card needs an answer that practicum knows. The item is left out."
            remarks.append(Remark(item.path, item.line, item.identifier, "not-in-format", message))
        else:
            named[collected.unique(item.identifier, number)] = item
    content = writing.package(named)
    again = read(BankFile("bank.apkg", content))
    return WrittenBank(content, (*remarks, *losses(named, again.items)))


@dataclass
class _Writing:
    """Writes the items of a bank, and keeps the files that they refer to."""

    bank: Bank
    media: dict[str, bytes] = field(default_factory=dict)

    def package(self, items: dict[str, Item]) -> bytes:
        """The archive: its database is made in memory, where genanki would make files."""
        try:
            from genanki import guid_for
            from genanki.apkg_col import APKG_COL
            from genanki.apkg_schema import APKG_SCHEMA
        except ModuleNotFoundError:
            message = "Anki packages are written with genanki. Install it: pip install 'practicum[banks]'."
            raise NotInFormat("format-not-written", message) from None
        types = {own.number: _model(own) for own in (QUESTION, TYPED, CLOZE)}
        now = time.time()
        numbers = itertools.count(int(now * 1000))
        with closing(sqlite3.connect(":memory:")) as database:
            database.executescript(APKG_SCHEMA)
            database.executescript(APKG_COL)
            cursor = database.cursor()
            for deck in sorted({self._deck(item) for item in items.values()}):
                _written_deck(deck, types).write_to_db(cursor, now, numbers)
            for place, (name, item) in enumerate(items.items()):
                note = self._note(name, item, types)
                note.guid, note.due = guid_for("practicum", self.bank.title, name), place
                note.write_to_db(cursor, now, _number(self._deck(item)), numbers)
            database.commit()
            content = database.serialize()
        listed = {str(at): name for at, name in enumerate(self.media)}
        files = {str(at): content for at, content in enumerate(self.media.values())}
        return write_archive({"collection.anki2": content, "media": json.dumps(listed).encode(), **files})

    def _deck(self, item: Item) -> str:
        parts = (self.bank.title or "practicum", *item.category)
        return "::".join(re.sub(":{2,}", ":", part).strip(":") or "-" for part in parts)

    def _note(self, name: str, item: Item, types: dict[int, genanki.Model]) -> genanki.Note:
        import genanki

        own, question, answer, others = self._sides(item)
        explanation, proof, title = self._html(item.feedback), item.proof, item.title
        fields = [question, answer, others, explanation, *map(_escaped, (proof, title, name))]
        tags = [re.sub(r"\s+", "_", tag.strip()) for tag in item.tags]
        return genanki.Note(types[own.number], [_UNSEEN.sub("", text) for text in fields], tags=tags)

    def _sides(self, item: Item) -> tuple[OwnType, str, str, str]:
        """The type of the note, its question, its answer, and what else is accepted."""
        question = self._question(item)
        match item.answer:
            case ShortAnswer(accepted) if accepted:
                first, *others = [_escaped(text.text) for text in accepted if text.credit > 0] or [""]
                return TYPED, question, first, "<br>".join(others)
            case NumberAnswer(accepted) if accepted:
                return TYPED, question, plain_number(accepted[0].value), ""
            case Gaps():
                return CLOZE, self._clozes(question, item.answer), "", ""
            case Choice():
                return QUESTION, *self._choice(question, item.answer), ""
            case Matching():
                return QUESTION, *self._matching(question, item.answer), ""
            case CodeAnswer(start, solution, _, language):
                started = self._html(_fenced(start, language)) if start else ""
                return QUESTION, question + started, self._html(_fenced(solution, language)), ""
            case Essay(sample):
                return QUESTION, question, self._html(sample), ""
        return QUESTION, question, "", ""

    def _choice(self, question: str, choice: Choice) -> tuple[str, str]:
        """The options below the question, and those that are right with their letters."""
        texts = [self._inline(option.text) for option in choice.options]
        listed = "".join(f"<li>{text}</li>" for text in texts)
        right = [f"{_letter(at)}. {texts[at]}" for at, option in enumerate(choice.options) if option.key]
        return f'{question}<ol type="A">{listed}</ol>', "<br>".join(right)

    def _matching(self, question: str, matching: Matching) -> tuple[str, str]:
        """The prompts and the sorted matches below the question, and what belongs to what."""
        pairs = [(self._inline(prompt), self._inline(match)) for prompt, match in matching.pairs]
        matches = sorted({*(match for _, match in pairs), *map(self._inline, matching.distractors)})
        prompts = "".join(f"<li>{prompt}</li>" for prompt, _ in pairs)
        joined = "".join(f"<li>{prompt} → {match}</li>" for prompt, match in pairs)
        return f"{question}<ul>{prompts}</ul><p>{' / '.join(matches)}</p>", f"<ul>{joined}</ul>"

    def _question(self, item: Item) -> str:
        return self._html(f"{item.text}\n\n{_fenced(item.code, 'python')}" if item.code else item.text)

    def _clozes(self, html: str, answer: Gaps) -> str:
        """The text with its gaps as clozes: the options of a menu become its hint."""

        def cloze(found: re.Match[str]) -> str:
            at = int(found[1])
            if not 0 < at <= len(answer.gaps):
                return found[0]
            return f"{{{{c{at}::{_cloze(answer.gaps[at - 1])}}}}}"

        return _GAP.sub(cloze, html.replace("{{c", "{&#123;c"))

    def _html(self, markdown: str) -> str:
        return to_html(markdown, self._address)

    def _inline(self, markdown: str) -> str:
        return to_inline_html(markdown, self._address)

    def _address(self, address: str) -> str:
        """The name of a file in the one folder that Anki has for all."""
        content = self.bank.resources.get(address)
        if content is None:
            return address
        name = PurePosixPath(address).name
        if self.media.get(name, content) != content:
            name = f"{hashlib.sha256(content).hexdigest()[:8]}-{name}"
        self.media[name] = content
        return name


def _cloze(gap: Choice | ShortAnswer | NumberAnswer) -> str:
    """What a gap hides, and its hint."""
    match gap:
        case Choice(options):
            right = next((option.text for option in options if option.key), "")
            return f"{_hidden(to_plain(right))}::{_hidden(' / '.join(to_plain(option.text) for option in options))}"
        case ShortAnswer(accepted):
            return _hidden(accepted[0].text if accepted else "")
        case NumberAnswer(accepted):
            return plain_number(accepted[0].value) if accepted else ""


def _hidden(text: str) -> str:
    """A text in a cloze, which braces or colons would end."""
    return _escaped(text).replace("{", "&#123;").replace("}", "&#125;").replace(":", "&#58;")


def _escaped(text: str) -> str:
    return references.escape(text, quote=False)


def _letter(at: int) -> str:
    return chr(ord("A") + at) if at < 26 else str(at + 1)


def _fenced(code: str, language: str) -> str:
    ticks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code)), 3)
    return f"{ticks}{language}\n{code}\n{ticks}"


def _number(name: str) -> int:
    """The number of a deck: the same each time, and beyond those that Anki itself gives."""
    return 2**40 + int.from_bytes(hashlib.sha256(f"practicum\0{name}".encode()).digest()[:5], "big")


def _model(own: OwnType) -> genanki.Model:
    import genanki

    template = {"name": "Card", "qfmt": own.front, "afmt": own.back}
    kind = genanki.Model.CLOZE if own.is_cloze else genanki.Model.FRONT_BACK
    fields = [{"name": name} for name in FIELDS]
    return genanki.Model(own.number, own.name, fields=fields, templates=[template], css=CSS, model_type=kind)


def _written_deck(name: str, types: dict[int, genanki.Model]) -> genanki.Deck:
    import genanki

    deck = genanki.Deck(_number(name), name)
    for model in types.values():
        deck.add_model(model)
    return deck
