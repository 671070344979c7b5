"""The report of an audit as one HTML page, which needs neither network nor scripts."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from practicum import __version__
from practicum.audit.auditor import Audit
from practicum.audit.findings import Fault, ItemFinding, Settled
from practicum.course import render as markdown
from practicum.formatting import counted, percent, printable, printable_block, sentence

_TITLES = {
    str(Fault.WRONG_KEY): "Wrong key",
    str(Fault.NO_RIGHT_OPTION): "No right option",
    str(Fault.SEVERAL_RIGHT): "Several right options",
    str(Fault.BROKEN_CODE): "Broken code",
    str(Fault.CONTRADICTION): "Contradiction",
    str(Fault.EQUAL_OPTIONS): "Equal options",
    str(Fault.UNSTABLE): "Unstable result",
    str(Fault.VERSION_BOUND): "Bound to a version",
    str(Fault.DUPLICATE): "Duplicate",
    str(Settled.COULD_NOT_RUN): "Could not run",
    str(Settled.PROVED): "Proved",
    str(Settled.NOT_PROVABLE): "Not provable",
}
LISTED = 2_000
"""The most items of a section that are listed; the rest are counted."""


@dataclass(frozen=True)
class Section:
    """The items with one verdict."""

    verdict: str
    title: str
    items: Sequence[ItemFinding]

    @property
    def listed(self) -> Sequence[ItemFinding]:
        return self.items[:LISTED]


def render(audit: Audit, banks: Sequence[str]) -> str:
    """Return the page.

    Args:
        audit: What was found.
        banks: The paths that were audited, for the command that shows one item again.
    """
    sections = [Section(verdict, title, _with(audit, verdict)) for verdict, title in _TITLES.items()]
    totals = audit.totals
    return _template().render(
        audit=audit,
        banks=banks,
        title=", ".join(dict.fromkeys(filter(None, audit.titles))) or ", ".join(banks),
        sections=[section for section in sections if section.items and section.verdict in set(map(str, Fault))],
        rest=[section for section in sections if section.items and section.verdict not in set(map(str, Fault))],
        totals=totals,
        counts=_counts(audit),
        command=lambda finding: _command(finding, banks),
        version=__version__,
    )


def _with(audit: Audit, verdict: str) -> list[ItemFinding]:
    return [finding for finding in audit.findings if finding.verdict == verdict]


def _counts(audit: Audit) -> list[tuple[str, int, str, str, bool]]:
    """Return what is counted: the name, the count, its share of all items with its interval, and if it is a part."""
    totals = audit.totals
    named = [("Proved by running", totals.settled["proved"], False)]
    named += [("Refuted by running", totals.settled["refuted"], False)]
    named += [(_TITLES[name], totals.settled[name], False) for name in ("could-not-run", "not-provable")]
    named += [("With a fault", totals.faulty, False)]
    named += [(_TITLES[name], count, True) for name, count in totals.faults.items() if count]
    rows = []
    for name, count, is_part in named:
        share = totals.share(count) if totals.items else None
        interval = f"{percent(share.low)} to {percent(share.high)}" if share else "–"
        rows.append((name, count, percent(share.value) if share else "–", interval, is_part))
    return rows


def _command(finding: ItemFinding, banks: Sequence[str]) -> str:
    """Return the command that runs an item again: of a folder or an archive, by the item's place."""
    bank = next((bank for bank in banks if finding.path == bank or finding.path.startswith(f"{bank}/")), banks[0])
    item = finding.identifier if finding.path == bank else finding.place
    return f"practicum audit {shlex.quote(bank)} --item {shlex.quote(item)} --all"


def _option(text: str) -> Markup:
    """Return an option as it is read: with its markup, but its lines as they are."""
    return markdown.inline(printable_block(text)) if text.strip() else Markup("<em>empty</em>")


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "printable": printable,
        "block": printable_block,
        "sentence": sentence,
        "markdown": lambda text: markdown.to_html(printable_block(text)),
        "option": _option,
    }
    environment.globals["counted"] = counted
    return environment.from_string(files("practicum.audit").joinpath("report.html").read_text(encoding="utf-8"))
