"""A page of measurements: a head, and a section for each part, marked so that one can be measured again alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_MARK = re.compile(r"^<!-- part: (\w+) -->\n", re.MULTILINE)


def whole(head: str, machine: str, sections: Mapping[str, str]) -> str:
    """The page of one run."""
    return _joined(f"{head}\n{machine}\n", sections)


def with_part(page: str, part: str, section: str, machine: str, order: Sequence[str]) -> str:
    """The page with that section in place of the old one, and where and when it was measured."""
    head, *rest = _MARK.split(page)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    sections[part] = f"{section.rstrip()}\n\nThis part was measured again alone: {machine}\n"
    return _joined(head, {name: sections[name] for name in order if name in sections})


def _joined(head: str, sections: Mapping[str, str]) -> str:
    marked = [f"<!-- part: {part} -->\n{section.strip()}\n" for part, section in sections.items()]
    return "\n".join([head.rstrip() + "\n", *marked])
