"""Archives of banks: ZIP files, read within bounds and written the same each time."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from practicum.exchange.bank import Remark
from practicum.exchange.base import BankFile, UnreadableBank

MAX_FILES = 10_000
MAX_FILE = 64 * 2**20
MAX_TOTAL = 256 * 2**20
"""Bytes, unpacked."""
MAX_RATIO = 200
"""How many times larger a file may be than what the archive holds of it, from a megabyte on."""
_RATIO_FROM = 2**20
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """The files of an archive by their paths, in the order in which they are stored."""

    path: str
    files: Mapping[str, bytes]

    def file(self, path: str) -> BankFile:
        """A file of it, for a reader. Raises KeyError."""
        return BankFile(path, self.files[path])


def is_archive(content: bytes) -> bool:
    """Whether a file begins as a ZIP file does."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_archive(file: BankFile) -> Archive:
    """Return the files of an archive. Nothing is unpacked to disk.

    Raises:
        UnreadableBank: It is damaged or encrypted, exceeds a bound, or a name in it leads out of it. Codes:
            `broken-archive`, `large-archive`, `encrypted-archive`, `name-leaves-archive`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            for code, message in _objections(members):
                raise _unreadable(file.path, code, message)
            return Archive(file.path, {_normal(member.filename): _unpacked(opened, member) for member in members})
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _unreadable(file.path, "broken-archive", f"The archive is damaged: {error}. Export it again.") from error


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP file with these files, the same bytes for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for path, content in files.items():
            member = zipfile.ZipInfo(path, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            opened.writestr(member, content)
    return target.getvalue()


def replace_files(file: BankFile, changed: Mapping[str, bytes]) -> bytes:
    """Return an archive with other content in some files, in the same order and with the same names and dates."""
    if not changed:
        return file.content
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file.content)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            content = changed.get(_normal(member.filename))
            new.writestr(member, old.read(member) if content is None else content)
        new.comment = old.comment
    return target.getvalue()


def _objections(members: list[zipfile.ZipInfo]) -> list[tuple[str, str]]:
    """What forbids to unpack an archive, the code and a message each."""
    found = []
    if len(members) > MAX_FILES:
        found.append(("large-archive", f"The archive contains {len(members)} files. At most {MAX_FILES} are read."))
    if sum(member.file_size for member in members) > MAX_TOTAL:
        found.append(("large-archive", f"The archive unpacks to more than {MAX_TOTAL >> 20} MiB. Split it."))
    return found + [objection for member in members for objection in _member_objections(member)]


def _member_objections(member: zipfile.ZipInfo) -> list[tuple[str, str]]:
    name, found = member.filename, []
    if _leaves(name):
        found.append(("name-leaves-archive", f"The name {name!r} leads out of the archive. Pack it again."))
    if member.flag_bits & 1:
        found.append(("encrypted-archive", f"{name!r} is encrypted. Export the bank without a password."))
    if member.file_size > MAX_FILE:
        found.append(("large-archive", f"{name!r} unpacks to more than {MAX_FILE >> 20} MiB."))
    if member.file_size > max(_RATIO_FROM, MAX_RATIO * member.compress_size):
        found.append(("large-archive", f"{name!r} unpacks to more than {MAX_RATIO} times its packed size."))
    return found


def _leaves(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name.split("/")[0] or "\x00" in name or not path.parts


def _normal(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")))


def _unpacked(opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The content of a file: at most as much as the archive declares, which the bounds were checked against."""
    with opened.open(member) as source:
        content = source.read(member.file_size + 1)
    if len(content) > member.file_size:
        raise zipfile.BadZipFile(f"{member.filename!r} is larger than declared")
    return content


def _unreadable(path: str, code: str, message: str) -> UnreadableBank:
    return UnreadableBank([Remark(path, 0, "", code, message)])
