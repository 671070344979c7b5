"""Find image files and their classes in a folder or an archive."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from practicum.errors import CodedError
from practicum.lab.image_set import Remark
from practicum.lab.label_table import UnreadableTable, read_label_table

MAX_FILE_BYTES = 200 * 1024**2
"""Size of the largest image file that is read."""
IMAGE_SUFFIXES = frozenset(
    f".{suffix}"
    for suffixes in ("jpg jpeg jpe jfif png apng gif bmp dib", "webp tif tiff ppm pgm pbm pnm avif heic heif")
    for suffix in suffixes.split()
)
"""Suffixes of image files. Files without any suffix are tried too."""
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


class UnreadableFile(CodedError):
    """A file or a whole source that is not read. The message is a predicate: "does not exist"."""


class FileTree(Protocol):
    """Files by their relative names with slashes, without hidden files."""

    left_out: list[Remark]

    def files(self) -> list[str]:
        """Return the names of all files, sorted. Raises UnreadableFile if the tree as a whole is not read."""
        ...

    def read(self, name: str) -> bytes:
        """Return the contents of one file. Raises UnreadableFile."""
        ...


@dataclass(frozen=True)
class ImageEntry:
    """A file that should hold an image, and its class."""

    name: str
    label: str


@dataclass(frozen=True)
class ImageListing:
    """What a source holds, before any image is opened."""

    entries: tuple[ImageEntry, ...]
    remarks: tuple[Remark, ...] = ()
    left_out: tuple[Remark, ...] = ()


class ImageFolder:
    """The files below `root` on disk, without those in the folder `exclude`. Links that lead out are not followed."""

    def __init__(self, root: Path, exclude: Path | None = None) -> None:
        self.root = root.resolve()
        self.exclude = exclude.resolve() if exclude else None
        self.left_out: list[Remark] = []

    def files(self) -> list[str]:
        found = []
        for parent, folders, files in os.walk(self.root, onerror=self._note_unlisted):
            relative = Path(parent).relative_to(self.root)
            for name in [folder for folder in folders if not is_hidden(folder)]:
                if Path(parent, name).is_symlink():
                    reason = "is a link to a folder, which is not followed"
                    self.left_out.append(Remark(printable_name(relative / name), reason, "folder-link"))
            folders[:] = sorted(
                folder for folder in folders if not is_hidden(folder) and Path(parent, folder) != self.exclude
            )
            found += [(relative / name).as_posix() for name in files if not is_hidden(name)]
        return sorted(found)

    def read(self, name: str) -> bytes:
        path = self._path(name)
        try:
            if not path.resolve().is_relative_to(self.root):
                raise UnreadableFile("link-outside", "is a link that leads out of the folder, which is not followed")
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFile("not-a-file", "is not a regular file")
            if status.st_size > MAX_FILE_BYTES:
                size, limit = f"{status.st_size / 1024**2:.0f} MiB", f"{MAX_FILE_BYTES // 1024**2} MiB"
                raise UnreadableFile("too-large", f"has {size}; the limit is {limit}")
            return path.read_bytes()
        except FileNotFoundError:
            if path.is_symlink():
                raise UnreadableFile("broken-link", "is a broken link") from None
            raise UnreadableFile("not-found", "does not exist") from None
        except RuntimeError:
            raise UnreadableFile("link-loop", "is a link that leads back to itself") from None
        except OSError as error:
            raise UnreadableFile("unreadable", f"cannot be read ({error.strerror})") from None

    def _path(self, name: str) -> Path:
        """The path of the file. Unicode has two spellings of accented characters, and a disk may hold either."""
        spellings = [name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))]
        paths = (self.root / spelling for spelling in spellings)
        return next((path for path in paths if os.path.lexists(path)), self.root / name)

    def _note_unlisted(self, error: OSError) -> None:
        folder = Path(error.filename).relative_to(self.root)
        self.left_out.append(Remark(printable_name(folder), f"cannot be listed ({error.strerror})", "unlisted"))


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is hidden or belongs to the operating system."""
    return name.startswith(".") or name.casefold() in _SYSTEM_FILES


