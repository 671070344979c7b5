"""Search over the titles, text and code of what a site serves.

Only what any learner may read at any time is in the index: pages, exercises and projects as they are asked, the
questions of cards. Keys, hints, explanations, solutions, answers of cards, and the problems of challenges, whose clock
starts when they are first read, are not.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from practicum import modes
from practicum.application.context import topic_path
from practicum.application.pages import sections
from practicum.application.site import Site
from practicum.course.placeholders import fill_queries
from practicum.course.render import plain_text
from practicum.model import Cell, Page, Prose, Topic, Verdict
from practicum.prove import page_queries
from practicum.prove.catalogue import Catalogue, Entry

MAX_QUERY = 200
"""Characters of a query that are read."""
MAX_WORDS = 12
MAX_HITS = 60
_BEGIN, _END = "\x02", "\x03"
"""Around a match in what SQLite returns. Texts contain neither."""
_SCHEMA = """
CREATE VIRTUAL TABLE document USING fts5(
    title, body, mode UNINDEXED, topic UNINDEXED, path UNINDEXED, tokenize = "porter unicode61 remove_diacritics 2"
)"""
_FIND = f"""
SELECT highlight(document, 0, '{_BEGIN}', '{_END}'), snippet(document, 1, '{_BEGIN}', '{_END}', '…', 24),
    mode, topic, path
FROM document WHERE document MATCH ? ORDER BY bm25(document, 8.0, 1.0) LIMIT {MAX_HITS}"""


@dataclass(frozen=True)
class Document:
    """A piece of a course that can be found, as plain text."""

    title: str
    body: str
    mode: str
    """The name of its mode; empty for a topic."""
    topic: str
    """The topic's title."""
    path: str


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and whether it matches the query."""

    text: str
    matches: bool


@dataclass(frozen=True)
class Hit:
    """A document that was found, with the words that match."""

    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    mode: str
    topic: str
    path: str


@dataclass(frozen=True)
class SearchResult:
    """What was found, the best first."""

    hits: tuple[Hit, ...]
    partial: bool = False
    """Whether no document has all words, and these have some of them."""


def search(site: Site, query: str) -> SearchResult:
    """Return the documents with all words of a query, or else those with some of them."""
    words = [word for word in _plain(query[:MAX_QUERY]).split() if re.search(r"\w", word)][:MAX_WORDS]
    if not words:
        return SearchResult(())
    index = _index_of(site)
    hits = index.find(_expression(words, " AND "))
    if hits or len(words) == 1:
        return SearchResult(hits)
    return SearchResult(index.find(_expression(words, " OR ")), partial=True)


def prepare(site: Site) -> None:
    """Build the index, if that has not been done, so that the first search is as fast as the next."""
    _index_of(site)


def _expression(words: Iterable[str], operator: str) -> str:
    """The query in SQLite's syntax: each word in quotes, so that none is an operator, and as the beginning of one."""
    return operator.join('"{}"*'.format(word.replace('"', '""')) for word in words)


class SearchIndex:
    """Documents in a database in memory. Safe to use from several threads."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(_SCHEMA)
        rows = ((_plain(one.title), _plain(one.body), one.mode, one.topic, one.path) for one in documents)
        self._database.executemany("INSERT INTO document VALUES (?, ?, ?, ?, ?)", rows)

    def find(self, expression: str) -> tuple[Hit, ...]:
        """Return the documents that match an expression of FTS5, the best first."""
        with self._lock:
            rows = self._database.execute(_FIND, [expression]).fetchall()
        return tuple(Hit(_pieces(title), _pieces(excerpt), *place) for title, excerpt, *place in rows)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x08\x0e-\x1f]", "", text).split())


def _pieces(marked: str) -> tuple[Piece, ...]:
    parts = re.split(f"{_BEGIN}(.*?){_END}", marked)
    return tuple(Piece(text, number % 2 == 1) for number, text in enumerate(parts) if text)


_indexes: WeakKeyDictionary[Site, tuple[tuple[Catalogue, ...], SearchIndex]] = WeakKeyDictionary()
_building = Lock()


def _index_of(site: Site) -> SearchIndex:
    """The index of a site as it stands. It is built for the first search, and again when an author's draft changed."""
    with _building:
        catalogues = tuple(site.catalogues.values())
        known = _indexes.get(site)
        if known is None or any(one is not other for one, other in zip(known[0], catalogues, strict=True)):
            known = catalogues, SearchIndex(documents(site))
            _indexes[site] = known
        return known[1]


# --- documents


def documents(site: Site) -> Iterator[Document]:
    """Yield everything that can be found."""
    for catalogue in site.catalogues.values():
        for topic in catalogue.course.topics:
            if offered := site.offered(catalogue, topic):
                yield Document(topic.title, topic.summary, "", catalogue.course.title, topic_path(catalogue, topic))
                for mode in offered:
                    yield from _of_mode(site, catalogue, topic, mode)


def _of_mode(site: Site, catalogue: Catalogue, topic: Topic, mode: modes.Mode) -> Iterator[Document]:
    path = f"{topic_path(catalogue, topic)}/{mode.name}"
    yield Document(mode.title, mode.summary, mode.name, topic.title, path)
    if mode.holds == "page":
        for title, body, place in _sections(catalogue.pages[topic.pages[mode.name].path]):
            yield Document(title, body, mode.name, topic.title, path + place)
    elif mode.holds == "problems" and not mode.is_sitting:
        for entry in site.entries(catalogue, topic, mode.name):
            yield _problem(entry, mode, topic, path)
    for served in site.cards(catalogue, topic, mode.name):
        yield Document(plain_text(served.card.question), "", mode.name, topic.title, path)


def _problem(entry: Entry, mode: modes.Mode, topic: Topic, path: str) -> Document:
    variant = entry.problem.variants[0]
    options = "\n".join(plain_text(option.text) for option in variant.options)
    body = "\n".join([plain_text(variant.statement), options, variant.start])
    return Document(plain_text(variant.title), body, mode.name, topic.title, f"{path}/{entry.problem.slug}")


def _sections(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Yield the title, text and place of the beginning of a page and of each of its sections."""
    page = entry.subject
    assert isinstance(page, Page)
    title, parts, number = page.title, list[str](), 0
    fill = _filler(entry)
    for block in page.blocks:
        if isinstance(block, Cell) and block.shown:
            parts.append(block.code)
        elif isinstance(block, Prose) and block.verbatim:
            parts.append(plain_text(block.text))
        elif isinstance(block, Prose):
            for heading, text in sections(fill(block.text)):
                if heading:
                    yield title, "\n".join(parts), f"#part-{number}" if number else ""
                    title, parts, number = f"{page.title} · {plain_text(heading)}", [], number + 1
                parts.append(plain_text(text))
    yield title, "\n".join(parts), f"#part-{number}" if number else ""


def _filler(entry: Entry) -> Callable[[str], str]:
    """Return what fills a page's measured values into its prose; without evidence its queries are left out."""
    evidence = entry.evidence
    if evidence is None or evidence.verdict is not Verdict.PROVED:
        return lambda text: re.sub(r"\{\{.*?\}\}", "", text, flags=re.DOTALL)
    finding = evidence.variants[0]
    measured = {one.measurement: one for one in finding.measured}
    answers = page_queries.answer_functions(measured, finding.values)
    return lambda text: fill_queries(text, answers)
