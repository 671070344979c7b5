"""What readers of HTML banks collect on the way: remarks with their place, images, and identifiers that stay unique."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from urllib.parse import unquote

from practicum.exchange.bank import Remark
from practicum.exchange.markup import to_markdown

MAX_EXPONENT = 300
"""Powers of ten that a number of a bank may have: those of floating-point numbers."""
_DATA = re.compile(r"data:image/([a-z]+)[\w.+-]*;base64,(.*)", re.DOTALL)


@dataclass
class Collected:
    """What is collected while a file is read."""

    path: str
    remarks: list[Remark] = field(default_factory=list)
    resources: dict[str, bytes] = field(default_factory=dict)
    identifiers: set[str] = field(default_factory=set)

    def unique(self, wanted: str, number: int) -> str:
        """The identifier of the item with that number: the format's own, or its place if that is none or taken."""
        name = wanted.strip() or f"q{number}"
        while name in self.identifiers:
            name = f"q{number}" if not name.startswith(f"q{number}") else name + "-"
        self.identifiers.add(name)
        return name

    def resource(self, name: str, content: bytes) -> str:
        """Keep a file, and return the path that texts refer to it with."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePosixPath(name).name).strip("-.") or "file"
        path = f"images/{plain}"
        if self.resources.get(path, content) != content:
            path = f"images/{hashlib.sha256(content).hexdigest()[:8]}-{plain}"
        self.resources[path] = content
        return path


@dataclass(frozen=True)
class ItemReading:
    """The reading of one item: its texts, with a remark for what they lose."""

    collected: Collected
    identifier: str
    line: int

    def remark(self, code: str, message: str) -> None:
        """Note what could not be read."""
        found = Remark(self.collected.path, self.line, self.identifier, code, message)
        if found not in self.collected.remarks:
            self.collected.remarks.append(found)

    def html(self, html: str, file: Callable[[str], bytes | None] = lambda address: None) -> str:
        """Return HTML as Markdown.

        Args:
            html: A text of the item.
            file: Returns the content of the file at an address, or None if it is none of the bank's.
        """
        converted = to_markdown(html, lambda address: self._kept(address, file))
        for dropped in converted.dropped:
            self.remark("style-dropped", f"The text loses {dropped}.")
        return converted.text

    def _kept(self, address: str, file: Callable[[str], bytes | None]) -> str:
        if match := _DATA.fullmatch(address):
            try:
                content = base64.b64decode(match[2], validate=False)
            except (binascii.Error, ValueError):
                self.remark("broken-image", "An image in the text is damaged.")
                return "missing"
            return self.collected.resource(f"{hashlib.sha256(content).hexdigest()[:12]}.{match[1]}", content)
        content_of_file = file(address)
        if content_of_file is None:
            return address
        return self.collected.resource(unquote(address.split("?")[0]), content_of_file)


def number(text: str) -> Decimal | None:
    """The finite number that a text is, or None."""
    try:
        value = Decimal(text.strip().replace("−", "-").replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and (not value or abs(value.adjusted()) <= MAX_EXPONENT) else None


def credit_of(text: str) -> Decimal:
    """A percentage as banks write it: rounded thirds, sixths, sevenths … become what they stand for."""
    value = number(text) or Decimal(0)
    for parts in (3, 6, 7, 9, 11, 12, 13):
        whole = round(value * parts / 100)
        exact = Decimal(100) * whole / parts
        if value != round(value, 2) and abs(exact - value) < Decimal("0.005"):
            return exact
    return value


def plain_number(value: Decimal, places: int = 7) -> str:
    """A number as banks write it, without an exponent unless it is very long: `33.33333`, `0.5`."""
    text = format(value, "f") if abs(value.adjusted()) < 30 else str(value)
    if "." in text and "E" not in text and len(text.split(".")[1]) > 20:
        text = format(round(value, places), "f")
    return text.rstrip("0").rstrip(".") if "." in text and "E" not in text else text
