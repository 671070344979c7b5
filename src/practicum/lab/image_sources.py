"""Where pictures lie: files by name, in a folder or in an archive, and which class each of them belongs to."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from practicum.lab.image_set import Remark
from practicum.lab.label_table import UnreadableTable, read_label_table

MAX_FILE_BYTES = 200 * 1024**2
"""No picture's file is read beyond this."""
IMAGE_SUFFIXES = frozenset(
    f".{kind}"
    for kinds in ("jpg jpeg jpe jfif png apng gif bmp dib", "webp tif tiff ppm pgm pbm pnm avif heic heif")
    for kind in kinds.split()
)
"""What pictures are called. A file without any suffix is tried too."""
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


class UnreadableFile(ValueError):
    """A file or a whole source is not read. The message is a predicate: "is not there"."""


class FileTree(Protocol):
    """Files by name: relative, with slashes, hidden ones left away."""

    left_out: list[Remark]

    def files(self) -> list[str]:
        """Every file's name, sorted. Raises Refused where the whole is not to be read."""
        ...

    def read(self, name: str) -> bytes:
        """The contents of one file. Raises Refused where there is none or it is not to be read."""
        ...


@dataclass(frozen=True)
class ImageEntry:
    """A file that should hold a picture, and its class."""

    name: str
    label: str


@dataclass(frozen=True)
class ImageListing:
    """What a source holds, before any picture is opened."""

    entries: tuple[ImageEntry, ...]
    remarks: tuple[Remark, ...] = ()
    left_out: tuple[Remark, ...] = ()


class ImageFolder:
    """Files on disk below `root`. Links that lead out of it are not followed, and the folder `apart` is none of it."""

    def __init__(self, root: Path, apart: Path | None = None) -> None:
        self.root = root.resolve()
        self.apart = apart.resolve() if apart else None
        self.left_out: list[Remark] = []

    def files(self) -> list[str]:
        found = []
        for where, folders, files in os.walk(self.root, onerror=self._unlisted):
            inside = Path(where).relative_to(self.root)
            for name in [one for one in folders if not is_hidden(one)]:
                if Path(where, name).is_symlink():
                    self.left_out.append(
                        Remark(printable_name(inside / name), "is a link to a folder, which is not followed")
                    )
            folders[:] = sorted(one for one in folders if not is_hidden(one) and Path(where, one) != self.apart)
            found += [(inside / name).as_posix() for name in files if not is_hidden(name)]
        return sorted(found)

    def read(self, name: str) -> bytes:
        path = self._path(name)
        try:
            if not path.resolve().is_relative_to(self.root):
                raise UnreadableFile("is a link that leads out of the folder, which is not followed")
            held = path.stat()
            if not stat.S_ISREG(held.st_mode):
                raise UnreadableFile("is no file")
            if held.st_size > MAX_FILE_BYTES:
                raise UnreadableFile(
                    f"is {held.st_size / 1024**2:.0f} MiB; more than {MAX_FILE_BYTES // 1024**2} is not read"
                )
            return path.read_bytes()
        except FileNotFoundError:
            raise UnreadableFile("leads nowhere" if path.is_symlink() else "is not there") from None
        except RuntimeError:
            raise UnreadableFile("is a link that leads in a circle") from None
        except OSError as error:
            raise UnreadableFile(f"cannot be read ({error.strerror})") from None

    def _path(self, name: str) -> Path:
        """Where the file lies: letters with accents have two spellings, and disks keep either."""
        spellings = [name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))]
        return next((path for one in spellings if os.path.lexists(path := self.root / one)), self.root / name)

    def _unlisted(self, error: OSError) -> None:
        where = Path(error.filename).relative_to(self.root)
        self.left_out.append(Remark(printable_name(where), f"cannot be listed ({error.strerror})"))


def is_hidden(name: str) -> bool:
    """Whether a file or a folder is there for a system and not for people."""
    return name.startswith(".") or name.casefold() in _SYSTEM


