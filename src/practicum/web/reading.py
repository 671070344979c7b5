"""A page of a mode: its prose with what was measured, its cells with what they gave, and those cells run again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from anyio.to_thread import run_sync as in_thread
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from practicum import figures, modes
from practicum.course.cell_dependencies import find_dependencies
from practicum.course.page_values import fill
from practicum.course.render import code as highlighted
from practicum.model import (
    Box,
    Cell,
    CellFinding,
    Drawing,
    Measured,
    Measurement,
    Page,
    Prose,
    Run,
    Topic,
    VariantFinding,
    Verdict,
)
from practicum.prove import page_queries, subjects
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner import Cancellation, Limits, OnEvent, Pool, Result
from practicum.store import StepRecord
from practicum.web import forms, live, outcome, running, scratch, security, view
from practicum.web.question import MARKS, html
from practicum.web.seat import now
from practicum.web.security import visitor
from practicum.web.site import Site, site
from practicum.web.view import Halt

LIMITS = Limits(seconds=60)
"""A cell is run with all above it, so it may take longer than a scratch pad's code."""

LABELS = {"guides": "What many guides say", "belief": "What one easily believes", "happens": "What happens", "note": ""}
_HEADING = re.compile(r"^## +(.+?)\s*#*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


# --- what a page is made of, ready to be shown -------------------------------------------------------------------


@dataclass
class Part:
    """A stretch of a page under a heading; within `steps`, a step."""

    number: int
    title: Markup
    inner: list[Any] = field(default_factory=list)
    sort: str = "part"


@dataclass
class Frame:
    """A box, or the steps, and what stands in it."""

    sort: str
    label: str = ""
    inner: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Words:
    """Prose, its braces filled in."""

    html: Markup
    sort: str = "words"


@dataclass(frozen=True)
class ShownCell:
    """A cell and what it gave when it was recorded."""

    number: int
    code: str
    highlighted: Markup
    rows: int
    gave: CellFinding | None
    pictures: tuple[Mapping[str, Any], ...]
    sort: str = "cell"


class _Builder:
    """Puts the page's blocks in order: parts by their headings, boxes and steps around what stands in them."""

    def __init__(self, known: Page, finding: VariantFinding | None, url: str) -> None:
        self.page, self.finding, self.url = known, finding, url
        self.measured: Mapping[Measurement, Measured] = (
            {one.measurement: one for one in finding.measured} if finding else {}
        )
        self.answers = page_queries.answers(self.measured, finding.values if finding else {})
        self.top: list[Any] = []
        self.within: list[list[Any]] = [self.top]
        self.part: Part | None = None
        self.parts: list[Part] = []
        self.cells = self.drawings = 0

    def build(self) -> list[Any]:
        for block in self.page.blocks:
            match block:
                case Prose(verbatim=True):
                    self._add(Words(html(block.text)))
                case Prose():
                    self._prose(block)
                case Cell(shown=True):
                    self._add(self._cell(block))
                case Cell():
                    pass
                case Drawing():
                    self._drawing(block)
                case Box():
                    self._box(block)
        return self.top

    def _add(self, item: Any) -> None:
        self.within[-1].append(item)

    def _prose(self, block: Prose) -> None:
        for title, text in split(self._filled(block.text)):
            if title:
                self._begin(title)
            if text.strip():
                self._add(Words(html(text)))

    def _begin(self, title: str) -> None:
        self._end()
        self.part = Part(len(self.parts) + 1, html(title, short=True))
        self.parts.append(self.part)
        self._add(self.part)
        self.within.append(self.part.inner)

    def _end(self) -> None:
        if self.part is not None:
            self.within.pop()
            self.part = None

    def _box(self, block: Box) -> None:
        if block.name == "steps":
            self._end()
            frame = Frame("steps")
            self._add(frame)
            self.within.append(frame.inner)
        elif block.name:
            frame = Frame(block.name, LABELS[block.name])
            self._add(frame)
            self.within.append(frame.inner)
        else:
            if self.part is not None and self.within[-1] is self.part.inner:
                self._end()
            self.within.pop()

    def _filled(self, text: str) -> str:
        if self.finding is None:
            return re.sub(r"\{\{.*?\}\}", "(not run)", text, flags=re.DOTALL)
        return fill(text, self.answers)

    def _cell(self, block: Cell) -> ShownCell:
        self.cells += 1
        gave = self.finding.cells[self.cells - 1] if self.finding and self.finding.cells else None
        pictures = tuple(
            {
                "url": f"{self.url}/figure-{self.cells}-{number}.png?v={_version(png)}",
                "size": _size(png),
                "alt": _alt(block.code) or f"What cell {self.cells} draws",
            }
            for number, png in enumerate(gave.figures if gave else (), 1)
        )
        text = block.code.rstrip("\n")
        return ShownCell(self.cells, text, highlighted(text), text.count("\n") + 1, gave, pictures)

    def _drawing(self, block: Drawing) -> None:
        self.drawings += 1
        if self.finding is None:
            self._add(Words(html(f"*(The {block.figure} of line {block.line} was not measured yet.)*")))
        else:
            self._add(Words(figures.ALL[block.figure].draw(block.table, self.measured, self.drawings), sort="drawing"))


def split(text: str) -> Iterator[tuple[str, str]]:
    """The text below each `##` heading, with the heading; what stands before the first has none."""
    title, lines, fence = "", list[str](), ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        heading = None if fence else _HEADING.match(line)
        if heading:
            yield title, "\n".join(lines)
            title, lines = heading[1], []
        else:
            lines.append(line)
    yield title, "\n".join(lines)


def _alt(code: str) -> str:
    """What an author says of a cell's picture: `# figure: …` in its first line."""
    found = re.match(r"\s*#\s*figure:\s*(.+)", code)
    return found[1].strip() if found else ""


def _version(png: bytes) -> str:
    """What tells a picture from the one that stood in its place before."""
    return hashlib.sha256(png).hexdigest()[:12]


def _size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels, so that its place is kept before it is there."""
    if png[12:16] != b"IHDR":
        return (0, 0)
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


# --- the page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """The page that a request is about."""

    catalogue: Catalogue
    topic: Topic
    mode: modes.Mode
    entry: Entry

    @property
    def page(self) -> Page:
        assert isinstance(self.entry.subject, Page)
        return self.entry.subject

    @property
    def topic_url(self) -> str:
        return f"/{self.catalogue.course.slug}/{self.topic.slug}"

    @property
    def url(self) -> str:
        return f"{self.topic_url}/{self.mode.name}"

    @property
    def finding(self) -> VariantFinding | None:
        """What running said of it, if that is about the page as it stands."""
        evidence = self.entry.evidence
        return evidence.variants[0] if evidence and evidence.verdict is Verdict.PROVED else None


def seen(request: Request) -> Seen:
    """The page at this address. Raises Halt (404) if there is none, or if it is not proved as it stands."""
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    mode = {mode.name: mode for mode in modes.ALL if mode.shows == "page"}.get(request.path_params["mode"])
    page = topic.pages.get(mode.name) if mode else None
    if mode is None or page is None:
        raise HTTPException(404)
    entry = catalogue.pages[page.path]
    if not entry.verdict.served and not where.draft:
        raise Halt(
            404,
            "This page is not shown",
            "What it says was not run since it last changed. If you are its author, run `practicum prove`, or serve "
            "with --draft.",
            (f"/{catalogue.course.slug}/{topic.slug}", topic.title),
        )
    return Seen(catalogue, topic, mode, entry)


def page(request: Request) -> Response:
    """The page, as far as this learner has come."""
    return _page(request, seen(request))


def _page(
    request: Request, what: Seen, ran: int = 0, code: str = "", came: outcome.Outcome | None = None, wrong: str = ""
) -> Response:
    where = site(request)
    builder = _Builder(what.page, what.finding, what.url)
    top = builder.build()
    reached, read = _come(where, visitor(request).token, what)
    return view.page(
        request,
        "page.html",
        course=what.catalogue.course,
        topic=what.topic,
        mode=what.mode,
        topic_url=what.topic_url,
        url=what.url,
        title=what.page.title,
        mark=MARKS[what.entry.verdict],
        why=view.sentence(what.entry.why),
        top=top,
        parts=builder.parts,
        runs=scratch.is_offered(where),
        isolated=where.isolated,
        recorded=_recorded(what),
        drawn=builder.drawings > 0,
        reached=min(reached, len(builder.parts)),
        read=read,
        ran=ran,
        code=code,
        outcome=came,
        wrong=wrong,
        names_url=f"{what.topic_url}/names.json",
    )


def _recorded(what: Seen) -> Mapping[str, str]:
    """When and with what the page was run."""
    evidence = what.entry.evidence
    if evidence is None:
        return {}
    names = {"tensorflow": "TensorFlow", "keras": "Keras", "python": "Python", "numpy": "NumPy"}
    versions = " · ".join(f"{names[name]} {evidence.versions[name]}" for name in names if name in evidence.versions)
    return {"day": view.day(evidence.ran), "versions": versions, "command": f"practicum prove path/to/{what.page.path}"}


def _come(where: Site, token: str, what: Seen) -> tuple[int, bool]:
    """The furthest part that this learner has reached, and whether the page was read to its end."""
    learner = where.learner(token)
    if learner is None:
        return 0, False
    steps = where.store.steps(learner, what.catalogue.course.slug, what.topic.slug, what.mode.name)
    reached = [int(step.data.get("section", 0)) for step in steps if step.kind == "reached"]
    return max(reached, default=0), any(step.kind == "read" for step in steps)


def figure(request: Request) -> Response:
    """A picture that a cell drew when it was recorded. Kept for good where its address says which it is."""
    finding = seen(request).finding
    cells = dict(enumerate(finding.cells if finding else (), 1))
    gave = cells.get(request.path_params["cell"])
    png = dict(enumerate(gave.figures if gave else (), 1)).get(request.path_params["number"])
    if png is None:
        raise HTTPException(404)
    named = request.query_params.get("v") == _version(png)
    cached = "private, max-age=31536000, immutable" if named else "no-cache"
    return Response(png, media_type="image/png", headers={"cache-control": cached})


async def reached(request: Request, form: FormData) -> Response:
    """Note how far somebody has read. With a script this comes by itself, else by the button at the end."""
    section = forms.word(form, "section", 3)
    part = int(section) if section.isascii() and section.isdigit() else 0
    read = form.get("read") == "1"
    what = await in_thread(partial(_note, request, part, read))
    if view.streams(request) or form.get("quietly") == "1":
        return Response(status_code=204)
    return view.see(what.topic_url)


def _note(request: Request, part: int, read: bool) -> Seen:
    what, where = seen(request), site(request)
    learner = where.enrol(visitor(request).token)
    before, done = _come(where, visitor(request).token, what)
    course, topic, mode, moment = what.catalogue.course.slug, what.topic.slug, what.mode.name, now()
    if part > before:
        where.store.add_step(learner, StepRecord(course, topic, mode, "", "reached", moment, {"section": part}, None))
    if read and not done:
        where.store.add_step(learner, StepRecord(course, topic, mode, "", "read", moment, {}, None))
    return what


# --- a cell, run again ---------------------------------------------------------------------------------------------


async def run(request: Request, form: FormData) -> Response:
    """Run one cell as it now stands, after those above it: as it happens, or as a page."""
    what = await in_thread(seen, request)
    where = site(request)
    number = request.path_params["number"]
    shown = subjects.shown_cells(what.page)
    if not 1 <= number <= len(shown):
        raise HTTPException(404)
    if where.pool is None or not scratch.is_offered(where):
        raise Halt(403, "Nothing is run here", "The scratch pad's page says why.", (what.url, "Back"))
    code = forms.code(form)
    cells = _cells_above(what.page, shown[number - 1], form)
    if wrong := _wrong(code, cells):
        if view.streams(request):
            raise Halt(413, wrong, "", (what.url, "Back"))
        return await in_thread(partial(_page, request, what, number, code, wrong=wrong))
    runs: live.Runs = request.app.state.runs

    def made(result: Result) -> outcome.Outcome:
        return outcome.outcome(result, code, where.isolated, runs.stopping)

    def piece(result: Result) -> str:
        return view.part("outcome.html", outcome=made(result))

    def whole(result: Result) -> Response:
        return _page(request, what, number, code, made(result))

    person = security.visitor(request).person
    return await live.answer(request, partial(_run, where.pool, what, code, cells, person), piece, whole)


def _run(
    pool: Pool, what: Seen, code: str, cells: Sequence[str], person: str, tell: OnEvent, cancel: Cancellation
) -> Result:
    environment = running.environment(what.catalogue)
    if isinstance(environment, Result):
        return environment
    above = "\n".join(cells[index] for index in find_dependencies(cells, code))
    job = running.job(Run("cell", code, above), what.topic, environment, LIMITS)
    return _in_words(pool.run(job, tell, cancel, person))


def _in_words(result: Result) -> Result:
    """A line of the cells above is none of this cell's: say so, and quote none."""
    failure = result.failure
    if failure is None or failure.where != "setup":
        return result
    return replace(result, failure=replace(failure, line=None, message=f"{failure.message} (in a cell above this one)"))


def _cells_above(page: Page, cell: Cell, form: FormData) -> list[str]:
    """The cells that it may build on: as the learner has changed them where the form says so, else as written."""
    number, cells = 0, []
    for one in page.cells[: page.cells.index(cell)]:
        number += one.shown
        if not one.raises:
            field = f"cell-{number}"
            cells.append(forms.code(form, field) if one.shown and field in form else one.code)
    return cells


def _wrong(code: str, cells: Sequence[str]) -> str:
    if not code.strip():
        return "There is nothing to run in this cell."
    size = len(code) + sum(map(len, cells))
    if size > scratch.CODE:
        return f"That is {size:,} characters with the cells above; a run takes {scratch.CODE:,} at the most."
    return ""
