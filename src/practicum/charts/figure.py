"""The frame of a chart: caption, groups, notes and legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from practicum.charts.svg import join

_LEGEND_KEYS = {
    "dot": '<circle class="dot" cx="11" cy="7" r="5"/>',
    "open-dot": '<circle class="dot open" cx="11" cy="7" r="5"/>',
    "band": '<rect class="band" width="22" height="14"/><line class="line" x1="0" x2="22" y1="7" y2="7"/>',
    "diagonal": '<line class="diagonal" x1="0" x2="22" y1="7" y2="7"/>',
    "interval": '<line class="interval" x1="2" x2="20" y1="7" y2="7"/>',
    "bar": '<rect class="share-bar" x="0" y="1" width="22" height="12" rx="3"/>',
    "whisker": '<line class="whisker" x1="1" x2="21" y1="7" y2="7"/>',
}


def figure(title: str, content: Iterable[Markup], ident: str = "", css: str = "") -> Markup:
    """A figure with its caption above it, which states what is shown."""
    return Markup('<figure class="drawn{}"{}><figcaption>{}</figcaption>{}</figure>').format(
        Markup(" ") + escape(css) if css else "",
        Markup(' id="{}"').format(ident) if ident else "",
        title,
        join(content),
    )


def group(title: str, content: Iterable[Markup]) -> Markup:
    """One of several parts of a figure."""
    return Markup('<div class="group" role="group" aria-label="{0}"><p class="label">{0}</p>{1}</div>').format(
        title, join(content)
    )


def note(text: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(text)


def legend(entries: Sequence[tuple[str, str]]) -> Markup:
    """Pairs of a key (`dot`, `open-dot`, `band`, `diagonal`, `interval`, `bar`, `whisker`) and its meaning."""
    keys = (
        (Markup('<svg class="key" width="22" height="14" aria-hidden="true">{}</svg>').format(_key(name)), text)
        for name, text in entries
    )
    return legend_of(keys)


def legend_of(entries: Iterable[tuple[Markup, str]]) -> Markup:
    """The same for keys that are drawn already."""
    items = join(Markup("<li>{} {}</li>").format(*entry) for entry in entries)
    return Markup('<ul class="legend">{}</ul>').format(items)


def _key(name: str) -> Markup:
    return Markup(_LEGEND_KEYS[name])