def printable_name(name: str | Path) -> str:
    """The name as it can be printed, whatever bytes it is made of, accents composed."""
    text = name.as_posix() if isinstance(name, Path) else name
    return unicodedata.normalize("NFC", text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def class_name(name: str) -> str:
    """The name of a class on one line: whatever breaks lines or doubles spaces in it becomes one space."""
    return " ".join(printable_name(name).split())


def normalize_path(name: str) -> str:
    """The name with slashes and without detours. Raises Refused where it leads out of where it is."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or name[1:2] == ":":
        raise UnreadableFile("leads out of the folder, which is not followed; name it relative to where the table lies")
    return path.as_posix()


def list_images(tree: FileTree) -> ImageListing:
    """What the tree holds: by the table, where one lies at its top, and otherwise a folder for each class.

    Where everything lies in one folder, as in an archive of a folder, its top is in there. Raises Refused.
    """
    files = tree.files()
    top = _top(files)
    tables = [name for name in files if name.casefold().endswith(".csv") and name.count("/") == top.count("/")]
    if len(tables) == 1:
        return list_by_table(tree, tables[0])
    found = list_by_folder(files, top)
    return ImageListing(found.entries, found.remarks, (*tree.left_out, *found.left_out))


def list_by_folder(files: list[str], top: str = "") -> ImageListing:
    """Each file's class is the folder under `top` it lies in, however deep."""
    entries, left_out, others = [], [], []
    folders: Counter[str] = Counter()
    for name in files:
        folder, slash, _rest = name.removeprefix(top).partition("/")
        if slash:
            folders[folder] += 0
        if not is_image_name(name):
            others.append(name)
        elif not slash:
            left_out.append(Remark(printable_name(name), "lies in no folder of a class"))
        else:
            folders[folder] += 1
            entries.append(ImageEntry(name, class_name(folder)))
    left_out += [
        Remark(printable_name(top + one), "holds no pictures") for one, count in sorted(folders.items()) if not count
    ]
    remarks = [Remark(printable_name(others[0]), _ignored(len(others)))] if others else []
    return ImageListing(tuple(entries), tuple(remarks), tuple(left_out))


def list_by_table(tree: FileTree, name: str) -> ImageListing:
    """The files that the table `name` lists, relative to where it lies, with their labels. Raises Refused."""
    try:
        rows = read_label_table(tree.read(name))
    except UnreadableTable as error:
        raise UnreadableFile(str(error)) from None
    base = PurePosixPath(name).parent
    labels: dict[str, set[str]] = {}
    left_out, remarks = [], [Remark(printable_name(name), "gives the files and their classes")]
    for row in rows:
        try:
            file = (base / normalize_path(row.file)).as_posix()
        except UnreadableFile as reason:
            left_out.append(Remark(printable_name(row.file), f"{reason} (line {row.line} of {name})"))
            continue
        if not row.file or not row.label:
            missing = "no label" if row.file else "no file"
            left_out.append(
                Remark(printable_name(row.file) or f"{name}, line {row.line}", f"has {missing} (line {row.line})")
            )
        else:
            if class_name(row.label) in labels.get(file, ()):
                remarks.append(Remark(printable_name(file), f"is listed more than once; taken once (line {row.line})"))
            labels.setdefault(file, set()).add(class_name(row.label))
    for file, given in labels.items():
        if len(given) > 1:
            left_out.append(
                Remark(printable_name(file), f"is listed with {len(given)} labels: {', '.join(sorted(given))}")
            )
    entries = sorted((file, *given) for file, given in labels.items() if len(given) == 1)
    return ImageListing(tuple(ImageEntry(file, label) for file, label in entries), tuple(remarks), tuple(left_out))


def is_image_name(name: str) -> bool:
    """Whether the file is called as pictures are."""
    return PurePosixPath(name).suffix.casefold() in IMAGE_SUFFIXES | {""}


def _top(files: list[str]) -> str:
    """The one folder that everything lies in, with its slash, if there are folders or a table in it; else nothing."""
    folder, slash, _rest = files[0].partition("/") if files else ("", "", "")
    below = folder + slash
    if not slash or not all(name.startswith(below) for name in files):
        return ""
    rest = [name.removeprefix(below) for name in files]
    return below if any("/" in name or name.casefold().endswith(".csv") for name in rest) else ""


def _ignored(count: int) -> str:
    return "is no picture and was ignored" if count == 1 else f"and {count - 1} more are no pictures and were ignored"
