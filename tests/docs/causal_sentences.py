"""The causal sentences of the first topic, and the table in which each is settled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

TOPIC = ROOT / "courses" / "transfer-learning" / "small-datasets"
TABLE = ROOT / "docs" / "causes.md"

CAUSAL = re.compile(
    # Not `*why*`, the name of a page.
    r"\b(because|since|so that|therefore|hence|thus|due to|as a result|causes?|caused|leads? to|makes|(?<!\*)why)\b"
    r"|(?:^|[,;:] )so (?!that\b)",
    re.IGNORECASE,
)
_CODE = re.compile(r"\A\+\+\+\n.*?\n\+\+\+\n|^ *```.*?^ *```\s*?$|<!--.*?-->", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*|#]|\d\.)\s)|\n(?=:::)|(?<=:::)\n|(?<=::: guides)\n|(?<=::: belief)\n")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[\"“*`(\[]*[A-Z])")
_MARKER = re.compile(r"^(?:- \[[ x]\]|[-*#]+|:::\s*\w*)\s+")


def causal_sentences() -> Iterator[tuple[str, str]]:
    """Yield the file and the text of each sentence, outside of code, that has a causal word."""
    for file in sorted(TOPIC.rglob("*.md")):
        name = file.relative_to(TOPIC).as_posix()
        for block in _BLOCK.split(_CODE.sub("\n\n", file.read_text("utf-8"))):
            for sentence in _SENTENCE.split(_MARKER.sub("", " ".join(block.split()))):
                if CAUSAL.search(sentence):
                    yield name, sentence


def plain_text(file: Path) -> str:
    """The text of a file outside of code, with each run of white space as one space."""
    return " ".join(_CODE.sub("\n\n", file.read_text("utf-8")).split())


def settled_sentences() -> dict[tuple[str, str], str]:
    """Return how each sentence of the table is settled, by file and sentence."""
    rows: dict[tuple[str, str], str] = {}
    file = ""
    for line in TABLE.read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"### `(.+)`", line):
            file = heading[1]
        elif file and line.startswith("| ") and not line.startswith(("| ---", "| sentence")):
            sentence, settled = re.split(r"(?<!\\)\|", line.strip("| "))
            rows[file, sentence.strip().replace("\\|", "|")] = settled.strip()
    return rows
