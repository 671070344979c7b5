"""Numbers, times, sizes, lists and untrusted names as text for people."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

NBSP = "\N{NO-BREAK SPACE}"
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that change the direction of writing, by which `gnp.exe` may look like `exe.png`."""


# --- text -------------------------------------------------------------------------------------------------------------


def printable(text: str) -> str:
    """The text with `�` in place of control characters, direction marks and noncharacters."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_unprintable(char) else char for char in text)


def printable_block(text: str) -> str:
    """As `printable`, but line breaks and tabs stay."""
    return "".join(char if char in "\n\t" else printable(char) for char in text)


def _is_unprintable(char: str) -> bool:
    if ord(char) < 128:
        return not char.isprintable()
    category = unicodedata.category(char)
    return category in ("Cc", "Cs", "Zl", "Zp") or char in _DIRECTION_MARKS or ord(char) & 0xFFFE == 0xFFFE


def truncate(text: str, length: int) -> str:
    """The text in at most `length` characters, with `…` where its end is cut off."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def truncate_middle(text: str, length: int) -> str:
    """The text in at most `length` characters, with `…` in place of its middle, so that `cat_1` and `cat_2` differ."""
    if len(text) <= length:
        return text
    end = (length - 1) // 2
    return f"{text[: length - 1 - end]}…{text[len(text) - end :]}"


def join_words(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def assignments(values: Mapping[str, object]) -> str:
    """`a = 2, b = 'two'`: names with their values as Python literals, long values shortened."""
    return ", ".join(f"{name} = {truncate(repr(value), 40)}" for name, value in values.items())


def sentence(text: str) -> str:
    """A clause as a whole sentence, with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) or not text else ".")


# --- numbers ----------------------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    """A share of 1 in percent: `87 %`; `0.4 %` and `99.6 %` where rounding would wrongly give 0 or 100."""
    if not math.isfinite(share):
        return "–"
    hundredths = 100 * share
    if round(hundredths) in (0, 100) and abs(hundredths - round(hundredths)) >= 0.05:
        return f"{hundredths:.1f}{NBSP}%"
    return f"{hundredths:.0f}{NBSP}%"


def number(value: float) -> str:
    """Three significant digits: `0.943`, `12.4`, `1.0e-05`."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1:
        return f"{value:.3f}"
    return f"{value:.3g}" if 1 <= abs(value) < 1000 else f"{value:.1e}"


def decimals(value: float) -> str:
    """Three decimals, so that the rows of a column can be compared: `0.943`, `12.400`, `1.00e-05`."""
    return f"{value:.3f}" if 0.001 <= abs(value) < 1000 or value == 0 else f"{value:.2e}"


def literal(value: float) -> str:
    """A number as one would type it: `20`, `0.5`, `1e-5`."""
    text = f"{value:g}"
    if "e" not in text:
        return text
    digits, power = text.split("e")
    return f"{digits}e{int(power)}"


def value_with_range(value: float, low: float, high: float, share: bool) -> str:
    """A value with its range, `86 % (83 to 89)`; the value alone where the bounds read the same."""
    if not math.isfinite(value):
        return "no finite number"
    text = percent(value) if share else decimals(value)
    least, most = (f"{100 * bound:.0f}" if share else decimals(bound) for bound in (low, high))
    return text if least == most else f"{text} ({least} to {most})"


def whole_number(value: float) -> str:
    """`1,200`; `∞` for infinity."""
    return f"{value:,.0f}" if math.isfinite(value) else "∞"


def counted(count: int, singular: str, plural: str = "") -> str:
    """`1 image`, `5 images`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def file_size(size: int) -> str:
    """`812 bytes`, `16.4 MB`."""
    for power, unit in ((9, "GB"), (6, "MB"), (3, "kB")):
        if size >= 10**power:
            return f"{size / 10**power:.1f}{NBSP}{unit}"
    return counted(size, "byte")


# --- times ------------------------------------------------------------------------------------------------------------


def duration(seconds: float) -> str:
    """How long something took: `0.013 s`, `4.2 s`, `42 s`, `3 min 20 s`, `1 h 5 min`."""
    if seconds < 0.001:
        return f"under 1{NBSP}ms"
    if seconds < 0.0995:
        return f"{seconds:.3f}{NBSP}s"
    if seconds < 9.95:
        return f"{seconds:.1f}{NBSP}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest}{NBSP}s"
    if minutes < 60:
        return f"{minutes}{NBSP}min {rest}{NBSP}s" if rest else f"{minutes}{NBSP}min"
    return f"{minutes // 60}{NBSP}h {minutes % 60}{NBSP}min"


def whole_duration(seconds: float) -> str:
    """How long something will take, without fractions: `1 s`, `42 s`, `3 min 20 s`."""
    whole = math.ceil(seconds)
    return f"{whole}{NBSP}s" if whole < 10 else duration(whole)


def clock_time(milliseconds: float) -> str:
    """A duration as a clock shows it, full seconds rounded up: `1:30`."""
    seconds = -int(-milliseconds // 1000)
    return f"{seconds // 60}:{seconds % 60:02}"


def interval(milliseconds: int) -> str:
    """The time until something is due: `1 min`, `3 days`, `2 months`."""
    minutes = max(1, round(milliseconds / 60_000))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{round(minutes / 60)} h"
    days = round(minutes / 1440)
    if days < 31:
        return counted(days, "day")
    return counted(round(days / 30.4), "month") if days < 365 else f"{days / 365:.1f} years"


def long_date(iso: str) -> str:
    """`24 November 2026` for `2026-11-24`; text that is no date is returned as it is, but printable."""
    try:
        day = date.fromisoformat(iso[:10])
    except ValueError:
        return printable(iso)
    return f"{day.day} {day:%B} {day.year}"


def iso_date(milliseconds: int) -> str:
    """The UTC day of a time in milliseconds since 1970: `2026-11-12`."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
