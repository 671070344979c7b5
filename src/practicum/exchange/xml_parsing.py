"""XML of banks, parsed without entities, DTDs, network or huge trees, with the place of each mistake."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from practicum.exchange.bank import Remark
from practicum.exchange.base import BankFile, NotInFormat, UnreadableBank

MAX_BYTES = 64 * 2**20
MAX_LINE = 2**20
"""Bytes. Longer lines are no text that a person could check; images in base64 may be longer."""

Element = Any
"""An element of lxml, which has no types."""

_DECLARATION = re.compile(rb"<!(ENTITY|ELEMENT|ATTLIST|NOTATION)", re.I)
_BASE64 = re.compile(rb"[A-Za-z0-9+/=]{1000,}")

_TAG = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>"
    rb"|</(?P<close>[^\s>]+)\s*>|<(?P<open>[^\s/>!?]+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL,
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot contain."""


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def parse_xml(file: BankFile) -> Element:
    """Return the root element of an XML file.

    Raises:
        UnreadableBank: It is not well-formed, declares entities, or exceeds a bound. Codes: `broken-xml`,
            `entities`, `large-file`, `long-line`.
    """
    from lxml import etree

    _refuse_large(file)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        strip_cdata=False,
    )
    try:
        root = etree.fromstring(file.content, parser)
    except etree.XMLSyntaxError as error:
        raise _unreadable(file, error.lineno or 0, "broken-xml", f"The file is not XML: {error.msg}.") from error
    except (ValueError, LookupError) as error:
        raise _unreadable(file, 0, "broken-xml", f"The file is not XML: {error}.") from error
    _refuse_entities(file, root)
    return root


def _refuse_large(file: BankFile) -> None:
    content = file.content
    if len(content) > MAX_BYTES:
        raise _unreadable(file, 0, "large-file", f"The file is larger than {MAX_BYTES >> 20} MiB. Split it.")
    for line, text in enumerate(content.split(b"\n") if len(content) > MAX_LINE else (), 1):
        if len(text) > MAX_LINE and len(_BASE64.sub(b"", text)) > MAX_LINE:
            raise _unreadable(file, line, "long-line", f"The line is longer than {MAX_LINE >> 20} MiB.")


def _refuse_entities(file: BankFile, root: Element) -> None:
    """Refuse a DOCTYPE that declares anything: banks have none that do, and bombs are made of them."""
    internal = root.getroottree().docinfo.internalDTD
    if internal is None:
        return
    if list(internal.iterentities()) or list(internal.iterelements()):
        line = file.content.count(b"\n", 0, _declaration_at(file.content)) + 1
        raise _unreadable(
            file, line, "entities", "The file declares entities of its own, which are not read. Remove its DOCTYPE."
        )


def _declaration_at(content: bytes) -> int:
    match = _DECLARATION.search(content)
    return match.start() if match else 0


def _unreadable(file: BankFile, line: int, code: str, message: str) -> UnreadableBank:
    return UnreadableBank([Remark(file.path, line, "", code, message)])


@dataclass
class Span:
    """Where an element is in the bytes of a file."""

    start: int
    opened: int
    """Where its start tag ends."""
    closed: int
    """Where its end tag begins: `opened` if it has none."""


class Source:
    """An XML file with the place of each element in its bytes.

    Raises:
        UnreadableBank: As `parse_xml` does.
        NotInFormat: The file is in an encoding that does not extend ASCII.
    """

    def __init__(self, file: BankFile) -> None:
        self.root = parse_xml(file)
        if b"\x00" in file.content[:64] or file.content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            message = f"{file.path} is not in UTF-8. Save it in that encoding, then it can be corrected."
            raise NotInFormat("format-not-corrected", message)
        self._elements = list(self.root.iter("*"))  # kept, so that their identities last
        self._spans = dict(zip(map(id, self._elements), _spans(file.content), strict=True))

    def span(self, element: Element) -> Span:
        """Where an element is."""
        return self._spans[id(element)]


def _spans(content: bytes) -> list[Span]:
    """The places of all elements, in the order of their start tags."""
    spans: list[Span] = []
    open_ones: list[Span] = []
    for match in _TAG.finditer(content):
        if match["close"]:
            open_ones.pop().closed = match.start()
        elif match["open"]:
            spans.append(Span(match.start(), match.end(), match.end()))
            if not match[0].endswith(b"/>"):
                open_ones.append(spans[-1])
    return spans


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """A start tag with another value of an attribute, added if it has none."""
    pattern = re.compile(rb"(\s%s\s*=\s*)(\"[^\"]*\"|'[^']*')" % name.encode())
    if match := pattern.search(tag):
        quote = match[2][:1]
        return tag[: match.start(2)] + quote + value.encode() + quote + tag[match.end(2) :]
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + f' {name}="{value}"'.encode() + tag[end:]


def replaced(content: bytes, changes: Mapping[tuple[int, int], bytes]) -> bytes:
    """Content with other bytes at these places, from and to."""
    for (start, end), change in sorted(changes.items(), reverse=True):
        content = content[:start] + change + content[end:]
    return content


def add(parent: Element, name: str, text: str = "", /, **attributes: str) -> Element:
    """Append an element with a text, and return it. HTML is written as it is, in a CDATA section."""
    from lxml import etree

    namespace = etree.QName(parent).namespace
    qualified = f"{{{namespace}}}{name}" if namespace else name
    element = etree.SubElement(parent, qualified, {key: _NOT_XML.sub("", value) for key, value in attributes.items()})
    shown = _NOT_XML.sub("", text)
    if shown:
        element.text = etree.CDATA(shown) if re.search("[<&]", shown) and "]]>" not in shown else shown
    return element


def serialized(root: Element, pretty: bool = True) -> bytes:
    """An XML file with that root element.

    Args:
        root: The element.
        pretty: Whether elements without text of their own are indented. Text between elements must not matter then.
    """
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=pretty))


def escaped(text: str) -> str:
    """Text as it stands in an element or an attribute."""
    return html.escape(text)
