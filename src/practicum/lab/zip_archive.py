"""Files in a zip, read one at a time into memory and never unpacked to disk, with nothing in it taken on trust."""

from __future__ import annotations

import contextlib
import threading
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from practicum.lab.image_set import Remark
from practicum.lab.image_sources import MAX_FILE_BYTES, UnreadableFile, is_hidden, normalize_path, printable_name

MAX_MEMBERS = 100_000
MAX_TOTAL_BYTES = 8 * 1024**3
"""Bytes of all files together once uncompressed, counted while they are read."""
MAX_RATIO = 100
"""A large file that was packed smaller than to a hundredth is no picture: photographs hardly shrink at all."""
RATIO_CHECKED_BYTES = 4 * 1024**2
"""Below this many bytes the ratio is not looked at: a drawing on white can shrink as much."""
_CHUNK = 1024**2


class ZipArchive:
    """The files of the zip at `path`. Close it, or use it as a context manager.

    Raises Refused where it is no zip.
    """

    def __init__(self, path: Path) -> None:
        self.left_out: list[Remark] = []
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._total = 0
        self._counting = threading.Lock()
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableFile(f"is no zip that can be read ({error})") from None

    def __enter__(self) -> ZipArchive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def files(self) -> list[str]:
        members = [one for one in self._zip.infolist() if not one.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise UnreadableFile(f"holds {len(members)} files; more than {MAX_MEMBERS} are not read")
        for member in members:
            try:
                name = normalize_path(_name(member))
            except UnreadableFile:
                self.left_out.append(Remark(printable_name(_name(member)), "leads out of the archive and is not read"))
                continue
            if any(is_hidden(part) for part in PurePosixPath(name).parts):
                continue
            if name in self._members:
                self.left_out.append(Remark(printable_name(name), "is in the archive twice; the last is taken"))
            self._members[name] = member
        return sorted(self._members)

    def read(self, name: str) -> bytes:
        member = self._members.get(name) or self._members.get(printable_name(name))
        if member is None:
            raise UnreadableFile("is not in the archive")
        if member.flag_bits & 1:
            raise UnreadableFile("is encrypted; pack it without a password")
        try:
            return self._unpacked(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            if isinstance(error, UnreadableFile):
                raise
            raise UnreadableFile(f"is damaged in the archive ({error})") from None

    def _unpacked(self, member: zipfile.ZipInfo) -> bytes:
        held = bytearray()
        with self._zip.open(member) as file:
            while chunk := file.read(_CHUNK):
                held += chunk
                self._count(len(chunk))
                if len(held) > MAX_FILE_BYTES:
                    raise UnreadableFile(f"unpacks to more than {MAX_FILE_BYTES // 1024**2} MiB and is not read")
                if len(held) > max(RATIO_CHECKED_BYTES, MAX_RATIO * member.compress_size):
                    raise UnreadableFile(f"unpacks to more than {MAX_RATIO} times its size, as no picture does")
        return bytes(held)

    def _count(self, size: int) -> None:
        with self._counting:
            self._total += size
            if self._total > MAX_TOTAL_BYTES:
                raise ArchiveTooLarge(f"unpacks to more than {MAX_TOTAL_BYTES // 1024**3} GiB; give fewer pictures")


class ArchiveTooLarge(RuntimeError):
    """The archive as a whole unpacks to more than is read."""


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name: some programs write UTF-8 without saying so, which then reads as code page 437."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return printable_name(name)
