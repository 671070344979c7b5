"""Files that attack a reader of XML or of archives, each with the code of the one message that refuses it."""

from __future__ import annotations

import io
import struct
import zipfile

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE quiz [
<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
]>
<%(root)s><question type="essay"><questiontext><text>&d;</text></questiontext></question></%(root)s>"""
OUTER = b"""<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<%(root)s><question type="essay"><questiontext><text>&x;</text></questiontext></question></%(root)s>"""


def hostile_xml(root: bytes) -> dict[str, tuple[bytes, str]]:
    """Attacks on a reader whose files have this root element."""
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    return {
        "billion laughs": (BOMB % {b"root": root}, "entities"),
        "entity of another file": (OUTER % {b"root": root}, "entities"),
        "deep": (b"<%b>%b</%b>" % (root, deep, root), "broken-xml"),
        "long line": (b"<%b><x>%b</x></%b>" % (root, b"a b " * 300_000, root), "long-line"),
        "broken encoding": (
            b'<?xml version="1.0" encoding="UTF-8"?><%b>\xff\xfe\x80</%b>' % (root, root),
            "broken-xml",
        ),
        "unknown encoding": (b'<?xml version="1.0" encoding="nonsense"?><%b/>' % root, "broken-xml"),
        "cut off": (b"<%b><question>" % root, "broken-xml"),
        "empty": (b"", "broken-xml"),
    }


def zipped(**files: bytes) -> bytes:
    """An archive of files by their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _lying(content: bytes) -> bytes:
    """An archive whose directory declares a file as smaller than it is."""
    at = content.index(b"PK\x01\x02") + 24
    return content[:at] + struct.pack("<I", 10) + content[at + 4 :]


def hostile_archives() -> dict[str, tuple[bytes, str]]:
    """Attacks on a reader of archives."""
    bomb = zipped(**{"bank.xml": b"\0" * 5_000_000})
    return {
        "zip bomb": (bomb, "large-archive"),
        "lying zip bomb": (_lying(bomb), "broken-archive"),
        "parent folder": (zipped(**{"../bank.xml": b"<a/>"}), "name-leaves-archive"),
        "absolute path": (zipped(**{"/etc/bank.xml": b"<a/>"}), "name-leaves-archive"),
        "drive": (zipped(**{"C:\\bank.xml": b"<a/>"}), "name-leaves-archive"),
        "many files": (zipped(**{f"{at}.xml": b"" for at in range(10_001)}), "large-archive"),
        "cut off": (zipped(**{"bank.xml": b"<a/>"})[:-30], "broken-archive"),
    }
