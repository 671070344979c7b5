"""Read the files of a zip archive one at a time into memory, with limits against hostile archives."""

from __future__ import annotations

import contextlib
import threading
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from practicum.errors import CodedError
from practicum.lab.image_set import Remark
from practicum.lab.image_sources import MAX_FILE_BYTES, UnreadableFile, is_hidden, normalize_path, printable_name

MAX_MEMBERS = 100_000
MAX_TOTAL_BYTES = 8 * 1024**3
"""Limit on the uncompressed bytes of all files together, counted while they are read."""
MAX_RATIO = 100
"""A large file that was compressed further than this is not an image: photographs hardly shrink at all."""
RATIO_CHECKED_BYTES = 4 * 1024**2
"""The ratio is checked beyond this size only: a drawing on white can shrink as much."""
_CHUNK = 1024**2


class ZipArchive:
    """The files of the zip archive at `path`. Close it, or use it as a context manager.

    Raises UnreadableFile if the file is not a zip archive.
    """

    def __init__(self, path: Path) -> None:
        self.left_out: list[Remark] = []
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._total = 0
        self._lock = threading.Lock()
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableFile("not-a-zip", f"is not a readable zip archive ({error})") from None

    def __enter__(self) -> ZipArchive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def files(self) -> list[str]:
        members = [member for member in self._zip.infolist() if not member.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise UnreadableFile("too-many-files", f"holds {len(members)} files; the limit is {MAX_MEMBERS}")
        for member in members:
            try:
                name = normalize_path(_name(member))
            except UnreadableFile as error:
                reason = "leads out of the archive and is not read"
                self.left_out.append(Remark(printable_name(_name(member)), reason, error.code))
                continue
            if any(is_hidden(part) for part in PurePosixPath(name).parts):
                continue
            if name in self._members:
                reason = "is the name of several files in the archive; the last one is used"
                self.left_out.append(Remark(printable_name(name), reason, "archived-twice"))
            self._members[name] = member
        return sorted(self._members)

    def read(self, name: str) -> bytes:
        member = self._members.get(name) or self._members.get(printable_name(name))
        if member is None:
            raise UnreadableFile("not-found", "is not in the archive")
        if member.flag_bits & 1:
            raise UnreadableFile("encrypted", "is encrypted; create the archive without a password")
        try:
            return self._decompress(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableFile("damaged-in-archive", f"is damaged in the archive ({error})") from None

    def _decompress(self, member: zipfile.ZipInfo) -> bytes:
        data = bytearray()
        with self._zip.open(member) as file:
            while chunk := file.read(_CHUNK):
                data += chunk
                self._count(len(chunk))
                if len(data) > MAX_FILE_BYTES:
                    limit = f"{MAX_FILE_BYTES // 1024**2} MiB"
                    raise UnreadableFile("too-large", f"unpacks to more than {limit} and is not read")
                if len(data) > max(RATIO_CHECKED_BYTES, MAX_RATIO * member.compress_size):
                    reason = f"unpacks to more than {MAX_RATIO} times its size, which no image does"
                    raise UnreadableFile("zip-bomb", reason)
        return bytes(data)

    def _count(self, size: int) -> None:
        with self._lock:
            self._total += size
            if self._total > MAX_TOTAL_BYTES:
                limit = f"{MAX_TOTAL_BYTES // 1024**3} GiB"
                raise ArchiveTooLarge("archive-too-large", f"unpacks to more than {limit}; use fewer images")


class ArchiveTooLarge(CodedError):
    """The archive as a whole unpacks to more than is read; reading ends."""


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name. Some programs write UTF-8 without the flag for it, which zipfile reads as code page 437."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return printable_name(name)