def printable_name(name: str | Path) -> str:
    """Return the name in printable form, whatever bytes it is made of, with accents composed."""
    text = name.as_posix() if isinstance(name, Path) else name
    return unicodedata.normalize("NFC", text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def class_name(name: str) -> str:
    """Return the name of a class on one line, each run of white space as one space."""
    return " ".join(printable_name(name).split())


def normalize_path(name: str) -> str:
    """Return a relative path with forward slashes. Raises UnreadableFile if it leads out of its folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or name[1:2] == ":":
        raise UnreadableFile("path-outside", "leads out of the folder; use a path relative to the table")
    return path.as_posix()


def list_images(tree: FileTree) -> ImageListing:
    """List the images of a tree: by its table, if there is one CSV file at its top, else by a folder for each class.

    If everything lies in one folder, as in an archive of a folder, that folder is the top. Raises UnreadableFile.
    """
    files = tree.files()
    top = _top(files)
    tables = [name for name in files if name.casefold().endswith(".csv") and name.count("/") == top.count("/")]
    if len(tables) == 1:
        return list_by_table(tree, tables[0])
    listing = list_by_folder(files, top)
    return ImageListing(listing.entries, listing.remarks, (*tree.left_out, *listing.left_out))


def list_by_folder(files: list[str], top: str = "") -> ImageListing:
    """List files by class: the name of the folder under `top` in which a file lies, at any depth."""
    entries, left_out, ignored = [], [], []
    counts: Counter[str] = Counter()
    for name in files:
        folder, slash, _rest = name.removeprefix(top).partition("/")
        if slash:
            counts[folder] += 0
        if not is_image_name(name):
            ignored.append(name)
        elif not slash:
            left_out.append(Remark(printable_name(name), "is not in the folder of a class", "no-class-folder"))
        else:
            counts[folder] += 1
            entries.append(ImageEntry(name, class_name(folder)))
    for folder, count in sorted(counts.items()):
        if not count:
            left_out.append(Remark(printable_name(top + folder), "holds no images", "empty-class-folder"))
    if ignored:
        left_out.append(Remark(printable_name(ignored[0]), _ignored(len(ignored)), "not-an-image"))
    return ImageListing(tuple(entries), (), tuple(left_out))


def list_by_table(tree: FileTree, name: str) -> ImageListing:
    """List the files and labels of the table `name`; paths are relative to the table. Raises UnreadableFile."""
    try:
        rows = read_label_table(tree.read(name))
    except UnreadableTable as error:
        raise UnreadableFile(error.code, error.message) from None
    base = PurePosixPath(name).parent
    labels: dict[str, set[str]] = {}
    left_out, remarks = [], [Remark(printable_name(name), "lists the files and their classes", "label-table")]
    for row in rows:
        try:
            file = (base / normalize_path(row.file)).as_posix()
        except UnreadableFile as error:
            reason = f"{error.message} (line {row.line} of {name})"
            left_out.append(Remark(printable_name(row.file), reason, error.code))
            continue
        if not row.file or not row.label:
            missing = "label" if row.file else "file"
            place = printable_name(row.file) or f"{name}, line {row.line}"
            left_out.append(Remark(place, f"has no {missing} (line {row.line})", f"no-{missing}"))
        else:
            if class_name(row.label) in labels.get(file, ()):
                reason = f"is listed more than once and used once (line {row.line})"
                remarks.append(Remark(printable_name(file), reason, "listed-twice"))
            labels.setdefault(file, set()).add(class_name(row.label))
    for file, names in labels.items():
        if len(names) > 1:
            reason = f"is listed with {len(names)} labels: {', '.join(sorted(names))}"
            left_out.append(Remark(printable_name(file), reason, "several-labels"))
    entries = sorted((file, *names) for file, names in labels.items() if len(names) == 1)
    return ImageListing(tuple(ImageEntry(file, label) for file, label in entries), tuple(remarks), tuple(left_out))


def is_image_name(name: str) -> bool:
    """Return whether the file has a suffix of image files, or none."""
    return PurePosixPath(name).suffix.casefold() in IMAGE_SUFFIXES | {""}


def _top(files: list[str]) -> str:
    """The one folder that holds everything, with its slash, if it holds folders or a table; else an empty string."""
    folder, slash, _rest = files[0].partition("/") if files else ("", "", "")
    prefix = folder + slash
    if not slash or not all(name.startswith(prefix) for name in files):
        return ""
    rest = [name.removeprefix(prefix) for name in files]
    return prefix if any("/" in name or name.casefold().endswith(".csv") for name in rest) else ""


def _ignored(count: int) -> str:
    return "is not an image" if count == 1 else f"is not an image, nor are {count - 1} more files"
