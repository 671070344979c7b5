"""From notes to items. A card is graded by the person who turns it, so its back is a sample, unless it is typed."""

from __future__ import annotations

import html as references
import re
from urllib.parse import quote, unquote

from practicum.exchange.anki.collection import Collection, Note
from practicum.exchange.anki.note_types import FIELDS
from practicum.exchange.bank import AcceptedText, Answer, Essay, Gaps, Item, ShortAnswer, Unsupported
from practicum.exchange.item_reading import Collected, ItemReading
from practicum.exchange.markup import to_plain

_FIELD = re.compile(r"\{\{([^{}]+)\}\}")
_CLOZE = re.compile(r"\{\{c\d+::((?:(?!\{\{c\d)(?!::|\}\}).)*)(?:::((?:(?!\{\{c\d)(?!\}\}).)*))?\}\}", re.DOTALL)
_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_LATEX = re.compile(r"\[latex\](.*?)\[/latex\]|\[\$\$\](.*?)\[/\$\$\]|\[\$\](.*?)\[/\$\]", re.DOTALL | re.IGNORECASE)
_DOLLARS = re.compile(r"(\$\$?)(.*)\1", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


def read_note(note: Note, number: int, collection: Collection, collected: Collected) -> Item:
    """The item that a note is, as its first card shows it."""
    own = note.type.fields == FIELDS
    name = collected.unique(note.fields.get("Identifier", "") if own else note.guid, number)
    reader = _Reader(note, collection, ItemReading(collected, references.unescape(name), 0))
    text, answer, feedback = reader.own() if own else reader.foreign()
    return Item(
        name,
        text,
        answer,
        title=references.unescape(note.fields.get("Title", "")) if own else "",
        feedback=feedback,
        category=note.deck[1:] if collection.root else note.deck,
        tags=note.tags,
        path=collected.path,
        proof=references.unescape(note.fields.get("Proof", "")) if own else "",
    )


class _Reader:
    """Reads the fields of a note."""

    def __init__(self, note: Note, collection: Collection, reading: ItemReading) -> None:
        self.note, self.collection, self.reading = note, collection, reading

    def own(self) -> tuple[str, Answer, str]:
        """The text, the answer and the explanation of a note that practicum wrote."""
        fields, front = self.note.fields, self.note.type.front
        feedback = self._markdown(fields.get("Explanation", ""))
        if "{{cloze:" in front:
            return *self._gaps(fields.get("Question", "")), feedback
        text, answer = self._markdown(fields.get("Question", "")), fields.get("Answer", "")
        if "{{type:" not in front:
            return text, Essay(self._markdown(answer)), feedback
        others = [part for part in fields.get("Also accepted", "").split("<br>") if part]
        accepted = [AcceptedText(references.unescape(part)) for part in (answer, *others)]
        return text, ShortAnswer(tuple(accepted)), feedback

    def foreign(self) -> tuple[str, Answer, str]:
        """The same of any other note: what is on the front of its first card, and what else is on the back."""
        front, back = self._shown(self.note.type.front), self._shown(self.note.type.back)
        if self.note.type.cards > 1:
            self.reading.remark("cards-dropped", "Only the first card of the note is read.")
        turned = {name: filters for name, filters in back.items() if name not in front}
        if cloze := next((name for name, filters in front.items() if "cloze" in filters), None):
            text, gaps = self._gaps(self.note.fields[cloze])
            others = [name for name in (*front, *turned) if name != cloze]
            return text, gaps, self._joined(others)
        typed = next((name for name, filters in front.items() if "type" in filters), None)
        text = self._joined([name for name in front if name != typed])
        if typed is not None:
            accepted = AcceptedText(to_plain(self._markdown(self.note.fields[typed])))
            return text, ShortAnswer((accepted,)), self._joined(list(turned))
        return text, self._turned(self._joined(list(turned))), ""

    def _turned(self, sample: str) -> Answer:
        """The answer on a back: a value if it is nothing but one line of code."""
        if not sample:
            self.reading.remark("answer-missing", "The back of the card is empty.")
        code = _CODE.fullmatch(sample)
        return ShortAnswer((AcceptedText(code[1]),)) if code else Essay(sample)

    def _shown(self, template: str) -> dict[str, list[str]]:
        """The fields that a template shows, in their order, each with its filters."""
        parts = [found[1].strip().split(":") for found in _FIELD.finditer(template)]
        return {part[-1].strip(): part[:-1] for part in parts if part[-1].strip() in self.note.fields}

    def _joined(self, names: list[str]) -> str:
        return "\n\n".join(filter(None, (self._markdown(self.note.fields[name]) for name in names)))

    def _gaps(self, html: str) -> tuple[str, Answer]:
        """The text with `[[1]]` … in place of what a cloze hides, and this."""
        hidden: list[str] = []

        def hide(found: re.Match[str]) -> str:
            hidden.append(to_plain(self._markdown(found[1])))
            return f"[[{len(hidden)}]]" + (f" ({found[2]})" if found[2] else "")

        text = _CLOZE.sub(hide, html)
        images = any(answer.startswith("image-occlusion") for answer in hidden)
        if not hidden or images or re.search(r"\{\{c\d+::", text):
            self.reading.remark("unsupported-type", "Clozes in each other, and those of images, are not read.")
            return self._markdown(html), Unsupported("cloze")
        return self._markdown(text), Gaps(tuple(ShortAnswer((AcceptedText(answer),)) for answer in hidden))

    def _markdown(self, html: str) -> str:
        html = _LATEX.sub(_formula, html)
        if _SOUND.search(html):
            self.reading.remark("sound-as-link", "A sound becomes a link.")
            html = _SOUND.sub(lambda found: f'<a href="{quote(references.unescape(found[1]))}">{found[1]}</a>', html)
        return self.reading.html(html, self._file)

    def _file(self, address: str) -> bytes | None:
        return self.collection.media.get(unquote(address), self.collection.media.get(address))


def _formula(found: re.Match[str]) -> str:
    """A formula as LaTeX of old versions of Anki, with the delimiters of new ones."""
    if found[3] is not None:
        return rf"\({found[3]}\)"
    inner = _DOLLARS.fullmatch((found[1] or "").strip()) if found[2] is None else None
    return rf"\({inner[2]}\)" if inner and inner[1] == "$" else rf"\[{inner[2] if inner else found[2] or found[1]}\]"
