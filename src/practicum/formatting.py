"""Numbers and names as people read them, in charts, in the report and in the model card."""

from __future__ import annotations

import math
import unicodedata
from datetime import date

SPACE = "\N{NO-BREAK SPACE}"
_UNSEEN = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing, by which `gnp.exe` may look like `exe.png`."""


def shown(text: str) -> str:
    """Somebody's name for something, fit to be shown: what controls a screen or is no character becomes `�`."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _unfit(one) else one for one in text)


def _unfit(one: str) -> bool:
    if ord(one) < 128:
        return not one.isprintable()
    return unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or one in _UNSEEN or ord(one) & 0xFFFE == 0xFFFE


def cut(text: str, most: int) -> str:
    """The text in at most `most` characters, its end given up."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def percent(share: float) -> str:
    """`87 %`; where that would say 0 or 100 without its being so, `0.4 %` and `99.6 %`."""
    if not math.isfinite(share):
        return "–"
    hundredths = 100 * share
    if round(hundredths) in (0, 100) and abs(hundredths - round(hundredths)) >= 0.05:
        return f"{hundredths:.1f}{SPACE}%"
    return f"{hundredths:.0f}{SPACE}%"


def number(value: float) -> str:
    """Three figures that count: `0.943`, `12.4`, `1.0e-05`."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1:
        return f"{value:.3f}"
    return f"{value:.3g}" if 1 <= abs(value) < 1000 else f"{value:.1e}"


def whole(value: float) -> str:
    """`1,200`; `more than can be told` for what has no end."""
    return f"{value:,.0f}" if math.isfinite(value) else "more than can be told"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 picture`, `5 pictures`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def lasted(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `1 h 5 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f}{SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest}{SPACE}s"
    if minutes < 60:
        return f"{minutes}{SPACE}min {rest}{SPACE}s" if rest else f"{minutes}{SPACE}min"
    return f"{minutes // 60}{SPACE}h {minutes % 60}{SPACE}min"


def weighs(size: int) -> str:
    """`812 bytes`, `16.4 MB`."""
    for power, unit in ((9, "GB"), (6, "MB"), (3, "kB")):
        if size >= 10**power:
            return f"{size / 10**power:.1f}{SPACE}{unit}"
    return counted(size, "byte")


def day(written: str) -> str:
    """`24 November 2026` for `2026-11-24`; what is no date, as it stands."""
    try:
        made = date.fromisoformat(written[:10])
    except ValueError:
        return shown(written)
    return f"{made.day} {made:%B} {made.year}"


def listed(items: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
