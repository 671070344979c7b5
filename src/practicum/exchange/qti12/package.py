"""The files of a QTI 1.2 export: a single XML file, or an archive of Canvas or Blackboard."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from practicum.exchange.archive import Archive, is_archive, read_archive
from practicum.exchange.bank import Remark
from practicum.exchange.base import BankFile, UnreadableBank
from practicum.exchange.xml_parsing import Element, local_name, parse_xml

FILE_BASE = "$IMS-CC-FILEBASE$/"
"""What Canvas writes before the path of a file of the course."""

_ROOT = re.compile(rb"<(?:\w+:)?questestinterop[\s>]")
_ENDINGS = (".xml", ".dat", ".qti")
_LOOKED_AT = 4096
_MOST_LOOKED_INTO = 500
_BLACKBOARD_FILE = re.compile(r"xid-\d+_\d+")
_SHARED_COPY = "assessment_qti.xml"
"""In a Canvas course, what other programs read; the whole question is in `non_cc_assessments/`."""


@dataclass(frozen=True)
class Document:
    """An XML file with questions. `member` is its name in the archive, or empty."""

    file: BankFile
    member: str


@dataclass(frozen=True)
class Package:
    """An export: its documents, and the files that these refer to."""

    documents: tuple[Document, ...]
    files: Archive

    def content(self, address: str, document: Document) -> bytes | None:
        """The content of the file at an address in a document's text, or None if there is none."""
        found = self._member(address, document)
        return None if found is None else self.files.files[found]

    def _member(self, address: str, document: Document) -> str | None:
        if match := _BLACKBOARD_FILE.search(address):
            return next((name for name in self.files.files if f"{match[0]}." in name and name[-4:] != ".xml"), None)
        path = unquote(address).split("?")[0].removeprefix(FILE_BASE)
        beside = str(PurePosixPath(document.member).parent / path)
        candidates = [f"web_resources/{path}", path, beside, path.removeprefix("../")]
        return next((name for name in candidates if name in self.files.files), None)

    def shuffles(self) -> bool:
        """Whether a quiz of the export is set to shuffle its options."""
        settings = (content for name, content in self.files.files.items() if name.endswith("assessment_meta.xml"))
        return any(b"<shuffle_answers>true" in content for content in settings)


def has_questions(content: bytes) -> bool:
    """Whether an XML file is one of QTI 1.2."""
    return bool(_ROOT.search(content[:_LOOKED_AT].replace(b"\x00", b"")))


def looks_like_package(content: bytes) -> bool:
    """Whether an archive contains a file with questions: only the beginnings of its files are read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            names = [name for name in opened.namelist() if name.lower().endswith(_ENDINGS)]
            return any(has_questions(_beginning(opened, name)) for name in names[:_MOST_LOOKED_INTO])
    except Exception:  # damaged archives fail in many ways, and none of them makes it one of ours
        return False


def _beginning(opened: zipfile.ZipFile, name: str) -> bytes:
    with opened.open(name) as source:
        return source.read(_LOOKED_AT)


def read_package(file: BankFile) -> Package:
    """Return the documents of an export. Raises UnreadableBank."""
    if not is_archive(file.content):
        return Package((Document(file, ""),), Archive(file.path, {}))
    archive = read_archive(file)
    names = [name for name, content in archive.files.items() if has_questions(content)]
    if any(name.startswith("non_cc_assessments/") for name in names):
        names = [name for name in names if PurePosixPath(name).name != _SHARED_COPY]
    if not names:
        message = "The archive contains no questions in QTI 1.2."
        raise UnreadableBank([Remark(file.path, 0, "", "not-qti12", message)])
    documents = (Document(BankFile(f"{file.path}/{name}", archive.files[name]), name) for name in names)
    return Package(tuple(documents), archive)


def root_of(document: Document) -> Element:
    """The root element of a document. Raises UnreadableBank."""
    root = parse_xml(document.file)
    if local_name(root) != "questestinterop":
        message = f"<{root.tag}> is not <questestinterop>."
        raise UnreadableBank([Remark(document.file.path, root.sourceline or 0, "", "not-qti12", message)])
    return root


def is_readable(document: Document) -> bool:
    """Whether the document can be read: in an archive, others can be if one cannot."""
    try:
        root_of(document)
    except UnreadableBank:
        return False
    return True


def items_of(root: Element) -> Iterator[Element]:
    """The items of a document, in their order."""
    return iter(root.iter("{*}item"))
